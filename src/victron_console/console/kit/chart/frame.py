"""A plot on a sheet: its cells, the axes beside it with ticks and limits, the hours under it. Pure drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from victron_console.console.kit.chart.drawing import drawn
from victron_console.console.kit.chart.plot import Plot, Series
from victron_console.console.kit.chart.scale import Scale, axis_texts
from victron_console.console.kit.palette import Ink, Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import width_of


@dataclass(frozen=True, slots=True)
class ValueAxis:
    """What stands beside a plot: the scale of one unit, how its values read, and who has limits on it."""

    scale: Scale
    unit: str
    signed: bool = False
    decimals: bool = False
    ink: Role = Role.TEXT3
    series: tuple[Series, ...] = ()

    def texts(self) -> dict[int, tuple[str, Ink]]:
        """What is written at each row that has a tick."""
        texts = axis_texts(self.scale, self.unit, signed=self.signed, decimals=self.decimals)
        return {row: (text, self.ink) for row, text in texts}

    def limits(self) -> dict[int, tuple[str, Ink]]:
        """What is written at each row that has a limit; it takes the place of a tick."""
        found: dict[int, tuple[str, Ink]] = {}
        for series in self.series:
            for limit in series.thresholds:
                text = limit.text or f"{limit.value:.6g}"
                found[self.scale.row(limit.value)] = (text, limit.ink)
        return found


def draw_plot(sheet: Sheet, row: int, start: int, plot: Plot, left: ValueAxis, right: ValueAxis | None = None) -> int:
    """Draw with the first cell in a column; gives the row after the last.

    The left axis stands in the column before, its texts end right before it.
    """
    canvas = drawn(plot)
    for place in range(canvas.rows):
        column = start
        for ink, run in groupby(canvas.row(place), key=lambda cell: cell[1]):
            column = sheet.put(row + place, column, "".join(glyph for glyph, _ in run), ink)
    texts, limits = left.texts(), left.limits()
    for place in range(canvas.rows):
        text, ink = limits.get(place) or texts.get(place, ("", left.ink))
        sheet.right(row + place, start - 2, text, ink)
        if place in limits:
            sheet.put(row + place, start - 1, "╪", ink)
        else:
            sheet.put(row + place, start - 1, "┤" if place in texts else "│", Role.RULE)
    if right is not None:
        _draw_right(sheet, row, start + canvas.cells, canvas.rows, right)
    return row + canvas.rows


def _draw_right(sheet: Sheet, row: int, column: int, rows: int, axis: ValueAxis) -> None:
    texts, limits = axis.texts(), axis.limits()
    for place in range(rows):
        text, ink = limits.get(place) or texts.get(place, ("", axis.ink))
        sheet.put(row + place, column, "╪" if place in limits else "├" if place in texts else "│", ink)
        sheet.put(row + place, column + 2, text, ink)


@dataclass(frozen=True, slots=True)
class AxisMark:
    """A word under the plot, centred on a cell; of two that meet the later one gives way."""

    cell: int
    text: str
    ink: Ink = Role.TEXT3
    bold: bool = False


def draw_marks(sheet: Sheet, row: int, start: int, cells: int, marks: Iterable[AxisMark]) -> None:
    """The words under a plot of so many cells, the most important first."""
    taken: list[tuple[int, int]] = []
    for mark in marks:
        width = width_of(mark.text)
        first = mark.cell - width // 2
        if mark.bold or mark.ink is Role.BANNER:  # the cursor's word is always there
            first = min(max(0, first), max(0, cells - width))
        if first < 0 or first + width > cells or any(first <= end and first + width >= begin for begin, end in taken):
            continue
        taken.append((first, first + width))
        sheet.put(row, start + first, mark.text, mark.ink, bold=mark.bold)


def draw_legend(sheet: Sheet, row: int, column: int, entries: Sequence[tuple[str, Role]]) -> int:
    """`━━ PV  ━━ LOADS`, each in its hue; gives the column after."""
    for name, kind in entries:
        column = sheet.put(row, sheet.put(row, column, "━━ ", kind), name, kind) + 2
    return column
