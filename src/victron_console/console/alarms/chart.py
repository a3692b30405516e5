"""The value of an alarm over the hour before it was raised and the hour after, with its limit. Pure drawing."""

from __future__ import annotations

from victron_console.console.alarms.data import AROUND_S, AlarmDetail
from victron_console.console.kit.blocks import spread
from victron_console.console.kit.chart.frame import AxisMark, ValueAxis, draw_marks, draw_plot
from victron_console.console.kit.chart.hours import extents, hour_marks
from victron_console.console.kit.chart.plot import Form, Plot, Series, Threshold
from victron_console.console.kit.chart.scale import fitted_scale
from victron_console.console.kit.energy.kinds import kind_of_field
from victron_console.console.kit.format import GAP, spark
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet

FROM_ZERO = ("%", "W", "min", "h", "s")
"""Units whose charts begin at zero; others, such as volts, at the lowest value."""
_AXIS = 8
LEAST_ROWS = 4


def draw_curve(
    sheet: Sheet, row: int, start: int, end: int, rows: int, detail: AlarmDetail, now: float, field: str, role: Role
) -> int:
    """The curve in so many rows with the hours under it; gives the row after them, the same where there is no value.

    Args:
        sheet: where to draw.
        row: its first row.
        start: its first column.
        end: its last one.
        rows: how high it may be.
        detail: the values and the limit.
        now: the moment shown (UTC epoch, s).
        field: the overview field that it is about; empty where it is about none.
        role: the look of what is beyond the limit.
    """
    cells = end - start - _AXIS
    known = [value for value in detail.values if value is not None]
    if not known or rows < LEAST_ROWS or cells < 12:
        return row
    past = max(1, min(cells, round(cells * (now - detail.since) / (detail.until - detail.since))))
    shown = detail.values[: max(1, round(len(detail.values) * past / cells))]
    limit = () if detail.limit is None else (Threshold(detail.limit, not detail.below, role),)
    ends = [*known, *(each.value for each in limit), *([0.0] if detail.unit in FROM_ZERO else [])]
    scale = fitted_scale(min(ends), max(ends), rows - 1, least=max(map(abs, ends)) * 0.01)
    line = Series("", kind_of_field(field), Form.LINE, extents(tuple(shown), past), scale, thresholds=limit)
    marks = hour_marks(detail.since, detail.until, cells)
    gaps = frozenset(cell for cell, value in enumerate(spread(shown, past)) if value is None)
    plot = Plot((line,), past, cells - past, tuple(mark.cell for mark in marks), gaps)
    unit = "kW" if detail.unit == "W" else detail.unit
    axis = ValueAxis(scale, unit, decimals=detail.unit not in FROM_ZERO, series=(line,))
    after = draw_plot(sheet, row, start + _AXIS, plot, axis)
    raised = AxisMark(round(AROUND_S / (detail.until - detail.since) * cells), "▲", role)
    draw_marks(sheet, after, start + _AXIS, cells, [raised, *marks])
    return after + 1


def draw_spark(sheet: Sheet, row: int, start: int, end: int, detail: AlarmDetail, role: Role) -> None:
    """The same in one row."""
    values = spread(detail.values, end + 1 - start)
    known = [value for value in values if value is not None]
    if not known:
        return
    low = 0.0 if detail.unit in FROM_ZERO and min(known) >= 0 else min(known)
    for offset, mark in enumerate(spark(values, low, max(known))):
        value = values[offset]
        beyond = value is not None and detail.limit is not None and (value < detail.limit) is detail.below
        sheet.put(row, start + offset, mark, Role.LINK_TEXT if mark == GAP else role if beyond else Role.CHART)
