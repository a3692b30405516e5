"""What is told at once: one alarm, or several that go together."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.model.alert import AlertView, Severity

RAISED, ESCALATED, REPEATED, CLEARED = "raised", "escalated", "repeated", "cleared"
"""What is told of an alarm: that it is there, worse, still there and seen by nobody, or over."""


@dataclass(frozen=True, slots=True)
class Member:
    """One alarm of a message, as it was when that was made."""

    event: str
    view: AlertView
    name: str | None
    """Of its station; None for an alarm of the console itself."""

    @property
    def kind(self) -> tuple[str, str, str]:
        """What alarms that say the same share."""
        it = self.view.occurrence
        return (self.event, it.title, it.severity.value)


Message = tuple[Member, ...]


def is_urgent(message: Message) -> bool:
    """Whether a message tells of something to act on now: no limit holds it back."""
    return any(it.event != CLEARED and it.view.occurrence.severity is Severity.CRITICAL for it in message)


def is_reminder(message: Message) -> bool:
    """Whether all of it was told before."""
    return all(it.event == REPEATED for it in message)
