"""Sealed history: per device and period one chunk with the moments, and in it one block a series that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_STATEMENTS = (
    # level 1 hour, 2 day, 3 week; period: its begin. The periods of a device's chunks never overlap.
    # clock: when the device was read and had changed, see sealed_codec.py; since, until: its first and last moment.
    """CREATE TABLE chunk (
        no INTEGER PRIMARY KEY, device_no INTEGER NOT NULL, level INTEGER NOT NULL, period INTEGER NOT NULL,
        since REAL NOT NULL, until REAL NOT NULL, crc INTEGER NOT NULL, clock BLOB NOT NULL) STRICT""",
    "CREATE INDEX chunk_period ON chunk (device_no, period)",
    # since, until: first and last change; last: the entry after it, as JSON. rollup: see rollup.py, NULL where the
    # changes are no more than it would be. body: see sealed_codec.py, NULL once pruned. crc: the body's crc32.
    """CREATE TABLE block (
        id INTEGER PRIMARY KEY, series_no INTEGER NOT NULL, chunk_no INTEGER NOT NULL, since REAL NOT NULL,
        until REAL NOT NULL, changes INTEGER NOT NULL, last TEXT NOT NULL, crc INTEGER NOT NULL, rollup BLOB,
        body BLOB) STRICT""",
    "CREATE INDEX block_series ON block (series_no, since)",
    "CREATE INDEX block_chunk ON block (chunk_no)",
    # What could not be decoded when its chunk was merged, kept as it was found.
    """CREATE TABLE damaged (
        id INTEGER PRIMARY KEY, at REAL NOT NULL, device_no INTEGER NOT NULL, series_no INTEGER,
        period INTEGER NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL) STRICT""",
)


def migrate(db: Database) -> None:
    """Add the tables."""
    for statement in _STATEMENTS:
        db.conn.execute(statement)
