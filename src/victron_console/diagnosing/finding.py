"""A figure that opens its explanation. Owns what every diagnosis says of itself; computes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from victron_console.model.units import DAY_S

FAR_DAYS = 800.0
"""Further off nothing is foretold: at such a rate another thing comes first."""


class Status(StrEnum):
    """Whether there is a figure."""

    OK = "ok"
    INSUFFICIENT = "insufficient"
    """The method fits, the data do not reach yet."""
    NOT_IDENTIFIABLE = "not identifiable"
    """This station never does what the method needs to see."""
    UNKNOWN = "unknown"
    """An input is not there at all."""


@dataclass(frozen=True, slots=True)
class Method:
    """How a figure is made."""

    name: str
    inputs: tuple[str, ...]
    source: str
    """One sentence: where the formula and its limits come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The data that were used: from, to (UTC epoch, s) and how many observations of which kind."""

    since: float
    until: float
    count: int = 0
    what: str = "samples"

    @property
    def days(self) -> float:
        """Its length."""
        return (self.until - self.since) / DAY_S

    def after_days(self, days: float) -> float:
        """When it will be so long (UTC epoch, s), as it grows at its end."""
        return self.since + days * DAY_S

    def when_counted(self, needed: int) -> float | None:
        """When so many observations will be in it, at the rate so far; None where there is none yet."""
        return self.since + (self.until - self.since) * needed / self.count if self.count else None


NO_WINDOW = Window(since=0.0, until=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One figure of one station. Without a figure `value` is None and `reason` says why."""

    title: str
    unit: str
    method: Method
    window: Window = NO_WINDOW
    value: float | None = None
    low: float | None = None
    high: float | None = None
    """The range the figure may have; what kind of range, `confidence` says."""
    status: Status = Status.OK
    reason: str = ""
    confidence: str = ""
    ready_at: float | None = None
    """When the data will reach for a figure that is not there yet (UTC epoch, s); None where nobody can tell."""

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return self.status is Status.OK and self.value is not None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is looked for: what it is called, its unit, and how it is made. Gives what came of it."""

    title: str
    unit: str
    method: Method

    def value(
        self,
        value: float,
        *,
        window: Window = NO_WINDOW,
        low: float | None = None,
        high: float | None = None,
        confidence: str = "",
    ) -> Finding:
        """The figure with the range that it may have, and what kind of range that is."""
        return Finding(
            title=self.title,
            unit=self.unit,
            method=self.method,
            window=window,
            value=value,
            low=low,
            high=high,
            confidence=confidence,
        )

    def insufficient(self, reason: str, window: Window = NO_WINDOW, ready_at: float | None = None) -> Finding:
        """No figure yet: the data do not reach, until `ready_at` (UTC epoch, s) where that can be told."""
        found = self._none(Status.INSUFFICIENT, reason, window)
        if ready_at is None or not window.until < ready_at <= window.until + FAR_DAYS * DAY_S:
            return found
        return replace(found, ready_at=ready_at)

    def not_identifiable(self, reason: str, window: Window = NO_WINDOW) -> Finding:
        """No figure ever, as the station is run."""
        return self._none(Status.NOT_IDENTIFIABLE, reason, window)

    def unknown(self, reason: str) -> Finding:
        """No figure: an input is missing."""
        return self._none(Status.UNKNOWN, reason, NO_WINDOW)

    def _none(self, status: Status, reason: str, window: Window) -> Finding:
        return Finding(
            title=self.title, unit=self.unit, method=self.method, window=window, status=status, reason=reason
        )
