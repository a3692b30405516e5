"""What somebody is still to be told of alarms, and what was told, to whom and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_clustered_table, make_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add both tables: a row of the first goes when it was told, those of the second stay."""
    due = {"occurrence": int, "way": str, "event": str, "tries": int}
    make_clustered_table(db, "notice_due", due, pk=("occurrence", "way"))
    sent = {"id": int, "occurrence": int, "way": str, "at": float, "event": str, "severity": str, "tries": int}
    make_table(db, "notice_sent", sent, pk="id")
    db.table("notice_sent").create_index(["occurrence"])
