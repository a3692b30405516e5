"""A plot as cells: grid, bands, areas, limits, what is expected, lines, gaps, names and cursor, from below to above.

Cells belong to one series each.
"""

from __future__ import annotations

from functools import lru_cache

from victron_console.console.kit.chart.canvas import MARKS, Canvas
from victron_console.console.kit.chart.course import Course
from victron_console.console.kit.chart.expected import draw_band, draw_empty, draw_expected
from victron_console.console.kit.chart.plot import Form, Plot
from victron_console.console.kit.palette import Role

_KEPT = 32
"""Plots that are not drawn anew as long as they are equal: those of a screen or two."""
_SHARES = (0.2, 0.45, 0.7, 0.1, 0.85)
"""Where along its line a name is tried, in this order."""


@lru_cache(maxsize=_KEPT)
def drawn(plot: Plot) -> Canvas:
    """The plot as cells; nothing on it where it has no series or no cells. Kept: most of the time none of it moves."""
    rows = max((series.scale.rows for series in plot.series), default=0)
    canvas = Canvas(max(0, plot.cells), rows)
    if not rows or canvas.cells <= 0:
        return canvas
    _draw_grid(canvas, plot)
    numbered = list(enumerate(plot.series))
    for number, series in numbered:
        draw_band(canvas, plot, number, series)
    for forms in ((Form.AREA,), (Form.LINE, Form.THICK)):
        if Form.LINE in forms:
            _draw_limits(canvas, plot)
            _draw_now(canvas, plot)
            for number, series in numbered:
                draw_expected(canvas, plot, number, series)
        for number, series in sorted(numbered, key=lambda each: each[1].form is Form.THICK):
            if series.form in forms:
                Course(canvas, plot, number, series).draw()
    _draw_gaps(canvas, plot)
    draw_empty(canvas, plot)
    _draw_words(canvas, plot)
    if plot.names:
        _draw_names(canvas, plot)
    _draw_cursor(canvas, plot)
    return canvas


def _draw_grid(canvas: Canvas, plot: Plot) -> None:
    first = plot.series[0].scale
    for cell in plot.hours:
        for row in range(canvas.rows):
            canvas.put(row, cell, "┊", Role.GRID_LINE)
    for row, value in first.ticks():
        zero = value == 0 and first.crosses_zero
        for cell in range(canvas.cells):
            canvas.put(row, cell, "─" if zero else "┈", Role.RULE if zero else Role.GRID_LINE)


def _draw_words(canvas: Canvas, plot: Plot) -> None:
    """Whole, where nothing else stands."""
    for start, word in plot.words:
        if canvas.is_free(0, start, len(word) + 2):
            for offset, character in enumerate(f" {word} "):
                canvas.put(0, start + offset, character, Role.TEXT3)


def _draw_limits(canvas: Canvas, plot: Plot) -> None:
    for series in plot.series:
        for limit in series.thresholds:
            row = series.scale.row(limit.value)
            for cell in range(canvas.cells):
                canvas.put(row, cell, "╌", Role.LIMIT)


def _draw_now(canvas: Canvas, plot: Plot) -> None:
    if plot.ahead:
        for row in range(canvas.rows):
            canvas.put(row, plot.past, "│", Role.TEXT3)


def _draw_gaps(canvas: Canvas, plot: Plot) -> None:
    for cell in plot.gaps:
        canvas.put(canvas.rows - 1, cell, "×", Role.LINK_TEXT, MARKS)


def _draw_cursor(canvas: Canvas, plot: Plot) -> None:
    if plot.cursor is None:
        return
    for row in range(canvas.rows):
        there = canvas.at(row, plot.cursor)
        kept = there is not None and there.bits
        canvas.put(row, plot.cursor, there.glyph if there is not None and kept else "┊", Role.TEXT1, MARKS)


def _draw_names(canvas: Canvas, plot: Plot) -> None:
    """Each line's name at the first of some places beside it where nothing else stands."""
    for number, series in enumerate(plot.series):
        known = [cell for cell in range(plot.past) if _owns(canvas, cell, number)]
        label = f" {series.name} "
        place = next(
            (
                found
                for share in _SHARES
                if known and (found := _room(canvas, known[int(share * (len(known) - 1))], number, len(label)))
            ),
            None,
        )
        if place is not None:
            for offset, character in enumerate(label):
                canvas.put(place[0], place[1] + offset, character, series.kind, MARKS)


def _owns(canvas: Canvas, cell: int, owner: int) -> bool:
    return any((there := canvas.at(row, cell)) is not None and there.owner == owner for row in range(canvas.rows))


def _room(canvas: Canvas, cell: int, owner: int, width: int) -> tuple[int, int] | None:
    rows = [row for row in range(canvas.rows) if (there := canvas.at(row, cell)) is not None and there.owner == owner]
    for row in (min(rows) - 1, max(rows) + 1):
        if canvas.is_free(row, cell, width):
            return row, cell
    return None
