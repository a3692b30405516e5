"""Databases for time series that take what is recorded: how far each has it, what it still lacks, what it refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_clustered_table, make_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the tables."""
    # hot_after, text_after: the last row of `hot` and of `text_change` that it has.
    make_clustered_table(
        db, "engine",
        {"name": str, "active": int, "hot_after": int, "text_after": int, "sent": int, "refused": int,
         "sent_at": float, "failing_since": float, "error": str},
        pk=("name",), nullable=("sent_at", "failing_since"),
    )  # fmt: skip
    # Changes of a device from since to until (both included) that were sealed before it had them.
    make_clustered_table(
        db, "engine_unsent", {"engine": str, "device_no": int, "since": float, "until": float},
        pk=("engine", "device_no"),
    )  # fmt: skip
    make_table(
        db, "engine_refusal",
        {"id": int, "engine": str, "at": float, "series": str, "moment": float, "value": str, "reason": str},
        pk="id",
    )  # fmt: skip
