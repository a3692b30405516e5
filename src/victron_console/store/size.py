"""How big the store is and what is in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from victron_console.store.rows import StoreStats


def stats(conn: sqlite3.Connection, path: Path) -> StoreStats:
    """Size and content of the database. Rows of `hot` are counted by their numbers: it may hold many millions."""
    tables = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    rows = {name: _number(conn, f'SELECT count(*) FROM "{name}"') for name in tables if name != "hot"}
    rows["hot"] = _number(conn, "SELECT max(id) - min(id) + 1 FROM hot")
    log = path.with_name(f"{path.name}-wal")
    first_at, last_at = conn.execute("SELECT (SELECT min(first_at) FROM device), collected_at FROM pulse").fetchone()
    return StoreStats(
        path=str(path),
        schema_version=_number(conn, "PRAGMA user_version"),
        sqlite_version=sqlite3.sqlite_version,
        size_bytes=path.stat().st_size,
        wal_bytes=log.stat().st_size if log.exists() else 0,
        page_size=_number(conn, "PRAGMA page_size"),
        free_pages=_number(conn, "PRAGMA freelist_count"),
        rows=rows,
        first_at=first_at,
        last_at=last_at,
    )


def _number(conn: sqlite3.Connection, sql: str) -> int:
    return int(conn.execute(sql).fetchone()[0] or 0)
