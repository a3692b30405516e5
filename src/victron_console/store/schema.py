"""The store's version: the migrations in order, all in one transaction, after a backup.

sqlite-utils notes each by name in `_sqlite_migrations`. Their number stands in the file's header too: it costs a reader
no query, and is what a program of another version knows to refuse.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from victron_console.store.connection import reading
from victron_console.store.errors import StoreDamaged, StoreMissing, StoreTooNew, StoreTooOld, explaining
from victron_console.store.files import backup
from victron_console.store.migrations import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

APPLICATION_ID = 0x56634331
"""`VcC1` in the file's header: tells our file from another program's database."""


def version_of(db: Database) -> int:
    """The number of the last migration the store went through; 0 for an empty file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def check(db: Database, path: Path) -> None:
    """Refuse a store that this version of the program cannot use.

    Raises:
        StoreTooNew, StoreTooOld: another version made it.
        StoreMissing: nothing was put into it yet.
        StoreDamaged: it is no store of ours.
    """
    with explaining(path):
        found = _own_version(db, path)
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
        found = _own_version(db, path)
        saved = _back_up(db, path, found) if 0 < found < len(MIGRATIONS) else None
        _apply_all(db)
    return saved


def _apply_all(db: Database) -> None:
    """Every outstanding migration in one transaction: a reader meets the old store or the new one, none in between."""
    steps = _steps()
    db.conn.execute("BEGIN IMMEDIATE")  # what sqlite-utils opens inside is a savepoint
    try:
        _adopt(db, steps)
        steps.apply(db)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(steps.applied(db))}")
        db.conn.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


def _steps() -> Migrations:
    from sqlite_utils.migrations import Migrations  # here: it costs the console's first paint 60 ms

    steps = Migrations("victron-console")
    for module in MIGRATIONS:
        steps(name=_name(module))(module.migrate)
    return steps


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def _adopt(db: Database, steps: Migrations) -> None:
    """A store that counted its migrations only in its header gets them noted by name."""
    steps.ensure_migrations_table(db)
    noted = {step.name for step in steps.applied(db)}
    db.table(steps.migrations_table).insert_all(
        {"migration_set": steps.name, "name": name, "applied_at": ""}
        for name in map(_name, MIGRATIONS[: version_of(db)])
        if name not in noted
    )


def _own_version(db: Database, path: Path) -> int:
    """The version of a store that is ours or empty, by one state of it: it may be made while it is looked at."""
    with reading(db):
        found = version_of(db)
        ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
        foreign = not ours and bool(db.table_names())
    if foreign:
        raise StoreDamaged(f"{path} is another program's database: name another file with --store")
    if found > len(MIGRATIONS):
        raise StoreTooNew(
            f"{path} is of version {found}, this program knows up to {len(MIGRATIONS)}: update victron-console"
        )
    return found


def _back_up(db: Database, path: Path, version: int) -> Path:
    """A whole copy beside the store."""
    return backup.copy(db.conn, path.with_name(f"{path.name}.v{version}.bak"))
