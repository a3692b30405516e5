"""What the fleet takes from the store: what an earlier collector left of a station, and what operators wish of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from victron_console.collector.poller import StationPoller
from victron_console.model.clock import Clock
from victron_console.model.device import DeviceKey
from victron_console.model.judgement import PollMemory
from victron_console.model.snapshot import DeviceState
from victron_console.sources.naming import KnownDevice
from victron_console.store.operator.wanted import Wanted, WantedKind
from victron_console.store.read.reader import Reader

FOCUS_CADENCE_S = 2.0
"""Between two reads of a station that somebody looks at closely."""


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


def read_wishes(store: Path, clock: Clock) -> Sequence[Wanted]:
    """The wishes for all stations that hold now.

    Raises:
        StoreError: the store cannot be read.
    """
    with closing(Reader(store, clock)) as reader:
        return reader.wanted()


def follow_wishes(poller: StationPoller, wishes: Sequence[Wanted]) -> None:
    """Poll a station as the wishes for it say."""
    focus_s = FOCUS_CADENCE_S if any(wish.kind is WantedKind.FOCUS for wish in wishes) else None
    poller.want(focus_s, _pinned_services(poller, wishes))
    poller.table.accept(_accepted(wishes))


def _accepted(wishes: Sequence[Wanted]) -> dict[DeviceKey, float]:
    """The devices that operators accepted as gone, and when."""
    return {DeviceKey.parse(wish.pattern): wish.at for wish in wishes if wish.kind is WantedKind.ACCEPT}


def _pinned_services(poller: StationPoller, wishes: Sequence[Wanted]) -> frozenset[str]:
    """The bus names of the devices of which a value is pinned."""
    patterns = [wish.pattern for wish in wishes if wish.kind is WantedKind.PIN]
    if not patterns:
        return frozenset()
    return frozenset(
        device.service
        for key, device in poller.table.devices.items()
        if any(pattern.startswith((f"{key}/", "*")) for pattern in patterns)
    )
