"""The recent past of one input or condition, for `avg`, `increase`, `frac` and their kind. Bounded; time is passed in.

Values hold until the next sample unless that comes late: unseen time is never counted. A window that is covered
to less than half says nothing.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from statistics import median, quantiles

from victron_console.alerts.language.values import Value

ENTRIES = 500
"""Entries kept at most, roughly: samples that come closer than span / 500 replace one another."""
COVERAGE = 0.5
WRAP_32_BIT = 2.0**32
RESET_SMALL = 0.5
"""A counter that fell below this share of its old value was reset and counted on from zero."""


class Window:
    """Samples of the last `span_s` seconds with running integrals, so that means cost a bisection."""

    __slots__ = ("_broken", "_covered", "_integral", "_rise", "_spacing_s", "_squares", "_times", "_values", "span_s")

    def __init__(self, span_s: float) -> None:
        self.span_s = span_s
        self._spacing_s = span_s / ENTRIES
        self._times: list[float] = []
        self._values: list[float] = []
        self._integral: list[float] = []
        self._squares: list[float] = []
        self._covered: list[float] = []
        self._rise: list[float] = []
        self._broken = False

    def push(self, at: float, value: Value, hold_s: float) -> None:
        """Take a sample (UTC epoch, s); one that is not newer is left out.

        Args:
            at: when it was read.
            value: a number, or anything else for "cannot be told": the time up to the next sample then does not count.
            hold_s: how long the sample before it is trusted to have held.
        """
        if not isinstance(value, int | float) or not math.isfinite(value):
            self._broken = True
            return
        number = float(value)
        if not self._times:
            self._append(at, number, 0.0, 0.0, 0.0, 0.0)
        elif at > self._times[-1]:
            self._extend(at, number, hold_s)
        self._broken = False

    @property
    def empty(self) -> bool:
        """Whether it holds no sample."""
        return not self._times

    def fill(self, points: Sequence[tuple[float, float | str | None]], now: float) -> None:
        """Take recorded changes, oldest first: each holds until the next one, the last one until `now`."""
        rows = [*points, (now, points[-1][1])] if points else []
        for at, value in rows:
            self.push(max(at, now - self.span_s), value, math.inf)

    def _extend(self, at: float, value: float, hold_s: float) -> None:
        before = self._values[-1]
        elapsed = at - self._times[-1]
        held = 0.0 if self._broken or elapsed > hold_s else elapsed
        sums = (
            self._integral[-1] + before * held,
            self._squares[-1] + before * before * held,
            self._covered[-1] + held,
            self._rise[-1] + counter_step(before, value),
        )
        if len(self._times) > 2 and at - self._times[-2] < self._spacing_s:
            for column in self._columns():
                column.pop()
        self._append(at, value, *sums)
        cut = bisect_right(self._times, at - self.span_s) - 1
        if cut > ENTRIES // 10:
            for column in self._columns():
                del column[:cut]

    def _columns(self) -> tuple[list[float], ...]:
        return self._times, self._values, self._integral, self._squares, self._covered, self._rise

    def _append(self, *row: float) -> None:
        for column, number in zip(self._columns(), row, strict=True):
            column.append(number)

    def shift(self, seconds: float) -> None:
        """Move every sample in time: the clock was stepped."""
        self._times = [at + seconds for at in self._times]

    def _span(self, now: float) -> tuple[float, float, float] | None:
        """Integral, integral of squares and seconds covered from `now - span` on; None below half coverage."""
        if len(self._times) < 2:
            return None
        start = now - self.span_s
        i = bisect_right(self._times, start) - 1
        base = (self._integral[0], self._squares[0], self._covered[0])
        if i >= len(self._times) - 1:
            return None
        if i >= 0:
            part = min(start - self._times[i], self._covered[i + 1] - self._covered[i])
            value = self._values[i]
            base = (
                self._integral[i] + value * part,
                self._squares[i] + value * value * part,
                self._covered[i] + part,
            )
        covered = self._covered[-1] - base[2]
        if covered < COVERAGE * self.span_s:
            return None
        return self._integral[-1] - base[0], self._squares[-1] - base[1], covered

    def _first(self, now: float) -> int:
        """Index of the sample in force at the start of the window."""
        return max(0, bisect_right(self._times, now - self.span_s) - 1)

    def samples(self, now: float) -> list[float] | None:
        """The values of the window; None below half coverage."""
        return None if self._span(now) is None else self._values[self._first(now) :]

    def avg(self, now: float) -> float | None:
        """Mean weighted by time."""
        sums = self._span(now)
        return None if sums is None else sums[0] / sums[2]

    def stddev(self, now: float) -> float | None:
        """Standard deviation weighted by time."""
        sums = self._span(now)
        if sums is None:
            return None
        mean = sums[0] / sums[2]
        return math.sqrt(max(0.0, sums[1] / sums[2] - mean * mean))

    def min(self, now: float) -> float | None:
        """Least value."""
        values = self.samples(now)
        return None if values is None else min(values)

    def max(self, now: float) -> float | None:
        """Greatest value."""
        values = self.samples(now)
        return None if values is None else max(values)

    def median(self, now: float) -> float | None:
        """Median of the samples."""
        values = self.samples(now)
        return None if values is None else median(values)

    def quantile(self, share: float, now: float) -> float | None:
        """The value below which a share (0..1) of the samples lies."""
        values = self.samples(now)
        if values is None:
            return None
        cuts = quantiles(values, n=100, method="inclusive") if len(values) > 1 else values * 99
        return cuts[min(98, max(0, round(share * 100) - 1))]

    def count(self, now: float) -> float | None:
        """Number of samples; known at any coverage."""
        return float(len(self._times) - bisect_right(self._times, now - self.span_s)) if self._times else None

    def delta(self, now: float) -> float | None:
        """Last value minus the one at the start."""
        values = self.samples(now)
        return None if values is None else values[-1] - values[0]

    def increase(self, now: float) -> float | None:
        """Sum of a counter's growth, resets seen through; the first sample ever counts nothing."""
        if self._span(now) is None:
            return None
        return self._rise[-1] - self._rise[self._first(now)]

    def rate(self, now: float) -> float | None:
        """Growth of a counter, per second."""
        growth = self.increase(now)
        sums = self._span(now)
        return None if growth is None or sums is None else growth / sums[2]

    def slope(self, now: float, lower: bool = False) -> float | None:
        """Least-squares slope per second; `lower` gives its one-sided 95 % lower bound."""
        if self._span(now) is None:
            return None
        times, values = self._times[self._first(now) :], self._values[self._first(now) :]
        count = len(times)
        if count < 3:
            return None
        mid_t, mid_v = sum(times) / count, sum(values) / count
        spread = sum((t - mid_t) ** 2 for t in times)
        slope = sum((t - mid_t) * (v - mid_v) for t, v in zip(times, values, strict=True)) / spread
        if not lower:
            return slope
        rest = sum((v - mid_v - slope * (t - mid_t)) ** 2 for t, v in zip(times, values, strict=True))
        return slope - 1.645 * math.sqrt(rest / (count - 2) / spread)


def counter_step(before: float, after: float) -> float:
    """What a counter grew by between two samples. A fall is a reset: what it counted since, where that is plausible."""
    if after >= before:
        return after - before
    if before > WRAP_32_BIT / 2 and after < WRAP_32_BIT / 2 and before < WRAP_32_BIT:
        return WRAP_32_BIT - before + after
    return after if 0 <= after < RESET_SMALL * before else 0.0
