"""Forecasts by the hour as they were issued, so that the past can be asked what was known then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the table: one row an issue of a source, `body` zlib-packed JSON of its hours from `since` on."""
    # With a rowid: its bodies are too large to lie well in the pages of a key.
    make_table(
        db, "forecast",
        {"id": int, "station_no": int, "source": str, "issued_at": float, "since": float, "body": bytes},
        pk="id",
    )  # fmt: skip
    db.table("forecast").create_index(["station_no", "source", "issued_at"], "forecast_of", unique=True)
