"""A SOC that cannot be true, the last full charge, and meters that disagree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from victron_console.diagnosing.battery.soc import soc_truth
from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.power.energy import Powers
from victron_console.diagnosing.power.residual import residual
from victron_console.model.units import DAY_S
from victron_console.simulator.fleet import CEDAR_HOUSE
from victron_console.simulator.plant import Plant

T0 = 1_750_000_000.0


def day(gain: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three days of 40 % swings on 100 Ah; the SOC moves `gain` times as much as the charge."""
    at = T0 + np.arange(0, 3 * DAY_S, 300.0)
    phase = 2 * np.pi * (at - T0) / DAY_S
    soc = 60.0 + gain * 20.0 * np.sin(phase)
    return at, soc, 20.0 * np.cos(phase) * 2 * np.pi / 24.0


def test_a_soc_that_follows_the_charge_is_plausible_and_one_that_does_not_is_not() -> None:
    assert (soc_truth(*day(), 100.0).residual.value or 0) < 2.0
    assert (soc_truth(*day(0.4), 100.0).residual.value or 0) > 10.0
    at, soc, current = day()
    soc[-50:] -= 15.0
    assert soc_truth(at, soc, current, 100.0).residual.value == pytest.approx(15.0, abs=1.5)


def test_a_sync_at_full_is_no_error_and_tells_the_last_full_charge() -> None:
    at, soc, current = day()
    soc[-100:-90] = 100.0
    found = soc_truth(at, soc, current, 100.0)
    assert (found.residual.value or 0) < 2.0
    assert found.days_since_full.value == pytest.approx(90 * 300 / DAY_S, abs=0.01)


def test_a_gap_or_a_missing_capacity_leaves_it_open() -> None:
    at, soc, current = day()
    assert soc_truth(at, soc, current, None).residual.status is Status.UNKNOWN
    current[-200:] = np.nan
    assert soc_truth(at, soc, current, 100.0).residual.status is Status.INSUFFICIENT
    assert soc_truth(at, soc, current, 100.0).days_since_full.status is Status.INSUFFICIENT


def test_a_current_that_jumps_between_reads_far_apart_judges_no_soc() -> None:
    at, soc, current = day()
    assert soc_truth(at, soc, np.repeat(current[::3], 3), 100.0, blind_s=900.0).residual.known
    jumping = np.where(at // 7200 % 2 == 0, 30.0, -30.0)
    found = soc_truth(at, soc, jumping, 100.0, blind_s=900.0).residual
    assert found.status is Status.INSUFFICIENT and "too seldom" in found.reason
    assert soc_truth(at, soc, jumping, 100.0).residual.known, "means of many reads are exact"


def simulated() -> Powers:
    plant = Plant(CEDAR_HOUSE, T0)
    rows = []
    for _ in range(400):
        plant.step(300.0)
        flow = plant.flow
        load = sum(flow.load_in_w) + sum(flow.load_out_w) + plant.spec.load.dc_w
        rows.append((plant.at, sum(plant.array_w), load, sum(flow.source_w), flow.battery_w))
    at, pv, load_w, grid, battery = np.array(rows).T
    return Powers(at=at, pv=pv, load=load_w, grid=grid, battery=battery)


def test_a_simulated_house_is_balanced_and_a_turned_meter_is_not() -> None:
    powers = simulated()
    found = residual(powers)
    assert found.is_unbalanced is False and (found.unbalanced.value or 0) < 5.0
    assert found.median_w.value is not None and 0 < found.median_w.value < 250
    assert powers.grid is not None and powers.load is not None
    turned = residual(replace(powers, grid=-powers.grid - 800.0))
    assert turned.is_unbalanced is True


def test_wind_on_the_dc_bus_is_a_source_and_no_error_of_the_meters() -> None:
    powers = simulated()
    assert powers.battery is not None
    wind = np.full(len(powers.at), 900.0)
    windy = replace(powers, battery=powers.battery + wind)
    assert residual(windy).is_unbalanced is True
    assert residual(replace(windy, other=wind)).is_unbalanced is False


def test_a_site_without_a_load_meter_cannot_be_judged() -> None:
    assert residual(replace(simulated(), load=None)).is_unbalanced is None
