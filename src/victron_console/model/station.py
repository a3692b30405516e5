"""The states of a station and of a service, and what is known of the link to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from victron_console.model.quality import LOST_AFTER_S, silent_after_s


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


FRESH = (StationState.LIVE, StationState.DEGRADED)
"""The states of a station whose figures may be of now."""


class ServiceState(StrEnum):
    """What can be said of one service of a station."""

    LIVE = "live"
    SET_ASIDE = "set aside"
    """It does not answer; it is asked again ever more seldom, the others meanwhile as ever."""
    GONE = "gone"
    """It left the bus, or says that its device is not connected."""


@dataclass(frozen=True, slots=True)
class StationStatus:
    """A station's state, since when (UTC epoch, s), and why, as a sentence for the operator."""

    state: StationState
    since: float
    reason: str = ""


def judged(status: StationStatus, read_at: float | None, cadence_s: float, now: float) -> StationStatus:
    """The status as it is to be shown at `now`: what was live when the collector last spoke may be stale since.

    A degraded station is allowed a minute more: a hung service blocks its server for 50 s.

    Args:
        status: as stored.
        read_at: when the station's figures were last read (UTC epoch, s); None where they never were.
        cadence_s: the effective seconds between two reads of them.
        now: the moment to judge at (UTC epoch, s).
    """
    if status.state not in (StationState.LIVE, StationState.DEGRADED):
        return status
    age_s = max(0.0, now - (read_at if read_at is not None else status.since))
    limit_s = silent_after_s(cadence_s)
    if status.state is StationState.DEGRADED:
        limit_s += LOST_AFTER_S
    if age_s <= limit_s:
        return status
    reason = status.reason or "nothing was recorded since: see whether a collector runs"
    return StationStatus(StationState.STALE, now - age_s + limit_s, reason)
