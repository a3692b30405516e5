"""SOH by its steps, and the replacement window: the acceptance figures of the method."""

from __future__ import annotations

import numpy as np
import pytest
from tests.diagnosing.acceptance import soh_bias, soh_told_early, widenings, windows_told_healthy
from tests.diagnosing.made_battery import T0, reported

from victron_console.diagnosing.battery.replacement import months_left, replacement
from victron_console.diagnosing.battery.soh import soh_trend
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
