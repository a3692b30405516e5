"""The Link screen on a real store: order, what each row and the station's part tell, and the operator's keys."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.console.link.conftest import IDS, LOST_AT
from tests.console.sample_fleet import NOW
from tests.console.stations import LASTING, console_on, until
from textual.pilot import Pilot

from victron_console.console.app.console import ConsoleApp
from victron_console.console.kit.cursor_list import CursorList
from victron_console.console.kit.rows import Rows
from victron_console.console.link.row import skew, sort_heads
from victron_console.console.link.screen import LinkScreen
from victron_console.store.connection import open_writable
from victron_console.store.engines import record_failure, set_active

SnapCompare = Callable[..., bool]
SIZES = [(60, 16), (80, 24), (120, 40), (160, 50), (200, 60)]


async def opened(pilot: Pilot[Any], *keys: str) -> LinkScreen:
    """The screen once the store has answered, after some keys."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: len(app.view.sites) == len(IDS))
    app.open("link")
    await until(pilot, lambda: isinstance(app.screen, LinkScreen) and app.screen.data is not None)
    for key in keys:
        await pilot.press(key)
        await settled(pilot)
    await settled(pilot)
    shown = app.screen
    assert isinstance(shown, LinkScreen)
    return shown


async def settled(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: all(worker.is_finished or worker.group in LASTING for worker in pilot.app.workers))
    await pilot.pause()


def rows(screen: LinkScreen) -> dict[str, list[str]]:
    """The words of each station's row behind its name, by name."""
    lines = screen.query_one(CursorList).text.split("\n")[1:]
    return {line[12:24].strip(): line[24:].split() for line in lines}


def part(screen: LinkScreen, name: str) -> str:
    return screen.query_one(f"#link-{name}", Rows).text


@pytest.mark.slow
async def test_the_worst_link_stands_first(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        assert list(rows(screen)) == [
            "Cedar Tower",
            "Dune Pump",
            "Birch Clinic",
            "Elm School",
            "Fir House",
            "Alder Farm",
        ]


@pytest.mark.slow
async def test_a_click_on_a_head_orders_by_it_and_a_second_one_puts_the_worst_first_again(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        worst, heads = list(rows(screen)), screen.query_one(CursorList).text.split("\n")[0]

        async def order_by(head: str) -> list[str]:
            await pilot.click(CursorList, offset=(heads.index(head), 0))
            await settled(pilot)
            return list(rows(screen))

        assert await order_by("SITE") == sorted(worst)
        assert (await order_by("CLOCK"))[:2] == ["Elm School", "Dune Pump"]
        by_errors = await order_by("ERR%")
        assert by_errors[:2] == ["Fir House", "Dune Pump"] and by_errors[-1] == "Cedar Tower", (
            "it has no errors: unknown"
        )
        assert await order_by("ERR%") == worst
        assert await order_by("STATE") == worst


@pytest.mark.slow
async def test_a_key_orders_by_one_column_after_the_other_and_at_last_puts_the_worst_first(store: Path) -> None:
    async with console_on(store).run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        worst, orders = list(rows(screen)), []
        heads = sort_heads(80)
        assert heads[:3] == ["AGE", "SITE", "RTT"] and "FAIL" not in heads, "out of sight at 80 columns"
        for _ in (*heads, ""):
            await pilot.press("o")
            await settled(pilot)
            orders.append(list(rows(screen)))
        assert orders[1] == sorted(worst) and orders[-1] == worst and orders[heads.index("CLOCK")][0] == "Elm School"


@pytest.mark.slow
async def test_a_row_tells_round_trip_errors_backoff_services_set_aside_and_the_clock(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        shown = rows(await opened(pilot))
        # round trip, longest, errors %, failures, next try, set aside, skew, VRM, bytes/s, firmware, state
        assert shown["Alder Farm"] == ["80ms", "120ms", "0", "0", "-", "0", "0", "-", "200", "v3.70", "live"]
        assert shown["Birch Clinic"][5] == "1"
        assert shown["Dune Pump"][2:7] == ["5", "14", "47s", "0", "-3s"]
        assert shown["Elm School"][6] == "+2h01"
        assert shown["Fir House"][2] == "10"
        assert shown["Cedar Tower"][:5] == ["-", "-", "-", "9", "3m"]


@pytest.mark.slow
async def test_the_station_under_the_cursor_is_told_in_full(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "home", "down")
        told = part(screen, "detail").split("\n")
        assert told[0].startswith(" DUNE PUMP") and told[0].endswith("Victron DBus API Server 3.2.0")
        assert told[1].startswith(" lost   since 13:58   192.0.2.11:8088 refused the connection")
        assert told[2].startswith(" 14 failed, tried again in 47s at 14:32:54   clock -3s")
        hour = next(line for line in told if line.startswith(" round trip"))
        assert hour[13] in "▁▂▃▄▅▆▇"
        assert hour[13 : 13 + 60].endswith("·" * int((NOW - LOST_AT) // 60 - 1))
        assert any("battery/512" in line and "lost" in line and "14 failed in a row" in line for line in told)
        assert any(line.startswith(" 13:58") and "lost: " in line for line in told)


@pytest.mark.slow
async def test_a_service_set_aside_stands_first_with_when_it_is_asked_again(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "home", "down", "down")
        told = part(screen, "detail").split("\n")
        first = told[next(row for row, line in enumerate(told) if line.startswith(" SERVICES")) + 1]
        assert first.split()[0] == "tank/3"
        assert "set aside" in first
        assert "asked again in 1m" in first


@pytest.mark.slow
async def test_the_collector_tells_who_it_is_and_what_it_gave_up(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        told = part(await opened(pilot), "own")
        assert (
            "collector 4242 on fleet-box   lag 0.2 s   3 given up   12:32 the disk is full   6 stations   since Sun"
            in told
        )
        assert "store 12.3 MB + log 4.1 MB   written 5s ago" in told


@pytest.mark.slow
@pytest.mark.parametrize(("size", "place"), [((120, 40), 3), ((80, 18), 0)])
async def test_an_engine_that_fails_is_told_with_its_reason(store: Path, size: tuple[int, int], place: int) -> None:
    with closing(open_writable(store)) as db:
        set_active(db, ["grafana", "metrics"])
        record_failure(db, "metrics", "It gives no answer within 30 s.", NOW - 3700)
    async with console_on(store).run_test(size=size) as pilot:
        told = part(await opened(pilot), "own").split("\n")[place]
        assert "engine metrics fails since 13:30" in told, told
        assert ("engine grafana has all" in told) == (place == 3)


@pytest.mark.slow
async def test_the_past_knows_of_no_engine(store: Path) -> None:
    with closing(open_writable(store)) as db:
        set_active(db, ["metrics"])
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: "engine metrics has all" in part(screen, "own"))
        app.look(NOW - 60)
        await until(pilot, lambda: "engine" not in part(screen, "own"))


@pytest.mark.slow
async def test_the_cursor_carries_every_screen_with_it(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, "end")
        assert app.station == "alder-farm"
        await pilot.press("enter")
        assert app.screen.NAME == "site"  # type: ignore[attr-defined]


@pytest.mark.slow
async def test_on_a_small_screen_the_station_can_have_all_of_it(store: Path) -> None:
    async with console_on(store).run_test(size=(60, 16)) as pilot:
        screen = await opened(pilot, "home", "down", "v")
        assert not screen.query_one(CursorList).display
        assert part(screen, "detail").count("\n") > 8
        await pilot.press("v")
        assert screen.query_one(CursorList).display


@pytest.mark.slow
async def test_the_past_is_told_as_it_was(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "end")
        app.look_at("13:20")
        await until(pilot, lambda: screen.data is not None and not screen.data.states)
        assert "no collector is running" not in part(screen, "own")


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, "-"), (0.0, "0"), (-1.9, "0"), (2.0, "+2s"), (-125.0, "-2m"), (7300.0, "+2h01")]
)
def test_a_skew_reads_with_its_sign(seconds: float | None, shown: str) -> None:
    assert skew(seconds) == shown


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_link(snap_compare: SnapCompare, store: Path, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await opened(pilot, "home", "down", "down")

    assert snap_compare(console_on(store), terminal_size=size, run_before=run)


@pytest.mark.slow
def test_link_of_one_station(snap_compare: SnapCompare, store: Path) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await opened(pilot, "home", "down", "v")

    assert snap_compare(console_on(store), terminal_size=(80, 24), run_before=run)
