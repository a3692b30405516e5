"""Arrhenius mean, hot hours, cold charging, and peaks told from weather and load."""

from __future__ import annotations

from datetime import UTC

import numpy as np
import pytest
from tests.diagnosing.acceptance import ageing_at
from tests.diagnosing.made_battery import constant

from victron_console.diagnosing.battery.thermal import HeatRecord, thermal
from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.record.timeline import MONTH_S
from victron_console.model.units import DAY_S

T0 = 1_750_032_000.0
HOUR = 3600.0


def test_25_degrees_is_the_measure() -> None:
    assert ageing_at(25.0) == pytest.approx(1.0)


def test_35_degrees_lies_within_the_known_range() -> None:
    found = thermal(constant(35.0), 100.0).stress
    assert found.value is not None and 1.4 <= found.value <= 2.0
    assert found.low == pytest.approx(1.4) and found.high == pytest.approx(2.0)


def test_15_and_35_in_turn_wear_more_than_25() -> None:
    assert ageing_at(15.0, 35.0) > 1.02


def test_hot_hours_and_the_spread_of_the_cells_are_measured() -> None:
    at = T0 + np.arange(0, 10 * DAY_S, HOUR)
    hour = (at - T0) / HOUR % 24
    celsius = np.where(hour < 6, 47.0, 30.0)
    found = thermal(HeatRecord(at=at, celsius=celsius, coldest_c=celsius - 6.0), 100.0)
    assert found.hot_hours.value == pytest.approx(60, abs=10)
    assert found.warm_hours.value == pytest.approx(60, abs=12)
    assert found.spread.value == pytest.approx(6.0)


def test_charging_in_the_cold_is_counted_by_the_coldest_cell() -> None:
    at = T0 + np.arange(0, 2 * DAY_S, 600.0)
    coldest = np.full(len(at), 8.0)
    coldest[20:40] = 2.0
    coldest[100:110] = -1.0
    current = np.full(len(at), 10.0)
    record = HeatRecord(at=at, celsius=coldest + 3, coldest_c=coldest, current_a=current)
    found = thermal(record, 100.0).cold_charging
    assert found.value == 2 and "-1.0" in found.confidence
    assert thermal(record, 400.0).cold_charging.value == 0
    assert thermal(record, None).cold_charging.status is Status.UNKNOWN


def seasoned(days: int, rise: float, *, ambient: bool, seed: int = 1) -> HeatRecord:
    rng = np.random.default_rng(seed)
    at = T0 + np.arange(0, days * DAY_S, HOUR)
    day = (at - T0) / DAY_S
    outside = 15 + 10 * np.sin(2 * np.pi * day / 365.25) + 5 * np.sin(2 * np.pi * day)
    outside += np.interp(day, np.arange(days + 1), rng.normal(0, 3, days + 1))
    load = 20 * (1 + 0.5 * np.sin(2 * np.pi * day / 90)) * (1 + np.sin(2 * np.pi * day))
    celsius = 8 + 0.7 * outside + 0.004 * load**2 + rise * (at - T0) / MONTH_S + rng.normal(0, 0.3, len(at))
    return HeatRecord(at=at, celsius=celsius, current_a=-load, ambient_c=outside if ambient else None)


def test_peaks_that_rise_are_told_from_summer_and_load() -> None:
    half_a_year = thermal(seasoned(190, 0.8, ambient=True), 100.0, UTC).peak_trend
    assert half_a_year.value == pytest.approx(0.8, abs=0.25)
    assert (half_a_year.low or 0) > 0.5
    still = thermal(seasoned(190, 0.0, ambient=True), 100.0, UTC).peak_trend
    assert (still.low or 0) < 0.2


def test_without_an_outside_temperature_13_months_are_needed() -> None:
    assert thermal(seasoned(300, 0.8, ambient=False), 100.0, UTC).peak_trend.status is Status.INSUFFICIENT
    found = thermal(seasoned(420, 0.8, ambient=False), 100.0, UTC).peak_trend
    assert found.value == pytest.approx(0.8, abs=0.3)
    still = thermal(seasoned(420, 0.0, ambient=False), 100.0, UTC).peak_trend
    assert (still.low or 0) < 0.2


def test_a_battery_without_a_temperature_is_unknown_not_at_25() -> None:
    assert thermal(constant(float("nan")), 100.0).stress.status is Status.UNKNOWN
