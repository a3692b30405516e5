"""What the writer remembers of each station, to tell a change from a repetition, and how it is read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from victron_console.catalogue import catalogue
from victron_console.model.device import DeviceKey
from victron_console.model.judgement import Judgement
from victron_console.model.quality import shortest_cadence_s
from victron_console.model.reading import Reading
from victron_console.model.station import StationState
from victron_console.store.read.judgements import judgement
from victron_console.store.read.presence import ServiceStanding, standings
from victron_console.store.value_encoding import Entry, entry_from, scalar

DEFAULT_CADENCE_S = 10.0
MAX_DEVICES = 300
"""Devices, and services that never answered, kept of one station for ever. The largest seen has 30."""
MAX_SERIES = 20_000
"""Series kept of one station for ever. The largest seen has 4,000."""


@dataclass(slots=True)
class Slot:
    """A series: its number, the decimals it is kept at, and the entry last stored."""

    no: int
    decimals: int | None
    entry: Entry = None


@dataclass(slots=True)
class Device:
    """A device as last stored."""

    no: int
    key: DeviceKey
    service: str = ""
    cadence_s: float = DEFAULT_CADENCE_S
    read_at: float | None = None
    failures: int = 0
    tip: int = 0
    """Its last row in `hot`; 0 where it has none."""
    silence: int | None = None
    """The open row in `silence`."""
    keyframe_at: float | None = None
    """Time of its last keyframe, or of its first row where it has none yet."""
    changes: int = 0
    """Entries written since."""
    slots: dict[str, Slot] = field(default_factory=dict)
    seen: Mapping[str, Reading] = field(default_factory=dict)
    """What it was read as last; empty where that is not known. What repeats it needs no second look."""


@dataclass(slots=True)
class Averages:
    """Running means of the overview in one five-minute slot."""

    slot: int
    samples: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Station:
    """A station as last stored."""

    no: int
    state: StationState
    since: float
    reason: str
    overview: str | None
    read_at: float | None
    memory: str | None = None
    judgement: Judgement | None = None
    """As last recorded; None where none was."""
    devices: dict[DeviceKey, Device] = field(default_factory=dict)
    standings: dict[str, ServiceStanding] = field(default_factory=dict)
    averages: Averages | None = None
    series: int = 0
    """How many its devices have."""
    overflowed: bool = False
    """Whether something new was left out: a station that makes names up would fill disk and memory."""
    overflow_told: bool = False

    @property
    def cadence_s(self) -> float:
        """Of the device read most often."""
        return shortest_cadence_s(((it.read_at, it.cadence_s) for it in self.devices.values()), DEFAULT_CADENCE_S)


@dataclass(slots=True)
class Numbers:
    """The next free number of each table whose rows refer to each other; only the one writer hands them out."""

    device: Iterator[int]
    series: Iterator[int]
    hot: Iterator[int]
    silence: Iterator[int]

    @classmethod
    def read(cls, conn: sqlite3.Connection) -> Numbers:
        """Start after what the store holds. Numbers of hot rows are not used again after these are sealed away."""

        def after(sql: str) -> Iterator[int]:
            return count((conn.execute(sql).fetchone()[0] or 0) + 1)

        return cls(
            device=after("SELECT max(no) FROM device"),
            series=after("SELECT max(no) FROM series"),
            hot=after("SELECT max((SELECT ifnull(max(id), 0) FROM hot), (SELECT ifnull(max(tip), 0) FROM device_now))"),
            silence=after("SELECT max(id) FROM silence"),
        )


def decimals_of(key: DeviceKey, path: str) -> int | None:
    """The decimals that a path is kept at, by the catalogue."""
    metric = catalogue().metric(key.cls, path)
    return metric.kept_decimals if metric else None


def load_station(conn: sqlite3.Connection, station_id: str) -> Station | None:
    """The station as the store holds it; None where it was never registered."""
    row = conn.execute(
        "SELECT no, state, since, reason, overview, read_at, memory FROM summary JOIN station ON no = station_no "
        "WHERE id = ?",
        (station_id,),
    ).fetchone()
    if row is None:
        return None
    no, state, since, reason, overview, read_at, memory = row
    station = Station(
        no,
        StationState(state),
        since,
        reason,
        overview,
        read_at,
        memory,
        judgement(conn, station_id, None),
        standings=standings(conn, no, None),
    )
    devices = {device.no: device for device in _devices(conn, no)}
    for device_no, series_no, path, value, quality, why in conn.execute(
        "SELECT device_no, series.no, path, value, quality, reason FROM series JOIN device ON device.no = device_no "
        "JOIN latest ON series_no = series.no WHERE station_no = ?",
        (no,),
    ):
        device = devices[device_no]
        station.series += 1
        device.slots[path] = Slot(series_no, decimals_of(device.key, path), entry_from(scalar(value), quality, why))
    for device in devices.values():
        # How much was written since the keyframe is not known: as if enough for the next one.
        device.changes = len(device.slots)
        station.devices[device.key] = device
    return station


def _devices(conn: sqlite3.Connection, station_no: int) -> Iterator[Device]:
    for row in conn.execute(
        "SELECT no, cls, instance, cadence_s, read_at, failures, tip, "
        "(SELECT service FROM device_change d WHERE d.device_no = no ORDER BY at DESC, d.id DESC LIMIT 1), "
        "(SELECT id FROM silence s WHERE s.device_no = no AND until IS NULL LIMIT 1), "
        "ifnull((SELECT max(at) FROM keyframe k WHERE k.device_no = no), first_at) "
        "FROM device JOIN device_now ON device_no = no WHERE station_no = ?",
        (station_no,),
    ):
        no, cls, instance, cadence_s, read_at, failures, tip, service, silence, keyframe_at = row
        yield Device(no, DeviceKey(cls, instance), service, cadence_s, read_at, failures, tip, silence, keyframe_at)
