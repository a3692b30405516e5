"""The list of maintenance jobs: operators' rows that are only ever added, each restating its job; the newest holds.

Any console may write them. Looking changes nothing; a job is never taken from the store, only done.
"""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from victron_console.store.connection import transaction

if TYPE_CHECKING:
    from sqlite_utils import Database

TEXT_AT_MOST = 300
_COLUMNS = "job, at, who, station, what, due_at, note, reason, done"


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as it stands."""

    id: int
    at: float
    """When it was last edited (UTC epoch, s)."""
    who: str
    station: str
    what: str
    due_at: float | None = None
    note: str = ""
    reason: str = ""
    """The evidence it was proposed for; empty where an operator thought of it."""
    done: bool = False


def add_job(
    db: Database, station: str, what: str, *, due_at: float | None = None, reason: str = "", now: float, who: str
) -> str:
    """Put a job on the list.

    Returns:
        A sentence: done, or why there was nothing to do.

    Raises:
        ValueError: nothing is said of what is to be done.
        StoreError: the store cannot be written.
    """
    if not what.strip():
        raise ValueError("Say what is to be done.")
    with transaction(db):
        if reason and any(job.reason == reason for job in jobs(db.conn, now) if job.station == station):
            return "It is on the list already."
        new = db.conn.execute("SELECT ifnull(max(job), 0) + 1 FROM job").fetchone()[0]
        _add(db, JobRow(new, now, who, station, what.strip()[:TEXT_AT_MOST], due_at, "", reason))
    return f"On the list: {what.strip()}."


def edit_job(
    db: Database, job: int, *, what: str = "", due_at: float | None = None, note: str = "", now: float, who: str
) -> str:
    """Change a job that is open; what is left out stays as it is.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db):
        held = _open(db.conn, job, now)
        if held is None:
            return "That job is done already."
        _add(db, replace(
            held, at=now, who=who, what=what.strip()[:TEXT_AT_MOST] or held.what,
            due_at=held.due_at if due_at is None else due_at, note=note.strip()[:TEXT_AT_MOST] or held.note,
        ))  # fmt: skip
    return "Changed."


def finish_job(db: Database, job: int, *, note: str = "", now: float, who: str) -> str:
    """Say that a job is done.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db):
        held = _open(db.conn, job, now)
        if held is None:
            return "That job is done already."
        _add(db, replace(held, at=now, who=who, done=True, note=note.strip()[:TEXT_AT_MOST] or held.note))
    return f"Done: {held.what}."


def jobs(conn: sqlite3.Connection, as_of: float, *, done_since: float | None = None) -> list[JobRow]:
    """The jobs that were open at a moment, and those done since another, by station and number."""
    rows = conn.execute(
        f"SELECT {_COLUMNS} FROM job AS held WHERE entry = "
        "(SELECT max(entry) FROM job WHERE job = held.job AND at <= ?) "
        "AND (NOT done OR at >= ?) ORDER BY station, job",
        (as_of, float("inf") if done_since is None else done_since),
    )
    return [replace(JobRow(*row), done=bool(row[-1])) for row in rows]


def _open(conn: sqlite3.Connection, job: int, now: float) -> JobRow | None:
    return next((each for each in jobs(conn, now) if each.id == job), None)


def _add(db: Database, row: JobRow) -> None:
    restated = asdict(row)
    db.table("job").insert({"job": restated.pop("id"), **restated})
