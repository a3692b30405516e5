"""One station as the engine sees it: takes snapshots in, lets time pass, says what must be judged.

Holds the readings that rules need and nothing else. Judges no alarm itself: bound_rule.py does, engine.py asks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from victron_console.alerts.engine.binder import Binder
from victron_console.alerts.engine.bound_inputs import DeviceWatch
from victron_console.alerts.engine.bound_rule import BoundRule
from victron_console.alerts.language.syntax import Kind
from victron_console.alerts.language.values import Value
from victron_console.alerts.rules.learned import History, Learned
from victron_console.alerts.rules.parameter_words import parameter_change
from victron_console.alerts.rules.parameters import Parameter, StationSetup, derive
from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.alerts.rules.vocabulary import PARAMETERS
from victron_console.insight.overview.ac_side import ac_input, runs_alone
from victron_console.insight.overview.battery_bank import conflicting_limits, limits_conflict
from victron_console.insight.overview.battery_roles import battery_roles
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

PARAMETERS_EACH_S = 30.0
AC_CLASSES = frozenset({"system", "vebus", "multi", "acsystem", "inverter", "settings"})
"""Devices that tell what feeds the AC side."""
CONFLICT_OVER_AFTER_S = 3600.0
"""A conflict that was away for less is no other one."""
CLOCKED_EACH_S = 10.0
"""Rules on time alone are judged this often, and whenever the station is polled."""


class StationWatch:
    """What is kept of one station between steps."""

    def __init__(self, station: str, rules: RuleSet, configured: StationSetup, history: History | None) -> None:
        self.id = station
        self.configured = configured
        self.binder = Binder(station, history)
        self.learned = Learned()
        self._history = history
        """The recorded past, until what it teaches was taken from it."""
        self.parameters: dict[str, Parameter] = {}
        self.parameter_notes: list[str] = []
        """Sentences on parameters, for the log, since the last step."""
        self._parameters_at = -math.inf
        self._clocked_at = -math.inf
        self._reached_at: float | None = None
        """When it was last read, or first asked for."""
        self._conflict: set[str] = set()
        """The limits that were told to be wrong."""
        self._conflict_at = -math.inf
        self._judged_facts: tuple[int, str, float | None, str | None] | None = None
        self._rediagnosed = False
        self.binder.use(rules, configured.tags)

    def use(self, rules: RuleSet) -> list[BoundRule]:
        """Judge by these rules and the present configuration; the bound rules whose rule is gone or another one."""
        self._parameters_at = -math.inf
        return self.binder.use(rules, self.configured.tags)

    def take(self, snapshot: Snapshot, now: float) -> dict[BoundRule, None]:
        """Take what was polled; the bound rules to judge."""
        dirty: dict[BoundRule, None] = {}
        fresh: dict[DeviceWatch, DeviceState] = {}
        arrived: set[DeviceKey] = set()
        self.binder.latest = snapshot.devices
        for key in sorted(snapshot.devices):
            device = snapshot.devices[key]
            watch = self.binder.devices.get(key)
            if watch is None:
                watch = self.binder.devices[key] = DeviceWatch(key)
            before = watch.quality
            if watch.take(device, now):
                fresh[watch] = device
                if len(device.readings) != watch.path_count:
                    watch.path_count = len(device.readings)
                    arrived.add(key)
            if watch.quality is not before or watch.quality is Quality.GONE:
                dirty.update(dict.fromkeys(self.binder.of_device.get(watch, ())))
        self._take_facts(snapshot, fresh, now)
        if self._take_parameters(snapshot, now, bool(arrived), dirty):
            battery = tuple(device.key for device in battery_roles(snapshot).devices)
            self.binder.arrive(arrived, battery, now)
        self._take_values(fresh, dirty, now)
        known = self.binder.facts
        facts = (known.set_aside, known.state, known.http_skew_s, known.ac_source)
        if not fresh or self._rediagnosed or facts != self._judged_facts:
            self._take_clocked(now, dirty)
        self._judged_facts = facts
        self._clocked_at = now
        dirty.update(dict.fromkeys(bound for bound in self.binder.deviceless if bound.unsettled))
        dirty.update(
            dict.fromkeys(bound for bound in self.binder.alarming_without_data if now >= (bound.due or now + 1))
        )
        return dirty

    def diagnose(self, results: Mapping[str, float | None]) -> None:
        """Take results of the diagnostics; rules that read them are judged at the next step."""
        if any(self.binder.diagnostics.get(name) != value for name, value in results.items()):
            self.binder.diagnostics.update(results)
            self._rediagnosed = True

    def tick(self, now: float) -> dict[BoundRule, None]:
        """Let time pass without a poll; the bound rules to judge."""
        dirty: dict[BoundRule, None] = {}
        for watch in self.binder.devices.values():
            if watch.age(now):
                dirty.update(dict.fromkeys(self.binder.of_device.get(watch, ())))
        self.binder.facts.unreachable_s = self._unreachable_s(now)
        self._take_clocked(now, dirty)
        for bound in self.binder.all.values():
            if bound.unsettled or (bound.due is not None and now >= bound.due):
                dirty[bound] = None
        return dirty

    @property
    def due(self) -> float:
        """When time alone may change something (UTC epoch, s)."""
        soonest = self._clocked_at + CLOCKED_EACH_S
        for watch in self.binder.devices.values():
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
        for watch in self.binder.devices.values():
            watch.shift(seconds)
        for bound in self.binder.all.values():
            bound.shift(seconds)

    def _take_facts(self, snapshot: Snapshot, fresh: Mapping[DeviceWatch, DeviceState], now: float) -> None:
        if fresh:
            self._reached_at = max(watch.evidence for watch in fresh)
        facts = self.binder.facts
        facts.unreachable_s = self._unreachable_s(now)
        hanging = {device.service for device in snapshot.devices.values() if device.state is ServiceState.SET_ASIDE}
        facts.set_aside = len(hanging.union(snapshot.unanswered))
        facts.state = snapshot.status.state.value
        if any(watch.key.cls in AC_CLASSES for watch in fresh):
            facts.ac_source = _ac_source(snapshot)
        for watch, device in fresh.items():
            if watch.key.cls == "platform":
                clock = device.readings.get("Device/Time")
                if clock is not None and clock.number is not None and device.read_at is not None:
                    facts.clock_skew_s = clock.number - device.read_at

    def _unreachable_s(self, now: float) -> float:
        if self._reached_at is None:
            self._reached_at = now
        return max(0.0, now - self._reached_at)

    def _take_parameters(self, snapshot: Snapshot, now: float, arrived: bool, dirty: dict[BoundRule, None]) -> bool:
        """Work the parameters out where it is time or something arrived; whether they were."""
        if not arrived and now < self._parameters_at + PARAMETERS_EACH_S:
            return False
        self._parameters_at = now
        if self._history is not None and snapshot.devices:
            self.learned.recall(self._history, snapshot)
            self._history = None
        self.learned.learn(snapshot)
        found = derive(snapshot, self.configured, self.learned)
        changed = {
            name for name, it in found.items() if name not in self.parameters or self.parameters[name].value != it.value
        }
        gone = self.parameters.keys() - found.keys()
        self.parameter_notes += [
            parameter_change(name, found[name].value, found[name].origin, self.parameters[name].value)
            for name in sorted(changed)
            if name in self.parameters and self.parameters[name].value is not None
        ]
        self.parameters = found
        if changed or gone:
            self.binder.params.clear()
            self.binder.params.update({name: _typed(name, it.value) for name, it in found.items()})
            dirty.update(dict.fromkeys(self.binder.all.values()))
        self._take_conflict(battery_roles(snapshot).bms, now)
        return True

    def _take_conflict(self, battery: DeviceState | None, now: float) -> None:
        """Tell of limits that cannot be right once, however the voltage beside them moves or comes and goes."""
        wrong = conflicting_limits(battery).keys()
        if wrong:
            self.parameter_notes += [limits_conflict(battery)] if wrong - self._conflict else []
            self._conflict |= wrong
            self._conflict_at = now
        elif now >= self._conflict_at + CONFLICT_OVER_AFTER_S:
            self._conflict.clear()

    def _take_values(self, fresh: Mapping[DeviceWatch, DeviceState], dirty: dict[BoundRule, None], now: float) -> None:
        for watch, device in fresh.items():
            for (path, _), part in watch.plan.items():
                if part.take(device.readings.get(path), watch.evidence):
                    dirty.update(dict.fromkeys(self.binder.of_part.get(part, ())))
            for path in watch.alarm_paths:
                reading = device.readings.get(path)
                if reading is not None and reading.value:
                    self.binder.alarm(watch, path)
            if watch.key.cls == "platform":
                self.binder.take_notices(watch, device)
        for watch in fresh:
            for bound in self.binder.of_device.get(watch, ()):
                if bound.context.windows:
                    bound.sample(fresh.keys())
                    if now >= bound.window_due:
                        dirty[bound] = None
                if bound.unsettled:
                    dirty[bound] = None
        dirty.update(dict.fromkeys(self.binder.newly_bound))

    def _take_clocked(self, now: float, dirty: dict[BoundRule, None]) -> None:
        self._clocked_at = now
        dirty.update(dict.fromkeys(self.binder.clocked))
        if self._rediagnosed:
            self._rediagnosed = False
            dirty.update(dict.fromkeys(self.binder.diagnosed))


def _ac_source(snapshot: Snapshot) -> str | None:
    source = ac_input(snapshot)
    if source.connected is None:
        return "none" if runs_alone(snapshot) else None
    return source.type if source.connected else "none"


def _typed(name: str, value: float | str | bool | None) -> Value | bool:
    """A parameter as expressions compare it: flags as true and false, numbers as floats."""
    if value is None:
        return None
    if PARAMETERS[name].kind is Kind.TRUTH:
        return bool(value)
    return value if isinstance(value, str) else float(value)
