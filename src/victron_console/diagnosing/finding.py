"""A figure that opens its explanation. Owns what every diagnosis says of itself; computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
        return (self.until - self.since) / 86_400.0


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

    @property
    def known(self) -> bool:
        """Whether there is a figure."""
        return self.status is Status.OK and self.value is not None


def insufficient(title: str, unit: str, method: Method, reason: str, window: Window = NO_WINDOW) -> Finding:
    """No figure yet: the data do not reach."""
    return Finding(title=title, unit=unit, method=method, window=window, status=Status.INSUFFICIENT, reason=reason)


def not_identifiable(title: str, unit: str, method: Method, reason: str, window: Window = NO_WINDOW) -> Finding:
    """No figure ever, as the station is run."""
    return Finding(title=title, unit=unit, method=method, window=window, status=Status.NOT_IDENTIFIABLE, reason=reason)


def unknown(title: str, unit: str, method: Method, reason: str) -> Finding:
    """No figure: an input is missing."""
    return Finding(title=title, unit=unit, method=method, status=Status.UNKNOWN, reason=reason)
