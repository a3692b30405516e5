"""The devices' own alarms as rules of their own, made when one is first raised, and merged by family with ours.

What a path means and which level its value is, insight says; here it gets a family and a state machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from victron_console.alerts.language.context import Context
from victron_console.alerts.language.expressions import Expression
from victron_console.alerts.language.values import NEVER, Truth, Value
from victron_console.alerts.rules.rule_set import AlarmFamily, Level, Rule, RuleSet
from victron_console.catalogue import catalogue
from victron_console.insight.device_alarms import CRITICAL, ERROR_CODES, alarm_level, alarm_text
from victron_console.model.alert import Severity
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading

DEVICE = "device:"
NOTIFICATION = "notification:"
CLEAR_FOR_S = 10.0
"""A device's alarm that is gone for one poll has not cleared."""
CODES = (*ERROR_CODES, "/Id")
"""Ends of paths whose value says what is wrong, not how much."""
MEASURED = {
    "LowSoc": "Soc",
    "LowVoltage": "Dc/0/Voltage",
    "HighVoltage": "Dc/0/Voltage",
    "LowBattery": "Dc/0/Voltage",
    "HighDcVoltage": "Dc/0/Voltage",
    "LowTemperature": "Dc/0/Temperature",
    "HighTemperature": "Dc/0/Temperature",
    "LowChargeTemperature": "Dc/0/Temperature",
    "HighChargeTemperature": "Dc/0/Temperature",
    "LowCellVoltage": "System/MinCellVoltage",
    "HighCellVoltage": "System/MaxCellVoltage",
    "HighCurrent": "Dc/0/Current",
    "HighChargeCurrent": "Dc/0/Current",
    "HighDischargeCurrent": "Dc/0/Current",
    "StateOfHealth": "Soh",
    "Low/State": "Level",
    "High/State": "Level",
}
"""By the end of an alarm's path, what the same device measures of it: a charge of 11 % says more than an alarm of 2."""
RESPONSE = "look at the device; it raised this itself: its manual says what it means"
_PHASE = re.compile(r"(^|/)L[123](?=/|$)")


def measured_path(key: DeviceKey, path: str) -> str:
    """What an alarm's own device measures of it; empty where that is nothing."""
    found = MEASURED.get(path.removeprefix("Alarms/"), "") if path.startswith("Alarms/") else ""
    return found if found and catalogue().metric(key.cls, found) is not None else ""


def alarm_rule(rules: RuleSet, key: DeviceKey, path: str, measured: str = "") -> Rule:
    """The rule of one alarm path of a device (`battery/258`, `Alarms/LowCellVoltage`).

    Args:
        rules: in force.
        key: the device.
        path: of its alarm, the rule's first input.
        measured: the path of what it measures of it, the rule's second input; empty where there is none.
    """
    said = rules.alarm_family(key, path) or AlarmFamily(())

    def level_of(reading: Value) -> str | None:
        return alarm_level(key.cls, path, Reading(reading, 0.0)) if isinstance(reading, int | float | str) else None

    metric = catalogue().metric(key.cls, measured) if measured else None
    rule = _rule(f"{DEVICE}{key}/{path}", said, path, title_of(key, path, None), level_of)
    if path.endswith(CODES):
        return replace(rule, value=None, title_of=partial(title_of, key, path))
    return replace(rule, unit=metric.unit or "") if metric is not None else rule


def notice_rule(rules: RuleSet, key: DeviceKey, path: str, title: str) -> Rule:
    """The rule of an alarm that only the GX's notification tells of: its input is the level itself."""
    said = rules.alarm_family(key, path) or AlarmFamily(())

    def level_of(reading: Value) -> str | None:
        if not isinstance(reading, int | float) or reading < 1:
            return None
        return CRITICAL if reading >= 2 else "warning"

    return _rule(f"{NOTIFICATION}{key}/{path}", said, path, title, level_of)


def scope_of(rules: RuleSet, key: DeviceKey, path: str) -> str:
    """The device part of the alarm's key: empty where its family is one alarm a station."""
    said = rules.alarm_family(key, path)
    return "" if said is not None and said.per_station else str(key)


def title_of(key: DeviceKey, path: str, value: float | str | None) -> str:
    """What an alarm is called; an error code is named with its text and its number."""
    if path.startswith("Error/"):
        return "Device error"
    words = alarm_text(key.cls, path, value)
    return words if path.endswith(CODES) and value else words.rsplit(": ", 1)[0]


def _rule(rule_id: str, said: AlarmFamily, path: str, title: str, level_of: Callable[[Value], str | None]) -> Rule:
    def at_least(critical: bool) -> Expression:
        def run(context: Context) -> Truth:
            value = context.inputs[0].read()
            if value is None:
                return None
            level = None if value is NEVER else level_of(value)
            return level == CRITICAL if critical else level is not None

        # The second input is what is measured: a new value of it is judged so that it is told.
        return Expression("", run, frozenset({0, 1}), frozenset(), frozenset(), clocked=False)

    def told(context: Context) -> Value:
        measured = context.inputs[1].read() if len(context.inputs) > 1 else None
        if isinstance(measured, float):
            return measured
        value = context.inputs[0].read()
        level = None if value is None or value is NEVER else level_of(value)
        return "alarm" if level == CRITICAL else level

    if said.severity is not None:
        levels: tuple[Level, ...] = (Level(said.severity, at_least(critical=False), None, 0.0, CLEAR_FOR_S),)
    else:
        levels = (
            Level(Severity.CRITICAL, at_least(critical=True), None, 0.0, CLEAR_FOR_S),
            Level(Severity.WARNING, at_least(critical=False), None, 0.0, CLEAR_FOR_S),
        )
    stem = _PHASE.sub(r"\1", path).removeprefix("Alarms/").strip("/").replace("//", "/")
    return Rule(
        id=rule_id,
        family=said.family or "dev_" + re.sub(r"\W+", "_", stem).lower(),
        title=title,
        response=said.response or RESPONSE,
        levels=levels,
        value=Expression("", told, frozenset(), frozenset(), frozenset(), clocked=False),
    )
