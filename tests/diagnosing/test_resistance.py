"""Apparent resistance from load steps: rank, temperature, growth, and the simulator's truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.diagnosing.acceptance import growth_error, resistance_rank
from tests.diagnosing.made_battery import steps

from victron_console.diagnosing.battery.resistance import NO_STEPS, load_steps, resistance
from victron_console.diagnosing.finding import Status
from victron_console.model.units import DAY_S
from victron_console.simulator.battery import Battery
from victron_console.simulator.spec import BatterySpec

T0 = 1_750_000_000.0


@pytest.mark.parametrize("growth", [0.0, 0.03, 0.08])
def test_growth_is_found_through_season_and_outliers(growth: float) -> None:
    found = resistance(steps(365, growth))
    assert abs(growth_error(growth)) <= 0.04
    assert found.ratio.low is not None and found.ratio.value is not None and found.ratio.high is not None
    assert found.ratio.low < found.ratio.value < found.ratio.high


def test_weekly_values_rank_as_the_true_resistance() -> None:
    assert resistance_rank() >= 0.95


def test_the_ohms_are_those_at_25_degrees_and_half_charge() -> None:
    assert resistance(steps(120, 0.0, seed=2)).milliohm.value == pytest.approx(10.0, rel=0.03)


def test_few_steps_or_a_short_record_give_no_growth() -> None:
    assert resistance(NO_STEPS).ratio.status is Status.UNKNOWN
    assert resistance(steps(60, 0.0)).ratio.status is Status.INSUFFICIENT
    assert resistance(steps(365, 0.0, a_day=1)).milliohm.status is Status.INSUFFICIENT


def test_only_clean_steps_within_one_poll_count() -> None:
    at = T0 + np.arange(0, 100.0, 10.0)
    current = np.array([0, 0, 0, -20, -20, -20, -40, -60, -60, -60.0])
    volts = 53.0 + 0.01 * current
    found = load_steps(at, volts, current, 100.0)
    assert len(found.at) == 1 and found.ohm[0] == pytest.approx(0.01)
    assert not len(load_steps(at * 10, volts, current, 100.0).at)
    current[3] = np.nan
    assert not len(load_steps(at, volts, current, 100.0).at)


def test_steps_of_many_days_are_joined_in_order() -> None:
    late, early = steps(3, 0.0), steps(3, 0.0, seed=1)
    joined = late + early
    assert len(joined.at) == len(late.at) + len(early.at) and np.all(np.diff(joined.at) >= 0)


@pytest.mark.slow
def test_the_simulators_growth_is_found() -> None:
    """A bank with a switching load, two hours a day for 20 weeks, its resistance growing by half."""
    battery = Battery(BatterySpec(capacity_ah=100.0), 1, 20.0)
    rng = np.random.default_rng(1)
    found = NO_STEPS
    for day in range(0, 140, 2):
        battery.resistance_factor = 1.0 + 0.5 * day / 140
        battery.charge_ah = 60.0
        begin = T0 + day * DAY_S
        room = 20.0 + 5.0 * math.sin(day / 20.0)
        battery.temperature_c = room
        rows, level = [], -500.0
        for n in range(720):
            if n % 12 == 0:
                level = float(rng.choice([-300.0, -1500.0, 1200.0]))
            rest, ohm = battery.rest_v(), battery.resistance_ohm
            battery.step(level, 10.0, room)
            volts = rest + battery.current_a * ohm
            rows.append((begin + 10.0 * n, volts, battery.current_a, battery.temperature_c, battery.soc_percent))
        at, volts_v, current, celsius, soc = np.array(rows).T
        found += load_steps(at, volts_v, current, 100.0, celsius, soc)
    judged = resistance(found)
    assert judged.ratio.value == pytest.approx((1 + 0.5 * 126 / 140) / (1 + 0.5 * 45 / 140), rel=0.06)
