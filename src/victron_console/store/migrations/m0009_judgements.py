"""What the polls of a station came to, by change, so that the past and a restarted collector say what was said live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_clustered_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the table, and beside a station's last figures what judging its next poll needs of those before."""
    make_clustered_table(
        db, "judgement", {"station_no": int, "at": float, "signs_conflict": int, "imbalance_w": float},
        pk=("station_no", "at"), nullable=("imbalance_w",),
    )  # fmt: skip
    db.table("summary").add_column("memory", str)
