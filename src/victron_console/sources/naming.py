"""Which device a service is. Owns the names `class/instance` of a station's services; knows no wire.

Victron's own MQTT names a device by class and instance, and so do we, so that HTTP and MQTT give one history and a
service that comes back under another bus name keeps its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import count

from victron_console.model.device import DeviceKey, class_of, suffix_of
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.text import clean

_MAX_INSTANCE = 64


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """What an earlier run knew of the device behind a service."""

    key: DeviceKey
    serial: str = ""
    """Empty where it gave none."""


@dataclass(slots=True)
class _Holder:
    service: str
    serial: str = ""


class DeviceNames:
    """The device keys of one station and the services that hold them.

    A key stays with its service as long as that is on the bus, also when its instance is changed: history and alarms
    go on under it. Only another serial number makes it another device then. Once it left, a service of the same class
    and serial, or of the same class and instance, takes the key over: it is the same device on another port. While it
    is there, a second service that would take the same key gets the rest of its bus name as a suffix (`adc/0@adc`).
    """

    def __init__(self, known: Mapping[str, KnownDevice] | None = None) -> None:
        """Args:
        known: devices that services (by bus name) already were, from an earlier run.
        """
        self._holders = {device.key: _Holder(service, device.serial) for service, device in (known or {}).items()}
        self._on_bus: frozenset[str] | None = None

    def on_bus(self, services: Collection[str]) -> None:
        """Take note of all services that are on the bus now; the keys of others may be taken over."""
        self._on_bus = frozenset(services)

    def key(self, service: str, readings: Mapping[str, Reading], instance: str | None = None) -> DeviceKey:
        """The key of a service that gave these readings.

        A service that has a key keeps it when its instance cannot be read for once.

        Args:
            service: its bus name.
            readings: its values by path.
            instance: its instance where the source knows it without them.
        """
        instance = instance or _instance(readings)
        serial = _good_text(readings, "Serial")
        held = next((key for key, holder in self._holders.items() if holder.service == service), None)
        if held is not None:
            known = self._holders[held].serial
            is_same = instance in (None, _base(held)) or not (serial and known) or serial == known
            if is_same:
                self._holders[held].serial = serial or known
                return held
            del self._holders[held]
        cls = class_of(service).replace("/", "_") or "unknown"
        key = self._free(DeviceKey(cls, instance or "0"), service, serial)
        self._holders[key] = _Holder(service, serial)
        return key

    def _free(self, wanted: DeviceKey, service: str, serial: str) -> DeviceKey:
        left = {key: holder for key, holder in self._holders.items() if self._has_left(holder)}
        if serial:
            same = [key for key, holder in left.items() if key.cls == wanted.cls and holder.serial == serial]
            if same:
                return min(same, key=lambda key: (_base(key) != wanted.instance, key))
        suffix = (suffix_of(service) or wanted.cls).replace("/", "_")
        for attempt in count():
            tail = "" if attempt == 0 else f"@{suffix}" if attempt == 1 else f"@{suffix}@{attempt}"
            key = DeviceKey(wanted.cls, wanted.instance + tail)
            if key not in self._holders or key in left:
                return key
        raise AssertionError("count() does not end")

    def _has_left(self, holder: _Holder) -> bool:
        return self._on_bus is not None and holder.service not in self._on_bus


def _base(key: DeviceKey) -> str:
    return key.instance.partition("@")[0]


def _instance(readings: Mapping[str, Reading]) -> str | None:
    """`/DeviceInstance`, without it `/Identifier`; None where the service gives neither."""
    reading = readings.get("DeviceInstance")
    if reading is not None and (number := reading.number) is not None:
        return str(int(number))
    text = _good_text(readings, "Identifier").replace("/", "_").replace("@", "_")
    return clean(text, _MAX_INSTANCE) if text else None


def _good_text(readings: Mapping[str, Reading], path: str) -> str:
    reading = readings.get(path)
    return reading.text.strip() if reading is not None and reading.quality is Quality.GOOD else ""
