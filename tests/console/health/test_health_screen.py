"""The Health screen on a real store: ranking, explanations, what is not known and why, jobs, firmware, peers, looks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.console.health.conftest import NAMES
from tests.console.sample_fleet import NOW
from tests.console.stations import LASTING, console_on, until
from textual.pilot import Pilot

from victron_console.console.app.console import ConsoleApp
from victron_console.console.health.energy import draw_energy
from victron_console.console.health.job_actions import due_of
from victron_console.console.health.parts import Part
from victron_console.console.health.row import three_digits
from victron_console.console.health.screen import HealthScreen
from victron_console.console.kit.cursor_list import CursorList
from victron_console.console.kit.rows import Rows
from victron_console.diagnosing.verdict.kept_findings import EnergyRow
from victron_console.model.clock import ManualClock
from victron_console.store.operator.jobs import add_job
from victron_console.store.operator.wishes import open_for_operator
from victron_console.store.read.reader import Reader

SnapCompare = Callable[..., bool]
SIZES = [(60, 16), (80, 24), (120, 40), (200, 60)]
DAY_S = 86_400.0


async def opened(pilot: Pilot[Any], *keys: str) -> HealthScreen:
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: len(app.view.sites) == len(NAMES))
    app.open("health")
    await until(pilot, lambda: isinstance(app.screen, HealthScreen) and app.screen.data is not None)
    shown = app.screen
    assert isinstance(shown, HealthScreen)
    for key in keys:
        await pilot.press(key)
        await settled(pilot)
    await settled(pilot)
    return shown


async def settled(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: all(worker.is_finished or worker.group in LASTING for worker in pilot.app.workers))
    await pilot.pause()


def rows(screen: HealthScreen) -> list[str]:
    return screen.query_one(CursorList).text.split("\n")[1:]


def pane(screen: HealthScreen) -> str:
    return screen.query_one("#health-pane", Rows).text


@pytest.mark.slow
async def test_who_needs_a_visit_stands_first_and_the_unknown_before_the_well(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        assert [line[1:9].strip() for line in rows(screen)] == [
            "act", "plan", "watch", "unknown", "unknown", "ok", "ok",
        ]  # fmt: skip
        birch = rows(screen)[1].split()
        assert birch[1:10] == ["Birch", "Clinic", "84", "118", "4-12", "328", "1.31", "1.25", "behind"]
        assert birch[10] == "late" and "Cell spread 118 mV" in rows(screen)[1]
        assert "not diagnosed yet" in rows(screen)[4]


@pytest.mark.slow
async def test_a_click_on_a_head_orders_the_fleet_by_the_worst_of_it_and_the_unknown_last(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        urgent, heads = rows(screen), screen.query_one(CursorList).text.split("\n")[0]

        async def order_by(head: str) -> list[str]:
            await pilot.click(CursorList, offset=(heads.index(head), 0))
            await settled(pilot)
            return rows(screen)

        def column(lines: list[str], head: str) -> list[float | None]:
            end = heads.index(head) + len(head)
            words = [line[:end].split()[-1] for line in lines]
            return [None if word == "-" else float(word) for word in words]

        for head, sign in (("SOH%", 1), ("mV", -1), ("GREW", -1)):
            shown = column(await order_by(head), head)
            known = [value for value in shown if value is not None]
            assert known == sorted(known, key=lambda value: sign * value) and len(set(known)) > 1
            assert shown == [*known, *[None] * (len(shown) - len(known))]
        assert sorted(await order_by("GREW")) == sorted(urgent) and rows(screen)[0].split()[:2] == urgent[0].split()[:2]
        await pilot.press("o")
        await settled(pilot)
        assert [row.split()[1] for row in rows(screen)] == sorted(row.split()[1] for row in urgent), "after none, SITE"


@pytest.mark.slow
async def test_a_station_lists_what_is_known_and_why_the_rest_is_not(store: Path) -> None:
    async with console_on(store).run_test(size=(200, 60)) as pilot:
        screen = await opened(pilot, "home", "enter")
        assert screen.part is Part.STATION and pilot.app.station == "dune-pump"  # type: ignore[attr-defined]
        shown = "\n".join(rows(screen))
        assert "not yet 3 of 20 swings in charge of 40 % and more" in shown
        assert "never the site never inverts alone" in shown
        assert "no input the GX device gives no uptime" in shown
        level = next(line for line in rows(screen) if "State of health" in line)
        assert "78.0 %" in level and "▇" in level


@pytest.mark.slow
async def test_enter_on_a_figure_opens_its_explanation_and_escape_leads_back_to_the_fleet(store: Path) -> None:
    async with console_on(store).run_test(size=(60, 16)) as pilot:
        screen = await opened(pilot, "home", "enter", *["down"] * 4, "enter")
        assert not screen.query_one(CursorList).display
        told = pane(screen)
        assert told.startswith(" STATE OF HEALTH (BMS)") and "78.0 %" in told
        for label in ("method", "inputs", "window", "source"):
            assert f"\n {label}" in told
        await pilot.press("escape")
        assert screen.query_one(CursorList).display
        await pilot.press("escape")
        assert screen.part is Part.FLEET
        await pilot.press("escape")
        assert pilot.app.screen is not screen


@pytest.mark.slow
async def test_replacement_is_a_window_and_never_a_date(store: Path) -> None:
    async with console_on(store).run_test(size=(200, 60)) as pilot:
        screen = await opened(pilot, "home", "enter")
        names = [line[11:45].strip() for line in rows(screen)]
        await pilot.press(*["down"] * names.index("Time to 80 % SOH"))
        assert "7.40 months   4.20 to 11.9" in pane(screen)


@pytest.mark.slow
async def test_a_proposal_is_taken_over_a_job_is_done_and_both_are_written(store: Path) -> None:
    app = console_on(store)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "m", "home")
        assert [line.split()[0] for line in rows(screen)[:5]] == [">open", "open", "proposed", "proposed", "done"]
        await pilot.press("down", "down", "a")
        await until(pilot, lambda: len(app.screen_stack) > 2)
        await pilot.press("enter")
        await settled(pilot)
        await until(pilot, lambda: sum("proposed" in line for line in rows(screen)) == 1)
        await pilot.press("home", "d")
        await until(pilot, lambda: len(app.screen_stack) > 2)
        await pilot.press(*"ok", "enter")
        await settled(pilot)
        await until(pilot, lambda: sum(line.startswith((" done", ">done")) for line in rows(screen)) == 2)
    with closing(Reader(store, ManualClock(NOW))) as reader:
        jobs = {job.what: job for job in reader.jobs(done_since=0.0)}
    assert jobs["Bring a new fan"].done and jobs["Bring a new fan"].note == "ok"
    taken = jobs["Look at the cells: charge to full and hold, find the one that drifts"]
    assert taken.station == "dune-pump" and taken.reason == "cells" and taken.who == "NB"
    assert taken.due_at is not None and 1.5 * DAY_S < taken.due_at - NOW < 3.5 * DAY_S


@pytest.mark.slow
async def test_without_a_store_to_write_to_nothing_is_asked(store: Path) -> None:
    app = console_on(store, writes=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, "a")
        assert isinstance(app.screen, HealthScreen)


@pytest.mark.slow
async def test_firmware_behind_stands_first_and_what_cannot_be_weighed_is_unknown(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "f")
        told = [line.strip(" >").split()[0] for line in rows(screen)]
        assert told == ["behind"] * 5 + ["unknown", "same"]


@pytest.mark.slow
async def test_peers_say_who_stands_out(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "r", "home")
        assert rows(screen)[0].startswith(">State of health (BMS), %")
        assert "Fir House" in pane(screen).split("\n")[1]


@pytest.mark.slow
async def test_what_is_shown_can_be_taken_along_as_rows(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        fleet = screen.table()
        assert fleet is not None and {row[0] for row in fleet.rows} == set(NAMES) - {"gorse-depot"}
        await pilot.press("home", "enter")
        await settled(pilot)
        figures = {str(row[2]): row for row in (screen.table() or fleet).rows}
        assert figures["soh.level"][4:6] == (78, "%") and figures["capacity.ah"][8] == "insufficient"
        await pilot.press("escape", "m")
        await settled(pilot)
        jobs = screen.table()
        assert jobs is not None and [row[1] for row in jobs.rows].count("proposed") == 2


@pytest.mark.slow
@pytest.mark.parametrize("keys", [(), ("home", "enter"), ("m",), ("f",), ("r",), ("home", "enter", "enter")])
async def test_every_part_draws_at_any_size(store: Path, keys: tuple[str, ...]) -> None:
    async with console_on(store).run_test(size=(20, 5)) as pilot:
        screen = await opened(pilot, *keys)
        for size in ((20, 5), (33, 9), (47, 13), (61, 20), (100, 30), (131, 17), (300, 100)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for line in (*screen.query_one(CursorList)._lines, *screen.query_one("#health-pane", Rows)._lines):
                assert len(line.text) == line.width <= size[0]


@pytest.mark.slow
async def test_a_station_with_advice_shows_what_holds_what_it_rests_on_and_what_came(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "home")
        assert "ESS advice" in pane(screen) and "What came of the advice for Sat 21 Nov" in pane(screen)
        screen = await opened(pilot, "home", "enter")
        assert rows(screen)[0].startswith(">ESS") and "0.840" in rows(screen)[0]
        await pilot.press("enter")
        await settled(pilot)
        told = pane(screen)
        assert "charge from the grid" in told and "sets nothing" in told
        assert "P10 6.1, P90 15.2 kWh" in told and "own yield of 11 days" in told
        saturday, friday = (line for line in told.split("\n") if " Nov " in line and "What" not in line)
        assert saturday.split() == ["Sat", "21", "Nov", "yes", "0.71", "0.84", "1.52", "2.30"]
        assert friday.split()[3:8] == ["?", "?", "0.84", "?", "?"] and "was not measured" in friday


@pytest.mark.slow
async def test_the_same_trip_does_what_falls_due_at_the_site_within_a_month(store: Path) -> None:
    with closing(open_for_operator(store)) as db:
        add_job(db, "alder-farm", "Clean the panels", due_at=NOW + 30 * DAY_S, now=NOW, who="NB")
        add_job(db, "alder-farm", "Paint the shed", due_at=NOW + 90 * DAY_S, now=NOW, who="NB")
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "m", "home", "down")
        assert "Tighten the busbars" in pane(screen)
        assert "same trip  Clean the panels" in pane(screen) and "Paint the shed" not in pane(screen)


@pytest.mark.slow
async def test_the_firmware_list_tells_complaints_by_version_and_an_order_of_upgrades(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "f")
        told = [line.split() for line in pane(screen).split("\n")]
        assert ["v3.70", "3", "0", "0.0"] in told and ["v3.55", "1", "1", "0.0"] in told
        first = next(line for line in pane(screen).split("\n") if "first, alone" in line)
        assert "Alder Farm" in first and "after a quiet week" in pane(screen)


@pytest.mark.slow
async def test_energy_and_autarky_stand_by_year_month_and_day_and_outages_by_date(store: Path) -> None:
    async with console_on(store).run_test(size=(80, 60)) as pilot:
        screen = await opened(pilot, "home", "enter", "down")
        assert "energy" in rows(screen)[1] and "70%" in rows(screen)[1] and "in Oct" in rows(screen)[1]
        await pilot.press("enter")
        await settled(pilot)
        table = [line.split() for line in pane(screen).split("\n")]
        assert ["2026", "5230", "4810", "911", "81%", "73%", "170.25", "1402", "97%"] in table
        assert ["Oct", "2026", "312", "401", "120", "70%", "89%", "33.36", "33.0", "99%"] in table
        assert ["Sat", "21", "Nov", "3.1", "15.0", "12.0", "20%", "100%", "-", "0.0", "62%"] in table
        screen = await opened(pilot, "escape", "home", "down", "down", "enter")
        table = [line.split() for line in pane(screen).split("\n")]
        assert ["site:", "inverter", "gives", "power", "99.7%", "90", "min", "1", "100%"] in table
        assert ["link:", "station", "answers", "96.63%", "16.9", "h", "7", "99.78%"] in table
        screen = await opened(pilot, "escape", "home", "down")
        for _ in range(20):
            if "OUTAGES" in pane(screen):
                break
            await pilot.press("down")
        assert "2026-10-28 1 min, 2026-09-03 41 min" in pane(screen) and "02h 1x, 18h 1x" in pane(screen)


def test_energies_of_days_alone_stand_right_under_their_heads() -> None:
    day = EnergyRow("day", date(2026, 11, 21), 3.1, 15.0, 12.0, 0.0, 1.0, 0.2, 1.0)

    lines = [line.text for line in draw_energy(80, 12, [day])]

    assert "AUTARKY" in lines[1] and lines[2].split()[:3] == ["Sat", "21", "Nov"]


def test_a_line_with_a_date_or_a_span_is_a_job_with_a_date() -> None:
    assert due_of("tighten busbars", NOW) == ("tighten busbars", None)
    assert due_of("tighten busbars @ 2w", NOW) == ("tighten busbars", NOW + 14 * DAY_S)
    what, due_at = due_of("fan @ 2026-12-24", NOW)
    assert what == "fan" and due_at is not None and due_at > NOW
    with pytest.raises(ValueError, match="2026-12-24"):
        due_of("fan @ soon", NOW)
    with pytest.raises(ValueError, match="month"):
        due_of("fan @ 2026-13-24", NOW)


def test_figures_keep_the_digits_that_count() -> None:
    assert [three_digits(value) for value in (1250.4, 83.54, 1.284, 0.0521, 0.0, -0.5)] == [
        "1250", "83.5", "1.28", "0.052", "0", "-0.500",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("part", ["fleet", "station", "jobs"])
def test_health(snap_compare: SnapCompare, store: Path, size: tuple[int, int], part: str) -> None:
    keys = {"fleet": ("home",), "station": ("home", "enter", *["down"] * 3), "jobs": ("m", "home", "down", "down")}[
        part
    ]

    async def before(pilot: Pilot[Any]) -> None:
        await opened(pilot, *keys)

    assert snap_compare(console_on(store), terminal_size=size, run_before=before)


@pytest.mark.slow
async def test_d_asks_the_collector_to_diagnose_the_chosen_station_now(store: Path) -> None:
    async with console_on(store).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot, "home", "enter", "D")
        with closing(Reader(store, ManualClock(NOW))) as reader:
            await until(pilot, lambda: [wish.kind for wish in reader.wanted()] == ["diagnose"])
            assert [wish.station for wish in reader.wanted()] == [screen.console.station]
