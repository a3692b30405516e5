"""What others recorded of a station, by local day: a coarser record beside our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_clustered_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the table: `day` is an ordinal of the date, `body` zlib-packed JSON, empty where nothing came."""
    make_clustered_table(
        db, "external_day",
        {"station_no": int, "source": str, "day": int, "since": float, "until": float, "zone": str, "asked_at": float,
         "body": bytes},
        pk=("station_no", "source", "day"),
    )  # fmt: skip
