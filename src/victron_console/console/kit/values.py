"""One value of a device as text: decimals, unit and meaning from the catalogue; an unknown path is shown as it is."""

from __future__ import annotations

import math

from victron_console.catalogue import catalogue
from victron_console.catalogue.reader import Kind
from victron_console.console.kit.format import ABSENT, number, power
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading

_ENUM_KINDS = (Kind.ENUM, Kind.ALARM, Kind.BITMASK, Kind.FLAG)
_SHORT_BELOW = 1e7
"""Below this a number nobody described shows seven digits: more are the noise of 32-bit floats."""
_TEMPERATURE_UNITS = ("°C", "C")


def value_text(cls: str, path: str, reading: Reading) -> str:
    """The value with its unit, or its meaning with its number: `26.40 V`, `Bulk (3)`; `-` where it has none."""
    figure, words = value_parts(cls, path, reading)
    metric = catalogue().metric(cls, path)
    if figure and words and metric is not None and metric.kind in _ENUM_KINDS:
        return f"{words} ({figure})"
    return f"{figure} {words}".strip()


def value_parts(cls: str, path: str, reading: Reading) -> tuple[str, str]:
    """The number, and its unit or meaning beside it; `-` where there is no value. A text has only the second."""
    value = reading.value
    if reading.quality is Quality.ABSENT or value is None:
        return ABSENT, ""
    if isinstance(value, str):
        return "", value
    metric = catalogue().metric(cls, path)
    if metric is None or not math.isfinite(value):
        return f"{value:.{7 if abs(value) < _SHORT_BELOW else 12}g}", ""
    if metric.kind in _ENUM_KINDS and (words := catalogue().enum_text(metric, value)):
        return number(value), "" if words == reading.text else words
    if metric.decimals is None and value != int(value):
        return f"{value:.6g}", metric.unit
    return number(value, metric.decimals or 0), metric.unit


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
