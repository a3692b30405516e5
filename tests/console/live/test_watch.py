"""The console on a real store: what the collector writes stands on the screen, and any moment can be looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.console.fleet.test_fleet_screen import screen_text
from tests.patience import until

from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.kit.view import Mark
from victron_console.console.live.watch import LOOK_EVERY_S, RESTS_AT_MOST_S, StoreWatch
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import AcInput, Overview
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

NOON = 1_763_899_200.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def writer(store: Path, clock: ManualClock) -> Iterator[Writer]:
    opened = Writer(store, clock)
    info = {"notes": "Gate code on the wall.\nSecond line.", "pv": {"kwp": 4.0}}
    opened.register([StationRecord("alder", "Alder Farm", info, ("north",))])
    yield opened
    opened.close()


@pytest.fixture
def console(store: Path, clock: ManualClock) -> ConsoleApp:
    watch = StoreWatch(store, clock)
    return ConsoleApp(clock=clock, themes=load_themes(), options=ConsoleOptions(theme="dark"), watch=watch)


def record(
    writer: Writer, clock: ManualClock, soc: float, *, state: StationState = StationState.LIVE, station: str = "alder"
) -> None:
    """One poll of the station."""
    now = clock.now()
    values = {"Dc/Battery/Soc": soc, "Dc/Battery/Power": -500, "Dc/Battery/Voltage": 52.0}
    readings = {path: Reading(value, now, Quality.GOOD) for path, value in values.items()}
    service = ServiceReading("com.victronenergy.system", DeviceKey("system", "0"), now, readings)
    overview = Overview(soc_percent=soc, battery_power_w=-500, pv_power_w=2000, ac_input=AcInput("grid", True))
    lost = state is StationState.LOST
    writer.record(
        StationUpdate(
            station,
            now,
            services=() if lost else [service],
            status=StationStatus(state, now, "no answer" if lost else ""),
            overview=None if lost else overview,
            cadences={DeviceKey("system", "0"): 10.0},
        )
    )


@pytest.mark.slow
async def test_what_is_recorded_stands_on_the_screen(console: ConsoleApp, writer: Writer, clock: ManualClock) -> None:
    record(writer, clock, 81.0)
    async with console.run_test(size=(200, 60)):
        await until(lambda: "81" in screen_text(console))
        site = console.view.site("alder")
        assert site is not None
        assert (site.mark, site.note, site.tags) == (Mark.NONE, "Gate code on the wall.", ("north",))
        record(writer, clock, 79.0)
        await until(lambda: "79" in screen_text(console))


@pytest.mark.slow
async def test_a_site_that_is_not_read_any_more_becomes_stale_by_itself(
    console: ConsoleApp, writer: Writer, clock: ManualClock
) -> None:
    record(writer, clock, 81.0)
    async with console.run_test(size=(80, 24)):
        await until(lambda: "81" in screen_text(console))
        clock.advance(300)
        await until(lambda: "~81" in screen_text(console))
        assert "SUM of 0 fresh sites" in screen_text(console)


async def test_a_site_that_was_never_read_is_starting_and_not_stale(console: ConsoleApp, writer: Writer) -> None:
    async with console.run_test(size=(120, 40)):
        await until(lambda: "Alder Farm" in screen_text(console))
        assert "..1 starting" in screen_text(console)
        assert "~0 stale" in screen_text(console)


@pytest.mark.slow
async def test_what_the_engine_raised_is_listed_and_marks_its_site(
    console: ConsoleApp, writer: Writer, clock: ManualClock
) -> None:
    record(writer, clock, 81.0)
    clock.advance(300)
    record(writer, clock, 81.0, state=StationState.LOST)
    key = AlertKey("alder", "offline")
    offline = Occurrence(
        1, key, "station_offline", Severity.CRITICAL, "Station offline", "Ping its router", NOON + 120, NOON + 300,
        last_value=200.0, unit="s", limit="> 180", link=True, announced_at=NOON + 300,
    )  # fmt: skip
    held = replace(
        offline, id=2, key=AlertKey("alder", "soc"), title="Battery low", link=False, suppressed_by="offline"
    )
    record_alerts(writer.db, AlertChanges((offline, held)), clock.now())
    async with console.run_test(size=(80, 24)):
        await until(lambda: "Station offline" in screen_text(console))
        assert "LOST" in screen_text(console)
        assert "Battery low" not in screen_text(console)
        row = console.view.alarms[0]
        assert (row.value, row.unit, row.limit, row.who) == ("3", "min", ">3", "1 held")
        assert console.view.alarms_per_hour == 1


@pytest.mark.slow
async def test_the_past_is_shown_as_it_was(console: ConsoleApp, writer: Writer, clock: ManualClock) -> None:
    record(writer, clock, 81.0)
    clock.advance(600)
    record(writer, clock, 42.0)
    async with console.run_test(size=(80, 24)) as pilot:
        await until(lambda: "42" in screen_text(console))
        console.look(NOON + 5)
        await until(lambda: console.view.replay)
        await pilot.pause()
        assert "81" in screen_text(console) and "REPLAY" in screen_text(console)
        await pilot.press("l")
        await until(lambda: not console.view.replay)
        await pilot.pause()
        assert "42" in screen_text(console)


@pytest.mark.slow
async def test_what_happened_stands_in_the_log_but_no_bare_code_of_an_alarm(
    console: ConsoleApp, writer: Writer, clock: ManualClock
) -> None:
    record(writer, clock, 81.0)
    happened = [
        Event(NOON, "alder", "station", "answers again: 3"),
        Event(NOON, "alder", "raised", "Generator failed: 3"),
        Event(NOON, "alder", "raised", "Error code: 3"),
    ]
    writer.record(StationUpdate("alder", NOON, events=happened))
    async with console.run_test(size=(120, 40)):
        await until(lambda: "Alder Farm" in screen_text(console))
        console.open("log")
        await until(lambda: "answers again: 3" in screen_text(console))
        assert "Generator failed" in screen_text(console)
        assert "Generator failed: 3" not in screen_text(console)
        assert "Error code: 3" in screen_text(console)


@pytest.mark.slow
async def test_a_look_that_takes_long_rests_so_long_that_looking_stays_a_tenth(
    store: Path, writer: Writer, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, rests = StoreWatch(store, clock), list[float]()

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 3:
            raise asyncio.CancelledError

    took_s = iter((0.01, 0.1, 300.0))
    monkeypatch.setattr(watch, "look_once", lambda reader: clock.advance(next(took_s)))
    monkeypatch.setattr(watch, "_rest", rest)
    with pytest.raises(asyncio.CancelledError):
        await watch.run(lambda view: None)
    watch.close()
    assert rests == [LOOK_EVERY_S, pytest.approx(0.9), RESTS_AT_MOST_S]


@pytest.mark.slow
async def test_a_store_that_comes_later_is_waited_for(store: Path, clock: ManualClock, console: ConsoleApp) -> None:
    async with console.run_test(size=(80, 24)):
        await until(lambda: "No station is configured" in screen_text(console))
        writer = Writer(store, clock)
        writer.register([StationRecord("alder", "Alder Farm")])
        await until(lambda: "Alder Farm" in screen_text(console))
        writer.close()
