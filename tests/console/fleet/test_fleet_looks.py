"""The Fleet screen as it looks, at every size it was drawn for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import DAY, DETAIL, NOW
from textual.pilot import Pilot

from victron_console.console.fleet.all_sites import AllSites
from victron_console.console.fleet.screen import FleetScreen
from victron_console.console.fleet.station_part import StationPart
from victron_console.console.kit.view import FleetView

SnapCompare = Callable[..., bool]


async def know_the_station(pilot: Pilot[int]) -> None:
    """What the store would have answered."""
    screen = pilot.app.screen
    assert isinstance(screen, FleetScreen)
    screen.query_one(StationPart).show_detail(DETAIL)
    screen.query_one(AllSites).show(DAY)
    await pilot.pause()


SIZES = [(60, 16), (80, 24), (120, 40), (160, 50), (200, 60)]


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_fleet(snap_compare: SnapCompare, make_console: MakeConsole, size: tuple[int, int]) -> None:
    assert snap_compare(make_console(), terminal_size=size, run_before=know_the_station)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "contrast", "mono", "ansi"])
def test_fleet_in_every_theme(snap_compare: SnapCompare, make_console: MakeConsole, theme: str) -> None:
    assert snap_compare(make_console(theme=theme), terminal_size=(120, 40), run_before=know_the_station)


@pytest.mark.slow
def test_fleet_in_ascii(snap_compare: SnapCompare, make_console: MakeConsole) -> None:
    assert snap_compare(make_console(ascii=True), terminal_size=(120, 40), run_before=know_the_station)


def test_fleet_without_stations(snap_compare: SnapCompare, make_console: MakeConsole) -> None:
    assert snap_compare(make_console(FleetView(NOW)), terminal_size=(80, 24))
