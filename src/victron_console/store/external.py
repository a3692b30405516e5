"""What others recorded of a station, kept by source and local day, apart from our own record. Owns rows only.

Written beside a running collector, in transactions of a few milliseconds; nothing of it is a polled value.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from victron_console.model.external.external_day import ExternalDay
from victron_console.store.connection import transaction
from victron_console.store.read.fleet import station_number

if TYPE_CHECKING:
    from sqlite_utils import Database

DIGITS = 5
"""Kept of a kWh: a hundredth of a Wh."""


@dataclass(frozen=True, slots=True)
class ExternalSpan:
    """How far the record of a source reaches."""

    source: str
    first: date
    last: date
    """The first and last day with anything in it."""
    days: int
    """How many have."""


def portal_span(spans: Iterable[ExternalSpan]) -> ExternalSpan | None:
    """What Victron's portal has of a station: as it was asked for, else as it was downloaded; None where neither is."""
    by_source = {span.source: span for span in spans}
    return by_source.get("vrm") or by_source.get("vrm-csv")


def record_external(db: Database, station: str, days: Iterable[ExternalDay]) -> None:
    """Keep days, each in place of what was kept of it.

    Raises:
        UnknownStation: the store never had it.
        StoreError: the store cannot be written.
    """
    packed = [(day, _packed(day)) for day in days]
    with transaction(db):
        no = station_number(db.conn, station)
        db.conn.executemany(
            "INSERT OR REPLACE INTO external_day (station_no, source, day, since, until, zone, asked_at, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (no, day.source, day.day.toordinal(), day.since, day.until, day.zone, day.asked_at, body)
                for day, body in packed
            ),
        )


def external_days(conn: sqlite3.Connection, station: str, source: str, since: date, until: date) -> list[ExternalDay]:
    """The days from one to before another that were asked for, oldest first."""
    rows = conn.execute(
        "SELECT day, since, until, zone, asked_at, body FROM external_day "
        "WHERE station_no = ? AND source = ? AND day >= ? AND day < ? ORDER BY day",
        (station_number(conn, station), source, since.toordinal(), until.toordinal()),
    )
    return [_unpacked(source, *row) for row in rows]


def external_asked(conn: sqlite3.Connection, station: str, source: str) -> dict[date, tuple[float, float]]:
    """When each day that is kept ended, and when it was asked for (UTC epoch, s)."""
    rows = conn.execute(
        "SELECT day, until, asked_at FROM external_day WHERE station_no = ? AND source = ?",
        (station_number(conn, station), source),
    )
    return {date.fromordinal(day): (until, asked_at) for day, until, asked_at in rows}


def external_spans(conn: sqlite3.Connection, station: str) -> list[ExternalSpan]:
    """The sources that recorded anything of a station."""
    rows = conn.execute(
        "SELECT source, min(day), max(day), count(*) FROM external_day WHERE station_no = ? AND length(body) > 0 "
        "GROUP BY source ORDER BY source",
        (station_number(conn, station),),
    )
    return [ExternalSpan(source, date.fromordinal(a), date.fromordinal(b), count) for source, a, b, count in rows]


def _packed(day: ExternalDay) -> bytes:
    """Nothing at all where nothing came."""
    if not (day.told or day.energies or day.means):
        return b""
    body = {
        "told": {code: round(value, DIGITS) for code, value in day.told.items()},
        "told_at": day.told_at,
        "energies": {code: [list(v), [round(k, DIGITS) for k in v.values()]] for code, v in day.energies.items()},
        "means": {
            code: [list(v), *([round(each[n], 3) for each in v.values()] for n in range(3))]
            for code, v in day.means.items()
        },
    }
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode())


def _unpacked(
    source: str, day: int, since: float, until: float, zone: str, asked_at: float, body: bytes
) -> ExternalDay:
    found: dict[str, Any] = json.loads(zlib.decompress(body)) if body else {}
    return ExternalDay(
        source, date.fromordinal(day), since, until, zone, asked_at,
        told=found.get("told", {}),
        told_at=found.get("told_at"),
        energies={code: dict(zip(*columns, strict=True)) for code, columns in found.get("energies", {}).items()},
        means={
            code: {n: (mean, low, high) for n, mean, low, high in zip(*columns, strict=True)}
            for code, columns in found.get("means", {}).items()
        },
    )  # fmt: skip
