"""The plan against brute force, the decision against simulated weeks; advice, its reasons and its silence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.diagnosing.acceptance import plan_error, rolled_savings
from tests.diagnosing.made_tariff import HOME, certain, weeks
from tests.exhaustive import enough

from victron_console.diagnosing.ess.advice import (
    Advice,
    OutageRecord,
    advise,
    outage_reserve,
    saving_range,
    unseen_savings,
    worthwhile,
)
from victron_console.diagnosing.ess.decision import Reserve, decide
from victron_console.diagnosing.ess.forecast import yield_ratios
from victron_console.diagnosing.ess.hours import Hours
from victron_console.diagnosing.ess.plan import plan
from victron_console.diagnosing.ess.scenarios import Outlook, SunForecast, outlook
from victron_console.diagnosing.ess.storage import Horizon, Mode, Setting, Storage, run, self_consumption
from victron_console.diagnosing.finding import Status
from victron_console.model.units import HOUR_S

T0 = 1_764_547_200.0  # a Monday, 2025-12-01 00:00 UTC
PAST = 44 * 24
AHEAD = 40
HOUR = np.arange(-PAST, AHEAD) % 24


@pytest.mark.slow
def test_noisy_forecasts_reach_nine_tenths_of_the_saving_of_perfect_ones_and_never_lose_a_percent() -> None:
    of_possible, of_usual, loss = rolled_savings(enough(4, 20))
    assert of_possible >= 0.9 and of_usual > 1.0 and loss <= 0.01, (of_possible, of_usual, loss)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_plan_of_a_day_costs_what_brute_force_finds(seed: int) -> None:
    assert abs(plan_error(seed)) <= 1e-3


def test_a_plan_keeps_its_bounds_at_any_price() -> None:
    rng = np.random.default_rng(5)
    bounded = replace(HOME, import_kw=3.0, export_kw=2.0)
    for buy, sell in ((-0.2, -0.3), (-0.01, 0.1), (0.3, 0.9), (0.3, -0.1)):
        made = replace(weeks(1, 2), buy=np.where(rng.random(48) < 0.2, buy, 0.3), sell=np.full(48, sell))
        found = plan(made, bounded, 5.0)
        assert np.isfinite(found.cost).all() and found.stored_kwh.min() >= 1.0 - 1e-6
        meter = made.load_kwh - made.pv_kwh + found.charge_kwh - found.discharge_kwh
        assert meter.max() <= 3.0 + 1e-6, (buy, sell)
        assert (found.charge_kwh / 4.0 + found.discharge_kwh / 4.0).max() <= 1.0 + 1e-6


def test_no_course_costs_less_than_the_plan_that_knows_all() -> None:
    for seed in range(3):
        hours = weeks(seed, 3)
        best = plan(hours, HOME, 5.0)
        decided = run(decide(certain(hours), HOME, 5.0).settings, hours, HOME, 5.0)
        usual = self_consumption(hours, HOME, 5.0)
        worth = 0.94 * (float(np.quantile(hours.buy, 0.25)) - 0.02)
        ideal = float(best.cost.sum()) - worth * float(best.stored_kwh[-1])
        assert ideal <= float(decided.cost - worth * decided.stored_kwh) + 1e-6
        assert float(decided.cost - worth * decided.stored_kwh) < float(usual.cost - worth * usual.stored_kwh)


def test_a_selling_price_above_the_buying_price_makes_no_circle() -> None:
    hours = replace(weeks(1, 2), sell=np.full(48, 0.9))
    found = plan(hours, HOME, 5.0)
    meter = hours.load_kwh - hours.pv_kwh + found.charge_kwh - found.discharge_kwh
    paid = np.where(meter > 0, hours.buy, hours.sell) * meter + 0.02 * found.discharge_kwh
    assert found.cost.sum() == pytest.approx(paid.sum(), abs=1e-6)


@pytest.mark.slow
def test_a_meter_whose_way_is_searched_costs_no_more_than_any_course() -> None:
    for seed in range(3):
        hours = weeks(seed, 3)
        hours = replace(hours, sell=np.where(np.arange(72) % 5 == 0, hours.buy + 0.2, hours.sell))
        worth = 0.94 * (float(np.quantile(hours.buy, 0.25)) - 0.02)
        best = plan(hours, HOME, 5.0)
        decided = run(decide(certain(hours), HOME, 5.0).settings, hours, HOME, 5.0)
        ideal = float(best.cost.sum()) - worth * float(best.stored_kwh[-1])
        assert ideal <= float(decided.cost - worth * decided.stored_kwh) + 1e-6


def test_a_connection_too_small_for_the_loads_still_carries_them_where_it_sells_dearer() -> None:
    hours = replace(weeks(1, 1), sell=np.full(24, 0.9))
    found = plan(hours, replace(HOME, import_kw=0.1, export_kw=0.0), 1.0)
    assert np.isfinite(found.cost).all() and found.stored_kwh.min() >= 1.0 - 1e-9


def test_an_hour_keeps_to_floor_connection_and_inverter_in_every_mode() -> None:
    tight = Storage(capacity_kwh=5.0, charge_kw=2.0, discharge_kw=2.0, floor_kwh=1.0, import_kw=1.5, export_kw=1.0)
    rng = np.random.default_rng(2)
    for setting in (Setting(Mode.SELF), Setting(Mode.HOLD, low_kw=0.0), Setting(Mode.EXPORT, high_kw=0.0),
                    Setting(Mode.GRID_CHARGE, low_kw=2.0), Setting(Mode.SELL, high_kw=-2.0),
                    Setting(Mode.NO_FEED_IN, feeds_in=False)):  # fmt: skip
        hours = Horizon(
            buy=np.full(60, 1.0), sell=np.full(60, 1.0), load_kwh=rng.uniform(0, 1.4, 60), pv_kwh=rng.uniform(0, 4, 60)
        )
        stored = 2.0
        for n in range(60):
            done = run([setting], hours.part(n, n + 1), tight, stored)
            battery, after = float(done.battery_kwh[0]), float(done.stored_kwh)
            bought = float(done.cost) - 0.03 * max(0.0, -battery)
            assert -1.0 - 1e-9 <= bought <= 1.5 + 1e-9 and abs(battery) <= 2.0 + 1e-9, setting
            assert min(1.0, stored) - 1e-9 <= after <= 5.0 + 1e-9, setting
            stored = after


def past(buy: np.ndarray, sell: float = 0.0, load: np.ndarray | None = None, pv: np.ndarray | None = None) -> Hours:
    """Six weeks and the coming hours, whose load and PV nobody may read."""
    count = PAST + AHEAD
    load = np.full(count, 0.8) if load is None else load.copy()
    pv = np.zeros(count) if pv is None else pv.copy()
    load[PAST:] = pv[PAST:] = np.nan
    begins = T0 + HOUR_S * np.arange(-PAST, AHEAD, dtype=np.float64)
    return Hours(
        begins=begins, load_kwh=load, pv_kwh=pv, buy=buy.astype(np.float64), sell=np.full(count, sell),
        offset_s=np.zeros(count),
    )  # fmt: skip


def asked(hours: Hours, stored: float | None = 2.0, age: float = 30.0, listed: int = PAST + AHEAD) -> Advice:
    return advise(hours, PAST, listed, HOME, stored_kwh=stored, state_age_s=age)


DEAR_EVENING = np.where(HOUR < 6, 0.10, np.where((HOUR >= 17) & (HOUR < 22), 0.60, 0.30))


def test_a_cheap_night_before_a_dear_evening_is_used_and_the_reason_told() -> None:
    found = asked(past(DEAR_EVENING))
    charging = [step for step in found.steps if step.mode is Mode.GRID_CHARGE]
    assert found.change and charging[0].until <= T0 + 6 * HOUR_S and charging[0].power_w > 0
    assert "0.10" in found.reason and "0.60" in found.reason
    assert found.saving_low is not None and found.saving_a_day is not None and found.saving_high is not None
    assert 0.05 < found.saving_low <= found.saving_a_day + 1e-9 and found.saving_a_day <= found.saving_high + 1e-9
    assert all(early.until == late.since for early, late in zip(found.steps, found.steps[1:], strict=False))


def test_a_flat_tariff_is_no_reason_to_change_anything() -> None:
    found = asked(past(np.full(PAST + AHEAD, 0.30)))
    assert not found.change and "no change" in found.reason


@pytest.mark.parametrize("price", [-0.01, -0.2, -5.0])
@pytest.mark.parametrize("sell", [-0.1, 0.0, 0.08])
def test_negative_prices_are_advised_on(price: float, sell: float) -> None:
    buy = DEAR_EVENING.copy()
    buy[PAST + 13 : PAST + 15] = price
    found = asked(past(buy, sell))
    assert found.status is Status.OK and found.change
    assert any(
        step.mode is Mode.GRID_CHARGE and step.since < T0 + 15 * HOUR_S and step.until > T0 + 13 * HOUR_S
        for step in found.steps
    )


def test_where_feeding_in_costs_money_it_is_stopped() -> None:
    sun = np.where((HOUR >= 9) & (HOUR < 17), 4.0, 0.0)
    found = asked(past(np.full(PAST + AHEAD, 0.3), -0.05, pv=sun), stored=9.0)
    assert any(step.mode is Mode.NO_FEED_IN for step in found.steps) and "selling costs money" in found.reason


def test_no_advice_on_stale_or_missing_data() -> None:
    hours = past(DEAR_EVENING)
    for stored, age in ((None, 10.0), (5.0, 3600.0), (5.0, float("nan"))):
        found = asked(hours, stored, age)
        assert found.status is Status.UNKNOWN and not found.change
    unseen = replace(hours, load_kwh=np.full(PAST + AHEAD, np.nan))
    assert asked(unseen).status is Status.INSUFFICIENT


def test_past_the_end_of_a_price_list_nothing_is_advised_and_after_it_nothing_at_all() -> None:
    ends = past(np.where(np.arange(PAST + AHEAD) < PAST + 10, DEAR_EVENING, np.nan))
    found = asked(ends, listed=PAST + 10)
    assert found.change and found.steps[-1].until <= T0 + 10 * HOUR_S and len(found.settings) == 10
    assert found.outlook is not None and found.outlook.listed == 10
    assert "ended" in asked(ends, listed=PAST).reason and not asked(ends, listed=PAST).change


def test_what_is_not_listed_yet_is_expected_as_on_the_days_before() -> None:
    """At noon the evening's dear hours are listed, the cheap night after it is not: it is expected all the same."""
    hours = past(DEAR_EVENING)
    found = outlook(hours, PAST, 36, PAST + 12)
    assert found is not None and found.hours.buy.shape[-1] == 36
    assert found.hours.buy[:, 17].tolist() == [0.60] * len(found.hours.buy)


def test_what_came_after_the_moment_is_never_read() -> None:
    rng = np.random.default_rng(3)
    load = rng.lognormal(-0.5, 0.4, PAST + AHEAD)
    hours = past(DEAR_EVENING, load=load)
    later = replace(hours, load_kwh=np.where(np.arange(PAST + AHEAD) >= PAST, 99.0, hours.load_kwh),
                    pv_kwh=np.where(np.arange(PAST + AHEAD) >= PAST, 99.0, hours.pv_kwh),
                    buy=np.where(np.arange(PAST + AHEAD) >= PAST + 12, 99.0, hours.buy))  # fmt: skip
    first, other = asked(hours, listed=PAST + 12), asked(later, listed=PAST + 12)
    assert first.settings == other.settings and first.saving_a_day == other.saving_a_day


def test_the_expected_load_is_unbiased_and_keeps_its_peaks() -> None:
    rng = np.random.default_rng(4)
    load = 0.3 + np.where((HOUR == 19) & (rng.random(PAST + AHEAD) < 0.4), 4.0, 0.0)
    found = outlook(past(DEAR_EVENING, load=load), PAST, 24, PAST + AHEAD)
    assert found is not None
    assert found.hours.load_kwh.sum(axis=1) @ found.weights == pytest.approx(0.3 * 24 + 1.6, rel=0.25)
    assert found.hours.load_kwh.max() > 4.0


def test_the_days_that_tell_most_are_chosen_for_each_station() -> None:
    day = np.arange(-PAST, AHEAD) // 24
    weekly = np.where((day % 7 == 0) & (HOUR > 8), 3.0, 0.3)
    found = outlook(past(DEAR_EVENING, load=weekly), PAST, 24, PAST + AHEAD)
    assert found is not None and "same weekday" in found.words
    moved = np.where(day < -10, 0.3, 1.5)
    found = outlook(past(DEAR_EVENING, load=moved), PAST, 24, PAST + AHEAD)
    assert found is not None and "last 7 days" in found.words


def test_after_a_change_of_the_clock_people_keep_their_hours() -> None:
    """Six weeks at UTC+1 with a meal at 19 h, then UTC+2: it is expected an hour earlier by UTC."""
    load = np.where(HOUR == 18, 3.0, 0.3)
    hours = replace(past(DEAR_EVENING, load=load), offset_s=np.where(np.arange(PAST + AHEAD) < PAST, 3600.0, 7200.0))
    found = outlook(hours, PAST, 24, PAST + AHEAD)
    assert found is not None and int(found.hours.load_kwh.mean(axis=0).argmax()) == 17


def test_a_few_outages_are_no_distribution_and_a_reserve_never_buys_at_the_dearest_hour() -> None:
    once = outage_reserve(HOME, OutageRecord(1, 90.0, 24.0), 0.6, 0.3)
    assert once == Reserve() and outage_reserve(HOME, OutageRecord(), 0.6, 0.3) == Reserve()
    often = outage_reserve(HOME, OutageRecord(9, 90.0, 3.0), 0.5, 0.3)
    assert often.kwh == pytest.approx(1.0 + 1.5 / 0.94) and 0.0 < often.price < 0.1
    hours = certain(Horizon(
        buy=np.where(np.arange(36) < 4, 0.60, 0.20), sell=np.zeros(36), load_kwh=np.full(36, 0.5), pv_kwh=np.zeros(36)
    ))  # fmt: skip
    course = decide(hours, HOME, 1.0, often)
    assert all(one.mode is not Mode.GRID_CHARGE for one in course.settings[:4])
    assert course.stored_kwh[4:].max() >= 1.5, "but it is filled where energy is cheap"


def test_a_change_that_may_lose_as_much_as_it_gains_is_not_advised() -> None:
    assert worthwhile(np.array([0.5, 0.4, -0.1]), HOME) and worthwhile(np.array([0.004] * 3), HOME)
    assert not worthwhile(np.array([0.5, -0.3, -0.1]), HOME) and not worthwhile(np.zeros(3), HOME)


def test_likelier_scenarios_weigh_more_in_what_is_set_and_what_is_worth_it() -> None:
    gains = np.array([0.5, -0.4])
    assert worthwhile(gains, HOME, np.array([0.9, 0.1])) and not worthwhile(gains, HOME, np.array([0.4, 0.6]))
    dull = np.stack((np.zeros(36), np.where(HOUR[:36] >= 9, 3.0, 0.0)))
    hours = Horizon(
        buy=np.tile(np.where(np.arange(36) < 6, 0.10, 0.40), (2, 1)), sell=np.zeros((2, 36)),
        load_kwh=np.full((2, 36), 0.7), pv_kwh=dull,
    )  # fmt: skip
    sure = decide(hours, HOME, 1.0, weights=np.array([1.0, 0.0]))
    alone = decide(hours.rows(np.array([0])), HOME, 1.0)
    assert sure.settings == alone.settings and sure.stored_kwh == pytest.approx(alone.stored_kwh)


def test_a_saving_is_told_of_days_that_it_was_not_chosen_for() -> None:
    """Prices that cannot be foreseen: chosen for the very days they come on, a setting would look profitable."""
    rng = np.random.default_rng(5)
    count = 20
    hours = Horizon(
        buy=np.exp(rng.normal(-1.2, 0.8, (count, 24))), sell=np.zeros((count, 24)), load_kwh=np.full((count, 24), 0.7),
        pv_kwh=np.zeros((count, 24)),
    )  # fmt: skip
    weights = np.full(count, 1.0 / count)
    seen = decide(hours, HOME, 5.0, weights=weights).savings
    unseen = unseen_savings(Outlook(hours, weights, 24, "", 0), HOME, 5.0, Reserve())
    assert unseen.mean() < seen.mean() and len(unseen) == count
    other = replace(hours, buy=np.where(np.arange(count)[:, None] == 3, 9.0, hours.buy))
    changed = unseen_savings(Outlook(other, weights, 24, "", 0), HOME, 5.0, Reserve())
    assert changed[[1, 5, 7]] == pytest.approx(unseen[[1, 5, 7]]), "days on the same side are not told by one another"


def test_the_range_of_a_saving_is_wider_where_days_go_in_runs() -> None:
    runs = np.arange(28.0)
    apart = runs[np.arange(28) * 13 % 28]
    loose, wide = saving_range(apart), saving_range(runs)
    assert loose == pytest.approx(tuple(np.quantile(apart, (0.1, 0.9), method="weibull")), abs=0.1)
    assert wide[0] < loose[0] - 1.0 and wide[1] > loose[1] + 1.0
    assert wide[0] >= 0.0 and wide[1] <= 27.0, "no further than anything that came"
    assert saving_range(np.zeros(28)) == (0.0, 0.0) and saving_range(np.array([1.0, 3.0])) == (1.0, 3.0)


def test_a_battery_that_wears_dearer_than_energy_costs_is_left_alone() -> None:
    hours = certain(weeks(2, 2).part(0, 36))
    dear = replace(HOME, wear_per_kwh=1.0)
    course = run(decide(hours, dear, 5.0).settings, hours, dear, 5.0)
    assert np.minimum(course.battery_kwh, 0.0).sum() == pytest.approx(0.0, abs=1e-9)


def test_pv_by_the_weather_is_set_right_by_what_came() -> None:
    promised = np.array([10.0, np.nan, 20.0, 0.1, 12.0, 10.0, 10.0])
    came = np.array([7.0, 5.0, 14.0, 5.0, np.nan, 8.0, 6.0])
    assert yield_ratios(promised, came, 6.0) == pytest.approx({7: 0.7, 5: 0.7, 2: 0.8, 1: 0.6})
    sun = SunForecast(np.full(36, 2.0), dict.fromkeys(range(1, 15), 0.7))
    found = outlook(past(DEAR_EVENING), PAST, 36, PAST + AHEAD, sun)
    assert (
        found is not None
        and found.compared == 14
        and found.hours.pv_kwh == pytest.approx(np.full((28, 36), 1.4), rel=0.01)
    )
    guessed = outlook(past(DEAR_EVENING), PAST, 36, PAST + AHEAD, SunForecast(np.full(36, 2.0), {1: 0.1}))
    assert guessed is not None and guessed.compared == 0 and "guessed" in guessed.words
    assert guessed.hours.pv_kwh[:, 0].min() < 2.0 < guessed.hours.pv_kwh[:, 0].max()
