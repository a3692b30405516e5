"""What others recorded of a station, by local day: a coarser record beside our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the table: `day` is an ordinal of the date, `body` zlib-packed JSON, empty where nothing came."""
    # With a rowid: its bodies are too large to lie well in the pages of a key.
    make_table(
        db, "external_day",
        {"id": int, "station_no": int, "source": str, "day": int, "since": float, "until": float, "zone": str,
         "asked_at": float, "body": bytes},
        pk="id",
    )  # fmt: skip
    db.table("external_day").create_index(["station_no", "source", "day"], "external_day_of", unique=True)
