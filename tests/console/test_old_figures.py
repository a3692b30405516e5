"""What is not of now never looks as if it were: stale figures are marked and faint, lost ones are not drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.console.sample_fleet import DETAIL, NOW, SITES
from tests.console.sample_stations import CEDAR, snapshot_of
from tests.console.site.test_page_layouts import page

from victron_console.console.fleet.columns import draw_site, layout
from victron_console.console.fleet.station_rows import draw_station
from victron_console.console.kit.view import (
    Dawn,
    Site,
)
from victron_console.console.link.data import Link, LinkDetail
from victron_console.console.link.detail import draw_link_detail
from victron_console.console.site.page import draw_page
from victron_console.console.site.parts import Page
from victron_console.insight.overview.overview import overview
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.station import ServiceState, StationState
from victron_console.store.answers import ServiceRow

ALDER = SITES[0]
STALE = replace(ALDER, quality=Quality.STALE, state=StationState.STALE)
LOST = replace(ALDER, quality=Quality.LOST, state=StationState.LOST)
NEVER_READ = Site("n", "New", quality=Quality.STALE, state=StationState.STARTING)


def card(site: Site, width: int = 38) -> list[str]:
    """The fleet's card of a site, beside a list."""
    return [line.text for line in draw_station(width, 36, site, replace(DETAIL, station=site.id), NOW)]


def site_page(quality: Quality, width: int) -> str:
    shown = page(CEDAR)
    old: Page = replace(shown, site=replace(shown.site, quality=quality))
    return "\n".join(line.text for line in draw_page(old, width, 58)[0])


@pytest.mark.parametrize("width", [38, 66])
def test_the_card_marks_every_stale_figure(width: int) -> None:
    text = "\n".join(card(STALE, width))
    assert "link stale" in text
    assert "~2.03k" in text
    assert "~156 mV apart" in text
    assert "~-150" in text


@pytest.mark.parametrize("width", [38, 66])
def test_the_card_of_a_lost_site_has_no_figure_of_now(width: int) -> None:
    text = "\n".join(card(LOST, width))
    assert "link lost" in text
    assert "2.03k" not in text
    assert "no live figures" in text
    assert "1.93k" not in text and "-150" not in text


def test_a_site_that_was_never_read_has_no_zeros() -> None:
    rows = card(NEVER_READ)
    assert any(row.split()[1:3] == ["IN", "---"] for row in rows)
    assert any(row.split()[1:3] == ["OUT", "---"] for row in rows)
    assert "link starting" in rows[0]


def test_a_degraded_link_is_not_called_good() -> None:
    assert "link degraded" in card(replace(ALDER, state=StationState.DEGRADED))[0]


def test_a_pack_without_cells_says_so_in_its_head() -> None:
    assert DETAIL.pack is not None
    pack = replace(DETAIL.pack, cells=(), median_v=None, min_v=3.19, max_v=3.2, min_id="V112", max_id="V3")
    rows = [line.text for line in draw_station(66, 36, ALDER, replace(DETAIL, pack=pack), NOW)]
    assert any("CELLS" in row and "BMS gives no more" in row for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_site_page_marks_stale_figures_and_draws_no_lost_ones(width: int) -> None:
    shown = overview(snapshot_of(CEDAR))
    volts = f"{shown.battery_voltage_v:.1f} V"
    good, stale, lost = (site_page(quality, width) for quality in (Quality.GOOD, Quality.STALE, Quality.LOST))
    if width >= 80:
        assert f"~{volts}" in stale
        assert f"{volts}" in good
        assert "--- last 81% " in lost
        assert f"   {volts}" not in lost
        assert f"  {volts} in" not in lost
    assert "~211W" in stale
    assert "211W" not in lost


def test_the_current_value_is_one_of_the_days_extremes() -> None:
    shown = page(CEDAR)
    row = replace(shown.data.day.rows[0], now=12.0)
    assert min(row.known(Quality.GOOD)) == 12.0
    assert min(row.known(Quality.LOST)) == 50.0


def fleet_row(site: Site, width: int) -> str:
    return draw_site(width, layout(width), site, NOW, selected=False).text


@pytest.mark.parametrize("width", [107, 200])
def test_a_blank_stays_between_the_charge_at_sunrise_and_the_sparkline(width: int) -> None:
    site = Site("s", "S", read_at=NOW - 4, dawn=Dawn(98.0, 100.0), soc_trend=(99.0,) * 36)
    assert "98-100 ▇" in fleet_row(site, width)
    assert "98-99 " in fleet_row(replace(site, dawn=Dawn(98.0, 99.0)), width)


def test_a_service_that_was_never_read_but_is_on_the_bus_gives_no_values() -> None:
    adc = ServiceRow(
        "com.victronenergy.adc", None, ServiceState.LIVE, NOW - 90, "", None, None, 0.0, 0, Quality.ABSENT
    )  # fmt: skip
    tank = ServiceRow(
        "com.victronenergy.tank.a", DeviceKey("tank", "3"), ServiceState.LIVE, None, "", None, NOW - 600, 10.0, 9,
        Quality.LOST,
    )  # fmt: skip
    lines = draw_link_detail(120, 20, Link(ALDER), LinkDetail(ALDER.id, (adc, tank)), NOW)
    text = "\n".join(line.text for line in lines)
    assert "gives no values" in text
    assert text.index("tank/3") < text.index("adc")


@pytest.mark.parametrize("quality", [Quality.STALE, Quality.LOST])
def test_what_an_old_station_is_expected_to_have_at_sunrise_stays_behind_its_mark(quality: Quality) -> None:
    old = replace(ALDER, quality=quality, dawn=Dawn(40.0, 52.0))
    assert "~40-52" in fleet_row(old, 120)
    assert "~40-52 % at sunrise" in "\n".join(card(old))
    text = site_page(quality, 80)
    assert "~not empty tonight" in text or "~empty" in text


def test_when_a_stale_station_goes_empty_is_marked_and_a_lost_one_still_says_it() -> None:
    stale = replace(STALE, dawn=Dawn(0.0, 0.0, empty_at=NOW + 3600))
    assert "~▼" in fleet_row(stale, 120)
    for quality in (Quality.GOOD, Quality.LOST):
        row = fleet_row(replace(stale, quality=quality), 120)
        assert " ▼" in row and "~▼" not in row
    assert "empty about ~" in "\n".join(card(stale))
    assert "empty about ~" in "\n".join(card(replace(stale, quality=Quality.LOST)))


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("quality", [Quality.GOOD, Quality.STALE])
def test_a_figure_of_the_battery_that_has_no_room_is_left_out_whole(quality: Quality, width: int) -> None:
    shown = page(CEDAR)
    large = replace(
        shown.data.figures.shown,
        soc_percent=100.0,
        battery_power_w=-11_700.0,
        battery_current_a=-238.5,
        battery_voltage_v=49.8,
        battery_temperature_c=21.0,
    )
    data = replace(shown.data, figures=replace(shown.data.figures, shown=large))
    old = replace(shown, data=data, site=replace(shown.site, quality=quality))
    text = "\n".join(line.text.rstrip() for line in draw_page(old, width, 38)[0])
    assert "-11.7k" in text
    for whole in ("21 C", "-238.5A"):
        for part in (whole[:length] for length in range(1, len(whole))):
            assert not any(row.endswith((f" {part}", f"~{part}")) for row in text.splitlines()), part


HUNG_BATTERY = dict.fromkeys(
    ("soc_percent", "battery_power_w", "battery_voltage_v", "battery_current_a", "cell_spread_v"), Quality.STALE
)


def test_a_fleet_row_marks_the_figures_of_a_hung_battery_and_no_other() -> None:
    shown = Overview(
        soc_percent=81.0, battery_power_w=-456.0, pv_power_w=912.0, load_power_w=333.0, cell_spread_v=0.005
    )
    live, hung = (fleet_row(Site("s", "S", shown, read_at=NOW - 4, older=older), 200) for older in ({}, HUNG_BATTERY))
    assert "~" not in live
    assert {part for part in hung.split() if "~" in part} == {"~81", "~-456W", "~5"}
    assert "912W" in hung.split() and "333W" in hung.split()


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_site_page_marks_the_figures_of_a_hung_battery(width: int) -> None:
    shown = page(CEDAR)
    volts = f"{shown.data.figures.shown.battery_voltage_v:.1f} V"
    hung = replace(shown, site=replace(shown.site, older=HUNG_BATTERY))
    text = "\n".join(line.text for line in draw_page(hung, width, 58)[0])
    assert f"~{volts}" in text
    assert "~81%" in text
    assert "STALE" not in text


@pytest.mark.parametrize("width", [38, 66])
def test_the_card_marks_the_cells_of_a_hung_battery(width: int) -> None:
    text = "\n".join(card(replace(ALDER, older=HUNG_BATTERY), width))
    assert "~156 mV apart" in text
    assert "~2.03k" in text  # a balance with an old side is old
    assert "link stale" not in text
