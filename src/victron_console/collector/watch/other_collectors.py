"""Watches other collectors by the signs of life that they write: an alarm where one falls silent or is in trouble."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from victron_console.collector.operator_command import TIMEOUT_S
from victron_console.collector.watch.file_thread import FileThread
from victron_console.collector.watch.web_call import MAX_BYTES, CallFailed, call
from victron_console.config.heartbeat import WatchedCollector
from victron_console.model.alert import Severity
from victron_console.model.clock import Clock
from victron_console.model.console_alarm import ConsoleAlarm, TellTrouble
from victron_console.model.text import clean
from victron_console.model.units import HOUR_S, MINUTE_S

log = logging.getLogger(__name__)

COLLECTOR_SILENT = ConsoleAlarm(
    "collector_silent",
    "Another collector is silent",
    "look at its machine: nobody watches its stations",
    Severity.CRITICAL,
)
LOOK_S = 30.0


class NoBeat(Exception):
    """There is no sign of life to be read; the text says why."""


@dataclass(slots=True)
class _Heard:
    """The last sign of life of one."""

    at: str
    """As it says itself: its clock may be wrong, but it changes with each beat."""
    heard_at: float
    """When that changed (monotonic clock, s)."""
    trouble: str


class OtherCollectors:
    """Looks at them until cancelled."""

    def __init__(self, clock: Clock, alarm: TellTrouble) -> None:
        self._clock = clock
        self._alarm = alarm
        self._watched: tuple[WatchedCollector, ...] = ()
        self._heard: dict[str, _Heard] = {}
        self._since: dict[str, float] = {}
        self._threads: dict[Path, FileThread] = defaultdict(FileThread)
        self._told: str | None = None
        """None: nothing yet; an alarm of a collector before may stand."""

    def use(self, watched: tuple[WatchedCollector, ...]) -> None:
        """Watch these from now on."""
        self._watched = watched
        names = {each.name for each in watched}
        self._heard = {name: heard for name, heard in self._heard.items() if name in names}
        self._since = {name: self._since.get(name, self._clock.monotonic()) for name in names}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.turn()
            await asyncio.sleep(LOOK_S)

    async def turn(self) -> None:
        """Look at all of them, and raise, change or clear the alarm."""
        found = await asyncio.gather(*(self._problem(each) for each in self._watched))
        problem = "; ".join(filter(None, found))
        if problem != self._told:
            if problem:
                log.warning("%s", problem)
            self._told = problem
            await self._alarm(problem)

    async def _problem(self, watched: WatchedCollector) -> str:
        """What is wrong with one, as a clause; empty where nothing is."""
        why = ""
        try:
            self._take(watched.name, await self._read(watched))
        except NoBeat as error:
            why = f" ({error})"
        now = self._clock.monotonic()
        heard = self._heard.get(watched.name)
        silent_s = now - (self._since[watched.name] if heard is None else heard.heard_at)
        if silent_s < watched.silent_after:
            return f"{watched.name}: {heard.trouble}" if heard is not None and heard.trouble else ""
        if heard is None:
            return f"{watched.name}: no beat was ever read{why}"
        return f"{watched.name}: no beat for more than {_span(watched.silent_after)}{why}"

    async def _read(self, watched: WatchedCollector) -> str:
        if watched.url is not None:
            try:
                return await call(watched.url.get_secret_value())
            except CallFailed as failure:
                raise NoBeat(f"its address {failure}") from None
        assert watched.file is not None
        try:
            return await self._threads[watched.file].run(partial(_text_of, watched.file), TIMEOUT_S)
        except TimeoutError:
            raise NoBeat("its file does not answer") from None
        except OSError as error:
            raise NoBeat(f"its file: {(error.strerror or 'cannot be read').lower()}") from None

    def _take(self, name: str, body: str) -> None:
        try:
            said = json.loads(body)
            at, trouble = str(said["at"]), clean(str(said.get("trouble", "")), 200)
            moment = datetime.fromisoformat(at).timestamp()
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, RecursionError):
            raise NoBeat("it holds no beat of a collector") from None
        before = self._heard.get(name)
        if before is not None and before.at == at:
            return
        now = self._clock.monotonic()
        if before is None:  # its clock is all there is to tell whether it is still alive
            now -= max(0.0, self._clock.now() - moment)
        self._heard[name] = _Heard(at, now, trouble)


def _text_of(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(MAX_BYTES).decode(errors="replace")


def _span(seconds: float) -> str:
    return f"{seconds / HOUR_S:g} h" if seconds >= 2 * HOUR_S else f"{seconds / MINUTE_S:g} min"
