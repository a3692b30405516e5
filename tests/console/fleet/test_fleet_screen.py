"""The Fleet screen under the operator's hands: keys, mouse, sizes, and what it refuses to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import NOW, SAMPLE, SITES
from textual._context import visible_screen_stack
from textual.widgets import Input

from victron_console.console.app.console import ConsoleApp
from victron_console.console.fleet.alarm_list import AlarmList
from victron_console.console.fleet.table import FleetTable
from victron_console.console.kit.frame.dialogs import TickList
from victron_console.console.kit.view import FleetChanged, FleetView, Mark, Site
from victron_console.model.clock import ManualClock
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality


def screen_text(app: ConsoleApp) -> str:
    """What stands on the screen, without its looks."""
    # As the app itself does before it draws: else what lies under a dialog is drawn, and then remembered, as nothing.
    visible_screen_stack.set(app._background_screens)
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def table(app: ConsoleApp) -> FleetTable:
    return app.screen.query_one(FleetTable)


def names(app: ConsoleApp) -> list[str]:
    """The sites in sight, from the top."""
    rows = [line for line in table(app).text.split("\n")[1:] if "SUM" not in line]
    return [name for line in rows if (name := line[6:18].strip(" ─"))]


async def test_the_worst_site_stands_first_and_the_cursor_on_it(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

        assert names(app)[:4] == ["Alder Farm", "Tern Cottage", "Dune Pump", "SY Kestrel"]
        assert app.station == "alder-farm"


@pytest.mark.slow
async def test_a_click_on_an_alarm_opens_it(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        rows = app.screen.query_one(AlarmList)
        place = next(y for y, row in enumerate(rows.text.split("\n")) if y > 1 and row.strip())
        what = rows.text.split("\n")[place][28:40].strip(" >")
        await pilot.click(AlarmList, offset=(30, place))
        await pilot.pause()
        assert app.screen.NAME == "alarms"  # type: ignore[attr-defined]
        chosen = next(row for row in screen_text(app).split("\n") if row.startswith(">"))
        assert what in chosen


async def test_stale_lost_and_doubtful_figures_are_in_no_sum(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()

        sums = table(app).text.split("\n")[-1]
        assert sums.split() == ["SUM", "of", "10", "fresh", "sites", "-3.24k", "2.95k", "27.1k", "22.4k"]


async def test_a_name_never_touches_a_doubtful_charge_of_three_digits(make_console: MakeConsole) -> None:
    full = replace(SITES[1].overview, soc_percent=100)
    app = make_console(replace(SAMPLE, sites=(replace(SITES[1], name="Twelve cells", overview=full),)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        row = table(app).text.split("\n")[1]
        assert " ?100 " in row and "Twelv" in row


async def test_arrows_and_the_wheel_move_the_cursor_and_every_screen_follows_it(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "j", "k")
        assert app.station == "tern-cottage"
        await pilot.press("end")
        assert app.station == "sy-wren"
        await pilot.press("home", "up")
        assert app.station == "alder-farm"


@pytest.mark.slow
async def test_a_click_selects_the_row_under_it(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.click(FleetTable, offset=(14, 3))
        assert app.station == "dune-pump"
        await pilot.click(FleetTable, offset=(14, 0))
        assert app.station == "dune-pump"


async def test_the_sums_follow_an_edited_site_at_once_and_an_old_one_leaves_them(make_console: MakeConsole) -> None:
    def loads(*watts: float) -> tuple[Site, ...]:
        return tuple(replace(SITES[0], id=f"s{n}", overview=Overview(load_power_w=w)) for n, w in enumerate(watts))

    sites = loads(1000.0, 2000.0, 4000.0)
    app = make_console(replace(SAMPLE, sites=sites))
    async with app.run_test(size=(80, 24)) as pilot:

        async def sums_of(*shown: Site) -> list[str]:
            app.post_message(FleetChanged(replace(SAMPLE, sites=shown)))
            await pilot.pause()
            return table(app).text.split("\n")[-1].split()

        assert await sums_of(*sites) == ["SUM", "of", "3", "fresh", "sites", "7.00k"]
        edited = replace(sites[0], overview=Overview(load_power_w=3000.0))
        assert await sums_of(edited, *sites[1:]) == ["SUM", "of", "3", "fresh", "sites", "9.00k"]
        old = replace(sites[2], quality=Quality.STALE)
        assert await sums_of(edited, sites[1], old) == ["SUM", "of", "2", "fresh", "sites", "5.00k"]
        assert await sums_of(sites[1], edited, old) == ["SUM", "of", "2", "fresh", "sites", "5.00k"]


@pytest.mark.slow
async def test_sort_goes_round_and_says_so(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o")
        assert "sort charge" in table(app).text
        assert names(app)[:2] == ["Alder Farm", "Gorse Depot"]
        await pilot.press(*"ooooooo")
        assert "sort" not in table(app).text


@pytest.mark.slow
async def test_a_filter_keeps_what_fits_and_can_be_taken_back(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"boat", "enter")
        assert names(app) == ["SY Kestrel", "MV Navetta", "SY Wren"]
        assert "filter boat" in table(app).text
        await pilot.press("slash")
        app.screen.query_one(Input).value = "!boat farm"
        await pilot.press("enter")
        assert names(app) == ["Alder Farm"]
        await pilot.press("slash")
        app.screen.query_one(Input).value = "nowhere"
        await pilot.press("enter")
        assert "No site fits" in screen_text(app)


@pytest.mark.slow
async def test_only_abnormal_leaves_out_sites_at_rest(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("z")
        assert len(names(app)) == 7
        await pilot.press("z")
        assert len(names(app)) == 12


@pytest.mark.slow
async def test_groups_stand_under_their_tags(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g")
        rows = [line.partition("▾ ")[2] for line in table(app).text.split("\n") if "▾" in line]
        assert [row.split()[0] for row in rows] == ["FARM", "HOUSE", "BOAT", "WITHO>"]


@pytest.mark.slow
async def test_a_hidden_column_leaves_no_hole_and_stays_hidden_in_the_next_session(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c", "space", "down", "space", "enter")
        await pilot.pause()
        assert "SOC%" not in table(app).text
        assert table(app).text.split("\n")[0].index("BATT") == 20
    again = make_console()
    async with again.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "SOC%" not in table(again).text


@pytest.mark.slow
async def test_a_ticked_column_is_told_from_an_unticked_one_without_colour(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("c", "space")
        await pilot.pause()
        ticks = app.screen.query_one(TickList)
        assert [ticks.render_line(y).text[:3] for y in range(2)] == ["[ ]", "[x]"]


async def test_rows_do_not_move_while_the_cursor_does_and_at_most_every_ten_seconds(make_console: MakeConsole) -> None:
    app = make_console()
    clock = app.clock
    assert isinstance(clock, ManualClock)
    worse = tuple(replace(site, mark=Mark.NOW) if site.id == "larch-hut" else site for site in SITES)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.show(replace(SAMPLE, sites=worse))
        assert names(app)[1] == "Tern Cottage"
        clock.advance(9.5)
        await pilot.press("down")
        clock.advance(1)
        app.show(replace(SAMPLE, sites=worse))
        assert names(app)[1] == "Tern Cottage"
        clock.advance(2)
        app.show(replace(SAMPLE, sites=worse))
        assert names(app)[1] == "Larch Hut"


@pytest.mark.slow
async def test_an_age_that_grows_repaints_its_row_alone(make_console: MakeConsole) -> None:
    app = make_console()
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        fleet = table(app)
        repainted: list[int] = []
        fleet.refresh = lambda *regions, **_: repainted.extend(region.y for region in regions) or fleet  # type: ignore[method-assign, func-returns-value]
        older = tuple(replace(site, read_at=NOW - 12) if site.id == "tern-cottage" else site for site in SITES)
        app.show(replace(SAMPLE, sites=older))

        assert repainted == [2]


async def test_without_stations_the_screen_says_how_to_add_one(make_console: MakeConsole) -> None:
    app = make_console(FleetView(NOW))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = screen_text(app)
        assert all(word in text for word in ("check", "add venus.local", "--url", "demo", "no alarms"))
        await pilot.press("down", "enter", "o", "z", "g")


@pytest.mark.slow
async def test_more_sites_than_rows_scroll_with_the_cursor_and_say_so(make_console: MakeConsole) -> None:
    many = tuple(Site(f"s{n:03d}", f"Site {n:03d}", read_at=NOW) for n in range(300))
    app = make_console(FleetView(NOW, many))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "of 300" in table(app).text
        await pilot.press("end")
        assert "Site 299" in table(app).text
        await pilot.press("pageup", "pageup")
        assert "Site 299" not in table(app).text


@pytest.mark.slow
async def test_the_four_most_urgent_alarms_stay_however_many_sites_there_are(make_console: MakeConsole) -> None:
    many = tuple(Site(f"s{n:03d}", f"Site {n:03d}", read_at=NOW) for n in range(300))
    for size in ((80, 24), (120, 40), (200, 60)):
        app = make_console(replace(SAMPLE, sites=many))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            shown = app.screen.query_one(AlarmList).text
            assert all(alarm.what in shown for alarm in SAMPLE.alarms[:4])


@pytest.mark.slow
@pytest.mark.parametrize(
    "size", [(20, 5), (1, 1), (3, 2), (40, 10), (60, 16), (79, 23), (100, 30), (119, 60), (190, 50), (300, 100)]
)
async def test_no_size_is_refused(make_console: MakeConsole, size: tuple[int, int]) -> None:
    app = make_console()
    async with app.run_test(size=size) as pilot:
        await pilot.press("down", "g", "z", "question_mark", "escape", "slash", "escape", "c", "escape")
        await pilot.resize_terminal(120, 40)
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert "too small" not in screen_text(app)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "name"), [(80, "Alder Farm"), (180, "Alder Farm at the end of a very long lane")])
async def test_a_click_on_a_head_sorts_by_its_column_and_a_second_one_by_urgency(
    make_console: MakeConsole, width: int, name: str
) -> None:
    app = make_console(replace(SAMPLE, sites=(replace(SITES[0], name=name), *SITES[1:])))
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        heads = table(app).text.split("\n")[0]
        for head, sort in (("SITE", "name"), ("SITE", "urgency"), ("BATT", "battery"), ("STATE", "urgency")):
            await pilot.click(FleetTable, offset=(heads.index(head), 0))
            await pilot.pause()
            assert app.settings.sort == sort
