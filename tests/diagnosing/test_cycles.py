"""Equivalent full cycles by charge and by SOC, depths and C-rates."""

from __future__ import annotations

import numpy as np
import pytest
from tests.diagnosing.acceptance import full_cycles
from tests.diagnosing.made_battery import triangles

from victron_console.diagnosing.battery.cycles import cycles
from victron_console.diagnosing.finding import Status


def test_a_hundred_triangles_of_80_percent_are_80_full_cycles_both_ways() -> None:
    found = cycles(*triangles(100), nominal_ah=100.0)
    by_charge, jitter_adds, apart = full_cycles()
    assert by_charge == pytest.approx(80, abs=1)
    assert jitter_adds < 0.02 and abs(apart) <= 0.05
    assert found.full_cycles_by_soc.value == pytest.approx(80, abs=1)
    assert found.agree is True
    assert found.per_year.value == pytest.approx(0.8 * 365.25, rel=0.02)
    assert sum(found.depths.cycles) == pytest.approx(100, abs=1)
    assert found.depths.cycles[-1] + found.depths.cycles[-2] == pytest.approx(100, abs=1)


def test_jitter_of_the_soc_adds_less_than_two_percent() -> None:
    plain = cycles(*triangles(100), nominal_ah=100.0).full_cycles_by_soc.value
    shaken = cycles(*triangles(100, jitter=1.0), nominal_ah=100.0).full_cycles_by_soc.value
    whole = triangles(100)
    rounded = cycles(whole[0], whole[1], np.round(whole[2]), nominal_ah=100.0).full_cycles_by_soc.value
    assert plain and shaken and rounded
    assert 0.95 * plain <= shaken <= 1.02 * plain and rounded <= 1.02 * plain


def test_a_soc_that_does_not_fit_the_charge_is_told() -> None:
    at, current, soc = triangles(60)
    assert cycles(at, current * 0.8, soc, nominal_ah=100.0).agree is False


def test_rates_are_of_the_nominal_capacity() -> None:
    found = cycles(*triangles(10), nominal_ah=100.0)
    assert found.discharge_rate.value == pytest.approx(0.8 / 12.0)
    big = cycles(np.arange(0, 3600.0, 10.0), np.full(360, -600.0), np.full(360, 50.0), nominal_ah=1180.0)
    assert big.discharge_rate.value == pytest.approx(0.51, abs=0.01)


def test_a_gap_counts_nothing_and_a_missing_capacity_is_unknown() -> None:
    at, current, soc = triangles(10)
    current[100:400] = np.nan
    assert (cycles(at, current, soc, 100.0).full_cycles.value or 0) < 8.0
    assert cycles(at, current, soc, None).full_cycles.status is Status.UNKNOWN
