"""Alarms: what the engine holds (occurrence, track), what operators say (append-only), and the GX's own notices.

Lines of the alarm log go to `event`, with the occurrence in `details`: there is one log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


_STATEMENTS = (
    """CREATE TABLE occurrence (
        id INTEGER PRIMARY KEY, station TEXT NOT NULL, family TEXT NOT NULL, scope TEXT NOT NULL, rule TEXT NOT NULL,
        severity TEXT NOT NULL, title TEXT NOT NULL, response TEXT NOT NULL, source TEXT NOT NULL,
        started_at REAL NOT NULL, raised_at REAL NOT NULL, cleared_at REAL, announced_at REAL, reason TEXT NOT NULL,
        last_value ANY, peak_value ANY, limit_text TEXT NOT NULL, count INTEGER NOT NULL, stale INTEGER NOT NULL,
        flapping INTEGER NOT NULL, suppressed_by TEXT NOT NULL, origins TEXT NOT NULL, link INTEGER NOT NULL) STRICT""",
    "CREATE UNIQUE INDEX occurrence_open ON occurrence (station, family, scope) WHERE cleared_at IS NULL",
    "CREATE INDEX occurrence_span ON occurrence (raised_at, cleared_at)",
    # What it was at a moment, for replay: one row whenever one of these changed.
    """CREATE TABLE occurrence_version (
        occurrence INTEGER NOT NULL, at REAL NOT NULL, severity TEXT NOT NULL, count INTEGER NOT NULL,
        stale INTEGER NOT NULL, flapping INTEGER NOT NULL, suppressed_by TEXT NOT NULL) STRICT""",
    "CREATE INDEX occurrence_version_at ON occurrence_version (occurrence, at)",
    """CREATE TABLE alert_track (
        station TEXT NOT NULL, rule TEXT NOT NULL, scope TEXT NOT NULL, severity TEXT NOT NULL, alert TEXT NOT NULL,
        phase TEXT NOT NULL, since REAL NOT NULL, started REAL NOT NULL, seen REAL NOT NULL,
        PRIMARY KEY (station, rule, scope, severity)) STRICT""",
    """CREATE TABLE alert_notice (
        station TEXT NOT NULL, service TEXT NOT NULL, trigger_path TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL,
        device TEXT NOT NULL, severity TEXT NOT NULL, acknowledged INTEGER NOT NULL,
        PRIMARY KEY (station, service, trigger_path, at)) STRICT""",
    """CREATE TABLE alert_ack (
        occurrence INTEGER NOT NULL, severity TEXT NOT NULL, at REAL NOT NULL, who TEXT NOT NULL, comment TEXT NOT NULL,
        PRIMARY KEY (occurrence, severity)) STRICT""",
    """CREATE TABLE alert_comment (
        id INTEGER PRIMARY KEY, occurrence INTEGER NOT NULL, at REAL NOT NULL, who TEXT NOT NULL,
        text TEXT NOT NULL) STRICT""",
    """CREATE TABLE shelf (
        id INTEGER PRIMARY KEY, at REAL NOT NULL, until REAL NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL,
        severity TEXT NOT NULL, key TEXT, station TEXT NOT NULL, family TEXT NOT NULL) STRICT""",
    "CREATE TABLE shelf_end (shelf INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL) STRICT",
    """CREATE TABLE maintenance (
        id INTEGER PRIMARY KEY, start REAL NOT NULL, until REAL NOT NULL, who TEXT NOT NULL, reason TEXT NOT NULL,
        station TEXT NOT NULL, tag TEXT NOT NULL) STRICT""",
    "CREATE TABLE maintenance_end (maintenance INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL) STRICT",
)


def migrate(db: Database) -> None:
    """Add the tables."""
    for statement in _STATEMENTS:
        db.conn.execute(statement)
