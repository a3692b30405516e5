"""What is expected of a series after now, the band it lies in, and when it meets its limit. Pure drawing."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.kit.chart.canvas import ACROSS, MARKS, Canvas
from victron_console.console.kit.chart.plot import Plot, Series
from victron_console.console.kit.format import clock
from victron_console.console.kit.palette import Role, Step, Tone

_BANDS, _EXPECTED = 100, 200
"""Added to the number of a series: who owns the cells of its band, and of what is expected of it."""


def _ahead(plot: Plot, values: Sequence[float | None]) -> list[tuple[int, float]]:
    """Cell and value of what is expected, inside the plot and after the line of now."""
    return [
        (plot.past + place, value) for place, value in enumerate(values) if value is not None and 0 < place < plot.ahead
    ]


def draw_band(canvas: Canvas, plot: Plot, number: int, series: Series) -> None:
    """A chequer of dots between the low and the high of what is expected."""
    if series.expected is None:
        return
    highs = dict(_ahead(plot, series.expected.high))
    for cell, low in _ahead(plot, series.expected.low):
        if cell not in highs:
            continue
        first, last = series.scale.dot(low), series.scale.dot(highs[cell])
        for dot in (cell * ACROSS, cell * ACROSS + 1):
            for height in range(first, last + 1):
                if (dot + height) % 2 == 0:
                    canvas.dot(dot, height, _BANDS + number, Tone(series.kind, Step.THIRD))


def draw_expected(canvas: Canvas, plot: Plot, number: int, series: Series) -> None:
    """Every second dot; of a second series every third, one step fainter."""
    if series.expected is None:
        return
    before = sum(1 for other in plot.series[:number] if other.expected is not None)
    for cell, value in _ahead(plot, series.expected.usual):
        ink = series.beyond_ink(value) or (series.kind if not before else Tone(series.kind, Step.NEAR))
        for dot in (cell * ACROSS, cell * ACROSS + 1):
            if dot % (3 if before else 2) == 0:
                canvas.dot(dot, series.scale.dot(value), _EXPECTED + number, ink)


def draw_empty(canvas: Canvas, plot: Plot) -> None:
    """`▼` where what is expected meets its limit, and when that is above it."""
    for series in plot.series:
        expected, limits = series.expected, [limit for limit in series.thresholds if not limit.above]
        if expected is None or expected.empty_at is None or expected.empty_cell is None:
            continue
        cell = min(canvas.cells - 1, plot.past + max(1, expected.empty_cell))
        row = max(1, series.scale.row(limits[0].value if limits else series.scale.foot) - 1)
        ink = limits[0].ink if limits else Role.TODAY_TEXT
        word = clock(expected.empty_at)
        start = min(max(plot.past + 1, cell - len(word) // 2), canvas.cells - len(word))
        if start > plot.past:
            canvas.put(row, cell, "▼", ink, MARKS)
            for offset, character in enumerate(word):
                canvas.put(row - 1, start + offset, character, ink, MARKS)
