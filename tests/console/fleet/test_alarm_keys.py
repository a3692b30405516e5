"""The alarms under the sites are marked, acknowledged and shelved where they stand, as on the Alarms screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import NOW, SAMPLE
from tests.patience import until
from textual.pilot import Pilot

from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.fleet.alarm_list import AlarmList
from victron_console.console.kit.frame.bars import KeyRow
from victron_console.console.kit.view import Alarm, FleetChanged, Mark
from victron_console.console.live.watch import StoreWatch
from victron_console.console.operator.store_writer import StoreWriter
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer

NOON = 1_763_899_200.0
SITES = ("alder", "birch", "cedar")


def raised(number: int, station: str) -> Occurrence:
    return Occurrence(
        number, AlertKey(station, f"f{number}"), "soc_island", Severity.WARNING, f"Fault {number}", "look",
        NOON - 900, NOON - 600 - number, announced_at=NOON - 590,
    )  # fmt: skip


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ConsoleApp]:
    clock, store = ManualClock(NOON), tmp_path / "store.db"
    writer = Writer(store, clock)
    writer.register([StationRecord(name, name.title()) for name in SITES])
    record_alerts(writer.db, AlertChanges(tuple(raised(n, site) for n, site in enumerate(SITES, 1))), NOON - 170)
    yield ConsoleApp(
        clock=clock,
        themes=load_themes(),
        options=ConsoleOptions(theme="dark", operator="mk"),
        watch=StoreWatch(store, clock),
        writer=StoreWriter(store, clock),
    )
    writer.close()


async def opened(pilot: Pilot[int]) -> AlarmList:
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(lambda: len(app.view.alarms) == len(SITES))
    await pilot.pause()
    return app.screen.query_one(AlarmList)


def unseen(app: ConsoleApp) -> set[str]:
    return {alarm.station for alarm in app.view.alarms if alarm.mark is Mark.TODAY}


@pytest.mark.slow
async def test_marked_alarms_are_acknowledged_from_the_fleet_and_the_cursor_goes_on(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        rows = await opened(pilot)
        await pilot.press("tab", "space", "space")
        assert [row.alarm.station for row in rows.chosen] == ["alder", "birch"]
        assert [line[:2] for line in rows.text.split("\n") if "Fault" in line] == [" +", " +", "> "]
        await pilot.press("a")
        await until(lambda: unseen(console) == {"cedar"})
        assert rows.selected is not None and rows.selected.alarm.station == "cedar"
        await pilot.press("ctrl+z")
        await until(lambda: unseen(console) == set(SITES))


@pytest.mark.slow
async def test_the_cursor_brings_its_site_along_and_enter_opens_the_alarm(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("tab", "down")
        assert console.station == "birch"
        assert console.screen.query_one(KeyRow).text.strip().startswith("Enter open  Tab sites  a ack  s shelve")
        await pilot.press("enter")
        await pilot.pause()
        assert console.screen.NAME == "alarms"  # type: ignore[attr-defined]


@pytest.mark.slow
async def test_one_is_shelved_with_a_reason(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("tab", "s", "1", *"tried", "enter")
        await until(lambda: unseen(console) == {"birch", "cedar"})


async def test_without_tab_nothing_is_dealt_with_and_space_holds_the_screen(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("a")
        assert "Tab goes to the alarms" in str(app.notices.told[-1].message)
        await pilot.press("space")
        assert app.paused
        await pilot.press("space", "tab", "escape", "down")
        assert not app.paused and app.station == "tern-cottage"


@pytest.mark.slow
async def test_the_cursor_stays_in_sight_and_on_its_alarm_whatever_comes_and_goes(make_console: MakeConsole) -> None:
    app = make_console()
    many = [Alarm(f"a{n}", Mark.TODAY, NOW - n, "alder-farm", "Alder Farm", f"Fault {n}") for n in range(30)]
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(FleetChanged(replace(SAMPLE, alarms=tuple(many))))
        await pilot.pause()
        rows = app.screen.query_one(AlarmList)
        await pilot.press("tab", "end")
        assert rows.text.split("\n")[-1].startswith(">  !*") and "Fault 29" in rows.text.split("\n")[-1]
        app.post_message(FleetChanged(replace(SAMPLE, alarms=(replace(many[0], id="b"), *many))))
        await pilot.pause()
        assert rows.selected is not None and rows.selected.id == "a29"
        app.post_message(FleetChanged(replace(SAMPLE, alarms=tuple(many[:-1]))))
        await pilot.pause()
        assert rows.selected is not None and rows.selected.id == "a28"
        app.post_message(FleetChanged(replace(SAMPLE, alarms=())))
        await pilot.pause()
        assert rows.selected is None and not rows.is_entered
