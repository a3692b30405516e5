"""The Cells screen as it looks, with cell voltages and with a BMS that gives only the highest and the lowest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.console.sample_stations import make_store
from tests.console.stations import before, console_on

pytestmark = pytest.mark.slow

SnapCompare = Callable[..., bool]
SIZES = [(60, 16), (80, 24), (120, 40), (160, 50), (200, 60)]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make_store(tmp_path / "store.sqlite")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_cells(snap_compare: SnapCompare, store: Path, size: tuple[int, int]) -> None:
    assert snap_compare(console_on(store), terminal_size=size, run_before=before("cells", "birch-clinic"))


@pytest.mark.parametrize("station", ["cedar-house", "larch-hut"])
def test_station_without_cell_voltages(snap_compare: SnapCompare, store: Path, station: str) -> None:
    assert snap_compare(console_on(store), terminal_size=(120, 40), run_before=before("cells", station))


def test_fleet_instead_of_the_cells_on_a_small_screen(snap_compare: SnapCompare, store: Path) -> None:
    assert snap_compare(console_on(store), terminal_size=(80, 24), run_before=before("cells", "birch-clinic", "o"))
