"""A store in a place that this user cannot write is read all the same, and what writes says why it does not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.store.conftest import service_reading

from victron_console.cli.console import _why_read_only
from victron_console.model.clock import ManualClock
from victron_console.store.errors import StoreReadOnly
from victron_console.store.lease import Lease
from victron_console.store.operator.wishes import open_for_operator
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.sealed.verify import verify
from victron_console.store.write.writer import Writer

NOBODY = 65_534


@contextmanager
def as_nobody() -> Iterator[None]:
    """As a user who may write nothing here; root may write everywhere."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Somebody else's folder, that everybody may look into: pytest's own is closed to others."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        yield path
        path.chmod(0o755)


def recorded(folder: Path, clock: ManualClock) -> Path:
    path = folder / "store.db"
    with closing(Writer(path, clock)) as writer:
        writer.register([StationRecord("alder", "Alder Farm")])
        record(writer, clock, 1)
    shut(folder)
    return path


def shut(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)


def record(writer: Writer, clock: ManualClock, value: int) -> None:
    writer.record(StationUpdate("alder", clock.now(), [service_reading("system/0", {"P": value}, clock.now())]))


def test_a_store_at_rest_is_read_where_nothing_can_be_written(folder: Path, clock: ManualClock) -> None:
    path = recorded(folder, clock)
    with as_nobody(), closing(Reader(path, clock)) as reader:
        assert reader.changed()
        assert not reader.changed()
        assert reader.snapshot("alder").number("system/0/P") == 1
        assert verify(reader.db).faults == []


def test_once_a_collector_begins_it_is_followed(folder: Path, clock: ManualClock) -> None:
    path = recorded(folder, clock)
    with as_nobody():
        reader = Reader(path, clock)
        assert reader.changed()
    folder.chmod(0o755)
    path.chmod(0o644)
    with closing(Writer(path, clock)) as writer:
        clock.advance(10)
        record(writer, clock, 2)
        shut(folder)
        with as_nobody():
            assert reader.changed()
            assert reader.snapshot("alder").number("system/0/P") == 2
        clock.advance(10)
        record(writer, clock, 3)
        with as_nobody():
            assert reader.changed()
            assert reader.snapshot("alder").number("system/0/P") == 3
    with as_nobody():
        assert reader.snapshot("alder").number("system/0/P") == 3
        reader.close()


def test_what_a_power_cut_left_is_not_read_without_its_log(folder: Path, clock: ManualClock) -> None:
    path = folder / "store.db"
    with closing(Writer(path, clock)) as writer:
        writer.register([StationRecord("alder", "Alder Farm")])
        cut = folder / "cut.db"
        for end in ("", "-wal"):
            cut.with_name(f"cut.db{end}").write_bytes(path.with_name(f"store.db{end}").read_bytes())
    shut(folder)
    with as_nobody(), pytest.raises(StoreReadOnly, match="copy both into a folder that can be written"):
        Reader(cut, clock)


def test_who_writes_is_told_why_nothing_can_be_written(folder: Path, clock: ManualClock) -> None:
    path = recorded(folder, clock)
    with as_nobody():
        for write in (
            lambda: Writer(path, clock),
            lambda: open_for_operator(path),
            lambda: Lease(path, clock),
            lambda: upkeep(path, clock),
        ):
            with pytest.raises(StoreReadOnly, match=r"store\.db"):
                write()


def test_the_console_looks_at_the_file_and_at_the_folder_that_sqlite_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "store.db"
    closed: set[Path] = set()
    monkeypatch.setattr(os, "access", lambda place, mode: Path(place).absolute() not in closed)
    assert _why_read_only(tmp_path / "new" / "store.db") == ""
    path.touch()
    assert _why_read_only(path) == ""
    closed.add(tmp_path)
    assert _why_read_only(path).startswith(f"{tmp_path} cannot be written")
    for end in ("-wal", "-shm"):  # a collector runs
        path.with_name(f"store.db{end}").touch()
    assert _why_read_only(path) == ""
    closed.add(path)
    assert _why_read_only(path).startswith(f"{path} cannot be written")
