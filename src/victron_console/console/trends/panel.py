"""One panel: a quantity over time, solid to the lowest value of a column, light to its highest. Pure drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.kit.blocks import EIGHTHS, LIGHT, block, is_block
from victron_console.console.kit.figures import SEVERE_TEXT, power_figure
from victron_console.console.kit.format import LOST
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut
from victron_console.console.trends.read import (
    Limit,
    QuantityTrend,
)
from victron_console.console.trends.scale import (
    PanelScale,
    axis_label,
)
from victron_console.model.alert import Severity
from victron_console.store.answers import Bucket

AXIS = 5
BARS = 6
"""Columns of the axis and of the first bar."""
_GRID_EVERY = 4
_SOLID, _HANGING = "█", "▀"


@dataclass(frozen=True, slots=True)
class Panel:
    """A quantity to draw."""

    trend: QuantityTrend
    scale: PanelScale
    limits: tuple[Limit, ...] = ()
    cursor: int | None = None
    """The column under the cursor."""
    chosen: bool = False
    note: str = ""
    """One more line of the legend: `above 80: C07`."""
    note_urgent: Severity | None = None


def draw_panel(sheet: Sheet, row: int, legend: tuple[int, int], panel: Panel) -> None:
    """Axis, grid, columns, limits, cursor, and the legend between two columns at the right."""
    _draw_axis(sheet, row, panel)
    frame = panel.trend.frame
    for column, bucket in enumerate(panel.trend.buckets):
        width = max(1, frame.cells - 1)
        if bucket is not None:
            for place in range(width):
                _draw_column(sheet, row, BARS + column * frame.cells + place, bucket, panel)
    _draw_limits(sheet, row, panel)
    if panel.cursor is not None:
        _draw_cursor(sheet, row, panel)
    _draw_legend(sheet, row, legend, panel)


def _draw_axis(sheet: Sheet, row: int, panel: Panel) -> None:
    scale, quantity = panel.scale, panel.trend.quantity
    for place in range(scale.rows):
        sheet.put(row + place, AXIS, "│", Role.RULE)
    for value in _labelled(scale):
        at = row + (scale.row_of(value) if value > scale.bottom else scale.rows - 1)
        sheet.right(at, AXIS - 1, axis_label(value, quantity)[:AXIS], Role.TEXT3)
        sheet.put(at, AXIS, "┤", Role.RULE)
        for column in range(0, panel.trend.frame.width, _GRID_EVERY):
            sheet.put(at, BARS + column, "·", Role.RULE)


def _labelled(scale: PanelScale) -> list[float]:
    """At most three values: the ends and zero, or the top and the middle; a foot that is not zero is named too."""
    if scale.below:
        return [scale.top, 0.0, scale.bottom] if scale.rows - scale.below > 1 else [0.0, scale.bottom]
    middle = (scale.top + scale.foot) / 2
    return [scale.top, middle, *([scale.foot] if scale.foot else [])]


def _draw_column(sheet: Sheet, row: int, column: int, bucket: Bucket, panel: Panel) -> None:
    scale = panel.scale
    low, high = scale.eighths(bucket.low), scale.eighths(bucket.high)
    above = scale.rows - scale.below
    for place in range(above):
        base = (above - 1 - place) * EIGHTHS
        glyph = block(low, high, base)
        if glyph:
            sheet.put(row + place, column, glyph, _ink(bucket, base, glyph, panel))
    for place in range(scale.below):
        glyph = _downward(-high, -low, place * EIGHTHS)
        if glyph:
            sheet.put(row + above + place, column, glyph, _ink(bucket, -place * EIGHTHS, glyph, panel, hanging=True))


def _downward(least: int, most: int, base: int) -> str:
    """A cell that hangs from zero: half and whole ones, since fonts have no finer ones that hang."""
    filled = least - base
    if filled >= 6:
        return _SOLID
    if filled >= 2:
        return _HANGING
    return LIGHT if most - base >= EIGHTHS // 2 else ""


def _ink(bucket: Bucket, base: int, glyph: str, panel: Panel, *, hanging: bool = False) -> Role:
    """Grey-blue; what is beyond a limit in its colour."""
    value = bucket.high if glyph == LIGHT else bucket.low
    for limit in panel.limits:
        beyond = limit.beyond(value) or (limit.severity is not None and limit.beyond(bucket.high) and glyph != LIGHT)
        reaches = not limit.above or base + EIGHTHS > panel.scale.eighths(limit.value)
        if beyond and reaches and limit.severity is not None:
            return SEVERE_TEXT.get(limit.severity, Role.CHART)
    return Role.BAR if hanging else Role.CHART


def _draw_limits(sheet: Sheet, row: int, panel: Panel) -> None:
    for limit in panel.limits:
        at = row + panel.scale.row_of(limit.value)
        sheet.put(at, 0, " " * AXIS)
        sheet.right(at, AXIS - 1, axis_label(limit.value, panel.trend.quantity), Role.TEXT2)
        sheet.put(at, AXIS, "╪", Role.TEXT2)
        for column, glyph in enumerate(sheet.row(at).text[BARS : BARS + panel.trend.frame.width], BARS):
            if glyph in " ·":
                sheet.put(at, column, "╌", Role.TEXT3)


def _draw_cursor(sheet: Sheet, row: int, panel: Panel) -> None:
    column = BARS + (panel.cursor or 0) * panel.trend.frame.cells
    for place in range(panel.scale.rows):
        there = sheet.row(row + place).text[column : column + 1]
        covered = is_block(there) or there == _HANGING
        sheet.put(row + place, column, "┃" if covered else "┊", Role.TEXT1, bold=covered)


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
    column = sheet.put(row, start, f"{name} ", Role.TEXT1)
    if column + len(quantity.unit) + len(said) < end:
        sheet.put(row, column, quantity.unit, Role.TEXT3)
    role = power_figure(value).role if quantity.is_power else Role.TEXT1
    bold = not quantity.is_power or panel.cursor is not None
    sheet.right(row, end, said, Role.LINK_TEXT if said == LOST else role, bold=bold)
    extent = trend.extent()
    for place, (word, index) in enumerate((("max", 2), ("mean", 1), ("min", 0)), 1):
        if place >= panel.scale.rows:
            return
        sheet.put(row + place, start, word, Role.TEXT3)
        sheet.right(row + place, end, quantity.text(extent[index] if extent else None), Role.TEXT2)
    _draw_notes(sheet, row, legend, panel)


def _draw_notes(sheet: Sheet, row: int, legend: tuple[int, int], panel: Panel) -> None:
    start, end = legend
    last = row + panel.scale.rows - 1
    if panel.note and panel.scale.rows > 4:
        role = SEVERE_TEXT.get(panel.note_urgent, Role.TEXT3) if panel.note_urgent else Role.TEXT3
        sheet.put(row + 4, start, cut(panel.note, end + 1 - start), role)
    elif panel.scale.below and panel.scale.rows > 5:
        sheet.put(last, start, "+ in   - out", Role.TEXT3)


def notes_of(limits: Sequence[Limit], trend: QuantityTrend) -> tuple[str, Severity | None]:
    """What the legend says of the limits: those passed in this span first."""
    extent = trend.extent()
    for limit in limits:
        if extent and limit.beyond(extent[2] if limit.above else extent[0]):
            word = "above" if limit.above else "below"
            return f"{word} {limit.value:g}: {limit.word}", limit.severity
    return next(((f"{limit.word} {limit.value:g}", None) for limit in limits if not limit.severity), ("", None))
