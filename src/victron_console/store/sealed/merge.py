"""Makes one chunk of the hours of a day, and one of the days of a week, once they are over and sealed."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from victron_console.store.connection import reading, transaction
from victron_console.store.sealed import chunks
from victron_console.store.sealed.chunks import Level
from victron_console.store.sealed.seal import SETTLED_S, Replacement, replace_with

if TYPE_CHECKING:
    from sqlite_utils import Database


def due(conn: sqlite3.Connection, now: float, limit: int = 1) -> list[tuple[int, Level, int]]:
    """Device, level and period of chunks that can be made, smaller ones first."""
    found: list[tuple[int, Level, int]] = []
    for level in (Level.DAY, Level.WEEK):
        end = level.period(now - SETTLED_S)
        rows = conn.execute(
            "SELECT DISTINCT device_no, period - (period % :length + :length) % :length FROM chunk "
            "WHERE level < :level AND period < :end ORDER BY 2, 1 LIMIT :limit",
            {"length": level.length_s, "level": level, "end": end, "limit": limit},
        )
        found += [(device_no, level, period) for device_no, period in rows]
    return found[:limit]


def merge_step(db: Database, device_no: int, level: Level, period: int, now: float) -> None:
    """Make one chunk of all that a device has in a period.

    Raises:
        StoreFull: no space is left; everything is as before.
        StoreError: it cannot be done now; everything is as before.
    """
    replacement = Replacement()
    with reading(db) as conn:
        there = chunks.periods(conn, device_no, period, period + level.length_s)
        replacement.old += [chunk_no for chunk_no, _, _ in there]
        contents = [chunks.load(conn, chunk_no) for chunk_no, _, _ in there]
        replace_with(conn, device_no, level, period, contents, now, replacement)
    with transaction(db):
        replacement.apply(conn, now)
