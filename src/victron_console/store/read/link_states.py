"""How links and the collector stood at a moment: small bodies of JSON, one row whenever one of them changed."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, fields
from math import ceil
from typing import Any, TypeVar

from victron_console.model.units import HOUR_S, MINUTE_S
from victron_console.store.answers import LinkTotals
from victron_console.store.records import CollectorState, LinkState
from victron_console.store.sealed.thinning import MINUTES_KEPT_S

COLLECTOR = 0
"""The station number that stands for the collector."""

State = TypeVar("State", LinkState, CollectorState)


def row_of(station_no: int, at: float, state: LinkState | CollectorState) -> tuple[int, float, str]:
    """The row as it is written."""
    return station_no, at, json.dumps(asdict(state), ensure_ascii=False, separators=(",", ":"))


def links(conn: sqlite3.Connection, moment: float) -> dict[str, LinkState]:
    """The links at a moment, by station."""
    rows = conn.execute(
        "SELECT station.id, (SELECT body FROM link_state WHERE station_no = station.no AND at <= ? "
        "ORDER BY at DESC, link_state.id DESC LIMIT 1) AS body FROM station WHERE active AND body IS NOT NULL",
        (moment,),
    )
    return {station: _state(LinkState, body) for station, body in rows}


def link(conn: sqlite3.Connection, station_no: int, moment: float) -> LinkState:
    """A station's link at a moment; one that was never polled has nothing to say."""
    return _at(conn, station_no, moment, LinkState) or LinkState()


def collector(conn: sqlite3.Connection, moment: float) -> CollectorState | None:
    """How the collector stood at a moment; None where none ever wrote that."""
    return _at(conn, COLLECTOR, moment, CollectorState)


def _at(conn: sqlite3.Connection, station_no: int, moment: float, kind: type[State]) -> State | None:
    row = conn.execute(
        "SELECT body FROM link_state WHERE station_no = ? AND at <= ? ORDER BY at DESC, id DESC LIMIT 1",
        (station_no, moment),
    ).fetchone()
    return None if row is None else _state(kind, row[0])


def _state(kind: type[State], body: str) -> State:
    """What a body says; words of another version of the program are left out."""
    known = {field.name for field in fields(kind)}
    data: dict[str, Any] = json.loads(body)
    return kind(**{name: value for name, value in data.items() if name in known})


def totals(conn: sqlite3.Connection, since: float, until: float, now: float) -> dict[str, LinkTotals]:
    """The whole minutes of a span summed up, by station; one without polls is not among them.

    Of long ago there are hours instead of minutes: then it is the share of each hour that lies in the span.
    """
    if until <= now - MINUTES_KEPT_S - HOUR_S:
        return _shares(conn, since, until)
    first, last = int(since // MINUTE_S) * MINUTE_S, int(until // MINUTE_S) * MINUTE_S
    rows = conn.execute(
        "SELECT id, count(*), sum(polls), sum(errors), sum(round_trip_sum_s), max(round_trip_max_s), sum(size_bytes) "
        "FROM poll_minute JOIN station ON station_no = no WHERE minute >= ? AND minute < ? GROUP BY station_no",
        (first, last),
    )
    return {
        station: LinkTotals(
            minutes, polls, errors, total_s / (polls - errors) if polls > errors else None, longest_s, size_bytes
        )
        for station, minutes, polls, errors, total_s, longest_s, size_bytes in rows
    }


def _shares(conn: sqlite3.Connection, since: float, until: float) -> dict[str, LinkTotals]:
    """Also right where the hours were not added up yet: minutes of an hour have the same share in the span as it."""
    rows = conn.execute(
        "WITH part AS (SELECT station_no, minute, polls, errors, round_trip_sum_s, round_trip_max_s, size_bytes, "
        "(min(:until, minute - minute % 3600 + :hour) - max(:since, minute - minute % 3600)) / :hour AS share "
        "FROM poll_minute WHERE minute >= :first AND minute < :last) "
        "SELECT id, sum(polls * share), sum(errors * share), sum(round_trip_sum_s * share), max(round_trip_max_s), "
        "sum(size_bytes * share) FROM part JOIN station ON station_no = no WHERE share > 0 GROUP BY station_no",
        {
            "since": since,
            "until": until,
            "hour": float(HOUR_S),
            "first": int(since // HOUR_S) * HOUR_S,
            "last": ceil(until / HOUR_S) * HOUR_S,
        },
    )
    minutes = max(1, round((until - since) / MINUTE_S))
    return {
        station: LinkTotals(
            minutes, round(polls), round(errors), total_s / (polls - errors) if polls > errors else None, longest_s,
            round(size_bytes),
        )
        for station, polls, errors, total_s, longest_s, size_bytes in rows
    }  # fmt: skip
