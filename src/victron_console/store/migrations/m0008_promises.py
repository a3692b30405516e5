"""What the weather forecast promised of each day, so that it can be held against what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_clustered_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the table: one row a station and local day (its ordinal), the last forecast made before that day began."""
    make_clustered_table(
        db, "promise", {"station_no": int, "day": int, "issued_at": float, "kwh_m2": float}, pk=("station_no", "day")
    )
