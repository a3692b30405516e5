"""One panel: a quantity over time with its axis, and the legend at its right. Pure drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.kit.chart.frame import draw_plot
from victron_console.console.kit.chart.plot import Expected, Plot
from victron_console.console.kit.chart.scale import Scale
from victron_console.console.kit.figures import SEVERE_TEXT, power_figure
from victron_console.console.kit.format import LOST
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, width_of
from victron_console.console.trends.plots import axis_of, series_of
from victron_console.console.trends.read import (
    Limit,
    QuantityTrend,
)
from victron_console.model.alert import Severity

AXIS = 7
BARS = 8
"""Columns of the axis and of the first cell of a plot."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A quantity to draw."""

    trend: QuantityTrend
    scale: Scale
    limits: tuple[Limit, ...] = ()
    expected: Expected | None = None
    ahead: int = 0
    """Cells after now."""
    hours: tuple[int, ...] = ()
    """Cells of the labelled hours."""
    gaps: frozenset[int] = frozenset()
    """Columns in which nothing was received."""
    cursor: int | None = None
    """The column under the cursor."""
    chosen: bool = False
    note: str = ""
    """One more line of the legend: `above 80: C07`."""
    note_urgent: Severity | None = None
    expectations: tuple[tuple[str, str], ...] = ()
    """What is expected, for the legend: `at sunrise`, `0-12`."""


def draw_panel(sheet: Sheet, row: int, legend: tuple[int, int], panel: Panel) -> None:
    """The plot with its axis, and the legend between two columns at the right."""
    frame = panel.trend.frame
    series = series_of(panel.trend, panel.scale, panel.limits, panel.expected)
    plot = Plot(
        (series,),
        frame.width,
        panel.ahead,
        panel.hours,
        frozenset(column * frame.cells for column in panel.gaps),
        None if panel.cursor is None else panel.cursor * frame.cells,
    )
    draw_plot(sheet, row, BARS, plot, axis_of(panel.trend.quantity, panel.scale, (series,)))
    _draw_legend(sheet, row, legend, panel)


def _draw_legend(sheet: Sheet, row: int, legend: tuple[int, int], panel: Panel) -> None:
    start, end = legend
    trend, quantity = panel.trend, panel.trend.quantity
    value = trend.latest
    if panel.cursor is not None:
        bucket = trend.buckets[panel.cursor] if panel.cursor < len(trend.buckets) else None
        value = bucket.mean if bucket is not None else None
    said = LOST if value is None and panel.cursor is not None else quantity.text(value)
    if panel.chosen:
        sheet.put(row, start - 1, ">", Role.TEXT1, bold=True)
    name = cut(quantity.label, end - start - len(said) - 1)
    column = sheet.put(row, start, f"{name} ", quantity.kind, bold=True)
    if column + len(quantity.unit) + len(said) < end:
        sheet.put(row, column, quantity.unit, Role.TEXT3)
    role = power_figure(value).role if quantity.is_power else Role.TEXT1
    bold = not quantity.is_power or panel.cursor is not None
    sheet.right(row, end, said, Role.LINK_TEXT if said == LOST else role, bold=bold)
    extent = trend.extent()
    facts = [(word, quantity.text(extent[index] if extent else None)) for word, index in _EXTREMES]
    facts[2:2] = panel.expectations
    for place, (word, text) in enumerate(facts[: panel.scale.rows - 1], 1):
        after = sheet.put(row + place, start, word, Role.TEXT3)
        fits = width_of(text) <= end - after
        sheet.right(row + place, end, text if fits else text.removeprefix("about "), Role.TEXT2)
    _draw_notes(sheet, row + 1 + len(facts), legend, panel)


_EXTREMES = (("highest", 2), ("lowest", 0), ("mean", 1))


def _draw_notes(sheet: Sheet, row: int, legend: tuple[int, int], panel: Panel) -> None:
    start, end = legend
    if len(panel.expectations) + len(_EXTREMES) + 1 >= panel.scale.rows:
        return
    if panel.note:
        role = SEVERE_TEXT.get(panel.note_urgent, Role.TEXT3) if panel.note_urgent else Role.TEXT3
        sheet.put(row, start, cut(panel.note, end + 1 - start), role)
    elif panel.scale.crosses_zero:
        sheet.put(row, start, "+ in   - out", Role.TEXT3)


def notes_of(limits: Sequence[Limit], trend: QuantityTrend) -> tuple[str, Severity | None]:
    """What the legend says of the limits: those passed in this span first."""
    extent = trend.extent()
    for limit in limits:
        if extent and limit.beyond(extent[2] if limit.above else extent[0]):
            word = "above" if limit.above else "below"
            return f"{word} {limit.value:g}: {limit.word}", limit.severity
    return next(((f"{limit.word} {limit.value:g}", None) for limit in limits if not limit.severity), ("", None))
