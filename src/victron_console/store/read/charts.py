"""A series as arrays: its curve, and columns of it. From changes where columns are narrow, else from hourly figures.

It imports numpy: only reads that draw or add up come here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from math import ceil, floor

import numpy as np

from victron_console.model.units import HOUR_S
from victron_console.store.answers import Bucket, Integral, Rollup
from victron_console.store.read import curves, trace
from victron_console.store.read.curves import Curve, Floats, Pieces, Span
from victron_console.store.sealed import history as sealed
from victron_console.store.value_encoding import Entry

COARSE_S = 2 * HOUR_S
"""Columns from this width on are drawn from hourly figures."""


def curve(conn: sqlite3.Connection, device_no: int, series_no: int, since: float, until: float) -> Curve:
    """The numbers of a series from what held at `since` on; its first moment may lie before."""
    found, is_base = trace.unsealed(conn, device_no, series_no, since, until)
    parts = [] if is_base and not _is_sealed_after(conn, series_no, since) else [
        _curve_of(block, since) for block in sealed.blocks(conn, series_no, since, until)
    ]  # fmt: skip
    if is_base:
        parts = [Curve(part.times[part.times > since], part.numbers[part.times > since]) for part in parts]
    return curves.join_curves([*parts, _as_curve(found)])


def _is_sealed_after(conn: sqlite3.Connection, series_no: int, since: float) -> bool:
    return (
        conn.execute("SELECT 1 FROM block WHERE series_no = ? AND until > ? LIMIT 1", (series_no, since)).fetchone()
        is not None
    )


def _curve_of(block: sealed.Block, since: float) -> Curve:
    if block.until <= since:
        return _as_curve([(block.until, block.last)])
    course = block.course()
    return course.curve if course else _as_curve(block.changes())


def _as_curve(changes: Sequence[tuple[float, Entry]]) -> Curve:
    numbers = [entry if isinstance(entry, int | float) else np.nan for _, entry in changes]
    return Curve(np.array([at for at, _ in changes], np.float64), np.array(numbers, np.float64))


def pieces(
    conn: sqlite3.Connection,
    device_no: int,
    series_no: int,
    silent: Sequence[Span],
    edges: Floats,
    *,
    fine: bool = False,
) -> Pieces:
    """A series cut at the edges; from hourly figures where all columns are wide enough.

    Args:
        conn: inside a read transaction.
        device_no: the series' device.
        series_no: the series.
        silent: spans without values, in any order.
        edges: rising (UTC epoch, s).
        fine: from the changes however wide the columns are.
    """
    since, until = float(edges[0]), float(edges[-1])
    masks = trace.merged(silent)
    if fine or not _is_coarse(edges):
        return curves.stretches(curve(conn, device_no, series_no, since, until), masks, edges)
    found, _ = trace.unsealed(conn, device_no, series_no, since, until)
    beside, around = [_as_curve(found)], list[tuple[float, Entry]]()
    rolled: list[Pieces] = []
    for block in sealed.blocks(conn, series_no, since, until, hours=True):
        hours = block.hours() if block.until > since else None
        if hours is None:
            beside.append(_curve_of(block, since))
            continue
        rolled.append(hours)
        # Beside the hours the curve is silent; after them it goes on with what held at their end.
        around += [(float(hours.begins[0]), None), (float(hours.ends[-1]), block.last)]
    beside.insert(0, _as_curve(around))
    parts = [curves.stretches(curves.join_curves(beside), masks, edges)]
    if rolled:
        parts.append(curves.split(curves.in_order(rolled), edges))
    return curves.in_order(parts)


def _is_coarse(edges: Floats) -> bool:
    """Wide columns, or such as are whole hours."""
    widths = np.diff(edges)
    return bool(np.min(widths) >= COARSE_S or np.all(edges % HOUR_S == 0.0))


def buckets(columns: Pieces) -> list[Bucket | None]:
    """Columns as a chart takes them; None where nothing was known."""
    rows = zip(*(getattr(columns, name).tolist() for name in ("low", "mean", "high", "last", "covered_s")), strict=True)
    return [Bucket(low, mean, high, last) if known_s > 0 else None for low, mean, high, last, known_s in rows]


def edges_of(since: float, until: float, count: int) -> Floats:
    """The edges of `count` equal columns."""
    return np.linspace(since, until, count + 1)


def whole_hours(since: float, until: float) -> Floats:
    """The edges of the whole hours within a span."""
    return HOUR_S * np.arange(ceil(since / HOUR_S), floor(until / HOUR_S) + 1, dtype=np.float64)


def rollups(columns: Pieces) -> list[Rollup]:
    """Columns with all their figures; those where nothing was known are left out."""
    names = ("begins", "low", "mean", "high", "last", "covered_s", "changes")
    rows = zip(*(getattr(columns, name).tolist() for name in names), strict=True)
    return [
        Rollup(at, low, mean, high, last, known_s, int(count))
        for at, low, mean, high, last, known_s, count in rows
        if known_s > 0
    ]


def integral(parts: Pieces) -> Integral:
    """What some pieces add up to."""
    areas = parts.mean * parts.covered_s
    return Integral(float(np.sum(areas[areas > 0])), float(-np.sum(areas[areas < 0])), float(np.sum(parts.covered_s)))
