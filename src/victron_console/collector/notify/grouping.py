"""Which alarms go into one message, and how many messages an hour may bring. Pure.

Times are of the monotonic clock, s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from operator import attrgetter

from victron_console.collector.notify.message import CLEARED, Member, Message, is_reminder, is_urgent
from victron_console.model.units import HOUR_S

GATHER_S = 30.0
"""What was told so short a time ago is told of further sites together."""
FLOOD = 4
"""So many alarms that say the same are one message."""
DIGEST_S = 600.0
"""Between two messages that tell together what the limit of an hour held back."""

Kind = tuple[str, str, str]
Hold = Callable[[Sequence[Member], float], None]
"""Takes alarms that must wait, and until when."""


class Grouping:
    """The messages of one way."""

    def __init__(self, hold: Hold) -> None:
        self._hold = hold
        self._sent_at: deque[float] = deque()
        self._digest_at = float("-inf")
        self._kind_told_at: dict[Kind, float] = {}

    def next_moment(self, member: Member) -> float:
        """When an alarm that says the same as what was just told may be told with others of its kind."""
        return self._kind_told_at.get(member.kind, float("-inf")) + GATHER_S

    def grouped(self, members: Sequence[Member], now: float) -> list[Message]:
        """Those that say the same as one message where they are many; those of an incident; all reminders."""
        kinds: dict[Kind, list[Member]] = {}
        reminders = tuple(member for member in members if is_reminder((member,)))
        for member in members:
            if not is_reminder((member,)):
                kinds.setdefault(member.kind, []).append(member)
        found: list[Message] = [reminders] if reminders else []
        incidents: dict[tuple[int, bool], list[Member]] = {}
        for alike in kinds.values():
            again_at = self.next_moment(alike[0])
            if now < again_at:
                self._hold(alike, again_at)
            elif len(alike) >= FLOOD:
                found.append(tuple(alike))
            else:
                for member in alike:
                    incidents.setdefault((member.incident, member.event == CLEARED), []).append(member)
        return found + [tuple(sorted(alarms, key=_first_first)) for alarms in incidents.values()]

    def within_limit(self, messages: Sequence[Message], per_hour: int, now: float) -> list[Message]:
        """Urgent ones always; of the others so many an hour, and what is over that as one, each ten minutes."""
        while self._sent_at and now - self._sent_at[0] >= HOUR_S:
            self._sent_at.popleft()
        left = max(per_hour - len(self._sent_at), 0)
        urgent = [message for message in messages if is_urgent(message)]
        others = [message for message in messages if not is_urgent(message)]
        beyond = tuple(member for message in others[left:] for member in message)
        if beyond and now < self._digest_at + DIGEST_S:
            self._hold(beyond, self._digest_at + DIGEST_S)
            beyond = ()
        return [*urgent, *others[:left], *([beyond] if beyond else [])]

    def sent(self, message: Message, per_hour: int, now: float) -> None:
        """It was delivered."""
        self._kind_told_at = {kind: told for kind, told in self._kind_told_at.items() if now - told < GATHER_S}
        self._kind_told_at |= dict.fromkeys(map(attrgetter("kind"), message), now)
        if not is_urgent(message):
            self._sent_at.append(now)
            if len(self._sent_at) > per_hour:
                self._digest_at = now


def _first_first(member: Member) -> tuple[bool, int, float, int]:
    it = member.view.occurrence
    return (it.incident is not None, -it.severity.weight, it.raised_at, it.id)
