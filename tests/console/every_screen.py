"""The text of every screen of the console, opened one after the other, for one moment of a store."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from difflib import unified_diff
from pathlib import Path

from tests.patience import PATIENCE_S
from textual.pilot import Pilot

from victron_console.console.app.console import ConsoleApp, ConsoleOptions
from victron_console.console.app.themes import load_themes
from victron_console.console.live.watch import StoreWatch
from victron_console.console.site.data import site_figures
from victron_console.insight.moment import station_moment
from victron_console.model.clock import Clock
from victron_console.model.station import StationState

OF_A_STATION = ("fleet", "site", "cells", "trends", "paths", "link", "health")
HEAD_ROWS = 2
ALARM_ROWS = 3
"""So many alarms are opened one after the other."""


class Screens:
    """A console on a store, and what stands on its screens."""

    def __init__(self, app: ConsoleApp, watch: StoreWatch, pilot: Pilot[int]) -> None:
        self.app = app
        self._watch = watch
        self._pilot = pilot

    async def look(self, moment: float | None) -> None:
        """Look at a moment; None is now."""
        self.app.open("fleet")
        self.app.look(moment)
        await self.settled()

    async def all(self, stations: Sequence[str], by_way_of: float | None = None) -> dict[str, str]:
        """The text of every screen, by its name and what it is about.

        Args:
            stations: which are chosen one after the other.
            by_way_of: another moment at which the screens are opened before the one looked at is gone to.
        """
        found: dict[str, str] = {}
        for station in stations:
            for name in OF_A_STATION:
                await self._open(name, station, by_way_of)
                found[f"{name} {station}"] = self.text()
                if name == "site":
                    await self._pilot.press("u")
                    await self.settled()
                    found[f"audit {station}"] = self.text()
                if name in ("trends", "health"):
                    await self._pilot.press("enter")
                    await self.settled()
                    found[f"{name} {station}, opened"] = self.text()
        await self._open("log", stations[0], by_way_of)
        found["log"] = self.text()
        await self._open("alarms", stations[0], by_way_of)
        await self._pilot.press("home")
        await self.settled()
        for site in self.app.view.sites:
            found[f"judged {site.id}"] = await self._judged(site.id)
        for row in range(ALARM_ROWS):
            found[f"alarms, row {row}"] = self.text()
            await self._pilot.press("down")
            await self.settled()
        return found

    async def _judged(self, station: str) -> str:
        """Flags, checks and audit of a station whole, whatever has room on a screen."""
        as_of = self.app.as_of
        moment = await self._watch.ask(lambda reader: station_moment(reader, station, as_of))
        assert moment is not None
        figures = site_figures(moment)
        flags = [f"flag {name}: {words}" for name, words in sorted(moment.shown.flags.items())]
        checks = [f"check {words}" for words in sorted(figures.checks)]
        audit = [f"audit {each.check} {each.outcome}: {each.text} {each.change}" for each in figures.audit]
        return "\n".join([station, *flags, *checks, *audit, ""])

    async def _open(self, name: str, station: str, by_way_of: float | None) -> None:
        """Bring a new screen to the front."""
        app, moment = self.app, self.app.as_of
        if by_way_of is not None:
            app.look(by_way_of)
        while len(app.screen_stack) > 1 and app.front is not None and app.front.NAME != "fleet":
            app.pop_screen()
        app.station = station
        if name == "fleet":
            app.pop_screen()
            app.open("fleet")
        else:
            app.open(name)
        await self.settled()
        if by_way_of is not None:
            app.look(moment)
            await self.settled()

    async def settled(self) -> None:
        """Wait until all that was asked of the store is answered and drawn."""
        before = ""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await self._pilot.pause()
                text = self.text()
                if not self._busy() and text == before:
                    return
                before = text
                await asyncio.sleep(0.01)

    def _busy(self) -> bool:
        app = self.app
        asked = any(not worker.is_finished and worker.group != "watch" for worker in app.workers)
        moment = app.clock.now() if app.as_of is None else app.as_of
        return asked or not self._watch.is_whole or app.view.at != moment or app.view.replay is not app.replaying

    def text(self) -> str:
        """What stands on the screen, without its looks."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


@asynccontextmanager
async def opened(store: Path, clock: Clock, size: tuple[int, int]) -> AsyncIterator[Screens]:
    """A console on a store."""
    watch = StoreWatch(store, clock)
    app = ConsoleApp(clock=clock, themes=load_themes(), options=ConsoleOptions(theme="dark"), watch=watch)
    async with app.run_test(size=size) as pilot:
        screens = Screens(app, watch, pilot)
        await screens.settled()
        yield screens


def differences(live: str, past: str, *, long_ago: bool = False) -> list[str]:
    """The lines that differ although they should not, as a diff without its head.

    Args:
        live: the text of a screen while its moment was now.
        past: the same screen in time mode.
        long_ago: more than two weeks: poll health is kept by the hour then, which the Link screen is made of.
    """
    before, after = _rows(live, long_ago), _rows(past, long_ago)
    for row in range(HEAD_ROWS):
        if _is_same_head(before[row], after[row]):
            after[row] = before[row]
    if len(before) == len(after):
        after = [then if _is_read_within(then, row) else row for then, row in zip(before, after, strict=True)]
    return list(unified_diff(before, after, lineterm="", n=0))[2:]


def _rows(text: str, long_ago: bool) -> list[str]:
    """The rows of a screen without what is meant to be another then than now."""
    rows = text.split("\n")[:-1]  # the row of keys: some are off in the past
    rows = [row for row in rows if not _TIMELINE.match(row)]  # it says which moment is looked at
    for pattern, instead in (*_MEANT, *(_BY_THE_HOUR if long_ago else ())):
        rows = [pattern.sub(instead, row) for row in rows]
    return rows


_TIMELINE = re.compile(r" 24 h .*(live| ago)$")


def _is_same_head(live: str, past: str) -> bool:
    """Whether a header says the same: of what stands between its begin and its end, as much as fits is shown.

    The banner takes more columns than `14:32:07 LIVE`.
    """
    parts = re.split(r"  +", past)
    return live.startswith(parts[0]) and (len(parts) == 1 or parts[-1] in live)


def _is_read_within(live: str, past: str) -> bool:
    """Whether two rows of a device differ in its age alone.

    Reads that change nothing leave no row: such a device is said to have been read a cadence ago at the most.
    """
    one, other = _DEVICE.fullmatch(live), _DEVICE.fullmatch(past)
    if one is None or other is None or one.group("rest", "each") != other.group("rest", "each"):
        return False
    longest_s = _seconds(one["each"] or _SLOWEST)
    return _seconds(one["age"]) <= _seconds(other["age"]) <= longest_s


def _seconds(said: str) -> float:
    """Of `45s`, `15m`, `1h`, `1h00`."""
    number, unit, _ = re.split(r"([smhd])", said, maxsplit=1)
    return float(number) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[unit]


_SLOWEST = "1h"
_DEVICE = re.compile(r"(?P<rest>.* (?:values|good|stale|lost)) +(?P<age>\d+[smhd])(?: each (?P<each>\S+))?")
_MEANT = (
    (re.compile(r" *(\d\d:\d\d:\d\d +LIVE|REPLAY \d{4}-\d\d-\d\d \d\d:\d\d:\d\d)$"), ""),  # the mode itself
    (re.compile(r" +\d+ (k?B/s|k?B>)?$"), ""),  # what this terminal takes, which is of now
    (re.compile(r"^ collector \d+ on \S+"), " collector"),  # which process records now: the lease has no past
    (re.compile(r"^ store \S+ MB.* ago   "), " "),  # the size of the store's file has no past
)

_BY_THE_HOUR = (
    (re.compile(r"^ (round trip|errors) .*"), r" \1"),
    (re.compile(r"^ (.*)received .*"), r" \1"),
    (
        re.compile(rf"^(?!SITE)(. .{{12,26}}?)  +\S*ms .*?((v\d\.\d+  )?({'|'.join(StationState)})\b.*)$"),
        r"\1 \2",
    ),  # a row of the Link screen
)
