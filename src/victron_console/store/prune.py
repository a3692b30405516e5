"""Gives up the oldest changes, by age or by size; hourly figures, texts, states, gaps and events are kept.

Only whole weeks are pruned. Series that changed no more than three times an hour keep their changes: they are as small.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from victron_console.model.clock import Clock
from victron_console.store import chunks, sealed_codec
from victron_console.store.chunks import Level
from victron_console.store.connection import open_writable, reading, transaction
from victron_console.store.schema import check
from victron_console.store.upkeep import upkeep_lock

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(slots=True)
class Pruned:
    """What was given up."""

    blocks: int = 0
    changes: int = 0
    freed_bytes: int = 0
    """Free for new history; the file itself gets smaller only with `compact`."""


def prune(
    path: Path, clock: Clock, *, keep_s: float | None = None, max_bytes: int | None = None, compact: bool = False
) -> Pruned:
    """Give up the oldest changes.

    Args:
        path: the store.
        clock: the moment.
        keep_s: weeks that ended longer ago lose their changes.
        max_bytes: the oldest weeks lose theirs until no more than this is in use, or none is left to prune.
        compact: give free space back to the disk; needs as much again while it runs.

    Raises:
        UpkeepBusy: another process seals at the moment.
        StoreError: it cannot be written; what is done by then is done.
    """
    done = Pruned()
    with upkeep_lock(path), closing(open_writable(path)) as db:
        check(db, path)
        before = used_bytes(db.conn)
        for number, period in _weeks(db.conn):
            is_old = keep_s is not None and period + Level.WEEK.length_s <= clock.now() - keep_s
            is_big = max_bytes is not None and used_bytes(db.conn) > max_bytes
            if not is_old and not is_big:
                break
            _prune_chunk(db, number, clock.now(), done)
        done.freed_bytes = max(0, before - used_bytes(db.conn))
        if compact:
            db.conn.execute("VACUUM")
    return done


def used_bytes(conn: sqlite3.Connection) -> int:
    """The bytes of the database that hold something."""
    pages, free, size = (
        conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _weeks(conn: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Weeks with changes that can be pruned, oldest first."""
    rows = conn.execute(
        "SELECT no, period FROM chunk WHERE level = ? AND EXISTS (SELECT 1 FROM block WHERE chunk_no = no "
        "AND rollup IS NOT NULL AND body IS NOT NULL) ORDER BY period, no",
        (Level.WEEK,),
    )
    return iter(rows.fetchall())


def _prune_chunk(db: Database, number: int, now: float, done: Pruned) -> None:
    with reading(db) as conn:
        device_no, period = conn.execute("SELECT device_no, period FROM chunk WHERE no = ?", (number,)).fetchone()
        contents = chunks.load(conn, number)
        rolled = conn.execute(
            "SELECT series_no, changes FROM block WHERE chunk_no = ? AND rollup IS NOT NULL AND body IS NOT NULL",
            (number,),
        ).fetchall()
    gone = {series_no for series_no, _ in rolled}
    kept = {series_no: course for series_no, course in contents.courses.items() if series_no not in gone}
    lost = [damage for damage in contents.damages if damage.series_no not in gone]
    chunk = chunks.build(device_no, Level.WEEK, period, kept, [], {}) if kept else None
    clock = chunk.clock if chunk else sealed_codec.encoded_clock(np.empty(0))
    with transaction(db):
        conn = db.conn
        conn.execute(
            "UPDATE block SET body = NULL, crc = 0 WHERE chunk_no = ? AND rollup IS NOT NULL AND body IS NOT NULL",
            (number,),
        )
        conn.execute("DELETE FROM block WHERE chunk_no = ? AND rollup IS NULL", (number,))
        conn.execute("UPDATE chunk SET clock = ?, crc = ? WHERE no = ?", (clock, crc32(clock), number))
        if chunk:
            chunks.store_blocks(conn, number, chunk.blocks)
        chunks.set_aside(conn, device_no, period, lost, now)
    done.blocks += len(rolled)
    done.changes += sum(changes for _, changes in rolled)
