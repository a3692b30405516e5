"""How often somebody was reminded of an alarm that nobody acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the number to what was told."""
    db.table("notice_sent").add_column("times", int, not_null_default=1)
