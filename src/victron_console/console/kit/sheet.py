"""A sheet of rows that several drawings share. It knows places, not what is drawn there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Ink, Role
from victron_console.console.kit.text import cut, width_of


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look."""

    text: str
    role: Ink = Role.TEXT2
    bold: bool = False


class Sheet:
    """Rows `width` cells wide; they come to be as they are written to, up to `limit` where one is given."""

    def __init__(self, width: int, limit: int | None = None) -> None:
        self.width = max(0, width)
        self.limit = limit
        self.lines: list[Line] = []

    @property
    def height(self) -> int:
        """Rows so far."""
        return len(self.lines)

    def row(self, index: int) -> Line:
        """The row of that number; a row below the limit is written to, but not kept."""
        if index < 0 or (self.limit is not None and index >= self.limit):
            return Line(self.width)
        while len(self.lines) <= index:
            self.lines.append(Line(self.width))
        return self.lines[index]

    def put(self, row: int, column: int, text: str, role: Ink = Role.TEXT2, *, bold: bool = False) -> int:
        """Write from a column on; gives the column after."""
        return self.row(row).put(column, text, role, bold=bold)

    def right(self, row: int, end: int, text: str, role: Ink = Role.TEXT2, *, bold: bool = False) -> int:
        """Write up to a column; gives the column of the first cell."""
        return self.row(row).right(end, text, role, bold=bold)

    def runs(self, row: int, column: int, runs: Iterable[Run]) -> int:
        """Write several looks one after another; gives the column after. What has no room ends in a mark."""
        line = self.row(row)
        for run in runs:
            after = column + width_of(run.text)
            if after <= line.width or not run.text.strip():
                line.put(column, run.text, run.role, bold=run.bold)
            else:
                start = min(column, line.width - 1)
                line.put(start, cut(run.text.rstrip(), line.width - start), run.role, bold=run.bold)
            column = after
        return column

    def runs_right(self, row: int, end: int, runs: Iterable[Run]) -> None:
        """Write several looks so that the last cell stands in column `end`."""
        shown = tuple(runs)
        self.runs(row, end + 1 - sum(width_of(run.text) for run in shown), shown)

    def head(self, row: int, start: int, end: int, label: str, note: str = "") -> None:
        """The head of a section: its label, a thin rule, and one faint note at the right end."""
        line = self.row(row)
        column = line.put(start, label, Role.TEXT2) + 1
        stop = end
        if note:
            stop = line.right(end, note, Role.TEXT3) - 2
        if stop >= column:
            line.rule(column, stop)

    @property
    def text(self) -> str:
        """What the sheet says, without its looks, blanks at the ends of rows left out."""
        return "\n".join(line.text.rstrip() for line in self.lines)
