"""One row of the screen, built from text placed at columns. All of the console's own drawing goes through it.

Text is measured in terminal cells, so a wide, combining or zero-width character never shifts what follows it.
"""

from __future__ import annotations

from itertools import groupby

from rich.segment import Segment
from textual.strip import Strip

from victron_console.console.kit.palette import Ink, Palette, Role
from victron_console.console.kit.text import graphemes, width_of

_Cell = tuple[str, Ink, bool]
_WORTH_A_MOVE = 6
"""Cells that are rather written again than jumped over: a jump and a new colour cost some 30 bytes."""


class Line:
    """A row under construction, `width` cells wide, on one ground. What is put past its ends is cut."""

    __slots__ = ("_blank", "_cells", "_is_wide", "ground", "opens", "width")

    def __init__(self, width: int, ground: Role = Role.BACKGROUND) -> None:
        self.width = max(0, width)
        self.ground = ground
        self.opens = ""
        """What a click on the row opens, by its id; empty: nothing."""
        self._blank: _Cell = (" ", Role.TEXT1, False)
        self._cells: list[_Cell] = [self._blank] * self.width
        self._is_wide = False
        """Whether a character of two cells was ever put."""

    def put(self, column: int, text: str, role: Ink = Role.TEXT2, *, bold: bool = False) -> int:
        """Write text from a column on, over what is there; gives the column after it."""
        for character, width in graphemes(text):
            end = column + width
            if column >= 0 and end <= self.width:
                if self._is_wide:
                    self._free(column, end)
                self._cells[column] = (character, role, bold)
                if width == 2:
                    self._is_wide = True
                    self._cells[column + 1] = ("", role, bold)
            column = end
        return column

    def right(self, end: int, text: str, role: Ink = Role.TEXT2, *, bold: bool = False) -> int:
        """Write text so that its last cell stands in column `end`; gives the column of its first."""
        start = end + 1 - width_of(text)
        self.put(start, text, role, bold=bold)
        return start

    def rule(self, start: int, end: int) -> None:
        """A thin rule from one column to another, both included."""
        self.put(start, "─" * (end + 1 - start), Role.RULE)

    def overlay(self, column: int, other: Line) -> None:
        """Take over another line's cells from a column on, blanks too."""
        self._is_wide = self._is_wide or other._is_wide
        for offset, cell in enumerate(other._cells[: max(0, self.width - column)]):
            self._cells[column + offset] = cell

    def _free(self, start: int, end: int) -> None:
        """Blank the other half of a wide character that is written over."""
        if start > 0 and self._cells[start][0] == "":
            self._cells[start - 1] = self._blank
        if end < self.width and self._cells[end][0] == "":
            self._cells[end] = self._blank

    def is_blank(self, column: int) -> bool:
        """Whether nothing stands in a column."""
        return not 0 <= column < self.width or self._cells[column][0] == " "

    @property
    def text(self) -> str:
        """What the row says, without its looks."""
        return "".join(cell[0] for cell in self._cells)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Line):
            return NotImplemented
        return self.ground is other.ground and self._cells == other._cells

    def differing(self, other: Line) -> list[tuple[int, int]]:
        """The first and the last column of each span in which two rows differ; equal cells between two are no reason
        to write them apart where that costs more than the cells do."""
        if self.ground is not other.ground or self.width != other.width:
            return [(0, max(self.width, other.width) - 1)]
        spans: list[tuple[int, int]] = []
        for at, (one, two) in enumerate(zip(self._cells, other._cells, strict=True)):
            if one == two:
                continue
            first, last = self._whole(at, other)
            if spans and first - spans[-1][1] <= _WORTH_A_MOVE:
                spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
            else:
                spans.append((first, last))
        return spans

    def _whole(self, at: int, other: Line) -> tuple[int, int]:
        """A cell with the other half of the wide character that stands in it, in either row."""
        rows = (self._cells, other._cells)
        first = at - 1 if at and any(cells[at][0] == "" for cells in rows) else at
        last = at + 1 if at + 1 < self.width and any(cells[at + 1][0] == "" for cells in rows) else at
        return first, last

    __hash__ = None  # type: ignore[assignment]

    def strip(self, palette: Palette) -> Strip:
        """The row in a theme's colours, one segment for each run of one look."""
        segments = [
            Segment("".join(cell[0] for cell in run), palette.style(role, self.ground, bold=bold))
            for (role, bold), run in groupby(self._cells, key=lambda cell: (cell[1], cell[2]))
        ]
        return Strip(segments, self.width)
