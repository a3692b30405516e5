"""What is told at once: one alarm, or several that go together."""

from __future__ import annotations

from dataclasses import dataclass, field

from victron_console.insight.verdict.clause import SiteVerdict
from victron_console.model.alert import AlertView, Occurrence, Severity

RAISED, ESCALATED, REPEATED, CLEARED = "raised", "escalated", "repeated", "cleared"
"""What is told of an alarm: that it is there, worse, still there and seen by nobody, or over."""


@dataclass(frozen=True, slots=True)
class Member:
    """One alarm of a message, as it was when that was made."""

    event: str
    view: AlertView
    name: str | None
    """Of its station; None for an alarm of the console itself."""
    verdict: SiteVerdict = field(default_factory=SiteVerdict)
    """What is to be said of its station."""
    first: Occurrence | None = None
    """The alarm that its incident began with, where that is another one."""

    @property
    def incident(self) -> int:
        """What alarms of one incident share."""
        return self.view.occurrence.incident_id

    @property
    def kind(self) -> tuple[str, str, str]:
        """What alarms that say the same share."""
        it = self.view.occurrence
        return (self.event, it.title, it.severity.value)


Seen = tuple[AlertView, str | None, SiteVerdict]
"""An alarm as operators left it, the name of its station, and what is to be said of that."""
Message = tuple[Member, ...]


def is_urgent(message: Message) -> bool:
    """Whether a message tells of something to act on now: no limit holds it back."""
    return any(it.event != CLEARED and it.view.occurrence.severity is Severity.CRITICAL for it in message)


def is_incident(message: Message) -> bool:
    """Whether it tells of alarms of one incident that stand, and not that they are over."""
    return len({it.incident for it in message}) == 1 and not any(it.event == CLEARED for it in message)


def is_reminder(message: Message) -> bool:
    """Whether all of it was told before."""
    return all(it.event == REPEATED for it in message)
