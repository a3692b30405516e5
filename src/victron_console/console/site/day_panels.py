"""The last 24 hours as panels of four rows on one time axis: solid to a column's lowest value, light to its highest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.kit.blocks import EIGHTHS, block, buckets, nice
from victron_console.console.kit.format import number
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.site.day import (
    DayRow,
    draw_ticks,
    round_hours,
)
from victron_console.model.quality import Quality
from victron_console.model.snapshot import worst

PANEL_ROWS = 4
_LEVELS = PANEL_ROWS * EIGHTHS
_AXIS = 7
_BARS = 8
"""Columns of the axis and of the first bar."""
_NAME, _VALUE_END, LOG = 9, 22, 27
"""Columns after the bars: the name, the end of its values, and what else stands there."""
_GRID_EVERY = 4


@dataclass(frozen=True, slots=True)
class DayScale:
    """The values at the top and at the foot of a panel."""

    low: float
    high: float

    def level(self, value: float) -> int:
        """Eighths of a row from the foot to a value."""
        return round((value - self.low) * _LEVELS / (self.high - self.low))


def panel_columns(width: int) -> int:
    """Bars that a screen of that width has room for beside the names and the log."""
    return max(0, min(288, width - 56))


def panels_height(count: int) -> int:
    """Rows of so many panels with head, axis and times."""
    return 1 + count * (PANEL_ROWS + 1) + 2 if count else 0


def draw_panels(
    sheet: Sheet, row: int, end: int, rows: Sequence[DayRow], since: float, until: float, quality: Quality
) -> int:
    """Panels under a head, the axis and its times below them; gives the row after the times.

    Args:
        sheet: where to draw.
        row: the row of the head.
        end: the last column.
        rows: the quantities.
        since: the start of the axis (UTC epoch, s).
        until: its end.
        quality: how far the current values are of now.
    """
    columns = panel_columns(sheet.width)
    minutes = (until - since) / 60 / max(1, columns)
    sheet.put(row, 1, "24 h", Role.TEXT2)
    said = f"a column is {number(minutes)} min, solid to the lowest, light to the highest"
    sheet.row(row).rule(sheet.put(row, 8, said, Role.TEXT3) + 1, end - 10)
    sheet.right(row, end, "5 trends", Role.TEXT3)
    row += 1
    for each in rows:
        _draw_panel(sheet, row, columns, each, worst((quality, each.quality)))
        row += PANEL_ROWS + 1
    row -= 1
    axis = ["─"] * columns
    for column, _ in round_hours(since, until, columns):
        axis[column] = "┴"
    sheet.put(row, _AXIS, "└" + "".join(axis), Role.RULE)
    draw_ticks(sheet, row + 1, _BARS, columns, since, until, centred=True)
    return row + 2


def _draw_panel(sheet: Sheet, row: int, columns: int, each: DayRow, quality: Quality) -> None:
    scale = scale_of(each)
    for offset, value in ((0, scale.high), (PANEL_ROWS // 2, (scale.high + scale.low) / 2)):
        sheet.right(row + offset, _AXIS - 1, _label(value, each.is_power), Role.TEXT3)
        sheet.put(row + offset, _AXIS, "┤", Role.RULE)
        for column in range(0, columns, _GRID_EVERY):
            sheet.put(row + offset, _BARS + column, "·", Role.RULE)
    for offset in (1, 3):
        sheet.put(row + offset, _AXIS, "│", Role.RULE)
    for column, extent in enumerate(buckets(each.values, columns)):
        if extent is not None:
            _draw_column(sheet, row, _BARS + column, scale.level(extent[0]), scale.level(extent[1]))
    _draw_legend(sheet, row, _BARS + columns - 1, each, quality)


def _draw_column(sheet: Sheet, row: int, column: int, low: int, high: int) -> None:
    for place in range(PANEL_ROWS):
        sheet.put(row + place, column, block(low, high, (PANEL_ROWS - 1 - place) * EIGHTHS), Role.CHART)


def _draw_legend(sheet: Sheet, row: int, end: int, each: DayRow, quality: Quality) -> None:
    name, unit = (each.label, "") if each.is_power else each.label.split(" ", 1)
    column = sheet.put(row, end + _NAME, f"{name} ", Role.TEXT1)
    sheet.put(row, column, unit, Role.TEXT3)
    known, unit = each.known(quality), "" if each.is_power else "%"
    sheet.runs_right(row, end + _VALUE_END, each.now_runs(quality, unit))
    for offset, word, value in ((1, "max", max(known, default=None)), (2, "min", min(known, default=None))):
        sheet.put(row + offset, end + _NAME, word, Role.TEXT3)
        sheet.right(row + offset, end + _VALUE_END, f"{each.said(value)}{unit}", Role.TEXT2)


def scale_of(each: DayRow) -> DayScale:
    """Zero to a round number above the highest value; below zero as far as the values go."""
    if not each.is_power:
        return DayScale(0.0, 100.0)
    known = [value for value in each.values if value is not None]
    low = min([0.0, *known])
    return DayScale(-nice(-low) if low < 0 else 0.0, nice(max([1.0, *known])))


def _label(value: float, is_power: bool) -> str:
    if not is_power:
        return number(value)
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if abs(value) >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"
