"""The six hours before an alarm as an area, with its limit named at its height. Pure drawing."""

from __future__ import annotations

from victron_console.console.alarms.data import CHART_S, AlarmDetail
from victron_console.console.kit.blocks import columns as block_columns
from victron_console.console.kit.blocks import nice_around, nice_top, spread
from victron_console.console.kit.format import GAP, clock, number
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet

FROM_ZERO = ("%", "W", "min", "h", "s")
"""Units whose charts begin at zero; others, such as volts, at the lowest value."""


def draw_chart(
    sheet: Sheet,
    row: int,
    column: int,
    columns: int,
    rows: int,
    detail: AlarmDetail,
    now: float,
    *,
    role: Role = Role.NOW_TEXT,
    label_end: int | None = None,
) -> None:
    """Draw the area, and the times under it; nothing where there is no value.

    Args:
        sheet: where to draw.
        row: its first row.
        column: its first column.
        columns: how wide it is.
        rows: how high it is.
        detail: the values and the limit.
        now: the moment of its last column (UTC epoch, s).
        role: the colour of the newest value beyond the limit.
        label_end: the last column of the figures at its right; None: none.
    """
    values = spread(detail.values, columns)
    known = [value for value in values if value is not None]
    if not known or columns < 12:
        return
    low, high = scale(known, detail)
    drawn_rows = block_columns(values, low, high, rows)
    for offset, value in enumerate(values):
        at = column + offset
        if value is None:
            sheet.put(row + rows - 1, at, GAP, Role.LINK_TEXT)
            continue
        ink = _ink(value, detail, newest=offset == len(values) - 1, role=role)
        for level, drawn in enumerate(drawn_rows):
            sheet.put(row + level, at, drawn[offset], ink)
    _times(sheet, row + rows, column, columns, now)
    if label_end is not None:
        _labels(sheet, row, rows, label_end, low, high, detail, role)


def scale(known: list[float], detail: AlarmDetail) -> tuple[float, float]:
    """Round ends of the chart: its own values lie between them, and the limit."""
    ends = [*known, detail.limit] if detail.limit is not None else known
    least, most = min(ends), max(ends)
    if detail.unit in FROM_ZERO and least >= 0:
        return 0.0, nice_top(max(most, 1e-9))
    return nice_around(least, most)


def _ink(value: float, detail: AlarmDetail, *, newest: bool, role: Role) -> Role:
    beyond = detail.limit is not None and (value < detail.limit if detail.below else value > detail.limit)
    if not beyond:
        return Role.SPARK
    return role if newest else Role.NOW_PAST if role is Role.NOW_TEXT else Role.CHART


def _times(sheet: Sheet, row: int, column: int, columns: int, now: float) -> None:
    shares = (0.0, 0.5, 1.0) if columns >= 30 else (0.0, 1.0)
    for share in shares:
        at = now - CHART_S * (1 - share)
        sheet.put(row, column + round(share * (columns - 5)), clock(at), Role.TEXT3)


def _labels(
    sheet: Sheet, row: int, rows: int, end: int, low: float, high: float, detail: AlarmDetail, role: Role
) -> None:
    decimals = 0 if high - low >= 10 else 1 if high - low >= 1 else 2
    sheet.right(row, end, number(high, decimals), Role.TEXT3)
    sheet.right(row + rows - 1, end, number(low, decimals), Role.TEXT3)
    if detail.limit is not None:
        height = min(rows - 1, max(0, int((detail.limit - low) / (high - low) * rows)))
        at = row + rows - 1 - height
        at = min(max(at, row + 1), row + rows - 2) if rows > 2 else at
        sheet.right(at, end, f"{'<' if detail.below else '>'} {number(detail.limit, decimals)}", role)
