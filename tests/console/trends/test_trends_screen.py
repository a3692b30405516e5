"""What the keys of the Trends screen and of the chart do, on a real store."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.console.fleet.test_fleet_screen import screen_text
from tests.console.live.test_watch import NOON, record
from tests.patience import until
from textual.events import Click, MouseDown, MouseEvent, MouseMove, MouseScrollUp, MouseUp
from textual.pilot import Pilot
from textual.widgets import Input

from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.kit import export
from victron_console.console.kit.frame.bars import HeaderRow
from victron_console.console.live.watch import StoreWatch
from victron_console.console.trends.chart import Chart
from victron_console.console.trends.chart_parts import CurvePlot
from victron_console.console.trends.chart_screen import ChartScreen
from victron_console.console.trends.panel import BARS
from victron_console.console.trends.picker import Picker
from victron_console.console.trends.screen import TrendsScreen
from victron_console.model.clock import ManualClock, local
from victron_console.store.records import StationRecord
from victron_console.store.write.writer import Writer


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def console(tmp_path: Path, clock: ManualClock) -> Iterator[ConsoleApp]:
    writer = Writer(tmp_path / "store.db", clock)
    writer.register([StationRecord("alder", "Alder Farm")])
    for percent in range(60, 40, -1):
        for _ in range(6):
            record(writer, clock, float(percent))
            clock.advance(10)
    yield ConsoleApp(
        clock=clock,
        themes=load_themes(),
        options=ConsoleOptions(theme="dark", settings_path=tmp_path / "console.json"),
        watch=StoreWatch(tmp_path / "store.db", clock),
    )
    writer.close()


def written(folder: Path) -> list[list[str]]:
    with next(folder.glob("*.csv")).open(encoding="utf-8") as file:
        return list(csv.reader(file))


def front(console: ConsoleApp) -> TrendsScreen:
    assert isinstance(console.screen, TrendsScreen)
    return console.screen


@pytest.mark.slow
async def test_the_panels_of_a_station_are_read_and_the_cursor_says_what_was(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await until(lambda: console.station)
        await pilot.press("5")
        await until(lambda: "SOC %" in screen_text(console))
        assert "41%" in screen_text(console)
        await pilot.press("plus", "plus", "plus", "plus", *["left"] * 10)
        await until(lambda: "cursor" in screen_text(console))
        assert "1 h" in screen_text(console)


@pytest.mark.slow
async def test_a_view_is_added_to_saved_under_a_name_and_found_again(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await until(lambda: console.station)
        await pilot.press("5")
        await until(lambda: "SOC %" in screen_text(console))
        before = len(front(console).quantities)
        await pilot.press("a")
        await until(lambda: isinstance(console.screen, Picker))
        await pilot.press(*"bat", "space", *"volt")
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, TrendsScreen) and len(front(console).quantities) > before)
        added = front(console).quantities[-1].name
        await pilot.press("w")
        console.screen.query_one(Input).value = "mine"
        await pilot.press("enter", "V", "v")
        assert front(console).current.name == "mine"
        assert added in console.settings.trend_views[0]


@pytest.mark.slow
async def test_a_window_of_another_day_is_not_called_live_and_names_its_day(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await until(lambda: console.station)
        await pilot.press("5")
        await until(lambda: "SOC %" in screen_text(console))
        head = front(console).query_one(HeaderRow)
        assert "LIVE" in head.text and "   to " not in head.text
        await pilot.press("left_square_bracket")
        await pilot.pause()
        end = local(front(console).frame().until)
        assert f"24 h   to {end:%b %d %H:%M}" in head.text
        assert "PAST" in head.text and "LIVE" not in head.text
        await pilot.press("right_square_bracket")
        await pilot.pause()
        assert "LIVE" in head.text and "   to " not in head.text


@pytest.mark.slow
async def test_enter_opens_the_panel_as_a_chart_that_compares_days_and_refuses_a_third_unit(
    console: ConsoleApp,
) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await until(lambda: console.station)
        await pilot.press("5")
        await until(lambda: "SOC %" in screen_text(console))
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, ChartScreen))
        chart = console.screen
        assert isinstance(chart, ChartScreen)
        await until(lambda: "max 60%" in screen_text(console))
        await pilot.press("d")
        assert [curve.days_back for curve in chart.curves] == [0, 1]
        await pilot.press("d", "x", "left", "b", "B", "minus", "escape")
        assert isinstance(console.screen, TrendsScreen)


@pytest.mark.slow
async def test_an_export_writes_the_columns_that_are_shown_and_says_where(
    console: ConsoleApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "user_documents_path", lambda: tmp_path)
    async with console.run_test(size=(120, 40)) as pilot:
        await until(lambda: console.station)
        await pilot.press("5")
        await until(lambda: "SOC %" in screen_text(console))
        await pilot.press("e")
        await until(lambda: list(tmp_path.glob("victron-trends-alder-*.csv")))
        rows = written(tmp_path)
        assert rows[0][:4] == ["time", "soc_%_min", "soc_%_mean", "soc_%_max"]
        assert len(rows) == 73 and rows[-1][1:4] != ["", "", ""]
        await pilot.press("E")
        await until(lambda: list(tmp_path.glob("victron-evidence-alder-*.zip")))


@pytest.mark.slow
async def test_the_screen_and_station_of_the_last_session_are_opened_again(console: ConsoleApp) -> None:
    async with console.run_test(size=(80, 24)) as pilot:
        await until(lambda: console.station)
        await pilot.press("5", "q")
    again = ConsoleApp(clock=console.clock, themes=load_themes(), options=console.options)
    async with again.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(again.screen, TrendsScreen) and again.station == "alder"
        await pilot.press("escape")
        assert not isinstance(again.screen, TrendsScreen)


@pytest.mark.slow
async def test_a_chart_keeps_its_lines_until_another_span_is_read(
    console: ConsoleApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        await until(lambda: console.station)
        await pilot.press("5")
        await until(lambda: "SOC %" in screen_text(console))
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, ChartScreen) and console.screen.table().rows)
        chart = console.screen
        assert isinstance(chart, ChartScreen)
        shown: list[Chart | None] = []
        monkeypatch.setattr(CurvePlot, "show", lambda self, drawn: shown.append(drawn))
        await pilot.press("minus")
        await until(lambda: shown and shown[-1] and shown[-1].frame == chart.frame())
        assert None not in shown


async def mouse(pilot: Pilot[int], x: int, y: int, *what: type[MouseEvent]) -> None:
    """Events at a place of the panels, with the left button held."""
    await pilot._post_mouse_events(list(what), "#trend-board", (x, y), button=1)


async def opened(pilot: Pilot[int], console: ConsoleApp) -> TrendsScreen:
    await until(lambda: console.station)
    await pilot.press("5")
    await until(lambda: "SOC %" in screen_text(console))
    return front(console)


@pytest.mark.slow
async def test_a_drag_pans_and_leaves_no_cursor_while_a_click_puts_one_and_chooses_the_panel(
    console: ConsoleApp,
) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        trends = await opened(pilot, console)
        frame = trends.frame()
        await mouse(pilot, 50, 4, MouseDown)
        await mouse(pilot, 60, 4, MouseMove)
        await mouse(pilot, 70, 4, MouseMove, MouseUp, Click)
        assert trends.frame().since == frame.since - 20 * frame.step_s
        assert trends.window.cursor_at is None

        last = len(trends.quantities) - 1
        await pilot.click("#trend-board", offset=(50, 15))
        assert trends.window.cursor_at == trends.frame().begin(50 - BARS)
        assert trends._chosen == last


@pytest.mark.slow
async def test_the_wheel_zooms_about_the_moment_under_the_pointer(console: ConsoleApp) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        trends = await opened(pilot, console)
        there = trends.frame().begin(trends.column_at(60))
        await mouse(pilot, 60, 4, *[MouseScrollUp] * 3)
        frame = trends.frame()
        assert trends.window.length.word == "3 h"
        assert abs(frame.begin(trends.column_at(60)) - there) <= 1200  # a column of the first frame


@pytest.mark.slow
async def test_time_mode_begins_at_the_cursor_and_ends_without_one(console: ConsoleApp, clock: ManualClock) -> None:
    async with console.run_test(size=(120, 40)) as pilot:
        trends = await opened(pilot, console)
        await pilot.press(*["plus"] * 4, *["left"] * 20, "t")
        assert console.as_of is not None and clock.now() - 1500 < console.as_of < clock.now() - 600
        assert trends.window.cursor_at is None
        await pilot.press("t")
        assert console.as_of is None


@pytest.mark.slow
async def test_a_chart_takes_any_series_of_another_station(tmp_path: Path, clock: ManualClock) -> None:
    writer = Writer(tmp_path / "two.db", clock)
    writer.register([StationRecord("alder", "Alder Farm"), StationRecord("birch", "Birch Clinic")])
    for station in ("alder", "birch"):
        record(writer, clock, 50.0, station=station)
    clock.advance(20)
    writer.close()
    console = ConsoleApp(
        clock=clock,
        themes=load_themes(),
        options=ConsoleOptions(theme="dark", settings_path=tmp_path / "console.json"),
        watch=StoreWatch(tmp_path / "two.db", clock),
    )
    async with console.run_test(size=(120, 40)) as pilot:
        await opened(pilot, console)
        await pilot.press("enter")
        await until(lambda: isinstance(console.screen, ChartScreen) and "max 50%" in screen_text(console))
        chart = console.screen
        assert isinstance(chart, ChartScreen)
        other = next(each.id for each in console.view.sites if each.id != chart.curves[0].station)
        await pilot.press("a")
        await until(lambda: isinstance(console.screen, Picker))
        await pilot.press(*"all", "space", *"series", "enter")
        await until(lambda: isinstance(console.screen, Picker) and "ADD A LINE OF" in console.screen._title)
        await pilot.press(*"system/0", "enter")
        await until(lambda: len(chart.curves) == 2)
        assert chart.curves[1].station == other and "/" in chart.curves[1].quantity.name
