"""A station's values as its MQTT topics build them up: devices, what is new of them, and which fell silent.

Pure: it is fed with messages and asked for readings. Times `at` are UTC epoch, `now` is the monotonic clock, s.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf

from victron_console.catalogue import catalogue
from victron_console.model.device import BUS_PREFIX, DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.text import clean
from victron_console.sources.hidden import Hidden
from victron_console.sources.values import MAX_PATHS, clean_path, parse_json, qualify

MAX_DEVICES = 200
MAX_PAYLOAD_BYTES = 65_536
"""The largest payload measured on a real station has 814 bytes."""
QUIET_S = 60.0
"""Nothing of a device for longer than that calls for a look at it: steady values are sent on change only."""
LIVELY_MOMENTS = 20
"""A device that spoke at so many moments has shown how long its pauses are."""
PAUSES = 10
"""A lively device that is under load and silent for so many of its longest pauses hangs."""

_CLASS = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SINGLE = frozenset(("system", "settings", "platform", "hub4", "logger"))
"""Classes of one service without a suffix in its bus name, always instance 0."""
_MOMENT_S = 0.5


@dataclass(slots=True)
class MqttDevice:
    """One device: its values now, and what is known of how it speaks."""

    key: DeviceKey
    service: str
    heard_at: float
    in_dump: int
    """Number of the last full dump it was part of."""
    readings: dict[str, Reading] = field(default_factory=dict)
    taken: Mapping[str, Reading] = field(default_factory=dict)
    """Its readings when it was last read."""
    moments: int = 0
    longest_pause_s: float = 0.0
    size_bytes: int = 0
    """Received since it was last read."""


@dataclass(slots=True)
class _Topic:
    device: MqttDevice
    path: str
    deadband: float
    payload: bytes = b""


class Tree:
    """All devices of one station, as far as they were heard of on this connection."""

    def __init__(self, portal: str, *, quiet_s: float = QUIET_S, hidden: Hidden | None = None) -> None:
        self.devices: dict[str, MqttDevice] = {}
        """By bus name; MQTT knows none, so class and instance make one up."""
        self.refused = 0
        """Messages that fit no device, or one too many."""
        self._prefix = f"N/{portal}/"
        self._quiet_s = quiet_s
        self._hidden = hidden or Hidden()
        self._topics: dict[str, _Topic] = {}
        self._dump = 0
        self._dumping = False
        self._whole_dump = 0
        self._dumped_at = -inf

    @property
    def size(self) -> int:
        """Topics known."""
        return len(self._topics)

    def begin_dump(self) -> None:
        """From now on every topic is repeated."""
        self._dump += 1
        self._dumping = True

    def end_dump(self, now: float, *, whole: bool) -> None:
        """The repetition ended; if it was whole, a device that was no part of it does not answer any more."""
        self._dumping = False
        if whole:
            self._whole_dump, self._dumped_at = self._dump, now

    def take(self, topic: str, payload: bytes, at: float, now: float) -> str | None:
        """Take in one message; returns the service whose news it is, None where it can wait for the next read.

        A change within the catalogue's deadband is kept and can wait. `null` is an absent value; an empty payload
        ends the path, and with its last path the device.
        """
        known = self._topics.get(topic)
        if not payload:
            return self._end(topic, known)
        known = known or self._admit(topic, now)
        if known is None:
            self.refused += 1
            return None
        device = known.device
        device.size_bytes += len(topic) + len(payload)
        changed = payload != known.payload
        self._heard(device, now, changed=changed)
        if not changed:
            return None
        known.payload = payload if len(payload) <= MAX_PAYLOAD_BYTES else b""
        reading = device.readings[known.path] = self._reading(device.key.cls, known.path, payload, at)
        return device.service if _is_worth_reading(device.taken.get(known.path), reading, known.deadband) else None

    def read(self, device: MqttDevice) -> tuple[Mapping[str, Reading], int]:
        """The device's readings now, and the bytes that came since the last call."""
        device.taken = dict(device.readings)
        size_bytes, device.size_bytes = device.size_bytes, 0
        return device.taken, size_bytes

    def silent_s(self, device: MqttDevice, now: float) -> float | None:
        """How long a device has been silent, where that says it hangs; None while it does not."""
        quiet_s = now - device.heard_at
        if quiet_s <= self._quiet_s:
            return None
        missing = device.in_dump < self._whole_dump
        hangs = device.moments >= LIVELY_MOMENTS and quiet_s > PAUSES * device.longest_pause_s and _under_load(device)
        return quiet_s if missing or hangs else None

    def suspects(self, now: float) -> Collection[str]:
        """Services that have been quiet since before the last full dump: another one tells whether they are there."""
        limit = now - self._quiet_s
        return [service for service, device in self.devices.items() if self._dumped_at <= device.heard_at < limit]

    def _end(self, topic: str, known: _Topic | None) -> str | None:
        if known is None:
            return None
        device = known.device
        del self._topics[topic]
        device.readings.pop(known.path, None)
        if not device.readings:
            self.devices.pop(device.service, None)
        return device.service

    def _heard(self, device: MqttDevice, now: float, *, changed: bool) -> None:
        if self._dumping:
            device.in_dump = self._dump
            if not changed:  # the station repeats what it remembers of a device that hangs, too
                return
        pause_s = now - device.heard_at
        if pause_s > _MOMENT_S:
            device.moments += 1
            device.longest_pause_s = max(device.longest_pause_s, pause_s)
        device.heard_at = now

    def _admit(self, topic: str, now: float) -> _Topic | None:
        """The place of a topic that was not heard before; None where it is no value of a device."""
        cls, _, rest = topic.removeprefix(self._prefix).partition("/")
        raw_instance, _, raw_path = rest.partition("/")
        instance = clean(raw_instance, 64).replace("@", "_")
        path = clean_path(raw_path)
        if not (topic.startswith(self._prefix) and _CLASS.fullmatch(cls) and instance and path):
            return None
        service = BUS_PREFIX + (cls if cls in _SINGLE and instance == "0" else f"{cls}.{instance}")
        device = self.devices.get(service)
        if device is None:
            if len(self.devices) >= MAX_DEVICES:
                return None
            device = self.devices[service] = MqttDevice(DeviceKey(cls, instance), service, now, self._dump)
        if path in device.readings or len(device.readings) >= MAX_PATHS:
            return None
        known = self._topics[topic] = _Topic(device, path, _deadband(cls, path))
        return known

    def _reading(self, cls: str, path: str, payload: bytes, at: float) -> Reading:
        if len(payload) > MAX_PAYLOAD_BYTES:
            return Reading(None, at, Quality.IMPLAUSIBLE, f"a message of {len(payload) >> 10} KB, not read")
        try:
            data = parse_json(payload)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict) or "value" not in data:
            return Reading(None, at, Quality.IMPLAUSIBLE, "the message is no JSON object with a value")
        value = data["value"]
        return qualify(cls, path, self._hidden.value(value) if self._hidden.may_be_in(payload) else value, at)


@lru_cache(maxsize=65_536)
def _deadband(cls: str, path: str) -> float:
    """How far a value must move to be news; infinity for what is neither shown nor recorded by default."""
    metric = catalogue().metric(cls, path)
    if catalogue().is_alarm(cls, path):
        return 0.0
    return metric.deadband if metric is not None and metric.level <= 2 else inf


def _is_worth_reading(taken: Reading | None, fresh: Reading, deadband: float) -> bool:
    if taken is None:
        return True
    if deadband == inf:
        return False
    before, after = taken.value, fresh.value
    if isinstance(before, int | float) and isinstance(after, int | float) and taken.quality is fresh.quality:
        return abs(after - before) > deadband
    return before != after or taken.quality is not fresh.quality


def _under_load(device: MqttDevice) -> bool:
    """Whether power or current flowed when it last spoke: such a figure never stands still by itself."""
    for path, reading in device.readings.items():
        metric = catalogue().metric(device.key.cls, path)
        if metric is not None and metric.unit in ("W", "A") and metric.level == 1 and reading.number:
            return True
    return False
