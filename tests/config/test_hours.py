"""Hours of the week in which somebody is told."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from victron_console.config.hours import week_hours
from victron_console.config.notify import NotifySettings

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 30, tzinfo=BERLIN)


def holds(text: str, day: int, hour: int, minute: int = 0) -> bool:
    span = week_hours(text)
    assert span is not None
    return span.hold(MONDAY.replace(day=MONDAY.day - 7 + day, hour=hour, minute=minute))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("08:00-18:00", [(0, 8, 0), (6, 17, 59)], [(0, 7, 59), (0, 18, 0)]),
        ("22:00-06:00", [(0, 22, 0), (1, 5, 59), (6, 0, 0)], [(1, 6, 0), (1, 21, 59)]),
        ("mon-fri 08:00-18:00", [(0, 8, 0), (4, 8, 0)], [(5, 8, 0), (6, 8, 0)]),
        ("fri 22:00-06:00", [(4, 22, 0), (5, 5, 0)], [(4, 5, 0), (5, 22, 0)]),
        ("Sat-Mon 00:00-24:00", [(5, 0, 0), (0, 23, 59)], [(1, 0, 0), (4, 23, 59)]),
        ("sun 18:00-18:00", [(6, 18, 0), (0, 17, 59)], [(6, 17, 59), (0, 18, 0)]),
    ],
)
def test_hours_hold_as_clocks_show_them(
    text: str, inside: list[tuple[int, int, int]], outside: list[tuple[int, int, int]]
) -> None:
    assert [moment for moment in inside if not holds(text, *moment)] == []
    assert [moment for moment in outside if holds(text, *moment)] == []


@pytest.mark.parametrize("text", ["", "8-18", "24:00-06:00", "08:60-09:00", "08:00-25:00", "mo 08:00-18:00", "08:00"])
def test_what_is_no_span_of_hours_is_none(text: str) -> None:
    assert week_hours(text) is None


def test_hours_are_those_of_the_zone_that_is_named() -> None:
    nine_in_berlin = MONDAY.replace(hour=9).timestamp()
    for zone, is_open in (("Europe/Berlin", True), ("America/New_York", False)):
        settings = NotifySettings.model_validate({"hours": ["08:00-18:00"], "timezone": zone})
        assert settings.open_at(nine_in_berlin) is is_open
