"""The Site screen: one station's energy as wired, its battery, its day, its devices, and what is doubtful about it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.frame.station_screen import STATION_KEYS
from victron_console.console.kit.frame.why_panel import show_why
from victron_console.console.kit.line import Line
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.state_line import Told, state_facts
from victron_console.console.kit.text import width_of
from victron_console.console.kit.view import FleetView, Site
from victron_console.console.site.data import read_expected
from victron_console.console.site.data_screen import SiteDataScreen
from victron_console.console.site.device_screen import DeviceScreen
from victron_console.console.site.page import draw_page, sections
from victron_console.console.site.parts import (
    LONG_SECTIONS,
    WHOLE_PAGE,
    Page,
    PageState,
    SiteSection,
)
from victron_console.insight.expected_powers import ExpectedPowers
from victron_console.model.quality import Quality
from victron_console.model.units import SLOT_S
from victron_console.store.operator.wishes import FOCUS_S, focus

if TYPE_CHECKING:
    from sqlite_utils import Database


class SiteBoard(Rows):
    """The rows of the page between header and key row."""

    DEFAULT_CSS = "SiteBoard { height: 1fr; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__(id="site-board")
        self.page: Page | None = None
        self.state = PageState()
        """What the operator looks at; kept from page to page."""

    def show(self, page: Page | None) -> None:
        """Draw this page."""
        self.page = page
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """The page at this size."""
        if self.page is None:
            waiting = Line(width)
            waiting.put(1, "Reading the station ...")
            return [waiting]
        lines, pencil = draw_page(self.page, width, height)
        self.state = replace(self.state, pencil=pencil)
        return lines

    class AlarmClicked(Message):
        """The row of an alarm was clicked."""

        def __init__(self, alarm: str) -> None:
            super().__init__()
            self.alarm = alarm

    def on_click(self, event: events.Click) -> None:
        """A click on an alarm opens it."""
        for line in self._lines[event.y : event.y + 1]:
            if line.opens:
                self.post_message(self.AlarmClicked(line.opens))


def ask_focus(db: Database, *, station: str, site: Site | None, seconds: float, now: float, who: str) -> str:
    """Ask the collector to read a station fast; what it does now with one that does not answer is said, too."""
    said = focus(db, station, seconds, now=now, who=who)
    if seconds and site is not None and site.quality is Quality.LOST:
        return f"It does not answer: tried at once; within {seconds / 60:.0f} minutes read each 1-2 s once it answers."
    return said


class SiteScreen(SiteDataScreen):
    """One station."""

    NAME = "site"
    KEYS = (
        Key("v", "section", "v", "next", "Next section: devices, phases, checks, log and back."),
        Key(
            "f",
            "focus_station",
            "f",
            "focus",
            "Have this station read each 1-2 s for ten minutes; again ends it.",
            writes=True,
        ),
        Key("4", "app.open('cells')", "4", "cells", "Cells of this station and of the fleet.", 80),
        Key("5", "app.open('trends')", "5", "trends", "Its values over time.", 80),
        Key("3", "app.open('alarms')", "3", "alarms", "All alarms.", 80),
        Key("6", "app.open('paths')", "6", "paths", "All values by path.", 120),
        Key("w", "why", "w", "why", "Why it does what it does: what limits it, what changed before it.", 100),
        Key("u", "audit", "u", "audit", "How the site is set up: what passes, what does not, what to change.", 100),
        Key("i", "info", "i", "info", "Contact, access, notes and runbook of the station file.", 120),
        *STATION_KEYS,
        Key("escape", "leave", "Esc", "", "Go back one level: from audit or info to the site."),
        Key("down,j", "choose(1)", "↓ j", "", "Next device."),
        Key("up,k", "choose(-1)", "↑ k", "", "Previous device."),
        Key("enter", "open_device", "Enter", "", "All values of the chosen device; with none chosen, the first is."),
    )

    def __init__(self) -> None:
        super().__init__()
        self._board = SiteBoard()
        self._expected = ExpectedPowers()
        self._expected_pace = ReadPace(math.inf)

    def body(self) -> Iterator[Rows]:
        """The page."""
        yield self._board

    def on_site_board_alarm_clicked(self, message: SiteBoard.AlarmClicked) -> None:
        """A click on an alarm."""
        self.console.open_alarm(message.alarm)

    def show(self, view: FleetView) -> None:
        """The station as it is now, and what is expected of it."""
        super().show(view)
        self._ask_expected()

    def _ask_expected(self) -> None:
        """Ask what is expected of loads and PV: every five minutes it may be something else."""
        station, dawn = self.console.station, self.site.dawn if self.site is not None else None
        sunrise_at, at = dawn.sunrise_at if dawn is not None else None, self.view.at // SLOT_S * SLOT_S
        if station is None or sunrise_at is None or not self._expected_pace.is_due(self.console, (station, at)):
            return

        def answered(found: ExpectedPowers) -> None:
            if station == self.console.station:
                self._expected = found
                self.redraw()

        self.ask(lambda reader: read_expected(reader, station, at, sunrise_at), answered, group="expected")

    def redraw(self) -> None:
        """The page as it is known."""
        self._board.show(self._page())

    def head_rest(self, line: Line, column: int, end: int) -> None:
        """What its devices do and how it is reached, as far as there is room: its verdict has the row below."""
        if self.data is None or self.site is None:
            return
        figures = self.data.figures
        told = Told(
            figures.snapshot,
            figures.shown,
            self.site,
            self.console.now,
            checks=len(figures.checks),
            focus_until=self.data.focus_until,
        )
        for run in state_facts(told):
            if column + width_of(run.text) > end + 1:
                return
            column = line.put(column, run.text, run.role) + 3

    def _page(self) -> Page | None:
        site = self.site
        if self.data is None or site is None:
            return None
        return Page(self.data, site, self.alarms, self.console.now, self._board.state, self._expected)

    def site_changed(self) -> None:
        """The section stays, the cursor goes."""
        super().site_changed()
        self._expected = ExpectedPowers()
        self._board.state = PageState(section=self._board.state.section)

    def _look_at(self, section: SiteSection, chosen: int | None = None) -> None:
        self._board.state = replace(self._board.state, section=section, chosen=chosen, offset=0)
        self.redraw()

    # ---- what the operator does

    def action_section(self) -> None:
        """The next section that this site has at this size."""
        page = self._page()
        if page is None:
            return
        there = sections(page, self._board.size.width, self._board.size.height)
        here = self._board.state.section
        following = there[(there.index(here) + 1) % len(there)] if here in there else SiteSection.OVERVIEW
        self._look_at(following, 0 if following is SiteSection.DEVICES else None)

    def action_audit(self) -> None:
        """The review of how the site is set up, or back."""
        self._toggle(SiteSection.AUDIT)

    def action_why(self) -> None:
        """`w`: what the moment that is looked at suggests to ask."""
        if self.console.station is not None:
            show_why(self, self.console.station)

    def action_info(self) -> None:
        """Contact, access, notes and runbook, or back."""
        self._toggle(SiteSection.INFO)

    def _toggle(self, section: SiteSection) -> None:
        shown = self._board.state.section is section
        self._look_at(SiteSection.OVERVIEW if shown else section)

    async def action_leave(self) -> None:
        """One level: from audit and info to the site, from the site to where the operator came from."""
        if self._board.state.section in WHOLE_PAGE:
            self._look_at(SiteSection.OVERVIEW)
        else:
            await self.console.action_back()

    def action_choose(self, step: int) -> None:
        """The cursor over the devices, or through what is longer than the screen."""
        state = self._board.state
        if self.data is None:
            return
        if state.section in LONG_SECTIONS:
            self._board.state = replace(state, offset=max(0, state.offset + step))
            self.redraw()
            return
        last = len(self.data.figures.devices) - 1
        chosen = 0 if state.chosen is None else min(last, max(0, state.chosen + step))
        listed = state.section is SiteSection.OVERVIEW and self._lists_devices()
        self._look_at(state.section if listed else SiteSection.DEVICES, chosen if last >= 0 else None)

    def _lists_devices(self) -> bool:
        """Whether the overview names the devices at this size."""
        return "DEVICES ─" in self._board.text

    def action_open_device(self) -> None:
        """All values of the devices under the cursor."""
        chosen = self._board.state.chosen
        if chosen is None:
            self.action_choose(0)
        if self.data is None or chosen is None or chosen >= len(self.data.figures.devices):
            return
        line = self.data.figures.devices[chosen]
        self.app.push_screen(DeviceScreen(line.keys))

    def action_focus_station(self) -> None:
        """Ask the collector to read this station fast for a while, or to stop that."""
        console, station = self.console, self.console.station
        if station is None or self.data is None:
            return
        focused = (self.data.focus_until or 0.0) > console.clock.now()
        ask = partial(ask_focus, station=station, site=self.site, seconds=0.0 if focused else FOCUS_S)
        console.operator.do([ask], lambda: self.read_again(at_once=True))
