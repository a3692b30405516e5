"""Connections to the store and its one kind of transaction. Nothing here knows a table but `pulse`."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.store.errors import StoreDamaged, StoreMissing, StoreReadOnly, explaining

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_TIMEOUT_S = 5.0
_WAL_LIMIT_BYTES = 64 * 1024 * 1024
"""A log that a long reader let grow is cut back to this."""


def open_writable(path: Path, *, durable: bool = False, create: bool = False) -> Database:
    """A connection that may write, bound to the calling thread.

    Args:
        path: the store.
        durable: wait for the disk at every commit; otherwise a power cut may lose the last ones.
        create: make the file where there is none.

    Raises:
        StoreMissing: there is no such file, and none was to be made.
        StoreError: it cannot be opened or written.
    """
    _refuse_special(path)
    if create:
        _make_folder(path)
    elif not path.exists():
        raise StoreMissing(f"{path} does not exist: start `victron-console collect` to make it")
    with explaining(path):
        db = _connect(f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}")
        db.conn.execute("PRAGMA journal_mode = WAL")
        db.conn.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
        db.conn.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    return db


def open_readable(path: Path) -> Database:
    """A connection that can only read, bound to the calling thread.

    Raises:
        StoreMissing: there is no such file.
        StoreError: it cannot be opened.
    """
    if not path.exists():
        raise StoreMissing(f"{path} does not exist yet: it appears with the first `victron-console collect`")
    _refuse_special(path)
    with explaining(path):
        return _connect(f"{path.absolute().as_uri()}?mode=ro")


def _refuse_special(path: Path) -> None:
    """SQLite would wait for ever on a pipe, and say something unclear about a folder or a device."""
    try:
        mode = path.stat().st_mode
    except OSError:  # SQLite says what is wrong, or makes it
        return
    if not stat.S_ISREG(mode):
        raise StoreDamaged(f"{path} is no regular file: name another place by --store")


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(
            f"{path.parent} cannot be made ({error.strerror}): name another place by --store"
        ) from error


def _connect(uri: str) -> Database:
    from sqlite_utils import Database  # here: with the numpy it looks for it costs the console's first paint 60 ms

    # isolation_level None: Python opens no transaction behind our back, so sqlite-utils' atomic() nests in ours.
    conn = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S)
    return Database(conn)


@contextmanager
def transaction(db: Database) -> Iterator[Database]:
    """Everything inside is kept, or nothing. `db.atomic()` inside it nests as a savepoint.

    It takes the write lock at its begin: two processes that read first and then write would otherwise fail each
    other. It counts `pulse.revision` up, by which readers see that something changed. No `await` inside.

    Raises:
        StoreError: with the narrowest class that fits; everything is rolled back.
    """
    conn = db.conn
    path = next((row[2] for row in conn.execute("PRAGMA database_list")), "")
    with explaining(path):
        conn.execute("BEGIN IMMEDIATE")
        try:
            yield db
            conn.execute("UPDATE pulse SET revision = revision + 1")
            conn.execute("COMMIT")
        except BaseException:
            if conn.in_transaction:  # SQLite may have rolled back by itself
                conn.execute("ROLLBACK")
            raise


@contextmanager
def reading(db: Database) -> Iterator[sqlite3.Connection]:
    """One state of the store for all that is read inside, whatever others write meanwhile."""
    conn = db.conn
    conn.execute("BEGIN")
    try:
        yield conn
    finally:
        if conn.in_transaction:
            conn.execute("COMMIT")
