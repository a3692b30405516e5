"""Gives up the oldest changes, by age or by size; hourly figures, texts, states, judgements, gaps and events stay.

Only whole weeks are pruned. Series that changed no more than three times an hour keep their changes: they are as small.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from victron_console.model.clock import iso_utc
from victron_console.store.connection import reading, transaction
from victron_console.store.event_log import add_events
from victron_console.store.records import Event
from victron_console.store.sealed import chunks
from victron_console.store.sealed import codec as sealed_codec
from victron_console.store.sealed.chunks import BlockRow, Level, NewChunk
from victron_console.store.sealed.retention import Pruned

if TYPE_CHECKING:
    from sqlite_utils import Database


def prune_steps(
    db: Database, now: float, before: float | None, max_bytes: int | None, by: str, done: Pruned
) -> Iterator[Callable[[], None]]:
    """One step after the other, the oldest week first, as long as there is something to give up.

    Args:
        db: a writable database, whose `upkeep_lock` the caller holds.
        now: the moment, for the log (UTC epoch, s).
        before: weeks that ended by then lose their changes.
        max_bytes: the oldest weeks lose theirs until no more than this is in use.
        by: who asks for it, for the log.
        done: counts what was given up.
    """
    if before is None and (max_bytes is None or used_bytes(db.conn) <= max_bytes):
        return
    for number, period in _weeks(db.conn):
        is_old = before is not None and period + Level.WEEK.length_s <= before
        is_big = max_bytes is not None and used_bytes(db.conn) > max_bytes
        if not is_old and not is_big:
            return
        yield partial(_prune_chunk, db, number, now, by, done)


def used_bytes(conn: sqlite3.Connection) -> int:
    """The bytes of the database that hold something."""
    pages, free, size = (
        conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def kept_from(conn: sqlite3.Connection, now: float, keep_s: float) -> float | None:
    """The moment before which changes are too old; None where nothing is.

    The clock alone is not believed, nor is a week that was recorded while it was wrong: as many of the newest weeks
    *that hold something* as `keep_s` is long always stay. So each week recorded by a clock years ahead costs one old
    week and only while that clock is in force, and a clock years back costs nothing.

    Args:
        conn: the store.
        now: the moment (UTC epoch, s).
        keep_s: how long changes are kept.
    """
    weeks = ceil(keep_s / Level.WEEK.length_s)
    found = conn.execute(
        "SELECT DISTINCT period FROM chunk WHERE level = ? ORDER BY period DESC LIMIT 1 OFFSET ?",
        (Level.WEEK, max(weeks - 1, 0)),
    ).fetchone()
    return None if found is None else min(now - keep_s, float(found[0]))


def _weeks(conn: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Weeks with changes that can be pruned, oldest first."""
    rows = conn.execute(
        "SELECT no, period FROM chunk WHERE level = ? AND EXISTS (SELECT 1 FROM block WHERE chunk_no = no "
        "AND rollup IS NOT NULL AND body IS NOT NULL) ORDER BY period, no",
        (Level.WEEK,),
    )
    return iter(rows.fetchall())


def _prune_chunk(db: Database, number: int, now: float, by: str, done: Pruned) -> None:
    with reading(db) as conn:
        device_no, period, since, until = conn.execute(
            "SELECT device_no, period, since, until FROM chunk WHERE no = ?", (number,)
        ).fetchone()
        contents = chunks.load(conn, number)
        rolled: list[BlockRow] = conn.execute(
            "SELECT series_no, since, until, changes, last, 0, rollup, NULL FROM block "
            "WHERE chunk_no = ? AND rollup IS NOT NULL ORDER BY id",
            (number,),
        ).fetchall()
    gone = {row[0] for row in rolled}
    kept = {series_no: course for series_no, course in contents.courses.items() if series_no not in gone}
    lost = [damage for damage in contents.damages if damage.series_no not in gone]
    made = chunks.build(device_no, Level.WEEK, period, kept, [], {}) if kept else None
    clock = made.clock if made else sealed_codec.encoded_clock(np.empty(0))
    rows = [*rolled, *(made.blocks if made else ())]
    with transaction(db):
        conn = db.conn
        # Stored anew and not emptied in place: of rows smaller than a page no page would become free.
        chunks.remove(conn, number)
        chunks.store(conn, NewChunk(device_no, Level.WEEK, period, clock, since, until, rows))
        chunks.set_aside(conn, device_no, period, lost, now)
        blocks, changes = done.blocks + len(rolled), done.changes + sum(row[3] for row in rolled)
        over = max(done.until, float(period + Level.WEEK.length_s))
        text = f"{changes:,} changes from before {iso_utc(over)[:10]} were given up {by}; their hourly figures stay"
        event = _told(db, done.event, now, text)
    done.blocks, done.changes, done.until, done.event = blocks, changes, over, event


def _told(db: Database, event: int | None, now: float, text: str) -> int | None:
    """Say in the log what was given up, in the transaction that gives it up: one line, however many steps it takes."""
    if event is not None and db.table("event").count_where("id = ?", (event,)):
        db.table("event").update(event, {"text": text})
        return event
    return add_events(db, [Event(now, None, "store", text)])
