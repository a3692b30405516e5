"""The plan against brute force and against simulated weeks; advice, its reasons and its silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import numpy as np
import pytest
from tests.diagnosing.acceptance import plan_error, rolled_savings
from tests.diagnosing.made_tariff import HOME, weeks

from victron_console.diagnosing.ess.advice import advise, reserve_kwh
from victron_console.diagnosing.ess.forecast import PvOutlook, load_outlook, pv_outlook
from victron_console.diagnosing.ess.plan import (
    Horizon,
    Mode,
    plan,
)
from victron_console.diagnosing.finding import Status
from victron_console.model.units import DAY_S, HOUR_S

T0 = 1_764_547_200.0  # a Monday, 2025-12-01 00:00 UTC


@pytest.mark.slow
def test_noisy_forecasts_reach_nine_tenths_of_the_saving_of_perfect_ones_and_never_lose_a_percent() -> None:
    of_possible, of_usual, loss = rolled_savings()
    assert of_possible >= 0.9 and of_usual > 1.0 and loss <= 0.01, (of_possible, of_usual, loss)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_plan_of_a_day_costs_what_brute_force_finds(seed: int) -> None:
    assert abs(plan_error(seed)) <= 1e-3


def test_the_reserve_is_kept_and_restored_where_it_is_missing() -> None:
    hours = weeks(3, 2)
    storage = replace(HOME, reserve_kwh=4.0)
    assert plan(hours, storage, 6.0).stored_kwh.min() >= 4.0 - 1e-6
    low = plan(hours, storage, 0.5)
    assert low.stored_kwh[0] == pytest.approx(min(4.0, 0.5 + 4.0 * 0.95)) and low.stored_kwh[3] >= 4.0 - 1e-6


def test_a_selling_price_above_the_buying_price_makes_no_circle() -> None:
    hours = replace(weeks(1, 2), sell=np.full(48, 0.9))
    assert plan(hours, HOME, 5.0).discharge_kwh.max() <= 4.0 + 1e-6


def outlook(hours: Horizon) -> PvOutlook:
    return PvOutlook(0.6 * hours.pv_kwh, hours.pv_kwh, 1.2 * hours.pv_kwh, 1.0, 14)


BEGINS = T0 + HOUR_S * np.arange(36, dtype=np.float64)


def dear_evening() -> Horizon:
    hour = np.arange(36) % 24
    buy = np.where(hour < 6, 0.10, np.where((hour >= 17) & (hour < 22), 0.60, 0.30))
    return Horizon(buy=buy, sell=np.zeros(36), load_kwh=np.full(36, 0.8), pv_kwh=np.zeros(36))


def test_a_cheap_night_before_a_dear_evening_is_used_and_the_reason_told() -> None:
    hours = dear_evening()
    found = advise(BEGINS, hours, outlook(hours), HOME, stored_kwh=2.0, state_age_s=30.0)
    charging = [step for step in found.steps if step.mode is Mode.GRID_CHARGE]
    assert found.change and charging[0].until <= T0 + 6 * HOUR_S and charging[0].power_w > 0
    assert "0.10" in found.reason and "0.60" in found.reason
    assert found.saving_low is not None and found.saving_a_day is not None and found.saving_high is not None
    assert 0.05 < found.saving_low <= found.saving_a_day <= found.saving_high
    assert found.steps[0].until == found.steps[1].since


def test_a_flat_tariff_is_no_reason_to_change_anything() -> None:
    hours = replace(dear_evening(), buy=np.full(36, 0.30))
    found = advise(BEGINS, hours, outlook(hours), HOME, stored_kwh=5.0, state_age_s=30.0)
    assert not found.change and "no change" in found.reason


def test_no_advice_on_stale_or_missing_data() -> None:
    hours = dear_evening()
    for stored, age in ((None, 10.0), (5.0, 3600.0), (5.0, float("nan"))):
        found = advise(BEGINS, hours, outlook(hours), HOME, stored_kwh=stored, state_age_s=age)
        assert found.status is Status.UNKNOWN and not found.change
    unseen = replace(hours, load_kwh=np.full(36, np.nan))
    found = advise(BEGINS, unseen, outlook(hours), HOME, stored_kwh=5.0, state_age_s=1.0)
    assert found.status is Status.INSUFFICIENT


def test_the_reserve_comes_from_outages_and_the_floor() -> None:
    assert reserve_kwh(HOME, 20.0, 3.0, 0.5) == pytest.approx(2.0 + 1.5 / 0.94)
    assert reserve_kwh(HOME, 20.0, 300.0, 0.5) == 10.0


def test_the_load_of_a_weekday_is_expected_again() -> None:
    at = T0 - 30 * DAY_S + np.arange(0, 30 * DAY_S, 300.0, dtype=np.float64)
    hour, weekday = (at - T0) % DAY_S // HOUR_S, (at - T0) // DAY_S % 7
    load = np.where((hour >= 18) & (weekday == 0), 2000.0, 400.0)
    load[(at > T0 - 14 * DAY_S) & (at < T0 - 13 * DAY_S)] = 9000.0
    expected = load_outlook(at, load, BEGINS, UTC)
    assert expected[12] == pytest.approx(0.4, abs=0.02) and expected[20] == pytest.approx(2.0, abs=0.05)
    assert expected[35] == pytest.approx(0.4, abs=0.02)
    assert np.isnan(load_outlook(np.zeros(0), np.zeros(0), BEGINS, UTC)).all()


def test_pv_is_set_right_by_what_came_and_spread_by_its_days() -> None:
    rng = np.random.default_rng(1)
    promised = rng.uniform(5, 25, 14)
    came = 0.7 * promised * rng.lognormal(0, 0.1, 14)
    found = pv_outlook(np.array([-5.0, 500.0]), 6.0, (promised, came))
    assert found.days == 14 and found.bias == pytest.approx(0.7, abs=0.05)
    assert found.usual[0] == 0.0 and found.usual[1] == pytest.approx(6.0 * 0.5 * 0.85 * 0.7, rel=0.1)
    assert found.low[1] < found.usual[1] < found.high[1]
    guessed = pv_outlook(np.array([500.0]), 6.0)
    assert guessed.days == 0 and guessed.low[0] < guessed.usual[0] < guessed.high[0]
