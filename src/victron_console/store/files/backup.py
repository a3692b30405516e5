"""A whole copy of the store while it is written; it only gets its name once it is complete and readable."""

from __future__ import annotations

import re
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from victron_console.model.progress import Tell, untold
from victron_console.store.errors import StoreDamaged, StoreReadOnly, explaining
from victron_console.store.file_rights import make_private
from victron_console.store.sqlite import sqlite3

PART_PAGES = 2048
"""Of a copy whose progress is told: some MB at the usual 4096 bytes a page."""
_STAMP = "%Y%m%dT%H%M%SZ"


def copy(conn: sqlite3.Connection, target: Path, tell: Tell = untold) -> Path:
    """Copy the database of a connection into a file.

    Raises:
        sqlite3.Error: it cannot be read or the copy not written.
    """
    return _copied(conn, target, tell).replace(target)


def _copied(conn: sqlite3.Connection, target: Path, tell: Tell) -> Path:
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    with suppress(OSError):  # SQLite says better what is wrong
        make_private(unfinished)
    with closing(sqlite3.connect(unfinished)) as to:
        # Told in parts only where this connection reads one state all the while: else each write would begin it anew.
        pages = PART_PAGES if conn.in_transaction and tell is not untold else -1
        conn.backup(to, pages=pages, progress=lambda _, left, all_of_it: tell(1.0 - left / max(1, all_of_it)))
    return unfinished


def backup(conn: sqlite3.Connection, target: Path, *, replace: bool = False, tell: Tell = untold) -> int:
    """Make a backup and read it back; gives its bytes.

    Args:
        conn: the store's.
        target: the file to make.
        replace: overwrite it where it is there.
        tell: told how far it is.

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
        unfinished = _copied(conn, target, tell)
        if not _reads_back(unfinished):
            raise StoreDamaged(f"{unfinished} does not read back: check the disk and try again")
        unfinished.replace(target)
        return target.stat().st_size


def _reads_back(file: Path) -> bool:
    """Whether a copy that nobody else has open is whole. `immutable`: else SQLite leaves files beside it."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as made:
        try:
            return bool(made.execute("PRAGMA quick_check").fetchone()[0] == "ok")
        except sqlite3.DatabaseError:
            return False


def dated_copy(store: Path, folder: Path, at: float) -> Path:
    """The name of the copy that is made at a moment (UTC epoch, s)."""
    return folder / f"{store.stem}-{datetime.fromtimestamp(at, UTC):{_STAMP}}.db"


def dated_copies(store: Path, folder: Path) -> dict[Path, float]:
    """The copies of a store in a folder, oldest first, and when each was made (UTC epoch, s).

    Raises:
        OSError: the folder cannot be listed.
    """
    return dict(sorted(_dated(store, folder, ".db").items(), key=lambda item: item[1]))


def _dated(store: Path, folder: Path, suffix: str) -> dict[Path, float]:
    """Those of this store alone: another's may lie beside them, and its name may begin like this one's."""
    named = re.compile(rf"{re.escape(store.stem)}-(\d{{8}}T\d{{6}}Z){re.escape(suffix)}")
    found = {}
    for file in folder.iterdir():
        if match := named.fullmatch(file.name):
            with suppress(ValueError):  # a name that is like ours and names no moment
                found[file] = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC).timestamp()
    return found


def remove_unfinished(store: Path, folder: Path) -> None:
    """Remove what is left of copies that were broken off.

    Raises:
        OSError: one cannot be removed.
    """
    for file in _dated(store, folder, ".db.part"):
        file.unlink()


def remove_oldest(store: Path, folder: Path, keep: int) -> list[Path]:
    """Remove all copies but the newest so many; gives those removed.

    Raises:
        OSError: one cannot be removed.
    """
    old = list(dated_copies(store, folder))[:-keep]
    for file in old:
        file.unlink()
    return old
