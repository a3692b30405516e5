"""Where imported history goes: its station, devices and series, made where they are new; what is there stays."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING

from victron_console.model.device import DeviceKey
from victron_console.model.station import StationState
from victron_console.model.text import MAX_TEXT, clean
from victron_console.store.connection import transaction
from victron_console.store.files.import_source import About
from victron_console.store.value_encoding import Entry, judged
from victron_console.store.write.registry import DEFAULT_CADENCE_S, MAX_DEVICES, MAX_SERIES

if TYPE_CHECKING:
    from sqlite_utils import Database

IMPORTED = 2
"""`station.active` of stations that no configuration names and that stay in view."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def refuse_id(station: str) -> None:
    """Refuse a text that is no station's id.

    Raises:
        ValueError: it is none.
    """
    if not _ID.fullmatch(station):
        raise ValueError(f"{clean(station, 70)!r} is no station's id: small letters, digits and hyphens")


def refuse_name(station: str, series: str) -> None:
    """Refuse names that no collector of ours records.

    Raises:
        ValueError: the name of the station or of the series is none.
    """
    refuse_id(station)
    if clean(series, 3 * MAX_TEXT) != series:
        raise ValueError(f"{clean(series, 70)!r} is no series: it holds what no name does")


def station_number(conn: sqlite3.Connection, station: str, about: About, now: float) -> int:
    """The number of a station."""
    row = conn.execute("SELECT no FROM station WHERE id = ?", (station,)).fetchone()
    if row:
        return int(row[0])
    info = about.info.model_dump(mode="json", exclude_none=True)
    cursor = conn.execute(
        "INSERT INTO station (id, name, tags, info, active, registered_at) VALUES (?, ?, ?, ?, ?, ?)",
        (station, about.name or station, json.dumps(about.tags), json.dumps(info), IMPORTED, now),
    )
    number = cursor.lastrowid
    assert number is not None
    conn.execute(
        "INSERT INTO station_state (station_no, at, state, reason) VALUES (?, ?, ?, 'imported')",
        (number, now, StationState.LOST),
    )
    conn.execute(
        "INSERT INTO summary (station_no, state, since, reason, cadence_s) VALUES (?, ?, ?, 'imported', ?)",
        (number, StationState.LOST, now, DEFAULT_CADENCE_S),
    )
    return number


def device_number(conn: sqlite3.Connection, station_no: int, key: DeviceKey, about: About, now: float) -> int:
    """The number of a device.

    Raises:
        ValueError: the station has as many as any may have.
    """
    row = conn.execute(
        "SELECT no FROM device WHERE station_no = ? AND cls = ? AND instance = ?", (station_no, key.cls, key.instance)
    ).fetchone()
    if row:
        return int(row[0])
    if conn.execute("SELECT count(*) FROM device WHERE station_no = ?", (station_no,)).fetchone()[0] >= MAX_DEVICES:
        raise ValueError(f"a station of more than {MAX_DEVICES} devices")
    told = about.service(key)
    cursor = conn.execute(
        "INSERT INTO device (station_no, cls, instance, first_at) VALUES (?, ?, ?, ?)",
        (station_no, key.cls, key.instance, now),
    )
    number = cursor.lastrowid
    assert number is not None
    conn.execute(
        "INSERT INTO device_change (device_no, at, service, cadence_s) VALUES (?, ?, ?, ?)",
        (number, now, told.service, told.cadence_s),
    )
    conn.execute(
        "INSERT INTO device_now (device_no, read_at, cadence_s, failures, tip) VALUES (?, NULL, ?, 0, 0)",
        (number, told.cadence_s),
    )
    return number


def series_number(conn: sqlite3.Connection, device_no: int, path: str) -> int:
    """The number of a series.

    Raises:
        ValueError: the device alone has as many as a station may have.
    """
    row = conn.execute("SELECT no FROM series WHERE device_no = ? AND path = ?", (device_no, path)).fetchone()
    if row:
        return int(row[0])
    if conn.execute("SELECT count(*) FROM series WHERE device_no = ?", (device_no,)).fetchone()[0] >= MAX_SERIES:
        raise ValueError(f"a device of more than {MAX_SERIES:,} series")
    number = conn.execute("INSERT INTO series (device_no, path) VALUES (?, ?)", (device_no, path)).lastrowid
    assert number is not None
    return number


def keep_latest(conn: sqlite3.Connection, latest: Mapping[int, tuple[float, Entry]]) -> None:
    """Keep the last change of each series, by its number, where none that is later is known."""
    conn.executemany(
        "INSERT INTO latest (series_no, value, quality, reason, changed_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET value = excluded.value, quality = excluded.quality, reason = excluded.reason, "
        "changed_at = excluded.changed_at WHERE excluded.changed_at >= changed_at",
        [(no, *judged(entry), at) for no, (at, entry) in latest.items()],
    )


def widen_span(conn: sqlite3.Connection, device_no: int, first_at: float, last_at: float) -> None:
    """When the device was read first and last, as far as the rows tell."""
    conn.execute("UPDATE device SET first_at = min(first_at, ?) WHERE no = ?", (first_at, device_no))
    conn.execute("UPDATE device_change SET at = min(at, ?) WHERE id = (SELECT id FROM device_change "
                 "WHERE device_no = ? ORDER BY at, id LIMIT 1)", (first_at, device_no))  # fmt: skip
    conn.execute("UPDATE device_now SET read_at = max(ifnull(read_at, 0), ?) WHERE device_no = ?",
                 (last_at, device_no))  # fmt: skip
    conn.execute(
        "UPDATE summary SET read_at = max(ifnull(read_at, 0), ?) WHERE station_no = "
        "(SELECT station_no FROM device WHERE no = ?)",
        (last_at, device_no),
    )


def read_until(db: Database, devices: Mapping[int, float]) -> None:
    """Devices whose rows end in no gap were read until the file ends, also where nothing changed any more."""
    with transaction(db):
        db.conn.executemany(
            "UPDATE device_now SET read_at = max(ifnull(read_at, 0), ?) WHERE device_no = ?",
            ((read_at, device_no) for device_no, read_at in devices.items()),
        )
