"""Every size works: nothing is drawn past the screen, nothing is a wall that says it is too small."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.console.sample_fleet import NOW
from tests.console.sample_stations import BIRCH, CEDAR, LARCH, QUARRY, Devices, moment_at, snapshot_of

from victron_console.console.cells.bars import PackView
from victron_console.console.cells.data import Ranked, Ranking
from victron_console.console.cells.screen import CellsPage, draw_cells_page
from victron_console.console.kit.view import (
    Alarm,
    Dawn,
    Mark,
    Site,
)
from victron_console.console.site.data import SiteData, SiteDay, site_figures
from victron_console.console.site.day import DayRow
from victron_console.console.site.page import draw_page, sections
from victron_console.console.site.parts import (
    Page,
    PageState,
    SiteSection,
)
from victron_console.insight.cells import cells
from victron_console.insight.verdict.clause import Clause, Rank, SiteVerdict
from victron_console.model.quality import Quality

SIZES = [
    (20, 3),
    (31, 8),
    (40, 10),
    (60, 14),
    (79, 22),
    (80, 22),
    (100, 28),
    (120, 38),
    (163, 50),
    (200, 58),
    (300, 98),
]
ALARM = Alarm("1", Mark.TODAY, NOW - 3600, "s", "S", "Genset runs, start/stop says stopped", response="check it")


def page(devices: Devices, section: SiteSection = SiteSection.OVERVIEW) -> Page:
    figures = site_figures(moment_at(snapshot_of(devices)))
    day = SiteDay(NOW - 86_400, NOW, (DayRow("SOC %", (50.0, None) * 144, 50.0, is_power=False),))
    site = Site("s", "S", figures.shown, read_at=NOW - 4, dawn=Dawn(71, 79, None, NOW + 30_000))
    return Page(SiteData("s", figures, day), site, (ALARM,), NOW, PageState(section))


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("devices", [CEDAR, QUARRY, LARCH, BIRCH], ids=["cedar", "quarry", "larch", "birch"])
def test_page_fits_its_size_in_every_section(devices: Devices, size: tuple[int, int]) -> None:
    width, height = size
    for section in SiteSection:
        lines, _ = draw_page(page(devices, section), width, height)
        assert 0 < len(lines) <= height
        assert all(line.width == width for line in lines)
        assert any(line.text.strip() for line in lines[1:])


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_cells_fit_their_size(size: tuple[int, int]) -> None:
    pack = cells(snapshot_of(BIRCH))[0]
    ranking = Ranking((Ranked("s", "S", pack),), ("Larch Hut",), ("Dune Pump: last spread 14 mV",))
    shown = CellsPage(PackView(pack, {}), ranking, (ALARM,), "s", NOW, "5s")
    lines = draw_cells_page(shown, *size)
    assert 0 < len(lines) <= size[1]
    assert "C07 87 mV above" in lines[0].text


def test_small_screens_go_through_what_the_site_has_and_nothing_it_lacks() -> None:
    assert SiteSection.PHASES in sections(page(QUARRY), 80, 22)
    assert SiteSection.PHASES not in sections(page(CEDAR), 80, 22)
    assert SiteSection.CHECKS not in sections(page(CEDAR), 80, 22)
    assert SiteSection.BATTERY in sections(page(CEDAR), 60, 14)
    assert SiteSection.BATTERY not in sections(page(CEDAR), 80, 22)


def test_a_lost_site_says_for_how_long_and_shows_no_live_balance() -> None:
    shown = page(CEDAR)
    lost = replace(shown, site=replace(shown.site, quality=Quality.LOST, since=NOW - 1800, reason="No answer."))
    link = Clause("No answer for 34 min.", "No answer for 34 min.", Rank.LINK, "x")
    lost = replace(lost, site=replace(lost.site, mark=Mark.LOST, verdict=SiteVerdict((link,))))
    text = "\n".join(line.text for line in draw_page(lost, 80, 22)[0])
    assert " x* No answer for 34 min." in text
    assert "no live figures" in text
    assert "211W" not in text


def test_a_blocked_charge_is_said_in_a_word() -> None:
    text = "\n".join(line.text for line in draw_page(page(BIRCH), 80, 22)[0])
    assert "charge blocked" in text


def phases_text(quality: Quality, width: int, stuck: tuple[str, ...] = ()) -> str:
    """The table of the phases where the station is of that quality and some classes stopped an hour ago."""
    snapshot = snapshot_of(QUARRY)
    devices = {
        key: replace(each, read_at=NOW - 3600) if key.cls in stuck else each for key, each in snapshot.devices.items()
    }
    shown = page(QUARRY, SiteSection.PHASES if width < 120 else SiteSection.OVERVIEW)
    figures = site_figures(moment_at(replace(snapshot, devices=devices)))
    old = replace(shown, data=replace(shown.data, figures=figures), site=replace(shown.site, quality=quality))
    rows = [line.text for line in draw_page(old, width, 58)[0]]
    first = next(number for number, row in enumerate(rows) if "PHASES" in row)
    table = [row[: 60 if width < 164 else 119].rstrip() for row in rows[first + 1 :]]
    return "\n".join(table[: table.index("")])


@pytest.mark.parametrize("width", [80, 120, 200])
def test_phases_of_an_old_station_look_as_old_as_the_rest_of_the_page(width: int) -> None:
    good, stale, lost = (phases_text(each, width) for each in (Quality.GOOD, Quality.STALE, Quality.LOST))
    assert "~" not in good and "---" not in good
    assert stale.count("~") >= 9
    assert "---" in lost and "█" not in lost
    assert not any(character.isdigit() for character in lost.replace("L1", "").replace("L2", "").replace("L3", ""))


def test_a_phase_row_is_stale_where_only_the_device_that_it_comes_from_is() -> None:
    rows = {row.split()[0]: row for row in phases_text(Quality.GOOD, 120, ("vebus",)).splitlines() if row.strip()}
    assert "~" in rows["OUTPUT"] and "~" in rows["INPUT"] and "~" in rows["load"]
    assert "~" not in rows["GENSET"]


def cells_text(quality: Quality, width: int, *, fleet: Quality = Quality.GOOD) -> list[str]:
    pack = cells(snapshot_of(BIRCH))[0]
    since = NOW - 1800 if quality is Quality.LOST else None
    view = PackView(pack, {}, quality=quality, lost_since=since)
    shown = CellsPage(view, Ranking((Ranked("s", "S", pack, fleet),)), (), "s", NOW, "31m")
    return [line.text for line in draw_cells_page(shown, width, 58)]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_cells_of_a_stale_station_are_marked_and_not_judged(width: int) -> None:
    finding, doing, *rest = cells_text(Quality.STALE, width)
    assert "C07 ~87 mV above" in finding and "spread ~" in finding
    assert doing.startswith(" STALE, figures are the last known")
    assert "judge" not in doing
    row = next(row for row in rest if row.startswith(" C07"))
    assert "~3." in row and "~+87" in row and "!" not in row


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_cells_of_a_lost_station_say_since_when_and_give_no_figure_of_now(width: int) -> None:
    finding, doing, *rest = cells_text(Quality.LOST, width)
    assert "--- no live figures   last spread 94 mV" in finding
    assert "LOST since 14:02" in doing
    row = next(row for row in rest if row.startswith(" C07"))
    assert row.split()[:3] == ["C07", "---", "---"]
    assert "█" not in row


def test_a_stale_pack_of_the_fleet_is_marked_and_compared_with_none() -> None:
    row = next(row for row in cells_text(Quality.GOOD, 120, fleet=Quality.STALE) if row.startswith(">S"))
    assert "~94" in row and "~C07" in row
