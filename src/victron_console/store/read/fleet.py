"""Reads of stations, their services and all their values, at one moment."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from math import inf
from typing import Any

from victron_console.model.device import DeviceKey, split_series
from victron_console.model.nearest import nearest
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality, shortest_cadence_s
from victron_console.model.reading import Reading
from victron_console.model.snapshot import BatteryChoice, DeviceState, Snapshot
from victron_console.model.station import ServiceState, StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.model.text import clean
from victron_console.store.answers import SeriesRow, ServiceRow, StationRow
from victron_console.store.errors import UnknownStation
from victron_console.store.operator.wanted import accepted_as_gone
from victron_console.store.read import link_states
from victron_console.store.read.presence import (
    LIVE,
    Presence,
    ServiceStanding,
    hanging_services,
    presences,
    standings,
)
from victron_console.store.read.replay import held_at, texts_at
from victron_console.store.value_encoding import Judged, judged, scalar
from victron_console.store.write.registry import DEFAULT_CADENCE_S

_STATION = (
    "SELECT no, id, name, tags, info, state, since, reason, overview, read_at, cadence_s "
    "FROM station JOIN summary ON station_no = no "
)


def station_number(conn: sqlite3.Connection, station: str) -> int:
    """The number of a station.

    Raises:
        UnknownStation: the store never had it.
    """
    row = conn.execute("SELECT no FROM station WHERE id = ?", (station,)).fetchone()
    if row is None:
        raise unknown_station(conn, station)
    return int(row[0])


def unknown_station(conn: sqlite3.Connection, station: str) -> UnknownStation:
    """That the store never had a station of that id, with the nearest."""
    known = [row[0] for row in conn.execute("SELECT id FROM station ORDER BY id")]
    near = nearest(station, known)
    return UnknownStation(f"{clean(station)} is not in the store{near}: `victron-console status` lists what is")


def series_numbers(conn: sqlite3.Connection, station_no: int, series: str) -> tuple[int, int] | None:
    """The numbers of a series' device and of itself; None where the station never had it.

    Raises:
        ValueError: the text is no series name.
    """
    key, path = split_series(series)
    row: tuple[int, int] | None = conn.execute(
        "SELECT device.no, series.no FROM series JOIN device ON device.no = device_no "
        "WHERE station_no = ? AND cls = ? AND instance = ? AND path = ?",
        (station_no, key.cls, key.instance, path),
    ).fetchone()
    return row


def station_rows(conn: sqlite3.Connection, as_of: float | None) -> list[StationRow]:
    """The configured stations by name."""
    rows = conn.execute(f"{_STATION} WHERE active ORDER BY name, id").fetchall()
    return [_live_row(*row) if as_of is None else _past_row(conn, row, as_of) for row in rows]


def station_row(conn: sqlite3.Connection, station: str, as_of: float | None) -> StationRow | None:
    """One station, configured or not; None where the store never had it."""
    row = conn.execute(f"{_STATION} WHERE id = ?", (station,)).fetchone()
    if row is None:
        return None
    return _live_row(*row) if as_of is None else _past_row(conn, row, as_of)


@lru_cache(maxsize=4096)  # the console asks for the whole fleet several times a second, and few rows have changed
def _live_row(
    no: int,
    station: str,
    name: str,
    tags: str,
    info: str,
    state: str,
    since: float,
    reason: str,
    overview: str | None,
    read_at: float | None,
    cadence_s: float,
) -> StationRow:
    status = StationStatus(StationState(state), since, reason)
    figures = Overview.from_json(json.loads(overview)) if overview else None
    labels, configured = json.loads(tags), _info(info)
    if not isinstance(labels, list):
        raise TypeError(f"the configuration of {station} is none of ours")
    return StationRow(station, name, tuple(map(str, labels)), configured, status, figures, read_at, cadence_s)


def _past_row(conn: sqlite3.Connection, row: tuple[Any, ...], as_of: float) -> StationRow:
    devices = presences(conn, row[0], as_of)
    return replace(
        _live_row(*row),
        status=status_at(conn, row[0], as_of),
        overview=None,
        read_at=max((device.read_at for device in devices if device.read_at is not None), default=None),
        cadence_s=shortest_cadence_s(((device.read_at, device.cadence_s) for device in devices), DEFAULT_CADENCE_S),
    )


def status_at(conn: sqlite3.Connection, station_no: int, as_of: float) -> StationStatus:
    """The state of a station at a moment."""
    row = conn.execute(
        "SELECT state, at, reason FROM station_state WHERE station_no = ? AND at <= ? "
        "ORDER BY at DESC, id DESC LIMIT 1",
        (station_no, as_of),
    ).fetchone()
    if row is None:
        return StationStatus(StationState.STARTING, as_of, "not in the store yet")
    return StationStatus(StationState(row[0]), row[1], row[2])


def snapshot(conn: sqlite3.Connection, station: str, now: float, as_of: float | None) -> Snapshot:
    """All values of a station, judged at `now`, which is `as_of` where that is given."""
    no = station_number(conn, station)
    present = presences(conn, no, as_of)
    if as_of is None:
        values = _latest(conn, no)
    else:
        values, present = _past(conn, no, present, as_of)
    accepted = accepted_as_gone(conn, no, LIVE if as_of is None else as_of)
    devices = {device.key: device_state(device, values.get(device.no, {}), accepted) for device in present}
    status = status_at(conn, no, LIVE if as_of is None else as_of)
    return Snapshot(station, now, devices, status, battery_choice(conn, no), hanging_services(conn, no, as_of))


def battery_choice(conn: sqlite3.Connection, station_no: int) -> BatteryChoice:
    """What the station's file says of its battery's devices."""
    return _info(*conn.execute("SELECT info FROM station WHERE no = ?", (station_no,)).fetchone()).battery.choice


@lru_cache(maxsize=4096)  # asked with every snapshot, and a station file is rarely edited
def _info(text: str) -> StationInfo:
    return StationInfo.from_json(json.loads(text))


_Values = dict[int, dict[str, Judged]]
"""Device number to path to value."""


def _latest(conn: sqlite3.Connection, station_no: int) -> _Values:
    values: _Values = {}
    for device_no, path, value, quality, reason in conn.execute(
        "SELECT device_no, path, value, quality, reason FROM device JOIN series ON device_no = device.no "
        "JOIN latest ON series_no = series.no WHERE station_no = ?",
        (station_no,),
    ):
        values.setdefault(device_no, {})[path] = (scalar(value), Quality(quality), reason)
    return values


def _past(
    conn: sqlite3.Connection, station_no: int, present: list[Presence], as_of: float
) -> tuple[_Values, list[Presence]]:
    """The values, and the devices with what the changes say of when they were read."""
    texts = texts_at(conn, station_no, as_of)
    values: _Values = {}
    read: list[Presence] = []
    for device in present:
        held = held_at(conn, device.no, as_of)
        entries = {**held.entries, **texts}
        paths = conn.execute("SELECT path, no FROM series WHERE device_no = ?", (device.no,))
        values[device.no] = {path: judged(entries[no]) for path, no in paths if no in entries}
        read.append(device.read_by(held.changed_at))
    return values, read


def device_state(device: Presence, values: Mapping[str, Judged], accepted: Mapping[str, float]) -> DeviceState:
    """A device with its values as a snapshot holds it; `accepted` says which were accepted as gone, and when."""
    at = device.read_at or 0.0
    since = device.standing.since if device.standing else None
    gone = device.state is ServiceState.GONE and since is not None
    return DeviceState(
        device.key,
        device.service,
        {path: Reading(value, at, quality, reason) for path, (value, quality, reason) in values.items()},
        device.read_at,
        device.cadence_s,
        device.failures,
        device.state,
        since,
        accepted=gone and accepted.get(str(device.key), -inf) >= (since or 0.0),
    )


def service_rows(conn: sqlite3.Connection, station_no: int, now: float, as_of: float | None) -> list[ServiceRow]:
    """The services of a station by bus name, also those that hung before they were ever read."""
    present = presences(conn, station_no, as_of)
    if as_of is None:
        rows = [_read_service(device, now) for device in present]
    else:  # how often a device's polls failed is not kept: nearly always it was the link that did
        failures = link_states.link(conn, station_no, as_of).failures
        read = [device.read_by(held_at(conn, device.no, as_of).changed_at) for device in present]
        rows = [replace(_read_service(device, now), failures=failures) for device in read]
    known = {row.service for row in rows}
    # One with a device that is not known by this name has given the name up for another.
    never_read = [s for s in standings(conn, station_no, as_of).values() if s.device_no is None]
    rows += [_unread_service(standing) for standing in never_read if standing.service not in known]
    return sorted(rows, key=lambda row: row.service)


def _read_service(device: Presence, now: float) -> ServiceRow:
    standing = device.standing
    return ServiceRow(
        service=device.service,
        key=device.key,
        state=device.state,
        since=standing.since if standing else None,
        reason=standing.reason if standing else "",
        retry_at=standing.retry_at if standing else None,
        read_at=device.read_at,
        cadence_s=device.cadence_s,
        failures=device.failures,
        quality=device.quality_at(now),
    )


_UNREAD = {ServiceState.GONE: Quality.GONE, ServiceState.LIVE: Quality.ABSENT}
"""What a service that was never read is worth: one on the bus has no values, as some have; one that hung lost them."""


def _unread_service(standing: ServiceStanding) -> ServiceRow:
    return ServiceRow(
        service=standing.service,
        key=None,
        state=standing.state,
        since=standing.since,
        reason=standing.reason,
        retry_at=standing.retry_at,
        read_at=None,
        cadence_s=0.0,
        failures=0,
        quality=_UNREAD.get(standing.state, Quality.LOST),
    )


def series_rows(conn: sqlite3.Connection, station_no: int) -> list[SeriesRow]:
    """Every series of a station by name, with the value last stored."""
    rows = conn.execute(
        "SELECT cls, instance, path, value, quality, reason, changed_at, first_at FROM device "
        "JOIN series ON device_no = device.no JOIN latest ON series_no = series.no WHERE station_no = ?",
        (station_no,),
    )
    found = [
        SeriesRow(DeviceKey(cls, instance).series(path), scalar(value), Quality(quality), reason, changed_at, first_at)
        for cls, instance, path, value, quality, reason, changed_at, first_at in rows
    ]
    return sorted(found, key=lambda row: row.name)
