"""What the store holds of a station that is about to be polled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from victron_console.model.clock import Clock
from victron_console.model.device import DeviceKey
from victron_console.model.judgement import PollMemory
from victron_console.model.snapshot import DeviceState
from victron_console.sources.naming import KnownDevice
from victron_console.store.read.reader import Reader


@dataclass(frozen=True, slots=True)
class StoredStation:
    """A station as an earlier collector left it; empty where none ever read it."""

    names: Mapping[str, KnownDevice]
    """Its devices by bus name."""
    devices: Mapping[DeviceKey, DeviceState]
    memory: PollMemory
    """What judging its next poll needs."""


def stored_stations(store: Path, clock: Clock, stations: Iterable[str]) -> dict[str, StoredStation]:
    """What the store holds of registered stations, by id.

    Raises:
        StoreError: the store cannot be read.
        UnknownStation: one of them was never registered.
    """
    with closing(Reader(store, clock)) as reader:
        return {station: _stored(reader, station) for station in stations}


def _stored(reader: Reader, station: str) -> StoredStation:
    with reader.at_once():
        devices = reader.snapshot(station).devices
        names = {
            row.service: KnownDevice(row.key, devices[row.key].serial if row.key in devices else "")
            for row in reader.services(station)
            if row.key is not None
        }
        return StoredStation(names, devices, reader.poll_memory(station))
