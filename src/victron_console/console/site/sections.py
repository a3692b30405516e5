"""The sections of the Site page that are lists: alarms, checks, audit, log, info."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from victron_console.console.kit.event_words import event_text
from victron_console.console.kit.format import clock
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import plain, width_of
from victron_console.insight.audit.finding import Finding, Outcome
from victron_console.model.station_info import StationInfo
from victron_console.store.records import Event


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


def info_text(info: StationInfo, width: int) -> Text:
    """Contact, access, notes and runbook of the station file; what is not written there is said."""
    lines: list[tuple[Run, ...]] = []
    written_of = {"contact": info.contact, "access": info.access, "notes": info.notes, "runbook": info.runbook}
    for key, text in written_of.items():
        lines.append((Run(key.upper(), Role.TEXT2),))
        written = text.strip()
        if not written:
            lines.append((Run(f"  -  nothing in the station file; add {key} = ...", Role.TEXT3),))
        for paragraph in written.splitlines():
            lines += [(Run(f"  {line}", Role.TEXT1),) for line in wrap(plain(paragraph), max(10, width - 3)) or [""]]
        lines.append(())
    return Text("INFO", tuple(lines))


def log_text(events: Sequence[Event], width: int) -> Text:
    """What happened here in the last day, newest first."""
    lines = [
        line
        for event in events
        for line in _item(Run(clock(event.at), Role.TEXT3), event_text(event), Role.TEXT2, width)
    ]
    return Text("LOG", tuple(lines) or ((Run("nothing in the last 24 h", Role.TEXT3),),))


def _item(mark: Run, text: str, role: Role, width: int) -> list[tuple[Run, ...]]:
    """A sentence wrapped behind its mark."""
    indent = width_of(mark.text) + 1
    lines = wrap(plain(text), max(8, width - indent)) or [""]
    blank = Run(" " * width_of(mark.text))
    return [(mark if n == 0 else blank, Run(f" {line}", role)) for n, line in enumerate(lines)]
