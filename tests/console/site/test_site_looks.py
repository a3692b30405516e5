"""The Site screen as it looks, at every size it was drawn for, for stations like those of the design."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.console.sample_stations import make_store
from tests.console.stations import before, console_on

pytestmark = pytest.mark.slow

SnapCompare = Callable[..., bool]
SIZES = [(60, 16), (80, 24), (120, 40), (200, 60)]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make_store(tmp_path / "store.sqlite")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("station", ["cedar-house", "quarry-camp", "larch-hut"])
def test_site(snap_compare: SnapCompare, store: Path, station: str, size: tuple[int, int]) -> None:
    assert snap_compare(console_on(store), terminal_size=size, run_before=before("site", station))


@pytest.mark.parametrize("keys", ["v", "v,v", "u", "i", "down,enter"])
def test_sections_of_a_small_screen(snap_compare: SnapCompare, store: Path, keys: str) -> None:
    run = before("site", "quarry-camp", *keys.split(","))
    assert snap_compare(console_on(store), terminal_size=(80, 24), run_before=run)


def test_site_in_ascii(snap_compare: SnapCompare, store: Path) -> None:
    run = before("site", "quarry-camp")
    assert snap_compare(console_on(store, ascii_only=True), terminal_size=(120, 40), run_before=run)
