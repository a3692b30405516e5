"""The part of the app that says which moment is shown: now, a held one, or one of the past, and how that moves on.

Recording knows nothing of it: the store is written as always, whatever moment is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual.worker import Worker

from victron_console.console.app.screen_app import ScreenApp
from victron_console.console.app.themes import LoadedThemes
from victron_console.console.kit.format import clock as time_of_day
from victron_console.console.kit.text import plain
from victron_console.console.kit.view import FleetView
from victron_console.console.live.watch import (
    JUDGE_EVERY_S,
    LOOK_EVERY_S,
    LOW_BANDWIDTH_LOOK_EVERY_S,
    StoreWatch,
)
from victron_console.model.alert import Occurrence
from victron_console.model.clock import Clock
from victron_console.model.moments import parse_moment
from victron_console.model.units import MINUTE_S

if TYPE_CHECKING:
    from victron_console.store.read.reader import Reader

T = TypeVar("T")
PLAY_EVERY_S = 0.5
LOW_BANDWIDTH_PLAY_EVERY_S = 2.0
SPEEDS = (1, 10, 60, 600)
"""Seconds of the past a second."""
_SEARCH_S = (86_400.0, 30 * 86_400.0, 5 * 365 * 86_400.0)
"""How far the alarm before is looked for: a day first, which nearly always has one."""


class TimeApp(ScreenApp):
    """An app that shows the store at one moment."""

    def __init__(self, clock: Clock, watch: StoreWatch | None, themes: LoadedThemes) -> None:
        super().__init__(clock, themes)
        self.view = FleetView(clock.now())
        self.paused = False
        """Whether the screen is held as it is."""
        self.as_of: float | None = None
        """The moment that is looked at; None is now."""
        self.playing = False
        """Whether the past goes on by itself."""
        self.speed = SPEEDS[2]
        self.low_bandwidth = False
        self._watch = watch
        self._played_at = 0.0
        self._shown_at = -math.inf
        """When a view was last shown (monotonic, s)."""

    @property
    def now(self) -> float:
        """The moment that is shown: the clock's, or the one held or chosen."""
        return self.view.at if self.paused or self.replaying else self.clock.now()

    @property
    def replaying(self) -> bool:
        """Whether another moment than now is looked at."""
        return self.as_of is not None

    @property
    def has_store(self) -> bool:
        """Whether there is a store to ask."""
        return self._watch is not None

    @property
    def drawn_for_s(self) -> float:
        """For how long what is shown stands as it was drawn from the store; infinite where it never was."""
        return self.clock.monotonic() - self._shown_at if self._watch is not None else 0.0

    @property
    def live_for_s(self) -> float:
        """For so long what was drawn from the store is called live: two looks."""
        return 2 * max(self._watch.look_every_s, JUDGE_EVERY_S) if self._watch is not None else math.inf

    async def read(self, question: Callable[[Reader], T]) -> T:
        """What the store answers, asked off the screen's thread."""
        if self._watch is None:
            raise RuntimeError("This console has no store to ask.")
        return await self._watch.ask(question)

    # ---- which moment

    def look_at(self, typed: str) -> str:
        """Look at a time of day, with or without a date, or so long before; gives a sentence where that cannot be."""
        moment = parse_moment(typed, self.clock.now(), self.moment)
        if moment is None:
            return f"{plain(typed) or 'Nothing'} is no time; write 03:14, yesterday 3:14, 2026-11-22 03:14 or -2h."
        if moment > self.clock.now():
            return "That time has not come yet."
        self.look(moment)
        return ""

    def look(self, as_of: float | None) -> None:
        """Look at a moment; one that has not come yet is now, and none is before 1970."""
        self.as_of = None if as_of is None or as_of >= self.clock.now() else max(0.0, as_of)
        self.playing = self.playing and self.replaying
        if self._watch is not None:
            self._watch.look_at(self.as_of)
        self.refresh_frame()

    @property
    def moment(self) -> float:
        """The moment to ask the store about, and where the next step begins: its view may not have come yet."""
        return self.now if self.as_of is None else self.as_of

    def action_time_mode(self) -> None:
        """Look at another moment, or return to now."""
        if self.replaying:
            self.action_live()
        else:
            self.look(min(self.now, self.clock.now() - 1))

    def action_live(self) -> None:
        """Return to now."""
        self.paused = self.playing = False
        self.look(None)

    def action_step(self, minutes: int) -> None:
        """So many minutes later, at most now, or earlier."""
        self.look(self.moment + minutes * MINUTE_S)

    # ---- playing

    def action_pause(self) -> None:
        """Hold the screen, or let it go on; in time mode play the past, or stop that."""
        if self.replaying:
            self.playing = not self.playing
            self._played_at = self.clock.monotonic()
        else:
            self.paused = not self.paused
        self.refresh_frame()

    def action_speed(self, step: int) -> None:
        """Play faster or slower."""
        if self.replaying:
            place = SPEEDS.index(self.speed) + step
            self.speed = SPEEDS[min(len(SPEEDS) - 1, max(0, place))]
            self.refresh_frame()

    def play_on(self) -> None:
        """Move the past on by the time that went by; called several times a second."""
        if not self.playing or self.as_of is None:
            return
        elapsed = self.clock.monotonic() - self._played_at
        if elapsed >= (LOW_BANDWIDTH_PLAY_EVERY_S if self.low_bandwidth else PLAY_EVERY_S):
            self._played_at += elapsed
            self.look(self.as_of + elapsed * self.speed)

    # ---- from alarm to alarm

    def action_alarm(self, step: int) -> None:
        """To the moment at which the next alarm was raised, or the one before."""
        if step > 0 and not self.replaying:
            self.say("n goes on from alarm to alarm in the past; p goes back to the one before now.")
        elif self.has_store:
            here = self.moment
            _: Worker[None] = self.run_worker(
                partial(self._to_alarm, step, here), group="alarm", exclusive=True, exit_on_error=False
            )

    async def _to_alarm(self, step: int, here: float) -> None:
        now = self.clock.now()
        found = await self.read(lambda reader: alarm_beside(reader, here, step, now))
        if found is None:
            self.say("There is no later alarm." if step > 0 else "There is no earlier alarm.")
            return
        self.playing = False
        self.look(found.raised_at)
        site = self.view.site(found.key.station)
        self.say(f"{time_of_day(found.raised_at)} {site.name if site else found.key.station}: {found.title}")

    # ---- how often it is drawn

    def action_low_bandwidth(self) -> None:
        """Draw less often, or as usual."""
        self.low_bandwidth = not self.low_bandwidth
        self.set_pace()
        self.say("Drawn less often." if self.low_bandwidth else "Drawn as usual.")

    def set_pace(self) -> None:
        """Look at the store as often as the link allows."""
        if self._watch is not None:
            self._watch.look_every_s = LOW_BANDWIDTH_LOOK_EVERY_S if self.low_bandwidth else LOOK_EVERY_S


def alarm_beside(reader: Reader, here: float, step: int, now: float) -> Occurrence | None:
    """The first alarm raised after a moment, or the last one before it; None where there is none."""
    if step > 0:
        later = [it for it in reader.alert_history(here, now) if it.is_alarm and it.raised_at > here]
        return min(later, key=lambda it: it.raised_at, default=None)
    for span_s in _SEARCH_S:
        before = [it for it in reader.alert_history(here - span_s, here) if it.is_alarm and it.raised_at < here]
        if before:
            return max(before, key=lambda it: it.raised_at)
    return None
