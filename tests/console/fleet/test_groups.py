"""Groups of a large fleet: they fold, say their worst, sum what is fresh, and the cursor goes over closed ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import SAMPLE, SITES

from victron_console.console.fleet.columns import layout
from victron_console.console.fleet.groups import (
    NAME_CELLS,
    AtRest,
    Group,
    draw_at_rest,
    draw_group,
    folds,
    grouped,
    stops,
)
from victron_console.console.fleet.table import FleetTable
from victron_console.console.kit.view import Mark, Site
from victron_console.model.quality import Quality

REST = next(site for site in SITES if site.mark is Mark.NONE)


def farm(count: int = 25, **worst: object) -> tuple[Site, ...]:
    charged = [replace(REST.overview, soc_percent=30.0 + 2 * n) for n in range(count)]
    sites = [
        replace(REST, id=f"f{n}", name=f"Farm {n:02}", tags=("farm",), overview=shown)
        for n, shown in enumerate(charged)
    ]
    sites[3] = replace(sites[3], **worst)  # type: ignore[arg-type]
    return tuple(sites)


def text(group: Group, width: int = 134) -> str:
    return draw_group(width, layout(width, (), NAME_CELLS), group, selected=False).text


def cell(group: Group, column: str) -> str:
    at = next(at for at in layout(134, (), NAME_CELLS) if at.column.name == column)
    return text(group)[at.start : at.end + 1]


def test_a_closed_group_is_one_row_with_its_worst_its_count_and_a_cell_a_station() -> None:
    (group,) = grouped(farm(mark=Mark.NOW), {"farm": "closed"})
    assert isinstance(group, Group)
    row = text(group)

    assert "!!*" in row and "▸ FARM" in row and " 25 " in row
    strip = row[row.index("25") + 2 :].split()[:5]
    assert [len(block) for block in strip] == [5] * 5 and strip[0][3] == "!"


def test_an_open_group_shows_what_is_not_at_rest_and_the_lowest_and_counts_the_rest() -> None:
    entries = grouped(farm(mark=Mark.TODAY), {"farm": "open"})
    shown = [entry for entry in entries if isinstance(entry, Site)]
    rest = entries[-1]

    assert len(shown) == 6 and any(site.mark is Mark.TODAY for site in shown)
    assert isinstance(rest, AtRest) and len(rest.sites) == 19


def test_a_group_sums_only_what_is_fresh() -> None:
    sites = farm(2 + 3)
    (all_fresh,) = grouped(sites, {"farm": "closed"})
    (one_less,) = grouped((replace(sites[0], quality=Quality.STALE), *sites[1:]), {"farm": "closed"})
    (others,) = grouped(sites[1:], {"farm": "closed"})
    assert isinstance(all_fresh, Group) and isinstance(one_less, Group) and isinstance(others, Group)

    for column in ("soc", "load"):
        assert cell(one_less, column) == cell(others, column) != cell(all_fresh, column)


def test_a_charge_that_is_old_or_doubtful_is_in_no_range_of_a_group() -> None:
    sites = farm(25)
    doubted = replace(sites[0], overview=replace(sites[0].overview, soc_percent=3.0, flags={"soc_percent": "low"}))
    aged = replace(sites[24], older={"soc_percent": Quality.STALE})
    rest = AtRest((doubted, *sites[10:13], aged))
    (group,) = grouped((doubted, *(replace(site, dawn=None) for site in sites[1:2]), aged), {"farm": "closed"})
    assert isinstance(group, Group)

    assert "5 more at rest, 50 to 54 %" in draw_at_rest(134, layout(134, (), NAME_CELLS), rest).text
    assert cell(group, "soc").strip() == "32"


def test_a_site_without_a_known_charge_has_no_height() -> None:
    sites = farm(5, overview=replace(REST.overview, soc_percent=None))
    (group,) = grouped(sites, {"farm": "closed"})
    assert isinstance(group, Group)

    assert "-" in text(group).split(" 5 ")[1].split()[0]


def test_the_cursor_stands_on_a_closed_group_as_a_whole() -> None:
    entries = grouped((*farm(), *(replace(site, id=f"h{site.id}", tags=("hut",)) for site in farm())), {
        "farm": "closed",
        "hut": "closed",
    })  # fmt: skip

    assert stops(entries) == ["f0", "hf0"]


def test_a_large_fleet_is_closed_until_it_is_opened() -> None:
    assert folds(farm(50), {}, 40) == {"farm": "closed"}
    assert folds(farm(50), {"farm": "open"}, 40) == {"farm": "open"}
    assert folds(farm(10), {}, 40) == {"farm": "whole"}


@pytest.mark.slow
async def test_a_key_or_a_click_opens_a_group_and_closes_it(make_console: MakeConsole) -> None:
    huts = tuple(replace(site, id=f"h{site.id}", name=f"Hut {site.name}", tags=("hut",)) for site in farm())
    app = make_console(replace(SAMPLE, sites=(*farm(), *huts), alarms=()))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("g")
        table = app.screen.query_one(FleetTable)
        assert sum("▸" in line for line in table.text.split("\n")) == 2
        await pilot.press("right")
        assert "more at rest" in table.text and "▾" in table.text
        await pilot.press("left")
        assert "more at rest" not in table.text
        await pilot.click(table, offset=(10, 2))
        assert "▾" in table.text
