"""Reads of what is kept row by row: events, poll health and five-minute figures."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from victron_console.model.units import MINUTE_S
from victron_console.store.answers import LinkMinute
from victron_console.store.records import Event
from victron_console.store.write.batch import OVERVIEW_FIELDS
from victron_console.store.write.changes import OVERVIEW_SLOT_S


def events(
    conn: sqlite3.Connection,
    since: float,
    until: float,
    station: str | None,
    kinds: Sequence[str] | None,
    text: str | None,
    limit: int,
) -> list[Event]:
    """The newest events that fit, newest first; `text` is looked for in any case."""
    terms, values = ["at >= ?", "at <= ?"], [since, until]
    parameters: list[object] = list(values)
    if station is not None:
        terms.append("station = ?")
        parameters.append(station)
    if kinds is not None:
        terms.append(f"kind IN ({', '.join('?' * len(kinds))})")
        parameters += kinds
    if text:
        terms.append("instr(lower(text), lower(?))")
        parameters.append(text)
    rows = conn.execute(
        f"SELECT at, station, kind, text, details FROM event WHERE {' AND '.join(terms)} "
        "ORDER BY at DESC, id DESC LIMIT ?",
        (*parameters, limit),
    )
    return [Event(at, of, kind, words, json.loads(details)) for at, of, kind, words, details in rows]


def link(conn: sqlite3.Connection, station_no: int, since: float, until: float) -> list[LinkMinute]:
    """The whole minutes of a span that had polls."""
    rows = conn.execute(
        "WITH RECURSIVE begin (at) AS (SELECT max(:first, ifnull(min(minute), :first)) FROM poll_minute), "
        "m (at) AS (SELECT at FROM begin WHERE at <= :last "
        "UNION ALL SELECT at + :step FROM m WHERE at + :step <= :last) "
        "SELECT minute, polls, errors, round_trip_sum_s, round_trip_max_s, size_bytes, last_error "
        "FROM m JOIN poll_minute ON minute = m.at AND station_no = :station ORDER BY minute",
        {
            "first": int(since // MINUTE_S) * MINUTE_S,
            "last": int(until // MINUTE_S) * MINUTE_S - MINUTE_S,
            "step": MINUTE_S,
            "station": station_no,
        },
    )
    return [
        LinkMinute(
            at,
            polls,
            errors,
            total_s / (polls - errors) if polls > errors else None,
            longest_s if polls > errors else None,
            size_bytes,
            last_error,
        )
        for at, polls, errors, total_s, longest_s, size_bytes, last_error in rows
    ]


def require_means(field: str) -> None:
    """Refuse an overview field that is not averaged.

    Raises:
        ValueError: it has no five-minute rows.
    """
    if field not in OVERVIEW_FIELDS:
        raise ValueError(f"{field!r} has no five-minute rows; these have: {', '.join(OVERVIEW_FIELDS)}")


def overview_means(
    conn: sqlite3.Connection, station_no: int, field: str, since: float, until: float, count: int, now: float
) -> list[float | None]:
    """The mean of an overview field in `count` equal columns; None where nothing fresh was known, or is not yet."""
    require_means(field)  # it becomes part of the statement
    rows = conn.execute(
        "WITH RECURSIVE s (at) AS (SELECT max(:first, ifnull(min(slot), :first)) FROM overview5 "
        "UNION ALL SELECT at + :step FROM s WHERE at + :step < :until) "
        f"SELECT slot, {field} FROM s JOIN overview5 ON slot = s.at AND station_no = :station",
        {
            "first": int(since // OVERVIEW_SLOT_S) * OVERVIEW_SLOT_S,
            "until": until,
            "step": OVERVIEW_SLOT_S,
            "station": station_no,
        },
    )
    known = {slot: value for slot, value in rows if value is not None and slot + OVERVIEW_SLOT_S <= now}
    width_s = (until - since) / max(count, 1)
    columns: list[float | None] = []
    for i in range(count):
        # Slots that touch the column; a column narrower than a slot shows the slot it lies in.
        first = int((since + i * width_s) // OVERVIEW_SLOT_S) * OVERVIEW_SLOT_S
        slots = range(first, max(first + 1, int(since + (i + 1) * width_s)), OVERVIEW_SLOT_S)
        values = [known[slot] for slot in slots if slot in known]
        columns.append(sum(values) / len(values) if values else None)
    return columns


def fleet_sums(
    conn: sqlite3.Connection, fields: Sequence[str], since: float, until: float, now: float
) -> list[tuple[float, tuple[float | None, ...], int]]:
    """For each five minutes, its begin, the sums of the means of these fields over all stations, and of how many."""
    for field in fields:
        require_means(field)  # they become part of the statement
    rows = conn.execute(
        f"SELECT slot, {', '.join(f'sum({field})' for field in fields)}, count(*) FROM overview5 "
        "WHERE slot >= ? AND slot < ? AND slot <= ? GROUP BY slot ORDER BY slot",
        (since, until, now - OVERVIEW_SLOT_S),
    )
    return [(row[0], tuple(row[1:-1]), row[-1]) for row in rows]


def overview_slots(
    conn: sqlite3.Connection, station_no: int, fields: Sequence[str], since: float, until: float
) -> list[tuple[float | None, ...]]:
    """The begin of each five minutes that have figures and the means of these fields, oldest first."""
    for field in fields:
        require_means(field)  # they become part of the statement
    return conn.execute(
        "WITH RECURSIVE s (at) AS (SELECT max(:first, ifnull(min(slot), :first)) FROM overview5 "
        "UNION ALL SELECT at + :step FROM s WHERE at + :step < :until) "
        f"SELECT {', '.join(('slot', *fields))} FROM s JOIN overview5 ON slot = s.at AND station_no = :station "
        "ORDER BY slot",
        {
            "first": int(since // OVERVIEW_SLOT_S) * OVERVIEW_SLOT_S,
            "until": until,
            "step": OVERVIEW_SLOT_S,
            "station": station_no,
        },
    ).fetchall()
