from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from victron_console.model.clock import ManualClock
from victron_console.store.connection import open_writable
from victron_console.store.errors import StoreReadOnly
from victron_console.store.file_rights import exists
from victron_console.store.files.backup import backup
from victron_console.store.lease import Lease
from victron_console.store.sealed.upkeep import upkeep_lock
from victron_console.store.sqlite import has_wal_reset_fault
from victron_console.store.write.writer import Writer


@pytest.fixture(params=[0o022, 0o007, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def rights(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize(("folder_mode", "expected"), [(0o755, 0o600), (0o770, 0o600), (0o2770, 0o660)], ids=oct)
def test_everything_beside_a_store_is_its_owners_or_the_shared_groups_alone(
    path: Path, clock: ManualClock, folder_mode: int, expected: int
) -> None:
    path.parent.chmod(folder_mode)
    with Lease(path, clock), closing(Writer(path, clock)) as writer, upkeep_lock(path):
        writer.register([])
        backup(writer.db.conn, path.with_name("copy.db"))
        found = rights(path.parent)
    assert {"store.db", "store.db-wal", "store.db-shm", "store.db.lease", "store.db.upkeep", "copy.db"} <= set(found)
    assert set(found.values()) == {expected}, found


def test_store_that_everybody_could_read_is_closed_to_others(path: Path, clock: ManualClock) -> None:
    Writer(path, clock).close()
    path.chmod(0o644)
    Writer(path, clock).close()
    assert rights(path.parent)["store.db"] == 0o640


def test_folder_that_may_not_be_entered_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(StoreReadOnly, match="member of the group"):
        exists(path)


@pytest.mark.parametrize(
    ("version", "expected"),
    [((3, 40, 1), True), ((3, 51, 2), True), ((3, 7, 0), True), ((3, 51, 3), False), ((3, 53, 4), False)],
)
def test_builds_with_the_known_fault_are_told(version: tuple[int, ...], expected: bool) -> None:
    assert has_wal_reset_fault(version) is expected


@pytest.mark.parametrize("faulty", [True, False])
def test_with_such_a_build_the_collector_alone_copies_the_log_into_the_file(
    path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, faulty: bool
) -> None:
    monkeypatch.setattr("victron_console.store.connection.has_wal_reset_fault", lambda: faulty)
    with closing(Writer(path, clock)) as writer, closing(open_writable(path)) as other:
        pages = [db.execute("PRAGMA wal_autocheckpoint").fetchone()[0] for db in (writer.db, other)]
    assert pages == [1000, 0 if faulty else 1000]
