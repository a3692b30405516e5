"""What the weather forecast promised of each day, so that it can be held against what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the table: one row a station and local day (its ordinal), the last forecast made before that day began."""
    db.conn.execute(
        """CREATE TABLE promise (
        station_no INTEGER NOT NULL, day INTEGER NOT NULL, issued_at REAL NOT NULL, kwh_m2 REAL NOT NULL,
        PRIMARY KEY (station_no, day)) STRICT, WITHOUT ROWID"""
    )
