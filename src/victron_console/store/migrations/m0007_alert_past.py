"""All that an alarm said at a moment, for replay: its words and limit in the versions, and how its value moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the words to the versions, and the table of values; versions of before keep their few columns."""
    # JSON by column of `occurrence`; empty in rows of before.
    db.conn.execute("ALTER TABLE occurrence_version ADD COLUMN body TEXT NOT NULL DEFAULT ''")
    # At most one row a minute of an open alarm: the engine tells a value that only moves no more often.
    db.conn.execute(
        "CREATE TABLE occurrence_value (occurrence INTEGER NOT NULL, at REAL NOT NULL, last_value ANY, peak_value ANY, "
        "PRIMARY KEY (occurrence, at)) STRICT, WITHOUT ROWID"
    )
