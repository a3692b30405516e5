"""What a wall of 200 columns has room for beside table, station and alarms: the log, and 24 hours at a glance. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from victron_console.console.kit.event_words import KIND_WORDS
from victron_console.console.kit.format import GAP, clock, moment
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import cut
from victron_console.console.kit.view import (
    Alarm,
    Mark,
)
from victron_console.model.clock import local
from victron_console.model.units import DAY_S, HOUR_S
from victron_console.store.records import Event

HOURS_START = 18
"""The column where the day begins in the 24-hour rows."""
_TICK_EVERY_HOURS = 3
_NOW = (Mark.NOW, Mark.ACKED_NOW)
_LINK = (Mark.LOST, Mark.ACKED_LINK)
_KIND_ROLES = {"raised": Role.NOW_TEXT, "raise": Role.NOW_TEXT, "lost": Role.LINK_TEXT, "stale": Role.LINK_TEXT}


def draw_log(line: Line, start: int, event: Event, names: Mapping[str, str], now: float) -> None:
    """One line of the log: when, what kind, which site, the words."""
    line.put(start, moment(event.at, now), Role.TEXT3)
    line.put(start + 7, cut(KIND_WORDS.get(event.kind, event.kind), 7), _KIND_ROLES.get(event.kind, Role.TEXT2))
    line.put(start + 15, cut(names.get(event.station or "", event.station or "console"), 12), Role.TEXT1)
    line.put(start + 29, cut(event.text, line.width - 2 - start - 29), Role.TEXT2)


def draw_log_head(line: Line, start: int, seen_at: float) -> None:
    """The rule over the log; `seen_at` is when the console was last left, 0 where it never was."""
    column = line.put(start, "LOG", Role.TEXT1, bold=True) + 3
    if seen_at:
        column = line.put(column, f"since you last looked {clock(seen_at)}", Role.TEXT3) + 1
    line.rule(column, line.width - 2)


def draw_hours(width: int, alarms: Sequence[Alarm], now: float) -> list[Line]:
    """24 hours of alarms by priority: `▌` where one was raised, `·` where a link was gone."""
    head = Line(width)
    column = head.put(head.put(2, "24 HOURS", Role.TEXT1, bold=True) + 3, "one mark per alarm", Role.TEXT3) + 1
    head.rule(column, width - 2)
    today = [alarm for alarm in alarms if alarm.mark not in (*_NOW, *_LINK)]
    return [
        head,
        _hours_row(width, "!!", "now", [a for a in alarms if a.mark in _NOW], Role.NOW_TEXT, now),
        _hours_row(width, "!", "today", today, Role.TODAY_TEXT, now),
        _hours_row(width, "x", "link", [a for a in alarms if a.mark in _LINK], Role.LINK_TEXT, now),
        _ticks(width, now),
    ]


def _column(width: int, at: float, now: float) -> int:
    """The cell of a moment of the last 24 hours; before the first one where it is older."""
    last = width - 2
    return last - round((now - at) / DAY_S * (last - HOURS_START))


def _hours_row(width: int, glyph: str, word: str, alarms: Sequence[Alarm], role: Role, now: float) -> Line:
    line = Line(width)
    line.put(2, glyph, role)
    line.put(5, word, Role.TEXT2)
    line.rule(HOURS_START, width - 2)
    for alarm in alarms:
        first = _column(width, alarm.since, now)
        if role is Role.LINK_TEXT:
            start = max(HOURS_START, first)
            line.put(start, GAP * (_column(width, alarm.until or now, now) + 1 - start), role)
        elif first >= HOURS_START:
            line.put(first, "▌", role)
    return line


def _ticks(width: int, now: float) -> Line:
    line = Line(width)
    hour = local(now).replace(minute=0, second=0, microsecond=0)
    at = hour.timestamp()
    while at > now - DAY_S:
        column = _column(width, at, now) - 2
        if local(at).hour % _TICK_EVERY_HOURS == 0 and HOURS_START <= column <= width - 7:
            line.put(column, clock(at), Role.TEXT3)
        at -= HOUR_S
    return line
