"""What changed in a station's settings between two reads, for the log. Pure: it stores and asks nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from victron_console.catalogue import catalogue
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.secret import is_secret
from victron_console.store.records import Event

KIND = "setting"
_PREFIX = "Settings/"
_ESS_STATE = "Settings/CGwacs/BatteryLife/State"
_ESS_MODES = (range(2, 9), range(10, 13))
"""Within each of these the ESS moves by itself, with and without BatteryLife: at its minimum, recharged, full again.
From one to the other, or to 9 (keep charged), somebody sets it. Source: the states of hub4control in Venus OS."""
_MOVES_BY_ITSELF = re.compile(
    r"Settings/(?:"
    r"Gui2?/Gauges/.*"  # the highest value a gauge has shown: grows while the site works
    r"|Generator\d+/(?:Accumulated\w*|LastServiceReset)"
    r"|DigitalInput/\d+/Count"
    r"|CGwacs/BatteryLife/(?:DischargedTime|Flags)"
    r"|DynamicEss/Schedule/.*"  # rewritten each hour by VRM
    r"|(?:.*/)?Last[A-Z]\w*"
    r")"
)
"""Settings that the device writes itself; seen to move in recorded stations, or counters and times by their name."""


def settings_changes(
    station: str, at: float, before: Mapping[str, Reading], after: Mapping[str, Reading]
) -> list[Event]:
    """One event a setting that somebody changed, with its old and new value.

    A setting that came or left is none: an update of the firmware brings dozens. Values that are doubtful are none
    either, and of a secret only that it changed is said.

    Args:
        station: its id.
        at: when the new values were read (UTC epoch, s).
        before: the device's readings by path, as read the time before.
        after: as read now.
    """
    return [
        _event(station, at, path, before[path].value, reading.value)
        for path, reading in sorted(after.items())
        if path in before
        and path.startswith(_PREFIX)
        and not _MOVES_BY_ITSELF.fullmatch(path)
        and Quality.IMPLAUSIBLE not in (before[path].quality, reading.quality)
        and not _same(before[path].value, reading.value)
        and not _is_same_mode(path, before[path].value, reading.value)
    ]


def _is_same_mode(path: str, one: Scalar, other: Scalar) -> bool:
    """Whether an ESS only went from one state of its mode to another."""
    return path == _ESS_STATE and any(one in mode and other in mode for mode in _ESS_MODES)


def _same(one: Scalar, other: Scalar) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-6)  # a double that once was a 32-bit float
    return one == other


def _event(station: str, at: float, path: str, old: Scalar, new: Scalar) -> Event:
    name = catalogue().name("settings", path)
    if is_secret(path):
        return Event(at, station, KIND, f"{name} changed", {"path": path})
    text = f"{name}: {_shown(path, old)} became {_shown(path, new)}"
    return Event(at, station, KIND, text, {"path": path, "old": old, "new": new})


def _shown(path: str, value: Scalar) -> str:
    if value is None:
        return "no value"
    metric = catalogue().metric("settings", path)
    shown = catalogue().enum_text(metric, value)
    if shown is None:
        shown = f"{value:.10g}" if isinstance(value, float) else str(value)
    return f"{shown} {metric.unit}".rstrip() if metric else shown
