"""The Trends screen as it looks, at every size it was drawn for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import NOW
from tests.console.trends.sample_day import SHAPES, lane, trend
from textual.pilot import Pilot

from victron_console.console.trends.chart import Curve
from victron_console.console.trends.chart_screen import ChartScreen
from victron_console.console.trends.quantity import BY_NAME
from victron_console.console.trends.read import StationSeries
from victron_console.console.trends.screen import TrendsScreen

pytestmark = pytest.mark.slow

SnapCompare = Callable[..., bool]
FOUND = StationSeries("alder-farm", fields=frozenset(BY_NAME[name].field for name in SHAPES), floor=30.0)
SIZES = [(60, 16), (80, 24), (120, 40), (200, 60)]


async def know_the_day(pilot: Pilot[int]) -> None:
    """What the store would have answered, and a cursor."""
    await pilot.press("5")
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, TrendsScreen)
    screen.know(FOUND, (trend(name, screen.frame(), NOW) for name in SHAPES), lane(NOW))
    await pilot.press(*["left"] * 8)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_trends(snap_compare: SnapCompare, make_console: MakeConsole, size: tuple[int, int]) -> None:
    assert snap_compare(make_console(), terminal_size=size, run_before=know_the_day)


def test_trends_in_ascii(snap_compare: SnapCompare, make_console: MakeConsole) -> None:
    assert snap_compare(make_console(ascii=True), terminal_size=(120, 40), run_before=know_the_day)


def test_trends_in_light(snap_compare: SnapCompare, make_console: MakeConsole) -> None:
    assert snap_compare(make_console(theme="light"), terminal_size=(120, 40), run_before=know_the_day)


async def open_the_chart(pilot: Pilot[int]) -> None:
    """Load and PV of today over each other, and the charge on the second axis."""
    await know_the_day(pilot)
    await pilot.press("enter")
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, ChartScreen)
    screen.curves = [Curve("alder-farm", "Alder Farm", BY_NAME[name]) for name in ("load", "pv", "soc")]
    frame = screen.frame()
    screen.know({curve: trend(curve.quantity.name, frame, NOW) for curve in screen.curves}, FOUND, lane(NOW))
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_chart(snap_compare: SnapCompare, make_console: MakeConsole, size: tuple[int, int]) -> None:
    assert snap_compare(make_console(), terminal_size=size, run_before=open_the_chart)
