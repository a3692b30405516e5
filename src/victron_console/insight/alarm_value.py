"""The value of an alarm in words and units, as screens, log, report and notices all say it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from victron_console.model.alert import Occurrence
from victron_console.model.reading import Scalar
from victron_console.model.units import DAY_S, HOUR_S, MINUTE_S

_COMPARISON = re.compile(r"([<>]=?|==|!=) (-?\d+(?:\.\d+)?)")
_DECIMALS = {"%": 1, "W": 0, "Hz": 2, "°C": 1, "A": 1, "s": 0, "min": 0, "h": 1, "mV": 0}
_MANY_MINUTES_S = 120.0
_MANY_HOURS_S = 2 * DAY_S
_HIGHEST_STATE = 4
"""Of the levels of alarms (0 to 2) and the errors of a generator (0 to 4)."""
_STATE_AFTER_TITLE = re.compile(rf"(?<!code)(?<!error): [0-{_HIGHEST_STATE}](?:\.0)?$", re.IGNORECASE)
_DIFFERENCE_V = 1.0
"""A limit below it is one of a difference, such as of cells: that is told in mV."""


@dataclass(frozen=True, slots=True)
class AlarmValue:
    """A value and the limit that it is beyond, as they are told. Empty where there is none."""

    value: str = ""
    unit: str = ""
    more: str = ""
    """What a sentence says after the unit: `free` of `45 MiB free`."""
    limit: str = ""

    @property
    def words(self) -> str:
        """The value in one text: `11 %`, `34 min`, `45 MiB free`, `not started`."""
        return " ".join(filter(None, (self.value, self.unit, self.more)))


def alarm_value(it: Occurrence, value: Scalar = None) -> AlarmValue:
    """The last value of an alarm, or another one of it such as its worst.

    A number that has neither a unit nor one limit says nothing and is left out, and so is a small whole one without a
    unit: it is a level or a code of a device. Seconds become minutes or hours where there are many.
    """
    told = it.last_value if value is None else value
    comparison = _COMPARISON.fullmatch(it.limit)
    if isinstance(told, str):
        return AlarmValue(told)
    if told is None or not (it.unit or (comparison and not _is_state(told))):
        return AlarmValue()
    limit = float(comparison[2]) if comparison else None
    scale, unit = _scale(told, limit, it.unit.partition(" ")[0])
    decimals = _decimals(told * scale, unit)
    beyond = f"{comparison[1]}{_number(limit * scale, decimals)}" if comparison and limit is not None else ""
    return AlarmValue(_number(told * scale, decimals), unit, it.unit.partition(" ")[2], beyond)


def without_state(text: str) -> str:
    """What was logged of an alarm, without the bare number of a level or code: `Generator failed` of its `: 3`."""
    return _STATE_AFTER_TITLE.sub("", text)


def _is_state(value: float) -> bool:
    return value in range(_HIGHEST_STATE + 1)


def _scale(value: float, limit: float | None, unit: str) -> tuple[float, str]:
    """By how much a value is multiplied to be told, and its unit then."""
    if unit == "s" and abs(value) >= _MANY_HOURS_S:
        return 1 / HOUR_S, "h"
    if unit == "s" and abs(value) >= _MANY_MINUTES_S:
        return 1 / MINUTE_S, "min"
    if unit == "V" and limit is not None and abs(limit) < _DIFFERENCE_V:
        return 1e3, "mV"
    return 1.0, unit


def _decimals(value: float, unit: str) -> int:
    size = abs(value)
    if unit != "V" and value == int(value):
        return 0
    return _DECIMALS.get(unit, 0 if size >= 100 else 1 if size >= 10 else 2)


def _number(value: float, decimals: int) -> str:
    said = f"{value:.{decimals}f}"
    return said if float(said) else "0"
