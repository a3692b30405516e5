"""What is still to be told of alarms by one way: what goes together, what waits, what is tried again. Pure.

A message that could not be delivered is tried again until it was, until its alarm is over, or somebody has seen it.
Times `now` are of the monotonic clock, s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from victron_console.collector.retry import next_delay
from victron_console.config import NotifySettings
from victron_console.model.alert import AlertState, AlertView, NoticeSent, Occurrence, Severity
from victron_console.model.alert_record import KeptNotice, NoticeDue
from victron_console.model.units import HOUR_S

SETTLE_S = 2.0
"""So long a new alarm waits for others of its moment, and for the store to know it."""
GATHER_S = 30.0
"""What was told so short a time ago is told of further sites together."""
FLOOD = 4
"""So many alarms that say the same are one message."""
DIGEST_S = 600.0
"""Between two messages that tell together what the limit of an hour held back."""
RETRY_S = 5.0
RETRY_CAP_S = 45.0
QUIET_LOOK_S = 30.0
"""Between two looks whether an alarm is still shelved or in maintenance."""
CLEAR_KEPT_S = 86_400.0
"""The end of an alarm is no news after so long."""
_QUIET = (AlertState.SHELVED, AlertState.SUPPRESSED, AlertState.OUT_OF_SERVICE)


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
"""What is told at once."""


@dataclass(slots=True)
class _Entry:
    """One alarm that stands, or whose end is to be told."""

    occurrence: Occurrence
    told: Severity | None = None
    """The highest severity at which it was told; None where it was not."""
    event: str = ""
    """What is to be told; empty: nothing."""
    tries: int = 0
    not_before: float = 0.0


class Outbox:
    """Everything that is to be told by one way."""

    def __init__(self, way: str, family_untold: str) -> None:
        """`family_untold` is of the alarm that nobody can be told, which is never told itself."""
        self.way = way
        self.settings = NotifySettings()
        self.since: float | None = None
        """The way is in use since then (UTC epoch, s): what was announced before is nobody's news. None: it is not."""
        self._family_untold = family_untold
        self._entries: dict[int, _Entry] = {}
        self._changed: dict[int, NoticeDue] = {}
        self._sent_at: deque[float] = deque()
        self._digest_at = float("-inf")
        self._kind_told_at: dict[tuple[str, str, str], float] = {}
        self._failures = 0
        self._silent_until = float("-inf")

    # ---- what comes in

    def restore(self, kept: KeptNotice) -> None:
        """Go on from what a collector before kept."""
        self._entries[kept.occurrence.id] = _Entry(kept.occurrence, kept.told, kept.event, kept.tries)

    def take(self, it: Occurrence, now: float) -> bool:
        """Take an occurrence as it is now. Gives whether it was over before anybody could be told of it."""
        entry = self._entries.get(it.id)
        if entry is None:
            if self.since is None or it.announced_at is None or it.announced_at < self.since or not it.active:
                return False
            entry = self._entries[it.id] = _Entry(it)
        worse, entry.occurrence = it.severity > entry.occurrence.severity, it
        never_told = not it.active and entry.told is None and bool(entry.event)
        event = self._event(entry)
        if event != entry.event or (event and worse):  # it may wait as the warning that it was
            entry.event, entry.tries, entry.not_before = event, 0, now + SETTLE_S
            self._note(entry)
        self._let_go(entry)
        return never_told

    def changes(self) -> tuple[NoticeDue, ...]:
        """What is to be kept since the last call."""
        changed, self._changed = tuple(self._changed.values()), {}
        return changed

    def give_back(self, changes: Sequence[NoticeDue]) -> None:
        """They could not be kept: they are asked for again, unless there is newer."""
        self._changed = {it.occurrence: it for it in changes} | self._changed

    # ---- what goes out

    def next_at(self) -> float:
        """When something is to be told next; infinity where nothing is."""
        soonest = min((entry.not_before for entry in self._entries.values() if entry.event), default=float("inf"))
        return max(soonest, self._silent_until)

    def ready(self, now: float) -> list[Occurrence]:
        """The alarms of which something is to be told now; what is known of them is wanted by `messages`."""
        if now < self._silent_until:
            return []
        return [entry.occurrence for entry in self._due(now)]

    def messages(self, views: Mapping[int, tuple[AlertView, str | None]], now: float, at: float) -> list[Message]:
        """What to tell now, the most urgent first; `views` are of what was `ready`, `at` is UTC epoch, s."""
        kinds: dict[tuple[str, str, str], list[Member]] = {}
        for entry in self._due(now):
            if entry.occurrence.id not in views or not self._is_news(entry, views[entry.occurrence.id][0], now, at):
                continue
            member = Member(entry.event, *views[entry.occurrence.id])
            kinds.setdefault(member.kind, []).append(member)
        found: list[Message] = []
        for kind, members in kinds.items():
            again_at = self._kind_told_at.get(kind, float("-inf")) + GATHER_S
            if now < again_at:
                self._wait(members, again_at)
            elif len(members) >= FLOOD:
                found.append(tuple(members))
            else:
                found += [(member,) for member in members]
        return self._within_limit(sorted(found, key=self._order), now)

    def still_due(self, message: Message) -> Message:
        """What of a message is still to be told: an alarm may end while others are told."""
        return tuple(
            it
            for it in message
            if (entry := self._entries.get(it.view.occurrence.id)) is not None and entry.event == it.event
        )

    def sent(self, message: Message, now: float, at: float) -> list[NoticeSent]:
        """It was delivered; gives what to keep of that. `at` is UTC epoch, s."""
        self._failures, self._silent_until = 0, float("-inf")
        kinds = {member.kind for member in message}
        self._kind_told_at = {kind: told for kind, told in self._kind_told_at.items() if now - told < GATHER_S}
        self._kind_told_at |= dict.fromkeys(kinds, now)
        if not is_urgent(message):
            self._sent_at.append(now)
            if len(self._sent_at) > self.settings.per_hour:
                self._digest_at = now
        told = []
        for member in message:
            it = member.view.occurrence
            if (entry := self._entries.get(it.id)) is None:
                continue
            told.append(NoticeSent(it.id, self.way, at, member.event, it.severity, entry.tries))
            if member.event == "cleared":
                entry.event = ""
            else:
                entry.told = max(filter(None, (entry.told, it.severity)), key=lambda severity: severity.weight)
                entry.event = self._event(entry)  # it may have got worse, or ended, meanwhile
            entry.tries = 0
            self._note(entry)
            self._let_go(entry)
        return told

    def failed(self, message: Message, now: float) -> None:
        """It was not delivered: it is tried again, after those that were tried less often."""
        self._failures += 1
        for member in message:
            if entry := self._entries.get(member.view.occurrence.id):
                entry.tries += 1
                entry.not_before = now + _delay_s(entry.tries)
                self._note(entry)

    def rest(self, now: float) -> None:
        """The way seems to be down: nothing is tried for a while."""
        self._silent_until = now + _delay_s(self._failures)

    # ---- inside

    def _due(self, now: float) -> list[_Entry]:
        return [entry for entry in self._entries.values() if entry.event and entry.not_before <= now]

    def _event(self, entry: _Entry) -> str:
        """What is to be told of it as it is now."""
        it = entry.occurrence
        if not it.active:
            return "cleared" if entry.told is not None and self.settings.clear else ""
        if not it.is_alarm or it.key.family == self._family_untold or it.severity < Severity(self.settings.severity):
            return ""
        if it.announced_at is None:
            return ""
        if entry.told is None:
            return "raised"
        return "escalated" if it.severity > entry.told else ""

    def _is_news(self, entry: _Entry, view: AlertView, now: float, at: float) -> bool:
        """Whether it is told now; what is shelved waits, what was seen or is long over is told no more."""
        if self._event(entry) != entry.event:  # the settings were edited
            old = True
        elif entry.event == "cleared":
            old = at - (entry.occurrence.cleared_at or at) > CLEAR_KEPT_S
        else:
            old = view.ack is not None
            if not old and view.state in _QUIET:
                entry.not_before = now + QUIET_LOOK_S
                return False
        if old:
            entry.event = ""
            self._note(entry)
            self._let_go(entry)
        return not old

    def _within_limit(self, messages: Sequence[Message], now: float) -> list[Message]:
        """Urgent ones always; of the others so many an hour, and what is over that as one, each ten minutes."""
        while self._sent_at and now - self._sent_at[0] >= HOUR_S:
            self._sent_at.popleft()
        left = max(self.settings.per_hour - len(self._sent_at), 0)
        urgent = [message for message in messages if is_urgent(message)]
        others = [message for message in messages if not is_urgent(message)]
        beyond = tuple(member for message in others[left:] for member in message)
        if beyond and now < self._digest_at + DIGEST_S:
            self._wait(beyond, self._digest_at + DIGEST_S)
            beyond = ()
        return [*urgent, *others[:left], *([beyond] if beyond else [])]

    def _wait(self, members: Sequence[Member], until: float) -> None:
        for member in members:
            self._entries[member.view.occurrence.id].not_before = until

    def _order(self, message: Message) -> tuple[bool, int, float]:
        tries = min(self._entries[member.view.occurrence.id].tries for member in message)
        return (not is_urgent(message), tries, message[0].view.occurrence.raised_at)

    def _note(self, entry: _Entry) -> None:
        self._changed[entry.occurrence.id] = NoticeDue(entry.occurrence.id, self.way, entry.event, entry.tries)

    def _let_go(self, entry: _Entry) -> None:
        if not entry.occurrence.active and not entry.event:
            self._entries.pop(entry.occurrence.id, None)


def is_urgent(message: Message) -> bool:
    """Whether a message tells of something to act on now: no limit holds it back."""
    return any(it.event != "cleared" and it.view.occurrence.severity is Severity.CRITICAL for it in message)


def _delay_s(failures: int) -> float:
    return next_delay(failures, RETRY_S, 1.0, RETRY_CAP_S)
