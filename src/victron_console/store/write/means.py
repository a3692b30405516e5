"""Means of five minutes of the figures, written for a past that has none. What a collector recorded stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from victron_console.store.connection import transaction
from victron_console.store.read.fleet import station_number
from victron_console.store.write.batch import OVERVIEW_FIELDS

if TYPE_CHECKING:
    from sqlite_utils import Database


def record_means(db: Database, station: str, rows: Iterable[tuple[float, Sequence[float | None]]]) -> None:
    """Keep the figures of slots of five minutes that have none yet.

    Args:
        db: writable; no collector may write the same times.
        station: whose they are.
        rows: begin of each slot (UTC epoch, s) and its figures in the order of `OVERVIEW_FIELDS`.

    Raises:
        UnknownStation: the store never had it.
        StoreError: the store cannot be written.
    """
    columns = ("slot", "station_no", "samples", *OVERVIEW_FIELDS)
    marks = ", ".join("?" * len(columns))
    with transaction(db):
        no = station_number(db.conn, station)
        db.conn.executemany(
            f"INSERT OR IGNORE INTO overview5 ({', '.join(columns)}) VALUES ({marks})",
            ((int(slot), no, 1, *figures) for slot, figures in rows),
        )
