"""Which rules cannot judge at a station, and what they lack: a gate, a parameter or an input that is not there.

A rule of devices that a station does not have is not among them, nor one that waits for the diagnostics: those say
themselves what they lack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from victron_console.alerts.engine.bound_inputs import UNBOUND
from victron_console.alerts.engine.bound_rule import BoundRule
from victron_console.alerts.engine.station_watch import StationWatch
from victron_console.alerts.language.context import Context, Input
from victron_console.alerts.language.expressions import Branch
from victron_console.alerts.language.values import Truth, Value
from victron_console.alerts.language.windows import Window
from victron_console.alerts.rules.learned import History
from victron_console.alerts.rules.parameters import Parameter, StationSetup
from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.alerts.rules.vocabulary import PARAMETERS
from victron_console.model.snapshot import Snapshot
from victron_console.store.answers import StationRow


@dataclass(frozen=True, slots=True)
class Blind:
    """A rule that cannot raise at a station, wholly or by one of its conditions."""

    rule: str
    title: str
    device: str
    """What it is bound to, such as `battery/279`; empty: the station."""
    lacks: tuple[str, ...]
    """Each thing it lacks, in words that say how to give it where an operator can."""
    by_operator: bool
    """An operator can give at least one of them."""
    wholly: bool
    """It can raise by no other condition either."""

    def __str__(self) -> str:
        what = f"{self.title}{f' of {self.device}' if self.device else ''} ({self.rule})"
        verb = "cannot be judged" if self.wholly else "is judged only in part"
        return f"{what} {verb}; missing: {', and '.join(self.lacks)}."


def blind_rules_of(rules: RuleSet, row: StationRow, snapshot: Snapshot) -> list[Blind]:
    """The rules that cannot judge at a station of the store, by what is configured of it."""
    return blind_rules(rules, snapshot, StationSetup(row.tags, row.info.given, rules.parameters_for(row.id, row.tags)))


def parameters_of(rules: RuleSet, row: StationRow, snapshot: Snapshot, history: History) -> Mapping[str, Parameter]:
    """A station's parameters with where each comes from, as the engine has them after a start."""
    setup = StationSetup(row.tags, row.info.given, rules.parameters_for(row.id, row.tags))
    watch = StationWatch(row.id, rules, setup, history)
    watch.take(snapshot, snapshot.at)
    return watch.parameters


def blind_rules(rules: RuleSet, snapshot: Snapshot, setup: StationSetup) -> list[Blind]:
    """The rules that cannot judge at a station as it is now, by rule and device; empty before it was ever read.

    Args:
        rules: those in force.
        snapshot: the station.
        setup: what is configured of it.
    """
    if not snapshot.devices:
        return []
    watch = StationWatch(snapshot.station, rules, setup, None)
    watch.take(snapshot, snapshot.at)
    bindings: dict[tuple[str, str], list[BoundRule]] = {}
    for (rule_id, scope), bound in sorted(watch.binder.all.items()):
        if ":" not in rule_id:
            bindings.setdefault((rule_id, scope.split(" ")[0] if bound.rule.per else ""), []).append(bound)
    found = []
    for (rule_id, device), same in bindings.items():
        each = [_blind(bound) for bound in same]  # of three phases one that is wired is enough
        if each[0] is not None and None not in each:
            found.append(Blind(rule_id, same[0].rule.title, device, *each[0]))
    return found


class _AnyNumber(float):
    """A number of which nothing is assumed: it goes through arithmetic, and what it is compared with cannot be told."""

    def _itself(self, *_: object) -> _AnyNumber:
        return self

    def _untold(self, _: object) -> bool:
        raise TypeError("nothing is known of it")  # as of a text: the comparison then cannot be told

    __abs__ = __neg__ = __add__ = __radd__ = __sub__ = __rsub__ = _itself
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _itself
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _untold
    __hash__ = float.__hash__


_ANY = _AnyNumber()


class _AnyInput:
    """An input that is there and of which nothing is assumed."""

    changed_at: float | None = None
    seen = True
    stale = False

    def read(self) -> Value:
        return _ANY

    def or_default(self, default: float) -> Value:
        return _ANY

    def null(self) -> Truth:
        return None

    def gone(self) -> Truth:
        return None


class _AnyWindow(Window):
    """The past of such an input."""

    def __init__(self, span_s: float) -> None:
        super().__init__(span_s)
        self.push(0.0, 0.0, 0.0)

    def _span(self, now: float) -> tuple[float, float, float] | None:
        return _ANY, _ANY, _ANY

    def samples(self, now: float) -> list[float] | None:
        return [_ANY]


_ANY_INPUT = _AnyInput()


def _blind(bound: BoundRule) -> tuple[tuple[str, ...], bool, bool] | None:
    """What a rule lacks, and whether it is blind wholly; None where it lacks nothing, or does not apply now."""
    branches = [branch for level in bound.rule.levels for branch in level.raise_.branches if _applies(branch, bound)]
    if not branches:
        return None
    gate = bound.rule.gate
    if gate is not None:
        closed = gate.run(bound.context)
        for branch in gate.branches:
            if closed is not True and (lacks := _lacks(branch, bound)):
                return lacks, _by_operator(lacks), True
        if closed is False:
            return None
    lacking = [_lacks(branch, bound) for branch in branches]
    missing = tuple(dict.fromkeys(thing for lacks in lacking for thing in lacks))
    return (missing, _by_operator(missing), all(lacking)) if missing else None


def _by_operator(lacks: tuple[str, ...]) -> bool:
    return any("in the station file" in thing for thing in lacks)


def _applies(branch: Branch, bound: BoundRule) -> bool:
    """Whether anything that a condition reads is there: what reads nothing of this station is for other ones."""
    return not branch.needs or any(not _is_missing(bound, name) for name in branch.needs)


def _lacks(branch: Branch, bound: BoundRule) -> tuple[str, ...]:
    """What keeps a condition from ever being true here; empty where nothing does."""
    missing_inputs = {name for name in branch.needs if _is_missing(bound, name)}
    missing_parameters = {name for name in branch.parameters if bound.context.params.get(name) is None}
    if not (missing_inputs or missing_parameters) or any(_are_siblings(bound, name) for name in missing_inputs):
        return ()
    if _result(branch, bound, missing_inputs, set()) is not False:
        return ()
    if _result(branch, bound, set(), missing_parameters) is False:
        return ()  # it is false whatever they are: it does not apply
    inputs = (" or ".join(pattern.text for pattern in bound.rule.inputs[name]) for name in sorted(missing_inputs))
    return (*inputs, *(_spelled(name) for name in sorted(missing_parameters)))


def _spelled(parameter: str) -> str:
    """A parameter in words, and where an operator can give it."""
    known = PARAMETERS[parameter]
    return f"{known.meaning} (p.{parameter}; {known.given_by or f'thresholds.{parameter}'} in the station file)"


def _are_siblings(bound: BoundRule, name: str) -> bool:
    """Whether an input is the other devices of a class: where there are none, there is nothing to compare with."""
    return any(pattern.siblings for pattern in bound.rule.inputs[name])


def _is_missing(bound: BoundRule, name: str) -> bool:
    """Whether the station never had an input."""
    source = bound.inputs[list(bound.rule.inputs).index(name)]
    return source is UNBOUND or not source.seen


def _result(branch: Branch, bound: BoundRule, missing: set[str], assumed: set[str]) -> Truth:
    """What a condition gives where nothing is assumed of what is there.

    Args:
        branch: the condition.
        bound: the rule it belongs to.
        missing: inputs that are not there; all others are.
        assumed: parameters that are not there and are taken as there.
    """
    inputs: list[Input] = [UNBOUND if name in missing else _ANY_INPUT for name in bound.rule.inputs]
    own = bound.context
    params = {**own.params, **dict.fromkeys(assumed, _ANY)}
    windows: list[Window] = [_AnyWindow(spec.span_s) for spec in bound.rule.windows]
    try:
        return branch.run(Context(own.now, inputs, params, own.diagnostics, own.facts, windows))
    except TypeError:  # the least or the greatest of numbers of which nothing is known
        return None
