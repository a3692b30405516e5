"""The sections of the Site page that are lists: alarms, checks, audit, log, info."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from victron_console.console.kit.format import clock, duration
from victron_console.console.kit.marks import put_glyph
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, plain, width_of
from victron_console.console.live.view import ACKED, Alarm, Mark
from victron_console.insight.audit.finding import Finding, Outcome
from victron_console.store.records import Event

STANDING = (Mark.NOW, Mark.TODAY, Mark.LOST, Mark.CLEARED, *ACKED)
"""Marks of alarms that the page lists; shelved and held ones are on the alarms screen."""


@dataclass(frozen=True, slots=True)
class Text:
    """A section that is a list of lines: its label, its note, and each line as runs."""

    label: str
    lines: tuple[tuple[Run, ...], ...]
    note: str = ""


def draw_text(sheet: Sheet, row: int, start: int, end: int, text: Text, *, room: int, offset: int = 0) -> int:
    """The head and the lines from an offset on, as far as there is room; gives the row after the last."""
    if room < 2:
        return row
    first = max(0, min(offset, len(text.lines) - (room - 1)))
    shown = text.lines[first : first + room - 1]
    hidden = len(text.lines) - first - len(shown)
    sheet.head(row, start, end, text.label, f"▼ {hidden} more" if hidden else text.note)
    for runs in shown:
        row += 1
        sheet.runs(row, start, runs)
    return row + 1


def check_text(checks: Sequence[str], width: int) -> Text:
    """Each doubt with its `?`."""
    lines = [line for check in checks for line in _item(Run("?", Role.LINK_TEXT), check, Role.TEXT1, width)]
    return Text("CHECKS", tuple(lines), f"{len(checks)} of quality")


_OUTCOMES = {
    Outcome.FAIL: Run("!!", Role.NOW_TEXT),
    Outcome.WARN: Run("! ", Role.TODAY_TEXT),
    Outcome.UNKNOWN: Run("- ", Role.TEXT3),
    Outcome.PASS: Run("ok", Role.TEXT3),
}
_OUTCOME_ORDER = tuple(_OUTCOMES)


def audit_text(findings: Sequence[Finding], width: int) -> Text:
    """How the site is set up, the worst first, each with what to change."""
    lines: list[tuple[Run, ...]] = []
    for finding in sorted(findings, key=lambda each: _OUTCOME_ORDER.index(each.outcome)):
        role = Role.TEXT1 if finding.outcome in (Outcome.FAIL, Outcome.WARN) else Role.TEXT2
        lines += _item(_OUTCOMES[finding.outcome], f"{finding.check}: {finding.text}", role, width)
        if finding.change:
            lines += _item(Run("  ", Role.TEXT3), f"-> {finding.change}", Role.TEXT2, width)
    counts = Counter(finding.outcome for finding in findings)
    note = "  ".join(f"{counts[outcome]} {outcome.value}" for outcome in _OUTCOME_ORDER if counts[outcome])
    return Text("AUDIT", tuple(lines), note)


def info_text(info: Mapping[str, Any], width: int) -> Text:
    """Contact, access, notes and runbook of the station file; what is not written there is said."""
    lines: list[tuple[Run, ...]] = []
    for key in ("contact", "access", "notes", "runbook"):
        lines.append((Run(key.upper(), Role.TEXT2),))
        written = str(info.get(key) or "").strip()
        if not written:
            lines.append((Run(f"  -  nothing in the station file; add {key} = ...", Role.TEXT3),))
        for paragraph in written.splitlines():
            lines += [(Run(f"  {line}", Role.TEXT1),) for line in wrap(plain(paragraph), max(10, width - 3)) or [""]]
        lines.append(())
    return Text("INFO", tuple(lines))


def log_text(events: Sequence[Event], width: int) -> Text:
    """What happened here in the last day, newest first."""
    lines = [
        line for event in events for line in _item(Run(clock(event.at), Role.TEXT3), event.text, Role.TEXT2, width)
    ]
    return Text("LOG", tuple(lines) or ((Run("nothing in the last 24 h", Role.TEXT3),),))


def _item(mark: Run, text: str, role: Role, width: int) -> list[tuple[Run, ...]]:
    """A sentence wrapped behind its mark."""
    indent = width_of(mark.text) + 1
    lines = wrap(plain(text), max(8, width - indent)) or [""]
    blank = Run(" " * width_of(mark.text))
    return [(mark if n == 0 else blank, Run(f" {line}", role)) for n, line in enumerate(lines)]


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
