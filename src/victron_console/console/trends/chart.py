"""The chart: up to eight series on one time axis and two value axes, drawn with plotext. Knows no widget.

plotext 5.3 leaves a gap at None and fails on an infinite value; what comes here was filtered when it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from victron_console.console.kit.figures import SEVERE_TEXT
from victron_console.console.kit.format import number
from victron_console.console.kit.palette import Palette, Role
from victron_console.console.trends.frame import Frame, ticks
from victron_console.console.trends.quantity import Quantity
from victron_console.console.trends.read import (
    Lane,
    Limit,
    QuantityTrend,
)
from victron_console.console.trends.scale import (
    PanelScale,
    axis_label,
    scale_of,
)
from victron_console.model.units import DAY_S

MOST_SERIES = 8
MOST_UNITS = 2
LABEL_CELLS = 6
LEFT = LABEL_CELLS + 1
"""Columns left of the plot: labels of a fixed width, and the axis; so a click can be told its moment."""
INKS = (Role.LOADS, Role.PV, Role.BATTERY, Role.GRID, Role.GENSET, Role.DC_LOADS, Role.OTHER, Role.TEXT3)
"""Inks of unlike brightness; each line is named by its number too."""
_LABELS = 4
_PRIORITY = {"!!": Role.NOW_TEXT, "!": Role.TODAY_TEXT, "x": Role.LINK_TEXT}


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of the chart."""

    station: str
    site: str
    quantity: Quantity
    days_back: int = 0
    """So many days earlier, drawn over today."""

    @property
    def name(self) -> str:
        """What the legend calls it."""
        back = f"  {number(self.days_back)} d before" if self.days_back else ""
        return f"{self.site} {self.quantity.full_label}{back}"

    def shifted(self, frame: Frame) -> Frame:
        """The frame that it is read over."""
        return replace(frame, since=frame.since - self.days_back * DAY_S)


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn."""

    frame: Frame
    lines: tuple[tuple[Curve, QuantityTrend], ...]
    lane: Lane = field(default_factory=Lane)
    limits: tuple[Limit, ...] = ()
    """Of the first line."""
    cursor: int | None = None
    band: bool = True
    """Whether the lowest and highest value of a column are drawn too."""
    braille: bool = False
    now: float = 0.0

    @property
    def units(self) -> list[str]:
        """The units of the axes: the first stands left, the second right."""
        return list(dict.fromkeys(curve.quantity.unit for curve, _ in self.lines))


def refusal(lines: Sequence[Curve], more: Curve) -> str:
    """Why a curve cannot be added, as a sentence; empty where it can."""
    if more in lines:
        return "That is in the chart already."
    if len(lines) >= MOST_SERIES:
        return f"A chart holds {MOST_SERIES} lines; x takes one out."
    if len({*(line.quantity.unit for line in lines), more.quantity.unit}) > MOST_UNITS:
        return "A chart has two axes; take out the lines of one unit first (x)."
    if lines and lines[0].quantity.daily != more.quantity.daily:
        return "Energies of a day and values of a moment do not share a chart."
    return ""


def plot_columns(width: int, units: int) -> int:
    """Columns between the axes."""
    return max(4, width - LEFT - (LEFT if units > 1 else 0))


def draw(plt: Any, chart: Chart, width: int, height: int, palette: Palette) -> None:  # noqa: ANN401 - plotext has no types
    """Draw into a plotext plot of that size, which is cleared first."""
    plt.clear_figure()
    plt.theme("clear")
    plt.plotsize(width, height)
    plt.xlim(0, chart.frame.columns)
    _draw_axes(plt, chart, height)
    for place, (curve, trend) in enumerate(chart.lines):
        side = "left" if curve.quantity.unit == chart.units[0] else "right"
        ink, shade = _ink(palette, INKS[place % len(INKS)]), _ink(palette, Role.SPARK)
        if trend.quantity.daily and (offsets := bar_offsets(chart, place, width)):
            _draw_bars(plt, trend, offsets, side, ink)
        else:
            _draw_line(plt, chart, trend, side, ink, shade)
    _draw_marks(plt, chart, width, height, palette)


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


def scale_for(chart: Chart, unit: str, rows: int) -> PanelScale:
    """The value axis of a unit: all its lines are in sight."""
    lines = [trend for curve, trend in chart.lines if curve.quantity.unit == unit]
    all_of = replace(lines[0], buckets=tuple(bucket for trend in lines for bucket in trend.buckets))
    limits = chart.limits if unit == chart.units[0] else ()
    return scale_of(all_of, max(2, rows), limits)


def _draw_axes(plt: Any, chart: Chart, height: int) -> None:  # noqa: ANN401
    marks = ticks(chart.frame)
    plt.xticks([tick.column / chart.frame.cells for tick in marks], [tick.label for tick in marks])
    for unit, side in zip(chart.units, ("left", "right"), strict=False):
        scale = scale_for(chart, unit, height - 2)
        quantity = next(curve.quantity for curve, _ in chart.lines if curve.quantity.unit == unit)
        values = [scale.bottom + (scale.top - scale.bottom) * step / _LABELS for step in range(_LABELS + 1)]
        pad = f">{LABEL_CELLS}" if side == "left" else f"<{LABEL_CELLS}"
        plt.ylim(scale.bottom, scale.top, yside=side)
        plt.yticks(values, [f"{axis_label(value, quantity):{pad}}" for value in values], yside=side)
    plt.xaxes(True, False)
    plt.yaxes(True, len(chart.units) > 1)


def _draw_line(plt: Any, chart: Chart, trend: QuantityTrend, side: str, ink: object, shade: object) -> None:  # noqa: ANN401
    marker = "braille" if chart.braille else "hd"
    at = [column + 0.5 for column in range(len(trend.buckets))]
    if chart.band and len(chart.lines) == 1:
        spans = [(x, b.low, b.high) for x, b in zip(at, trend.buckets, strict=True) if b and b.high > b.low]
        _draw_segments(plt, spans, side, shade, marker)
    means = [None if bucket is None else bucket.mean for bucket in trend.buckets]
    if any(mean is not None for mean in means):
        plt.plot(at, means, marker=marker, color=ink, yside=side)


def _draw_bars(plt: Any, trend: QuantityTrend, offsets: Sequence[float], side: str, ink: object) -> None:  # noqa: ANN401
    for offset in offsets:
        strokes = [(column + offset, 0.0, bucket.mean) for column, bucket in enumerate(trend.buckets) if bucket]
        _draw_segments(plt, strokes, side, ink, "sd")


def _draw_segments(plt: Any, spans: Sequence[tuple[float, float, float]], side: str, ink: object, marker: str) -> None:  # noqa: ANN401
    """Upright lines, one a column, in one call: a None between two of them lifts the pen."""
    if spans:
        xs = [x for x, _, _ in spans for x in (x, x, x)]
        ys = [y for _, low, high in spans for y in (low, high, None)]
        plt.plot(xs, ys, marker=marker, color=ink, yside=side)


def _draw_marks(plt: Any, chart: Chart, width: int, height: int, palette: Palette) -> None:  # noqa: ANN401
    scale = scale_for(chart, chart.units[0], height - 2)
    for limit in chart.limits:
        role = SEVERE_TEXT.get(limit.severity, Role.TEXT3) if limit.severity else Role.TEXT3
        plt.hline(limit.value, color=_ink(palette, role))
    for column in range(chart.frame.columns):
        past = chart.frame.begin(column + 1) > chart.lane.first_at and chart.frame.begin(column) < chart.now
        if past and all(trend.buckets[column] is None for _, trend in chart.lines):
            plt.text("×", x=column + 0.5, y=scale.bottom, color=_ink(palette, Role.LINK_TEXT))
    for alarm in chart.lane.alarms:
        x = chart.frame.column_of(alarm.at) + 0.5
        plt.text(alarm.priority, x=x, y=scale.top, color=_ink(palette, _PRIORITY.get(alarm.priority, Role.TEXT2)))
    if chart.cursor is not None:
        plt.vline(chart.cursor + 0.5, color=_ink(palette, Role.TEXT1))
    if len(chart.lines) > 1:
        _draw_numbers(plt, chart, width, palette)


def _draw_numbers(plt: Any, chart: Chart, width: int, palette: Palette) -> None:  # noqa: ANN401
    """Each line's number on it, at places of its own: shades of grey alone do not tell eight lines apart."""
    for place, (curve, trend) in enumerate(chart.lines):
        side = "left" if curve.quantity.unit == chart.units[0] else "right"
        known = [column for column, bucket in enumerate(trend.buckets) if bucket is not None]
        bars = bar_offsets(chart, place, width) if trend.quantity.daily else ()
        offset = sum(bars) / len(bars) if bars else 0.5
        for share in (0.15, 0.5, 0.85):
            if known:
                column = known[min(len(known) - 1, int(len(known) * share) + (0 if bars else place * 2))]
                bucket = trend.buckets[column]
                ink = _ink(palette, INKS[place % len(INKS)])
                plt.text(str(place + 1), x=column + offset, y=bucket.mean if bucket else 0, color=ink, yside=side)
