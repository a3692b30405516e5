"""What is still to be told of alarms by one way: what waits, what is tried again, of what somebody is reminded. Pure.

A message that could not be delivered is tried again until it was, until its alarm is over, or somebody has seen it.
Times `now` are of the monotonic clock, `at` UTC epoch, s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from victron_console.collector.notify.grouping import Grouping
from victron_console.collector.notify.message import (
    CLEARED,
    ESCALATED,
    RAISED,
    REPEATED,
    Member,
    Message,
    Seen,
    is_reminder,
    is_urgent,
)
from victron_console.collector.retry import next_delay
from victron_console.config.notify import Way, WaySettings
from victron_console.model.alert import AlertState, AlertView, NoticeSent, Occurrence, Severity
from victron_console.model.alert_record import KeptNotice, NoticeDue

SETTLE_S = 2.0
"""So long a new alarm waits for others of its moment, and for the store to know it."""
RETRY_S = 5.0
RETRY_CAP_S = 45.0
QUIET_LOOK_S = 30.0
"""Between two looks whether an alarm is still shelved or in maintenance, and whether somebody may be told by now."""
CLEAR_KEPT_S = 86_400.0
"""The end of an alarm is no news after so long."""
REPEAT_TOGETHER = 0.25
"""A reminder takes along those that are due within this part of their interval."""
ADDITION_S = 600.0
"""What comes to an incident that was told waits so long after that for more of it; what is critical never waits."""
_QUIET = (AlertState.SHELVED, AlertState.SUPPRESSED, AlertState.OUT_OF_SERVICE)
_NEVER = float("inf")


@dataclass(slots=True)
class _Entry:
    """One alarm that stands, or whose end is to be told."""

    occurrence: Occurrence
    told: Severity | None = None
    """The highest severity at which it was told; None where it was not."""
    told_at: float = -_NEVER
    """When it was last told."""
    event: str = ""
    """What is to be told; empty: nothing."""
    tries: int = 0
    not_before: float = 0.0
    waits: bool = False
    """Whether it is not told yet because it may not be, not because that failed."""
    seen: bool = False
    """Whether somebody acknowledged it as it is."""


class Outbox:
    """Everything that is to be told by one way."""

    def __init__(self, way: str, family_untold: str) -> None:
        """`family_untold` is of the alarm that nobody can be told, which is never told itself."""
        self.way = way
        self.settings = WaySettings()
        self.since: float | None = None
        """The way is in use since then (UTC epoch, s): what was announced before is nobody's news. None: it is not."""
        self._of_console = True
        self._tags: Mapping[str, Collection[str]] = {}
        self._family_untold = family_untold
        self._entries: dict[int, _Entry] = {}
        self._changed: dict[int, NoticeDue] = {}
        self._grouping = Grouping(self._wait)
        self._failures = 0
        self._silent_until = -_NEVER

    # ---- what comes in

    def use(self, way: Way | None, tags: Mapping[str, Collection[str]], at: float) -> None:
        """Tell by this from now on, and of stations with these tags; None: by this way nobody is told."""
        if way is None:
            self.since = None
            return
        self.settings, self._of_console, self._tags = way.settings, way.of_console, tags
        self.since = at if self.since is None else self.since

    def restore(self, kept: KeptNotice, now: float, at: float) -> None:
        """Go on from what a collector before kept."""
        told_at = -_NEVER if kept.told_at is None else now - max(0.0, at - kept.told_at)
        self._entries[kept.occurrence.id] = _Entry(kept.occurrence, kept.told, told_at, kept.event, kept.tries)

    def take(self, it: Occurrence, now: float, at: float) -> bool:
        """Take an occurrence as it is now. Gives whether it was over before anybody could be told of it."""
        entry = self._entries.get(it.id)
        if entry is None:
            if self.since is None or it.announced_at is None or it.announced_at < self.since or not it.active:
                return False
            entry = self._entries[it.id] = _Entry(it)
        worse, entry.occurrence = it.severity > entry.occurrence.severity, it
        entry.seen = entry.seen and not worse
        never_told = not it.active and entry.told is None and bool(entry.event) and not self._waits(entry, at)
        event = self._event(entry)
        if event != entry.event or (event and worse):  # it may wait as the warning that it was
            entry.event, entry.tries = event, 0
            entry.not_before = now + max(SETTLE_S, self._wait_s(entry, at))
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

    def next_moment(self) -> float:
        """When something is to be told next; infinity where nothing is."""
        soonest = min((entry.not_before for entry in self._entries.values() if entry.event), default=_NEVER)
        reminder = min(map(self._remind_at, self._entries.values()), default=_NEVER)
        return max(min(soonest, reminder), self._silent_until)

    def ready(self, now: float, at: float) -> list[Occurrence]:
        """The alarms of which something is to be told now; what is known of them is wanted by `messages`."""
        if now < self._silent_until:
            return []
        if not self.settings.open_at(at):
            self._silent_until = now + QUIET_LOOK_S
            return []
        self._remind(now)
        return [entry.occurrence for entry in self._due(now)]

    def messages(self, views: Mapping[int, Seen], now: float, at: float) -> list[Message]:
        """What to tell now, the most urgent first; `views` are of what was `ready`."""
        told_at = self._incidents_told_at()
        members = []
        for entry in self._due(now):
            if (seen := views.get(entry.occurrence.id)) is None:
                continue
            gathered_s = _addition_s(entry, told_at.get(entry.occurrence.incident_id, -_NEVER), now)
            if self._is_news(entry, seen[0], now, at, gathered_s):
                members.append(Member(entry.event, *seen, first=_first(entry.occurrence, views)))
        ordered = sorted(self._grouping.grouped(members, now), key=self._order)
        return self._grouping.within_limit(ordered, self.settings.per_hour, now)

    def still_due(self, message: Message) -> Message:
        """What of a message is still to be told: an alarm may end while others are told."""
        return tuple(
            it
            for it in message
            if (entry := self._entries.get(it.view.occurrence.id)) is not None and entry.event == it.event
        )

    def sent(self, message: Message, now: float, at: float) -> list[NoticeSent]:
        """It was delivered; gives what to keep of that."""
        self._failures, self._silent_until = 0, -_NEVER
        self._grouping.sent(message, self.settings.per_hour, now)
        told = []
        for member in message:
            it = member.view.occurrence
            if (entry := self._entries.get(it.id)) is None:
                continue
            told.append(NoticeSent(it.id, self.way, at, member.event, it.severity, entry.tries))
            entry.event, entry.told_at = "", now
            if member.event != CLEARED:
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
            return CLEARED if entry.told is not None and self.settings.clear else ""
        if not it.is_alarm or it.announced_at is None or not self._concerns(it):
            return ""
        if entry.told is None:
            return RAISED
        return ESCALATED if it.severity > entry.told else self._reminder(entry)

    def _concerns(self, it: Occurrence) -> bool:
        """Whether an alarm is for those who are told by this way."""
        if it.key.family == self._family_untold or it.severity < Severity(self.settings.severity):
            return False
        if not it.key.station:
            return self._of_console
        return not self.settings.tags or not set(self.settings.tags).isdisjoint(self._tags.get(it.key.station, ()))

    def _reminder(self, entry: _Entry) -> str:
        return REPEATED if entry.event == REPEATED and self._may_remind(entry) else ""

    def _may_remind(self, entry: _Entry) -> bool:
        it = entry.occurrence
        stands = it.active and it.severity is Severity.CRITICAL and entry.told is Severity.CRITICAL
        return stands and not entry.seen and self.settings.repeat is not None and self._concerns(it)

    def _remind_at(self, entry: _Entry) -> float:
        if entry.event or self.settings.repeat is None or not self._may_remind(entry):
            return _NEVER
        return entry.told_at + self.settings.repeat

    def _remind(self, now: float) -> None:
        """Take up what stands and was not seen for long, with what is due soon."""
        due = {id(entry): self._remind_at(entry) for entry in self._entries.values()}
        if not any(at <= now for at in due.values()):
            return
        ahead_s = REPEAT_TOGETHER * (self.settings.repeat or 0)
        for entry in self._entries.values():
            if due[id(entry)] <= now + ahead_s:
                entry.event, entry.tries, entry.not_before = REPEATED, 0, now

    def _wait_s(self, entry: _Entry, at: float) -> float:
        """How long nobody is told by this way, so that others may see it first."""
        announced_at = entry.occurrence.announced_at
        if entry.event not in (RAISED, ESCALATED) or announced_at is None:
            return 0.0
        return min(max(0.0, announced_at + self.settings.after - at), self.settings.after)

    def _incidents_told_at(self) -> dict[int, float]:
        """When somebody was last told of each incident."""
        told_at: dict[int, float] = {}
        for entry in self._entries.values():
            if entry.told:
                number = entry.occurrence.incident_id
                told_at[number] = max(entry.told_at, told_at.get(number, -_NEVER))
        return told_at

    def _waits(self, entry: _Entry, at: float) -> bool:
        """Whether it was not told because it might not be yet."""
        return entry.waits or self._wait_s(entry, at) > 0.0 or not self.settings.open_at(at)

    def _is_news(self, entry: _Entry, view: AlertView, now: float, at: float, gathered_s: float) -> bool:
        """Whether it is told now; what is shelved or gathered waits, what was seen or is long over is told no more."""
        entry.waits = False
        if self._event(entry) != entry.event:  # the settings were edited
            old = True
        elif entry.event == CLEARED:
            old = at - (entry.occurrence.cleared_at or at) > CLEAR_KEPT_S
        else:
            old = entry.seen = view.ack is not None
            wait_s = QUIET_LOOK_S if view.state in _QUIET else max(self._wait_s(entry, at), gathered_s)
            if not old and wait_s > 0.0:
                entry.waits, entry.not_before = True, now + wait_s
                return False
        if old:
            entry.event = ""
            self._note(entry)
            self._let_go(entry)
        return not old

    def _wait(self, members: Sequence[Member], until: float) -> None:
        for member in members:
            self._entries[member.view.occurrence.id].not_before = until

    def _order(self, message: Message) -> tuple[bool, bool, int, float]:
        tries = min(self._entries[member.view.occurrence.id].tries for member in message)
        return (not is_urgent(message), is_reminder(message), tries, message[0].view.occurrence.raised_at)

    def _note(self, entry: _Entry) -> None:
        """A reminder is not kept: a later collector knows when it was last told, and takes it up by itself."""
        event = "" if entry.event == REPEATED else entry.event
        self._changed[entry.occurrence.id] = NoticeDue(entry.occurrence.id, self.way, event, entry.tries)

    def _let_go(self, entry: _Entry) -> None:
        if not entry.occurrence.active and not entry.event:
            self._entries.pop(entry.occurrence.id, None)


def _delay_s(failures: int) -> float:
    return next_delay(failures, RETRY_S, 1.0, RETRY_CAP_S)


def _addition_s(entry: _Entry, told_at: float, now: float) -> float:
    """How long what comes to an incident is still gathered after somebody was told of that."""
    if entry.event != RAISED or entry.occurrence.severity is Severity.CRITICAL:
        return 0.0
    return max(0.0, told_at + ADDITION_S - now)


def _first(it: Occurrence, views: Mapping[int, Seen]) -> Occurrence | None:
    known = None if it.incident is None else views.get(it.incident)
    return None if known is None else known[0].occurrence
