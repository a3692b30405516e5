"""Forecasts held against what came: the last issue before a day began, and none of what came later."""

from __future__ import annotations

import numpy as np
import pytest

from victron_console.diagnosing.ess.forecast_backtest import PLAYED, forecast_backtest
from victron_console.diagnosing.ess.hours import Hours
from victron_console.model.external.hourly_forecast import HIGHS, LOAD, LOWS, PV, HourlyForecast
from victron_console.model.units import HOUR_S

T0 = 1_764_547_200.0  # 2025-12-01 00:00 UTC
DAYS = 40
SINCE, UNTIL = 24 * 30, 24 * 36


def home(load: np.ndarray | None = None) -> Hours:
    hour = np.arange(24 * DAYS)
    rng = np.random.default_rng(1)
    usual = 0.4 + 0.3 * rng.random(24 * DAYS)
    return Hours(
        begins=T0 + HOUR_S * hour.astype(np.float64), load_kwh=usual if load is None else load,
        pv_kwh=np.where((hour % 24 > 8) & (hour % 24 < 16), 1.0, 0.0), buy=np.zeros(24 * DAYS),
        sell=np.zeros(24 * DAYS), offset_s=np.zeros(24 * DAYS),
    )  # fmt: skip


def issue(source: str, day: int, at: float, kwh: float, spread: float | None = None) -> HourlyForecast:
    series = {LOAD: (kwh,) * 24}
    if spread is not None:
        series |= {LOWS[LOAD]: (kwh - spread,) * 24, HIGHS[LOAD]: (kwh + spread,) * 24}
    return HourlyForecast(source, at, T0 + day * 24 * HOUR_S, series)


def test_the_last_issue_before_a_day_is_held_against_it() -> None:
    begin = T0 + 30 * 24 * HOUR_S
    issued = {
        "own": [
            issue("own", 30, begin - 7200.0, 9.0), issue("own", 30, begin - 3600.0, 0.6, 0.2),
            issue("own", 30, begin + 60.0, 5.0),
        ],
        "vrm": [issue("vrm", 31, begin + 12 * HOUR_S, 0.5), issue("vrm", 40, begin + 60 * HOUR_S, 0.5)],
    }  # fmt: skip
    found = forecast_backtest(home(np.full(24 * DAYS, 0.5)), SINCE, UNTIL, issued)
    own = found[LOAD, "own"]
    assert len(own.days) == 1, "a day that nothing was issued before is not judged"
    assert own.hour_error_kwh == pytest.approx(0.1) and own.bias_percent == pytest.approx(20.0)
    assert own.day_error_percent == pytest.approx(20.0) and own.coverage_percent == 100.0
    assert own.naive_day_error_percent == pytest.approx(0.0)
    portal = found[LOAD, "vrm"]
    assert len(portal.days) == 1 and portal.day_error_percent == pytest.approx(0.0) and portal.coverage_percent is None
    assert (PV, "own") not in found, "what is not told is not judged"


def test_our_method_is_played_from_what_was_known_then() -> None:
    hours = home()
    found = forecast_backtest(hours, SINCE, UNTIL, {})
    assert set(found) == {(LOAD, PLAYED), (PV, PLAYED)} and len(found[LOAD, PLAYED].days) == 6
    assert found[PV, PLAYED].day_error_percent == pytest.approx(0.0, abs=1e-6)
    assert 60.0 < (found[LOAD, PLAYED].coverage_percent or 0.0) < 95.0
    later = np.where(np.arange(24 * DAYS) >= SINCE + 24, 7.0, hours.load_kwh)
    other = forecast_backtest(home(later), SINCE, UNTIL, {})
    assert other[LOAD, PLAYED].days[0].told == pytest.approx(found[LOAD, PLAYED].days[0].told)
    assert other[LOAD, PLAYED].days[1].came[0] == 7.0


def test_a_day_that_was_not_measured_whole_is_left_out() -> None:
    load = home().load_kwh.copy()
    load[SINCE + 30] = np.nan
    found = forecast_backtest(home(load), SINCE, UNTIL, {})
    assert len(found[LOAD, PLAYED].days) == 4, "nor the one after it, which has no day before"
    assert len(found[PV, PLAYED].days) == 6


def test_an_issue_of_days_ago_is_not_held_against_a_day_that_it_reaches() -> None:
    begin = T0 + 30 * 24 * HOUR_S
    long = HourlyForecast("vrm", begin - 24 * HOUR_S, begin - 24 * HOUR_S, {LOAD: (0.5,) * 96})
    found = forecast_backtest(home(), SINCE, UNTIL, {"vrm": [long]})
    assert len(found[LOAD, "vrm"].days) == 1
