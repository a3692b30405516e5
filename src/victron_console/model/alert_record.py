"""What passes between the alert engine and the store: changes to keep, and what was kept, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from victron_console.model.alert import AlertEvent, AlertKey, Occurrence, Severity


@dataclass(frozen=True, slots=True)
class LevelRecord:
    """One level of one rule on one device, as it must survive a restart. Times are UTC epoch, s."""

    station: str
    rule: str
    scope: str
    """Device and everything bound, phases too: finer than the scope of the alarm."""
    severity: Severity
    alert: AlertKey
    """The alarm it holds open, or will."""
    phase: str
    """`pending`, `active` or `clearing`; `normal`: forget it."""
    since: float = 0.0
    """Begin of the phase."""
    started: float = 0.0
    """Begin of the condition."""
    seen: float = 0.0
    """The newest sample it was judged by."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is known by."""
        return (self.station, self.rule, self.scope, self.severity.value)


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """An entry of a GX's notification ring, kept for good: known by station, service, trigger and time."""

    station: str
    service: str
    trigger: str
    at: float
    """On the station's own clock (UTC epoch, s)."""
    text: str
    device: str
    severity: Severity
    acknowledged: bool
    """On the GX itself; a ring that overflows says so of what it drops."""


@dataclass(frozen=True, slots=True)
class NoticeDue:
    """What somebody is still to be told of an alarm by one way."""

    occurrence: int
    way: str
    """`command` or `apprise`, or the name that the configuration gives it."""
    event: str
    """`raised`, `escalated` or `cleared`; empty: nothing any more."""
    tries: int = 0
    """How often it failed."""


@dataclass(frozen=True, slots=True)
class KeptNotice:
    """What the store kept of telling one alarm by one way."""

    occurrence: Occurrence
    way: str
    event: str
    """As in `NoticeDue`."""
    tries: int
    told: Severity | None
    """The highest severity at which it was told; None where it was not."""
    told_at: float | None = None
    """When it was last told (UTC epoch, s)."""


@dataclass(frozen=True, slots=True)
class AlertChanges:
    """What one step of the engine changed; to be stored in one transaction before anyone is told."""

    occurrences: tuple[Occurrence, ...] = ()
    events: tuple[AlertEvent, ...] = ()
    levels: tuple[LevelRecord, ...] = ()
    notices: tuple[NoticeRecord, ...] = ()
    """Entries of the ring not met since the start; the store keeps each once."""
    due: tuple[NoticeDue, ...] = ()
    """What somebody is to be told of it."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to store."""
        return not (self.occurrences or self.events or self.levels or self.notices or self.due)


@dataclass(frozen=True, slots=True)
class KeptAlerts:
    """What the store kept of the engine's state."""

    occurrences: Iterable[Occurrence] = ()
    """Those that are open."""
    levels: Iterable[LevelRecord] = ()
    raises: Iterable[tuple[AlertKey, float]] = ()
    """Raises of the last 30 minutes, oldest first."""
    next_id: int = 1
