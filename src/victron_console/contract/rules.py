"""The alert rules in force, what each limit rests on, and what a station is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from victron_console.alerts.engine.coverage import Blind
from victron_console.alerts.rules.parameters import Parameter
from victron_console.alerts.rules.rule_set import Rule
from victron_console.alerts.rules.vocabulary import PARAMETERS
from victron_console.contract.form import Number, Part, Said, Versioned


class RuleLevel(Part):
    """One limit of a rule; its keys are the words of rule files."""

    severity: str
    raise_: str = Field(serialization_alias="raise")
    clear: str | None
    for_s: Number
    clear_for_s: Number


class Lack(Part):
    """Where a rule cannot judge at a station."""

    device: str | None
    wholly: bool
    missing: tuple[Said, ...]


class RuleInForce(Versioned):
    """An entry of `rules list --json`."""

    id: str
    family: str
    title: str
    response: str
    """What the operator does about it."""
    inputs: dict[str, tuple[str, ...]]
    gate: str | None
    """When it is judged at all."""
    levels: tuple[RuleLevel, ...]
    unit: str
    source: str
    """What its limits rest on."""
    file: str
    cannot_judge: tuple[Lack, ...]
    """At the station that was asked for."""


class StationParameter(Part):
    """What the rules hold a station against."""

    value: int | float | str | bool | None
    origin: str
    """Where it comes from."""


def rule_in_force(rule: Rule, blind: Sequence[Blind]) -> RuleInForce:
    """A rule, and where it cannot judge."""
    return RuleInForce(
        id=rule.id,
        family=rule.family,
        title=rule.title,
        response=rule.response,
        inputs={name: tuple(pattern.text for pattern in patterns) for name, patterns in rule.inputs.items()},
        gate=rule.gate.text if rule.gate else None,
        levels=tuple(
            RuleLevel(
                severity=str(level.severity),
                raise_=level.raise_.text,
                clear=level.clear.text if level.clear else None,
                for_s=level.for_s,
                clear_for_s=level.clear_for_s,
            )
            for level in rule.levels
        ),
        unit=rule.unit,
        source=rule.source,
        file=rule.origin,
        cannot_judge=tuple(
            Lack(device=one.device or None, wholly=one.wholly, missing=one.lacks)
            for one in blind
            if one.rule == rule.id
        ),
    )


def parameters(known: Mapping[str, Parameter]) -> dict[str, StationParameter | None]:
    """What `rules parameters --json` prints: each parameter, null where it is not known."""
    return {
        name: StationParameter(value=known[name].value, origin=known[name].origin) if name in known else None
        for name in PARAMETERS
    }
