"""Energies of days as bars beside each other, drawn with plotext. Knows no widget.

plotext 5.3 leaves a gap at None and fails on an infinite value; what comes here was filtered when it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from victron_console.console.kit.palette import Palette, Role
from victron_console.console.trends.chart import LEFT, Chart, kind_of, plot_columns, scale_for
from victron_console.console.trends.frame import ticks
from victron_console.console.trends.read import QuantityTrend

_PRIORITY = {"!!": Role.NOW_TEXT, "!": Role.TODAY_TEXT, "x": Role.LINK_TEXT}


def draw_bars(plt: Any, chart: Chart, width: int, height: int, palette: Palette) -> None:  # noqa: ANN401 - plotext has no types
    """Draw into a plotext plot of that size, which is cleared first."""
    plt.clear_figure()
    plt.theme("clear")
    plt.plotsize(width, height)
    plt.xlim(0, chart.frame.columns)
    _draw_axes(plt, chart, height)
    for place, (_, trend) in enumerate(chart.lines):
        ink = _ink(palette, kind_of(chart, place))
        if offsets := bar_offsets(chart, place, width):
            strokes = [(column + x, b.mean) for x in offsets for column, b in enumerate(trend.buckets) if b]
            _draw_strokes(plt, strokes, ink)
        else:
            _draw_line(plt, trend, ink)
    _draw_marks(plt, chart, height, palette)


def bar_offsets(chart: Chart, place: int, width: int) -> tuple[float, ...]:
    """Where in a column, from 0 to 1, the upright strokes of a line's bars stand; none where they have no room.

    The bars of several lines stand beside each other, with a blank after the last.
    """
    cells = plot_columns(width, len(chart.units)) / chart.frame.columns
    each = int(cells - 1) // len(chart.lines) if cells >= 2 else int(len(chart.lines) == 1)
    return tuple((place * each + stroke + 0.5) / cells for stroke in range(each))


def _ink(palette: Palette, role: Role) -> tuple[int, int, int] | int | str:
    colour = palette.styles[role].color
    if colour is None or colour.is_default:
        return "default"
    if colour.triplet is not None:
        return (colour.triplet.red, colour.triplet.green, colour.triplet.blue)
    return colour.number if colour.number is not None else "default"


def _draw_axes(plt: Any, chart: Chart, height: int) -> None:  # noqa: ANN401
    marks = ticks(chart.frame)
    plt.xticks([tick.column / chart.frame.cells for tick in marks], [tick.label for tick in marks])
    scale = scale_for(chart, chart.units[0], height - 2)
    unit = chart.units[0]
    values = [value for _, value in scale.ticks()]
    texts = [f"{value:.6g}" + (f" {unit}" if value == scale.top else "") for value in values]
    plt.ylim(scale.foot, scale.top)
    plt.yticks(values, [f"{text:>{LEFT - 1}}" for text in texts])
    plt.xaxes(True, False)
    plt.yaxes(True, False)


def _draw_line(plt: Any, trend: QuantityTrend, ink: object) -> None:  # noqa: ANN401
    means = [None if bucket is None else bucket.mean for bucket in trend.buckets]
    if any(mean is not None for mean in means):
        plt.plot([column + 0.5 for column in range(len(means))], means, marker="braille", color=ink)


def _draw_strokes(plt: Any, strokes: Sequence[tuple[float, float]], ink: object) -> None:  # noqa: ANN401
    """Upright strokes from zero, in one call: a None between two of them lifts the pen."""
    if strokes:
        xs = [x for x, _ in strokes for x in (x, x, x)]
        ys = [y for _, high in strokes for y in (0.0, high, None)]
        plt.plot(xs, ys, marker="sd", color=ink)


def _draw_marks(plt: Any, chart: Chart, height: int, palette: Palette) -> None:  # noqa: ANN401
    scale = scale_for(chart, chart.units[0], height - 2)
    for column in chart.gaps:
        plt.text("×", x=column + 0.5, y=scale.foot, color=_ink(palette, Role.LINK_TEXT))
    for alarm in chart.lane.alarms:
        x = chart.frame.column_of(alarm.at) + 0.5
        plt.text(alarm.priority, x=x, y=scale.top, color=_ink(palette, _PRIORITY.get(alarm.priority, Role.TEXT2)))
    if chart.cursor is not None:
        plt.vline(chart.cursor + 0.5, color=_ink(palette, Role.TEXT1))
