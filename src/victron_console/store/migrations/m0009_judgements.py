"""What the polls of a station came to, by change, so that the past and a restarted collector say what was said live."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the table, and beside a station's last figures what judging its next poll needs of those before."""
    db.conn.execute(
        """CREATE TABLE judgement (
        station_no INTEGER NOT NULL, at REAL NOT NULL, signs_conflict INTEGER NOT NULL, imbalance_w REAL,
        PRIMARY KEY (station_no, at)) STRICT, WITHOUT ROWID"""
    )
    db.conn.execute("ALTER TABLE summary ADD COLUMN memory TEXT")
