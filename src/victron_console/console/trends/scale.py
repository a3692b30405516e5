"""The scale of a panel: round values at its ends, rows above and below zero, and the row of a value. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.kit.blocks import EIGHTHS, nice, nice_around
from victron_console.console.trends.quantity import Quantity
from victron_console.console.trends.read import (
    Limit,
    QuantityTrend,
)


@dataclass(frozen=True, slots=True)
class PanelScale:
    """What the rows of a panel stand for. With rows below zero, zero is the foot of the rows above it."""

    foot: float
    """The value at the foot of the rows that grow up."""
    per_row: float
    rows: int
    below: int = 0
    """Rows that hang from zero, among `rows`."""

    @property
    def top(self) -> float:
        """The value at the upper end."""
        return self.foot + self.per_row * (self.rows - self.below)

    @property
    def bottom(self) -> float:
        """The value at the lower end."""
        return self.foot - self.per_row * self.below

    def eighths(self, value: float) -> int:
        """Eighths of a row from the foot to a value; negative below it."""
        return round((value - self.foot) / self.per_row * EIGHTHS)

    def row_of(self, value: float) -> int:
        """The row, from the upper one, that a value's mark stands in: the one whose upper edge it reaches first."""
        up = math.ceil(round((value - self.foot) / self.per_row, 6)) - 1
        if self.below:  # zero is the foot of the rows above it, and what is below hangs from there
            up = max(0, up) if value >= self.foot else math.floor(round((value - self.foot) / self.per_row, 6))
        return min(self.rows - 1, max(0, self.rows - self.below - 1 - up))


def scale_of(trend: QuantityTrend, rows: int, limits: Sequence[Limit] = (), *, top: float = 0.0) -> PanelScale:
    """The scale of a panel of so many rows.

    Args:
        trend: what is drawn.
        rows: of the panel.
        limits: levels that are to be in sight.
        top: a highest value shared with other panels; 0 where there is none.
    """
    extent = trend.extent() or (0.0, 0.0, 0.0)
    low = min([extent[0], *(limit.value for limit in limits)])
    high = max([extent[2], top, *(limit.value for limit in limits)])
    if trend.quantity.is_percent:
        return PanelScale(0.0, 100.0 / rows, rows)
    if not trend.quantity.from_zero:
        return _around(low, high, rows, trend.quantity.least)
    if low >= 0:
        return PanelScale(0.0, nice(max(high, trend.quantity.least)) / rows, rows)
    return _signed(-low, max(high, 0.0), rows, trend.quantity.least)


def _signed(down: float, up: float, rows: int, least: float) -> PanelScale:
    below = min(rows - 1, max(1, round(rows * down / (down + up))))
    if up <= least / 20:
        return PanelScale(0.0, nice(max(down, least)) / (rows - 1), rows, rows - 1)
    above = rows - below
    if above == below:
        return PanelScale(0.0, nice(max(down, up, least)) / above, rows, below)
    return PanelScale(0.0, max(nice(max(down, least)) / below, nice(max(up, least)) / above), rows, below)


def _around(low: float, high: float, rows: int, least: float) -> PanelScale:
    """What a voltage moves in, with some air: its bars do not stand on zero."""
    foot, top = nice_around(low, high, least)
    return PanelScale(foot, (top - foot) / rows, rows)


def axis_label(value: float, quantity: Quantity) -> str:
    """A value at the axis in at most five characters: `4k`, `-2k`, `49.5`."""
    if abs(value) < 1e-9:
        return "0"
    sign = "+" if quantity.signed and value > 0 else ""
    if quantity.is_power:
        for unit, size in (("M", 1e6), ("k", 1e3)):
            if abs(value) >= size:
                return f"{sign}{_short(value / size)}{unit}"
    return f"{sign}{_short(value)}"


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
