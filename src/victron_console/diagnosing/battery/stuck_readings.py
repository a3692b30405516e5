"""Sensors that stand still while the battery works: what they say is unknown, not healthy. Pure.

A value that has not moved for days is masked; where it still stands, the whole series is set aside, so that no figure
of it can look well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from victron_console.diagnosing.finding import Finding, Status
from victron_console.diagnosing.record.history import History
from victron_console.diagnosing.record.timeline import BoolArray, FloatArray, middle, steps_s
from victron_console.model.units import DAY_S

LEAST_DAYS = 3.0
"""A good sensor moves in three days of use (own judgement)."""
LEAST_DAYS_OF_HEAT = 7.0
"""A heavy battery in a cellar may well stay within a whole degree for days."""
MOVED_SHARE = 0.3
"""Of the capacity, charged and discharged meanwhile: a battery at rest may stand still."""
NAMES = {
    "soc_percent": "state of charge", "battery_v": "battery voltage", "battery_c": "battery temperature",
    "coldest_c": "lowest cell temperature", "cell_high_v": "highest cell voltage", "cell_low_v": "lowest cell voltage",
}  # fmt: skip
SECTIONS = {
    "soc_percent": ("soc", "capacity", "imbalance", "cycles"), "battery_c": ("thermal",), "coldest_c": ("thermal",),
    "cell_high_v": ("imbalance",), "cell_low_v": ("imbalance",),
}  # fmt: skip
"""The findings that a series is needed for."""


def without_stuck(history: History, nominal_ah: float | None) -> tuple[History, dict[str, str]]:
    """The record without values that stood still, and why what is set aside altogether is, by field of `History`."""
    amperes = history.battery_a
    if amperes is None or not nominal_ah or len(history.at) < 2:
        return history, {}
    moved = np.abs(middle(amperes)) * steps_s(history.at, amperes) / 3600.0
    throughput = np.concatenate(([0.0], np.cumsum(moved)))
    changed: dict[str, Any] = {}
    stuck: dict[str, str] = {}
    for name, title in NAMES.items():
        value = getattr(history, name)
        if value is None or not np.isfinite(value).any():
            continue
        least_s = (LEAST_DAYS_OF_HEAT if name.endswith("_c") else LEAST_DAYS) * DAY_S
        still, since = _still(history.at, value, throughput, least_s, MOVED_SHARE * nominal_ah)
        if since is not None:
            days = (float(history.at[-1]) - since) / DAY_S
            last = float(value[np.isfinite(value)][-1])
            stuck[name] = f"stuck: the {title} has stood at {last:g} for {days:.0f} days while the battery worked"
            changed[name] = None
        elif still.any():
            changed[name] = np.where(still, np.nan, value)
    return replace(history, **changed), stuck


def told_stuck(found: Any, stuck: Mapping[str, str]) -> dict[str, Any]:  # noqa: ANN401 - any sections of findings
    """The sections of findings with the true reason where a series was set aside, by name of the section."""
    changed: dict[str, Any] = {}
    for series, reason in stuck.items():
        for section in SECTIONS.get(series, ()):
            part = changed.get(section, getattr(found, section))
            if is_dataclass(part) and not isinstance(part, type):
                changed[section] = replace(part, **_unknown(part, reason))
    return changed


def _unknown(part: Any, reason: str) -> dict[str, Finding]:  # noqa: ANN401
    own = {field.name: getattr(part, field.name) for field in fields(part)}
    return {
        name: replace(finding, reason=reason, status=Status.UNKNOWN)
        for name, finding in own.items()
        if isinstance(finding, Finding) and not finding.known
    }


def _still(
    at: FloatArray, value: FloatArray, throughput: FloatArray, least_s: float, least_ah: float
) -> tuple[BoolArray, float | None]:
    """Where a value stood still for long while much charge moved, and since when it still does."""
    known = np.flatnonzero(np.isfinite(value))
    course = value[known]
    starts = np.concatenate(([0], np.flatnonzero(course[1:] != course[:-1]) + 1))
    ends = np.concatenate((starts[1:] - 1, [len(known) - 1]))
    first, last = known[starts], known[ends]
    long = (at[last] - at[first] >= least_s) & (throughput[last] - throughput[first] >= least_ah)
    still = np.zeros(len(at), dtype=bool)
    for begin, end in zip(first[long].tolist(), last[long].tolist(), strict=True):
        still[begin : end + 1] = True
    return still, float(at[first[-1]]) if long[-1] else None
