"""What operators ask of the collector: which series to keep and which station to poll closely."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from enum import StrEnum


class WantedKind(StrEnum):
    """What an operator asks of the collector."""

    PIN = "pin"
    """Keep the history of a series, whatever its level."""
    UNPIN = "unpin"
    FOCUS = "focus"
    """Poll a station each 1-2 s for a while."""
    ACCEPT = "accept"
    """A device that left is no longer missed."""
    DIAGNOSE = "diagnose"
    """Diagnose a station now, not at night."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish of an operator that holds."""

    id: int
    at: float
    kind: WantedKind
    station: str
    pattern: str
    """The series or glob that is pinned, the device that is accepted as gone; of no meaning else."""
    until: float | None
    """None where it has no end."""
    operator: str


def wanted(conn: sqlite3.Connection, station: str | None, moment: float) -> list[Wanted]:
    """What operators asked for and still holds at a moment, oldest first; a device accepted as gone holds for ever."""
    rows = conn.execute(
        "SELECT id, at, kind, station, pattern, until, operator FROM wanted WHERE at <= ? AND ifnull(station = ?, 1) "
        "ORDER BY id",
        (moment, station),
    )
    holding: dict[tuple[str, str, bool], Wanted] = {}
    for row_id, at, kind, of, pattern, until, operator in rows:
        what = (of, pattern, kind == WantedKind.ACCEPT)
        holding.pop(what, None)
        if kind != WantedKind.UNPIN and (until is None or until > moment):
            holding[what] = Wanted(row_id, at, WantedKind(kind), of, pattern, until, operator)
    return sorted(holding.values(), key=lambda wish: wish.id)


def accepted_as_gone(conn: sqlite3.Connection, station_no: int, moment: float) -> dict[str, float]:
    """When each device (`battery/258`) of a station was last accepted as gone by then (UTC epoch, s)."""
    rows = conn.execute(
        "SELECT pattern, max(at) FROM wanted WHERE kind = ? AND at <= ? "
        "AND station = (SELECT id FROM station WHERE no = ?) GROUP BY pattern",
        (WantedKind.ACCEPT, moment, station_no),
    )
    return dict(rows.fetchall())
