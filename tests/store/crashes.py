"""Work on a store that is broken off at any step of SQLite's, and the files as a power cut would leave them then."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from sqlite_utils import Database

from victron_console.store.connection import open_writable
from victron_console.store.errors import StoreError


def run_until(
    original: Path, path: Path, cut: Path, stop_at: int, work: Callable[[Database], None], every: int = 40
) -> int:
    """Work on a copy in `path` and break off at a step, with the files as they lie then in `cut`.

    Args:
        original: the store to begin from.
        path: where the work is done.
        cut: where the files lie as they were at that step.
        stop_at: the step; a huge one lets the work end.
        work: what is done.
        every: instructions of SQLite's a step.

    Returns:
        The steps that were taken.
    """
    for file in (path, cut):
        for part in ("", "-wal", "-shm"):
            file.with_name(file.name + part).unlink(missing_ok=True)
    shutil.copyfile(original, path)
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        if steps == stop_at + 1:
            for part in ("", "-wal"):
                if path.with_name(path.name + part).exists():
                    shutil.copyfile(path.with_name(path.name + part), cut.with_name(cut.name + part))
        return steps > stop_at

    with closing(open_writable(path)) as db, suppress(StoreError, sqlite3.OperationalError):
        db.conn.execute("PRAGMA synchronous = OFF")  # the copy sees what was written, on the disk or not
        db.conn.set_progress_handler(step, every)
        work(db)
    return steps
