"""The ways a store can fail, each as a sentence for the operator: what is wrong and what to do."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from victron_console.model.text import clean
from victron_console.store.sqlite import sqlite3


class StoreError(Exception):
    """The store cannot do what was asked."""


class StoreMissing(StoreError):
    """There is no such file yet."""


class StoreFull(StoreError):
    """No space is left. Nothing of the transaction was kept; the next one works once there is space."""


class StoreReadOnly(StoreError):
    """The file or its folder cannot be written."""


class StoreLocked(StoreError):
    """Another process held a write open for longer than we wait."""


class StoreFailing(StoreError):
    """The disk, or what lies between it and us, reports an error. Nothing of the transaction was kept."""


class StoreDamaged(StoreError):
    """The file is no database, or one that is damaged, or another program's."""


class PagesDamaged(StoreDamaged):
    """SQLite cannot make sense of the file's pages: nothing can be written to it any more with confidence."""


class StoreTooNew(StoreError):
    """A newer version of the program made the store."""


class StoreTooOld(StoreError):
    """An older version of the program made the store, and this connection may not migrate it."""


class UnknownStation(StoreError):
    """A station that was never registered."""


class CannotAnswer(StoreError):
    """There is nothing of what was asked for; the sentence says what there is."""


class LeaseHeld(StoreError):
    """Another collector writes this store."""


class ParquetMissing(StoreError):
    """The library for Parquet files is not installed."""


class UnreadableImport(StoreError):
    """A file to be imported is none of ours, or damaged."""


class UpkeepBusy(StoreError):
    """Another process seals, prunes or imports at the moment."""


class UpkeepStopped(StoreError):
    """Asked to end early; what is done is done."""


_SENTENCES: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_FULL: (StoreFull, "the disk of {path} is full: free some space, recording then goes on by itself"),
    sqlite3.SQLITE_READONLY: (StoreReadOnly, "{path} cannot be written: check its owner and that its disk is writable"),
    sqlite3.SQLITE_PERM: (StoreReadOnly, "{path} may not be opened: check the permissions of the file and its folder"),
    sqlite3.SQLITE_BUSY: (StoreLocked, "{path} is busy with another program's write: close that program and try again"),
    sqlite3.SQLITE_LOCKED: (StoreLocked, "{path} is locked by another program: close that program and try again"),
    sqlite3.SQLITE_NOTADB: (PagesDamaged, "{path} is no store: name another file with --store, or move this one away"),
    sqlite3.SQLITE_CORRUPT: (
        PagesDamaged,
        "{path} is damaged: a backup, or `victron-console store salvage`, brings back what can be read",
    ),
    sqlite3.SQLITE_CANTOPEN: (StoreReadOnly, "{path} cannot be opened: check that its folder exists and is writable"),
    sqlite3.SQLITE_IOERR: (StoreFailing, "{path} cannot be read or written, its disk reports an error: check the disk"),
    sqlite3.SQLITE_PROTOCOL: (StoreFailing, "{path} cannot be locked: check the disk or the share that it lies on"),
    sqlite3.SQLITE_NOLFS: (StoreFailing, "{path} is larger than its file system allows: move it to another"),
    sqlite3.SQLITE_NOMEM: (StoreFailing, "{path} cannot be used, memory is short: end other programs"),
    sqlite3.SQLITE_INTERNAL: (StoreFailing, "{path} cannot be used, SQLite fails inside: check memory and disk"),
}
_PRIMARY_CODE = 0xFF
"""SQLite's extended result codes carry the primary one in their low byte."""


def explained(error: sqlite3.Error, path: str | Path) -> StoreError:
    """The store's own error for one of SQLite's."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY_CODE
    if str(error).startswith("Could not decode to UTF-8"):  # Python's own, which has no code
        return _damaged(path, "it holds bytes where text belongs")
    if code not in _SENTENCES:
        return StoreError(f"{path} failed: {error}")
    kind, sentence = _SENTENCES[code]
    return kind(sentence.format(path=path))


@contextmanager
def explaining(path: str | Path) -> Iterator[None]:
    """Turn SQLite's errors about a file into the store's own.

    Raises:
        StoreError: with the narrowest class that fits.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, path) from error
    except MemoryError as error:  # what Python makes of SQLITE_NOMEM
        kind, sentence = _SENTENCES[sqlite3.SQLITE_NOMEM]
        raise kind(sentence.format(path=path)) from error


_UNDECODABLE = (ValueError, TypeError, AttributeError, LookupError, OverflowError, RecursionError, zlib.error)
"""What rows that the program did not write itself make of code that takes them for its own."""


@contextmanager
def decoding(path: str | Path) -> Iterator[None]:
    """Turn what goes wrong while rows become objects into the store's own error. Check arguments before it.

    Raises:
        StoreDamaged: a row holds what the program never writes.
    """
    try:
        yield
    except _UNDECODABLE as error:
        raise _damaged(path, f"{type(error).__name__}, {clean(str(error))}") from error


def _damaged(path: str | Path, what: str) -> StoreDamaged:
    return StoreDamaged(f"{path} is damaged: {what}. Stop the collector and put a backup in its place")
