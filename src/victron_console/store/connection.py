"""Connections to the store and its one kind of transaction. Nothing here knows a table but `pulse`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.store.errors import StoreDamaged, StoreMissing, StoreReadOnly, explaining
from victron_console.store.file_rights import exists, make_private
from victron_console.store.sqlite import has_wal_reset_fault, sqlite3

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_TIMEOUT_S = 5.0
_WAL_LIMIT_BYTES = 64 * 1024 * 1024
"""A log that a long reader let grow is cut back to this."""

_NOT_BESIDE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
"""What SQLite says where it cannot make its files beside a store: the first on a disk, the second in a folder."""


def open_writable(path: Path, *, durable: bool = False, create: bool = False, checkpoints: bool = False) -> Database:
    """A connection that may write, bound to the calling thread.

    Args:
        path: the store.
        durable: wait for the disk at every commit; otherwise a power cut may lose the last ones.
        create: make the file where there is none.
        checkpoints: copy the log into the file now and then. Others do so too, unless SQLite's build is one in which
            no two connections should.

    Raises:
        StoreMissing: there is no such file, and none was to be made.
        StoreError: it cannot be opened or written.
    """
    _refuse_special(path)
    if create:
        _make_file(path)
    elif not exists(path):
        raise StoreMissing(f"{path} does not exist: start `victron-console collect` to make it")
    with explaining(path):
        db = _connect(f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}")
        try:
            db.conn.execute("PRAGMA journal_mode = WAL")
            db.conn.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
            db.conn.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            if has_wal_reset_fault() and not checkpoints:
                db.conn.execute("PRAGMA wal_autocheckpoint = 0")
        except BaseException:
            db.close()
            raise
    return db


def open_readable(path: Path) -> tuple[Database, Rest | None]:
    """A connection that can only read, bound to the calling thread.

    SQLite reads a store through files beside it. Where those are not there and cannot be made, on a disk that cannot be
    written or in somebody else's folder, a store at rest is read as it lies, which is right only as long as it rests.

    Returns:
        The connection; and how the file lay, where it is read as it lies: once that is another, open it anew.

    Raises:
        StoreMissing: there is no such file.
        StoreError: it cannot be opened.
    """
    if not exists(path):
        raise StoreMissing(f"{path} does not exist yet: it appears with the first `victron-console collect`")
    _refuse_special(path)
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with explaining(path):
        db = _connect(uri)
        try:
            db.conn.execute("PRAGMA user_version").fetchone()
        except sqlite3.Error as error:
            db.close()
            if error.sqlite_errorcode & 0xFF not in _NOT_BESIDE or not os.access(path, os.R_OK):
                raise
            rest = rest_of(path)
            if rest.has_log:
                raise StoreReadOnly(
                    f"{path} cannot be read where nothing can be written, since {path.name}-wal holds more of it: "
                    "copy both into a folder that can be written"
                ) from error
            return _connect(f"{uri}&immutable=1"), rest
    return db, None


def file_of(path: Path) -> tuple[int, int] | None:
    """Which file bears a name now: its device and inode; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


@dataclass(frozen=True, slots=True)
class Rest:
    """How a store's files lie."""

    has_log: bool
    """Whether somebody writes it, or did when the power went."""
    changed_ns: int
    size: int


def rest_of(path: Path) -> Rest:
    """How the files lie now."""
    log = path.with_name(f"{path.name}-wal")
    status = path.stat()
    return Rest(log.exists() and log.stat().st_size > 0, status.st_mtime_ns, status.st_size)


def _refuse_special(path: Path) -> None:
    """SQLite would wait for ever on a pipe, and say something unclear about a folder or a device."""
    try:
        mode = path.stat().st_mode
    except OSError:  # SQLite says what is wrong, or makes it
        return
    if not stat.S_ISREG(mode):
        raise StoreDamaged(f"{path} is no regular file: name another place by --store")


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(
            f"{path.parent} cannot be made ({error.strerror}): name another place by --store"
        ) from error
    with suppress(OSError):  # SQLite says better what is wrong
        make_private(path)


def _connect(uri: str) -> Database:
    from sqlite_utils import Database  # here: with the numpy it looks for it costs the console's first paint 60 ms

    # isolation_level None: Python opens no transaction behind our back, so sqlite-utils' atomic() nests in ours.
    conn = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S)
    return Database(conn, execute_plugins=False)  # what else is installed has no say in the store


@contextmanager
def transaction(db: Database) -> Iterator[Database]:
    """Everything inside is kept, or nothing. `db.atomic()` inside it nests as a savepoint.

    It takes the write lock at its begin: two processes that read first and then write would otherwise fail each
    other. It counts `pulse.revision` up, by which readers see that something changed. No `await` inside.

    Raises:
        StoreError: with the narrowest class that fits; everything is rolled back.
    """
    conn = db.conn
    with explaining("the store"):
        path = next((row[2] for row in conn.execute("PRAGMA database_list")), "")
    with explaining(path):
        conn.execute("BEGIN IMMEDIATE")
        try:
            yield db
            conn.execute("UPDATE pulse SET revision = revision + 1")
            conn.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise


@contextmanager
def reading(db: Database) -> Iterator[sqlite3.Connection]:
    """One state of the store for all that is read inside, whatever others write meanwhile."""
    db.begin()
    try:
        yield db.conn
    finally:
        db.rollback()  # there is nothing to commit, and SQLite refuses to once it met damage: that would hide the rest
