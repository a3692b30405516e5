"""What the daily diagnoses found, the load steps they gather, and the operators' list of jobs (append-only)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_clustered_table, make_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the tables."""
    # One a station and day (UTC); a second run of a day replaces the first. `body` is zlib-packed JSON.
    make_clustered_table(
        db, "diagnosis", {"station_no": int, "day": int, "at": float, "body": bytes}, pk=("station_no", "day")
    )
    # One a span that was read, also where it held no step. `steps` belongs to `diagnosing.verdict.station_diagnosis`.
    make_clustered_table(
        db, "load_step", {"station_no": int, "battery": str, "since": float, "until": float, "steps": bytes},
        pk=("station_no", "battery", "since"),
    )  # fmt: skip
    # Each row restates its job in full; the newest of a job holds.
    make_table(
        db, "job",
        {"entry": int, "job": int, "at": float, "who": str, "station": str, "what": str, "due_at": float, "note": str,
         "reason": str, "done": int},
        pk="entry", nullable=("due_at",),
    )  # fmt: skip
    db.table("job").create_index(["job", "entry"], "job_number")
