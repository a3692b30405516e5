"""SOH by its steps, and the replacement window: the acceptance figures of the method."""

from __future__ import annotations

import numpy as np
import pytest
from tests.diagnosing.acceptance import soh_bias, soh_told_early, widenings, windows_told_healthy
from tests.diagnosing.made_battery import T0, reported

from victron_console.diagnosing.battery.replacement import months_left, replacement
from victron_console.diagnosing.battery.soh import soh_trend
from victron_console.diagnosing.battery.soh_past import SohPast, SohStep
from victron_console.diagnosing.finding import Status
from victron_console.model.units import DAY_S


@pytest.mark.slow
@pytest.mark.parametrize("truth", [0.3, 0.5, 1.0])
def test_a_year_of_whole_numbers_gives_the_slope_without_bias(truth: float) -> None:
    starts = np.random.default_rng(5).uniform(88, 98, 60)
    trends = [reported(truth, 365, start, seed, 0.15).loss for seed, start in enumerate(starts)]
    slopes = [trend.value for trend in trends if trend.value is not None]
    assert len(slopes) >= 30
    assert abs(soh_bias(truth)) <= 0.03
    inside = [t for t in trends if t.low is not None and t.high is not None and t.low <= truth <= t.high]
    assert len(inside) >= 0.9 * len(slopes)


@pytest.mark.slow
def test_a_healthy_fleet_is_not_alarmed_and_a_slow_loss_is_found_without_bias() -> None:
    starts = np.random.default_rng(6).uniform(88, 99, 60)
    trends = [reported(0.2, 365, start, seed).loss for seed, start in enumerate(starts)]
    slopes = [trend.value for trend in trends if trend.value is not None]
    assert slopes and abs(float(np.mean(slopes)) - 0.2) <= 0.03
    assert all((trend.low or 0.0) < 0.5 for trend in trends)


def test_ninety_days_are_never_enough() -> None:
    assert soh_told_early() == 0
    trend = reported(1.5, 90, 93.2).loss
    assert trend.status is Status.INSUFFICIENT and trend.value is None and "steps" in trend.reason


def test_the_level_says_of_how_many_days_it_really_is() -> None:
    short, long = reported(0.0, 2, 99.0), reported(0.0, 60, 99.0)
    assert (short.level.window.count, short.level.window.since) == (2, T0)
    assert long.level.window.count == 7
    for trend, days in ((short, 2), (long, 60)):
        assert trend.level.window.until < T0 + days * DAY_S


def test_a_new_battery_starts_anew() -> None:
    at = T0 + np.arange(0, 650 * DAY_S, 6 * 3600.0)
    age = np.where(at < T0 + 500 * DAY_S, at - T0, at - T0 - 500 * DAY_S) / (30.4375 * DAY_S)
    trend = soh_trend(at, np.round(np.where(at < T0 + 500 * DAY_S, 90.0, 100.0) - 0.6 * age))
    assert trend.loss.status is Status.INSUFFICIENT
    assert trend.days == pytest.approx(150, abs=12)
    assert trend.latest_percent == 97


def test_a_day_of_wrong_values_is_no_step() -> None:
    at = T0 + np.arange(0, 200 * DAY_S, 3600.0)
    soh = np.full(len(at), 95.0)
    soh[1000:1040] = 60.0
    assert soh_trend(at, soh).steps == ()


def test_a_battery_without_soh_is_unknown_not_healthy() -> None:
    trend = soh_trend(T0 + np.arange(10.0), np.full(10, np.nan))
    assert trend.loss.status is Status.UNKNOWN
    assert all(not window.known for window in replacement(trend).windows)


def test_no_window_is_printed_for_a_healthy_battery_or_a_short_history() -> None:
    assert windows_told_healthy() == 0
    healthy = replacement(reported(0.3, 365, 99.4))
    assert healthy.early_months is None and "healthy" in healthy.windows[0].reason
    young = replacement(reported(0.9, 100, 90.0))
    assert young.early_months is None and "not enough history" in young.windows[0].reason


def test_the_window_holds_both_ends_of_life_and_narrows_as_the_battery_wears() -> None:
    eighty, seventy = replacement(reported(0.5, 400, 92.0)).windows
    assert eighty.low is not None and eighty.value is not None and eighty.high is not None
    assert eighty.low < eighty.value < eighty.high < (seventy.high or 0)
    assert "scenario range" in eighty.confidence and "untested" in seventy.confidence
    assert widenings() == 0


def test_the_published_example_is_24_months_not_200() -> None:
    assert months_left(82, 70, 0.5)[1] == pytest.approx(24)


def test_a_worn_battery_has_no_time_left() -> None:
    found = replacement(reported(0.5, 400, 84.0), ["2 modules are offline"])
    assert found.windows[0].value == 0.0 and (found.windows[1].value or 0) > 0
    assert found.inspect_now == ("2 modules are offline",)


@pytest.mark.slow
@pytest.mark.parametrize("percent_a_year", [1.0, 1.5, 2.0, 2.5, 3.0])
def test_three_steps_tell_the_loss_of_an_ordinary_battery_however_long_they_took(percent_a_year: float) -> None:
    """Seven years of nights that see 400 days each and remember the steps before."""
    day = np.arange(0, 7 * 365.0)
    true = 99.3 - percent_a_year * day / 365.25
    shown = np.round(true + np.random.default_rng(3).normal(0, 0.1, len(day)))
    past, slopes, unknown = None, [], 0
    for end in range(60, len(day), 45):
        begin = max(0, end - 400)
        trend = soh_trend(T0 + day[begin:end] * DAY_S, shown[begin:end], past)
        past = trend.past
        unknown += len(trend.steps) >= 3 and not trend.loss.known
        if trend.loss.value is not None:
            slopes.append(trend.loss.value * 12)
            assert (trend.loss.low or 0) <= percent_a_year / 12 <= (trend.loss.high or 0) * 1.02
    assert unknown == 0 and slopes
    assert np.median(slopes) == pytest.approx(percent_a_year, rel=0.06)
    assert past is not None and len(past.steps) == int(shown[0] - shown[-1])


@pytest.mark.slow
def test_what_is_remembered_is_what_the_whole_record_says() -> None:
    day = np.arange(0, 1200.0)
    shown = np.round(98.2 - 2.5 * day / 365.25).astype(np.float64)
    whole = soh_trend(T0 + day * DAY_S, shown)
    past = None
    for end in range(30, 1201, 30):
        begin = max(0, end - 400)
        past = soh_trend(T0 + day[begin:end] * DAY_S, shown[begin:end], past).past
    assert past is not None and past.steps == whole.steps and past.since == whole.past.since  # type: ignore[union-attr]


def test_a_new_battery_is_told_from_the_one_remembered() -> None:
    old = SohPast(T0 - 900 * DAY_S, T0 - DAY_S, 84.0, (SohStep(T0 - 500 * DAY_S, 85.0), SohStep(T0 - 90 * DAY_S, 84.0)))
    trend = soh_trend(T0 + np.arange(30.0) * DAY_S, np.full(30, 100.0), old)
    assert trend.steps == () and trend.replaced_at is not None and trend.days == pytest.approx(30)
    same = soh_trend(T0 + np.arange(30.0) * DAY_S, np.full(30, 84.0), old)
    assert same.steps == old.steps and same.replaced_at is None


def test_a_battery_that_stands_still_is_not_told_by_its_first_months() -> None:
    """92 to 89 within 120 days, a BMS that finds its feet, then flat for years."""
    day = np.arange(0, 6 * 365.0)
    shown = np.maximum(89.0, 92.0 - np.floor(day / 40))
    plans = []
    past = None
    for end in (180, 400, 800, 2190):
        trend = soh_trend(T0 + day[max(0, end - 400) : end] * DAY_S, shown[max(0, end - 400) : end], past)
        past = trend.past
        early = replacement(trend).early_months
        assert early is not None
        plans.append(early)
    assert plans == sorted(plans) and plans[1] > 24 and plans[-1] > 200


def test_near_its_end_the_window_holds_the_rounding_too() -> None:
    """81 % may be 80.5 or, where the BMS cuts decimals off, nearly 82."""
    early, straight, late = months_left(81.0, 80.0, 0.25)
    assert straight == pytest.approx(4)
    assert early <= 2 * 0.7 and late >= 8 * 1.45
