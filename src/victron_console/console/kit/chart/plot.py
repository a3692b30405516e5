"""What a chart shows: series with their limits and what is expected of them, gaps, now and cursor. Knows no store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from victron_console.console.kit.chart.scale import Scale
from victron_console.console.kit.palette import Role

Extent = tuple[float, float, float]
"""Lowest, mean and highest value of a column."""


class Form(StrEnum):
    """How a series is drawn."""

    AREA = "area"
    LINE = "line"
    THICK = "thick"
    """A line two dots high: the one that the chart is about."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A level that a series should not pass."""

    value: float
    above: bool
    """Whether what is above it is beyond."""
    ink: Role
    """The look of what is beyond, and of its number."""
    text: str = ""
    """How it reads at the axis, where that is not its value."""

    def beyond(self, value: float) -> bool:
        """Whether a value passes it."""
        return value > self.value if self.above else value < self.value


@dataclass(frozen=True, slots=True)
class Expected:
    """A series from now on: one value a cell, and between which it lies."""

    usual: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    empty_at: float | None = None
    """When it meets its limit (UTC epoch, s)."""
    empty_cell: int | None = None
    """In which cell, counted from now."""


@dataclass(frozen=True, slots=True)
class Series:
    """One thing that is drawn."""

    name: str
    kind: Role
    form: Form
    past: tuple[Extent | None, ...]
    """Evenly over the cells of the past: one a cell, or one a dot; None where nothing was received."""
    scale: Scale
    expected: Expected | None = None
    thresholds: tuple[Threshold, ...] = ()
    extremes: bool = True
    """Whether the lowest and highest value of a column are drawn, or its mean alone."""

    def beyond_ink(self, value: float) -> Role | None:
        """The look of a value that passes a limit; None where it passes none."""
        return next((limit.ink for limit in self.thresholds if limit.beyond(value)), None)


@dataclass(frozen=True, slots=True)
class Plot:
    """Series on one time axis. All scales have the same rows."""

    series: tuple[Series, ...]
    past: int
    """Cells up to now."""
    ahead: int = 0
    """Cells after it; with some, the first of them is the line of now."""
    hours: tuple[int, ...] = ()
    """Cells with an upright line of the grid."""
    gaps: frozenset[int] = frozenset()
    """Cells in which nothing was received."""
    cursor: int | None = None
    words: tuple[tuple[int, str], ...] = ()
    """Faint words in the upper row, from a cell on."""
    names: bool = False
    """Whether each line is named beside it, where there is room."""

    @property
    def cells(self) -> int:
        """Columns in all."""
        return self.past + self.ahead
