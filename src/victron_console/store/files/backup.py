"""A whole copy of the store while it is written; it only gets its name once it is complete and readable."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

from victron_console.store.errors import StoreDamaged, StoreReadOnly, explaining
from victron_console.store.file_rights import make_private
from victron_console.store.sqlite import sqlite3


def copy(conn: sqlite3.Connection, target: Path) -> Path:
    """Copy the database of a connection into a file.

    Raises:
        sqlite3.Error: it cannot be read or the copy not written.
    """
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    with suppress(OSError):  # SQLite says better what is wrong
        make_private(unfinished)
    with closing(sqlite3.connect(unfinished)) as to:
        conn.backup(to)
    return unfinished.replace(target)


def backup(conn: sqlite3.Connection, target: Path, *, replace: bool = False) -> int:
    """Make a backup and read it back; gives its bytes.

    Args:
        conn: the store's.
        target: the file to make.
        replace: overwrite it where it is there.

    Raises:
        StoreReadOnly: the file is there, or cannot be made.
        StoreDamaged: the copy does not read back; it is kept for a look as `.part`.
        StoreError: it cannot be written.
    """
    if target.exists() and not replace:
        raise StoreReadOnly(f"{target} is there already: name another file, or say --force")
    if not target.parent.is_dir():
        raise StoreReadOnly(f"{target.parent} is no folder: make it first, or name another place")
    with explaining(target):
        copy(conn, target)
        with closing(sqlite3.connect(f"{target.absolute().as_uri()}?mode=ro", uri=True)) as made:
            if made.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise StoreDamaged(f"{target} does not read back: check the disk and try again")
    return target.stat().st_size
