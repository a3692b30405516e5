"""What the daily diagnoses keep: their findings as they were told, day by day, and the load steps behind a resistance.

Owns rows only. What a body means is known to `diagnosing.verdict.kept_findings`; it is packed here, read nowhere else.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from victron_console.model.units import DAY_S
from victron_console.store.connection import transaction
from victron_console.store.read.fleet import station_number

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class DiagnosisRow:
    """What was found of a station on a day."""

    station: str
    at: float
    """When it was diagnosed (UTC epoch, s)."""
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StepRow:
    """The load steps of a span of a battery's record; also where there were none: the span has been read."""

    battery: str
    since: float
    until: float
    steps: bytes


def record_diagnosis(db: Database, row: DiagnosisRow, steps: Sequence[StepRow] = ()) -> None:
    """Keep what was found, in place of an earlier result of the same day (UTC).

    Raises:
        UnknownStation: the store never had it.
        StoreError: the store cannot be written.
    """
    packed = zlib.compress(json.dumps(row.body, ensure_ascii=False, separators=(",", ":")).encode())
    with transaction(db):
        no = station_number(db.conn, row.station)
        db.table("diagnosis").insert(
            {"station_no": no, "day": int(row.at // DAY_S), "at": row.at, "body": packed}, replace=True
        )
        db.table("load_step").insert_all(({"station_no": no, **asdict(step)} for step in steps), replace=True)


def latest(conn: sqlite3.Connection, as_of: float) -> dict[str, DiagnosisRow]:
    """The last result of each configured station up to a moment."""
    rows = conn.execute(
        "SELECT id, d.at, d.body FROM station JOIN diagnosis AS d ON d.station_no = station.no "
        "WHERE active AND day = (SELECT max(day) FROM diagnosis AS e WHERE e.station_no = station.no AND e.at <= ?)",
        (as_of,),
    )
    return {row.station: row for row in _unpacked(rows)}


def latest_at(conn: sqlite3.Connection, as_of: float) -> dict[str, float]:
    """When the last result of each configured station up to a moment was found (UTC epoch, s), without its body."""
    rows = conn.execute(
        "SELECT id, max(d.at) FROM station JOIN diagnosis AS d ON d.station_no = station.no "
        "WHERE active AND d.at <= ? GROUP BY id",
        (as_of,),
    )
    return dict(rows.fetchall())


def course(conn: sqlite3.Connection, station: str, since: float, until: float) -> list[DiagnosisRow]:
    """All results of a station in a span, oldest first."""
    rows = conn.execute(
        "SELECT ?, at, body FROM diagnosis WHERE station_no = ? AND at BETWEEN ? AND ? ORDER BY day",
        (station, station_number(conn, station), since, until),
    )
    return list(_unpacked(rows))


def load_steps(conn: sqlite3.Connection, station: str, battery: str) -> list[StepRow]:
    """The spans of a battery that were read, oldest first."""
    rows = conn.execute(
        "SELECT battery, since, until, steps FROM load_step WHERE station_no = ? AND battery = ? ORDER BY since",
        (station_number(conn, station), battery),
    )
    return [StepRow(*row) for row in rows]


def _unpacked(rows: sqlite3.Cursor) -> Iterator[DiagnosisRow]:
    return (DiagnosisRow(station, at, json.loads(zlib.decompress(body))) for station, at, body in rows)
