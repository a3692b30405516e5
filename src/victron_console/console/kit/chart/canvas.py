"""Cells of two by four dots. Each cell belongs to whoever drew into it last; what it shows is one look. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from victron_console.console.kit.chart.scale import DOTS
from victron_console.console.kit.palette import Ink, Role

ACROSS = 2
"""Dots of a cell side by side."""
MARKS = 1000
"""The owner of what stands over all series: words, gaps, the cursor."""
_BRAILLE = 0x2800
_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""The bit of a dot by its column and its height from the foot of the cell (Unicode, Braille Patterns)."""


def _filled(column: int) -> list[list[int]]:
    """The bits from one height up to, not including, another."""
    return [[sum(_BITS[column][low:high]) for high in range(DOTS + 1)] for low in range(DOTS + 1)]


_UPRIGHT = tuple(_filled(column) for column in range(ACROSS))


@dataclass(slots=True)
class DotCell:
    """What stands in a cell."""

    glyph: str
    ink: Ink
    owner: int
    """Who drew it; negative where only the ground is there."""
    bits: int = 0


class Canvas:
    """A plot's cells, `rows` high and `cells` wide. Heights are dots from its lower edge."""

    def __init__(self, cells: int, rows: int) -> None:
        self.cells, self.rows = cells, rows
        self._grid: list[list[DotCell | None]] = [[None] * cells for _ in range(rows)]

    def at(self, row: int, cell: int) -> DotCell | None:
        """What stands there; None where nothing does."""
        return self._grid[row][cell] if 0 <= row < self.rows and 0 <= cell < self.cells else None

    def is_free(self, row: int, first: int, count: int) -> bool:
        """Whether no one has drawn into so many cells of a row, all of them on the canvas."""
        if not 0 <= row < self.rows or first < 0 or first + count > self.cells:
            return False
        return all(cell is None or cell.owner < 0 for cell in self._grid[row][first : first + count])

    def put(self, row: int, cell: int, glyph: str, ink: Ink, owner: int = -1) -> None:
        """A character of its own in a cell; outside the canvas nothing is drawn."""
        if 0 <= row < self.rows and 0 <= cell < self.cells:
            self._grid[row][cell] = DotCell(glyph, ink, owner)

    def upright(self, dot_column: int, low: int, high: int, owner: int, ink: Ink) -> None:
        """Dots of one column from one height up to, not including, another, in one look."""
        for row, bottom, top in self._spans(low, high):
            self._add(row, dot_column // ACROSS, _UPRIGHT[dot_column % ACROSS][bottom][top], owner, ink)

    def dot(self, dot_column: int, height: int, owner: int, ink: Ink) -> None:
        """One dot."""
        self.upright(dot_column, height, height + 1, owner, ink)

    def _spans(self, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """The rows that heights lie in, from the top, and which of each row's dots."""
        low, high = max(0, low), min(self.rows * DOTS, high)
        for level in range((high - 1) // DOTS, low // DOTS - 1, -1) if high > low else ():
            base = level * DOTS
            yield self.rows - 1 - level, max(0, low - base), min(DOTS, high - base)

    def _add(self, row: int, cell: int, bits: int, owner: int, ink: Ink) -> None:
        if not 0 <= cell < self.cells:
            return
        there = self._grid[row][cell]
        if there is None or there.owner != owner:
            there = self._grid[row][cell] = DotCell("", ink, owner)
        there.bits |= bits
        there.ink = ink
        there.glyph = chr(_BRAILLE + there.bits)

    def row(self, row: int) -> Iterator[tuple[str, Ink]]:
        """Glyph and ink of each cell of a row, from the left; a blank where nothing stands."""
        for cell in self._grid[row]:
            yield (" ", Role.TEXT3) if cell is None else (cell.glyph, cell.ink)
