"""The figures of a station that are not known, in one row; opened, each with what is missing and when it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from victron_console.console.health.station import NOT_KNOWN, TITLE_START, UNIT_WIDTH, component, value_end
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, plain
from victron_console.diagnosing.finding import Finding, Status
from victron_console.model.clock import local

PENDING = "pending.table"
"""The name of the row among a station's figures."""
FEW = 5
"""So many stand among the others, each with its reason; more would hide what is known."""
_TITLE_END, _WHEN = 12, 46


def collapsed(figures: Mapping[str, Finding]) -> list[str]:
    """The names of the figures that one row stands for: all that are not known, where they are more than a few."""
    unknown = [name for name, finding in figures.items() if not finding.known]
    return unknown if len(unknown) > FEW else []


def draw_pending_row(width: int, figures: Mapping[str, Finding], *, selected: bool) -> Line:
    """How many, and which is there next."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    names = collapsed(figures)
    end = value_end(width)
    line.put(TITLE_START, cut("Not known yet", end - 8 - TITLE_START), Role.TEXT2)
    line.right(end, str(len(names)), Role.TEXT2)
    line.put(end + 2, f"of {len(figures)}", Role.TEXT3)
    coming = sorted((when, name) for name in names if (when := figures[name].ready_at) is not None)
    words = "Enter tells what is missing"
    if coming:
        words = f"next {local(coming[0][0]):%a %d %b}: {plain(figures[coming[0][1]].title)}"
    line.put(end + 2 + UNIT_WIDTH, cut(words, max(0, width - end - 3 - UNIT_WIDTH)), Role.TEXT3)
    return line


def draw_pending(width: int, height: int, figures: Mapping[str, Finding], *, offset: int = 0) -> list[Line]:
    """All of them: those with a day first, then by what they wait for; `offset` rows are scrolled away."""
    sheet = Sheet(width)
    sheet.head(0, 1, width - 2, cut("NOT KNOWN YET", max(4, width - 4)))
    row = 1
    for name in sorted(collapsed(figures), key=lambda name: _order(figures[name])):
        finding = figures[name]
        sheet.put(row, 1, cut(component(name), _TITLE_END - 2), Role.TEXT3)
        sheet.put(row, _TITLE_END, cut(plain(finding.title), _WHEN - _TITLE_END - 1), Role.TEXT2)
        sheet.put(row, _WHEN, _when(finding), Role.TEXT1 if finding.ready_at is not None else Role.TEXT3)
        sheet.put(row + 1, _TITLE_END, cut(plain(finding.reason), width - _TITLE_END - 1), Role.TEXT3)
        row += 2
    return sheet.lines[offset : offset + height]


def _when(finding: Finding) -> str:
    if finding.ready_at is not None:
        return f"{local(finding.ready_at):%a %d %b %Y}"
    return NOT_KNOWN.get(finding.status, "-")


def _order(finding: Finding) -> tuple[float, int]:
    statuses: Sequence[Status] = (Status.INSUFFICIENT, Status.UNKNOWN, Status.NOT_IDENTIFIABLE, Status.OK)
    return finding.ready_at if finding.ready_at is not None else float("inf"), statuses.index(finding.status)
