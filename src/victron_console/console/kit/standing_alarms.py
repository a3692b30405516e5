"""The alarms of one site as rows of a sheet: the most urgent ones, each with what to do."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.kit.format import clock, duration
from victron_console.console.kit.marks import put_glyph
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, plain, width_of
from victron_console.console.kit.view import ACKED, STANDING, Alarm


def draw_alarms(sheet: Sheet, row: int, start: int, end: int, alarms: Sequence[Alarm], now: float, *, room: int) -> int:
    """The head with what is not seen and the most urgent alarms; gives the row after the last."""
    if room <= 0:
        return row
    standing = [alarm for alarm in alarms if alarm.mark in STANDING]
    if room == 1:
        draw_standing_alarm(sheet, row, start, end, standing[0] if standing else None, now, more=len(standing) - 1)
        return row + 1
    unseen = sum(alarm.mark not in ACKED for alarm in standing)
    note = f"{unseen} not acknowledged" if unseen else f"{len(standing)} acknowledged" if standing else ""
    sheet.head(row, start, end, "ALARMS", note)
    shown: list[Alarm | None] = [*standing[: room - 1]] if standing else [None]
    for offset, alarm in enumerate(shown, 1):
        last = offset == room - 1
        draw_standing_alarm(sheet, row + offset, start, end, alarm, now, more=len(standing) - offset if last else 0)
    return row + 1 + len(shown)


def draw_standing_alarm(
    sheet: Sheet, row: int, start: int, end: int, alarm: Alarm | None, now: float, *, more: int = 0
) -> None:
    """One alarm: glyph, since, how long, source, what and value, and what to do; what does not fit is left out."""
    if alarm is None:
        sheet.put(row, start, "no active alarms", Role.TEXT2)
        return
    if more > 0:
        end = sheet.right(row, end, f"+{more} more", Role.TEXT3) - 2
    sheet.row(row).opens = alarm.id
    put_glyph(sheet.row(row), start, alarm.mark, width=3)
    limit = f"limit {alarm.limit}" if alarm.limit else ""
    value = f"{alarm.value} {alarm.unit}".strip()
    parts = [
        Run(clock(alarm.since), Role.TEXT3),
        Run(duration((alarm.until or now) - alarm.since), Role.TEXT3),
        Run(plain(alarm.source), Role.TEXT3),
        Run(plain(alarm.what), Role.TEXT1),
        Run(value, Role.TEXT1),
        Run(limit, Role.TEXT3),
        Run(f"-> {plain(alarm.response)}" if alarm.response else "", Role.TEXT2),
        Run(plain(alarm.who), Role.TEXT3),
    ]
    column = start + 4
    gap = 3 if end - start > 100 else 2
    for part in parts:
        if not part.text or column >= end:
            continue
        text = cut(part.text, end + 1 - column)
        if width_of(text) < min(width_of(part.text), 8):
            return
        column = sheet.put(row, column, text, part.role) + gap
