"""Scales with round ticks that fall on rows evenly, and what stands beside them. Pure.

A tick's value lies in the middle of its row, so a plot reaches half a row past its first and last tick.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

DOTS = 4
"""Steps of a row: the dots of a braille cell."""
_MANTISSAS = (1.0, 2.0, 2.5, 5.0)
_CLOSE = 1e-6
_TIGHT_ROWS = 5
"""Rows from which ticks leave at least one row between them."""
_TWO_LABELS = 0.7
"""What rows are worth on a scale that has nothing between its ends."""
_LEAST_SPAN = 1e-9


@dataclass(frozen=True, slots=True)
class Scale:
    """Ticks at `foot`, `foot + step`, ..., each `rows_between` rows above the one before."""

    foot: float
    step: float
    intervals: int
    rows_between: int

    @property
    def rows(self) -> int:
        """Rows that the plot takes."""
        return self.intervals * self.rows_between + 1

    @property
    def top(self) -> float:
        """The value of the upper tick."""
        return self.foot + self.step * self.intervals

    @property
    def crosses_zero(self) -> bool:
        """Whether values lie on both sides of zero."""
        return self.foot < -self.step * _CLOSE

    def height(self, value: float) -> float:
        """Dots from the lower edge of the plot to a value; may lie outside of it."""
        return (value - self.foot) / self.step * self.rows_between * DOTS + DOTS / 2

    def dot(self, value: float) -> int:
        """The dot of a value, from the lower edge of the plot; that of the nearest edge where it lies outside."""
        return min(self.rows * DOTS - 1, max(0, round(self.height(value) - 0.5)))

    def row(self, value: float) -> int:
        """The row of a value, from the top; that of the nearest edge where it lies outside."""
        return self.rows - 1 - min(self.rows - 1, max(0, int(self.height(value) // DOTS)))

    def ticks(self) -> Iterator[tuple[int, float]]:
        """Row, from the top, and value of each tick, the upper one first."""
        for place in range(self.intervals, -1, -1):
            value = self.foot + place * self.step
            yield (self.intervals - place) * self.rows_between, 0.0 if abs(value) < self.step * _CLOSE else value


def fitted_scale(low: float, high: float, rows: int, *, least: float = 0.0) -> Scale:
    """The scale on which values from `low` to `high` take most of so many rows.

    Args:
        low: the lowest value that must be in sight; 0 for what stands on zero.
        high: the highest one.
        rows: rows there are; the scale may take fewer.
        least: the smallest span: noise must not fill a plot.
    """
    rows = max(2, rows)
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    high = max(high, low + max(least, abs(low) * 1e-6, _LEAST_SPAN))
    best: tuple[float, int] | None = None
    found = Scale(low, high - low, 1, rows - 1)
    for step in _steps(high - low):
        scale = _around(low, high, step, rows)
        if scale is None:
            continue
        # Most rows for the values; of equals the one with fewer labels where there is little room, else with more.
        labels = scale.intervals if rows >= _TIGHT_ROWS else -scale.intervals
        few = _TWO_LABELS if scale.intervals == 1 else 1.0
        worth = (round((high - low) / step * scale.rows_between * few, 6), labels)
        if best is None or worth > best:
            best, found = worth, scale
    return found


def _steps(span: float) -> Iterator[float]:
    exponent = math.floor(math.log10(span))
    for power in range(exponent - 2, exponent + 2):
        for mantissa in _MANTISSAS:
            yield mantissa * 10.0**power


def _around(low: float, high: float, step: float, rows: int) -> Scale | None:
    foot = math.floor(low / step + _CLOSE)
    intervals = math.ceil(high / step - _CLOSE) - foot
    if not 1 <= intervals < rows:
        return None
    between = (rows - 1) // intervals
    if between < 2 and rows >= _TIGHT_ROWS and intervals > 1:
        return None
    return Scale(foot * step, step, intervals, between)


def companion_scale(left: Scale, low: float, high: float) -> Scale:
    """A scale with the very ticks of another one, for values of another unit; zero stands where zero stands if it can.

    Args:
        left: the scale whose rows it shares.
        low: the lowest value that must be in sight.
        high: the highest one.
    """
    below = round(-left.foot / left.step) if left.foot <= 0 < left.top else None
    span = max(high - min(low, 0.0), _LEAST_SPAN)
    for zero in (below, None):  # where zero lies at the top there is no room above it, and each has its own
        for step in sorted(_steps(span)):
            foot = math.floor(low / step + _CLOSE) * step if zero is None else -zero * step
            if foot <= low + step * _CLOSE and foot + left.intervals * step >= high - step * _CLOSE:
                return Scale(foot, step, left.intervals, left.rows_between)
    return Scale(low, span, left.intervals, left.rows_between)


_UNITS = {"kW": ((1e6, "MW"), (1e3, "kW"), (1.0, "W")), "kWh": ((1e3, "MWh"), (1.0, "kWh"))}
"""Units of values whose size decides how they read: powers are in W, energies in kWh."""


def axis_texts(scale: Scale, unit: str, *, signed: bool = False, decimals: bool = False) -> list[tuple[int, str]]:
    """Row and text of each tick, the unit at the upper one: `1.5 kW`, `1`, `0.5`, `0`.

    Args:
        scale: the scale.
        unit: of the quantity; `kW` for powers, whose values are in W.
        signed: whether positive values have a sign.
        decimals: whether all have as many decimals as the step needs: `3.20`, not `3.2`.
    """
    size = max(abs(scale.top), abs(scale.foot))
    steps = _UNITS.get(unit, ((1.0, unit),))
    divisor, shown = next((each for each in steps if size >= each[0]), steps[-1])
    places = _decimals(scale.step / divisor) if decimals else None
    found = []
    for row, value in scale.ticks():
        number = value / divisor
        text = f"{number:.6g}" if places is None else f"{number:.{places}f}"
        sign = "+" if signed and value > 0 else ""
        found.append((row, f"{sign}{text}" + (f" {shown}" if row == 0 and shown else "")))
    return found


def _decimals(step: float) -> int:
    return next((places for places in range(4) if abs(round(step, places) - step) < step * 1e-4), 4)
