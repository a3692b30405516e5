"""Own capacity between anchors: error of the method, its honesty, and the simulator's truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.diagnosing.acceptance import capacity_errors
from tests.diagnosing.made_battery import T0, deep_cycles

from victron_console.diagnosing.battery.capacity import COUNTED, IMPLIED, ChargeRecord, Limits, capacity
from victron_console.diagnosing.finding import Status
from victron_console.model.units import DAY_S
from victron_console.simulator.fleet import LARCH_HUT
from victron_console.simulator.plant import Plant
from victron_console.simulator.spec import Ageing


def test_full_discharges_are_measured_within_a_percent() -> None:
    record, _ = deep_cycles(486, 1)
    found = capacity(record, 174.0, Limits(charge_v=52.5, low_v=43.5, cells=15))
    assert found.ah.method is COUNTED
    assert len(found.segments) == 486
    median, far = capacity_errors()
    assert abs(median) <= 0.01 and far <= 0.03


def test_a_fading_capacity_is_seen_against_its_own_beginning_with_an_interval() -> None:
    record, _ = deep_cycles(300, 2, fade=0.15)
    stretched = replace(record, at=T0 + (record.at - T0) * 2.0)
    found = capacity(stretched, 348.0, Limits(charge_v=52.5, low_v=43.5, cells=15)).relative
    assert found.value is not None and found.low is not None and found.high is not None
    assert found.low < found.value < found.high
    assert 84 <= found.value <= 97


def swings(count: int, swing: float, seed: int) -> ChargeRecord:
    """A swing of the SOC a day, 16 h, with an offset of 0.2 A by day, 0.5 % of gain and 2 points of SOC noise."""
    rng = np.random.default_rng(seed)
    at = T0 + np.arange(0, count * DAY_S, 300.0)
    day = ((at - T0) // DAY_S).astype(int)
    hour = (at - T0) % DAY_S / 3600.0 + rng.uniform(-1, 1, count)[day] / 12.0
    depth = np.interp(hour, [0, 1, 9, 10, 18, 24], [0, 0, 1, 1, 0, 0]) * swing
    current = np.where((hour > 1) & (hour <= 9), -swing / 8, np.where((hour > 10) & (hour <= 18), swing / 8, 0.0))
    current = current * (1 + rng.normal(0, 0.005, count))[day] + rng.normal(0, 0.2, count)[day]
    top = 95.0 + rng.normal(0, 1.4, count)[day]
    bottom = rng.normal(0, 1.4, count)[day]
    return ChargeRecord(at=at, current_a=current, soc_percent=np.minimum(top - depth + bottom * depth / swing, 100.0))


def test_the_median_of_twenty_swings_is_good_to_some_percent_and_called_bms_implied() -> None:
    errors = []
    for seed in range(30):
        found = capacity(swings(22, 80.0, seed), 100.0).ah
        assert found.method is IMPLIED and found.value is not None and found.low is not None
        errors.append(found.value / 100.0 - 1.0)
    assert np.std(errors) <= 0.015 and abs(np.mean(errors)) <= 0.01


def test_few_or_shallow_or_cold_swings_are_not_enough() -> None:
    assert capacity(swings(8, 80.0, 1), 100.0).ah.status is Status.INSUFFICIENT
    assert "0 of 20 swings in charge of 40 % and more" in capacity(swings(30, 30.0, 1), 100.0).ah.reason
    cold = swings(30, 80.0, 1)
    cold = replace(cold, temperature_c=np.full(len(cold.at), 5.0))
    assert capacity(cold, 100.0).ah.status is Status.INSUFFICIENT
    assert capacity(cold, None).ah.status is Status.UNKNOWN


def test_a_gap_within_a_swing_spoils_it() -> None:
    record = swings(25, 80.0, 3)
    current = record.current_a.copy()
    current[50::288] = np.nan
    spoiled = capacity(replace(record, current_a=current), 100.0)
    whole = capacity(record, 100.0)
    assert len(spoiled.segments) < len(whole.segments) - 20


@pytest.mark.slow
def test_the_simulators_fade_is_found() -> None:
    spec = replace(LARCH_HUT, ageing=Ageing(capacity_fade_per_month=0.04),
                   load=replace(LARCH_HUT.load, daily_kwh=2.2 * LARCH_HUT.load.daily_kwh))  # fmt: skip
    plant = Plant(spec, T0)
    rows, truth = [], []
    for _ in range(120 * 72):
        plant.step(1200.0)
        battery = plant.battery
        rows.append((plant.at, battery.current_a, round(battery.soc_percent, 1)))
        truth.append(battery.capacity_ah)
    at, current, soc = np.array(rows).T
    # Currents are of the whole step before: the middle of a step is the moment they belong to.
    found = capacity(ChargeRecord(at=at - 600.0, current_a=current, soc_percent=soc), spec.battery.capacity_ah)
    assert found.ah.value == pytest.approx(truth[-45 * 72], rel=0.03)


@pytest.mark.parametrize(("gain", "offset_a"), [(1.0, 0.0), (1.01, 0.0), (0.99, 0.0), (1.0, 0.3), (1.0, -0.3)])
def test_the_range_holds_gain_and_offset_of_the_sensor(gain: float, offset_a: float) -> None:
    for seed in range(8):
        sound = swings(40, 80.0, seed)
        found = capacity(replace(sound, current_a=sound.current_a * gain + offset_a), 100.0).ah
        assert found.low is not None and found.high is not None
        assert found.low <= 100.0 <= found.high, (seed, found)


def test_a_capacity_says_of_when_it_is() -> None:
    found = capacity(swings(200, 80.0, 1), 100.0).ah
    assert found.window.days == pytest.approx(90, abs=3)
    assert "45 days before their end" in found.confidence
