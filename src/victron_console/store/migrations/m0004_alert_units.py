"""The unit of an alarm's value, and shelves that hold one occurrence until it clears."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the columns."""
    db.table("occurrence").add_column("unit", str, not_null_default="")
    db.table("shelf").add_column("occurrence", int)
