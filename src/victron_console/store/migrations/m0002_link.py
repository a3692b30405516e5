"""How the links and the collector itself stand: what is not a poll's result and yet is asked of any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Make the table; station_no 0 is the collector."""
    db.conn.execute(
        """CREATE TABLE link_state (
        id INTEGER PRIMARY KEY, station_no INTEGER NOT NULL, at REAL NOT NULL, body TEXT NOT NULL) STRICT"""
    )
    db.conn.execute("CREATE INDEX link_state_at ON link_state (station_no, at)")
