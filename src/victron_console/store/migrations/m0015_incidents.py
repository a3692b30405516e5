"""Which alarms are one incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the number of the alarm that an alarm's incident began with; null where it is that one."""
    db.table("occurrence").add_column("incident", int)
