"""The alert engine: `AlertEngine.step` takes what was polled and gives what changed. No I/O, no clock of its own.

The same inputs in the same order give the same results, whatever the order of stations within a step. State lives in
memory; what a restart needs is in `AlertChanges` and comes back by `restore`. Windows fill from the recorded past.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from victron_console.alerts.device.device_alarms import DEVICE, NOTIFICATION
from victron_console.alerts.engine.bound_rule import BoundRule, level_key
from victron_console.alerts.engine.flap import Flap
from victron_console.alerts.engine.incident_memory import IncidentMemory
from victron_console.alerts.engine.inhibition import Inhibition
from victron_console.alerts.engine.level_log import LevelLog
from victron_console.alerts.engine.level_state import LevelState, Phase
from victron_console.alerts.engine.open_alarms import OpenAlarms
from victron_console.alerts.engine.station_watch import StationWatch
from victron_console.alerts.rules.learned import History
from victron_console.alerts.rules.parameters import Parameter, StationSetup
from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.model.alert import AlertEvent, AlertKey, Occurrence
from victron_console.model.alert_record import AlertChanges, KeptAlerts, NoticeRecord
from victron_console.model.console_alarm import ConsoleAlarm
from victron_console.model.snapshot import Snapshot
from victron_console.model.text import clean

PROBLEM_AT_MOST = 300
"""Characters of what is wrong with the console itself that stand in the alarm."""
CLOCK_STEP_S = 2.0
"""A wall clock that moved this much more or less than the monotonic one was set."""

Touched = dict[AlertKey, str]
"""Alarms to settle, with why they close where that is not by their condition."""


class AlertEngine:
    """All alarms of a fleet."""

    def __init__(self, rules: RuleSet, history: History | None = None) -> None:
        self.rules = rules
        self._history = history
        self._stations: dict[str, StationWatch] = {}
        self._configured: dict[str, StationSetup] = {}
        self._by_key: dict[AlertKey, dict[BoundRule, None]] = {}
        self._alarms = OpenAlarms()
        self._inhibition, self._incidents = Inhibition(), IncidentMemory()
        self._reconfigured: set[str] = set()
        self._due: list[tuple[float, str]] = []
        self._queued: set[str] = set()
        self._wall: float | None = None
        self._monotonic: float | None = None
        self._levels = LevelLog()

    @property
    def open(self) -> tuple[Occurrence, ...]:
        """Everything not cleared, by key."""
        return tuple(self._alarms.open[key] for key in sorted(self._alarms.open, key=str))

    def configure(self, station: str, tags: Iterable[str], config: Mapping[str, Any]) -> None:
        """Say what is configured of a station: its tags and the public part of its file. From the next step."""
        tags = tuple(tags)
        configured = StationSetup(tags, config, self.rules.parameters_for(station, tags))
        if self._configured.get(station) != configured:
            self._configured[station] = configured
            self._reconfigured.add(station)

    def forget(self, station: str, now: float) -> AlertChanges:
        """Close the alarms of a station that is configured no more."""
        watch = self._stations.pop(station, None)
        self._configured.pop(station, None)
        for key in [key for key in self._by_key if key.station == station]:
            for bound in self._by_key.pop(key):
                self._levels.forget(bound)
        for key in [key for key in self._alarms.waiting if key.station == station]:
            for record in self._alarms.waiting.pop(key):
                self._levels.drop(record)
        if watch is not None:
            self._due = [entry for entry in self._due if entry[1] != station]
            self._queued.discard(station)
            heapq.heapify(self._due)
        return self._settled(now, {key: "station_removed" for key in self._alarms.open if key.station == station})

    def parameters(self, station: str) -> Mapping[str, Parameter]:
        """A station's parameters with their origins; empty before its first step."""
        watch = self._stations.get(station)
        return watch.parameters if watch else {}

    def diagnose(self, station: str, results: Mapping[str, float | None], skew_s: float | None = None) -> None:
        """Hand in results of the diagnostics (`d.X`), and the station's clock minus ours by HTTP (s)."""
        watch = self._watch(station)
        watch.diagnose(results)
        watch.binder.facts.http_skew_s = skew_s if skew_s is not None else watch.binder.facts.http_skew_s

    def step(self, snapshots: Mapping[str, Snapshot], now: float, monotonic: float | None = None) -> AlertChanges:
        """Judge what was polled since the last step, and what time alone has changed.

        Args:
            snapshots: stations polled since, well or in vain, by id.
            now: the moment (UTC epoch, s). May jump: timers do not.
            monotonic: seconds that only grow; without it a `now` that goes back counts as no time passed.
        """
        self._follow_clock(now, monotonic)
        touched: Touched = {}
        self._take_configuration(touched)
        for station in sorted(snapshots):
            watch = self._watch(station)
            self._judge(watch, watch.take(snapshots[station], now), now, touched)
        while self._due and self._due[0][0] <= now:
            watch = self._stations[self._due[0][1]]
            if watch.due <= now:
                self._judge(watch, watch.tick(now), now, touched)
            heapq.heapreplace(self._due, (max(watch.due, now + 0.001), watch.id))
        return self._settled(now, touched)

    def reload(self, rules: RuleSet, now: float) -> AlertChanges:
        """Judge by another rule set: alarms of rules that are gone close, longer waits are waited for again."""
        self.rules = rules
        touched: Touched = {}
        for station, configured in list(self._configured.items()):
            self.configure(station, configured.tags, configured.config)
        self._reconfigured.update(self._stations)
        self._take_configuration(touched)
        for station in sorted(self._stations):
            self._judge(self._stations[station], {}, now, touched)
        known = {rule.id for rule in rules.rules}
        for key, states in list(self._alarms.waiting.items()):
            for record in [r for r in states if r.rule not in known and ":" not in r.rule]:
                del states[record]
                self._levels.drop(record)
                touched.setdefault(key, "rule_removed")
        return self._settled(now, touched)

    def console_alarm(self, alarm: ConsoleAlarm, problem: str, now: float) -> AlertChanges:
        """Raise or clear an alarm of the console itself, such as rule files that cannot be used.

        Args:
            alarm: which.
            problem: what is wrong, for the log; empty: all is well.
            now: the moment (UTC epoch, s).
        """
        key = AlertKey("", alarm.family)
        existing = self._alarms.open.get(key)
        if problem and existing is None:
            occurrence = Occurrence(
                self._alarms.next_id, key, alarm.family, alarm.severity, alarm.title, alarm.response, now, now,
                announced_at=now, origins=(alarm.family,), last_value=clean(problem, PROBLEM_AT_MOST),
            )  # fmt: skip
            self._alarms.next_id += 1
            self._alarms.put(occurrence)
            self._alarms.note("raised", occurrence, now, f"{alarm.title}: {problem}")
        elif problem and existing is not None and existing.last_value != clean(problem, PROBLEM_AT_MOST):
            self._alarms.put(replace(existing, last_value=clean(problem, PROBLEM_AT_MOST)))
        elif not problem and existing is not None:
            self._alarms.settle(key, (), now)
        return self._settled(now, {})

    def restore(self, kept: KeptAlerts, now: float) -> None:
        """Take over what the store kept, before the first step. Nothing is raised or cleared by it."""
        alarms = self._alarms
        alarms.next_id = kept.next_id
        alarms.open = {occurrence.key: occurrence for occurrence in kept.occurrences}
        for key, at in kept.raises:
            if at <= now:
                alarms.flaps.setdefault(key, Flap()).raised(at)
        for occurrence in alarms.open.values():
            if occurrence.flapping:
                alarms.flaps.setdefault(occurrence.key, Flap()).on = True
        known = {rule.id for rule in self.rules.rules}
        for record in kept.levels:
            self._levels.restore(record)
            if record.rule in known or record.rule.startswith((DEVICE, NOTIFICATION)):
                phase = Phase(record.phase)
                stale = phase in (Phase.ACTIVE, Phase.CLEARING)
                state = LevelState(phase, record.since, record.started, record.seen, stale=stale, resumed=True)
                alarms.waiting.setdefault(record.alert, {})[record] = state
            else:
                self._levels.drop(record)

    def _watch(self, station: str) -> StationWatch:
        watch = self._stations.get(station)
        if watch is None:
            configured = self._configured.get(station) or StationSetup((), {}, self.rules.parameters_for(station, ()))
            watch = self._stations[station] = StationWatch(station, self.rules, configured, self._history)
        return watch

    def _judge(self, watch: StationWatch, dirty: dict[BoundRule, None], now: float, touched: Touched) -> None:
        """Judge bound rules in a fixed order, and say when time alone may change the station."""
        self._adopt(watch, now, touched)
        dirty.update(dict.fromkeys(watch.binder.newly_bound))
        for bound in watch.binder.newly_bound:
            self._by_key.setdefault(bound.key, {})[bound] = None
        watch.binder.newly_bound.clear()
        for bound in sorted(dirty, key=lambda i: (i.rule.id, i.scope)):
            turned = bound.evaluate(now)
            if turned or bound.key in self._alarms.open:
                touched.setdefault(bound.key, "")
            if turned or bound.unsettled or bound.written:
                self._levels.note(bound)
        if watch.id not in self._queued:
            self._queued.add(watch.id)
            heapq.heappush(self._due, (watch.due, watch.id))

    def _adopt(self, watch: StationWatch, now: float, touched: Touched) -> None:
        """Give levels from before a restart to the bound rules that now speak of them."""
        waiting = self._alarms.waiting
        if not waiting:
            return
        for record in [record for states in waiting.values() for record in states if record.station == watch.id]:
            if record.rule.startswith((DEVICE, NOTIFICATION)):
                watch.binder.adopt(record.rule)
        for bound in watch.binder.newly_bound:
            kept = waiting.get(bound.key, {})
            for severity in bound.states:
                key = level_key(bound, severity)
                mine = next((record for record in kept if record.key == key), None)
                if mine is not None:
                    bound.states[severity] = kept.pop(mine)
                    bound.unsettled = bound.written = True
                    touched.setdefault(bound.key, "")
            if bound.unsettled:
                watch.binder.recall(bound, now)
            if not kept:
                waiting.pop(bound.key, None)

    def _take_configuration(self, touched: Touched) -> None:
        """Bind stations anew whose rules, tags or file changed."""
        for station in sorted(self._reconfigured & self._stations.keys()):
            watch = self._stations[station]
            watch.configured = self._configured.get(station, watch.configured)
            for bound in watch.use(self.rules):
                self._replace(bound, watch, touched)
        self._reconfigured.clear()

    def _replace(self, bound: BoundRule, watch: StationWatch, touched: Touched) -> None:
        """Take a bound rule out whose rule is gone or another one; its levels go on under the new rule."""
        self._by_key.get(bound.key, {}).pop(bound, None)
        touched[bound.key] = "rule_removed"
        successor = watch.binder.all.get((bound.rule.id, bound.scope))
        if successor is None or successor.key != bound.key:
            self._levels.forget(bound)
            return
        for severity, state in bound.states.items():
            level = next((level for level in successor.rule.levels if level.severity is severity), None)
            if level is None or state.phase is Phase.NORMAL:
                continue
            if state.on and state.seen - state.started < level.for_s:
                state.phase, state.since = Phase.PENDING, state.started
                touched[bound.key] = "requalified"
            successor.states[severity] = state
            successor.unsettled = successor.written = True

    def _settled(self, now: float, touched: Touched) -> AlertChanges:
        alarms = self._alarms
        for key in sorted(touched, key=lambda key: (key.station, key.family, key.scope)):
            alarms.settle(key, self._by_key.get(key, ()), now, touched[key])
        for key in sorted(alarms.end_flapping(now), key=str):
            alarms.settle(key, self._by_key.get(key, ()), now)
        self._close_orphans(now)
        self._inhibition.apply(alarms, self.rules.inhibits, now)
        self._incidents.apply(alarms, now)
        notices: list[NoticeRecord] = []
        events = list(alarms.events)
        for watch in (self._stations[station] for station in sorted(self._stations)):
            notices += watch.binder.notices
            events += [AlertEvent(now, "parameter", watch.id, "", text) for text in watch.parameter_notes]
            watch.binder.notices, watch.parameter_notes = [], []
        result = AlertChanges(tuple(alarms.changed.values()), tuple(events), self._levels.taken(), tuple(notices))
        alarms.changed, alarms.events = {}, []
        return result

    def _close_orphans(self, now: float) -> None:
        """Close what was restored and that no rule speaks of any more."""
        for key, occurrence in list(self._alarms.open.items()):
            spoken_of = self._by_key.get(key) or key in self._alarms.waiting or occurrence.flapping
            if key.station and not spoken_of:
                self._alarms.settle(occurrence.key, (), now, "rule_removed")

    def _follow_clock(self, now: float, monotonic: float | None) -> None:
        """Shift all timers when the wall clock was set, so that durations are those of the monotonic clock."""
        if self._wall is not None:
            passed = now - self._wall
            if monotonic is not None and self._monotonic is not None:
                expected = monotonic - self._monotonic
            else:
                expected = max(passed, 0.0)
            stepped = passed - expected
            if abs(stepped) > CLOCK_STEP_S:
                self._shift(stepped)
        self._wall, self._monotonic = now, monotonic

    def _shift(self, seconds: float) -> None:
        for watch in self._stations.values():
            watch.shift(seconds)
        self._alarms.shift(seconds)
        self._inhibition.shift(seconds)
        self._due = [(at + seconds, station) for at, station in self._due]
