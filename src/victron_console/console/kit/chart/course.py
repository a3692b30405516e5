"""The course of a series over the past: an area that fades from its edge, or a line without holes. Pure drawing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from math import ceil

from victron_console.console.kit.chart.canvas import ACROSS, Canvas
from victron_console.console.kit.chart.plot import Extent, Form, Plot, Series
from victron_console.console.kit.chart.scale import DOTS
from victron_console.console.kit.palette import Ink, Step, Tone

_DEPTHS = (Step.SECOND, Step.THIRD, Step.THIRD, Step.FOURTH, Step.FOURTH, Step.FAR)
_IN_DEPTHS = (Step.NEAR, Step.NEAR, Step.SECOND)
_OUT_DEPTHS = (Step.THIRD, Step.FOURTH)
"""How an area fades from its edge; of what goes both ways the two sides are two shades."""


class Course:
    """One series over the past."""

    def __init__(self, canvas: Canvas, plot: Plot, number: int, series: Series) -> None:
        self._canvas, self._owner, self._series = canvas, number, series
        dots = plot.past * ACROSS
        count = len(series.past)
        self._columns = [series.past[dot * count // dots] for dot in range(dots)] if count else []

    def draw(self) -> None:
        """Into the canvas."""
        if self._series.form is Form.AREA:
            for dot, extent in enumerate(self._columns):
                if extent is not None:
                    self._area(dot, extent)
        else:
            self._line()

    # ---- areas

    def _area(self, dot: int, extent: Extent) -> None:
        low, mean, high = extent
        zero = self._zero
        level = self._height(mean)
        self._fill(dot, zero, level, mean)
        if self._series.extremes and dot % ACROSS == 0:  # a peak is one dot wide: its mean lies elsewhere
            for end in (low, high):
                if self._height(end) > max(level, zero) or self._height(end) < min(level, zero):
                    self._fill(dot, level if (end > mean) is (mean >= 0) else zero, self._height(end), end, spike=True)

    @property
    def _zero(self) -> int:
        """Where areas stand: in the middle of the row of zero, or at the foot of the plot."""
        scale = self._series.scale
        return round(scale.height(0.0)) if scale.crosses_zero else 0

    def _height(self, value: float) -> int:
        """The dots up to a value; a value that is as good as zero has none."""
        scale = self._series.scale
        above = scale.height(value)
        if abs(above - scale.height(0.0)) < 0.5 and scale.foot <= 0:
            return self._zero
        return ceil(above - 0.001)

    def _fill(self, dot: int, base: int, level: int, value: float, *, spike: bool = False) -> None:
        upward = level >= base
        low, high = (base, level) if upward else (level, base)
        edge = (high - 1) // DOTS if upward else low // DOTS
        for floor in range(low // DOTS, (high - 1) // DOTS + 1):
            depth = 0 if spike else abs(edge - floor)
            part = max(low, floor * DOTS), min(high, (floor + 1) * DOTS)
            ink = self._beyond_ink(value, floor) or self._area_ink(depth, upward=upward)
            self._canvas.upright(dot, *part, self._owner, ink)

    def _area_ink(self, depth: int, *, upward: bool) -> Ink:
        kind = self._series.kind
        if not self._series.scale.crosses_zero:
            return kind if not depth else Tone(kind, _DEPTHS[min(depth, len(_DEPTHS)) - 1])
        if upward:
            return kind if not depth else Tone(kind, _IN_DEPTHS[min(depth, len(_IN_DEPTHS)) - 1])
        return Tone(kind, Step.NEAR if not depth else _OUT_DEPTHS[min(depth, len(_OUT_DEPTHS)) - 1])

    def _beyond_ink(self, value: float, floor: int) -> Ink | None:
        """The look of an area's cell beyond a limit: above it from its row on; below it the whole column."""
        for limit in self._series.thresholds:
            if limit.beyond(value) and (not limit.above or (floor + 1) * DOTS > self._series.scale.height(limit.value)):
                return limit.ink
        return None

    # ---- lines

    def _line(self) -> None:
        spans = self._spans()
        _join(spans)
        thick = self._series.form is Form.THICK
        for dot, span in enumerate(spans):
            extent = self._columns[dot]
            if span is not None and extent is not None:
                ink = self._series.beyond_ink(extent[1]) or self._series.kind
                self._canvas.upright(dot, span[0], span[1] + 1 + thick, self._owner, ink)

    def _spans(self) -> list[list[int] | None]:
        """Lowest and highest dot of each dot column; where a cell has one value, the line goes on to the next one."""
        scale, columns = self._series.scale, self._columns
        single = len(self._series.past) * ACROSS <= len(columns)
        found: list[list[int] | None] = []
        for dot, extent in enumerate(columns):
            if extent is None:
                found.append(None)
                continue
            low, mean, high = extent
            after = columns[dot + 1] if dot + 1 < len(columns) else None
            if single and dot % ACROSS:
                low = high = (mean + after[1]) / 2 if after is not None else mean
            elif not self._series.extremes:
                low = high = mean
            found.append([scale.dot(low), scale.dot(high)])
        return found


def _join(spans: Sequence[list[int] | None]) -> None:
    """Let neighbours meet half way, so that a steep line has no holes."""
    for one, other in itertools.pairwise(spans):
        if one is None or other is None:
            continue
        if other[0] > one[1] + 1:
            middle = (one[1] + other[0]) // 2
            one[1], other[0] = middle, middle + 1
        elif one[0] > other[1] + 1:
            middle = (other[1] + one[0]) // 2
            one[0], other[1] = middle + 1, middle
