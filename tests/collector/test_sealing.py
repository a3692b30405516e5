"""The worker process seals beside a running recorder, tells of trouble once, and ends with its parent."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S, until

from victron_console.collector import sealing
from victron_console.collector.recorder import Recorder
from victron_console.collector.sealing import Sealing
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.errors import UpkeepBusy
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.sealed.retention import Retention, Upkeep
from victron_console.store.write.writer import Writer

BATTERY = DeviceKey("battery", "1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """A store with six hours of the past."""
    path = tmp_path / "store.db"
    clock = ManualClock(SystemClock().now() - 6 * 3600)
    writer = Writer(path, clock)
    writer.register([StationRecord("alder", "Alder")])
    for value in range(600):
        reading = ServiceReading("x", BATTERY, clock.now(), {"P": Reading(value, clock.now())})
        writer.record(StationUpdate("alder", clock.now(), [reading]))
        clock.advance(30)
    writer.close()
    yield path


async def unheard(_: str) -> None:
    """Nobody hears the alarm."""


@pytest.mark.slow
async def test_old_rows_are_sealed_beside_the_recorder(store: Path) -> None:
    clock = SystemClock()
    recorder = Recorder(store, clock, lambda: Writer(store, clock))
    await recorder.open()
    with closing(Reader(store, clock)) as reader:
        before = reader.history("alder", "battery/1/P", 0, clock.now())
        sealing = asyncio.create_task(Sealing(store, clock, recorder, unheard, first_s=0).run())
        await until(lambda: bool(reader.stats().rows["chunk"]) and reader.stats().rows["hot"] <= 240)
        sealing.cancel()
        await asyncio.gather(sealing, return_exceptions=True)
        assert reader.history("alder", "battery/1/P", 0, clock.now()) == before
    await recorder.close()


def _resting(_: Path, __: Retention) -> Upkeep:
    """In the worker: rests as between two steps, and is killed meanwhile."""
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()
    sealing._rest(30.0)
    return Upkeep()


@pytest.mark.slow
async def test_a_worker_killed_at_rest_does_not_hold_up_the_end(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_work", _resting)
    recorder = Recorder(store, SystemClock(), lambda: Writer(store, SystemClock()))
    await recorder.open()
    told = asyncio.create_task(Sealing(store, SystemClock(), recorder, unheard, first_s=0.0).run())

    def died() -> bool:
        with closing(Reader(store)) as reader:
            return any("died" in event.text for event in reader.events(0.0, 1e12, kinds=["store"]))

    await until(died)
    told.cancel()
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(told, return_exceptions=True)
    await recorder.close()


async def test_trouble_is_noted_when_it_begins_and_when_it_ends(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = ManualClock(SystemClock().now())
    recorder = Recorder(store, clock, lambda: Writer(store, clock))
    await recorder.open()
    told: list[str] = []

    async def alarm(trouble: str) -> None:
        told.append(trouble)

    sealing = Sealing(store, clock, recorder, alarm)
    full = Upkeep(trouble="the disk is full")
    turns: Iterator[Upkeep | UpkeepBusy] = iter(
        [full, full, UpkeepBusy("another process"), Upkeep(damaged=2), Upkeep()]
    )

    async def turn(*_: object) -> Upkeep:
        found = next(turns)
        if isinstance(found, UpkeepBusy):
            raise found
        return found

    monkeypatch.setattr(asyncio.get_running_loop(), "run_in_executor", turn)
    noted: list[str] = []

    async def note(text: str) -> None:
        noted.append(text)

    monkeypatch.setattr(sealing, "_note", note)
    for _ in range(5):
        assert await sealing.turn(None)  # type: ignore[arg-type]
    monkeypatch.undo()
    assert told == ["the disk is full", ""]
    assert noted == [
        "history is not sealed: the disk is full",
        "2 blocks of the sealed history are damaged and were set aside: look at `store verify`",
        "history is sealed again",
    ]
    await recorder.close()
