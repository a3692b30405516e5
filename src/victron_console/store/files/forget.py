"""Series that nobody wants, taken out of the store for good: a station that invents names fills its series for ever."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.model.clock import Clock
from victron_console.model.device import DeviceKey
from victron_console.store.connection import open_writable, transaction
from victron_console.store.event_log import add_events
from victron_console.store.lease import Lease
from victron_console.store.read.fleet import station_number
from victron_console.store.records import Event
from victron_console.store.schema import check
from victron_console.store.sealed.upkeep import upkeep_lock
from victron_console.store.value_encoding import body_of, entries_in

if TYPE_CHECKING:
    from sqlite_utils import Database

_BY_SERIES = ("block", "text_change", "latest", "damaged")


def forget(path: Path, station: str, globs: Sequence[str], clock: Clock) -> list[str]:
    """Take the series of a station whose names fit out of the store, with all their history.

    Args:
        path: the store.
        station: its id.
        globs: patterns of names such as `battery/*/Fake*`.
        clock: names the moment.

    Returns:
        The names of those that are gone.

    Raises:
        LeaseHeld: a collector writes this store: it remembers what it stored.
        UpkeepBusy: another process seals at the moment.
        UnknownStation: the store never had it.
        StoreError: it cannot be written; nothing is gone.
    """
    with Lease(path, clock), upkeep_lock(path), closing(open_writable(path)) as db:
        check(db, path)
        with transaction(db):
            found = _fitting(db.conn, station_number(db.conn, station), globs)
            numbers = {number for number, _, _ in found}
            for device in {device for _, device, _ in found}:
                _take_out_of_bodies(db.conn, device, numbers)
            for table in _BY_SERIES:
                db.conn.executemany(f"DELETE FROM {table} WHERE series_no = ?", [(number,) for number in numbers])
            db.conn.executemany("DELETE FROM series WHERE no = ?", [(number,) for number in numbers])
            _note(db, station, globs, len(found), clock.now())
    return sorted(name for _, _, name in found)


def _fitting(conn: sqlite3.Connection, station_no: int, globs: Sequence[str]) -> list[tuple[int, int, str]]:
    """Number, device and name of each."""
    rows = conn.execute(
        "SELECT series.no, device.no, cls, instance, path FROM device JOIN series ON device_no = device.no "
        "WHERE station_no = ?",
        (station_no,),
    )
    named = [(number, device, DeviceKey(cls, instance).series(path)) for number, device, cls, instance, path in rows]
    return [row for row in named if any(fnmatchcase(row[2], glob) for glob in globs)]


def _take_out_of_bodies(conn: sqlite3.Connection, device: int, numbers: set[int]) -> None:
    """Rows stay, also empty ones: they say when the device was read, and others name them."""
    for table in ("hot", "keyframe"):
        changed = []
        for row, body in conn.execute(f"SELECT id, body FROM {table} WHERE device_no = ?", (device,)):
            entries = entries_in(body)
            kept = {number: entry for number, entry in entries.items() if number not in numbers}
            if len(kept) < len(entries):
                changed.append((body_of(kept), row))
        conn.executemany(f"UPDATE {table} SET body = ? WHERE id = ?", changed)


def _note(db: Database, station: str, globs: Sequence[str], count: int, now: float) -> None:
    text = f"{count:,} series forgotten by `store forget`: {', '.join(globs)}"
    add_events(db, [Event(now, station, "store", text)])
