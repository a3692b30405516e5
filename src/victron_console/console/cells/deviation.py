"""Bars that grow from a centre line, on a scale that is the limit and never the data: a calm pack looks calm."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.console.kit.format import number, rounded
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet

_RIGHT_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_LEFT_EIGHTHS = ("", "▕", "▕", "▕", "▐", "▐", "▐", "▐")
"""Towards the left a terminal has only an eighth and a half."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The columns of a deviation axis and what they stand for."""

    start: int
    end: int
    warn_mv: float
    alarm_mv: float
    """The deviation at both edges."""

    @property
    def centre(self) -> int:
        """The column of the median."""
        return (self.start + self.end) // 2

    @property
    def half(self) -> int:
        """Columns on each side of the centre."""
        return self.centre - self.start

    def columns(self, millivolts: float) -> int:
        """Columns from the centre to a deviation, at most to the edge."""
        return min(self.half, round(abs(millivolts) * self.half / self.alarm_mv))


def bar(millivolts: float, axis: Axis) -> str:
    """The bar of a deviation in eighths of a column, as it stands right or left of the centre."""
    eighths = min(axis.half * 8, int(rounded(abs(millivolts) * axis.half * 8 / axis.alarm_mv)))
    full, rest = divmod(eighths, 8)
    if millivolts < 0:
        return _LEFT_EIGHTHS[rest] + "█" * full
    return "█" * full + _RIGHT_EIGHTHS[rest]


def draw_deviation(sheet: Sheet, row: int, axis: Axis, millivolts: float | None, role: Role) -> None:
    """Limits, centre line and bar of one cell; only the limits and the centre where it has no value."""
    warn = axis.columns(axis.warn_mv)
    for column in (axis.centre - warn, axis.centre + warn):
        sheet.put(row, column, "┊", Role.TEXT3)
    if millivolts is not None:
        text = bar(millivolts, axis)
        sheet.put(row, axis.centre - len(text) if millivolts < 0 else axis.centre + 1, text, role)
    sheet.put(row, axis.centre, "│", Role.TEXT2)


def draw_scale(sheet: Sheet, row: int, axis: Axis) -> None:
    """The numbers under the axis: both limits on both sides, and the zero; the warn limit only where it has room."""
    marks = [(axis.end, axis.alarm_mv), (axis.start, -axis.alarm_mv), (axis.centre, 0.0)]
    warn = axis.columns(axis.warn_mv)
    if warn >= 6 and axis.half - warn >= 5:
        marks += [(axis.centre + warn, axis.warn_mv), (axis.centre - warn, -axis.warn_mv)]
    for column, value in marks:
        text = number(value, signed=True)
        sheet.put(row, column - len(text) // 2, text, Role.TEXT3)
