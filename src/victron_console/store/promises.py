"""What forecasts promised of each local day, as they stood the evening before. Owns rows only and judges nothing."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from victron_console.store.connection import transaction
from victron_console.store.read.fleet import station_number

if TYPE_CHECKING:
    from sqlite_utils import Database

KEPT_DAYS = 400
"""As long as the diagnoses look back."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The sun that was forecast for one local day of a station's place."""

    day: date
    issued_at: float
    """When the forecast was fetched (UTC epoch, s)."""
    kwh_m2: float
    """Irradiation on the array's plane: plain, so that a corrected array size does not falsify the past."""


def record_promise(db: Database, station: str, promise: Promise) -> None:
    """Keep a forecast in place of an earlier one of the same day; the newest 400 days that have one stay.

    Counted, not by age: a clock years ahead would take all others away.

    Raises:
        UnknownStation: the store never had it.
        StoreError: the store cannot be written.
    """
    day = promise.day.toordinal()
    with transaction(db):
        no = station_number(db.conn, station)
        db.conn.execute(
            "INSERT INTO promise (station_no, day, issued_at, kwh_m2) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET issued_at = excluded.issued_at, kwh_m2 = excluded.kwh_m2 "
            "WHERE excluded.issued_at >= promise.issued_at",
            (no, day, promise.issued_at, promise.kwh_m2),
        )
        db.table("promise").delete_where(
            "station_no = :no AND day < (SELECT day FROM promise WHERE station_no = :no ORDER BY day DESC "
            "LIMIT 1 OFFSET :kept)",
            {"no": no, "kept": KEPT_DAYS - 1},
        )


def promises(conn: sqlite3.Connection, station: str, since: date) -> list[Promise]:
    """What is kept of the days from one on, oldest first."""
    rows = conn.execute(
        "SELECT day, issued_at, kwh_m2 FROM promise WHERE station_no = ? AND day >= ? ORDER BY day",
        (station_number(conn, station), since.toordinal()),
    )
    return [Promise(date.fromordinal(day), issued_at, kwh_m2) for day, issued_at, kwh_m2 in rows]
