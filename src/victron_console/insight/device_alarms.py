"""The devices' own alarms: what is raised now, at which level, in words. Owns no alarm state and no history."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from victron_console.catalogue import catalogue
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.snapshot import Snapshot
from victron_console.model.station import ServiceState

CRITICAL = "critical"
WARNING = "warning"

_NO_ALARMS = frozenset({"settings"})
"""Its `Alarm` paths are levels an owner chose, not alarms (docs/facts/figures.md#alarm-paths)."""

ERROR_CODES = ("ErrorCode", "VebusError")
"""Ends of paths whose number is a code, not a level."""

_ERROR_FLAGS = ("Errors/", "Device/")
"""Flags rather than levels: 1 is already the alarm."""


@dataclass(frozen=True, slots=True)
class DeviceAlarm:
    """One alarm that a device raises: `level` is `critical` or `warning`, `text` what it says."""

    device: DeviceKey
    path: str
    level: str
    text: str
    value: Scalar


def device_alarms(snapshot: Snapshot) -> list[DeviceAlarm]:
    """The alarms raised by the devices on the bus, critical ones first, then by device and path.

    Those of a device that is stale or lost are the last ones known: they are held, not cleared.
    """
    found = []
    for key, device in snapshot.devices.items():
        if device.state is ServiceState.GONE or key.cls in _NO_ALARMS:
            continue
        for path, reading in device.readings.items():
            if reading.value and is_alarm_path(key.cls, path) and (level := alarm_level(key.cls, path, reading)):
                found.append(DeviceAlarm(key, path, level, alarm_text(key.cls, path, reading.value), reading.value))
    return sorted(found, key=lambda alarm: (alarm.level != CRITICAL, alarm.device, alarm.path))


def count_by_level(alarms: list[DeviceAlarm]) -> dict[str, int]:
    """How many alarms of each level; a level without one has no key."""
    return dict(Counter(alarm.level for alarm in alarms))


@lru_cache(maxsize=20_000)
def is_alarm_path(cls: str, path: str) -> bool:
    """Whether a path of a device class is one of the device's own alarms (cached: asked for every path of a poll)."""
    return catalogue().is_alarm(cls, path)


def alarm_level(cls: str, path: str, reading: Reading) -> str | None:
    """`critical`, `warning`, or None where nothing is raised.

    0 is fine, 1 a warning, 2 an alarm; more is not known and taken for an alarm. Of an error code every value but 0
    is an alarm, save those that Victron lists as warnings; of an error id every text is one.
    """
    if reading.quality is Quality.IMPLAUSIBLE or not reading.value:
        return None
    if isinstance(reading.value, str):
        return _level_of_error_id(reading.value) if path.endswith("/Id") else None
    if path.startswith(_ERROR_FLAGS):
        return CRITICAL
    if path.endswith(ERROR_CODES):
        metric = catalogue().metric(cls, path)
        enum = catalogue().enums.get(metric.enum) if metric else None
        return WARNING if enum and str(int(reading.value)) in enum.warning else CRITICAL
    return WARNING if reading.value == 1 else CRITICAL


def _level_of_error_id(value: str) -> str | None:
    """Of `dse:e-4100` an error, of `dse:w-7` a warning, of `dse:i-2` none; what is written otherwise is an error.

    The form is Victron's (github.com/victronenergy/venus/wiki/dbus, error codes).
    """
    if not value.strip("0 "):
        return None
    letter = re.search(r":([ewi])-", value)
    return {"w": WARNING, "i": None}.get(letter[1], CRITICAL) if letter else CRITICAL


def alarm_text(cls: str, path: str, value: Scalar) -> str:
    """What an alarm says: `Low cell voltage: Warning`, of a code its text and the code: `Error code: Battery hot (2)`.

    An unknown one is named by its path, an unknown code by its number.
    """
    metric = catalogue().metric(cls, path)
    name = metric.name if metric else catalogue().name(cls, path)
    words = catalogue().enum_text(metric, value) if metric and value is not None else None
    if words is None or words == _code(value):
        return f"{name}: {_code(value)}"
    return f"{name}: {words} ({_code(value)})" if path.endswith(ERROR_CODES) else f"{name}: {words}"


def _code(value: Scalar) -> str:
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
