from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from victron_console.collector import recorder as recorder_module
from victron_console.collector.recorder import Recorder
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

SERVICE, KEY = "com.victronenergy.system", DeviceKey("system", "0")


def update(clock: ManualClock, paths: int = 1) -> StationUpdate:
    at = clock.now()
    readings = {f"Unknown/{n}": Reading(f"text {n} of {at} {'x' * 200}", at) for n in range(paths)}
    return StationUpdate("alder", at, [ServiceReading(SERVICE, KEY, at, readings)])


def limit_pages(writer: Writer, pages: int) -> None:
    writer.db.conn.execute(f"PRAGMA max_page_count = {pages}")


def pages(writer: Writer) -> int:
    return int(writer.db.conn.execute("PRAGMA page_count").fetchone()[0])


async def opened(path: Path, clock: ManualClock) -> Recorder:
    recorder = Recorder(path, clock, lambda: Writer(path, clock))
    await recorder.open()
    await recorder.register([StationRecord("alder", "Alder")])
    return recorder


async def test_what_a_full_disk_refused_is_written_once_there_is_space(tmp_path: Path) -> None:
    clock = ManualClock(1_800_000_000.0)
    path = tmp_path / "store.db"
    recorder = await opened(path, clock)
    await recorder.record([update(clock)])
    full_at = await recorder.call(pages)
    await recorder.call(lambda writer: limit_pages(writer, full_at))
    times = []
    for _ in range(5):
        clock.advance(10.0)
        times.append(clock.now())
        await recorder.record([update(clock, paths=200)])
    assert "full" in recorder.trouble
    await recorder.call(lambda writer: limit_pages(writer, 1_000_000))
    await recorder.record(())
    assert recorder.trouble == ""
    await recorder.close()
    with closing(Reader(path, clock)) as reader:
        points = reader.history("alder", "system/0/Unknown/0", times[0], clock.now())
    assert [point.at for point in points] == times


async def test_the_oldest_updates_go_first_when_memory_ends_and_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "BACKLOG_UPDATES", 3)
    clock = ManualClock(1_800_000_000.0)
    recorder = await opened(tmp_path / "store.db", clock)
    full_at = await recorder.call(pages)
    await recorder.call(lambda writer: limit_pages(writer, full_at))
    for _ in range(5):
        clock.advance(10.0)
        await recorder.record([update(clock, paths=300)])
    assert recorder.dropped == 2
    await recorder.close()
