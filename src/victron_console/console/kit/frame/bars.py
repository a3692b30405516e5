"""The rows that frame every screen: its header, with the screens and the time, and the keys that matter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol, cast

from textual import events

from victron_console.console.kit.alarm_rows import draw_banner
from victron_console.console.kit.format import clock, clock_s, rate
from victron_console.console.kit.frame.host import Host
from victron_console.console.kit.frame.keys import Key, in_time_mode, key_row
from victron_console.console.kit.frame.notices import draw_notice
from victron_console.console.kit.frame.tab_strip import ROOMY_FROM, draw_tabs
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut, plain
from victron_console.console.kit.view import FleetView
from victron_console.model.clock import local

_CLOCK_FROM = 34
"""Columns below which the header says only whether it is now."""
_SPACED_FROM = 60


class Framed(Protocol):
    """What the rows ask of the screen that they stand on."""

    @property
    def console(self) -> Host:
        """The app."""

    @property
    def view(self) -> FleetView:
        """The fleet as last seen."""

    @property
    def keys(self) -> Sequence[Key]:
        """All keys that work there."""

    @property
    def follows_now(self) -> bool:
        """Whether what is shown is of now, where nothing holds it."""

    @property
    def unanswered_for_s(self) -> float:
        """How long the store owes an answer to a question of the screen; 0 where it owes none."""

    def head(self, line: Line, end: int) -> None:
        """Write the left of the second row, up to the column `end`."""


def _framed(row: Rows) -> Framed:
    return cast(Framed, row.screen)


class HeaderRow(Rows):
    """Rows 0 and 1: the screens, each to be clicked; then what this one is about.

    The time and whether it is now stand at the right of the first where there is room, else of the second.
    """

    DEFAULT_CSS = "HeaderRow { height: 2; dock: top; }"
    ground = Role.SURFACE

    def __init__(self) -> None:
        super().__init__()
        self._spans: dict[str, range] = {}

    def draw(self, width: int, height: int) -> list[Line]:
        """The rows; in time mode a banner in reverse over their full width."""
        screen = _framed(self)
        tabs, line = Line(width, Role.SURFACE), Line(width, Role.SURFACE)
        if width >= ROOMY_FROM:
            _draw_clock(screen, tabs)
            line.ground, end = tabs.ground, width - 2
        else:
            end = _draw_clock(screen, line)
            tabs.ground = line.ground
        self._spans = draw_tabs(tabs, screen.console.tabs)
        screen.head(line, end)
        return [tabs, line]

    def on_click(self, event: events.Click) -> None:
        """A click on a screen opens it."""
        if event.y == 0 and (key := next((key for key, span in self._spans.items() if event.x in span), None)):
            self.app.simulate_key(key)


class KeyRow(Rows):
    """The last row: the keys that matter here, each to be clicked, and where they fit the terminal's bytes a second.

    A new critical alarm stands there instead for a while, and a store that cannot be read as long as that lasts:
    nothing on the screen moves for it.
    """

    DEFAULT_CSS = "KeyRow { height: 1; dock: bottom; }"
    ground = Role.SURFACE

    def __init__(self) -> None:
        super().__init__()
        self._spans: dict[str, range] = {}

    def on_click(self, event: events.Click) -> None:
        """A click on a key is that key; one on a new alarm shows the alarms."""
        if (press := next((press for press, span in self._spans.items() if event.x in span), None)) is not None:
            self.app.simulate_key(press)

    def draw(self, width: int, height: int) -> list[Line]:
        """The row for the screen it stands on."""
        screen = _framed(self)
        line = Line(width, Role.SURFACE)
        console = screen.console
        self._spans = {}
        if (alarm := console.banner.standing(console.clock.monotonic())) is not None:
            draw_banner(line, alarm)
            self._spans = {"3": range(width)}
            return [line]
        if console.store_fault:
            line.ground = Role.BANNER
            line.put(1, cut(f"Not up to date: {plain(console.store_fault)}", width - 2), Role.BANNER, bold=True)
            return [line]
        if (notice := console.notices.standing(console.clock.monotonic())) is not None:
            self._spans = draw_notice(line, notice, console.clock.monotonic())
            return [line]
        end = width - 1
        if width < 120:
            end = line.right(width - 2, rate(console.terminal_bytes_s), Role.TEXT3) - 2
        self._spans = key_row(line, in_time_mode(screen.keys) if console.replaying else screen.keys, end=end)
        return [line]


def _draw_clock(screen: Framed, line: Line) -> int:
    """Write the right of a row of the header; gives the last column that is left for the rest."""
    app = screen.console
    if app.replaying:
        line.ground = Role.BANNER
        said = f"REPLAY {local(screen.view.at):%Y-%m-%d %H:%M:%S}" + (f" x{app.speed}" if app.playing else "")
        return line.right(line.width - 2, said, Role.BANNER, bold=True) - 2
    held = _hold_word(screen)  # what is held must not look live
    word, role = (f" {held} ", Role.BANNER) if held else (("LIVE" if screen.follows_now else "PAST"), Role.TEXT1)
    start = line.right(line.width - (1 if held else 2), word, role, bold=True)
    if line.width < _CLOCK_FROM:
        return start - 2
    if held.startswith("HELD"):
        return start - 2
    time = clock(app.now) if app.low_bandwidth else clock_s(app.now)
    return line.right(start - 2, time, Role.TEXT1) - (4 if line.width >= _SPACED_FROM else 2)


def _hold_word(screen: Framed) -> str:
    """Why what is shown is not now, in a word or two; empty where it is."""
    app = screen.console
    if app.store_fault:
        return "NO STORE"
    if app.paused:
        return "PAUSED"
    if app.drawn_for_s == math.inf:
        return "READING"
    age_s = max(app.drawn_for_s, screen.unanswered_for_s)
    return f"HELD since {clock_s(app.clock.now() - age_s)}" if age_s > app.live_for_s else ""
