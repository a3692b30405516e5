"""The Paths screen under the operator's hands, on a real store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.console.stations import LASTING, console_on, until
from textual.geometry import Region
from textual.pilot import Pilot

from victron_console.console.app.console import ConsoleApp
from victron_console.console.kit.cursor_list import CursorList
from victron_console.console.paths.screen import PathsScreen
from victron_console.store.read.reader import Reader

pytestmark = pytest.mark.slow

SnapCompare = Callable[..., bool]
SIZES = [(60, 16), (80, 24), (120, 40), (160, 50), (200, 60)]


async def opened(pilot: Pilot[Any], *keys: str) -> PathsScreen:
    """The screen on Alder Farm once it is read, after some keys; text between brackets is typed."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: bool(app.view.sites))
    app.station = "alder-farm"
    app.open("paths")
    await until(pilot, lambda: isinstance(app.screen, PathsScreen) and app.screen.paths is not None)
    for key in keys:
        await pilot.press(*(list(key[1:-1]) if key.startswith("[") else [key]))
        await settled(pilot)
    shown = next(screen for screen in reversed(app.screen_stack) if isinstance(screen, PathsScreen))
    return shown


async def settled(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: all(worker.is_finished or worker.group in LASTING for worker in pilot.app.workers))
    await pilot.pause()


def rows(screen: PathsScreen) -> list[str]:
    """The rows in sight without the head, without what is left and right of path and value."""
    return [line[2:].strip() for line in screen.query_one(CursorList).text.split("\n")[1:]]


def cursor(screen: PathsScreen) -> str | None:
    return screen.query_one(CursorList).cursor


async def test_a_device_opens_under_the_cursor_and_closes_with_the_cursor_back_on_it(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        assert [row.split()[1] for row in rows(screen)] == ["system/0", "battery/512", "tank/3", "settings/0"]
        await pilot.press("down", "enter", "down", "down")
        assert cursor(screen) == "battery/512/Alarms/LowSoc"
        assert any("16" in row and row.startswith("System/NrOfCells") for row in rows(screen))
        await pilot.press("enter")
        assert cursor(screen) == "battery/512"
        assert len(rows(screen)) == 4


async def test_the_list_follows_every_letter_of_a_search_and_esc_returns_to_the_one_before(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "slash", "[soc]")
        assert cursor(screen) == "system/0/Dc/Battery/Soc"
        await opened_prompt_closed(pilot, "enter")
        assert screen.wish.filter == "soc"
        await pilot.press("slash", "backspace", "backspace", "backspace")
        assert screen.wish.filter == ""
        await opened_prompt_closed(pilot, "escape")
        assert screen.wish.filter == "soc"


async def opened_prompt_closed(pilot: Pilot[Any], key: str) -> None:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, PathsScreen))


async def test_a_pin_is_written_for_the_collector_shown_on_top_and_taken_back(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "slash", "[ttg]", "enter", "asterisk")
        await until(pilot, lambda: screen.paths is not None and bool(screen.paths.pins))
        with closing(Reader(store, app.clock)) as reader:
            assert [(wish.pattern, wish.operator) for wish in reader.wanted("alder-farm")] == [
                ("system/0/Dc/Battery/TimeToGo", "NB")
            ]
        assert rows(screen)[0].startswith("▼ PINNED")
        await pilot.press("asterisk")
        await until(pilot, lambda: screen.paths is not None and not screen.paths.pins)
        assert not any("PINNED" in row for row in rows(screen))


@pytest.mark.parametrize("keys", [(), ("left_square_bracket",)])
async def test_nothing_is_pinned_where_nothing_may_be_written(store: Path, keys: tuple[str, ...]) -> None:
    app = console_on(store, readonly="" if keys else "The store cannot be written.")
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "enter", "down", *keys, "asterisk")
    with closing(sqlite3.connect(store)) as conn:
        assert conn.execute("SELECT count(*) FROM wanted").fetchone() == (0,)


async def test_copying_takes_series_and_value_and_of_a_device_its_bus_name(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, "slash", "[battery/512/soc]", "enter", "y")
        assert app.clipboard == "battery/512/Soc 81.2 %"
        await pilot.press("up", "y")
        assert app.clipboard == "com.victronenergy.battery.ttyUSB0"


async def test_the_last_hour_is_read_for_the_value_under_the_cursor_with_its_gap(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "slash", "[battery/power]", "enter")
        told = screen.query_one("#path-detail").text  # type: ignore[attr-defined]
        hour = next(line for line in told.split("\n") if "last hour" in line)
        assert hour.endswith("-334 W to -44 W")
        assert "······" in hour
        assert "▇" in hour


async def test_the_next_site_keeps_the_search(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "slash", "[battery/soc]", "enter", "right")
        await until(pilot, lambda: screen.paths is not None and screen.paths.station == "birch-clinic")
        await settled(pilot)
        assert [row.split()[0] for row in rows(screen)] == ["▼", "Dc/Battery/Soc"]


async def test_moving_over_hundreds_of_rows_repaints_only_two_of_them(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "plus", "end", "up")
        shown = screen.query_one(CursorList)
        painted: list[Region] = []
        monkeypatch.setattr(shown, "refresh", lambda *regions, **_: painted.extend(regions))
        await pilot.press("up")
        assert sorted(region.height for region in painted) == [1, 1]


async def test_the_past_is_shown_as_it_was(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "slash", "[battery/power]", "enter")
        assert "-44 W" in " ".join(rows(screen)[1].split())
        app.look_at("14:27")
        await until(pilot, lambda: "-104 W" in " ".join(rows(screen)[1].split()))


async def test_markup_in_a_name_is_text(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        assert any("Pack [bold]1[/]" in row for row in rows(screen))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_paths(snap_compare: SnapCompare, store: Path, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await opened(pilot, "down", "enter", "enter", "plus", "slash", "[battery/512/Dc/0/Volt]", "enter", "asterisk")
        screen = await opened(pilot, "slash", "ctrl+u", "enter", "home")
        await pilot.press(*["down"] * 3)
        await settled(pilot)
        screen.console.notices.told.clear()
        screen.refresh_frame()
        await pilot.pause()

    assert snap_compare(console_on(store), terminal_size=size, run_before=run)


@pytest.mark.parametrize("keys", ["z,down", "h,plus,end", "slash,[diesel]"])
def test_paths_looked_at_otherwise(snap_compare: SnapCompare, store: Path, keys: str) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await opened(pilot, *keys.split(","))

    assert snap_compare(console_on(store), terminal_size=(120, 40), run_before=run)
