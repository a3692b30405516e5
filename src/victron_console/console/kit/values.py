"""One value of a device as text: decimals, unit and meaning from the catalogue; an unknown path is shown as it is."""

from __future__ import annotations

import math

from victron_console.catalogue import catalogue
from victron_console.catalogue.reader import Kind
from victron_console.console.kit.format import ABSENT, DOUBT_MARK, number, power
from victron_console.model.can_link import can_link
from victron_console.model.clock import local
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.units import DAY_S, HOUR_S, MINUTE_S

_ENUM_KINDS = (Kind.ENUM, Kind.ALARM, Kind.BITMASK, Kind.FLAG)
_SHORT_BELOW = 1e7
"""Below this a number nobody described shows seven digits: more are the noise of 32-bit floats."""
_CAN_STATISTICS = "/Statistics"
_TEMPERATURE_UNITS = ("°C", "C")


def value_text(cls: str, path: str, reading: Reading) -> str:
    """The value with its unit, or its meaning with its number: `26.40 V`, `Bulk (3)`; `-` where it has none.

    One that is not possible is told as it is, after a `?`.
    """
    return f"{DOUBT_MARK if reading.quality is Quality.IMPLAUSIBLE else ''}{_value_text(cls, path, reading)}"


def _value_text(cls: str, path: str, reading: Reading) -> str:
    figure, words = value_parts(cls, path, reading)
    metric = catalogue().metric(cls, path)
    if figure and words and metric is not None and metric.kind in _ENUM_KINDS:
        return f"{words} ({figure})"
    return f"{figure} {words}".strip()


def value_parts(cls: str, path: str, reading: Reading) -> tuple[str, str]:
    """The number, and its unit or meaning beside it; `-` where there is no value.

    A text or a moment has only the second. A time is in the unit that it is best read in, CAN statistics are in words.
    """
    value = reading.value
    if reading.quality is Quality.ABSENT or value is None:
        return ABSENT, ""
    if isinstance(value, str):
        link = can_link(value) if path.endswith(_CAN_STATISTICS) else None
        return "", link.text if link is not None else value
    metric = catalogue().metric(cls, path)
    if metric is None or not math.isfinite(value):
        return f"{value:.{7 if abs(value) < _SHORT_BELOW else 12}g}", ""
    if metric.kind in _ENUM_KINDS and (words := catalogue().enum_text(metric, value)):
        return number(value), "" if words == reading.text else words
    if metric.kind is Kind.MOMENT:
        return "", moment_text(value)
    if metric.unit in _SECONDS:
        return time_parts(value * _SECONDS[metric.unit])
    if metric.decimals is None and value != int(value):
        return f"{value:.6g}", metric.unit
    return number(value, metric.decimals or 0), metric.unit


def time_parts(seconds: float) -> tuple[str, str]:
    """How long, as a number and the unit that it is best read in: `95`, `s`; `12.5`, `min`; `185.7`, `d`."""
    unit, size_s = next(
        ((unit, size) for below, unit, size in _TIME_STEPS if abs(seconds) < below), ("d", float(DAY_S))
    )
    return number(seconds / size_s, 0 if unit == "s" else 1), unit


_TIME_STEPS = ((120.0, "s", 1.0), (120.0 * MINUTE_S, "min", float(MINUTE_S)), (48.0 * HOUR_S, "h", float(HOUR_S)))
_SECONDS = {"s": 1.0, "min": 60.0}


def moment_text(at: float) -> str:
    """A moment in the operator's time: `2026-11-30 15:46:13`; `never` for 0, `?` for what is no time of a calendar."""
    if at <= 0:
        return "never"
    try:
        return f"{local(at):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return DOUBT_MARK


def meaning(cls: str, path: str, reading: Reading) -> str:
    """The words of an enum, without its number; empty where there is none."""
    if reading.value is None or reading.quality is Quality.ABSENT:
        return ""
    return catalogue().enum_text(catalogue().metric(cls, path), reading.value) or ""


def fact_text(value: float, unit: str, decimals: int) -> str:
    """A figure for a line of facts: `3006 rpm`, `61 C`, `7.09k`."""
    if unit == "W":
        return power(value).strip()
    unit = "C" if unit in _TEMPERATURE_UNITS else unit
    return f"{number(value, decimals)} {unit}"
