"""The sections of the Site page that are lists: checks, alarms, log, info. Each draws into the rows it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from victron_console.console.drawing.sheet import Run, Sheet
from victron_console.console.format import clock, duration
from victron_console.console.marks import put_glyph
from victron_console.console.palette import Role
from victron_console.console.text import cut, plain, width_of
from victron_console.console.view import ACKED, Alarm, Mark
from victron_console.store.rows import Event

STANDING = (Mark.NOW, Mark.TODAY, Mark.LOST, Mark.CLEARED, *ACKED)
"""Marks of alarms that the page lists; shelved and held ones are on the alarms screen."""


def draw_checks(sheet: Sheet, row: int, start: int, end: int, checks: Sequence[str], *, room: int) -> int:
    """Each sentence with its `?`, wrapped, as far as the rows go; gives the row after the last."""
    if room < 2 or not checks:
        return row
    sheet.head(row, start, end, "CHECKS", f"{len(checks)} of quality")
    limit, row = row + room, row + 1
    for check in checks:
        lines = wrap(plain(check), max(8, end - start - 1)) or [""]
        for number, text in enumerate(lines):
            if row >= limit:
                return row
            sheet.put(row, start, "?" if number == 0 else " ", Role.LINK_TEXT)
            sheet.put(row, start + 2, text, Role.TEXT1)
            row += 1
    return row


def draw_alarms(sheet: Sheet, row: int, start: int, end: int, alarms: Sequence[Alarm], now: float, *, room: int) -> int:
    """The head with what is not seen and the most urgent alarms; gives the row after the last."""
    if room <= 0:
        return row
    standing = [alarm for alarm in alarms if alarm.mark in STANDING]
    if room == 1:
        draw_alarm(sheet, row, start, end, standing[0] if standing else None, now, more=len(standing) - 1)
        return row + 1
    unseen = sum(alarm.mark not in ACKED for alarm in standing)
    note = f"{unseen} not acknowledged" if unseen else f"{len(standing)} acknowledged" if standing else ""
    sheet.head(row, start, end, "ALARMS", note)
    shown: list[Alarm | None] = [*standing[: room - 1]] if standing else [None]
    for offset, alarm in enumerate(shown, 1):
        last = offset == room - 1
        draw_alarm(sheet, row + offset, start, end, alarm, now, more=len(standing) - offset if last else 0)
    return row + 1 + len(shown)


def draw_alarm(sheet: Sheet, row: int, start: int, end: int, alarm: Alarm | None, now: float, *, more: int = 0) -> None:
    """One alarm: glyph, since, how long, source, what and value, and what to do; what does not fit is left out."""
    if alarm is None:
        sheet.put(row, start, "no active alarms", Role.TEXT2)
        return
    if more > 0:
        end = sheet.right(row, end, f"+{more} more", Role.TEXT3) - 2
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


def draw_log(sheet: Sheet, row: int, start: int, end: int, events: Sequence[Event], *, room: int) -> int:
    """What happened here, newest first; gives the row after the last."""
    if room < 2:
        return row
    sheet.head(row, start, end, "LOG")
    for offset, event in enumerate(events[: room - 1], 1):
        sheet.put(row + offset, start, clock(event.at), Role.TEXT3)
        sheet.put(row + offset, start + 6, cut(plain(event.text), end - start - 5), Role.TEXT2)
    return row + 1 + min(len(events), room - 1)


def info_lines(name: str, info: Mapping[str, Any], width: int) -> list[str]:
    """Contact, access, notes and runbook of the station file, wrapped; what is not written there is said."""
    lines = [plain(name), ""]
    for key, label in (("contact", "CONTACT"), ("access", "ACCESS"), ("notes", "NOTES"), ("runbook", "RUNBOOK")):
        written = str(info.get(key) or "").strip()
        lines.append(label)
        if not written:
            lines.append(f'  -  nothing in the station file; add {key} = "..."')
        for paragraph in written.splitlines():
            lines += [f"  {line}" for line in wrap(plain(paragraph), max(10, width - 4))] or [""]
        lines.append("")
    return lines
