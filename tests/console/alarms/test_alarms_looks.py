"""The Alarms screen as it looks, at every size it was drawn for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.console.alarms.sample_alarms import ALARMS_VIEW, DETAIL, LOAD
from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import NOW
from textual.pilot import Pilot

from victron_console.console.alarms.screen import AlarmsScreen
from victron_console.console.kit.view import FleetView

SnapCompare = Callable[..., bool]


async def open_alarms(pilot: Pilot[int]) -> None:
    """The screen, with what the store would have answered."""
    await pilot.press("3")
    screen = pilot.app.screen
    assert isinstance(screen, AlarmsScreen)
    screen.show_detail(DETAIL, LOAD)
    await pilot.pause()


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_alarms(snap_compare: SnapCompare, make_console: MakeConsole, size: tuple[int, int]) -> None:
    assert snap_compare(make_console(ALARMS_VIEW), terminal_size=size, run_before=open_alarms)


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "mono", "ansi"])
def test_alarms_in_every_theme(snap_compare: SnapCompare, make_console: MakeConsole, theme: str) -> None:
    assert snap_compare(make_console(ALARMS_VIEW, theme=theme), terminal_size=(120, 40), run_before=open_alarms)


@pytest.mark.slow
def test_no_alarms(snap_compare: SnapCompare, make_console: MakeConsole) -> None:
    assert snap_compare(make_console(FleetView(NOW)), terminal_size=(80, 24), press=["3"])
