"""The plan against brute force and against simulated weeks; advice, its reasons and its silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import numpy as np
import pytest

from victron_console.insight.diagnostics.ess import (
    Horizon,
    Mode,
    Plan,
    Storage,
    end_value,
    follow,
    modes,
    plan,
    self_consumption,
)
from victron_console.insight.diagnostics.ess_advice import advise, expected_saving, reserve_kwh, worthwhile
from victron_console.insight.diagnostics.finding import Status
from victron_console.insight.diagnostics.forecast import PvOutlook, load_outlook, pv_outlook
from victron_console.insight.diagnostics.timeline import DAY_S, HOUR_S

T0 = 1_764_547_200.0  # a Monday, 2025-12-01 00:00 UTC
HOME = Storage(capacity_kwh=10.0, charge_kw=4.0, discharge_kw=4.0, reserve_kwh=1.0, wear_per_kwh=0.02)


def weeks(seed: int, days: int) -> Horizon:
    """Hours of a 6 kWp house with a tariff that follows the hour and the day."""
    rng = np.random.default_rng(seed)
    hour = np.arange(days * 24) % 24
    day = np.arange(days * 24) // 24
    sun = np.maximum(0.0, np.sin((hour - 6.0) / 12.0 * np.pi))
    pv = 6.0 * 0.75 * sun * rng.beta(2, 1.3, days)[day] * rng.uniform(0.15, 1.0)
    load = 0.25 + 0.5 * np.exp(-((hour - 19.0) ** 2) / 6.0) + 0.3 * np.exp(-((hour - 8.0) ** 2) / 4.0)
    load = load * rng.lognormal(0, 0.25, days * 24)
    buy = 0.24 + 0.09 * np.sin((hour - 14.0) / 24 * 4 * np.pi) + rng.normal(0, 0.05, days)[day]
    buy = np.maximum(0.08, buy + rng.normal(0, 0.015, days * 24))
    return Horizon(buy=buy, sell=np.full(days * 24, 0.07), load_kwh=load, pv_kwh=pv)


def part(hours: Horizon, since: int, count: int) -> Horizon:
    span = slice(since, since + count)
    return Horizon(buy=hours.buy[span], sell=hours.sell[span], load_kwh=hours.load_kwh[span], pv_kwh=hours.pv_kwh[span])


def seen_ahead(hours: Horizon, rng: np.random.Generator) -> Horizon:
    """The same hours as a forecast shows them: PV 25 % off by the day, loads 30 % by the hour."""
    count = len(hours.buy)
    pv = hours.pv_kwh * np.repeat(rng.lognormal(0, 0.25, count // 24 + 1), 24)[:count]
    return replace(hours, pv_kwh=pv, load_kwh=hours.load_kwh * rng.lognormal(0, 0.3, count))


def rolled(hours: Horizon, storage: Storage, rng: np.random.Generator | None) -> float:
    """Plan each twelve hours for 36, run the modes against what comes; with `rng` by noisy forecasts. The net cost."""
    stored, cost, last = 5.0, 0.0, len(hours.buy) - 36
    for begin in range(0, last, 12):
        ahead = part(hours, begin, 36)
        expected = ahead if rng is None else seen_ahead(ahead, rng)
        course = plan(expected, storage, stored)
        now = part(hours, begin, 12)
        chosen = modes(course, expected)
        cases = [replace(expected, pv_kwh=share * expected.pv_kwh) for share in (0.75, 1.0, 1.3)]
        savings = [expected_saving(course, chosen, case, storage, stored) for case in cases]
        usual = abs(self_consumption(expected, storage, stored).cost)
        taken = chosen if worthwhile(savings, usual, 1.5) else [Mode.SELF] * 36
        done = follow(course, taken[:12], now, storage, stored)
        cost, stored = cost + done.cost, done.stored_kwh
    return cost - stored * end_value(hours, storage)


def test_noisy_forecasts_reach_nine_tenths_of_the_saving_of_perfect_ones_and_never_lose_a_percent() -> None:
    saved, possible, usual, losses = [], [], [], []
    for seed in range(20):
        hours = weeks(seed, 14)
        run = part(hours, 0, -(-(len(hours.buy) - 36) // 12) * 12)
        without = float(np.sum(np.where(net(run) > 0, run.buy, run.sell) * net(run))) - 5.0 * end_value(hours, HOME)
        done = self_consumption(run, HOME, 5.0)
        plain = done.cost - done.stored_kwh * end_value(hours, HOME)
        noisy, perfect = rolled(hours, HOME, np.random.default_rng(seed)), rolled(hours, HOME, None)
        saved.append(without - noisy)
        possible.append(without - perfect)
        usual.append(without - plain)
        losses.append((noisy - plain) / float(np.sum(run.buy * run.load_kwh)))
    assert sum(saved) >= 0.9 * sum(possible), (sum(saved), sum(possible))
    assert sum(saved) > sum(usual), (sum(saved), sum(usual))
    assert max(losses) <= 0.01, max(losses)


def net(hours: Horizon) -> np.ndarray:
    return hours.load_kwh - hours.pv_kwh


def brute_force(hours: Horizon, storage: Storage, stored: float, grid: int) -> float:
    """The least cost by dynamic programming over `grid` levels of stored energy, without a reserve."""
    levels = np.linspace(0.0, storage.capacity_kwh, grid)
    worth = -end_value(hours, storage) * levels
    change = levels[None, :] - levels[:, None]
    charge = np.maximum(change, 0.0) / storage.charge_efficiency
    discharge = np.maximum(-change, 0.0) * storage.discharge_efficiency
    allowed = (charge <= storage.charge_kw + 1e-9) & (discharge <= storage.discharge_kw + 1e-9)
    for n in range(len(hours.buy) - 1, -1, -1):
        net = hours.load_kwh[n] - hours.pv_kwh[n] + charge - discharge
        price = np.where(net > 0, hours.buy[n], hours.sell[n])
        step = np.where(allowed, net * price + storage.wear_per_kwh * discharge, np.inf)
        worth = np.min(step + worth[None, :], axis=1)
    return float(np.interp(stored, levels, worth))


def planned_cost(course: Plan, hours: Horizon, storage: Storage) -> float:
    net = hours.load_kwh - hours.pv_kwh + course.charge_kwh - course.discharge_kwh
    cost = np.sum(np.where(net > 0, hours.buy, hours.sell) * net + storage.wear_per_kwh * course.discharge_kwh)
    return float(cost) - end_value(hours, storage) * float(course.stored_kwh[-1])


@pytest.mark.parametrize("seed", range(3))
def test_the_plan_of_a_day_costs_what_brute_force_finds(seed: int) -> None:
    """On tenths of a kWh and efficiencies that keep them on the grid of the brute force."""
    day = part(weeks(seed, 2), 0, 24)
    hours = replace(day, load_kwh=np.round(day.load_kwh, 1), pv_kwh=np.round(day.pv_kwh, 1))
    storage = replace(HOME, reserve_kwh=0.0, charge_efficiency=0.8, discharge_efficiency=0.8, wear_per_kwh=0.0)
    exact = brute_force(hours, storage, 5.0, 2001)
    bill = float(np.sum(hours.buy * hours.load_kwh))
    assert planned_cost(plan(hours, storage, 5.0), hours, storage) == pytest.approx(exact, abs=1e-3 * bill)


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
