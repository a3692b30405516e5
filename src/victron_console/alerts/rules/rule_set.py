"""A rule set: rules, the device alarms' families, what holds back what, and a station's overrides. Plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Literal

from victron_console.alerts.language.expressions import Expression
from victron_console.alerts.language.inputs import InputPattern
from victron_console.alerts.language.syntax import WindowSpec
from victron_console.model.alert import Severity
from victron_console.model.device import DeviceKey

STATION = "station"
NoData = Literal["hold", "alert", "normal"]
Outside = Literal["hold", "clear", "expire"]


@dataclass(frozen=True, slots=True)
class Level:
    """One severity of a rule with its own condition, and how long that must hold to raise and to clear (s)."""

    severity: Severity
    raise_: Expression
    clear: Expression | None
    for_s: float = 0.0
    clear_for_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as checked and compiled."""

    id: str
    family: str
    title: str
    response: str
    levels: tuple[Level, ...]
    """Most severe first."""
    inputs: Mapping[str, tuple[InputPattern, ...]] = field(default_factory=dict)
    """By name, in order; of several patterns the first that has a value now, or the worst of all."""
    windows: tuple[WindowSpec, ...] = ()
    gate: Expression | None = None
    """Where it is not true the rule says nothing."""
    outside: Outside = "hold"
    """What a gate that is false makes of an alarm: it holds, it clears at once, or it expires after `clear_for`."""
    value: Expression | None = None
    """What is shown; the first input where there is none."""
    unit: str = ""
    source: str = ""
    per: frozenset[str] = frozenset()
    """Device classes that each give one alarm; empty: one alarm a station."""
    owns: frozenset[str] = frozenset()
    """Inputs that are device alarms which this rule speaks for: they raise no line of their own."""
    highest: frozenset[str] = frozenset()
    """Inputs of several series of which the highest value counts, rather than the first that is valid."""
    lowest: frozenset[str] = frozenset()
    no_data: NoData = "hold"
    no_data_for_s: float = 600.0
    link: bool = False
    origin: str = ""
    """The file it stands in."""
    title_of: Callable[[float | str], str] | None = None
    """The title with what the value means, where that is more than a figure: the text of an error code."""

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Its conditions."""
        parts = [self.gate, *(level.raise_ for level in self.levels), *(level.clear for level in self.levels)]
        return tuple(part for part in parts if part is not None)

    @property
    def clocked(self) -> bool:
        """Whether time, or the state of the station, can change it."""
        return any(part.clocked for part in self.expressions)

    @property
    def diagnosed(self) -> bool:
        """Whether it reads results of the diagnostics."""
        return any(part.diagnostics for part in self.expressions)

    @property
    def direct(self) -> frozenset[int]:
        """Inputs whose value counts now; those of windows only are judged now and then."""
        return frozenset(index for part in self.expressions for index in part.inputs)

    @property
    def classes(self) -> frozenset[str]:
        """The device classes it reads."""
        return frozenset(pattern.cls for patterns in self.inputs.values() for pattern in patterns)

    @property
    def remembers(self) -> bool:
        """Whether it asks about the past: windows, or whether an input was ever seen."""
        return bool(self.windows) or self.asks_seen

    @property
    def asks_seen(self) -> bool:
        """Whether it asks if an input was ever seen."""
        return any("seen(" in part.text for part in self.expressions)

    def owns_alarm(self, key: DeviceKey, path: str) -> bool:
        """Whether it speaks for a device's own alarm."""
        return any(pattern.device(key) and pattern.means(path) for name in self.owns for pattern in self.inputs[name])


@dataclass(frozen=True, slots=True)
class AlarmFamily:
    """What is said of a device's own alarm beyond what the device says."""

    patterns: tuple[InputPattern, ...]
    family: str = ""
    """The family of ours it belongs to; empty: one of its own."""
    per_station: bool = False
    severity: Severity | None = None
    """Instead of the device's own."""
    response: str = ""


@dataclass(frozen=True, slots=True)
class Inhibit:
    """While an alarm of the family `source` is active, those of the families `targets` are held back."""

    source: str
    targets: tuple[str, ...]
    spare: tuple[str, ...] = ()
    equal: Literal["station", "scope"] = "station"
    of_class: str = ""
    """Only targets on devices of this class; empty: all."""

    def holds(self, family: str, scope: str) -> bool:
        """Whether an alarm of a family on a device is a target."""
        if family == self.source or _any(self.spare, family) or not _any(self.targets, family):
            return False
        return not self.of_class or scope.startswith(f"{self.of_class}/")


def _any(globs: Sequence[str], name: str) -> bool:
    return any(fnmatchcase(name, glob) for glob in globs)


@dataclass(frozen=True, slots=True)
class Override:
    """What is different for some stations: named by id or tag."""

    rule: str = ""
    """A rule id or glob; empty where only parameters change."""
    stations: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    enabled: bool = True
    durations: Mapping[Severity, tuple[float | None, float | None]] = field(default_factory=dict)
    """`for` and `clear_for` of a level (s); None leaves it."""
    parameters: Mapping[str, float | str | bool] = field(default_factory=dict)
    origin: str = ""

    def concerns(self, station: str, tags: Iterable[str]) -> bool:
        """Whether it speaks of a station."""
        return station in self.stations or not self.tags.isdisjoint(tags)

    def applied(self, rule: Rule) -> Rule | None:
        """The rule as it is for these stations; None where it is switched off."""
        if not self.rule or not fnmatchcase(rule.id, self.rule):
            return rule
        if not self.enabled:
            return None
        levels = []
        for level in rule.levels:
            for_s, clear_for_s = self.durations.get(level.severity, (None, None))
            levels.append(
                replace(
                    level,
                    for_s=level.for_s if for_s is None else for_s,
                    clear_for_s=level.clear_for_s if clear_for_s is None else clear_for_s,
                )
            )
        return replace(rule, levels=tuple(levels))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything the rule files say."""

    rules: tuple[Rule, ...]
    alarms: tuple[AlarmFamily, ...] = ()
    inhibits: tuple[Inhibit, ...] = ()
    overrides: tuple[Override, ...] = ()

    def for_station(self, station: str, tags: Sequence[str]) -> tuple[Rule, ...]:
        """The rules as they are for a station."""
        rules: list[Rule] = list(self.rules)
        for override in self.overrides:
            if override.concerns(station, tags):
                rules = [changed for rule in rules if (changed := override.applied(rule)) is not None]
        return tuple(rules)

    def parameters_for(self, station: str, tags: Sequence[str]) -> dict[str, tuple[float | str | bool, str]]:
        """Overridden parameters of a station with the file that says so; a later override wins."""
        found: dict[str, tuple[float | str | bool, str]] = {}
        for override in self.overrides:
            if override.concerns(station, tags):
                found.update({name: (value, override.origin) for name, value in override.parameters.items()})
        return found

    def alarm_family(self, key: DeviceKey, path: str) -> AlarmFamily | None:
        """What is said of a device's own alarm, by the rule that owns it or a table of its own; None: nothing."""
        for rule in self.rules:
            if rule.owns_alarm(key, path):
                return AlarmFamily((), rule.family, not rule.per, None, rule.response)
        for alarm in self.alarms:
            if any(pattern.device(key) and pattern.means(path) for pattern in alarm.patterns):
                return alarm
        return None
