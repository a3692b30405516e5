"""Copies of the store are made in time, read back, and no more of them kept than asked for; the store is read back."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from victron_console.collector.backups import AGAIN_S, BACKUP_FAILS, STORE_UNSOUND, Backups
from victron_console.collector.recorder import Recorder
from victron_console.config import BackupSettings, load
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.model.console_alarm import ConsoleAlarm
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.files.backup import backup, dated_copies, dated_copy, remove_oldest
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.write.writer import Writer

T0 = 1_800_000_000.0
DAY_S = 86_400.0
BATTERY = DeviceKey("battery", "1")
pytestmark = pytest.mark.slow  # each turn begins a process


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(T0)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Path]:
    path = tmp_path / "store.db"
    before = ManualClock(T0 - 6 * 3600)
    with closing(Writer(path, before)) as writer:
        writer.register([StationRecord("alder", "Alder")])
        for value in range(300):
            reading = ServiceReading("x", BATTERY, before.now(), {"P": Reading(value, before.now())})
            writer.record(StationUpdate("alder", before.now(), [reading]))
            before.advance(60)
    upkeep(path, clock)
    yield path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "copies"
    made.mkdir()
    return made


class Running:
    """The collector's copies, and what was told of them."""

    def __init__(self, store: Path, clock: ManualClock, recorder: Recorder, **settings: object) -> None:
        self.told: list[tuple[ConsoleAlarm, str]] = []
        self._store = store
        self._clock = clock
        self.backups = Backups(store, clock, recorder, self._alarm, first_s=0.0)
        self.backups.use(BackupSettings.model_validate(settings))

    async def _alarm(self, alarm: ConsoleAlarm, problem: str) -> None:
        self.told.append((alarm, problem))

    async def after(self, seconds: float) -> None:
        self._clock.advance(seconds)
        await self.backups.turn()

    def noted(self, kind: str) -> list[Event]:
        with closing(Reader(self._store, self._clock)) as reader:
            return list(reader.events(0.0, self._clock.now() + 1, kinds=(kind,)))


@asynccontextmanager
async def running(store: Path, clock: ManualClock, **settings: object) -> AsyncIterator[Running]:
    recorder = Recorder(store, clock, lambda: Writer(store, clock))
    await recorder.open()
    try:
        yield Running(store, clock, recorder, **settings)
    finally:
        await recorder.close()


def touch(*files: Path) -> None:
    for file in files:
        file.touch()


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def statuses(folder: Path) -> list[os.stat_result]:
    return [file.stat() for file in folder.iterdir()]


def values(path: Path) -> list[object]:
    with closing(Reader(path, SystemClock())) as reader:
        return [point.value for point in reader.history("alder", "battery/1/P", 0, T0)]


async def test_a_copy_is_made_each_interval_also_over_restarts_and_holds_what_the_store_does(
    store: Path, clock: ManualClock, folder: Path
) -> None:
    settings = {"folder": str(folder), "every": "1d", "verify": "off"}
    async with running(store, clock, **settings) as collector:
        for _ in range(3):
            await collector.after(DAY_S / 4)
        assert len(names(folder)) == 1
    async with running(store, clock, **settings) as collector:
        await collector.after(DAY_S / 8)
        assert len(names(folder)) == 1
        await collector.after(DAY_S)
        assert collector.told == [(BACKUP_FAILS, "")]
        assert [event.text.partition(",")[0] for event in collector.noted("backup")] == [
            "copied to store-20270117T050000Z.db",
            "copied to store-20270115T140000Z.db",
        ]
    assert names(folder) == ["store-20270115T140000Z.db", "store-20270117T050000Z.db"]
    assert {status.st_mode & 0o077 for status in statuses(folder)} == {0}
    assert values(folder / "store-20270117T050000Z.db") == values(store)


async def test_no_more_copies_are_kept_than_asked_for_and_nothing_else_is_removed(
    store: Path, clock: ManualClock, folder: Path
) -> None:
    others = [
        folder / name
        for name in (
            "store.db",
            "store-old.db",
            "store-20200101T000000Z.db.gz",
            "x.db",
            "store-north-20200101T000000Z.db.part",
        )
    ]
    touch(*others)
    for day in range(5):
        touch(dated_copy(store, folder, T0 - (6 - day) * DAY_S))
    touch(folder / "store-20200101T000000Z.db.part")
    async with running(store, clock, folder=str(folder), keep=3, verify="off") as collector:
        await collector.after(0.0)
    assert [round((T0 - at) / DAY_S) for at in dated_copies(store, folder).values()] == [3, 2, 0]
    assert {file.name for file in others} < set(names(folder))
    assert "store-20200101T000000Z.db.part" not in names(folder)


async def test_a_copy_that_fails_is_an_alarm_and_tried_again_after_an_hour(
    store: Path, clock: ManualClock, folder: Path
) -> None:
    shutil.rmtree(folder)
    async with running(store, clock, folder=str(folder), verify="off") as collector:
        await collector.after(0.0)
        os.mkdir(folder)  # noqa: PTH102
        await collector.after(AGAIN_S / 2)
        assert not names(folder)
        await collector.after(AGAIN_S)
        assert len(names(folder)) == 1
        (failed, well) = collector.told
    assert failed == (BACKUP_FAILS, f"no copy was made: {folder}: no such file or directory")
    assert well == (BACKUP_FAILS, "")


async def test_a_copy_that_would_fill_the_disk_is_not_made(store: Path, clock: ManualClock, folder: Path) -> None:
    os.truncate(store, shutil.disk_usage(folder).free + 2**30)  # it only looks large
    async with running(store, clock, folder=str(folder), verify="off") as collector:
        await collector.after(0.0)
        assert collector.told == [(BACKUP_FAILS, f"no copy was made: there is no room for it in {folder}")]


async def test_the_store_is_read_back_each_interval_and_damage_is_an_alarm(store: Path, clock: ManualClock) -> None:
    async with running(store, clock, verify="7d") as collector:
        for _ in range(3):
            await collector.after(DAY_S)
        assert collector.told == [(STORE_UNSOUND, "")]
    with closing(Writer(store, clock)) as writer:
        writer.db.execute("UPDATE block SET body = zeroblob(length(body))")
    async with running(store, clock, verify="7d") as collector:
        await collector.after(3 * DAY_S)
        assert collector.told == []
        await collector.after(3 * DAY_S)
        ((alarm, problem),) = collector.told
    assert alarm is STORE_UNSOUND
    assert "battery/1" in problem and "cannot be read" in problem
    assert len(collector.noted("verify")) == 2


def test_a_copy_that_does_not_read_back_gets_no_name(
    store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = folder / "copy.db"
    with store.open("r+b") as file:
        file.seek(store.stat().st_size - 3 * 4096)
        file.write(b"\xff" * 4096 * 3)
    with closing(Reader(store)) as reader, pytest.raises(Exception, match=r"does not read back|malformed"):
        backup(reader.db.conn, target)
    assert not target.exists()


def test_the_newest_copies_are_kept_whatever_their_names_sort_like(store: Path, folder: Path) -> None:
    for at in (T0, T0 + 1, T0 + 2):
        touch(dated_copy(store, folder, at))
    assert remove_oldest(store, folder, 1) == [dated_copy(store, folder, T0), dated_copy(store, folder, T0 + 1)]


def test_the_table_is_read_and_a_broken_key_takes_no_copies_away(tmp_path: Path) -> None:
    file = tmp_path / "backup.toml"
    file.write_text('[backup]\nfolder = "copies"\nkeep = 0\nevery = "12h"\n')
    loaded = load([file])
    assert [(fault.line, fault.key) for fault in loaded.faults] == [(3, "backup.keep")]
    assert (loaded.backup.folder, loaded.backup.keep, loaded.backup.every) == (tmp_path / "copies", 7, 43_200)
