"""What is remembered of a battery's reported health for as long as it lives: a handful of numbers. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SohStep:
    """The reported SOH first stood at `shown_percent`: the true value then was half a percent more."""

    at: float
    """UTC epoch, s."""
    shown_percent: float

    @property
    def percent(self) -> float:
        """The value the rounded one fell through."""
        return self.shown_percent + 0.5


@dataclass(frozen=True, slots=True)
class SohPast:
    """The steps of the present battery, however long ago."""

    since: float
    """When it was first seen (UTC epoch, s)."""
    until: float
    """When it was last seen."""
    percent: float
    """What it said then."""
    steps: tuple[SohStep, ...] = ()
    """Oldest first."""
