"""One series over time: its points, and what a chart draws of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from victron_console.store import sealed
from victron_console.store.entries import Entry, judged
from victron_console.store.replay import changes_between, keyframe_before
from victron_console.store.rows import Bucket, Point

Span = tuple[float, float]


def points(conn: sqlite3.Connection, device_no: int, series_no: int, since: float, until: float) -> list[Point]:
    """The changes of a series in a span, after one point at `since` with the value that held then, where one did."""
    keyframe = keyframe_before(conn, device_no, since)
    found = sealed.changes(conn, series_no, since, until)
    if keyframe.entries:  # then it is what held, also where the clock went back
        found = [change for change in found if change[0] > since]
    if series_no in keyframe.entries:
        found.append((-inf, keyframe.entries[series_no]))
    for at, changed in changes_between(conn, device_no, keyframe, until, series_no):
        found.append((at, changed[series_no]))
    found += _texts(conn, series_no, since, until)
    found.sort(key=lambda change: change[0])
    held = [entry for at, entry in found if at <= since][-1:]
    inside = [(at, entry) for at, entry in found if at > since]
    return [Point(at, *judged(entry)) for at, entry in [*((since, entry) for entry in held), *inside]]


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


@dataclass(slots=True)
class _Column:
    low: float
    high: float
    last: float
    area: float
    covered_s: float


def bucketed(
    series: Sequence[Point], silent: Iterable[Span], since: float, until: float, count: int
) -> list[Bucket | None]:
    """A span in columns; None where nothing was received.

    Args:
        series: points in order; each value holds until the next one.
        silent: spans without values, in any order; they may overlap.
        since: begin of the first column (UTC epoch, s).
        until: end of the last column.
        count: how many columns.
    """
    columns: list[_Column | None] = [None] * count
    width_s = (until - since) / count if count else 0.0
    if width_s <= 0.0:
        return [None] * count
    masks = merged(silent)
    for begin, end, value in _segments(series, until):
        for start, stop in without(begin, end, masks):
            _pour(columns, max(start, since) - since, min(stop, until) - since, value, width_s)
    return [Bucket(c.low, c.area / c.covered_s, c.high, c.last) if c and c.covered_s else None for c in columns]


def _segments(series: Sequence[Point], until: float) -> Iterator[tuple[float, float, float]]:
    for i, point in enumerate(series):
        number = point.number
        if number is not None:
            yield point.at, series[i + 1].at if i + 1 < len(series) else until, number


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans in order that do not overlap; two that touch stay two, a value may lie between."""
    result: list[Span] = []
    for begin, end in sorted(spans):
        if result and begin < result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((begin, end))
    return result


def without(begin: float, end: float, masks: Sequence[Span]) -> Iterator[Span]:
    """What is left of a span where no mask lies; the masks in order."""
    for mask_begin, mask_end in masks:
        if mask_end <= begin:
            continue
        if mask_begin >= end:
            break
        if mask_begin > begin:
            yield begin, mask_begin
        begin = max(begin, mask_end)
    if begin < end:
        yield begin, end


def _pour(columns: list[_Column | None], start: float, stop: float, value: float, width_s: float) -> None:
    """Add a value held from `start` to `stop`, s after the first column's begin."""
    index = max(0, int(start / width_s))
    while index < len(columns) and index * width_s < stop:
        held_s = min(stop, (index + 1) * width_s) - max(start, index * width_s)
        column = columns[index]
        if held_s > 0.0 and column is None:
            columns[index] = _Column(value, value, value, value * held_s, held_s)
        elif held_s > 0.0 and column is not None:
            column.low, column.high = min(column.low, value), max(column.high, value)
            column.last = value
            column.area += value * held_s
            column.covered_s += held_s
        index += 1
