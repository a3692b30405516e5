"""One site with its devices: what somebody who asks about it wants first; and since when what left is gone."""

from __future__ import annotations

from victron_console.contract.form import Document, Moment, Said, Versioned, written
from victron_console.contract.stations import Station, fleet_facts, station_part
from victron_console.model.clock import iso_utc
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.store.read.reader import Reader


class Device(Versioned):
    """An entry of `devices --json`."""

    station: str
    device: str
    """Class and instance: `battery/258`."""
    name: Said
    service: Said
    """Its bus name."""
    state: str
    """`live`, `set aside` or `gone`."""
    since: Moment | None
    read_at: Moment | None
    quality: str
    """What its age makes of its values."""
    accepted: bool
    """It left and an operator no longer misses it."""


def devices_of(snapshot: Snapshot) -> tuple[Device, ...]:
    """The devices of a station by class and instance."""
    return tuple(_device(snapshot.station, snapshot.devices[key], snapshot.at) for key in sorted(snapshot.devices))


def _device(station: str, device: DeviceState, now: float) -> Device:
    return Device(
        station=station,
        device=str(device.key),
        name=device.name,
        service=device.service,
        state=device.state.value,
        since=written(device.since),
        read_at=written(device.read_at),
        quality=device.quality_at(now).value,
        accepted=device.accepted,
    )


class StationNow(Document):
    """A site and what it consists of."""

    station: Station
    devices: tuple[Device, ...]


def station_now(reader: Reader, station: str, now: float, as_of: float | None) -> StationNow:
    """A site at `now`, which is `as_of` where that is given.

    Raises:
        UnknownStation: the store never had it.
    """
    return StationNow(
        at=iso_utc(now),
        live=as_of is None,
        station=station_part(reader, station, fleet_facts(reader, now, as_of, station)),
        devices=devices_of(reader.snapshot(station, as_of)),
    )
