"""Finds what a rule's inputs are on a station: one binding for each device and each set of placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from victron_console.alerts.engine.bound_inputs import UNBOUND, BoundInput, PathInput
from victron_console.alerts.engine.several_inputs import Extreme, FirstValid, WorstAlarm
from victron_console.alerts.language.inputs import Binding, InputPattern
from victron_console.alerts.rules.rule_set import Rule
from victron_console.insight.device_alarms import is_alarm_path
from victron_console.model.device import DeviceKey

PathsOf = Mapping[DeviceKey, Iterable[str]]
InputOf = Callable[[DeviceKey, str, str], PathInput]


@dataclass(frozen=True, slots=True)
class FoundInputs:
    """A rule's inputs on one device (None: the station) for one set of placeholders."""

    device: DeviceKey | None
    binding: Binding
    inputs: tuple[BoundInput, ...]
    parts: tuple[PathInput, ...]


def find_inputs(
    rule: Rule, paths: Mapping[DeviceKey, frozenset[str]], battery: Sequence[DeviceKey], input_of: InputOf
) -> Iterator[FoundInputs]:
    """Everything a rule is bound to on a station.

    Args:
        rule: the rule.
        paths: what each device has, or once had.
        battery: the devices of the station's own battery, its monitor first: an input of another class than the rule's
            devices reads the first of them that has it.
        input_of: gives the bound input of a device, path and field.
    """
    if not rule.inputs:
        yield FoundInputs(None, (), (), ())
        return
    anchors: list[DeviceKey | None] = [key for key in sorted(paths) if key.cls in rule.per] if rule.per else [None]
    for anchor in anchors:
        found = {name: _places(patterns, rule, anchor, paths) for name, patterns in rule.inputs.items()}
        if anchor is not None and not any(place.device == anchor for places in found.values() for place in places):
            continue
        bound = {place.binding for places in found.values() for place in places if place.binding}
        for binding in sorted(bound) or [()]:
            inputs = _inputs(rule, anchor, binding, found, battery, input_of)
            if inputs.parts:
                yield inputs


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an input may be: on a device, at a path, for a set of placeholders, by the pattern of that rank."""

    device: DeviceKey
    binding: Binding
    path: str
    pattern: InputPattern
    rank: int

    @property
    def counts_with_others(self) -> bool:
        """Whether all places count rather than one: of a device's own alarms, and of the other devices of a class."""
        return self.pattern.siblings or is_alarm_path(self.device.cls, self.path)


def _places(
    patterns: Iterable[InputPattern], rule: Rule, anchor: DeviceKey | None, paths: Mapping[DeviceKey, frozenset[str]]
) -> list[_Place]:
    """Everywhere an input may be, by the order of its patterns."""
    found: list[_Place] = []
    for rank, pattern in enumerate(patterns):
        keys: list[DeviceKey] = sorted(paths)
        if anchor is not None and pattern.siblings:
            keys.remove(anchor)
        elif anchor is not None and pattern.cls in rule.per:
            keys = [anchor]
        found += [
            _Place(key, binding, path, pattern, rank)
            for key in keys
            if pattern.device(key)
            for path, binding in pattern.paths
            if path in paths[key]
        ]
    return found


def _inputs(
    rule: Rule,
    anchor: DeviceKey | None,
    binding: Binding,
    found: Mapping[str, list[_Place]],
    battery: Sequence[DeviceKey],
    input_of: InputOf,
) -> FoundInputs:
    sources: list[BoundInput] = []
    parts: list[PathInput] = []
    for name, places in found.items():
        fitting = [place for place in places if set(place.binding) <= set(binding)]
        own = [input_of(it.device, it.path, it.pattern.field) for it in _chosen(fitting, battery)]
        parts += own
        sources.append(_as_one(own, rule, name, bool(fitting) and fitting[0].counts_with_others))
    return FoundInputs(anchor, binding, tuple(sources), tuple(parts))


def _as_one(parts: list[PathInput], rule: Rule, name: str, all_count: bool) -> BoundInput:
    if not parts:
        return UNBOUND
    if len(parts) == 1:
        return parts[0]
    if name in rule.highest:
        return Extreme(parts, max)
    if name in rule.lowest:
        return Extreme(parts, min)
    return WorstAlarm(parts) if all_count else FirstValid(parts)


def _chosen(places: list[_Place], battery: Sequence[DeviceKey]) -> list[_Place]:
    """All of an alarm's places, and all siblings; else, for each pattern, one device: of the station's own battery the
    first that has it, else the lowest instance."""
    if not places or places[0].counts_with_others:
        return places
    of_rank: dict[int, list[_Place]] = {}
    for place in places:
        of_rank.setdefault(place.rank, []).append(place)
    return [
        next((place for key in battery for place in same if place.device == key), same[0]) for same in of_rank.values()
    ]
