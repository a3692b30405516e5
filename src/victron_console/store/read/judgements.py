"""Reads what the polls of a station came to, and what judging its next poll needs of those before."""

from __future__ import annotations

import json
import sqlite3

from victron_console.model.judgement import Judgement, PollMemory
from victron_console.store.read.presence import LIVE


def judgement(conn: sqlite3.Connection, station: str, as_of: float | None) -> Judgement | None:
    """The judgement that held at a moment; None where none had been made yet."""
    row = conn.execute(
        "SELECT signs_conflict, imbalance_w FROM judgement JOIN station ON no = station_no "
        "WHERE id = ? AND at <= ? ORDER BY at DESC LIMIT 1",
        (station, LIVE if as_of is None else as_of),
    ).fetchone()
    return None if row is None else Judgement(bool(row[0]), row[1])


def judgements(conn: sqlite3.Connection, station: str, since: float, until: float) -> list[tuple[float, Judgement]]:
    """From when on which judgement held in a span, oldest first; the first may have been made before."""
    rows = conn.execute(
        "SELECT max(at, :since), signs_conflict, imbalance_w FROM judgement JOIN station ON no = station_no "
        "WHERE id = :station AND at <= :until AND at >= ifnull((SELECT max(at) FROM judgement "
        "JOIN station ON no = station_no WHERE id = :station AND at <= :since), :since) ORDER BY at",
        {"station": station, "since": since, "until": until},
    )
    return [(at, Judgement(bool(signs), imbalance_w)) for at, signs, imbalance_w in rows]


def poll_memory(conn: sqlite3.Connection, station: str) -> PollMemory:
    """What the last poll of a station left; an empty memory where there was none."""
    row = conn.execute("SELECT memory FROM summary JOIN station ON no = station_no WHERE id = ?", (station,)).fetchone()
    return PollMemory.from_json(json.loads(row[0])) if row and row[0] else PollMemory()
