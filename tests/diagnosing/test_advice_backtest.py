"""The past played through the advice: what it counts, what it leaves out, and what it may not look at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.diagnosing.made_tariff import HOME, weeks

from victron_console.diagnosing.battery.sunrise_backtest import HourOfProjection, Projected
from victron_console.diagnosing.ess.advice_backtest import AdviceBacktest, Costs, advice_backtest
from victron_console.diagnosing.ess.hours import Hours
from victron_console.model.units import HOUR_S

T0 = 1_764_547_200.0  # 2025-12-01 00:00 UTC
SINCE, UNTIL = 24 * 16, 24 * 18


def home(seed: int = 1) -> Hours:
    made = weeks(seed, 21)
    begins = T0 + HOUR_S * np.arange(len(made.buy), dtype=np.float64)
    return Hours(
        begins=begins, load_kwh=made.load_kwh, pv_kwh=made.pv_kwh, buy=made.buy, sell=made.sell,
        offset_s=np.zeros(len(begins)),
    )  # fmt: skip


def played(hours: Hours, *, is_listed: bool = True) -> AdviceBacktest:
    return advice_backtest(hours, SINCE, UNTIL, HOME, 5.0, is_listed=is_listed)


@pytest.mark.slow
def test_what_came_later_changes_nothing_of_what_was_advised_before() -> None:
    hours = home()
    after = np.arange(len(hours.begins)) >= SINCE + 24
    other = replace(hours, load_kwh=np.where(after, 2.0, hours.load_kwh), pv_kwh=np.where(after, 0.0, hours.pv_kwh))
    one, changed = (played(each).days[0][1] for each in (hours, other))
    assert one.advice == pytest.approx(changed.advice, abs=1e-9)
    assert one.no_battery == changed.no_battery


@pytest.mark.slow
def test_hours_that_were_not_measured_are_left_out_of_every_way() -> None:
    hours = home()
    hole = (np.arange(len(hours.begins)) >= SINCE + 30) & (np.arange(len(hours.begins)) < SINCE + 35)
    found = played(replace(hours, load_kwh=np.where(hole, np.nan, hours.load_kwh)))
    assert found.missing == 5 and np.isfinite(found.total.advice) and found.failed == 0
    assert found.total.perfect <= found.total.advice + 1e-9


@pytest.mark.slow
def test_every_price_list_is_advised_on() -> None:
    rng = np.random.default_rng(3)
    hours = home()
    for sell in (0.0, 0.3, -0.05):
        buy = np.where(rng.random(len(hours.begins)) < 0.15, -0.1, hours.buy)
        found = played(replace(hours, buy=buy, sell=np.full(len(buy), sell)))
        assert found.failed == 0 and found.total.perfect <= found.total.advice + 0.02


@pytest.mark.slow
def test_a_list_that_ends_is_told_as_hours_without_advice() -> None:
    hours = home()
    ends = np.arange(len(hours.begins)) >= SINCE + 40
    found = played(replace(hours, buy=np.where(ends, np.nan, hours.buy)))
    assert found.missing == UNTIL - SINCE - 40 and found.failed == 0 and len(found.days) == 2


@pytest.mark.slow
def test_a_share_of_no_saving_is_not_told() -> None:
    flat = replace(home(), buy=np.full(24 * 21, 0.3), sell=np.zeros(24 * 21), pv_kwh=np.zeros(24 * 21))
    found = advice_backtest(flat, SINCE, SINCE + 24, HOME, HOME.floor_kwh, is_listed=False)
    assert found.total.self_consumption == pytest.approx(found.total.perfect, abs=1e-6)
    assert found.total.captured_percent is None
    assert Costs(10.0, 8.0, 7.99, 7.96).captured_percent is None, "within half a percent of the bill"
    assert Costs(10.0, 8.0, 7.5, 7.0).captured_percent == 50.0


def test_nights_are_counted_as_they_were_told_and_as_they_came() -> None:
    def night(middle: float, came: float, *, told: bool, empty: bool) -> Projected:
        return Projected(middle - 5, middle, middle + 5, middle + 10, told, came, empty)

    hour = HourOfProjection((
        night(40, 42, told=False, empty=False), night(40, 50, told=False, empty=False),
        night(10, 10, told=True, empty=True), night(30, 10, told=False, empty=True),
        night(10, 20, told=True, empty=False),
    ))  # fmt: skip
    assert hour.mae_points == pytest.approx((2 + 10 + 0 + 20 + 10) / 5)
    assert hour.coverage_percent == pytest.approx(100 / 3), "only nights off the floor"
    assert hour.missed_empty_percent == 50.0, "of the two that ended on the floor"
    assert hour.false_empty_percent == pytest.approx(100 / 3), "of the three that did not"
    assert HourOfProjection(()).mae_points is None and HourOfProjection(()).coverage_percent is None
