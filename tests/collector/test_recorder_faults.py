"""What the recorder makes of a disk that fails at any statement, of a damaged file and of one that is taken away.

Two kinds of fault: SQLite's own errors, raised in place of each statement in turn, and real ones: a limit of the file's
size, pages overwritten with zeros, a file removed.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from victron_console.collector.recorder import ANEW_EVERY_S, Recorder
from victron_console.collector.store_alarm import RECORDING_FAILS, STORE_DAMAGED, StoreAlarm
from victron_console.model.clock import ManualClock
from victron_console.model.console_alarm import ConsoleAlarm
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.files.salvage import salvage
from victron_console.store.files.set_aside import stores_set_aside
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, PollSample, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

SERVICE, KEY, SERIES = "com.victronenergy.system", DeviceKey("system", "0"), "system/0/Dc/Battery/Soc"
PASSING_CODES = {
    "write": sqlite3.SQLITE_IOERR_WRITE,
    "short read": sqlite3.SQLITE_IOERR_SHORT_READ,
    "fsync": sqlite3.SQLITE_IOERR_FSYNC,
    "quota": sqlite3.SQLITE_IOERR,
    "full": sqlite3.SQLITE_FULL,
    "read-only": sqlite3.SQLITE_READONLY,
    "shared memory": sqlite3.SQLITE_IOERR_SHMMAP,
}


class FaultyConnection(sqlite3.Connection):
    """Raises one of SQLite's errors in place of one of the statements to come."""

    fails_in = -1
    """How many statements go well first; negative: none fails."""
    code = 0
    failures = 0

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:  # type: ignore[override]
        self._count(sql)
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> sqlite3.Cursor:  # type: ignore[override]
        self._count(sql)
        return super().executemany(sql, parameters)

    def _count(self, sql: str) -> None:
        if sql.startswith("ROLLBACK"):
            return
        if self.fails_in == 0:
            self.fails_in = -1
            FaultyConnection.failures += 1
            error = sqlite3.OperationalError("injected")
            error.sqlite_errorcode = self.code
            raise error
        self.fails_in -= 1 if self.fails_in > 0 else 0


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = sqlite3.connect
    monkeypatch.setattr(
        "victron_console.store.connection.sqlite3.connect",
        lambda *args, **kwargs: plain(*args, factory=FaultyConnection, **kwargs),
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_800_000_000.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


def update(clock: ManualClock, value: float) -> StationUpdate:
    at = clock.now()
    reading = ServiceReading(SERVICE, KEY, at, {"Dc/Battery/Soc": Reading(value, at), "Firmware": Reading(f"{at}", at)})
    return StationUpdate(
        "alder", at, [reading], polls=[PollSample(at, True, 0.1, 10)], events=[Event(at, "alder", "test", str(value))]
    )


async def opened(path: Path, clock: ManualClock) -> Recorder:
    recorder = Recorder(path, clock, lambda: Writer(path, clock))
    await recorder.open()
    await recorder.register([StationRecord("alder", "Alder")])
    return recorder


def connection(writer: Writer) -> FaultyConnection:
    assert isinstance(writer.db.conn, FaultyConnection)
    return writer.db.conn


def values(path: Path, clock: ManualClock) -> list[float | None]:
    with closing(Reader(path, clock)) as reader:
        return [point.number for point in reader.history("alder", SERIES, 0.0, clock.now())]


async def record_failing(recorder: Recorder, updates: Sequence[StationUpdate], step: int, code: int) -> bool:
    """Record while one statement fails; False where there are not so many."""

    def arm(writer: Writer) -> None:
        assert isinstance(writer.db.conn, FaultyConnection)
        writer.db.conn.fails_in, writer.db.conn.code = step, code

    failures = FaultyConnection.failures
    await recorder.call(arm)
    await recorder.record(updates)
    return FaultyConnection.failures > failures


@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize("code", PASSING_CODES.values(), ids=PASSING_CODES)
async def test_disk_that_fails_at_any_statement_costs_nothing(path: Path, clock: ManualClock, code: int) -> None:
    recorder = await opened(path, clock)
    for step in count():
        clock.advance(5)
        if not await record_failing(recorder, [update(clock, float(step))], step, code):
            break
        assert recorder.trouble
        await recorder.record(())
        assert recorder.trouble == ""
    assert step > 10
    assert recorder.dropped == 0
    await recorder.close()
    assert values(path, clock) == list(map(float, range(step + 1)))
    with closing(Reader(path, clock)) as reader:
        assert len(reader.events(0, clock.now(), kinds=["test"])) == step + 1
    assert stores_set_aside(path) == []


@pytest.mark.usefixtures("faulty")
async def test_disk_that_fails_while_updates_are_written_one_by_one_loses_none(path: Path, clock: ManualClock) -> None:
    recorder = await opened(path, clock)
    unknown = StationUpdate("nowhere", clock.now())
    for step in range(20):
        clock.advance(5)
        updates = [update(clock, float(step)), unknown]
        assert await record_failing(recorder, updates, step, sqlite3.SQLITE_IOERR_WRITE)
        await recorder.record(())
    await recorder.close()
    assert values(path, clock) == list(map(float, range(20)))
    assert recorder.dropped == 20
    assert "nowhere" in recorder.lost_rows


@pytest.mark.slow
@pytest.mark.usefixtures("faulty")
@pytest.mark.parametrize("code", [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB])
async def test_store_found_damaged_at_any_statement_is_moved_aside_and_recording_goes_on(
    path: Path, clock: ManualClock, code: int
) -> None:
    recorder = await opened(path, clock)
    for step in count():
        clock.advance(ANEW_EVERY_S)
        if not await record_failing(recorder, [update(clock, float(step))], step, code):
            break
        assert recorder.trouble == ""
        assert values(path, clock) == [float(step)]
        with closing(Reader(path, clock)) as reader:
            assert [row.id for row in reader.stations()] == ["alder"]
            assert any("moved to store.db.damaged-" in event.text for event in reader.events(0, clock.now()))
    assert len(stores_set_aside(path)) == step > 10
    assert recorder.dropped == 0
    await recorder.close()


@pytest.mark.usefixtures("faulty")
async def test_store_damaged_again_at_once_blames_the_disk_and_keeps_the_values(path: Path, clock: ManualClock) -> None:
    recorder = await opened(path, clock)
    for _ in range(5):
        clock.advance(5)
        await record_failing(recorder, [update(clock, 1.0)], 3, sqlite3.SQLITE_CORRUPT)
    assert len(stores_set_aside(path)) == 1
    await recorder.record(())
    assert recorder.dropped == 0
    await recorder.close()


@pytest.mark.parametrize("page", range(1, 14))
async def test_page_lost_while_it_is_written_never_ends_the_recording(
    path: Path, clock: ManualClock, page: int
) -> None:
    recorder = await opened(path, clock)
    for step in range(20):
        clock.advance(5)
        await recorder.record([update(clock, float(step))])
    await recorder.close()
    with path.open("r+b") as file:
        file.seek(page * 4096)
        file.write(bytes(4096))
    recorder = Recorder(path, clock, lambda: Writer(path, clock))
    await recorder.open()
    await recorder.register([StationRecord("alder", "Alder")])
    for step in range(20, 40):
        clock.advance(5)
        await recorder.record([update(clock, float(step))])
    await recorder.beat()
    assert recorder.trouble == ""
    await recorder.close()
    if recorder.dropped == 0:
        assert values(path, clock)[-20:] == list(map(float, range(20, 40)))
    else:
        assert recorder.lost_rows


def spoil_the_list_of_tables(path: Path) -> None:
    """What is checkpointed of the list names an index of a column that is none."""
    with path.open("r+b") as file:
        whole = file.read()
        place = whole.index(b"silence_since") + len("silence_")
        file.seek(place)
        file.write(b"?")
        place = whole.index(b'"since"', place)
        file.seek(place + 1)
        file.write(b"?")


async def test_store_that_nobody_else_can_open_any_more_is_begun_anew(path: Path, clock: ManualClock) -> None:
    recorder = await opened(path, clock)
    await recorder.record([update(clock, 1.0)])
    await recorder.call(lambda writer: writer.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    spoil_the_list_of_tables(path)
    clock.advance(5)
    await recorder.beat()
    await recorder.record([update(clock, 2.0)])
    await recorder.close()
    assert values(path, clock) == [2.0]
    [aside] = stores_set_aside(path)
    done = salvage(aside, path, clock)
    assert done.rows["event"] >= 1
    assert values(path, clock) == [1.0, 2.0]


async def test_file_taken_away_is_begun_anew_and_said(path: Path, clock: ManualClock) -> None:
    recorder = await opened(path, clock)
    await recorder.record([update(clock, 1.0)])
    for file in path.parent.iterdir():
        file.unlink()
    clock.advance(5)
    await recorder.beat()
    await recorder.record([update(clock, 2.0)])
    await recorder.close()
    assert values(path, clock) == [2.0]
    with closing(Reader(path, clock)) as reader:
        assert any("removed or replaced" in event.text for event in reader.events(0, clock.now()))


@pytest.fixture
def letter(path: Path) -> Path:
    path.write_bytes(b"a letter to a friend " * 1000)
    return path


@pytest.mark.usefixtures("letter")
async def test_file_of_another_program_is_never_moved_aside(path: Path, clock: ManualClock) -> None:
    recorder = Recorder(path, clock, lambda: Writer(path, clock))
    with pytest.raises(Exception, match="no store"):
        await recorder.open()
    await recorder.close()
    assert [file.name for file in path.parent.iterdir()] == ["store.db"]


@pytest.fixture
def told() -> list[str]:
    return []


async def test_alarm_stands_while_a_damaged_store_lies_beside_and_is_told_once(
    path: Path, clock: ManualClock, told: list[str]
) -> None:
    async def alarm(of: ConsoleAlarm, problem: str) -> None:
        if problem or told:
            assert of is STORE_DAMAGED
            told.append(problem)

    recorder = await opened(path, clock)
    blocks = [0]
    watch = StoreAlarm(path, recorder, alarm, blocks=lambda: blocks[0])
    await watch.tell()
    assert told == []
    aside = path.with_name("store.db.damaged-20270115T080000Z")
    aside.touch()
    for _ in range(3):
        await watch.tell()
    assert len(told) == 1
    assert f"store salvage {aside.name}" in told[0]
    aside.unlink()
    await watch.tell()
    assert told[1:] == [""]
    blocks[0] = 2
    await watch.tell()
    assert told[2:] == ["2 blocks of the sealed history are damaged and were set aside"]
    await recorder.close()


_LIMITED = """
import asyncio, resource, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.collector.test_recorder_faults import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

async def main() -> None:
    clock, path = ManualClock(1_800_000_000.0), Path({path!r})
    recorder = await opened(path, clock)
    wal = path.with_name("store.db-wal")
    for step in range(60):
        clock.advance(5)
        if step % 20 == 5:
            resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 3000, resource.RLIM_INFINITY))
        if step % 20 == 15:
            assert "disk" in recorder.trouble, recorder.trouble
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await recorder.record([update(clock, float(step))])
    assert recorder.dropped == 0 and recorder.trouble == ""
    await recorder.close()
    assert values(path, clock) == list(map(float, range(60)))

asyncio.run(main())
"""


@pytest.mark.slow
def test_writes_that_the_system_cuts_short_wait_and_lose_nothing(path: Path) -> None:
    """A limit of the file's size makes the system write a part of a page and then refuse: EFBIG, as a quota does."""
    root = str(Path(__file__).parents[2])
    code = _LIMITED.format(root=root, path=str(path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


async def test_that_nothing_can_be_recorded_is_an_alarm_until_it_can(path: Path, clock: ManualClock) -> None:
    told: list[tuple[ConsoleAlarm, str]] = []

    async def alarm(of: ConsoleAlarm, problem: str) -> None:
        told.append((of, problem))

    recorder = await opened(path, clock)
    watch = StoreAlarm(path, recorder, alarm)
    for recorder.trouble in ("", "the disk is full", "the disk is full", ""):
        await watch.tell()
    assert told == [
        *[(RECORDING_FAILS, ""), (STORE_DAMAGED, "")],  # an alarm of a collector before ends, if there is one
        *[(RECORDING_FAILS, "the disk is full"), (RECORDING_FAILS, "")],
    ]
    await recorder.close()
