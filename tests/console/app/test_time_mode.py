"""Time mode: the past is played, gone through from alarm to alarm, and left again; recording knows nothing of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from tests.console.fleet.test_fleet_screen import screen_text
from tests.console.live.test_watch import NOON, record
from tests.patience import until

from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.app.time_mode import SPEEDS
from victron_console.console.live.watch import StoreWatch
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def console(tmp_path: Path, clock: ManualClock) -> ConsoleApp:
    writer = Writer(tmp_path / "store.db", clock)
    writer.register([StationRecord("alder", "Alder Farm")])
    for minute in range(60):
        record(writer, clock, 90.0 - minute)
        if minute in (10, 40):
            raised = Occurrence(minute, AlertKey("alder", "soc", str(minute)), "soc-low", Severity.WARNING, "SOC low",
                                "start it", clock.now(), clock.now(), announced_at=clock.now())  # fmt: skip
            record_alerts(writer.db, AlertChanges((raised,)), clock.now())
        clock.advance(60)
    writer.close()
    watch = StoreWatch(tmp_path / "store.db", clock)
    return ConsoleApp(clock=clock, themes=load_themes(), options=ConsoleOptions(theme="dark"), watch=watch)


@pytest.mark.slow
async def test_p_and_n_go_from_alarm_to_alarm_and_show_the_fleet_as_it_was(console: ConsoleApp) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Alder" in screen_text(console))
        await pilot.press("p")
        await until(lambda: console.as_of == NOON + 40 * 60)
        await until(lambda: " 50 " in screen_text(console))
        assert "REPLAY 2025-11-23 12:40:00" in screen_text(console)
        await pilot.press("p")
        await until(lambda: console.as_of == NOON + 10 * 60)
        await pilot.press("n")
        await until(lambda: console.as_of == NOON + 40 * 60)
        await pilot.press("l")
        await until(lambda: "LIVE" in screen_text(console) and "31 " in screen_text(console))


@pytest.mark.slow
async def test_the_past_plays_as_fast_as_is_wanted_and_ends_in_the_present(
    console: ConsoleApp, clock: ManualClock
) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Alder" in screen_text(console))
        console.look(NOON + 600)
        await pilot.press("space", "greater_than_sign")
        clock.advance(1)
        console.play_on()
        assert console.as_of == NOON + 600 + 600
        assert "x600" in screen_text(console)
        clock.advance(5)
        console.play_on()
        assert not console.replaying and not console.playing


@pytest.mark.slow
async def test_steps_add_up_though_their_views_have_not_come_yet(console: ConsoleApp) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        console.look(NOON + 1800)
        await pilot.press(*["left_square_bracket"] * 5, "right_square_bracket")
        assert console.as_of == NOON + 1800 - 4 * 60


async def test_a_moment_looked_at_while_the_store_is_read_is_not_lost(tmp_path: Path, console: ConsoleApp) -> None:
    watch = console._watch
    assert watch is not None
    async with console.run_test(size=(80, 24)):
        await until(lambda: "Alder" in screen_text(console))
        for second in range(20):
            watch.look_at(NOON + 600 + second)
        await until(lambda: console.view.at == NOON + 619)


@pytest.mark.slow
async def test_there_is_no_alarm_beyond_the_first_and_the_last_and_the_moment_stays(console: ConsoleApp) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Alder" in screen_text(console))
        console.look(NOON + 10 * 60)
        await pilot.press("p")
        await until(lambda: any("no earlier alarm" in it.message for it in console.notices.told))
        assert console.as_of == NOON + 10 * 60
        console.look(NOON + 40 * 60)
        await pilot.press("n")
        await until(lambda: any("no later alarm" in it.message for it in console.notices.told))
        assert console.as_of == NOON + 40 * 60


@pytest.mark.slow
@pytest.mark.parametrize("speed", SPEEDS)
async def test_the_past_passes_at_each_speed(console: ConsoleApp, clock: ManualClock, speed: int) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await until(lambda: "Alder" in screen_text(console))
        console.look(NOON + 60)
        console.speed = speed
        await pilot.press("space")
        for _ in range(4):
            clock.advance(0.6)
            console.play_on()
        assert console.as_of == pytest.approx(NOON + 60 + 2.4 * speed)
        await until(lambda: console.view.at == console.as_of)


@pytest.mark.slow
async def test_what_the_screen_in_front_asked_of_another_moment_is_asked_again(console: ConsoleApp) -> None:
    """Without a second of the monotonic clock passing: what is held for some seconds is held for its moment only."""
    async with console.run_test(size=(120, 40)) as pilot:
        await until(lambda: "Alder" in screen_text(console))
        for name, early, late in (("alarms", "40m", "1m"), ("paths", "read 12:20:00", "read 12:41:00")):
            console.station = "alder"
            console.open(name)
            console.look(NOON + 20 * 60)
            await until(lambda: console.view.at == NOON + 20 * 60)
            await pilot.pause()
            console.look(NOON + 41 * 60)
            await until(partial(said, console, late))
            assert not said(console, early)


def said(console: ConsoleApp, words: str) -> bool:
    return words in screen_text(console)


@pytest.mark.slow
async def test_the_day_of_a_station_is_that_of_the_moment_once_it_holds(console: ConsoleApp) -> None:
    watch = console._watch
    assert watch is not None
    async with console.run_test(size=(80, 24)):
        await until(lambda: "Alder" in screen_text(console))
        for moment in (NOON + 1800, NOON + 1800 - 60):
            console.look(moment)
            await until(lambda: watch.is_whole)
            assert watch._days_at == {"alder": moment}
