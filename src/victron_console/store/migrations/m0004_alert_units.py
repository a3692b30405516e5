"""The unit of an alarm's value, and shelves that hold one occurrence until it clears."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the columns."""
    db.conn.execute("ALTER TABLE occurrence ADD COLUMN unit TEXT NOT NULL DEFAULT ''")
    db.conn.execute("ALTER TABLE shelf ADD COLUMN occurrence INTEGER")
