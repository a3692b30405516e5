"""The chart: up to eight series on one time axis and two value axes. Knows no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from victron_console.console.kit.chart.dawn import expected_charge
from victron_console.console.kit.chart.frame import AxisMark, ValueAxis, draw_marks, draw_plot
from victron_console.console.kit.chart.plot import Expected, Form, Plot, Series
from victron_console.console.kit.chart.scale import Scale, companion_scale
from victron_console.console.kit.format import number
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.view import Dawn
from victron_console.console.trends.frame import Frame, moment_word, ticks
from victron_console.console.trends.plots import axis_of, ends_of, form_of, scale_of, series_of
from victron_console.console.trends.quantity import Quantity
from victron_console.console.trends.read import (
    Lane,
    Limit,
    QuantityTrend,
)
from victron_console.model.units import DAY_S

MOST_SERIES = 8
MOST_UNITS = 2
LEFT = 8
"""Columns left of the plot: texts of the axis, and the axis."""
RIGHT = 9
"""Columns right of it where it has a second axis."""


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
    limits: tuple[tuple[Limit, ...], ...] = ()
    """Of each line."""
    cursor: int | None = None
    band: bool = True
    """Whether the lowest and highest value of a column are drawn too."""
    now: float = 0.0
    ahead: int = 0
    """Columns after now."""
    dawn: Dawn | None = None
    """What is expected in them of the first line that is a charge."""

    @property
    def units(self) -> list[str]:
        """The units of the axes: the first stands left, the second right."""
        return list(dict.fromkeys(curve.quantity.unit for curve, _ in self.lines))

    def limits_in(self, unit: str) -> tuple[Limit, ...]:
        """The limits of the lines of a unit."""
        limits = zip(self.lines, self.limits, strict=False)
        return tuple(limit for (curve, _), each in limits if curve.quantity.unit == unit for limit in each)

    @property
    def gaps(self) -> frozenset[int]:
        """Columns in which no line has a value, though it was recorded."""
        return frozenset(
            column
            for column in range(self.frame.columns)
            if self.frame.begin(column + 1) > self.lane.first_at
            and self.frame.begin(column) < self.now
            and all(trend.buckets[column] is None for _, trend in self.lines)
        )


def is_charge(curve: Curve) -> bool:
    """Whether it is the charge of a site, of today."""
    return curve.quantity.field == "soc_percent" and not curve.days_back


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
    return max(4, width - LEFT - (RIGHT if units > 1 else 1))


def kind_of(chart: Chart, place: int) -> Role:
    """The hue of a line: its kind's, unless one before it has that; what is of another day is of no kind."""
    curve, _ = chart.lines[place]
    before = {kind_of(chart, other) for other in range(place)}
    if curve.days_back or curve.quantity.kind in before:
        return next((kind for kind in _SPARE if kind not in before), Role.OTHER)
    return curve.quantity.kind


_SPARE = (Role.OTHER, Role.DC_LOADS, Role.GENSET, Role.GRID, Role.PV, Role.LOADS, Role.BATTERY)


def scale_for(chart: Chart, unit: str, rows: int) -> Scale:
    """The value axis of a unit: all its lines are in sight. The right axis has the rows of the left one."""
    lines = [trend for curve, trend in chart.lines if curve.quantity.unit == unit]
    if unit == chart.units[0]:
        return scale_of(lines, max(2, rows), chart.limits_in(unit), expected=_expected(chart) if unit == "%" else None)
    low, high = ends_of(lines, chart.limits_in(unit))
    return companion_scale(scale_for(chart, chart.units[0], rows), low, high)


def _expected(chart: Chart) -> Expected | None:
    """What is expected of the charge."""
    if not chart.ahead or chart.dawn is None:
        return None
    return expected_charge(chart.dawn, chart.frame.until, chart.frame.step_s, chart.ahead)


def draw_chart(sheet: Sheet, chart: Chart) -> None:
    """The plot over the sheet's whole height, its hours in the last row."""
    rows = (sheet.limit or 0) - 1
    series = [_series(chart, place, rows) for place in range(len(chart.lines))]
    whole = replace(chart.frame, columns=chart.frame.columns + chart.ahead)
    hours = ticks(whole)
    plot = Plot(
        tuple(series),
        chart.frame.columns,
        chart.ahead,
        tuple(tick.column for tick in hours),
        chart.gaps,
        chart.cursor,
        names=len(series) > 1,
    )
    axes = [_axis(chart, unit, rows, series) for unit in chart.units]
    row = draw_plot(sheet, 0, LEFT, plot, *axes)
    marks = [AxisMark(tick.column, tick.label) for tick in hours]
    if chart.ahead:
        marks.insert(0, AxisMark(chart.frame.columns, "now", Role.TEXT2))
    if chart.cursor is not None:
        marks.insert(0, AxisMark(chart.cursor, moment_word(chart.frame.begin(chart.cursor), chart.frame), Role.BANNER))
    draw_marks(sheet, row, LEFT, whole.width, marks)


def _axis(chart: Chart, unit: str, rows: int, series: Sequence[Series]) -> ValueAxis:
    own = [(curve.quantity, one) for (curve, _), one in zip(chart.lines, series, strict=True)]
    mine = [(quantity, one) for quantity, one in own if quantity.unit == unit]
    ink = mine[0][1].kind if len(mine) == 1 and len(chart.units) > 1 else Role.TEXT3
    return axis_of(mine[0][0], scale_for(chart, unit, rows), [one for _, one in mine], ink=ink)


def _series(chart: Chart, place: int, rows: int) -> Series:
    curve, trend = chart.lines[place]
    charge = next((number for number, (each, _) in enumerate(chart.lines) if is_charge(each)), None)
    return series_of(
        trend,
        scale_for(chart, curve.quantity.unit, rows),
        chart.limits[place] if place < len(chart.limits) else (),
        _expected(chart) if place == charge else None,
        form=_form(chart, place),
        name=curve.quantity.label,
        kind=kind_of(chart, place),
        extremes=chart.band,
    )


def _form(chart: Chart, place: int) -> Form:
    """Alone it is drawn as its panel; of several, PV is an area, the charge the thick line, and the rest are lines."""
    curve, _ = chart.lines[place]
    if len(chart.lines) == 1:
        return form_of(curve.quantity)
    if curve.quantity.is_percent:
        return Form.THICK
    return Form.AREA if kind_of(chart, place) is Role.PV else Form.LINE
