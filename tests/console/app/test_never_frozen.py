"""Whatever is asked or offered, the screen under it goes on, and it says live only of what the store just said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.console.fleet.test_fleet_screen import screen_text
from tests.console.sample_fleet import NOW
from tests.console.sample_stations import STATIONS, make_store, snapshot_of
from tests.console.stations import console_on
from tests.patience import until
from textual import events
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input

from victron_console.console.app.console import ConsoleApp
from victron_console.console.kit.frame.bars import HeaderRow
from victron_console.insight.overview.overview import overview
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.model.station import StationState, StationStatus
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.records import Event, StationUpdate
from victron_console.store.write.writer import Writer

pytestmark = pytest.mark.slow

STATION = "cedar-house"
SITE = STATIONS[STATION][0]
LOW = Occurrence(
    1, AlertKey(STATION, "soc"), "soc_island", Severity.CRITICAL, "Battery low", "start generator",
    NOW - 300, NOW - 240, last_value=9.0, unit="%", limit="< 10", announced_at=NOW - 230,
)  # fmt: skip
HIGH = replace(LOW, id=2, key=AlertKey(STATION, "hot"), title="Battery hot", announced_at=NOW)
OPENED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("fleet", ("slash",), "7.31"),
    ("fleet", ("colon",), "7.31"),
    ("fleet", ("colon", "a", "t"), "7.31"),
    ("fleet", ("c",), "7.31"),
    ("fleet", ("ctrl+p",), "Battery hot"),
    ("fleet", ("question_mark",), "Battery hot"),
    ("site", ("colon",), "3 Alarms 2"),
    ("alarms", ("slash",), "Battery hot"),
    ("alarms", ("A",), "Battery hot"),
    ("alarms", ("s",), "Battery hot"),
    ("alarms", ("s", "1"), "Battery hot"),
    ("alarms", ("m",), "Battery hot"),
    ("alarms", ("c",), "Battery hot"),
    ("alarms", ("a",), "Battery hot"),  # asks who it is
    ("paths", ("slash",), "3 Alarms 2"),
    ("log", ("slash",), "mains came back"),
    ("trends", ("w",), "3 Alarms 2"),
    ("trends", ("a",), "3 Alarms 2"),
)
"""A screen, the keys that have something asked or offered on it, and what comes to stand on the screen under that."""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = make_store(tmp_path / "store.db")
    with closing(Writer(path, ManualClock(NOW - 1))) as writer:
        record_alerts(writer.db, AlertChanges((LOW,)), NOW - 170)
    return path


@pytest.fixture
def writer(store: Path) -> Iterator[Writer]:
    with closing(Writer(store, ManualClock(NOW))) as writer:
        yield writer


def happen(writer: Writer) -> None:
    """A site takes another power, and another alarm is raised there."""
    shown = replace(overview(snapshot_of(STATIONS[STATION][1])), load_power_w=7313.0)
    live = StationStatus(StationState.LIVE, NOW)
    said = Event(NOW + 1, STATION, "station", "mains came back")
    writer.record_all([StationUpdate(STATION, NOW + 1, status=live, overview=shown, events=(said,))])
    record_alerts(writer.db, AlertChanges((LOW, HIGH)), NOW + 1)


async def opened(pilot: Pilot[Any], screen: str, keys: tuple[str, ...]) -> ConsoleApp:
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(lambda: app.view.sites and app.view.alarms)
    app.station = STATION
    app.open(screen)
    await until(lambda: getattr(app.screen, "found", app) is not None)
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()
    front = app.front
    assert front is not None and (isinstance(app.screen, ModalScreen) or front.prompt_row.asked is not None)
    return app


@pytest.mark.parametrize(("screen", "keys", "expected"), OPENED, ids=lambda each: "-".join(each) if each else "")
async def test_clock_and_values_move_under_whatever_is_open(
    store: Path, writer: Writer, screen: str, keys: tuple[str, ...], expected: str
) -> None:
    app = console_on(store)
    app.operator.name = ""
    clock = app.clock
    assert isinstance(clock, ManualClock)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, screen, keys)
        assert expected not in screen_text(app)
        happen(writer)
        clock.advance(3)
        await until(lambda: "14:32:10 LIVE" in screen_text(app) and expected in screen_text(app))


async def test_what_the_store_did_not_say_within_two_looks_is_held_not_live(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = console_on(store)
    clock = app.clock
    assert isinstance(clock, ManualClock) and app._watch is not None
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.view.sites and "LIVE" in screen_text(app))
        monkeypatch.setattr(app._watch, "look_once", lambda reader: None)
        await pilot.pause()
        clock.advance(3)
        app._tick()
        assert "LIVE" in app.screen.query_one(HeaderRow).text
        clock.advance(57)
        app._tick()
        header = app.screen.query_one(HeaderRow).text
        assert "HELD since 14:32:07" in header and "LIVE" not in header
        monkeypatch.undo()
        await until(lambda: "14:33:07 LIVE" in screen_text(app))


async def test_what_is_typed_in_one_burst_behind_a_colon_is_taken_whole(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.view.sites)
        driver = app._driver
        assert driver is not None
        for letter in f":site {STATION}\r":
            driver.process_message(
                events.Key({":": "colon", " ": "space", "-": "minus", "\r": "enter"}.get(letter, letter), letter)
            )
        await until(lambda: app.front is not None and app.front.NAME == "site")
        assert app.station == STATION
        await pilot.press("1", "colon", *"theme li", "tab")
        assert app.screen.query_one(Input).value == "theme light"
        await pilot.press("enter")
        assert app.theme == "light"


async def test_no_letter_is_lost_when_a_burst_comes_in_two_parts(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.view.sites)
        assert app._driver is not None
        for key, letter in (("slash", "/"), ("c", "c"), ("e", "e")):
            app._driver.process_message(events.Key(key, letter))
        await pilot.pause()
        await pilot.press("d")
        assert app.screen.query_one(Input).value == "ced"
        await pilot.press("enter", "slash", "b")
        assert app.screen.query_one(Input).value == "b"  # what stood there is typed over


async def test_a_filter_shows_what_fits_letter_by_letter_and_esc_takes_it_back(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.view.sites)
        everything = len(app.view.sites)
        await pilot.press("slash", *"ceda")
        await pilot.pause()
        assert f"1 of {everything}  {SITE}" in screen_text(app)
        assert "Birch" not in screen_text(app).split("ALARMS")[0]
        await pilot.press("escape")
        assert "Birch" in screen_text(app)
        assert app.settings.filter == ""
