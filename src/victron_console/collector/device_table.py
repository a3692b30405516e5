"""The devices of one station as last read, and what changed of their services. Pure: it asks and stores nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from victron_console.model.clock import Clock
from victron_console.model.device import DeviceKey
from victron_console.model.service import ServiceReading
from victron_console.model.snapshot import DeviceState
from victron_console.model.station import ServiceState
from victron_console.store.records import ServiceChange


@dataclass(slots=True)
class DeviceChanges:
    """What changed since it was last taken."""

    readings: list[ServiceReading] = field(default_factory=list)
    cadences: dict[DeviceKey, float] = field(default_factory=dict)
    """Effective seconds between two reads, where they changed."""
    failures: dict[DeviceKey, int] = field(default_factory=dict)
    services: list[ServiceChange] = field(default_factory=list)


class DeviceTable:
    """Every device that was ever read; one that left stays, as gone."""

    def __init__(self, clock: Clock, devices: Mapping[DeviceKey, DeviceState] | None = None) -> None:
        """A table that was not read into yet.

        Args:
            clock: the time.
            devices: as an earlier collector left them: their figures are old, not absent, until they are read.
        """
        self.devices: dict[DeviceKey, DeviceState] = dict(devices or {})
        self.frozen: frozenset[DeviceKey] = frozenset()
        """Devices whose values stand although they are read; see `freeze`."""
        self.read_now: set[DeviceKey] = set()
        """The devices that were read since the start."""
        self._clock = clock
        self._changes = DeviceChanges()
        self._untaken_since: float | None = None

    @property
    def has_news(self) -> bool:
        """Whether anything changed since the last `take`."""
        changes = self._changes
        return bool(changes.readings or changes.services or changes.failures or changes.cadences)

    @property
    def untaken_since(self) -> float | None:
        """When the first reading came that was not taken yet (monotonic clock, s); None where there is none."""
        return self._untaken_since

    def take(self) -> DeviceChanges:
        """What changed since the last call."""
        changes, self._changes, self._untaken_since = self._changes, DeviceChanges(), None
        return changes

    def was_read(self, reading: ServiceReading, cadence_s: float) -> DeviceState | None:
        """Take in what a service gave; returns the device as it was read before since the start, None at the first.

        Args:
            reading: its values.
            cadence_s: the effective seconds between two reads of it.
        """
        before = self.devices.get(reading.key)
        state = ServiceState.LIVE if is_connected(reading) else ServiceState.GONE
        if state is ServiceState.LIVE and reading.key in self.frozen:
            state = ServiceState.SET_ASIDE
        since = before.since if before is not None and before.state is state else reading.at
        self.devices[reading.key] = DeviceState(
            reading.key, reading.service, reading.readings, reading.at, cadence_s, state=state, since=since
        )
        if before is not None and before.accepted and state is ServiceState.GONE:
            self.devices[reading.key] = replace(self.devices[reading.key], accepted=True)
        if (before is not None and before.state is ServiceState.GONE) is not (state is ServiceState.GONE):
            self.note(reading.service, state, "not connected" if state is ServiceState.GONE else "")
        self._changes.readings.append(reading)
        if self._untaken_since is None:
            self._untaken_since = self._clock.monotonic()
        if before is None or before.cadence_s != cadence_s:
            self._changes.cadences[reading.key] = cadence_s
        # What an earlier collector left was rounded for keeping: it would differ although nobody changed it.
        known = before if reading.key in self.read_now else None
        self.read_now.add(reading.key)
        return known

    def key_of(self, service: str) -> DeviceKey | None:
        """The device that a service last was; None where it gave no values yet."""
        return next((key for key, device in self.devices.items() if device.service == service), None)

    def count_failure(self, key: DeviceKey | None) -> int:
        """A poll of a device failed; returns how many did in a row."""
        if key is None:
            return 0
        failures = self.devices[key].failures + 1
        self.devices[key] = replace(self.devices[key], failures=failures)
        self._changes.failures[key] = failures
        return failures

    def note(self, service: str, state: ServiceState, reason: str = "", retry_at: float | None = None) -> None:
        """A service is in another state, and why; `retry_at` is when it is asked again (UTC epoch, s)."""
        key = self.key_of(service)
        if key is not None:
            device = self.devices[key]
            since = device.since if device.state is state else self._clock.now()
            self.devices[key] = replace(
                device, state=state, since=since, accepted=device.accepted and since == device.since
            )
        self._changes.services.append(ServiceChange(service, key, state, self._clock.now(), reason, retry_at))

    def freeze(self, frozen: frozenset[DeviceKey], reason: str) -> tuple[frozenset[DeviceKey], frozenset[DeviceKey]]:
        """Take what these devices give as old, however often it is read; gives the newly frozen, and the freed."""
        came, freed = frozen - self.frozen, self.frozen - frozen
        self.frozen = frozen
        for key in sorted(came):
            self.note(self.devices[key].service, ServiceState.SET_ASIDE, reason)
        for key in sorted(freed):
            if key in self.devices and self.devices[key].state is ServiceState.SET_ASIDE:
                self.note(self.devices[key].service, ServiceState.LIVE)
        return came, freed

    def accept(self, accepted: Mapping[DeviceKey, float]) -> None:
        """Operators no longer miss these devices, each since a moment (UTC epoch, s); one that left later is missed."""
        for key, at in accepted.items():
            device = self.devices.get(key)
            if device is not None and device.state is ServiceState.GONE and not device.accepted:
                self.devices[key] = replace(device, accepted=at >= (device.since or 0.0))

    def missing(self, services: Collection[str]) -> list[str]:
        """The services of devices that are not among these: reached another way they bear another name."""
        return [
            device.service
            for device in self.devices.values()
            if device.service not in services and device.state is not ServiceState.GONE
        ]

    def has_lost(self, cls: str) -> bool:
        """Whether a device of this class left the bus."""
        return any(key.cls == cls and it.state is ServiceState.GONE for key, it in self.devices.items())


def is_connected(reading: ServiceReading) -> bool:
    """Whether the device behind a service is there: a driver keeps its service on the bus when it lost the cable."""
    connected = reading.readings.get("Connected")
    return connected is None or connected.number != 0


def exchange(before: DeviceState, now: DeviceState) -> str:
    """A sentence where another device answers under a name, by its serial; its history goes on under that name."""
    if not (before.serial and now.serial) or before.serial == now.serial:
        return ""
    return f"{now.key} is another device now: {now.name} ({now.serial}), was {before.name} ({before.serial})"
