"""The rules bound on one station: binds one where an input is there, keeps it, finds those to judge.

Rules bind when a device or path arrives; a device's own alarm when it is first raised; an alarm that only the GX's
notification ring tells of when it is active there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary, ref

from victron_console.alerts.device.device_alarms import (
    DEVICE,
    NOTIFICATION,
    alarm_rule,
    measured_path,
    notice_rule,
    scope_of,
    title_of,
)
from victron_console.alerts.device.notifications import Notification, notifications
from victron_console.alerts.engine.bound_inputs import DeviceWatch, PathInput
from victron_console.alerts.engine.bound_rule import BoundRule, make_windows
from victron_console.alerts.engine.find_inputs import FoundInputs, find_inputs
from victron_console.alerts.language.context import Context, StationFacts
from victron_console.alerts.language.inputs import STATION_CLASSES
from victron_console.alerts.language.values import Value
from victron_console.alerts.rules.learned import History
from victron_console.alerts.rules.rule_set import Rule, RuleSet
from victron_console.insight.device_alarms import is_alarm_path
from victron_console.model.alert_record import NoticeRecord
from victron_console.model.device import DeviceKey, split_series, suffix_of
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState

REMEMBER_S = 30 * 86_400.0
"""How far back the past is asked whether an input ever had a value."""

_path_sets: WeakKeyDictionary[frozenset[str], ref[frozenset[str]]] = WeakKeyDictionary()


def kept_once(paths: frozenset[str]) -> frozenset[str]:
    """An equal set that some device of the fleet has already: those of one model have the same paths."""
    kept = _path_sets.get(paths)
    if kept is None or (same := kept()) is None:
        _path_sets[paths] = ref(paths)
        return paths
    return same


NO_ALARM_CLASSES = frozenset({"settings"})


class Binder:
    """All bound rules of a station, and what they read: parameters, diagnostics and facts are shared by them."""

    def __init__(self, station: str, history: History | None) -> None:
        self.station = station
        self.devices: dict[DeviceKey, DeviceWatch] = {}
        self.params: dict[str, Value | bool] = {}
        self.diagnostics: dict[str, float | None] = {}
        self.facts = StationFacts()
        self.all: dict[tuple[str, str], BoundRule] = {}
        self.of_device: dict[DeviceWatch, list[BoundRule]] = {}
        self.of_part: dict[PathInput, list[BoundRule]] = {}
        self.clocked: list[BoundRule] = []
        self.deviceless: list[BoundRule] = []
        self.diagnosed: list[BoundRule] = []
        self.alarming_without_data: list[BoundRule] = []
        """Of rules that alarm when nothing can be told."""
        self.newly_bound: list[BoundRule] = []
        """Or bound to other inputs; since this was last emptied."""
        self.notices: list[NoticeRecord] = []
        """Entries of the GX's ring that were not seen before, since this was last emptied."""
        self._history = history
        self._rules = RuleSet(())
        self._own_rules: tuple[Rule, ...] = ()
        self._paths: dict[DeviceKey, frozenset[str]] = {}
        self.latest: Mapping[DeviceKey, DeviceState] = {}
        """The devices as last polled: a newly bound input takes its value from here."""
        self._battery: tuple[DeviceKey, ...] = ()
        self._known_notices: set[tuple[str, str, float]] = set()
        self._alarms_made: set[tuple[DeviceKey, str]] = set()

    def use(self, rules: RuleSet, tags: Sequence[str]) -> list[BoundRule]:
        """Bind another rule set; the bound rules whose rule is gone or another one, taken out."""
        before = {rule.id: rule for rule in self._own_rules}
        self._rules, self._own_rules = rules, rules.for_station(self.station, tags)
        after = {rule.id: rule for rule in self._own_rules}
        replaced = [
            bound
            for bound in self.all.values()
            if bound.rule.id in before and after.get(bound.rule.id) is not before[bound.rule.id]
        ]
        for bound in replaced:
            del self.all[(bound.rule.id, bound.scope)]
        for key, watch in self.devices.items():
            watch.alarm_paths = self._alarm_paths(key)
        self._bind_rules(0.0, None)
        return replaced

    def arrive(self, new: set[DeviceKey], battery: tuple[DeviceKey, ...], now: float) -> None:
        """Bind to devices that are new or have new paths, as `latest` has them, and anew where the battery is another.

        Args:
            new: those with new paths.
            battery: the devices of the station's own battery.
            now: the moment (UTC epoch, s).
        """
        another, self._battery = battery != self._battery, battery
        if not new and not another:
            return
        for key in new:
            self._paths[key] = kept_once(self._paths.get(key, frozenset()) | frozenset(self.latest[key].readings))
            self.devices[key].alarm_paths = self._alarm_paths(key)
        self._bind_rules(now, None if another else {key.cls for key in new})

    def _bind_rules(self, now: float, arrived: set[str] | None) -> None:
        """Bind the rules that read certain device classes (None: all); what is bound already keeps its state."""
        for rule in self._own_rules:
            if arrived is not None and rule.inputs and not arrived & rule.classes:
                continue
            for found in find_inputs(rule, self._paths, self._battery, self._path_input):
                bound = self._bound_rule(rule, found, now)
                self.all[(rule.id, bound.scope)] = bound
        self._index()

    def _bound_rule(self, rule: Rule, found: FoundInputs, now: float) -> BoundRule:
        device = str(found.device) if found.device else ""
        watches = [part.device for part in found.parts]
        context = Context(now, found.inputs, self.params, self.diagnostics, self.facts, make_windows(rule))
        made = BoundRule(self.station, rule, device, found.binding, context, watches, found.inputs)
        existing = self.all.get((rule.id, made.scope))
        if existing is not None and existing.rule is rule:
            if existing.bind(made):
                self.newly_bound.append(existing)
            return existing
        if self._history is not None and rule.remembers:
            self._remember(made, now, self._history)
        self.newly_bound.append(made)
        return made

    def _remember(self, bound: BoundRule, now: float, history: History, past_s: float = 0.0) -> None:
        """Fill windows from the recorded past, and learn whether inputs ever had a value."""
        spans = [spec.span_s for spec in bound.rule.windows if spec.input is not None]
        back_s = max([past_s, REMEMBER_S if bound.rule.asks_seen else 0.0, *spans])
        for part in bound.parts:
            points = part.parsed(history.points(self.station, part.series, now - min(back_s, part.history_s), now))
            known = any(value is not None for _, value in points)
            part.seen = part.seen or known
            for spec, window in zip(bound.rule.windows, bound.context.windows, strict=True):
                if spec.input is not None and known and window.empty and part in bound.inputs[spec.input].parts():
                    window.fill(points, now)

    def recall(self, bound: BoundRule, now: float) -> None:
        """Know that inputs of an alarm from before a restart had values, also where they give none now."""
        if self._history is None:
            for part in bound.parts:
                part.seen = True
        elif not bound.rule.remembers:
            self._remember(bound, now, self._history, REMEMBER_S)

    def _path_input(self, key: DeviceKey, path: str, field: str) -> PathInput:
        watch = self.devices[key]
        part = watch.plan.get((path, field))
        if part is None:
            part = watch.plan[(path, field)] = PathInput(watch, path, field)
            device = self.latest.get(key)
            part.take(device.readings.get(path) if device else None, watch.evidence)
        return part

    def _index(self) -> None:
        self.of_device, self.of_part = {}, {}
        self.clocked, self.deviceless, self.diagnosed, self.alarming_without_data = [], [], [], []
        for bound in self.all.values():
            for watch in bound.devices:
                self.of_device.setdefault(watch, []).append(bound)
            for part in bound.direct_parts():
                self.of_part.setdefault(part, []).append(bound)
            if not bound.devices:
                self.deviceless.append(bound)
            if bound.rule.clocked:
                self.clocked.append(bound)
            if bound.rule.diagnosed:
                self.diagnosed.append(bound)
            if bound.rule.no_data == "alert":
                self.alarming_without_data.append(bound)

    def alarm(self, watch: DeviceWatch, path: str) -> None:
        """Bind the rule of a device's own alarm, where it is not bound yet."""
        if (watch.key, path) in self._alarms_made:
            return
        self._alarms_made.add((watch.key, path))
        measured = measured_path(watch.key, path)
        measured = measured if measured in self._paths.get(watch.key, ()) else ""
        rule = alarm_rule(self._rules, watch.key, path, measured)
        scope = scope_of(self._rules, watch.key, path)
        if (rule.id, scope) not in self.all:
            parts = tuple(self._path_input(watch.key, each, "") for each in (path, measured) if each)
            self._add(BoundRule(self.station, rule, scope, (), self._context(*parts), (watch,), parts))

    def take_notices(self, platform: DeviceWatch, device: DeviceState) -> None:
        """Read the GX's ring: keep what is new, and raise or ease what only it tells of."""
        levels: dict[str, float] = {}
        for notice in notifications(device.readings):
            if notice.identity not in self._known_notices:
                self._known_notices.add(notice.identity)
                self.notices.append(notice.record(self.station))
            if notice.active and notice.trigger:
                key = self._key_of(notice)
                made = self._notice(platform, key, notice.trigger, notice.text)
                levels[made.rule.id] = max(notice.level, levels.get(made.rule.id, 0.0))
        for bound in list(self.all.values()):
            if bound.rule.id.startswith(NOTIFICATION):
                bound.parts[0].take(Reading(levels.get(bound.rule.id, 0.0), platform.evidence), platform.evidence)

    def _notice(self, platform: DeviceWatch, key: DeviceKey, path: str, title: str) -> BoundRule:
        """The rule of an alarm that the GX's ring tells of, bound; it only annotates where we read the alarm itself."""
        rule = notice_rule(self._rules, key, path, title)
        scope = scope_of(self._rules, key, path)
        existing = self.all.get((rule.id, scope))
        if existing is not None:
            return existing
        part = PathInput(platform, f"Notifications/{key}/{path}", "")
        made = BoundRule(self.station, rule, scope, (), self._context(part), (platform,), (part,))
        made.annotates = path in self._paths.get(key, ())
        self._add(made)
        return made

    def _key_of(self, notice: Notification) -> DeviceKey:
        """The device that raised a notification, by its bus name; of one that bears none of ours by its device's name.

        The GX itself raises some for a device and gives its own service.
        """
        by_bus_name = [key for key, watch in self.devices.items() if watch.service == notice.service]
        if by_bus_name and by_bus_name[0].cls not in STATION_CLASSES:
            return by_bus_name[0]
        named = [key for key, device in self.latest.items() if notice.device and device.name == notice.device]
        named = [key for key in named if key.cls not in STATION_CLASSES]
        if len(named) == 1:
            return named[0]
        if by_bus_name:
            return by_bus_name[0]
        return DeviceKey(notice.cls, suffix_of(notice.service) or "0")

    def _context(self, *parts: PathInput) -> Context:
        return Context(0.0, parts, self.params, self.diagnostics, self.facts)

    def _add(self, bound: BoundRule) -> None:
        self.all[(bound.rule.id, bound.scope)] = bound
        self.newly_bound.append(bound)
        self._index()

    def _of_class(self, cls: str) -> DeviceWatch | None:
        return next((watch for key, watch in self.devices.items() if key.cls == cls), None)

    def adopt(self, rule_id: str) -> None:
        """Bind the rule of a device's own alarm that was open before a restart, once its device is known."""
        prefix, _, series = rule_id.partition(":")
        device, path = split_series(series)
        if f"{prefix}:" == DEVICE and device in self.devices:
            self.alarm(self.devices[device], path)
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
