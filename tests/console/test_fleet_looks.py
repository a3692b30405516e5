"""The Fleet screen as it looks, at every size it was drawn for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.console.conftest import MakeConsole
from tests.console.sample_fleet import NOW

from victron_console.console.view import FleetView

SnapCompare = Callable[..., bool]
SIZES = [(60, 16), (80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_fleet(snap_compare: SnapCompare, make_console: MakeConsole, size: tuple[int, int]) -> None:
    assert snap_compare(make_console(), terminal_size=size)


@pytest.mark.parametrize("theme", ["light", "contrast", "mono", "ansi"])
def test_fleet_in_every_theme(snap_compare: SnapCompare, make_console: MakeConsole, theme: str) -> None:
    assert snap_compare(make_console(theme=theme), terminal_size=(120, 40))


def test_fleet_in_ascii(snap_compare: SnapCompare, make_console: MakeConsole) -> None:
    assert snap_compare(make_console(ascii=True), terminal_size=(120, 40))


def test_fleet_without_stations(snap_compare: SnapCompare, make_console: MakeConsole) -> None:
    assert snap_compare(make_console(FleetView(NOW)), terminal_size=(80, 24))


def test_help(snap_compare: SnapCompare, make_console: MakeConsole) -> None:
    assert snap_compare(make_console(), terminal_size=(120, 40), press=["question_mark"])
