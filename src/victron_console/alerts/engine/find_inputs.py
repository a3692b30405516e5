"""Finds what a rule's inputs are on a station: one binding for each device and each set of placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from victron_console.alerts.engine.bound_inputs import UNBOUND, BoundInput, PathInput, WorstInput
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
        found = {name: _found(patterns, rule, anchor, paths) for name, patterns in rule.inputs.items()}
        if anchor is not None and not any(row[0] == anchor for rows in found.values() for row in rows):
            continue
        for binding in sorted({row[1] for rows in found.values() for row in rows if row[1]}) or [()]:
            inputs = _inputs(rule, anchor, binding, found, battery, input_of)
            if inputs.parts:
                yield inputs


_Row = tuple[DeviceKey, Binding, str, str, bool]
"""Device, placeholders, path, field, and whether all of them count rather than the station's own one."""


def _found(
    patterns: Iterable[InputPattern], rule: Rule, anchor: DeviceKey | None, paths: Mapping[DeviceKey, frozenset[str]]
) -> list[_Row]:
    """Where an input is: by the first of its patterns that exists."""
    for pattern in patterns:
        keys: list[DeviceKey] = sorted(paths)
        if anchor is not None and pattern.siblings:
            keys.remove(anchor)
        elif anchor is not None and pattern.cls in rule.per:
            keys = [anchor]
        rows = [
            (key, binding, path, pattern.field, pattern.siblings or is_alarm_path(key.cls, path))
            for key in keys
            if pattern.device(key)
            for path, binding in pattern.paths
            if path in paths[key]
        ]
        if rows:
            return rows
    return []


def _inputs(
    rule: Rule,
    anchor: DeviceKey | None,
    binding: Binding,
    found: Mapping[str, list[_Row]],
    battery: Sequence[DeviceKey],
    input_of: InputOf,
) -> FoundInputs:
    sources: list[BoundInput] = []
    parts: list[PathInput] = []
    for rows in found.values():
        fitting = [row for row in rows if set(row[1]) <= set(binding)]
        own = [input_of(key, path, field) for key, _, path, field, _ in _chosen(fitting, battery)]
        parts += own
        sources.append(UNBOUND if not own else own[0] if len(own) == 1 else WorstInput(own))
    return FoundInputs(anchor, binding, tuple(sources), tuple(parts))


def _chosen(rows: list[_Row], battery: Sequence[DeviceKey]) -> list[_Row]:
    """All of an alarm's places, and all siblings; else the station's own battery, else the lowest instance."""
    if len(rows) < 2 or rows[0][4]:
        return rows
    return [next((row for key in battery for row in rows if row[0] == key), rows[0])]
