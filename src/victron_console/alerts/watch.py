"""One station as the engine sees it: takes snapshots in, binds rules to what is there, says what must be judged.

Holds the readings that rules need and nothing else. Judges no alarm itself: instance.py does, engine.py asks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

from victron_console.alerts.binding import Bound, bindings
from victron_console.alerts.device_alarms import DEVICE, NOTIFICATION, alarm_rule, notice_rule, scope_of, title_of
from victron_console.alerts.frame import Frame, StationFacts
from victron_console.alerts.instance import Instance, make_windows
from victron_console.alerts.learned import Learned
from victron_console.alerts.notifications import Notification, notifications
from victron_console.alerts.parameters import PARAMETERS, Parameter, conflict, derive, learn
from victron_console.alerts.parameters import StationFacts as Configured
from victron_console.alerts.rules import Rule, RuleSet
from victron_console.alerts.sources import DeviceWatch, Slot
from victron_console.alerts.syntax import Kind
from victron_console.alerts.values import Value
from victron_console.insight.batteries import site_battery
from victron_console.insight.device_alarms import is_alarm_path
from victron_console.model.alert_record import NoticeRecord
from victron_console.model.device import DeviceKey, split_series, suffix_of
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

PARAMETERS_EACH_S = 30.0
CLOCKED_EACH_S = 10.0
"""Rules on time alone are judged this often, and whenever the station is polled."""
REMEMBER_S = 30 * 86_400.0
"""How far back the past is asked whether an input ever had a value."""
NO_ALARM_CLASSES = frozenset({"settings"})


class Memory(Protocol):
    """The station's recorded past, to fill windows with after a restart."""

    def points(
        self, station: str, series: str, since: float, until: float
    ) -> Sequence[tuple[float, float | str | None]]:
        """Changes of a series from `since` on, oldest first (UTC epoch, s); None where there was no value."""
        ...


class StationWatch:
    """What is kept of one station between steps."""

    def __init__(self, station: str, rules: RuleSet, configured: Configured, memory: Memory | None) -> None:
        self.id = station
        self.configured = configured
        self.devices: dict[DeviceKey, DeviceWatch] = {}
        self.instances: dict[tuple[str, str], Instance] = {}
        self.by_device: dict[DeviceWatch, list[Instance]] = {}
        self.facts = StationFacts()
        self.learned = Learned()
        self.parameters: dict[str, Parameter] = {}
        self.params: dict[str, Value | bool] = {}
        self.diagnostics: dict[str, float | None] = {}
        self.notices: list[NoticeRecord] = []
        """Entries of the GX's ring that were not seen before, since the last step."""
        self.told: list[str] = []
        """Sentences on parameters, for the log, since the last step."""
        self.made: list[Instance] = []
        """Instances bound since the last step."""
        self._by_slot: dict[Slot, list[Instance]] = {}
        self._clocked: list[Instance] = []
        self._latest: Mapping[DeviceKey, DeviceState] = {}
        self._paths: dict[DeviceKey, frozenset[str]] = {}
        self._memory = memory
        self._rules = rules
        self._own_rules: tuple[Rule, ...] = ()
        self._known_notices: set[tuple[str, str, float]] = set()
        self._parameters_at = -math.inf
        self._clocked_at = -math.inf
        self._reached_at: float | None = None
        """When it was last read, or first asked for."""
        self._conflict = ""
        self._judged_facts: tuple[int, str, float | None] | None = None
        self._deviceless: list[Instance] = []
        self._diagnosed: list[Instance] = []
        self._mindful: list[Instance] = []
        """Of rules that alarm when nothing can be told."""
        self._rediagnosed = False
        self._alarms_made: set[tuple[DeviceKey, str]] = set()
        self.use(rules)

    def use(self, rules: RuleSet) -> list[Instance]:
        """Judge by another rule set from now on; the instances whose rule is gone or another one."""
        before = {rule.id: rule for rule in self._own_rules}
        self._rules = rules
        self._own_rules = rules.for_station(self.id, self.configured.tags)
        after = {rule.id: rule for rule in self._own_rules}
        replaced = [
            instance
            for instance in self.instances.values()
            if instance.rule.id in before and after.get(instance.rule.id) is not before[instance.rule.id]
        ]
        for instance in replaced:
            del self.instances[(instance.rule.id, instance.scope)]
        self._bind(None, 0.0, None)
        return replaced

    def take(self, snapshot: Snapshot, now: float) -> dict[Instance, None]:
        """Take what was polled; the instances to judge."""
        dirty: dict[Instance, None] = {}
        fresh: dict[DeviceWatch, DeviceState] = {}
        arrived: set[str] = set()
        self._latest = snapshot.devices
        for key in sorted(snapshot.devices):
            device = snapshot.devices[key]
            watch = self.devices.get(key)
            if watch is None:
                watch = self.devices[key] = DeviceWatch(key)
            before = watch.quality
            if watch.take(device, now):
                fresh[watch] = device
                if len(device.readings) != watch.path_count:
                    watch.path_count = len(device.readings)
                    arrived.add(key.cls)
                    self._paths[key] = self._paths.get(key, frozenset()) | frozenset(device.readings)
                    watch.alarm_paths = self._alarm_paths(key)
            if watch.quality is not before or watch.quality is Quality.GONE:
                dirty.update(dict.fromkeys(self.by_device.get(watch, ())))
        self._take_facts(snapshot, fresh, now)
        self._take_parameters(snapshot, now, bool(arrived), dirty)
        if arrived:
            self._bind(site_battery(snapshot), now, arrived)
        self._take_values(fresh, dirty, now)
        facts = (self.facts.set_aside, self.facts.state, self.facts.http_skew_s)
        if not fresh or self._rediagnosed or facts != self._judged_facts:
            self._take_clocked(now, dirty)
        self._judged_facts = facts
        self._clocked_at = now
        dirty.update(dict.fromkeys(instance for instance in self._deviceless if instance.awake))
        dirty.update(dict.fromkeys(instance for instance in self._mindful if now >= (instance.due or now + 1)))
        return dirty

    def diagnose(self, results: Mapping[str, float | None]) -> None:
        """Take results of the diagnostics; rules that read them are judged at the next step."""
        if any(self.diagnostics.get(name) != value for name, value in results.items()):
            self.diagnostics.update(results)
            self._rediagnosed = True

    def tick(self, now: float) -> dict[Instance, None]:
        """Let time pass without a poll; the instances to judge."""
        dirty: dict[Instance, None] = {}
        for watch in self.devices.values():
            if watch.age(now):
                dirty.update(dict.fromkeys(self.by_device.get(watch, ())))
        self.facts.unreachable_s = self._unreachable_s(now)
        self._take_clocked(now, dirty)
        for instance in self.instances.values():
            if instance.awake or (instance.due is not None and now >= instance.due):
                dirty[instance] = None
        return dirty

    @property
    def due(self) -> float:
        """When time alone may change something (UTC epoch, s)."""
        soonest = self._clocked_at + CLOCKED_EACH_S
        for watch in self.devices.values():
            if watch.quality is Quality.GOOD:
                soonest = min(soonest, watch.evidence + watch.stale_after_s)
        return soonest

    def shift(self, seconds: float) -> None:
        """Move all times: the clock was stepped."""
        self._parameters_at += seconds
        self._clocked_at += seconds
        if self._reached_at is not None:
            self._reached_at += seconds
        self.learned.shift(seconds)
        for watch in self.devices.values():
            watch.shift(seconds)
        for instance in self.instances.values():
            for track in instance.tracks.values():
                track.shift(seconds)
            for window in instance.frame.windows:
                window.shift(seconds)

    def adopt(self, rule_id: str) -> None:
        """Make the instance of a device's own alarm that was open before a restart, once its device is known."""
        prefix, _, series = rule_id.partition(":")
        device, path = split_series(series)
        if f"{prefix}:" == DEVICE and device in self.devices:
            self._alarm(self.devices[device], path)
        elif f"{prefix}:" == NOTIFICATION and (platform := self._of_class("platform")) is not None:
            self._notice(platform, device, path, title_of(device, path, None))

    def _alarm_paths(self, key: DeviceKey) -> tuple[str, ...]:
        if key.cls in NO_ALARM_CLASSES:
            return ()
        return tuple(
            path
            for path in sorted(self._paths[key])
            if is_alarm_path(key.cls, path) and not any(rule.owns_alarm(key, path) for rule in self._own_rules)
        )

    def _take_facts(self, snapshot: Snapshot, fresh: Mapping[DeviceWatch, DeviceState], now: float) -> None:
        if fresh:
            self._reached_at = max(watch.evidence for watch in fresh)
        facts = self.facts
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
            f"{name} is now {found[name].value} ({found[name].origin}), was {self.parameters[name].value}"
            for name in sorted(changed)
            if name in self.parameters and self.parameters[name].value is not None
        ]
        self.parameters = found
        if changed or gone:
            self.params.clear()
            self.params.update({name: _typed(name, it.value) for name, it in found.items()})
            dirty.update(dict.fromkeys(self.instances.values()))
        if (sentence := conflict(snapshot)) != self._conflict:
            self._conflict = sentence
            self.told += [sentence] if sentence else []

    def _take_values(self, fresh: Mapping[DeviceWatch, DeviceState], dirty: dict[Instance, None], now: float) -> None:
        for watch, device in fresh.items():
            for (path, _), slot in watch.plan.items():
                if slot.take(device.readings.get(path), watch.evidence):
                    dirty.update(dict.fromkeys(self._by_slot.get(slot, ())))
            for path in watch.alarm_paths:
                reading = device.readings.get(path)
                if reading is not None and reading.value and (watch.key, path) not in self._alarms_made:
                    self._alarm(watch, path)
            if watch.key.cls == "platform":
                self._take_notices(watch, device)
        for watch in fresh:
            for instance in self.by_device.get(watch, ()):
                if instance.frame.windows:
                    instance.sample(fresh.keys())
                    if now >= instance.window_due:
                        dirty[instance] = None
                if instance.awake:
                    dirty[instance] = None
        dirty.update(dict.fromkeys(self.made))

    def _take_clocked(self, now: float, dirty: dict[Instance, None]) -> None:
        self._clocked_at = now
        dirty.update(dict.fromkeys(self._clocked))
        if self._rediagnosed:
            self._rediagnosed = False
            dirty.update(dict.fromkeys(self._diagnosed))

    def _bind(self, main: DeviceState | None, now: float, arrived: set[str] | None) -> None:
        """Bind rules to what is there; what is bound already keeps its state.

        Args:
            main: the station's own battery.
            now: the moment (UTC epoch, s).
            arrived: device classes with new paths; None binds every rule.
        """
        for rule in self._own_rules:
            if arrived is not None and rule.inputs and not arrived & rule.classes:
                continue
            for bound in bindings(rule, self._paths, main.key if main else None, self._slot):
                instance = self._instance(rule, bound, now)
                self.instances[(rule.id, instance.scope)] = instance
        self._index()

    def _instance(self, rule: Rule, bound: Bound, now: float) -> Instance:
        device = str(bound.device) if bound.device else ""
        watches = [slot.device for slot in bound.slots]
        frame = Frame(now, bound.inputs, self.params, self.diagnostics, self.facts, make_windows(rule))
        made = Instance(self.id, rule, device, bound.binding, frame, watches, bound.slots)
        existing = self.instances.get((rule.id, made.scope))
        if existing is not None and existing.rule is rule:
            existing.bind(made)
            return existing
        if self._memory is not None and rule.remembers:
            self._remember(made, now, self._memory)
        self.made.append(made)
        return made

    def _remember(self, instance: Instance, now: float, memory: Memory) -> None:
        """Fill windows from the recorded past, and learn whether inputs ever had a value."""
        for source, slot in zip(instance.frame.inputs, instance.slots, strict=False):
            if source is not slot:
                continue
            spans = [spec.span_s for spec in instance.rule.windows if spec.input is not None]
            points = memory.points(self.id, slot.series, now - max([REMEMBER_S, *spans]), now)
            slot.seen = slot.seen or any(value is not None for _, value in points)
            for spec, window in zip(instance.rule.windows, instance.frame.windows, strict=True):
                if spec.input is not None and instance.frame.inputs[spec.input] is slot:
                    window.fill(points, now)

    def _slot(self, key: DeviceKey, path: str, field: str) -> Slot:
        watch = self.devices[key]
        slot = watch.plan.get((path, field))
        if slot is None:
            slot = watch.plan[(path, field)] = Slot(watch, path, field)
            device = self._latest.get(key)
            slot.take(device.readings.get(path) if device else None, watch.evidence)
        return slot

    def _index(self) -> None:
        self.by_device, self._by_slot = {}, {}
        self._clocked, self._deviceless, self._diagnosed, self._mindful = [], [], [], []
        for instance in self.instances.values():
            for watch in instance.devices:
                self.by_device.setdefault(watch, []).append(instance)
            for slot in instance.direct_slots():
                self._by_slot.setdefault(slot, []).append(instance)
            if not instance.devices:
                self._deviceless.append(instance)
            if instance.rule.clocked:
                self._clocked.append(instance)
            if instance.rule.diagnosed:
                self._diagnosed.append(instance)
            if instance.rule.no_data == "alert":
                self._mindful.append(instance)

    def _alarm(self, watch: DeviceWatch, path: str) -> None:
        """Make the instance of a device's own alarm, where there is none yet."""
        self._alarms_made.add((watch.key, path))
        rule = alarm_rule(self._rules, watch.key, path)
        scope = scope_of(self._rules, watch.key, path)
        if (rule.id, scope) not in self.instances:
            slot = self._slot(watch.key, path, "")
            self._add(Instance(self.id, rule, scope, (), self._frame(slot), (watch,), (slot,)))

    def _take_notices(self, platform: DeviceWatch, device: DeviceState) -> None:
        levels: dict[str, float] = {}
        for notice in notifications(device.readings):
            if notice.identity not in self._known_notices:
                self._known_notices.add(notice.identity)
                self.notices.append(notice.record(self.id))
            if notice.active and notice.trigger:
                key = self._key_of(notice)
                made = self._notice(platform, key, notice.trigger, notice.text)
                levels[made.rule.id] = max(notice.level, levels.get(made.rule.id, 0.0))
        for instance in list(self.instances.values()):
            if instance.rule.id.startswith(NOTIFICATION):
                instance.slots[0].take(Reading(levels.get(instance.rule.id, 0.0), platform.evidence), platform.evidence)

    def _notice(self, platform: DeviceWatch, key: DeviceKey, path: str, title: str) -> Instance:
        """The instance of an alarm that the GX's ring tells of; it only annotates where we read the alarm itself."""
        rule = notice_rule(self._rules, key, path, title)
        scope = scope_of(self._rules, key, path)
        existing = self.instances.get((rule.id, scope))
        if existing is not None:
            return existing
        slot = Slot(platform, f"Notifications/{key}/{path}", "")
        made = Instance(self.id, rule, scope, (), self._frame(slot), (platform,), (slot,))
        made.annotates = path in self._paths.get(key, ())
        self._add(made)
        return made

    def _key_of(self, notice: Notification) -> DeviceKey:
        """The device that raised a notification, by its bus name."""
        for key, watch in self.devices.items():
            if watch.service == notice.service:
                return key
        return DeviceKey(notice.cls, suffix_of(notice.service) or "0")

    def _frame(self, slot: Slot) -> Frame:
        return Frame(0.0, (slot,), self.params, self.diagnostics, self.facts)

    def _add(self, instance: Instance) -> None:
        self.instances[(instance.rule.id, instance.scope)] = instance
        self.made.append(instance)
        self._index()

    def _of_class(self, cls: str) -> DeviceWatch | None:
        return next((watch for key, watch in self.devices.items() if key.cls == cls), None)


def _typed(name: str, value: float | str | bool | None) -> Value | bool:
    """A parameter as expressions compare it: flags as true and false, numbers as floats."""
    if value is None:
        return None
    if PARAMETERS[name] is Kind.TRUTH:
        return bool(value)
    return value if isinstance(value, str) else float(value)
