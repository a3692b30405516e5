"""Every story of the demonstration is found on its screen, and the tour leads there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.console.stations import LASTING, console_on, until
from textual.pilot import Pilot

from victron_console.console.app.console import ConsoleApp
from victron_console.console.app.screens import SCREENS
from victron_console.console.app.tour import TourCaption, TourStop
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.model.clock import ManualClock
from victron_console.simulator.fleet import NAMED
from victron_console.simulator.past.opened import open_past
from victron_console.simulator.past.stories import CAPTIONS
from victron_console.store.read.reader import Reader

pytestmark = pytest.mark.slow
NOW = 1_798_012_800.0


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("past") / "demo.db"
    open_past(store, len(NAMED), NOW)
    return store


async def shown(pilot: Pilot[Any], screen: str, station: str, *keys: str, holds: Callable[[str], bool]) -> None:
    """Open a screen on a station, press keys, and wait until its text is as it should be."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: len(app.view.sites) == len(NAMED))
    app.station = station or app.station
    app.open(screen)
    for key in ("", *keys):
        if key:
            await pilot.press(key)
        await until(pilot, lambda: all(worker.is_finished or worker.group in LASTING for worker in app.workers))

    def holds_now() -> bool:
        front = app.front
        return isinstance(front, ConsoleScreen) and holds(front.text)

    await until(pilot, holds_now)


STORIES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("fleet", "", (), ("Alder Farm", "Quarry Camp", "Tern Cottage")),
    ("alarms", "alder-farm", (), ("Generator failed", "Battery low")),
    ("cells", "quarry-camp", (), ("Quarry Camp", "mV below the median")),
    ("health", "fern-lodge", ("enter",), ("Fern Lodge", "71 %")),
    ("health", "cedar-house", (), ("Cedar House", "ESS advice", "What came of the advice")),
    ("log", "", ("slash", *"minimum"), ("Larch Hut", "20 % became 60 %")),
    ("log", "", (), ("Grid lost",)),
)


@pytest.mark.parametrize(("screen", "station", "keys", "words"), STORIES, ids=[f"{s}-{w[0]}" for s, _, _, w in STORIES])
async def test_a_story_is_found_on_its_screen(
    past: Path, screen: str, station: str, keys: tuple[str, ...], words: tuple[str, ...]
) -> None:
    async with console_on(past, NOW).run_test(size=(160, 60)) as pilot:
        await shown(pilot, screen, station, *keys, holds=lambda text: all(word in text for word in words))


def test_the_charge_fell_over_a_night_without_the_generator(past: Path) -> None:
    with closing(Reader(past, ManualClock(NOW))) as reader:
        soc = reader.overview_history("alder-farm", "soc_percent", NOW - 2 * 86_400, NOW, 48)
        genset = reader.overview_history("alder-farm", "genset_power_w", NOW - 2 * 86_400, NOW, 48)
    known = [value for value in soc if value is not None]
    assert max(known) > 60 > 30 > min(known)
    assert max(abs(one - other) for one, other in pairwise(known)) < 12, "no cliff"
    assert not any(genset)


async def test_the_tour_opens_each_screen_with_its_sentence(past: Path) -> None:
    stops = tuple(TourStop(one.screen, one.station, one.text) for one in CAPTIONS)
    app = console_on(past, NOW)
    object.__setattr__(app.options, "tour", stops)
    app._tour._stops = stops
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(app.view.sites) == len(NAMED))
        for number, stop in enumerate(stops, start=1):
            await until(pilot, lambda stop=stop: app.front is not None and stop.screen == app.front.NAME)  # type: ignore[misc]
            captions = [one.text for one in app.screen.query(TourCaption)]
            assert len(captions) == 1 and f"Tour {number} of {len(stops)}" in captions[0]
            assert " ".join(stop.text.split()) in " ".join(captions[0].split()), "the sentence is not cut at 80 columns"
            assert app.station == (stop.station or app.station)
            await pilot.press("N")
        await until(pilot, lambda: not app.screen.query(TourCaption))


def test_each_stop_of_the_tour_is_there() -> None:
    assert {one.screen for one in CAPTIONS} <= {entry.name for entry in SCREENS}
    assert {one.station for one in CAPTIONS} <= {"", *(spec.id for spec in NAMED)}
    assert len(CAPTIONS) >= 8
