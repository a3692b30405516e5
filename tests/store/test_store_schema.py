from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlite_utils import Database

from victron_console.model.clock import ManualClock
from victron_console.store.connection import open_readable, open_writable, transaction
from victron_console.store.errors import (
    StoreDamaged,
    StoreError,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
    StoreTooOld,
)
from victron_console.store.migrations import MIGRATIONS
from victron_console.store.operator.wishes import open_for_operator, pin
from victron_console.store.read.reader import Reader
from victron_console.store.schema import check, migrate
from victron_console.store.write.batch import OVERVIEW_FIELDS
from victron_console.store.write.writer import Writer


@pytest.fixture
def made(path: Path, clock: ManualClock) -> Path:
    Writer(path, clock).close()
    return path


def test_a_store_that_is_made_while_it_is_looked_at_is_not_taken_for_another_programs(path: Path) -> None:
    maker = open_writable(path, create=True)
    seen, _ = open_readable(path)
    made = iter([True])

    def make_it(statement: str) -> None:
        if "sqlite_master" in statement and next(made, False):
            migrate(maker, path)

    with closing(maker.conn), closing(seen.conn):
        seen.conn.set_trace_callback(make_it)
        with pytest.raises(StoreMissing):
            check(seen, path)
        assert next(made, None) is None
        check(seen, path)


def add_migration(monkeypatch: pytest.MonkeyPatch, statements: tuple[str, ...]) -> None:
    def migrate(db: Database) -> None:
        for statement in statements:
            db.conn.execute(statement)

    steps = (*MIGRATIONS, SimpleNamespace(__name__="m9999_test", migrate=migrate))
    monkeypatch.setattr("victron_console.store.schema.MIGRATIONS", steps)


def test_new_store_needs_no_backup(path: Path, clock: ManualClock) -> None:
    writer = Writer(path, clock)
    assert writer.backup is None
    assert writer.db.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    writer.close()
    assert [file.name for file in path.parent.iterdir()] == ["store.db"]


def test_older_store_is_saved_and_then_migrated(
    made: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(MIGRATIONS)
    add_migration(monkeypatch, ("CREATE TABLE extra (id INTEGER)",))
    with pytest.raises(StoreTooOld, match="collect --once"):
        Reader(made, clock)
    writer = Writer(made, clock)
    writer.close()
    assert writer.backup == made.with_name(f"store.db.v{before}.bak")
    with closing(sqlite3.connect(writer.backup)) as saved, saved:
        assert saved.execute("PRAGMA user_version").fetchone() == (before,)
        assert saved.execute("SELECT count(*) FROM pulse").fetchone() == (1,)
    saved.close()
    reader = Reader(made, clock)
    assert reader.stats().rows["extra"] == 0
    assert reader.stats().schema_version == before + 1
    reader.close()


def test_migration_that_fails_leaves_the_store_as_it_was(
    made: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        add_migration(patch, ("CREATE TABLE extra (id INTEGER)", "CREATE TABLE station (id INTEGER)"))
        with pytest.raises(StoreError, match="already exists"):
            Writer(made, clock)
    reader = Reader(made, clock)
    assert "extra" not in reader.stats().rows
    reader.close()


def test_store_of_a_newer_program_is_refused(made: Path, clock: ManualClock) -> None:
    with closing(sqlite3.connect(made)) as conn, conn:
        conn.execute("PRAGMA user_version = 99")
    conn.close()
    for open_it in (
        lambda: Writer(made, clock),
        lambda: Reader(made, clock),
        lambda: open_for_operator(made),
    ):
        with pytest.raises(StoreTooNew, match="update victron-console"):
            open_it()


def test_file_that_is_no_store_is_refused_and_left_alone(path: Path, clock: ManualClock) -> None:
    path.write_text("a letter to a friend, which is no database at all" * 20)
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match="--store"):
        Writer(path, clock)
    with pytest.raises(StoreDamaged, match="--store"):
        Reader(path, clock)
    assert path.read_bytes() == before


def test_database_of_another_program_is_refused(path: Path, clock: ManualClock) -> None:
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("CREATE TABLE bookmarks (url TEXT)")
    conn.close()
    with pytest.raises(StoreDamaged, match="another program's"):
        Writer(path, clock)


def test_missing_store_is_named_and_not_made(path: Path, clock: ManualClock) -> None:
    with pytest.raises(StoreMissing, match="collect"):
        Reader(path, clock)
    with pytest.raises(StoreMissing, match="collect"):
        open_for_operator(path)
    assert not path.exists()


def test_store_that_a_collector_is_just_making_counts_as_missing(path: Path, clock: ManualClock) -> None:
    path.touch()
    with pytest.raises(StoreMissing, match="empty"):
        Reader(path, clock)


def test_path_that_is_a_folder_is_said_to_be_unusable(path: Path, clock: ManualClock) -> None:
    path.mkdir()
    with pytest.raises(StoreDamaged, match="no regular file"):
        Writer(path, clock)


def test_folder_that_cannot_be_made_is_named(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreReadOnly, match="--store"):
        Writer(tmp_path / "file" / "store.db", clock)


def test_reader_cannot_write(made: Path) -> None:
    db, _ = open_readable(made)
    with pytest.raises(StoreReadOnly, match="cannot be written"), transaction(db):
        db.conn.execute("DELETE FROM pulse")
    db.close()


def test_store_that_another_program_keeps_locked_is_said_to_be(
    made: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("victron_console.store.connection.BUSY_TIMEOUT_S", 0.01)
    operator = open_for_operator(made)
    other = sqlite3.connect(made, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked, match="busy"):
        pin(operator, "alder", "system/0/*", now=clock.now(), who="me")
    other.execute("ROLLBACK")
    pin(operator, "alder", "system/0/*", now=clock.now(), who="me")
    other.close()
    operator.close()


def test_overview_columns_are_those_that_are_written(made: Path) -> None:
    db, _ = open_readable(made)
    columns = [column.name for column in db.table("overview5").columns]
    assert columns == ["slot", "station_no", "samples", *OVERVIEW_FIELDS]
    db.close()


def test_pipe_is_refused_and_not_waited_for(tmp_path: Path, clock: ManualClock) -> None:
    pipe = tmp_path / "pipe.db"
    os.mkfifo(pipe)
    for opening in (Writer, Reader):
        with pytest.raises(StoreDamaged, match="no regular file"):
            opening(pipe, clock)
