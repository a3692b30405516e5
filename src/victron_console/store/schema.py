"""The store's version: the migrations in order, all in one transaction, after a backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.store.errors import StoreDamaged, StoreMissing, StoreTooNew, StoreTooOld, explaining
from victron_console.store.files import backup
from victron_console.store.migrations import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x56634331
"""`VcC1` in the file's header: tells our file from another program's database."""


def version_of(db: Database) -> int:
    """The number of the last migration the store went through; 0 for an empty file."""
    return int(db.conn.execute("PRAGMA user_version").fetchone()[0])


def check(db: Database, path: Path) -> None:
    """Refuse a store that this version of the program cannot use.

    Raises:
        StoreTooNew, StoreTooOld: another version made it.
        StoreMissing: nothing was put into it yet.
        StoreDamaged: it is no store of ours.
    """
    with explaining(path):
        found = version_of(db)
        _refuse_foreign(db, path, found)
    if found == 0:
        raise StoreMissing(f"{path} is still empty: it is filled with the first `victron-console collect`")
    if found < len(MIGRATIONS):
        raise StoreTooOld(
            f"{path} is of version {found}, this program reads {len(MIGRATIONS)}: "
            "run `victron-console collect --once` to migrate it"
        )


def migrate(db: Database, path: Path) -> Path | None:
    """Bring the store to this program's version.

    Returns:
        The backup made first; None where there was nothing to migrate or nothing to save.

    Raises:
        StoreTooNew: a newer program made it.
        StoreDamaged: it is no store of ours.
        StoreError: it cannot be written; the store is as it was.
    """
    with explaining(path):
        found = version_of(db)
        _refuse_foreign(db, path, found)
        saved = _back_up(db, path, found) if 0 < found < len(MIGRATIONS) else None
        _apply_all(db)
    return saved


def _apply_all(db: Database) -> None:
    """Every outstanding migration in one transaction: a reader meets the old store or the new one, none in between."""
    conn = db.conn
    conn.execute("BEGIN IMMEDIATE")
    try:
        for number, step in enumerate(MIGRATIONS, start=1):
            if version_of(db) < number:  # another process may have been first
                step.migrate(db)
                conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                conn.execute(f"PRAGMA user_version = {number}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def _refuse_foreign(db: Database, path: Path, found: int) -> None:
    ours = db.conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if not ours and db.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise StoreDamaged(f"{path} is another program's database: name another file with --store")
    if found > len(MIGRATIONS):
        raise StoreTooNew(
            f"{path} is of version {found}, this program knows up to {len(MIGRATIONS)}: update victron-console"
        )


def _back_up(db: Database, path: Path, version: int) -> Path:
    """A whole copy beside the store."""
    return backup.copy(db.conn, path.with_name(f"{path.name}.v{version}.bak"))
