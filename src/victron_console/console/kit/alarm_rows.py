"""One alarm in one row, as FLEET, SITE and ALARMS all show it. Pure drawing; knows widths, no widget.

PRI, SITE, WHAT and VALUE stay down to 60 columns; the rest joins as there is room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from victron_console.console.kit.format import STALE_MARK, clock, duration, moment
from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import put_glyph
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import cut, cut_middle, width_of
from victron_console.console.kit.view import (
    ACKED,
    Alarm,
    Mark,
    alarm_counts,
)

MARKED = "+"
"""Before the row of an alarm that the next act is about."""
_LONG_NAME = 28
"""Cells of the longest name of an alarm of ours, `Part of the collector failed`."""


@dataclass(frozen=True, slots=True)
class AlarmColumns:
    """Where the parts of an alarm's row stand. A part at 0 is not drawn; ends are the last cell."""

    since: int
    site: int
    site_end: int
    what: int
    what_end: int
    value_end: int
    unit: int
    response: int
    response_end: int
    duration_end: int = 0
    source: int = 0
    source_end: int = 0
    limit_end: int = 0
    count_end: int = 0
    heads: bool = False


def alarm_columns(width: int, *, limits: bool = False) -> AlarmColumns:
    """The columns for a width, the last of it left blank. `limits`: also where there is just room for them.

    Where there is more than that, the first of it goes to what the alarm is called: its response may be cut.
    """
    if width >= 118:
        more = _for_names(width - 120, 22)
        return AlarmColumns(
            7, 20, 31, 44, 65 + more, 72 + more, 74 + more, 88 + more, min(width - 2, 118 + more), 17, 34, 42,
            81 + more, 85 + more, heads=True,
        )  # fmt: skip
    more = _for_names(width - 84, 16)
    if width >= 76 and limits:
        return AlarmColumns(
            7, 14, 25, 28, 43 + more, 49 + more, 51 + more, 62 + more, width - 2, limit_end=59 + more, heads=True
        )
    if width >= 60 and limits:
        more = _for_names(width - 61, 16)
        return AlarmColumns(
            7, 14, 25, 28, 43 + more, 49 + more, 51 + more, 0, 0, limit_end=59 + more if width > 60 else 0, heads=True
        )
    if width >= 76:
        return AlarmColumns(7, 14, 25, 28, 43 + more, 48 + more, 50 + more, 54 + more, width - 2)
    if width >= 56:
        return AlarmColumns(7, 14, 25, 28, 43, 48, 50, 0, 0)
    return AlarmColumns(0, 6, min(17, width - 1), 20, width - 1, 0, 0, 0, 0)


def _for_names(left: int, cells: int) -> int:
    """What of the columns that are left a name takes that has so many cells."""
    return min(_LONG_NAME - cells, max(0, left))


def draw_heads(width: int, columns: AlarmColumns) -> Line:
    """The heads of the wide form."""
    line = Line(width)
    for column, head in ((2, "PRI"), (columns.since, "SINCE"), (columns.site, "SITE"), (columns.what, "WHAT")):
        line.put(column, head if column else "", Role.TEXT3)
    for end, head in ((columns.duration_end, "FOR"), (columns.value_end, "VALUE")):
        line.right(end, head if end else "", Role.TEXT3)
    for end, head in ((columns.limit_end, "LIMIT"), (columns.count_end, "N")):
        line.right(end, head if end else "", Role.TEXT3)
    for start, head in ((columns.source, "SOURCE"), (columns.response, "RESPONSE")):
        line.put(start, head if start else "", Role.TEXT3)
    return line


def draw_alarm(width: int, columns: AlarmColumns, alarm: Alarm, now: float, *, selected: bool = False) -> Line:
    """The row of an alarm. A shelved one is faint all over."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    shelved = alarm.mark in (Mark.SHELVED, Mark.MAINTENANCE)
    bright, middle = (Role.TEXT3, Role.TEXT3) if shelved else (Role.TEXT1, Role.TEXT2)
    put_glyph(line, 2, alarm.mark, width=3)
    if columns.since:
        line.put(columns.since, moment(alarm.since, now), Role.TEXT3)
    line.put(columns.site, cut_middle(alarm.site, columns.site_end + 1 - columns.site), bright)
    what_end = columns.what_end
    if columns.value_end:
        # Words that do not fit beside it stand in the alarm's detail.
        value = alarm.value if width_of(alarm.value) <= columns.value_end - what_end else ""
        start = line.right(columns.value_end, value, Role.TEXT3 if alarm.stale else bright)
        if alarm.stale and value:
            line.put(start - 1, STALE_MARK, Role.LINK_TEXT)
        if value:
            what_end = min(what_end, start - 2 - alarm.stale)
            line.put(columns.unit, cut(alarm.unit, 3), Role.TEXT3)
    along = f" +{alarm.along}" if alarm.along else ""
    what_at = columns.what + 2 * alarm.under
    column = line.put(what_at, cut(alarm.what, what_end + 1 - what_at - width_of(along)), bright)
    line.put(column, along, Role.TEXT3)
    _draw_wide(line, columns, alarm, now)
    if columns.response:
        _draw_response(line, columns, alarm, middle)
    return line


def _draw_wide(line: Line, columns: AlarmColumns, alarm: Alarm, now: float) -> None:
    if columns.duration_end:
        line.right(columns.duration_end, duration((alarm.until or now) - alarm.since), Role.TEXT3)
    if columns.source:
        line.put(columns.source, fitted_source(alarm.source, columns.source_end + 1 - columns.source), Role.TEXT3)
    if columns.limit_end:
        line.right(columns.limit_end, alarm.limit, Role.TEXT3)
    if not columns.count_end:
        return
    if alarm.first:
        line.right(columns.count_end, "1st", Role.TEXT1, bold=True)
    elif alarm.count > 1:
        line.right(columns.count_end, str(alarm.count), Role.TEXT3 if alarm.mark is Mark.SHELVED else Role.TEXT2)


def _draw_response(line: Line, columns: AlarmColumns, alarm: Alarm, role: Role) -> None:
    room = columns.response_end + 1 - columns.response
    text = fitted_response(alarm.response, room)
    line.put(columns.response, text, role)
    if columns.count_end and alarm.who and width_of(text) + 1 + width_of(alarm.who) <= room:
        line.right(columns.response_end, alarm.who, Role.TEXT3)


def fitted_source(source: str, room: int) -> str:
    """A device in a width: its class is shortened before its number is lost."""
    cls, blank, number = source.partition(" ")
    over = width_of(source) - room
    return source if over <= 0 else cut(f"{cls[: max(3, len(cls) - over)]}{blank}{number}", room)


def fitted_response(response: str, room: int) -> str:
    """What to do, in a width: too long, it ends at its first `;`, and only then in `>`."""
    if width_of(response) <= room:
        return response
    return cut(response.split(";", 1)[0], room)


def draw_banner(line: Line, alarm: Alarm) -> None:
    """A new critical alarm in one line, with the key that leads to it."""
    put_glyph(line, 1, alarm.mark, width=3)
    end = line.right(line.width - 2, "3 shows it", Role.TEXT1) - 3
    value = f"{alarm.value} {alarm.unit}".strip()
    parts = ((clock(alarm.since), Role.TEXT3, False), (alarm.site, Role.TEXT1, True), (alarm.what, Role.TEXT1, True),
             (value, Role.NOW_TEXT, True), (alarm.response, Role.TEXT2, False))  # fmt: skip
    column = 5
    for text, role, bold in parts:
        if text and column < end:
            column = line.put(column, cut(text, end - column), role, bold=bold) + 2


def draw_section(width: int, alarms: Sequence[Alarm], rate: str = "", end: int | None = None) -> Line:
    """The rule over an alarm list, with how many are in which state; counts of nothing are not drawn."""
    line = Line(width)
    column = line.put(2, "ALARMS", Role.TEXT1, bold=True) + 3
    for count, word in _section_counts(alarm_counts(alarms)):
        if word == "not seen" or (count and width >= _COUNTS_FROM):
            role = Role.TEXT1 if word == "not seen" and count else Role.TEXT3
            column = line.put(line.put(column, str(count), role), f" {word}", Role.TEXT2 if count else Role.TEXT3) + 2
    if rate:
        column = line.put(column, rate, Role.TEXT3) + 2
    line.rule(column - 1, width - 2 if end is None else end)
    return line


_COUNTS_FROM = 100
"""Columns from which the rule says more than what is not seen."""


def _section_counts(counts: Mapping[Mark, int]) -> list[tuple[int, str]]:
    unseen = sum(counts.get(mark, 0) for mark in (Mark.NOW, Mark.TODAY, Mark.LOST))
    acked = sum(counts.get(mark, 0) for mark in ACKED)
    words = ((Mark.CLEARED, "cleared"), (None, "acked"), (Mark.SHELVED, "shelved"), (Mark.HELD, "held"))
    return [(unseen, "not seen")] + [(counts.get(mark, 0) if mark else acked, word) for mark, word in words]
