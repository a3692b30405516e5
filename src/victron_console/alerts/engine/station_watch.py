"""One station as the engine sees it: takes snapshots in, lets time pass, says what must be judged.

Holds the readings that rules need and nothing else. Judges no alarm itself: instance.py does, engine.py asks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from victron_console.alerts.engine.binder import Instances, Memory
from victron_console.alerts.engine.bound_inputs import DeviceWatch
from victron_console.alerts.engine.bound_rule import Instance
from victron_console.alerts.language.syntax import Kind
from victron_console.alerts.language.values import Value
from victron_console.alerts.rules.learned import Learned
from victron_console.alerts.rules.parameters import PARAMETERS, Parameter, derive, learn
from victron_console.alerts.rules.parameters import StationFacts as Configured
from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.insight.overview.batteries import conflicting_limits, limits_conflict, site_battery
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

PARAMETERS_EACH_S = 30.0
CONFLICT_OVER_AFTER_S = 3600.0
"""A conflict that was away for less is no other one."""
CLOCKED_EACH_S = 10.0
"""Rules on time alone are judged this often, and whenever the station is polled."""


class StationWatch:
    """What is kept of one station between steps."""

    def __init__(self, station: str, rules: RuleSet, configured: Configured, memory: Memory | None) -> None:
        self.id = station
        self.configured = configured
        self.bound = Instances(station, memory)
        self.learned = Learned()
        self.parameters: dict[str, Parameter] = {}
        self.told: list[str] = []
        """Sentences on parameters, for the log, since the last step."""
        self._parameters_at = -math.inf
        self._clocked_at = -math.inf
        self._reached_at: float | None = None
        """When it was last read, or first asked for."""
        self._conflict: set[str] = set()
        """The limits that were told to be wrong."""
        self._conflict_at = -math.inf
        self._judged_facts: tuple[int, str, float | None] | None = None
        self._rediagnosed = False
        self.bound.use(rules, configured.tags)

    def use(self, rules: RuleSet) -> list[Instance]:
        """Judge by these rules and the present configuration; the instances whose rule is gone or another one."""
        self._parameters_at = -math.inf
        return self.bound.use(rules, self.configured.tags)

    def take(self, snapshot: Snapshot, now: float) -> dict[Instance, None]:
        """Take what was polled; the instances to judge."""
        dirty: dict[Instance, None] = {}
        fresh: dict[DeviceWatch, DeviceState] = {}
        arrived: set[DeviceKey] = set()
        self.bound.latest = snapshot.devices
        for key in sorted(snapshot.devices):
            device = snapshot.devices[key]
            watch = self.bound.devices.get(key)
            if watch is None:
                watch = self.bound.devices[key] = DeviceWatch(key)
            before = watch.quality
            if watch.take(device, now):
                fresh[watch] = device
                if len(device.readings) != watch.path_count:
                    watch.path_count = len(device.readings)
                    arrived.add(key)
            if watch.quality is not before or watch.quality is Quality.GONE:
                dirty.update(dict.fromkeys(self.bound.of_device.get(watch, ())))
        self._take_facts(snapshot, fresh, now)
        self._take_parameters(snapshot, now, bool(arrived), dirty)
        if arrived:
            battery = site_battery(snapshot)
            self.bound.arrive(arrived, battery.key if battery else None, now)
        self._take_values(fresh, dirty, now)
        facts = (self.bound.facts.set_aside, self.bound.facts.state, self.bound.facts.http_skew_s)
        if not fresh or self._rediagnosed or facts != self._judged_facts:
            self._take_clocked(now, dirty)
        self._judged_facts = facts
        self._clocked_at = now
        dirty.update(dict.fromkeys(instance for instance in self.bound.deviceless if instance.awake))
        dirty.update(dict.fromkeys(instance for instance in self.bound.mindful if now >= (instance.due or now + 1)))
        return dirty

    def diagnose(self, results: Mapping[str, float | None]) -> None:
        """Take results of the diagnostics; rules that read them are judged at the next step."""
        if any(self.bound.diagnostics.get(name) != value for name, value in results.items()):
            self.bound.diagnostics.update(results)
            self._rediagnosed = True

    def tick(self, now: float) -> dict[Instance, None]:
        """Let time pass without a poll; the instances to judge."""
        dirty: dict[Instance, None] = {}
        for watch in self.bound.devices.values():
            if watch.age(now):
                dirty.update(dict.fromkeys(self.bound.of_device.get(watch, ())))
        self.bound.facts.unreachable_s = self._unreachable_s(now)
        self._take_clocked(now, dirty)
        for instance in self.bound.all.values():
            if instance.awake or (instance.due is not None and now >= instance.due):
                dirty[instance] = None
        return dirty

    @property
    def due(self) -> float:
        """When time alone may change something (UTC epoch, s)."""
        soonest = self._clocked_at + CLOCKED_EACH_S
        for watch in self.bound.devices.values():
            if watch.quality is Quality.GOOD:
                soonest = min(soonest, watch.evidence + watch.stale_after_s)
        return soonest

    def shift(self, seconds: float) -> None:
        """Move all times: the clock was stepped."""
        self._parameters_at += seconds
        self._conflict_at += seconds
        self._clocked_at += seconds
        if self._reached_at is not None:
            self._reached_at += seconds
        self.learned.shift(seconds)
        for watch in self.bound.devices.values():
            watch.shift(seconds)
        for instance in self.bound.all.values():
            for track in instance.tracks.values():
                track.shift(seconds)
            for window in instance.frame.windows:
                window.shift(seconds)

    def _take_facts(self, snapshot: Snapshot, fresh: Mapping[DeviceWatch, DeviceState], now: float) -> None:
        if fresh:
            self._reached_at = max(watch.evidence for watch in fresh)
        facts = self.bound.facts
        facts.unreachable_s = self._unreachable_s(now)
        facts.set_aside = sum(device.state is ServiceState.SET_ASIDE for device in snapshot.devices.values())
        facts.state = snapshot.status.state.value
        for watch, device in fresh.items():
            if watch.key.cls == "platform":
                clock = device.readings.get("Device/Time")
                if clock is not None and clock.number is not None and device.read_at is not None:
                    facts.clock_skew_s = clock.number - device.read_at

    def _unreachable_s(self, now: float) -> float:
        if self._reached_at is None:
            self._reached_at = now
        return max(0.0, now - self._reached_at)

    def _take_parameters(self, snapshot: Snapshot, now: float, rebind: bool, dirty: dict[Instance, None]) -> None:
        if not rebind and now < self._parameters_at + PARAMETERS_EACH_S:
            return
        self._parameters_at = now
        learn(snapshot, self.learned)
        found = derive(snapshot, self.configured, self.learned)
        changed = {
            name for name, it in found.items() if name not in self.parameters or self.parameters[name].value != it.value
        }
        gone = self.parameters.keys() - found.keys()
        self.told += [
            f"{name} is now {_known(found[name].value)} ({found[name].origin}), was {self.parameters[name].value}"
            for name in sorted(changed)
            if name in self.parameters and self.parameters[name].value is not None
        ]
        self.parameters = found
        if changed or gone:
            self.bound.params.clear()
            self.bound.params.update({name: _typed(name, it.value) for name, it in found.items()})
            dirty.update(dict.fromkeys(self.bound.all.values()))
        self._take_conflict(site_battery(snapshot), now)

    def _take_conflict(self, battery: DeviceState | None, now: float) -> None:
        """Tell of limits that cannot be right once, however the voltage beside them moves or comes and goes."""
        wrong = conflicting_limits(battery).keys()
        if wrong:
            self.told += [limits_conflict(battery)] if wrong - self._conflict else []
            self._conflict |= wrong
            self._conflict_at = now
        elif now >= self._conflict_at + CONFLICT_OVER_AFTER_S:
            self._conflict.clear()

    def _take_values(self, fresh: Mapping[DeviceWatch, DeviceState], dirty: dict[Instance, None], now: float) -> None:
        for watch, device in fresh.items():
            for (path, _), slot in watch.plan.items():
                if slot.take(device.readings.get(path), watch.evidence):
                    dirty.update(dict.fromkeys(self.bound.of_slot.get(slot, ())))
            for path in watch.alarm_paths:
                reading = device.readings.get(path)
                if reading is not None and reading.value:
                    self.bound.alarm(watch, path)
            if watch.key.cls == "platform":
                self.bound.take_notices(watch, device)
        for watch in fresh:
            for instance in self.bound.of_device.get(watch, ()):
                if instance.frame.windows:
                    instance.sample(fresh.keys())
                    if now >= instance.window_due:
                        dirty[instance] = None
                if instance.awake:
                    dirty[instance] = None
        dirty.update(dict.fromkeys(self.bound.made))

    def _take_clocked(self, now: float, dirty: dict[Instance, None]) -> None:
        self._clocked_at = now
        dirty.update(dict.fromkeys(self.bound.clocked))
        if self._rediagnosed:
            self._rediagnosed = False
            dirty.update(dict.fromkeys(self.bound.diagnosed))


def _typed(name: str, value: float | str | bool | None) -> Value | bool:
    """A parameter as expressions compare it: flags as true and false, numbers as floats."""
    if value is None:
        return None
    if PARAMETERS[name] is Kind.TRUTH:
        return bool(value)
    return value if isinstance(value, str) else float(value)


def _known(value: object) -> object:
    return "not known" if value is None else value
