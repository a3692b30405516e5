"""What a station teaches about itself over hours and days: nominal values, the highest charge limit, its mains."""

from __future__ import annotations

from collections import deque
from statistics import median

DAY_S = 86_400.0
MAINS_SPAN_S = 7 * DAY_S
MAINS_SHARE = 0.9
"""A mains input that was connected for 90 % of 7 days is expected to be there: judgement. A day off in a week is an
outage; a house that is off the grid more often lives on its generator."""


class Reservoir:
    """Some samples of the last `span_s` seconds, at least `spacing_s` apart."""

    __slots__ = ("_samples", "spacing_s", "span_s")

    def __init__(self, span_s: float, spacing_s: float) -> None:
        self.span_s, self.spacing_s = span_s, spacing_s
        self._samples: deque[tuple[float, float]] = deque()

    def add(self, at: float, value: float | None) -> None:
        """Take a sample (UTC epoch, s) unless the last one is too near or there is none to take."""
        if value is None or (self._samples and at < self._samples[-1][0] + self.spacing_s):
            return
        self._samples.append((at, value))
        while self._samples[0][0] < at - self.span_s:
            self._samples.popleft()

    def shift(self, seconds: float) -> None:
        """Move every sample in time: the clock was stepped."""
        self._samples = deque((at + seconds, value) for at, value in self._samples)

    @property
    def median(self) -> float | None:
        """The median; None where there is no sample."""
        return median(value for _, value in self._samples) if self._samples else None

    @property
    def highest(self) -> float | None:
        """The greatest value; None where there is no sample."""
        return max((value for _, value in self._samples), default=None)

    @property
    def seconds(self) -> float:
        """Sum of values times spacing: for samples of 0 and 1, how long it was 1."""
        return sum(value for _, value in self._samples) * self.spacing_s


class Learned:
    """What is known of one station from its own past. Lost at a restart; all but the mains is there again at once."""

    __slots__ = ("battery_v", "charge_limit_v", "grid_hz", "grid_v", "mains")

    def __init__(self) -> None:
        self.grid_hz = Reservoir(DAY_S, 600.0)
        self.grid_v = Reservoir(DAY_S, 600.0)
        self.battery_v = Reservoir(7 * DAY_S, 3600.0)
        self.charge_limit_v = Reservoir(3600.0, 60.0)
        """A BMS lowers its limit while cells are high: the highest of an hour is the one to judge by."""
        self.mains = Reservoir(MAINS_SPAN_S, 600.0)

    @property
    def mains_expected(self) -> bool:
        """Whether a mains input was connected for 90 % of the last 7 days."""
        return self.mains.seconds >= MAINS_SHARE * MAINS_SPAN_S

    def shift(self, seconds: float) -> None:
        """Move all samples in time: the clock was stepped."""
        for reservoir in (self.grid_hz, self.grid_v, self.battery_v, self.charge_limit_v, self.mains):
            reservoir.shift(seconds)
