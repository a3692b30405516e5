"""One series over time: its points, sealed and hot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from math import inf

from victron_console.store.answers import Point
from victron_console.store.read.replay import changes_before, changes_between, keyframe_before
from victron_console.store.sealed import history as sealed
from victron_console.store.value_encoding import Entry, judged

Span = tuple[float, float]
Change = tuple[float, Entry]


def points(conn: sqlite3.Connection, device_no: int, series_no: int, since: float, until: float) -> list[Point]:
    """The changes of a series in a span, after one point at `since` with the value that held then, where one did."""
    found, is_base = unsealed(conn, device_no, series_no, since, until)
    old = sealed.changes(conn, series_no, since, until)
    found = [change for change in old if change[0] > since or not is_base] + found
    found.sort(key=lambda change: change[0])
    held = [entry for at, entry in found if at <= since][-1:]
    inside = [(at, entry) for at, entry in found if at > since]
    return [Point(at, *judged(entry)) for at, entry in [*((since, entry) for entry in held), *inside]]


def unsealed(
    conn: sqlite3.Connection, device_no: int, series_no: int, since: float, until: float
) -> tuple[list[Change], bool]:
    """The changes that are not sealed: hot ones, and texts, which never are. Not in order of time.

    The flag says that a keyframe is among them, at -inf: it is what held, also where the clock went back.
    """
    keyframe = keyframe_before(conn, device_no, since)
    found: list[Change] = []
    if series_no in keyframe.entries:
        found.append((-inf, keyframe.entries[series_no]))
    for at, changed in changes_between(conn, device_no, keyframe, until, series_no):
        found.append((at, changed[series_no]))
    found += changes_before(conn, keyframe, since, until, series_no)
    return [*found, *_texts(conn, series_no, since, until)], bool(keyframe.entries)


def _texts(conn: sqlite3.Connection, series_no: int, since: float, until: float) -> Iterator[tuple[float, Entry]]:
    """Texts from the last change before the span on; a NULL says that the series held no text any more."""
    first = conn.execute(
        "SELECT max(at) FROM text_change WHERE series_no = ? AND at <= ?", (series_no, since)
    ).fetchone()[0]
    rows = conn.execute(
        "SELECT at, value FROM text_change WHERE series_no = ? AND at BETWEEN ? AND ? ORDER BY at, id",
        (series_no, since if first is None else first, until),
    )
    return ((at, value) for at, value in rows if value is not None)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans in order that do not overlap; two that touch stay two, a value may lie between."""
    result: list[Span] = []
    for begin, end in sorted(spans):
        if result and begin < result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((begin, end))
    return result
