"""The log is read page by page however long it is, searched, narrowed, and grows at its top while it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.console.conftest import MakeConsole
from tests.console.fleet.test_fleet_screen import screen_text
from tests.console.sample_fleet import NOW, SAMPLE, at
from tests.patience import until
from textual.pilot import Pilot
from textual.widgets import Input

from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.kit.frame.digest import Digest
from victron_console.console.live.watch import StoreWatch
from victron_console.console.log.pages import (
    LogChoice,
    LogPlace,
    joined,
    newer,
    older,
)
from victron_console.console.log.screen import LogScreen
from victron_console.model.clock import ManualClock
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, StationRecord
from victron_console.store.write.writer import Writer

NOON = 1_763_899_200.0
NAMES = {"alder": "Alder Farm", "birch": "Birch Clinic"}
SnapCompare = Callable[..., bool]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def writer(store: Path, clock: ManualClock) -> Iterator[Writer]:
    opened = Writer(store, clock)
    opened.register([StationRecord(id_, name) for id_, name in NAMES.items()])
    yield opened
    opened.close()


@pytest.fixture
def reader(store: Path, writer: Writer, clock: ManualClock) -> Iterator[Reader]:
    with closing(Reader(store, clock)) as opened:
        yield opened


def events(count: int, each_s: float = 10.0) -> list[Event]:
    """Raises of two stations in turn, oldest first; the last one now."""
    return [
        Event(
            NOON - (count - 1 - n) * each_s, ("alder", "birch")[n % 2], "raised", f"alarm {n}", {"severity": "warning"}
        )
        for n in range(count)
    ]


def all_pages(reader: Reader, choice: LogChoice, count: int) -> list[Event]:
    found: list[Event] = []
    place: LogPlace | None = LogPlace(NOON)
    while place is not None:
        page, place = older(reader, choice, place, count)
        found += page
    return found


@pytest.mark.parametrize("each_s", [10.0, 0.0], ids=["apart", "all at one moment"])
@pytest.mark.parametrize("count", [1, 7, 50, 51])
def test_pages_hold_every_line_once_newest_first(reader: Reader, writer: Writer, each_s: float, count: int) -> None:
    written = events(50, each_s)
    writer.note(written)

    found = all_pages(reader, LogChoice(), count)

    assert [event.text for event in found] == [event.text for event in reversed(written)]


def test_words_are_looked_for_in_names_kinds_and_operators_too(reader: Reader, writer: Writer) -> None:
    writer.note([*events(40), Event(NOON, "birch", "acknowledged", "ordered", {"who": "mk"})])

    assert len(all_pages(reader, LogChoice("clinic", names=NAMES), 5)) == 21
    assert [event.text for event in all_pages(reader, LogChoice("mk"), 5)] == ["ordered"]
    assert [event.text for event in all_pages(reader, LogChoice("!raise"), 5)] == ["ordered"]
    assert [event.kind for event in all_pages(reader, LogChoice(kinds="operators"), 5)] == ["acknowledged"]
    assert len(all_pages(reader, LogChoice(station="alder"), 5)) == 20
    writer.note([Event(NOON, "birch", "advice", "no change")])
    assert [event.text for event in all_pages(reader, LogChoice(kinds="advice"), 5)] == ["no change"]


def test_newer_lines_join_without_doubling_the_moment_they_meet_in(reader: Reader, writer: Writer) -> None:
    writer.note(events(5, 0.0))
    before = all_pages(reader, LogChoice(), 5)
    writer.note([Event(NOON, "alder", "cleared", "alarm 9"), Event(NOON + 1, "alder", "raised", "alarm 10")])

    found = joined(before, newer(reader, LogChoice(), before[0].at, NOON + 1))

    assert [event.text for event in found][:2] == ["alarm 10", "alarm 9"]
    assert len(found) == 7


async def typed(pilot: Pilot[int], text: str) -> None:
    pilot.app.screen.query_one(Input).value = text
    await pilot.press("enter")


@pytest.mark.slow
async def test_the_screen_pages_narrows_and_goes_on(store: Path, writer: Writer, clock: ManualClock) -> None:
    writer.note(events(450))
    console = ConsoleApp(
        clock=clock, themes=load_themes(), options=ConsoleOptions(theme="dark"), watch=StoreWatch(store, clock)
    )
    async with console.run_test(size=(100, 30)) as pilot:
        await until(lambda: console.view.sites)
        await pilot.press("8")
        screen = console.screen
        assert isinstance(screen, LogScreen)
        await until(lambda: "alarm 449" in screen_text(console))
        assert len(screen._events) == 200
        for _ in range(12):
            await pilot.press("pagedown")
            await pilot.pause()
        await until(lambda: len(screen._events) >= 400)
        await pilot.press("home")
        writer.note([Event(NOON, "alder", "setting", "ActiveSocLimit 30 to 40")])
        await until(lambda: "ActiveSocLimit" in screen_text(console))
        assert screen.selected is not None and screen.selected.kind == "setting"
        await pilot.press("slash")
        await typed(pilot, "clinic 44")
        await until(lambda: len(screen._events) < 30)
        assert "filter clinic 44" in screen_text(console)
        await pilot.press("slash")
        await typed(pilot, "")
        await pilot.press("o", "o", "o", "o")
        await until(lambda: [event.kind for event in screen._events] == ["setting"])


async def know_the_digest(pilot: Pilot[int]) -> None:
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    app.left_at = at(11, 0)
    app.digest = Digest(app.left_at, 5, 1, 1, 2)
    await pilot.press("8")
    await pilot.pause()


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_log(snap_compare: SnapCompare, make_console: MakeConsole, size: tuple[int, int]) -> None:
    assert SAMPLE.at == NOW
    assert snap_compare(make_console(), terminal_size=size, run_before=know_the_digest)
