"""Forecasts by the hour, each issue of each source as it was. Owns rows only and judges nothing."""

from __future__ import annotations

import json
import sqlite3
import zlib
from typing import TYPE_CHECKING

from pydantic import FiniteFloat, TypeAdapter, ValidationError

from victron_console.model.external.hourly_forecast import HourlyForecast
from victron_console.store.connection import transaction
from victron_console.store.read.fleet import station_number

if TYPE_CHECKING:
    from sqlite_utils import Database

KEPT_ISSUES = 9600
"""Of a station and source: 400 days of one an hour, as long as the diagnoses look back."""
DIGITS = 5
LARGEST_BODY = 1_000_000
"""Unpacked; ours are some kB."""
_BODY = TypeAdapter(dict[str, tuple[FiniteFloat | None, ...]])


def record_forecast(db: Database, station: str, forecast: HourlyForecast) -> None:
    """Keep an issue, in place of what was kept of the same source and moment; the newest 9,600 of the source stay.

    Counted, not by age: a clock years ahead would take all others away.

    Raises:
        UnknownStation: the store never had it.
        StoreError: the store cannot be written.
    """
    body = {name: [None if v is None else round(v, DIGITS) for v in each] for name, each in forecast.series.items()}
    packed = zlib.compress(json.dumps(body, separators=(",", ":"), allow_nan=False).encode())
    with transaction(db):
        no = station_number(db.conn, station)
        db.conn.execute(
            "INSERT OR REPLACE INTO forecast (station_no, source, issued_at, since, body) VALUES (?, ?, ?, ?, ?)",
            (no, forecast.source, forecast.issued_at, forecast.since, packed),
        )
        db.table("forecast").delete_where(
            "station_no = :no AND source = :source AND issued_at < (SELECT issued_at FROM forecast "
            "WHERE station_no = :no AND source = :source ORDER BY issued_at DESC LIMIT 1 OFFSET :kept)",
            {"no": no, "source": forecast.source, "kept": KEPT_ISSUES - 1},
        )


def forecasts(conn: sqlite3.Connection, station: str, source: str, since: float, until: float) -> list[HourlyForecast]:
    """What a source issued from one moment to another (UTC epoch, s), in that order; damaged ones are left out."""
    rows = conn.execute(
        "SELECT issued_at, since, body FROM forecast WHERE station_no = ? AND source = ? AND issued_at >= ? "
        "AND issued_at <= ? ORDER BY issued_at",
        (station_number(conn, station), source, since, until),
    )
    found = (_unpacked(source, *row) for row in rows)
    return [one for one in found if one is not None]


def _unpacked(source: str, issued_at: float, since: float, body: bytes) -> HourlyForecast | None:
    try:
        series = _BODY.validate_json(zlib.decompressobj().decompress(body, LARGEST_BODY))
    except (zlib.error, ValidationError):
        return None
    return HourlyForecast(source, issued_at, since, series)
