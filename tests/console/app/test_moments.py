"""Typed moments and local days where clocks change: Berlin, put forward on March 29th 2026, back on October 25th."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import pytest

from victron_console.console.trends.frame import Frame
from victron_console.model.clock import local, midnight
from victron_console.model.moments import parse_moment
from victron_console.model.units import DAY_S

JULY = 1_784_073_600.0  # 2026-07-15 00:00 UTC
MARCH = 1_774_782_000.0  # 2026-03-29 13:00 in Berlin
OCTOBER = 1_792_926_000.0  # 2026-10-25 12:00 in Berlin
TWO = 1_792_888_200.0  # 2026-10-25 02:30 there, the first time


@pytest.fixture(autouse=True)
def berlin(utc: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield


def shown(at: float | None) -> str:
    return "" if at is None else f"{local(at):%m-%d %H:%M %z}"


@pytest.mark.parametrize(
    "typed",
    ["0001-01-01", "0001-01-01T00:00+05:00", "1969-12-31", "-9999999999d", f"-{'9' * 400}d"],
)
def test_what_no_calendar_or_no_store_can_hold_is_no_moment(typed: str) -> None:
    assert parse_moment(typed, JULY) is None


def test_a_date_of_another_season_has_the_offset_of_that_season() -> None:
    assert shown(parse_moment("2026-01-15 03:14", JULY)) == "01-15 03:14 +0100"
    assert shown(parse_moment("2026-06-15 03:14", OCTOBER + 40 * DAY_S)) == "06-15 03:14 +0200"


def test_the_time_of_day_before_a_change_of_clocks_is_that_of_yesterday() -> None:
    assert shown(parse_moment("14:00", MARCH)) == "03-28 14:00 +0100"
    assert shown(parse_moment("00:30", MARCH)) == "03-29 00:30 +0100"


def test_a_time_that_comes_twice_is_the_second_one_unless_that_has_not_come() -> None:
    assert parse_moment("02:30", OCTOBER) == parse_moment("2026-10-25 02:30", OCTOBER) == TWO + 3600
    assert parse_moment("02:30", TWO + 1800) == TWO
    assert parse_moment("2026-10-25 02:30+02:00", OCTOBER) == TWO


def test_a_time_that_clocks_were_put_forward_over_is_that_much_later() -> None:
    assert shown(parse_moment("02:30", MARCH)) == "03-29 03:30 +0200"


def test_a_time_of_day_with_a_zone_is_of_that_zone() -> None:
    assert shown(parse_moment("03:14+00:00", JULY + 12 * 3600)) == "07-15 05:14 +0200"
    assert shown(parse_moment("23:30+00:00", JULY + 600)) == "07-15 01:30 +0200"


def test_bars_of_days_lie_between_the_midnights_of_the_operator() -> None:
    frame = Frame(midnight(date(2026, 3, 28)), DAY_S, 3)

    assert [(end - begin) / 3600 for begin, end in zip(frame.midnights, frame.midnights[1:], strict=False)] == [
        24, 23, 24,
    ]  # fmt: skip
    back = Frame(midnight(date(2026, 10, 27)) - 3 * DAY_S, DAY_S, 3)
    assert [shown(at)[:11] for at in back.midnights] == ["10-24 00:00", "10-25 00:00", "10-26 00:00", "10-27 00:00"]
