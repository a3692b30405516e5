"""How the links and the collector itself stand: what is not a poll's result and yet is asked of any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Make the table; station_no 0 is the collector."""
    make_table(db, "link_state", {"id": int, "station_no": int, "at": float, "body": str}, pk="id")
    db.table("link_state").create_index(["station_no", "at"], "link_state_at")
