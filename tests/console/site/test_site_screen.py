"""What the keys of the Site screen do, on a real store."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.console.sample_fleet import NOW
from tests.console.sample_stations import make_store
from tests.console.stations import console_on, open_station, until
from textual.geometry import Region

from victron_console.console.alarms.screen import AlarmsScreen
from victron_console.console.kit.view import Site
from victron_console.console.site.parts import (
    WHOLE_PAGE,
    SiteSection,
)
from victron_console.console.site.screen import SiteBoard, ask_focus
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock
from victron_console.model.quality import Quality
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.operator.wanted import WantedKind
from victron_console.store.operator.wishes import open_for_operator
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

pytestmark = pytest.mark.slow
LOW = Occurrence(
    1, AlertKey("cedar-house", "soc"), "soc_island", Severity.CRITICAL, "Battery low", "start generator",
    NOW - 300, NOW - 180, last_value=9.0, unit="%", limit="< 10", announced_at=NOW - 170,
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make_store(tmp_path / "store.sqlite")


def wishes(store: Path) -> list[tuple[WantedKind, str]]:
    reader = Reader(store, ManualClock(NOW))
    try:
        return [(each.kind, each.station) for each in reader.wanted()]
    finally:
        reader.close()


async def test_arrows_go_through_the_sites_in_the_order_of_the_fleet(store: Path) -> None:
    async with console_on(store).run_test(size=(80, 24)) as pilot:
        screen = await open_station(pilot, "site", "cedar-house", "right")
        await until(pilot, lambda: screen.data is not None and screen.data.station == "larch-hut")
        await pilot.press("left", "left")
        await until(pilot, lambda: screen.data is not None and screen.data.station == "birch-clinic")


async def test_focus_asks_the_collector_and_the_second_press_takes_it_back(store: Path) -> None:
    async with console_on(store).run_test(size=(80, 24)) as pilot:
        screen = await open_station(pilot, "site", "cedar-house", "f")
        await until(pilot, lambda: screen.data is not None and screen.data.focus_until is not None)
        assert wishes(store) == [(WantedKind.FOCUS, "cedar-house")]
        assert "FOCUS 10m" in screen.text
        await pilot.press("f")
        await until(pilot, lambda: wishes(store) == [])


def test_focus_of_a_lost_station_promises_a_try_and_no_pace(store: Path) -> None:
    lost = Site("s", "S", quality=Quality.LOST)
    with closing(open_for_operator(store)) as db:
        said = partial(ask_focus, db, station="s", now=NOW, who="NB")
        assert said(site=replace(lost, quality=Quality.GOOD), seconds=600.0) == "Read each 1-2 s for 10 minutes."
        assert said(site=lost, seconds=600.0).startswith("It does not answer: tried at once; within 10 minutes")
        assert said(site=lost, seconds=0.0) == "Read as usual again."


async def test_store_that_cannot_be_written_is_said_and_nothing_is_asked(store: Path) -> None:
    async with console_on(store, readonly="The store is read only.").run_test(size=(80, 24)) as pilot:
        await open_station(pilot, "site", "cedar-house", "f")
        assert wishes(store) == []


async def test_enter_without_a_cursor_puts_it_on_the_first_device(store: Path) -> None:
    async with console_on(store).run_test(size=(60, 16)) as pilot:
        screen = await open_station(pilot, "site", "quarry-camp", "enter")
        assert screen.query_one(SiteBoard).state.chosen == 0


async def test_enter_opens_every_value_of_the_chosen_device(store: Path) -> None:
    async with console_on(store).run_test(size=(80, 24)) as pilot:
        screen = await open_station(pilot, "site", "quarry-camp", "down", "enter")
        assert screen.NAME == "device"
        await pilot.press("escape")
        await until(pilot, lambda: getattr(pilot.app.screen, "NAME", "") == "site")


@pytest.mark.parametrize("key", ["u", "i"])
async def test_esc_leaves_audit_and_info_for_the_site_and_only_then_the_site(store: Path, key: str) -> None:
    async with console_on(store).run_test(size=(80, 24)) as pilot:
        screen = await open_station(pilot, "site", "quarry-camp", key)
        board = screen.query_one(SiteBoard)
        assert board.state.section in WHOLE_PAGE
        await pilot.press("escape")
        assert board.state.section is SiteSection.OVERVIEW
        assert pilot.app.screen is screen
        await pilot.press("escape")
        await until(pilot, lambda: getattr(pilot.app.screen, "NAME", "") == "fleet")


async def test_a_second_passing_repaints_no_row_that_did_not_change(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await open_station(pilot, "site", "quarry-camp")
        board = screen.query_one(SiteBoard)
        painted: list[Region] = []
        monkeypatch.setattr(board, "refresh", lambda *regions, **_: painted.extend(regions))
        screen.tick()
        assert painted == []


async def test_a_click_on_an_alarm_opens_it_and_one_beside_it_does_not(store: Path) -> None:
    with closing(Writer(store, ManualClock(NOW))) as writer:
        record_alerts(writer.db, AlertChanges((LOW,)), NOW - 170)
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await open_station(pilot, "site", "cedar-house")
        board = screen.query_one(SiteBoard)
        await until(pilot, lambda: any(line.opens for line in board._lines))
        place = next(y for y, line in enumerate(board._lines) if line.opens)
        await pilot.click(SiteBoard, offset=(10, place - 1))
        assert app.front is screen
        await pilot.click(SiteBoard, offset=(10, place))
        await until(pilot, lambda: isinstance(app.front, AlarmsScreen) and app.front.listing.selected is not None)
        assert isinstance(app.front, AlarmsScreen) and app.front.listing.selected is not None
        assert app.front.listing.selected.alarm.what == "Battery low"
