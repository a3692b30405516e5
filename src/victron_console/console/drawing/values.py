"""One value of a device as text: decimals, unit and meaning from the catalogue; an unknown path is shown as it is."""

from __future__ import annotations

from victron_console.catalogue import catalogue
from victron_console.catalogue.reader import Kind
from victron_console.console.format import ABSENT, number, power
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading

_ENUM_KINDS = (Kind.ENUM, Kind.ALARM, Kind.BITMASK, Kind.FLAG)
_TEMPERATURE_UNITS = ("°C", "C")


def value_text(cls: str, path: str, reading: Reading) -> str:
    """The value with its unit, or its meaning with its number: `26.40 V`, `Bulk (3)`; `-` where it has none."""
    if reading.quality is Quality.ABSENT or reading.value is None:
        return ABSENT
    metric = catalogue().metric(cls, path)
    if isinstance(reading.value, str) or metric is None:
        return reading.text
    if metric.kind in _ENUM_KINDS and (words := catalogue().enum_text(metric, reading.value)):
        return words if words == reading.text else f"{words} ({number(reading.value)})"
    shown = number(reading.value, metric.decimals if metric.decimals is not None else 0)
    if metric.decimals is None and reading.value != int(reading.value):
        shown = f"{reading.value:g}"
    return f"{shown} {metric.unit}".rstrip()


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
