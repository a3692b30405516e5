"""One rule on one station or device: its inputs, windows and levels, and what one evaluation does to them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from victron_console.alerts.engine.bound_inputs import BoundInput, DeviceWatch, PathInput
from victron_console.alerts.engine.level_state import LevelState, Phase, Timing
from victron_console.alerts.language.context import Context
from victron_console.alerts.language.inputs import FOLDED, Binding
from victron_console.alerts.language.limits import limit_text
from victron_console.alerts.language.values import Truth, Value, inverse
from victron_console.alerts.language.windows import Window
from victron_console.alerts.rules.rule_set import Level, Rule
from victron_console.catalogue import catalogue
from victron_console.model.alert import AlertKey, Severity
from victron_console.model.quality import STALE_AT_LEAST_S
from victron_console.model.reading import Scalar

NAMED = frozenset({"digitalinput", "temperature", "tank", "meteo", "pulsemeter"})
"""Classes of which a site has many that mean different things: the owner's name is what tells them apart."""
CLOCKED_GRACE_S = 60.0
"""How long a rule on time alone may go unjudged before its waiting starts anew."""


class BoundRule:
    """A rule as bound. Its levels' states are what must survive a restart; the rest can be made again."""

    __slots__ = (
        "_grace_s",
        "_named",
        "_timings",
        "_title",
        "annotates",
        "context",
        "devices",
        "due",
        "inputs",
        "key",
        "origin",
        "parts",
        "rule",
        "scope",
        "states",
        "station",
        "unknown_since",
        "unsettled",
        "window_due",
        "window_each_s",
        "written",
    )  # fmt: skip

    def __init__(
        self,
        station: str,
        rule: Rule,
        device: str,
        binding: Binding,
        context: Context,
        devices: Iterable[DeviceWatch],
        inputs: tuple[BoundInput, ...] = (),
    ) -> None:
        self.station, self.rule, self.context = station, rule, context
        self.devices = tuple(dict.fromkeys(devices))
        self.inputs = inputs
        self.parts = tuple(part for source in inputs for part in source.parts())
        self.annotates = False
        """It only adds its origin to an alarm that others hold open."""
        words = [word for name, word in binding if name not in FOLDED]
        self.key = AlertKey(station, rule.family, " ".join(filter(None, [device, *words])))
        self.scope = " ".join(filter(None, [device, *(word for _, word in binding)]))
        self._title = " ".join([rule.title, *words])
        self._named = next(
            (watch for watch in self.devices if str(watch.key) == device and watch.key.cls in NAMED), None
        )
        self.origin = " ".join(filter(None, [rule.id, *(word for _, word in binding)]))
        self.states: dict[Severity, LevelState] = {level.severity: LevelState() for level in rule.levels}
        self.unknown_since: float | None = None
        self.due: float | None = None
        """When time alone may change it (UTC epoch, s)."""
        self.unsettled = False
        """Some level is not normal: then every new sample counts, also one that says the same."""
        self.written = False
        """The store has a row of some level."""
        self.window_each_s = min([spec.span_s / 20 for spec in rule.windows] + [600.0])
        """How often what only its windows know is judged, while nothing is going on."""
        self.window_due = -math.inf
        self._grace_s = -1.0
        self._timings: tuple[Timing, ...] = ()

    def bind(self, other: BoundRule) -> bool:
        """Take over the inputs of another binding of the same rule, its windows stay; whether they are others."""
        others = other.parts != self.parts
        self.devices, self.inputs, self.parts = other.devices, other.inputs, other.parts
        self.context.inputs = other.inputs
        return others

    def shift(self, seconds: float) -> None:
        """Move all times but those of its inputs: the clock was stepped."""
        self.window_due += seconds
        self.unknown_since = None if self.unknown_since is None else self.unknown_since + seconds
        self.due = None if self.due is None else self.due + seconds
        for state in self.states.values():
            state.shift(seconds)
        for window in self.context.windows:
            window.shift(seconds)

    def direct_parts(self) -> Iterator[PathInput]:
        """The inputs a change of which must be judged at once."""
        for index in sorted(self.rule.direct):
            if index < len(self.inputs):
                yield from self.inputs[index].parts()

    @property
    def title(self) -> str:
        """What the alarm is called: of a sensor or a tank with its name, without which nobody knows which one it is."""
        name = self._named.name if self._named is not None else ""
        value = self.shown_value() if self.rule.title_of is not None else None
        said = self._title if self.rule.title_of is None or value is None else self.rule.title_of(value)
        return f"{said}: {name}" if name else said

    @property
    def evidence(self) -> float:
        """When the newest sample behind it was read; the moment itself for a rule on time alone."""
        return max((device.evidence for device in self.devices), default=self.context.now)

    def sample(self, fresh: Collection[DeviceWatch]) -> None:
        """Push what was just read into the windows."""
        watches = [watch for watch in self.devices if watch in fresh]
        if not any(part.seen for part in self.parts):
            return
        hold_s = max(watch.stale_after_s for watch in watches)
        at = max(watch.evidence for watch in watches)
        for spec, window in zip(self.rule.windows, self.context.windows, strict=True):
            if spec.input is not None:
                window.push(at, self.context.inputs[spec.input].read(), hold_s)
            elif spec.condition is not None:
                result = spec.condition(self.context)
                window.push(at, None if result is None else float(result), hold_s)

    def evaluate(self, now: float) -> bool:
        """Judge every level; whether one was raised or cleared, or became or ceased to be stale."""
        self.context.now = now
        self.window_due = now + self.window_each_s
        evidence, timings = self.evidence, self._timing()
        gate = self.rule.gate.run(self.context) if self.rule.gate else True
        if gate is False and self.rule.outside == "clear":
            timings = tuple(replace(timing, clear_for_s=0.0) for timing in timings)
        turned = untold = unsettled = False
        for level, timing in zip(self.rule.levels, timings, strict=True):
            raised, clear = self._results(level, gate)
            untold = untold or raised is None
            state = self.states[level.severity]
            if raised is not True and state.phase is Phase.NORMAL:
                continue
            turned |= state.advance(raised, clear, evidence, now, timing)
            unsettled |= state.phase is not Phase.NORMAL
        self.unsettled = unsettled
        if self.rule.no_data == "alert":
            turned |= self._no_data(untold, now)
        return turned

    def _timing(self) -> tuple[Timing, ...]:
        """What the levels wait for: the grace is three polls of the slowest device behind them."""
        grace_s = CLOCKED_GRACE_S if not self.devices else STALE_AT_LEAST_S
        for device in self.devices:
            grace_s = max(grace_s, device.stale_after_s)
        if grace_s != self._grace_s:
            self._grace_s = grace_s
            self._timings = tuple(Timing(level.for_s, level.clear_for_s, grace_s) for level in self.rule.levels)
        return self._timings

    def _results(self, level: Level, gate: Truth) -> tuple[Truth, Truth]:
        raised: Truth
        clear: Truth
        if gate is True:
            raised = level.raise_.run(self.context)
            clear = level.clear.run(self.context) if level.clear else inverse(raised)
        elif gate is False and self.rule.outside != "hold":
            raised, clear = False, True
        else:
            raised, clear = None, None
        if raised is None and self.rule.no_data == "normal":
            return False, True
        return raised, clear

    def _no_data(self, untold: bool, now: float) -> bool:
        """Raise where nothing could be told for too long; whether it did."""
        self.due = None
        if not untold:
            self.unknown_since = None
            return False
        if self.unknown_since is None:
            self.unknown_since = now
        self.due = self.unknown_since + self.rule.no_data_for_s
        level = self.rule.levels[-1]
        state = self.states[level.severity]
        if now < self.due or state.on:
            return False
        state.raise_for_no_data(now)
        self.unsettled = True
        return True

    def shown_value(self) -> Scalar:
        """The value to show: what the rule says, else its first input; a number rounded to six digits."""
        value: Value = None
        if self.rule.value is not None:
            value = self.rule.value.run(self.context)
        elif self.context.inputs:
            value = self._first_input()
        if isinstance(value, float):
            return float(f"{value:.6g}")
        return value if isinstance(value, str) else None

    def _first_input(self) -> Value:
        """The first input, in words where its number stands for some."""
        value = self.context.inputs[0].read()
        if self.rule.unit or self.rule.title_of is not None or not isinstance(value, float):
            return value
        part = self.inputs[0].parts()[0] if self.inputs and self.inputs[0].parts() else None
        metric = catalogue().metric(part.device.key.cls, part.path) if part is not None else None
        words = catalogue().enum_text(metric, value) if metric is not None and metric.enum else None
        return words[:1].lower() + words[1:] if words and not words[:1].isdigit() else value

    def limit(self, severity: Severity, shown: Scalar) -> str:
        """What the shown value went over at a level, as it is at this station; empty where nothing says that now."""
        level = next((level for level in self.rule.levels if level.severity is severity), None)
        if level is None:
            return ""
        return limit_text(level.raise_, self.rule.value, tuple(self.rule.inputs), shown, self.context)


def level_key(bound: BoundRule, severity: Severity) -> tuple[str, str, str, str]:
    """What a level is called in the store."""
    return (bound.station, bound.rule.id, bound.scope, severity.value)


def make_windows(rule: Rule) -> list[Window]:
    """Empty windows for a rule."""
    return [Window(spec.span_s) for spec in rule.windows]
