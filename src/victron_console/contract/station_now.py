"""One site with its devices: what somebody who asks about it wants first."""

from __future__ import annotations

from victron_console.contract.devices import Device, devices_of
from victron_console.contract.form import Document
from victron_console.contract.stations import Station, fleet_facts, station_part
from victron_console.model.clock import iso_utc
from victron_console.store.read.reader import Reader


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
