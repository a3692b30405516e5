"""Every store that an earlier version of the program made opens, keeps what it held and is like a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from victron_console.model.clock import ManualClock
from victron_console.store.migrations import MIGRATIONS
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord
from victron_console.store.schema import APPLICATION_ID
from victron_console.store.write.writer import Writer

OLD = (Path(__file__).parent / "old_versions.sql").read_text().split("-- version ")[1:]
_SAMPLES: dict[str, Any] = {"INTEGER": 7, "REAL": 7.5, "TEXT": "[]", "BLOB": b"\x00\xff", "ANY": "word"}

Rows = dict[str, list[dict[str, Any]]]


def statements(version: int) -> Iterator[str]:
    for part in OLD[:version]:
        yield from part.partition("\n")[2].split(";\n")


def make_old(path: Path, version: int) -> None:
    """A store as that version left it, with a row in each table."""
    with closing(sqlite3.connect(path)) as conn:
        for statement in statements(version):
            conn.execute(statement)
        for table in tables(conn) - {"pulse"}:
            columns = conn.execute(f'SELECT name, type FROM pragma_table_info("{table}")').fetchall()
            conn.execute(
                f"INSERT INTO {table} ({', '.join(name for name, _ in columns)}) "
                f"VALUES ({', '.join('?' * len(columns))})",
                [_SAMPLES[kind] for _, kind in columns],
            )
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.execute(f"PRAGMA user_version = {version}")
        conn.commit()


def tables(conn: sqlite3.Connection) -> set[str]:
    return {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def rows(path: Path) -> Rows:
    with closing(sqlite3.connect(path)) as conn:
        conn.row_factory = sqlite3.Row
        return {name: [dict(row) for row in conn.execute(f"SELECT * FROM {name}")] for name in _plain_tables(conn)}


def _plain_tables(conn: sqlite3.Connection) -> set[str]:
    names = {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {name for name in names if not name.startswith("_")}


def shape(path: Path) -> dict[str, Any]:
    """Columns, keys and indexes of each table, and whether it is STRICT and has a rowid."""
    with closing(sqlite3.connect(path)) as conn:
        kinds = conn.execute(
            "SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        ).fetchall()
        return {
            name: (*kind, conn.execute(f"SELECT * FROM pragma_table_info('{name}')").fetchall(), _indexes(conn, name))
            for name, *kind in kinds
            if not name.startswith(("_", "sqlite_"))
        }


def _indexes(conn: sqlite3.Connection, table: str) -> list[tuple[int, int, list[tuple[str]]]]:
    found = conn.execute(f"SELECT name, \"unique\", partial FROM pragma_index_list('{table}')").fetchall()
    columns = "SELECT name FROM pragma_index_info(?)"
    return sorted((unique, partial, conn.execute(columns, (name,)).fetchall()) for name, unique, partial in found)


@pytest.mark.parametrize("version", range(1, len(OLD) + 1))
def test_old_store_keeps_every_row_and_becomes_like_a_new_one(path: Path, clock: ManualClock, version: int) -> None:
    make_old(path, version)
    before = rows(path)
    writer = Writer(path, clock)
    writer.close()
    after = rows(path)
    for table, held in before.items():
        if table == "pulse":
            continue
        kept = [{name: row[name] for name in held[0]} for row in after[table]]
        assert [row for row in held if row not in kept] == [], table
    new = path.with_name("new.db")
    Writer(new, clock).close()
    assert shape(path) == shape(new)
    if version < len(MIGRATIONS):
        assert writer.backup is not None
        assert rows(writer.backup) == before


@pytest.mark.parametrize("version", range(1, len(OLD) + 1))
def test_migrations_of_an_old_store_are_noted_by_name_once(path: Path, clock: ManualClock, version: int) -> None:
    make_old(path, version)
    for _ in range(2):
        Writer(path, clock).close()
    with closing(sqlite3.connect(path)) as conn:
        noted = [name for (name,) in conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]
        assert noted == [module.__name__.rpartition(".")[2] for module in MIGRATIONS]
        assert conn.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_station_registered_again_keeps_its_number_and_its_first_day(path: Path, clock: ManualClock) -> None:
    writer = Writer(path, clock)
    writer.register([StationRecord("alder", "Alder"), StationRecord("birch", "Birch")])
    [birch] = [row for row in rows(path)["station"] if row["id"] == "birch"]
    clock.advance(100)
    writer.register([StationRecord("birch", "Birch Mill", {"site": "mill"}, ("north",))])
    writer.close()
    held = {row["id"]: row for row in rows(path)["station"]}
    assert held["birch"] == birch | {"name": "Birch Mill", "info": '{"site": "mill"}', "tags": '["north"]'}
    assert held["alder"]["active"] == 0
    reader = Reader(path, clock)
    assert [row.id for row in reader.stations()] == ["birch"]
    reader.close()
