"""How far a value can be trusted. These six words are used everywhere, in code and on screen."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

STALE_CADENCES = 3
STALE_AT_LEAST_S = 30.0
LOST_FAILURES = 3
LOST_AFTER_S = 60.0


class Quality(StrEnum):
    """What is known of a value. The first three are stored with it, the last three are computed on read."""

    GOOD = "good"
    ABSENT = "absent"
    """The path is there without a value: `[]` or null on D-Bus."""
    IMPLAUSIBLE = "implausible"
    """Non-finite, of the wrong type or out of physical range; the reading says why."""
    STALE = "stale"
    """Older than three times the cadence of its service, at least 30 s."""
    LOST = "lost"
    """Three failed polls in a row and nothing for 60 s."""
    GONE = "gone"
    """The service left the bus."""


def silent_after_s(cadence_s: float) -> float:
    """How long a device may go unread before its values are stale, s."""
    return max(STALE_CADENCES * cadence_s, STALE_AT_LEAST_S)


def freshness(
    read_at: float | None, cadence_s: float, failures: int, gone: bool, now: float, *, unanswered: bool = False
) -> Quality:
    """GOOD, STALE, LOST or GONE: what the age of a service's last reading makes of its values.

    Args:
        read_at: when the service was last read (UTC epoch, s); None where it never was.
        cadence_s: the effective seconds between two reads of the service.
        failures: polls of the service that failed in a row since.
        gone: whether the service has left the bus.
        now: the moment to judge at (UTC epoch, s). A clock that went back never makes a value old.
        unanswered: whether the service hangs: what it last gave is old from then on, however young.
    """
    if gone:
        return Quality.GONE
    if read_at is None:
        return Quality.LOST if failures >= LOST_FAILURES else Quality.STALE
    age_s = max(0.0, now - read_at)
    if failures >= LOST_FAILURES and age_s > LOST_AFTER_S:
        return Quality.LOST
    if unanswered or age_s > silent_after_s(cadence_s):
        return Quality.STALE
    return Quality.GOOD


def shortest_cadence_s(devices: Iterable[tuple[float | None, float]], default_s: float) -> float:
    """Seconds between two reads of the device of a station that is read most often, of those that are still read.

    One that a station is no longer read for, since another way to it has not got it, says nothing of how old the
    others may be.

    Args:
        devices: when each was last read (UTC epoch, s), None where it never was, and its cadence, s.
        default_s: where there is none.
    """
    read = [(at, cadence_s) for at, cadence_s in devices if at is not None]
    newest = max((at for at, _ in read), default=0.0)
    return min((cadence_s for at, cadence_s in read if newest - at <= silent_after_s(cadence_s)), default=default_s)
