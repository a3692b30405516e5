"""Alarms: what the engine holds (occurrence, track), what operators say (append-only), and the GX's own notices.

Lines of the alarm log go to `event`, with the occurrence in `details`: there is one log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the tables."""
    _make_engine_tables(db)
    _make_operator_tables(db)


def _make_engine_tables(db: Database) -> None:
    make_table(
        db, "occurrence",
        {"id": int, "station": str, "family": str, "scope": str, "rule": str, "severity": str, "title": str,
         "response": str, "source": str, "started_at": float, "raised_at": float, "cleared_at": float,
         "announced_at": float, "reason": str, "last_value": "ANY", "peak_value": "ANY", "limit_text": str,
         "count": int, "stale": int, "flapping": int, "suppressed_by": str, "origins": str, "link": int},
        pk="id", nullable=("cleared_at", "announced_at", "last_value", "peak_value"),
    )  # fmt: skip
    db.execute(  # sqlite-utils makes no index of a part of the rows
        "CREATE UNIQUE INDEX occurrence_open ON occurrence (station, family, scope) WHERE cleared_at IS NULL"
    )
    db.table("occurrence").create_index(["raised_at", "cleared_at"], "occurrence_span")
    # What it was at a moment, for replay: one row whenever one of these changed.
    make_table(
        db, "occurrence_version",
        {"occurrence": int, "at": float, "severity": str, "count": int, "stale": int, "flapping": int,
         "suppressed_by": str},
    )  # fmt: skip
    db.table("occurrence_version").create_index(["occurrence", "at"], "occurrence_version_at")
    make_table(
        db, "alert_track",
        {"station": str, "rule": str, "scope": str, "severity": str, "alert": str, "phase": str, "since": float,
         "started": float, "seen": float},
        pk=("station", "rule", "scope", "severity"),
    )  # fmt: skip
    make_table(
        db, "alert_notice",
        {"station": str, "service": str, "trigger_path": str, "at": float, "text": str, "device": str,
         "severity": str, "acknowledged": int},
        pk=("station", "service", "trigger_path", "at"),
    )  # fmt: skip


def _make_operator_tables(db: Database) -> None:
    make_table(
        db, "alert_ack", {"occurrence": int, "severity": str, "at": float, "who": str, "comment": str},
        pk=("occurrence", "severity"),
    )  # fmt: skip
    make_table(db, "alert_comment", {"id": int, "occurrence": int, "at": float, "who": str, "text": str}, pk="id")
    make_table(
        db, "shelf",
        {"id": int, "at": float, "until": float, "who": str, "reason": str, "severity": str, "key": str,
         "station": str, "family": str},
        pk="id", nullable=("key",),
    )  # fmt: skip
    make_table(db, "shelf_end", {"shelf": int, "at": float, "who": str}, pk="shelf")
    make_table(
        db, "maintenance",
        {"id": int, "start": float, "until": float, "who": str, "reason": str, "station": str, "tag": str}, pk="id",
    )  # fmt: skip
    make_table(db, "maintenance_end", {"maintenance": int, "at": float, "who": str}, pk="maintenance")
