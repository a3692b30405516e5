"""The alert engine as the collector runs it: on a real store, over restarts and edits of the rules."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from tests.patience import PATIENCE_S

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.collector.alerting import AT_ONCE, Alerting
from victron_console.collector.recorder import Recorder
from victron_console.model.alert import Occurrence
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.model.console_alarm import ConsoleAlarm
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.store.alarms.engine_rows import alert_history
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

ALDER = StationRecord("alder", "Alder Farm", {"id": "alder"})


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_800_000_000.0)


@asynccontextmanager
async def opened(
    folder: Path, clock: ManualClock, stations: tuple[StationRecord, ...] = (ALDER,)
) -> AsyncIterator[Alerting]:
    recorder = Recorder(folder / "store.db", clock, lambda: Writer(folder / "store.db", clock))
    await recorder.open()
    await recorder.register(stations)
    alerting = Alerting(folder / "store.db", clock, recorder, lambda: [folder / "rules"])
    await alerting.open(stations)
    yield alerting
    await alerting.close()
    await recorder.close()


def grid_lost(clock: ManualClock, level: int, station: str = "alder") -> Snapshot:
    key = DeviceKey("vebus", "276")
    readings = {"Alarms/GridLost": Reading(level, clock.now())}
    device = DeviceState(key, "com.victronenergy.vebus.ttyS4", readings, read_at=clock.now())
    return Snapshot(station, clock.now(), {key: device}, StationStatus(StationState.LIVE, clock.now()))


def occurrences(folder: Path, clock: ManualClock) -> list[Occurrence]:
    with closing(Reader(folder / "store.db", clock)) as reader:
        return alert_history(reader.db, 0.0, clock.now() + 1)


async def test_an_alarm_of_the_device_is_in_the_store_with_the_poll_that_brought_it(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with opened(tmp_path, clock) as alerting:
        await alerting.step({"alder": grid_lost(clock, 2)}, {})
        raised = occurrences(tmp_path, clock)
    assert [(it.key.station, it.severity, it.active) for it in raised] == [("alder", "critical", True)]
    assert raised[0].response


async def test_more_stations_than_one_step_judges_are_judged_in_turn_each_by_its_newest_poll(
    tmp_path: Path, clock: ManualClock
) -> None:
    names = [f"site-{n:03}" for n in range(2 * AT_ONCE + 7)]
    records = tuple(StationRecord(name, name, {"id": name}) for name in names)
    async with opened(tmp_path, clock, records) as alerting:
        alerting.take({name: grid_lost(clock, 0, name) for name in names}, dict.fromkeys(names, 0.0))
        clock.advance(1.0)
        alerting.take({name: grid_lost(clock, 2, name) for name in names}, {})
        assert alerting.judging_for_s == 0.0
    assert [it.key.station for it in sorted(occurrences(tmp_path, clock), key=lambda it: it.key.station)] == names


async def test_a_step_that_does_not_end_is_told_by_how_long_it_takes(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def forever(*_: object) -> AlertChanges:
        begun.set()
        go_on.wait(PATIENCE_S)
        return AlertChanges()

    async with opened(tmp_path, clock) as alerting:
        monkeypatch.setattr(AlertEngine, "step", forever)
        alerting.take({"alder": grid_lost(clock, 2)}, {})
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        clock.advance(90.0)
        alerting.take({"alder": grid_lost(clock, 2)}, {})
        assert alerting.judging_for_s == 90.0
        go_on.set()
    assert alerting.judging_for_s == 0.0


async def test_a_restart_goes_on_with_the_same_alarm_and_raises_nothing_again(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with opened(tmp_path, clock) as alerting:
        await alerting.step({"alder": grid_lost(clock, 2)}, {})
    before = occurrences(tmp_path, clock)
    clock.advance(120.0)
    async with opened(tmp_path, clock) as alerting:
        await alerting.step({"alder": grid_lost(clock, 2)}, {})
        again = occurrences(tmp_path, clock)
        assert [it.id for it in again] == [it.id for it in before]
        for _ in range(8):
            clock.advance(10.0)
            await alerting.step({"alder": grid_lost(clock, 0)}, {})
        assert [it.active for it in occurrences(tmp_path, clock)] == [False]


async def test_alarms_of_a_station_that_is_configured_no_more_are_closed(tmp_path: Path, clock: ManualClock) -> None:
    async with opened(tmp_path, clock) as alerting:
        await alerting.step({"alder": grid_lost(clock, 2)}, {})
    async with opened(tmp_path, clock, stations=()):
        assert [it.active for it in occurrences(tmp_path, clock)] == [False]


@pytest.mark.slow
async def test_a_pipe_among_the_rules_holds_nothing_up(tmp_path: Path, clock: ManualClock) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    os.mkfifo(rules / "pipe.toml")
    async with opened(tmp_path, clock) as alerting:
        async with asyncio.timeout(PATIENCE_S):
            await alerting.take_edits()
        assert not occurrences(tmp_path, clock)


async def test_broken_rules_are_an_alarm_of_their_own_until_they_are_mended(tmp_path: Path, clock: ManualClock) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    async with opened(tmp_path, clock) as alerting:
        (rules / "own.toml").write_text("schema = 1\n[[rule]]\nid = 3\n")
        await alerting.take_edits()
        assert not occurrences(tmp_path, clock), "somebody may be writing it"
        await alerting.take_edits()
        assert [(it.key.family, it.active) for it in occurrences(tmp_path, clock)] == [("rules_invalid", True)]
        await alerting.step({"alder": grid_lost(clock, 2)}, {})
        assert any(it.key.station == "alder" for it in occurrences(tmp_path, clock))
        (rules / "own.toml").unlink()
        await alerting.take_edits()
        await alerting.take_edits()
        assert not next(it for it in occurrences(tmp_path, clock) if it.key.family == "rules_invalid").active


async def test_rules_that_were_mended_while_nobody_looked_are_no_alarm_any_more(
    tmp_path: Path, clock: ManualClock
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.toml").write_text("schema = 1\n[[rule]]\nid = 3\n")
    async with opened(tmp_path, clock):
        assert [it.active for it in occurrences(tmp_path, clock)] == [True]
    (rules / "own.toml").unlink()
    async with opened(tmp_path, clock):
        assert [it.active for it in occurrences(tmp_path, clock)] == [False]


async def test_troubles_told_at_once_from_several_tasks_are_each_kept_once(tmp_path: Path, clock: ManualClock) -> None:
    async with opened(tmp_path, clock) as alerting:
        kept: list[str] = []

        def plan(changes: AlertChanges) -> AlertChanges:
            kept.extend(it.key.family for it in changes.occurrences)
            return changes

        alerting.plan = plan
        alarms = [ConsoleAlarm(f"family_{n}", f"Fails {n}", "mend it") for n in range(4)]
        await asyncio.gather(*(alerting.tell_trouble(alarm, "it fails") for alarm in alarms))
        found = occurrences(tmp_path, clock)
    assert sorted(kept) == sorted(it.key.family for it in found) == [alarm.family for alarm in alarms]
