"""The timeline: night and day, the worst alarm of a cell, gaps, the moment looked at; a click goes there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import NOW

from victron_console.console.kit.frame.timeline import Day, Past, TimelineRow, cells_of, draw_timeline
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import On, Role
from victron_console.model.clock import local
from victron_console.model.units import DAY_S, HOUR_S

START = 7
DAY = Day(NOW - DAY_S, NOW, NOW, replaying=False)


def drawn(day: Day, width: int = 120) -> Line:
    line = Line(width)
    draw_timeline(line, day)
    return line


def cell(line: Line, place: int) -> tuple[str, object]:
    return line._cells[START + place][0], line._cells[START + place][1]


def place_of(hours_ago: float, width: int = 120) -> int:
    return DAY.cell(NOW - hours_ago * HOUR_S, cells_of(width))


def test_nights_and_days_are_told_by_tone_and_by_glyph() -> None:
    line = drawn(replace(DAY, past=Past(nights=((NOW - 14 * HOUR_S, NOW - 4 * HOUR_S),))))

    assert cell(line, place_of(9.2)) == ("·", On(Role.GRID_LINE, Role.NIGHT))
    assert cell(line, place_of(1.2)) == ("─", On(Role.RULE, Role.DAY))


def test_of_several_alarms_in_a_cell_the_worst_is_shown_and_a_chip_as_long_as_it_is_not_seen() -> None:
    at = NOW - 6 * HOUR_S
    past = Past(alarms=((at, "!", "1"), (at + 60, "!!", "2"), (NOW - 3 * HOUR_S, "!", "3")))

    line = drawn(replace(DAY, past=past, unseen=frozenset({"2"})))

    assert cell(line, place_of(6)) == ("!", Role.NOW_CHIP)
    glyph, ink = cell(line, place_of(3))
    assert glyph == "!" and isinstance(ink, On) and ink.ink is Role.TODAY_TEXT


def test_a_time_without_data_is_crossed_out() -> None:
    line = drawn(replace(DAY, past=Past(silent=((NOW - 5 * HOUR_S, NOW - 4 * HOUR_S),))))

    assert cell(line, place_of(4.5))[0] == "×" and cell(line, place_of(7.3))[0] != "×"


def test_the_moment_looked_at_is_marked_and_says_how_long_ago_it_is() -> None:
    live, back = drawn(DAY), drawn(replace(DAY, at=NOW - 10 * HOUR_S, replaying=True))

    assert live.text.rstrip().endswith("14:32 live") and cell(live, cells_of(120) - 1)[0] == "┃"
    assert back.text.rstrip().endswith("04:32 10h ago") and cell(back, place_of(10))[0] == "┃"


@pytest.mark.parametrize("beside", [-2, -1, 0, 1])
def test_an_hour_beside_a_mark_gives_way_whole(beside: int) -> None:
    said = drawn(DAY).text
    hour = next(at for at in range(START + 10, len(said)) if said[at : at + 2] == "06") - START
    at = DAY.since + (hour + 1 + beside + 0.5) * DAY_S / cells_of(120)

    line = drawn(replace(DAY, past=Past(alarms=((at, "!", "1"),))))

    around = "".join(cell(line, place)[0] for place in range(hour - 2, hour + 4))
    assert "!" in around and not set("06") & set(around)


def test_an_hour_that_begins_left_of_the_day_is_left_out() -> None:
    begin = local(NOW).replace(hour=12, minute=0, second=0).timestamp()  # noon's label would begin a cell before it
    said = drawn(replace(DAY, since=begin, until=begin + DAY_S)).text[START : START + cells_of(120)]

    hours = "".join(it if it.isdigit() else " " for it in said).split()
    assert hours and all(len(hour) == 2 for hour in hours)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_it_ends_inside_the_screen(width: int) -> None:
    line = drawn(replace(DAY, at=NOW - 23 * HOUR_S, replaying=True), width)

    assert line.text.rstrip().endswith("ago") and line.text[-1] == " "


async def test_a_click_goes_to_a_moment_and_the_right_end_is_now(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        timeline = app.screen.query_one(TimelineRow)
        await pilot.click(timeline, offset=(START + place_of(6), 0))
        assert app.as_of is not None and abs(app.as_of - (NOW - 6 * HOUR_S)) < HOUR_S
        await pilot.click(timeline, offset=(START + cells_of(120) - 1, 0))
        assert app.as_of is None


async def test_on_a_small_screen_it_is_there_while_another_moment_is_looked_at(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        timeline = app.screen.query_one(TimelineRow)
        assert not timeline.display
        app.look(NOW - HOUR_S)
        await pilot.pause()
        assert timeline.display
