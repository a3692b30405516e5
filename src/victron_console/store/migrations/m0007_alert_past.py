"""All that an alarm said at a moment, for replay: its words and limit in the versions, and how its value moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_clustered_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the words to the versions, and the table of values; versions of before keep their few columns."""
    # JSON by column of `occurrence`; empty in rows of before.
    db.table("occurrence_version").add_column("body", str, not_null_default="")
    # At most one row a minute of an open alarm: the engine tells a value that only moves no more often.
    make_clustered_table(
        db, "occurrence_value", {"occurrence": int, "at": float, "last_value": "ANY", "peak_value": "ANY"},
        pk=("occurrence", "at"), nullable=("last_value", "peak_value"),
    )  # fmt: skip
