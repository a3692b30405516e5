"""The alert engine: `Alerts.step` takes what was polled and gives what changed. No I/O, no clock of its own.

The same inputs in the same order give the same results, whatever the order of stations within a step. State lives in
memory; what a restart needs is in `StepResult` and comes back by `restore`. Windows fill from the recorded past.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from victron_console.alerts.book import Book
from victron_console.alerts.device_alarms import DEVICE, NOTIFICATION
from victron_console.alerts.flap import Flap
from victron_console.alerts.inhibition import Holding
from victron_console.alerts.instance import Instance, TrackKey
from victron_console.alerts.notifications import Notification
from victron_console.alerts.parameters import Parameter
from victron_console.alerts.parameters import StationFacts as Configured
from victron_console.alerts.rules import RuleSet
from victron_console.alerts.tracks import Phase, Track
from victron_console.alerts.watch import Memory, StationWatch
from victron_console.model.alert import AlertEvent, AlertKey, Occurrence, Severity
from victron_console.model.snapshot import Snapshot

CLOCK_STEP_S = 2.0
"""A wall clock that moved this much more or less than the monotonic one was set."""
SEEN_EACH_S = 60.0
"""How often the last evidence of a waiting level is written down."""


@dataclass(frozen=True, slots=True)
class TrackRow:
    """A level as it must survive a restart. `phase` normal: delete the row."""

    key: TrackKey
    alert: AlertKey
    phase: Phase
    since: float
    started: float
    seen: float


@dataclass(frozen=True, slots=True)
class Restored:
    """What the store kept."""

    occurrences: Iterable[Occurrence] = ()
    """Those that are open."""
    tracks: Iterable[TrackRow] = ()
    raises: Iterable[tuple[AlertKey, float]] = ()
    """Raises of the last 30 minutes, oldest first."""
    next_id: int = 1


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step changed; to be stored in one transaction before anyone is told."""

    occurrences: tuple[Occurrence, ...] = ()
    events: tuple[AlertEvent, ...] = ()
    tracks: tuple[TrackRow, ...] = ()
    notices: tuple[tuple[str, Notification], ...] = ()
    """Entries of the GX's ring not met since the start, with their station: kept for good, once each."""


@dataclass(slots=True)
class _Pass:
    """What one step has touched so far."""

    touched: dict[AlertKey, str] = field(default_factory=dict)
    """Alarms to settle, with why they close where it is not by their condition."""
    moved: dict[str, TrackRow] = field(default_factory=dict)


class Alerts:
    """All alarms of a fleet."""

    def __init__(self, rules: RuleSet, memory: Memory | None = None) -> None:
        self.rules = rules
        self._memory = memory
        self._stations: dict[str, StationWatch] = {}
        self._configured: dict[str, Configured] = {}
        self._by_key: dict[AlertKey, dict[Instance, None]] = {}
        self._book = Book()
        self._holding = Holding()
        self._due: list[tuple[float, str]] = []
        self._wall: float | None = None
        self._monotonic: float | None = None
        self._written: dict[str, TrackRow] = {}

    @property
    def open(self) -> tuple[Occurrence, ...]:
        """Everything not cleared, by key."""
        return tuple(self._book.open[key] for key in sorted(self._book.open, key=str))

    def configure(self, station: str, tags: Iterable[str], config: Mapping[str, Any]) -> None:
        """Say what is configured of a station: its tags and the public part of its file. Before its first step."""
        tags = tuple(tags)
        self._configured[station] = Configured(tags, config, self.rules.parameters_for(station, tags))
        if station in self._stations:
            self._stations[station].configured = self._configured[station]

    def parameters(self, station: str) -> Mapping[str, Parameter]:
        """A station's parameters with their origins; empty before its first step."""
        watch = self._stations.get(station)
        return watch.parameters if watch else {}

    def diagnose(self, station: str, results: Mapping[str, float | None], skew_s: float | None = None) -> None:
        """Hand in results of the diagnostics (`d.X`), and the station's clock minus ours by HTTP (s)."""
        watch = self._watch(station)
        watch.diagnostics.update(results)
        watch.facts.http_skew_s = skew_s if skew_s is not None else watch.facts.http_skew_s

    def step(self, snapshots: Mapping[str, Snapshot], now: float, monotonic: float | None = None) -> StepResult:
        """Judge what was polled since the last step, and what time alone has changed.

        Args:
            snapshots: stations polled since, well or in vain, by id.
            now: the moment (UTC epoch, s). May jump: timers do not.
            monotonic: seconds that only grow; without it a `now` that goes back counts as no time passed.
        """
        self._mind_clock(now, monotonic)
        done = _Pass()
        for station in sorted(snapshots):
            watch = self._watch(station)
            self._judge(watch, watch.take(snapshots[station], now), now, done)
        while self._due and self._due[0][0] <= now:
            _, station = heapq.heappop(self._due)
            watch = self._stations[station]
            if station not in snapshots and watch.due <= now:
                self._judge(watch, watch.tick(now), now, done)
            else:
                heapq.heappush(self._due, (max(watch.due, now + 0.001), station))
        return self._settled(now, done)

    def reload(self, rules: RuleSet, now: float) -> StepResult:
        """Judge by another rule set: alarms of rules that are gone close, longer waits are waited for again."""
        before, self.rules = self.rules, rules
        done = _Pass()
        for station in sorted(self._stations):
            watch = self._stations[station]
            self.configure(station, watch.configured.tags, watch.configured.config)
            for instance in watch.use(rules):
                self._drop(instance, watch, now, done)
            self._judge(watch, dict.fromkeys(watch.made), now, done)
        known = {rule.id for rule in rules.rules}
        if known >= {rule.id for rule in before.rules}:
            return self._settled(now, done)
        self._forget_waiting(known, done)
        return self._settled(now, done)

    def console_alarm(self, family: str, title: str, response: str, problem: str, now: float) -> StepResult:
        """Raise or clear an alarm of the console itself, such as rule files that cannot be used.

        Args:
            family: its name, such as `rules_invalid`.
            title: what the operator reads.
            response: what to do about it.
            problem: what is wrong, for the log; empty: all is well.
            now: the moment (UTC epoch, s).
        """
        key = AlertKey("", family)
        existing = self._book.open.get(key)
        if problem and existing is None:
            occurrence = Occurrence(
                self._book.next_id, key, family, Severity.WARNING, title, response, now, now, announced_at=now,
                origins=(family,),
            )  # fmt: skip
            self._book.next_id += 1
            self._book.put(occurrence)
            self._book.note("raised", occurrence, now, f"{title}: {problem}")
        elif not problem and existing is not None:
            self._book.settle(key, (), now)
        return self._settled(now, _Pass())

    def restore(self, kept: Restored, now: float) -> None:
        """Take over what the store kept, before the first step. Nothing is raised or cleared by it."""
        book = self._book
        book.next_id = kept.next_id
        book.open = {occurrence.key: occurrence for occurrence in kept.occurrences}
        for key, at in kept.raises:
            if at <= now:
                book.flaps.setdefault(key, Flap()).raised(at)
        known = {rule.id for rule in self.rules.rules}
        for row in kept.tracks:
            self._written[str(row.key)] = row
            if row.key.rule in known or row.key.rule.startswith((DEVICE, NOTIFICATION)):
                track = Track(row.phase, row.since, row.started, row.seen, stale=True, resumed=True)
                book.waiting.setdefault(row.alert, {})[row.key] = track

    def _watch(self, station: str) -> StationWatch:
        watch = self._stations.get(station)
        if watch is None:
            configured = self._configured.get(station) or Configured((), {}, self.rules.parameters_for(station, ()))
            watch = self._stations[station] = StationWatch(station, self.rules, configured, self._memory)
        return watch

    def _judge(self, watch: StationWatch, dirty: dict[Instance, None], now: float, done: _Pass) -> None:
        """Judge instances in a fixed order, and say when time alone may change the station."""
        self._adopt(watch, done)
        dirty.update(dict.fromkeys(watch.made))
        for instance in watch.made:
            self._by_key.setdefault(instance.key, {})[instance] = None
        watch.made.clear()
        for instance in sorted(dirty, key=lambda i: (i.rule.id, i.scope)):
            turns = instance.evaluate(now)
            if turns or instance.key in self._book.open:
                done.touched.setdefault(instance.key, "")
            if turns or instance.awake or any(str(k) in self._written for k in self._keys(instance)):
                self._note_tracks(instance, done)
        heapq.heappush(self._due, (watch.due, watch.id))

    def _keys(self, instance: Instance) -> list[TrackKey]:
        return [instance.track_key(severity) for severity in instance.tracks]

    def _adopt(self, watch: StationWatch, done: _Pass) -> None:
        """Give levels from before a restart to the instances that now speak of them."""
        if not self._book.waiting:
            return
        for key in list(self._book.waiting):
            if key.station == watch.id:
                for track_key in list(self._book.waiting[key]):
                    if track_key.rule.startswith((DEVICE, NOTIFICATION)):
                        watch.adopt(track_key.rule)
        for instance in watch.made:
            kept = self._book.waiting.get(instance.key, {})
            for severity in instance.tracks:
                if (track := kept.pop(instance.track_key(severity), None)) is not None:
                    instance.tracks[severity] = track
                    done.touched.setdefault(instance.key, "")
            if not kept:
                self._book.waiting.pop(instance.key, None)

    def _note_tracks(self, instance: Instance, done: _Pass) -> None:
        for severity, track in instance.tracks.items():
            key = instance.track_key(severity)
            row = TrackRow(key, instance.key, track.phase, track.since, track.started, track.seen)
            before = self._written.get(str(key))
            if before is None and track.phase is Phase.NORMAL:
                continue
            same = before is not None and (before.phase, before.since) == (row.phase, row.since)
            if same and before is not None and row.seen < before.seen + SEEN_EACH_S:
                continue
            done.moved[str(key)] = row
            if track.phase is Phase.NORMAL:
                self._written.pop(str(key), None)
            else:
                self._written[str(key)] = row

    def _drop(self, instance: Instance, watch: StationWatch, now: float, done: _Pass) -> None:
        """Take an instance out whose rule is gone or another one; its levels go on under the new rule."""
        self._by_key.get(instance.key, {}).pop(instance, None)
        heir = watch.instances.get((instance.rule.id, instance.scope))
        done.touched[instance.key] = "rule_removed"
        for severity, track in instance.tracks.items():
            key = instance.track_key(severity)
            if heir is not None and severity in heir.tracks and track.phase is not Phase.NORMAL:
                level = next(level for level in heir.rule.levels if level.severity is severity)
                if track.on and track.seen - track.started < level.for_s:
                    track.phase, track.since = Phase.PENDING, track.started
                    done.touched[instance.key] = "requalified"
                heir.tracks[severity] = track
            elif str(key) in self._written:
                del self._written[str(key)]
                done.moved[str(key)] = TrackRow(key, instance.key, Phase.NORMAL, now, now, now)

    def _forget_waiting(self, known: set[str], done: _Pass) -> None:
        for key, tracks in list(self._book.waiting.items()):
            for track_key in [k for k in tracks if k.rule not in known and ":" not in k.rule]:
                del tracks[track_key]
                done.touched.setdefault(key, "rule_removed")

    def _settled(self, now: float, done: _Pass) -> StepResult:
        book = self._book
        touched = sorted(done.touched, key=lambda key: (key.station, key.family, key.scope))
        for key in touched:
            book.settle(key, self._by_key.get(key, ()), now, done.touched[key])
        for key in sorted(book.calm(now), key=str):
            book.settle(key, self._by_key.get(key, ()), now)
        self._close_orphans(now)
        self._holding.apply(book, self.rules.inhibits, now)
        notices, events = [], list(book.events)
        for watch in (self._stations[station] for station in sorted(self._stations)):
            notices += [(watch.id, notice) for notice in watch.notices]
            events += [AlertEvent(now, "parameter", watch.id, "", text) for text in watch.told]
            watch.notices, watch.told = [], []
        result = StepResult(tuple(book.changed.values()), tuple(events), tuple(done.moved.values()), tuple(notices))
        book.changed, book.events = {}, []
        return result

    def _close_orphans(self, now: float) -> None:
        """Close what was restored and that no rule speaks of any more."""
        for key, occurrence in list(self._book.open.items()):
            if key.station and key not in self._by_key and key not in self._book.waiting:
                self._book.settle(occurrence.key, (), now, "rule_removed")

    def _mind_clock(self, now: float, monotonic: float | None) -> None:
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
        self._book.shift(seconds)
        self._holding.shift(seconds)
        self._due = [(at + seconds, station) for at, station in self._due]
        heapq.heapify(self._due)
