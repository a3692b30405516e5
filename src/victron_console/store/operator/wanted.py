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


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish of an operator that holds."""

    id: int
    at: float
    kind: WantedKind
    station: str
    pattern: str
    """The series or glob that is pinned; empty for a focus."""
    until: float | None
    """None where it has no end."""
    operator: str


def wanted(conn: sqlite3.Connection, station: str | None, moment: float) -> list[Wanted]:
    """The pins and focuses that hold at a moment, oldest first."""
    rows = conn.execute(
        "SELECT id, at, kind, station, pattern, until, operator FROM wanted WHERE at <= ? AND ifnull(station = ?, 1) "
        "ORDER BY id",
        (moment, station),
    )
    holding: dict[tuple[str, str], Wanted] = {}
    for row_id, at, kind, of, pattern, until, operator in rows:
        holding.pop((of, pattern), None)
        if kind != WantedKind.UNPIN and (until is None or until > moment):
            holding[of, pattern] = Wanted(row_id, at, WantedKind(kind), of, pattern, until, operator)
    return sorted(holding.values(), key=lambda wish: wish.id)
