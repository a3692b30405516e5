"""The states of a station and of a service, and what is known of the link to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StationState(StrEnum):
    """What can be said of a station as a whole. Each change is a row with its time."""

    STARTING = "starting"
    """Not yet read since the collector started."""
    LIVE = "live"
    DEGRADED = "degraded"
    """Read, but a service is set aside because it does not answer."""
    STALE = "stale"
    """The last reading is older than it should be."""
    LOST = "lost"
    """Three failed polls and nothing for 60 s."""
    MISCONFIGURED = "misconfigured"
    """It answers, but not as it should: another program, a refused login, another certificate."""


class ServiceState(StrEnum):
    """What can be said of one service of a station."""

    LIVE = "live"
    SET_ASIDE = "set aside"
    """It hung; it is asked again after 2, 4, 8 ... minutes."""
    GONE = "gone"
    """It left the bus."""


@dataclass(frozen=True, slots=True)
class StationStatus:
    """A station's state, since when (UTC epoch, s), and why, as a sentence for the operator."""

    state: StationState
    since: float
    reason: str = ""
