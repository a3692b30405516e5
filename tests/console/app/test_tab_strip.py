"""The tab strip: every screen by its key, the one in front, the alarms that nobody has seen, and a click opens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import SAMPLE

from victron_console.console.app.screens import SCREENS
from victron_console.console.kit.frame.bars import HeaderRow
from victron_console.console.kit.frame.tab_strip import Tab, draw_tabs
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.view import Mark

ALL = [
    Tab(entry.key, entry.name, here=entry.name == "site", count=5 * (entry.name == "alarms"), mark=Mark.NOW)
    for entry in SCREENS
]


def drawn(width: int, count: int = 5) -> str:
    line = Line(width, Role.SURFACE)
    draw_tabs(line, [replace(tab, count=count if tab.count else 0) for tab in ALL])
    return line.text.rstrip()


def test_wide_enough_all_screens_have_their_names_and_the_alarms_their_count() -> None:
    assert drawn(120) == (" 1 Fleet  2 Site  3 Alarms 5  4 Cells  5 Trends  6 Paths  7 Link  8 Log  9 Health")
    assert drawn(80) == "1 Fleet 2 Site 3 Alarms 5 4 Cells 5 Trends 6 Paths 7 Link 8 Log 9 Health"


def test_narrow_only_the_screen_in_front_and_the_alarms_have_their_names() -> None:
    assert drawn(60) == " 1 2 Site 3 Alarms 5 4 5 6 7 8 9"
    assert drawn(60, count=0) == " 1 2 Site 3 4 5 6 7 8 9"


@pytest.mark.parametrize("width", [60, 74, 80, 109, 110, 120, 200])
def test_every_screen_has_its_place_whatever_the_alarms_count(width: int) -> None:
    line = Line(width, Role.SURFACE)
    spans = draw_tabs(line, [replace(tab, count=150 if tab.count else 0) for tab in ALL])

    assert "99+" in line.text
    assert all(span.stop <= width for span in spans.values())
    columns = [column for span in spans.values() for column in span]
    assert len(columns) == len(set(columns))


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
async def test_a_click_on_a_tab_opens_its_screen(make_console: MakeConsole, size: tuple[int, int]) -> None:
    app = make_console()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for key, name in (("3", "alarms"), ("8", "log"), ("1", "fleet")):
            strip = app.screen.query_one(HeaderRow)
            await pilot.click(HeaderRow, offset=(strip._spans[key].start, 0))
            await pilot.pause()
            assert app.front is not None and name == app.front.NAME


@pytest.mark.slow
async def test_the_strip_counts_what_nobody_has_seen_and_marks_where_one_is(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3")
        await pilot.pause()
        tabs = {tab.name: tab for tab in app.tabs}
        assert tabs["alarms"].count == 4 and tabs["alarms"].mark is Mark.NOW and tabs["alarms"].here
        assert "3 Alarms 4" in app.screen.query_one(HeaderRow).text
        app.show(replace(SAMPLE, alarms=()))
        assert {tab.name: tab for tab in app.tabs}["alarms"].empty
