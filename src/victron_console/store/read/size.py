"""How big the store is and what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.store.answers import StoreSize, StoreStats
from victron_console.store.sqlite import sqlite3

if TYPE_CHECKING:
    from sqlite_utils import Database

_NOT_COUNTED = ("hot", "_sqlite_migrations")


def size(conn: sqlite3.Connection, path: Path) -> StoreSize:
    """What the database takes on disk; costs nothing, whatever is in it."""
    log = path.with_name(f"{path.name}-wal")
    last_at = conn.execute("SELECT collected_at FROM pulse").fetchone()[0]
    return StoreSize(path.stat().st_size, log.stat().st_size if log.exists() else 0, last_at)


def stats(db: Database, path: Path) -> StoreStats:
    """Size and content of the database. Rows of `hot` are counted by their numbers: it may hold many millions."""
    conn = db.conn
    rows = {name: int(db.table(name).count) for name in sorted(db.table_names()) if name not in _NOT_COUNTED}
    rows["hot"] = _number(conn, "SELECT max(id) - min(id) + 1 FROM hot")
    on_disk = size(conn, path)
    return StoreStats(
        path=str(path),
        schema_version=_number(conn, "PRAGMA user_version"),
        sqlite_version=sqlite3.sqlite_version,
        size_bytes=on_disk.size_bytes,
        wal_bytes=on_disk.wal_bytes,
        page_size=_number(conn, "PRAGMA page_size"),
        free_pages=_number(conn, "PRAGMA freelist_count"),
        rows=rows,
        first_at=conn.execute("SELECT min(first_at) FROM device").fetchone()[0],
        last_at=on_disk.last_at,
    )


def _number(conn: sqlite3.Connection, sql: str) -> int:
    return int(conn.execute(sql).fetchone()[0] or 0)
