"""Time as a parameter. No other module asks the operating system what time it is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Protocol

from victron_console.model.units import DAY_S, HOUR_S, MINUTE_S


class Clock(Protocol):
    """Two clocks: one to name moments, one to measure how long something took."""

    def now(self) -> float:
        """The moment, UTC epoch in seconds. May jump."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, from an arbitrary start."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        """UTC epoch in whole milliseconds, s: what is kept is what an export can write, and finer is noise."""
        return round(time.time(), 3)

    def monotonic(self) -> float:
        """Seconds since an arbitrary start."""
        return time.monotonic()


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until it is told to move: for tests, replay and a simulator run faster than life."""

    at: float
    elapsed: float = 0.0

    def now(self) -> float:
        """The set moment."""
        return self.at

    def monotonic(self) -> float:
        """Seconds moved so far."""
        return self.elapsed

    def advance(self, seconds: float) -> None:
        """Let both clocks run."""
        self.at += seconds
        self.elapsed += seconds


def local(at: float, zone: tzinfo | None = None) -> datetime:
    """The moment in a time zone; None is the operator's own."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


def moment_of(there: datetime, zone: tzinfo | None = None) -> float:
    """The moment (UTC epoch, s) at which clocks in a zone, None is the operator's own, show a time without one.

    Each time has the offset of its own day, not that of today. Of one that comes twice `fold` chooses, as everywhere.
    """
    return there.replace(tzinfo=zone).timestamp()


def midnight(day: date, zone: tzinfo | None = None) -> float:
    """When a local day begins (UTC epoch, s): 23, 24 or 25 hours before the next."""
    return moment_of(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 - the zone comes next


def iso_utc(at: float) -> str:
    """ISO 8601 in UTC with milliseconds: `2026-11-22T03:14:00.000Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def span_words(seconds: float) -> str:
    """A span as a person says it: `90 s`, `9 min`, `3 h`, `4 days`."""
    for limit_s, unit_s, unit in ((2 * MINUTE_S, 1, "s"), (2 * HOUR_S, MINUTE_S, "min"), (2 * DAY_S, HOUR_S, "h")):
        if seconds < limit_s:
            return f"{max(0.0, seconds) // unit_s:.0f} {unit}"
    return f"{seconds // DAY_S:.0f} days"
