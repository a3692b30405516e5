"""What the daily diagnoses found, the load steps they gather, and the operators' list of jobs (append-only)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

_STATEMENTS = (
    # One a station and day (UTC); a second run of a day replaces the first. `body` is zlib-packed JSON.
    """CREATE TABLE diagnosis (
        station_no INTEGER NOT NULL, day INTEGER NOT NULL, at REAL NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (station_no, day)) STRICT, WITHOUT ROWID""",
    # One a span that was read, also where it held no step. `steps` belongs to `diagnosing.verdict.station_diagnosis`.
    """CREATE TABLE load_step (
        station_no INTEGER NOT NULL, battery TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL,
        steps BLOB NOT NULL, PRIMARY KEY (station_no, battery, since)) STRICT, WITHOUT ROWID""",
    # Each row restates its job in full; the newest of a job holds.
    """CREATE TABLE job (
        entry INTEGER PRIMARY KEY, job INTEGER NOT NULL, at REAL NOT NULL, who TEXT NOT NULL, station TEXT NOT NULL,
        what TEXT NOT NULL, due_at REAL, note TEXT NOT NULL, reason TEXT NOT NULL, done INTEGER NOT NULL) STRICT""",
    "CREATE INDEX job_number ON job (job, entry)",
)


def migrate(db: Database) -> None:
    """Add the tables."""
    for statement in _STATEMENTS:
        db.conn.execute(statement)
