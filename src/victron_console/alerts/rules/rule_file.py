"""Reads rule files: TOML, checked whole, every fault at once with file, rule, key, column and a hint.

Shipped rules come first; an operator's files add rules, replace them by id, and override a station or a tag.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from victron_console.alerts.language.expressions import Expression, compile_expression
from victron_console.alerts.language.inputs import STATION_CLASSES, InputPattern
from victron_console.alerts.language.syntax import ExpressionError, Kind, Scope, meant
from victron_console.alerts.language.values import Truth, parse_duration
from victron_console.alerts.rules.rule_set import AlarmFamily, Inhibit, Level, Override, Rule, RuleSet
from victron_console.alerts.rules.vocabulary import DIAGNOSTICS, PARAMETERS
from victron_console.config.regular import read_regular
from victron_console.model.alert import Severity
from victron_console.model.toml_text import parse_toml

SHIPPED = "shipped rules"
MAX_FILE_BYTES = 1_000_000
_KINDS = {name: parameter.kind for name, parameter in PARAMETERS.items()}


@dataclass(frozen=True, slots=True)
class RuleFault:
    """One thing that is wrong in a rule file."""

    file: str
    rule: str
    key: str
    message: str
    column: int | None = None
    hint: str = ""

    def __str__(self) -> str:
        where = [self.file, *([f"rule {self.rule}"] if self.rule else []), *([self.key] if self.key else [])]
        if self.column is not None:
            where.append(f"column {self.column}")
        return f"{', '.join(where)}: {self.message.rstrip('.')}" + (f" ({self.hint})." if self.hint else ".")


class RulesInvalid(ValueError):
    """Rule files that cannot be used; the text holds every fault, one a line."""

    def __init__(self, faults: Sequence[RuleFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _patterns(value: object) -> object:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts) or not texts:
        raise ValueError('a series such as "battery/*/Soc" is needed, or a list of them')
    return tuple(InputPattern.parse(text) for text in texts)


Duration = Annotated[float, BeforeValidator(_duration), Field(ge=0, le=400 * 86_400)]
Patterns = Annotated[tuple[InputPattern, ...], BeforeValidator(_patterns)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]


class _RuleFileTable(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _LevelTable(_RuleFileTable):
    severity: Severity
    raise_: str = Field(alias="raise", min_length=1)
    clear: str | None = None
    for_: Duration = Field(default=0.0, alias="for")
    clear_for: Duration = 0.0


class _RuleTable(_RuleFileTable):
    id: Name
    family: Name
    title: str = Field(min_length=1, max_length=80)
    response: str = ""
    source: str = ""
    gate: str | None = None
    outside: Literal["hold", "clear", "expire"] = "hold"
    per: Literal["station", "device"] | None = None
    value: str | None = None
    unit: str = ""
    owns: list[str] = []
    highest: list[str] = []
    lowest: list[str] = []
    no_data: Literal["hold", "alert", "normal"] = "hold"
    no_data_for: Duration = 600.0
    link: bool = False
    inputs: dict[Name, Patterns] = {}
    level: list[_LevelTable] = Field(min_length=1)


class _AlarmTable(_RuleFileTable):
    path: Patterns
    family: str = ""
    per: Literal["station", "device"] = "device"
    severity: Severity | None = None
    response: str = ""


class _InhibitTable(_RuleFileTable):
    source: str
    targets: list[str]
    spare: list[str] = []
    equal: Literal["station", "scope"] = "station"
    of_class: str = ""


class _OverrideLevel(_RuleFileTable):
    for_: Duration | None = Field(default=None, alias="for")
    clear_for: Duration | None = None


class _OverrideTable(_RuleFileTable):
    rule: str = ""
    stations: list[str] = []
    tags: list[str] = []
    enabled: bool = True
    level: dict[Severity, _OverrideLevel] = {}
    parameters: dict[str, float | str | bool] = {}


class _RuleFile(_RuleFileTable):
    schema_: Literal[1] = Field(alias="schema")
    rule: list[_RuleTable] = []
    alarm: list[_AlarmTable] = []
    inhibit: list[_InhibitTable] = []
    override: list[_OverrideTable] = []


def load_rules(paths: Iterable[Path] = (), shipped: bool = True) -> RuleSet:
    """The shipped rules with an operator's files on top; a folder stands for its `*.toml`, by name.

    Raises:
        RulesInvalid: with every fault of every file. Keep the rules in force and say so.
    """
    texts: list[tuple[str, str]] = []
    faults: list[RuleFault] = []
    for path in [file for given in paths for file in (rule_files(given) if given.is_dir() else [given])]:
        try:
            texts.append((str(path), read_regular(path, MAX_FILE_BYTES)))
        except (OSError, ValueError) as error:
            faults.append(RuleFault(str(path), "", "", f"cannot be read: {error}"))
    return _rule_set(texts, faults, base=shipped_rules() if shipped else RuleSet(()))


def rules_in_force(folders: Iterable[Path]) -> RuleSet:
    """The rules as they are judged by: of faulty files an alarm tells, here they are left out."""
    try:
        return load_rules(folder for folder in folders if folder.is_dir())
    except RulesInvalid:
        return shipped_rules()


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a folder by name. What starts with a dot is an editor's; pipes and devices are no files."""
    return sorted(file for file in folder.glob("*.toml") if not file.name.startswith(".") and file.is_file())


def parse_rules(text: str, name: str = "rules", base: RuleSet | None = None) -> RuleSet:
    """The rules of one text, on top of others where given.

    Raises:
        RulesInvalid: with every fault.
    """
    return _rule_set([(name, text)], [], base or RuleSet(()))


@cache
def shipped_rules() -> RuleSet:
    """The rules that ship with the package."""
    text = (files("victron_console.alerts.rules") / "rules.toml").read_text(encoding="utf-8")
    return _rule_set([(SHIPPED, text)], [], RuleSet(()))


def _rule_set(texts: Iterable[tuple[str, str]], faults: list[RuleFault], base: RuleSet) -> RuleSet:
    rules = {rule.id: rule for rule in base.rules}
    alarms, inhibits, overrides = list(base.alarms), list(base.inhibits), list(base.overrides)
    for name, text in texts:
        file = _read(name, text, faults)
        if file is None:
            continue
        own: set[str] = set()
        for table in file.rule:
            if table.id in own:
                faults.append(RuleFault(name, table.id, "id", "stands twice in this file", hint="give it another id"))
            own.add(table.id)
            if (rule := _rule(name, table, faults)) is not None:
                rules[rule.id] = rule
        alarms[:0] = [_alarm(table) for table in file.alarm]
        inhibits += [Inhibit(t.source, tuple(t.targets), tuple(t.spare), t.equal, t.of_class) for t in file.inhibit]
        overrides += [_override(name, table, rules, faults) for table in file.override]
    if faults:
        raise RulesInvalid(faults)
    return RuleSet(tuple(rules.values()), tuple(alarms), tuple(inhibits), tuple(overrides))


def _read(name: str, text: str, faults: list[RuleFault]) -> _RuleFile | None:
    try:
        data = parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        faults.append(RuleFault(name, "", "", f"is no TOML: {error}"))
        return None
    try:
        return _RuleFile.model_validate(data)
    except ValidationError as error:
        faults += [_schema_fault(name, data, detail) for detail in error.errors(include_url=False)]
        return None


def _schema_fault(name: str, data: Mapping[str, Any], detail: ErrorDetails) -> RuleFault:
    path = [part for part in detail["loc"] if part != "[key]"]
    rule = ""
    if len(path) > 1 and path[0] == "rule" and isinstance(path[1], int):
        table = data["rule"][path[1]]
        rule = str(table.get("id", f"number {path[1] + 1}")) if isinstance(table, dict) else ""
        path = path[2:]
    hint = ""
    if detail["type"] == "extra_forbidden":
        message = "is no key of a rule file"
        model = _LevelTable if "level" in path else _RuleTable if rule else _RuleFile
        hint = meant(str(path[-1]), [field.alias or key for key, field in model.model_fields.items()])
    elif detail["type"] == "missing":
        message = "is missing"
    else:
        message = detail["msg"].removeprefix("Value error, ")
    return RuleFault(name, rule, ".".join(str(part) for part in path), message, hint=hint)


def _rule(file: str, table: _RuleTable, faults: list[RuleFault]) -> Rule | None:
    scope = Scope(tuple(table.inputs), _KINDS, frozenset(DIAGNOSTICS))
    before = len(faults)

    def expression(text: str | None, key: str, never: Truth = False, kind: Kind = Kind.TRUTH) -> Expression | None:
        if text is None:
            return None
        try:
            return compile_expression(text, scope, kind, never)
        except ExpressionError as error:
            faults.append(RuleFault(file, table.id, key, error.message, error.column, error.hint))
            return None

    gate = expression(table.gate, "gate")
    value = expression(table.value, "value", kind=Kind.NUMBER)
    levels = []
    for row in sorted(table.level, key=lambda level: -level.severity.weight):
        raise_ = expression(row.raise_, f"level {row.severity}.raise")
        clear = expression(row.clear, f"level {row.severity}.clear", never=True)
        if raise_ is not None:
            levels.append(Level(row.severity, raise_, clear, row.for_, row.clear_for))
    if len({level.severity for level in levels}) < len(levels):
        faults.append(RuleFault(file, table.id, "level", "has a severity twice"))
    faults += [
        RuleFault(file, table.id, key, f"{name} is no input", hint=meant(name, table.inputs))
        for key in ("owns", "highest", "lowest")
        for name in getattr(table, key)
        if name not in table.inputs
    ]
    if len(faults) > before:
        return None
    return Rule(
        table.id, table.family, table.title, table.response, tuple(levels), dict(table.inputs),
        tuple(scope.windows), gate, table.outside, value, table.unit, table.source, _per(table),
        frozenset(table.owns), frozenset(table.highest), frozenset(table.lowest), table.no_data, table.no_data_for,
        table.link, file,
    )  # fmt: skip


def _per(table: _RuleTable) -> frozenset[str]:
    """The device classes of which each device gives an alarm: by default where all inputs agree on them."""
    if table.per == "station":
        return frozenset()
    sets = {frozenset(p.cls for p in patterns) - STATION_CLASSES for patterns in table.inputs.values()}
    sets.discard(frozenset())
    if table.per == "device":
        return next((s for s in sets), frozenset())
    return sets.pop() if len(sets) == 1 else frozenset()


def _alarm(table: _AlarmTable) -> AlarmFamily:
    return AlarmFamily(table.path, table.family, table.per == "station", table.severity, table.response)


def _override(file: str, table: _OverrideTable, rules: Mapping[str, Rule], faults: list[RuleFault]) -> Override:
    if table.rule and "*" not in table.rule and table.rule not in rules:
        faults.append(
            RuleFault(file, "", "override.rule", f"there is no rule {table.rule}", hint=meant(table.rule, rules))
        )
    if not (table.stations or table.tags):
        faults.append(RuleFault(file, "", "override", "names no stations and no tags"))
    for name in table.parameters:
        if name not in PARAMETERS:
            faults.append(
                RuleFault(file, "", "override.parameters", f"{name} is no parameter", hint=meant(name, PARAMETERS))
            )
    durations = {severity: (level.for_, level.clear_for) for severity, level in table.level.items()}
    return Override(
        table.rule, frozenset(table.stations), frozenset(table.tags), table.enabled, durations, table.parameters, file
    )
