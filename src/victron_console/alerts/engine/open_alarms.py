"""The open alarms: makes one occurrence of all levels, rules and device alarms of a family, from raise to clear.

What is held back and when it is announced is decided in inhibition.py; what an operator says never comes here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from victron_console.alerts.device.device_alarms import DEVICE, NOTIFICATION
from victron_console.alerts.engine.bound_rule import BoundRule
from victron_console.alerts.engine.flap import Flap
from victron_console.alerts.engine.level_state import LevelState
from victron_console.insight.alarm_value import alarm_value
from victron_console.model.alert import AlertEvent, AlertKey, Occurrence, Severity
from victron_console.model.alert_record import LevelRecord
from victron_console.model.reading import Scalar

VALUE_EACH_S = 60.0
"""A value that only moves is written to the store this often at most."""


@dataclass(frozen=True, slots=True)
class Member:
    """A level that holds an alarm open. Without a bound rule: known from before a restart, not judged since."""

    severity: Severity
    state: LevelState
    bound: BoundRule | None


@dataclass(slots=True)
class OpenAlarms:
    """Open occurrences by key, and what was done to them in this step."""

    open: dict[AlertKey, Occurrence] = field(default_factory=dict)
    next_id: int = 1
    flaps: dict[AlertKey, Flap] = field(default_factory=dict)
    waiting: dict[AlertKey, dict[LevelRecord, LevelState]] = field(default_factory=dict)
    """Levels restored from the store that no bound rule has taken over yet."""
    changed: dict[int, Occurrence] = field(default_factory=dict)
    events: list[AlertEvent] = field(default_factory=list)
    _valued_at: dict[AlertKey, float] = field(default_factory=dict)

    def settle(self, key: AlertKey, bound_rules: Iterable[BoundRule], now: float, reason: str = "") -> None:
        """Bring the occurrence of a key in line with its levels.

        Args:
            key: the alarm.
            bound_rules: everything bound that speaks of it.
            now: the moment (UTC epoch, s).
            reason: why it closes, where it does so without its condition.
        """
        bound_rules = list(bound_rules)
        members = self._members(key, bound_rules)
        occurrence = self.open.get(key)
        if occurrence is None:
            if members:
                self._raise(key, members, bound_rules, now)
        elif members:
            self._update(occurrence, members, bound_rules, now)
        elif occurrence.flapping and not reason:
            self._flap_quiet(occurrence, now)
        else:
            self._clear(occurrence, now, reason)

    def note(self, kind: str, occurrence: Occurrence, now: float, text: str = "") -> None:
        """Write a line about an occurrence."""
        self.events.append(
            AlertEvent(
                now,
                kind,
                occurrence.key.station,
                str(occurrence.key),
                text or occurrence.title,
                occurrence.id,
                occurrence.severity,
            )
        )

    def put(self, occurrence: Occurrence) -> None:
        """Take a changed occurrence."""
        self.changed[occurrence.id] = occurrence
        if occurrence.active:
            self.open[occurrence.key] = occurrence
        else:
            self.open.pop(occurrence.key, None)
            self._valued_at.pop(occurrence.key, None)

    def end_flapping(self, now: float) -> list[AlertKey]:
        """End the flapping of alarms that have become steady; the keys to settle again."""
        ended = [key for key, flap in self.flaps.items() if flap.steady(now)]
        for key in [key for key, flap in self.flaps.items() if flap.empty]:
            del self.flaps[key]
        for key in ended:
            if (occurrence := self.open.get(key)) is not None:
                steady = replace(occurrence, flapping=False)
                self.put(steady)
                self.note("steady", steady, now)
        return ended

    def _members(self, key: AlertKey, bound_rules: Iterable[BoundRule]) -> list[Member]:
        found = [
            Member(severity, state, bound)
            for bound in bound_rules
            if not bound.annotates
            for severity, state in bound.states.items()
            if state.on
        ]
        found += [Member(k.severity, state, None) for k, state in self.waiting.get(key, {}).items() if state.on]
        return sorted(found, key=_rank)

    def _raise(self, key: AlertKey, members: list[Member], bound_rules: list[BoundRule], now: float) -> None:
        lead = members[0].bound
        if lead is None:
            return
        flap = self.flaps.setdefault(key, Flap())
        begins = flap.raised(now)
        value = lead.shown_value()
        occurrence = Occurrence(
            id=self.next_id,
            key=key,
            rule=lead.rule.id,
            severity=members[0].severity,
            title=lead.title,
            response=lead.rule.response,
            started_at=min(member.state.started for member in members),
            raised_at=now,
            reason="no_data" if members[0].state.no_data else "",
            source=lead.rule.source,
            last_value=value,
            peak_value=value,
            unit=lead.rule.unit,
            limit=lead.limit(members[0].severity, value),
            flapping=flap.on,
            stale=all(member.state.stale for member in members),
            origins=_origins(members, bound_rules),
            link=lead.rule.link,
        )
        self.next_id += 1
        self._valued_at[key] = now
        self.put(occurrence)
        self.note("raised", occurrence, now, _summary(occurrence))
        if begins:
            self.note("flapping", occurrence, now, f"{occurrence.title} comes and goes: told once until it is steady")

    def _update(self, before: Occurrence, members: list[Member], bound_rules: list[BoundRule], now: float) -> None:
        lead = members[0].bound
        after = replace(
            before,
            severity=members[0].severity,
            stale=all(member.state.stale for member in members),
            origins=_origins(members, bound_rules) or before.origins,
        )
        if lead is not None:
            value = lead.shown_value()
            limit = lead.limit(after.severity, value) or (before.limit if after.severity is before.severity else "")
            after = replace(
                after, rule=lead.rule.id, title=lead.title, response=lead.rule.response, source=lead.rule.source,
                link=lead.rule.link, unit=lead.rule.unit, limit=limit,
                reason="no_data" if members[0].state.no_data else "",
            )  # fmt: skip
            after = self._valued(after, value, now, at_once=after.severity is not before.severity)
        if before.reason == QUIET:
            after = self._flap_again(after, now)
        if after == before:
            return
        self.put(after)
        if after.severity > before.severity:
            after = replace(after, announced_at=None)
            self.put(after)
            self.note("escalated", after, now, _summary(after))
        elif after.severity < before.severity:
            self.note("eased", after, now)
        if after.stale is not before.stale:
            self.note("stale" if after.stale else "fresh", after, now)

    def _valued(self, occurrence: Occurrence, value: Scalar, now: float, at_once: bool) -> Occurrence:
        """The occurrence with its newest value: with a new level or peak at once, else once a minute."""
        if value is None or value == occurrence.last_value:
            return occurrence
        peak = _worse(occurrence, value)
        if (
            not at_once
            and peak == occurrence.peak_value
            and now < self._valued_at.get(occurrence.key, 0.0) + VALUE_EACH_S
        ):
            return occurrence
        self._valued_at[occurrence.key] = now
        return replace(occurrence, last_value=value, peak_value=peak)

    def _flap_again(self, occurrence: Occurrence, now: float) -> Occurrence:
        self.flaps.setdefault(occurrence.key, Flap()).raised(now)
        again = replace(occurrence, count=occurrence.count + 1, reason="")
        self.note("raised again", again, now)
        return again

    def _flap_quiet(self, occurrence: Occurrence, now: float) -> None:
        if occurrence.reason != QUIET:
            quiet = replace(occurrence, reason=QUIET)
            self.put(quiet)
            self.note("quiet", quiet, now)

    def _clear(self, occurrence: Occurrence, now: float, reason: str) -> None:
        cleared = replace(
            occurrence, cleared_at=now, reason=reason, stale=False, suppressed_by="", flapping=False,
        )  # fmt: skip
        self.put(cleared)
        self.note("cleared", cleared, now, f"{cleared.title} ({reason})" if reason else cleared.title)

    def shift(self, seconds: float) -> None:
        """Move what is measured against the clock: it was stepped. Times that were told stay as they were."""
        for flap in self.flaps.values():
            flap.shift(seconds)
        for states in self.waiting.values():
            for state in states.values():
                state.shift(seconds)
        self._valued_at = {key: at + seconds for key, at in self._valued_at.items()}


QUIET = "quiet between two raises"


def _rank(member: Member) -> tuple[int, bool, bool, str]:
    """The most severe first; one of ours before the device's own; a judged one before one from before a restart."""
    bound = member.bound
    own = bound is not None and not bound.rule.id.startswith((DEVICE, NOTIFICATION))
    return (-member.severity.weight, bound is None, not own, bound.origin if bound else "")


def _origins(members: Iterable[Member], bound_rules: Iterable[BoundRule]) -> tuple[str, ...]:
    found = [member.bound.origin for member in members if member.bound]
    found += [i.origin for i in bound_rules if i.annotates and any(state.on for state in i.states.values())]
    return tuple(dict.fromkeys(found))


def _worse(occurrence: Occurrence, value: Scalar) -> Scalar:
    """The worse of the peak so far and a value, by the direction of the limit."""
    peak = occurrence.peak_value
    if not isinstance(value, int | float) or not isinstance(peak, int | float):
        return peak if isinstance(peak, int | float) else value  # words are no better or worse: the newest holds
    return min(peak, value) if occurrence.limit.startswith("<") else max(peak, value)


def _summary(occurrence: Occurrence) -> str:
    words = alarm_value(occurrence).words
    return f"{occurrence.title}: {words}" if words else occurrence.title
