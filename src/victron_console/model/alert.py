"""The words of alarms: severity, occurrence, event, and what an operator says of them.

The alert engine owns an `Occurrence`; operators own append-only rows (`Ack`, `Shelf`, `Maintenance`, `Comment`).
`AlertView` joins the two at a moment, so the letter shown is computed on read and never stored.
States and letters follow ISA-18.2; what an alarm means is in the rule files, not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from victron_console.model.reading import Scalar

SHELVE_CRITICAL_AT_MOST_S = 86_400.0
"""A critical alarm may be shelved for a day at most (ISA-18.2 wants an end; the day is judgement)."""


class Severity(StrEnum):
    """How much an alarm matters. Compares by weight: `Severity.WARNING < Severity.CRITICAL`."""

    INFO = "info"
    """For the log and the digest; asks nothing of the operator and counts as acknowledged."""
    WARNING = "warning"
    """Act today."""
    CRITICAL = "critical"
    """Act now."""

    @property
    def weight(self) -> int:
        """0, 1 or 2."""
        return _WEIGHTS[self.value]

    def __lt__(self, other: str) -> bool:
        return self.weight < Severity(other).weight

    def __le__(self, other: str) -> bool:
        return self.weight <= Severity(other).weight

    def __gt__(self, other: str) -> bool:
        return self.weight > Severity(other).weight

    def __ge__(self, other: str) -> bool:
        return self.weight >= Severity(other).weight


_WEIGHTS = {"info": 0, "warning": 1, "critical": 2}


class AlertState(StrEnum):
    """The ISA-18.2 state of an alarm, as a letter."""

    NORMAL = "A"
    UNACKNOWLEDGED = "B"
    ACKNOWLEDGED = "C"
    RETURNED = "D"
    """Cleared before anyone acknowledged it; it stays in the list until someone does."""
    SHELVED = "G"
    SUPPRESSED = "H"
    """Held back because another alarm explains it."""
    OUT_OF_SERVICE = "I"
    """The station is in maintenance."""

    @property
    def listed(self) -> bool:
        """Whether it stands in the alarm list; the others are only counted."""
        return self in (AlertState.UNACKNOWLEDGED, AlertState.ACKNOWLEDGED, AlertState.RETURNED)


@dataclass(frozen=True, slots=True)
class AlertKey:
    """What makes two occurrences the same alarm: levels and phases of a family on one device are one."""

    station: str
    """Empty for an alarm of the console itself."""
    family: str
    scope: str = ""
    """Device (`battery/258`) and, where there is one, what the rule binds (`platform/0 can0`); empty: the station."""

    def __str__(self) -> str:
        return "|".join((self.station, self.family, self.scope))

    @classmethod
    def parse(cls, text: str) -> AlertKey:
        """The key that `str` gave.

        Raises:
            ValueError: where the text is none.
        """
        station, family, scope = text.split("|", 2)
        return cls(station, family, scope)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One alarm from raise to clear. The engine makes a changed copy; the store keeps the newest."""

    id: int
    key: AlertKey
    rule: str
    """The rule that speaks now: the most severe of the family; `device` for an alarm of the device alone."""
    severity: Severity
    title: str
    response: str
    """What the operator does about it; empty: an event for the log, not an alarm."""
    started_at: float
    """When the condition began (UTC epoch, s): `for` before it was raised."""
    raised_at: float
    cleared_at: float | None = None
    announced_at: float | None = None
    """When it was made known (bell, banner); None while held back: grouping, inhibition or flapping."""
    reason: str = ""
    """Why it is open without its condition (`no_data`) or was closed without it (`rule_removed`, `requalified`)."""
    source: str = ""
    """Where its limit comes from, as the rule says."""
    last_value: Scalar = None
    peak_value: Scalar = None
    unit: str = ""
    """Of the values and the limit; empty where they have none."""
    limit: str = ""
    """The condition in words of the rule, with parameters filled in: `< 20`."""
    count: int = 1
    """Raises: grows while it flaps."""
    stale: bool = False
    """Its inputs are no longer known; it holds its last state."""
    flapping: bool = False
    suppressed_by: str = ""
    """The family of the alarm that explains this one; empty where none does."""
    origins: tuple[str, ...] = ()
    """Who says so: rule ids, the device's own alarm paths, the GX's notification."""
    link: bool = False
    """A trouble of the link to the station, shown with priority `x`."""
    incident: int | None = None
    """Number of the alarm that its incident began with, where that is another one."""

    @property
    def incident_id(self) -> int:
        """What alarms of one incident share: the number of the one that it began with."""
        return self.id if self.incident is None else self.incident

    @property
    def active(self) -> bool:
        """Whether it is not cleared."""
        return self.cleared_at is None

    @property
    def is_alarm(self) -> bool:
        """Whether it asks something of the operator; what does not is an event for the log and the digest."""
        return bool(self.response) and self.severity is not Severity.INFO

    @property
    def priority(self) -> str:
        """`!!` act now, `!` act today, `x` link trouble; empty for what is for the log."""
        if not self.is_alarm:
            return ""
        if self.link:
            return "x"
        return "!!" if self.severity is Severity.CRITICAL else "!"


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One line of the alarm log. `kind`: raised, cleared, escalated, eased, flapping, steady, stale, fresh,
    suppressed, released, requalified, notification, parameter, told, not told; operator rows join as acknowledged,
    ack taken back, commented, shelved, unshelved, maintenance, maintenance ended."""

    at: float
    kind: str
    station: str
    key: str
    text: str
    occurrence: int | None = None
    severity: Severity | None = None
    who: str = ""
    """The operator; empty for what the engine says."""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ack:
    """Someone has seen an occurrence at a severity; a higher one alarms again."""

    occurrence: int
    at: float
    who: str
    severity: Severity
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """What someone wrote to an occurrence."""

    occurrence: int
    at: float
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class NoticeSent:
    """Somebody was told of an occurrence outside the console."""

    occurrence: int
    way: str
    """`command` or `apprise`, or the name that the configuration gives it."""
    at: float
    event: str
    """`raised`, `escalated`, `cleared`, or `repeated`: a reminder, of which the last is kept."""
    severity: Severity
    tries: int
    """How often it failed before."""
    times: int = 1
    """How often somebody was reminded."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Alarms put aside by an operator until a time, with a reason. Evaluation and history go on."""

    id: int
    at: float
    until: float
    who: str
    reason: str
    severity: Severity
    """The most severe level it covers; an escalation beyond breaks through."""
    key: AlertKey
    ended_at: float | None = None
    occurrence: int | None = None
    """Only this occurrence, until it clears; None: those to come, too."""

    def covers(self, occurrence: Occurrence, now: float) -> bool:
        """Whether it hides this occurrence at `now` (UTC epoch, s)."""
        if not self.at <= now < self.end_for(occurrence.severity) or occurrence.severity > self.severity:
            return False
        if self.occurrence is not None:
            return occurrence.id == self.occurrence
        return occurrence.key == self.key

    def end_for(self, severity: Severity) -> float:
        """When it ends for an alarm of a severity: a critical one after a day at the latest."""
        until = self.until if self.ended_at is None else min(self.until, self.ended_at)
        return min(until, self.at + SHELVE_CRITICAL_AT_MOST_S) if severity is Severity.CRITICAL else until


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Planned work on a station, or on all stations of a tag. Always has an end."""

    id: int
    start: float
    until: float
    who: str
    reason: str
    station: str = ""
    tag: str = ""
    ended_at: float | None = None

    def covers(self, station: str, tags: Iterable[str], now: float) -> bool:
        """Whether a station is in this maintenance at `now` (UTC epoch, s)."""
        end = self.until if self.ended_at is None else min(self.until, self.ended_at)
        return self.start <= now < end and (station == self.station if self.station else self.tag in tags)


@dataclass(frozen=True, slots=True)
class AlertView:
    """An occurrence with what operators say of it, at a moment."""

    occurrence: Occurrence
    acks: Sequence[Ack] = ()
    comments: Sequence[Comment] = ()
    shelf: Shelf | None = None
    maintenance: Maintenance | None = None
    """The first that covers it at the moment; None where it is not put aside."""
    told: Sequence[NoticeSent] = ()
    """Who was told of it outside the console, oldest first."""

    @property
    def ack(self) -> Ack | None:
        """The newest acknowledgement that covers its severity, or None."""
        covering = [ack for ack in self.acks if ack.severity >= self.occurrence.severity]
        return max(covering, key=lambda ack: ack.at, default=None)

    @property
    def acknowledged(self) -> bool:
        """Whether it was seen at its severity; what is only for the log needs nobody."""
        return not self.occurrence.is_alarm or self.ack is not None

    @property
    def state(self) -> AlertState:
        """The letter."""
        shelved_until_clear = self.shelf is not None and self.shelf.occurrence is not None
        if not self.occurrence.active and (self.acknowledged or shelved_until_clear):
            return AlertState.NORMAL
        if self.maintenance is not None:
            return AlertState.OUT_OF_SERVICE
        if self.shelf is not None:
            return AlertState.SHELVED
        if not self.occurrence.active:
            return AlertState.RETURNED
        if self.occurrence.suppressed_by:
            return AlertState.SUPPRESSED
        return AlertState.ACKNOWLEDGED if self.acknowledged else AlertState.UNACKNOWLEDGED
