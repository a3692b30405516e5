"""The console's app: themes, screens, the view they share, the operator's choices, and an orderly end.

Reads the store only, through its watch. It never asks a station anything; the collector, where it runs in this process,
is a worker handed in from outside.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import ClassVar, TypeVar

from rich.console import RenderableType
from textual import events
from textual.command import CommandPalette
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from victron_console.console.app.commands import ConsoleCommands, Runner, completions, run_command
from victron_console.console.app.glyphs import AsciiFilter, BlocksFilter
from victron_console.console.app.options import ConsoleOptions as ConsoleOptions
from victron_console.console.app.repaint import cut_to_spans
from victron_console.console.app.report_file import write_report
from victron_console.console.app.screens import SCREENS
from victron_console.console.app.themes import DEFAULT_THEME, NO_COLOR_THEME, ConsoleTheme, LoadedThemes, variable
from victron_console.console.app.time_mode import PLAY_EVERY_S, TimeApp
from victron_console.console.app.tour import BACK, NEXT, Tour, TourCaption
from victron_console.console.app.traffic import Traffic, counting
from victron_console.console.kit.frame.alarm_banner import AlarmBanner
from victron_console.console.kit.frame.dialogs import HelpScreen
from victron_console.console.kit.frame.digest import Digest
from victron_console.console.kit.frame.host import Backtest
from victron_console.console.kit.frame.keys import (
    GLOBAL_KEYS,
    bindings,
)
from victron_console.console.kit.frame.notices import Notices
from victron_console.console.kit.frame.prompt import Answered, LinePrompt, Prompt
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.frame.settings import (
    load_settings,
    save_settings,
)
from victron_console.console.kit.frame.tab_strip import Tab
from victron_console.console.kit.palette import Palette, Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import plain
from victron_console.console.kit.view import (
    URGENCY,
    FleetChanged,
    FleetView,
    Mark,
)
from victron_console.console.live.alarm_order import UNSEEN
from victron_console.console.live.digest import read_digest
from victron_console.console.live.watch import StoreWatch
from victron_console.console.operator.operator import Operator
from victron_console.console.operator.store_writer import StoreWriter
from victron_console.model.clock import Clock

T = TypeVar("T")
TICK_S = 1.0
COMMANDS_KEPT = 50
BYTES_SAID_EVERY_S = 10.0
SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


class ConsoleApp(TimeApp):
    """The console."""

    CSS_PATH = Path(__file__).with_name("console.tcss")
    TITLE = "victron-console"
    COMMANDS: ClassVar = {ConsoleCommands}
    BINDINGS: ClassVar = [
        *bindings(GLOBAL_KEYS),
        *[(entry.key, f"open('{entry.name}')", entry.about) for entry in SCREENS],
    ]

    def __init__(
        self,
        *,
        clock: Clock,
        themes: LoadedThemes,
        options: ConsoleOptions | None = None,
        watch: StoreWatch | None = None,
        collector: Callable[[], Awaitable[None]] | None = None,
        writer: StoreWriter | None = None,
        backtest: Backtest | None = None,
    ) -> None:
        self._traffic = Traffic()
        super().__init__(clock, watch)
        self.options = options or ConsoleOptions()
        self.themes: dict[str, ConsoleTheme] = dict(themes.themes)
        self.station: str | None = None
        """The station that the operator has chosen; every screen is about it."""
        self.low_bandwidth = self.options.low_bandwidth
        self.terminal_bytes_s = 0.0
        self._bytes_said_at = float("-inf")
        self.settings = load_settings(self.options.settings_path)
        self.left_at = self.settings.left_at
        """When the console was last left (UTC epoch, s); 0 where it never was."""
        self._theme_faults = themes.faults
        self._ascii = AsciiFilter() if self.options.ascii else None
        self._blocks = BlocksFilter()
        self._lacks_braille = os.environ.get("TERM") == "linux"  # the kernel's own console has 512 glyphs, none of them
        self._collector = collector
        self.backtest = backtest
        self.banner = AlarmBanner()
        self.notices = Notices()
        self.digest = Digest()
        """What happened since the console was last left."""
        self._digest_from = self.left_at
        self.operator = Operator(
            self,
            name=self.options.operator,
            writer=writer,
            readonly=self.options.readonly,
            replaying=lambda: self.replaying,
            say=self.say,
            written=self._look_now,
        )
        self._tried_from = ""
        self._tour = Tour(self.options.tour)
        for theme in self.themes.values():
            self.register_theme(theme.to_textual())
        self.theme = self._first_theme()

    # ---- themes

    @property
    def palette(self) -> Palette:
        """The look of every role in the theme in force."""
        return (self.themes.get(self.theme) or self.themes[DEFAULT_THEME]).palette

    def _first_theme(self) -> str:
        if self.no_color:
            return NO_COLOR_THEME
        wanted = self.options.theme or self.settings.theme
        if wanted in self.themes:
            return wanted
        few_colours = self.console.color_system == "standard"
        return "ansi" if few_colours and "ansi" in self.themes else DEFAULT_THEME

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Every role's variable, so that a theme of Textual's own would not stop the app."""
        return dict.fromkeys(map(variable, Role), "ansi_default")

    def use_theme(self, name: str) -> str:
        """Change the colours; gives a sentence where there is no such theme."""
        if name not in self.themes:
            return f"No theme is called {plain(name)}; there are {', '.join(sorted(self.themes))}."
        self.theme = self.settings.theme = name
        return ""

    def on_command_palette_opened(self) -> None:
        """Remember the colours that a theme tried on in the palette gives way to."""
        self._tried_from = self.theme

    def on_command_palette_option_highlighted(self, event: CommandPalette.OptionHighlighted) -> None:
        """Try a theme on while its command is highlighted."""
        command = getattr(getattr(event.highlighted_event.option, "hit", None), "command", None)
        word, _, name = command.text.partition(" ") if isinstance(command, Runner) else ("", "", "")
        self.theme = name if word == "theme" and name in self.themes else self._tried_from

    def on_command_palette_closed(self, event: CommandPalette.Closed) -> None:
        """Nothing chosen: the old colours return."""
        if not event.option_selected:
            self.theme = self._tried_from

    def get_line_filters(self) -> list[LineFilter]:
        """What all that is drawn passes through last."""
        filters = list(super().get_line_filters())
        if self._ascii:
            return [*filters, self._ascii]
        return [*filters, self._blocks] if self.settings.blocks or self._lacks_braille else filters

    def action_blocks(self) -> None:
        """Draw charts with braille dots, or with blocks."""
        self.settings.blocks = not self.settings.blocks
        for widget in self.screen.query(Rows):
            widget.refresh()
        self.say("Charts in blocks." if self.settings.blocks else "Charts in braille.")

    def get_driver_class(self) -> type[Driver]:
        """The terminal's driver, with its bytes counted."""
        return counting(super().get_driver_class(), self._traffic)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        super()._display(screen, cut_to_spans(renderable))

    # ---- life

    async def on_mount(self) -> None:
        """Start the watch, the collector where there is one, and the first screen."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self.exit, None, 128 + number)
        self.station = self.settings.station or None
        self.open("fleet")
        if self.settings.screen in {entry.name for entry in SCREENS}:
            self.open(self.settings.screen)
        self.set_interval(TICK_S, self._tick)
        if self.options.tour:
            self.bind(NEXT, "tour(1)", show=False)
            self.bind(BACK, "tour(-1)", show=False)
            await self.action_tour(1)
        self.set_interval(PLAY_EVERY_S / 2, self.play_on)
        if said := " ".join(filter(None, (*self._theme_faults, self.options.notice, self.options.readonly))):
            self.say(said)
        if self._watch is not None:
            self.set_pace()
            self.run_worker(self._watch.run(self._arrived), group="watch", exit_on_error=False)
        if self._collector is not None:
            self.run_worker(self._collect(self._collector), group="collector", exit_on_error=False)

    async def _collect(self, collector: Callable[[], Awaitable[None]]) -> None:
        await collector()

    def on_unmount(self) -> None:
        """Keep the operator's choices and let the store go."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.remove_signal_handler(number)
        self.settings.station = self.station or ""
        self.settings.left_at = self.clock.now()
        save_settings(self.options.settings_path, self.settings)
        self.operator.close()
        if self._watch is not None:
            self._watch.close()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that failed is said; the screens stay."""
        if event.state is WorkerState.ERROR:
            what = {"watch": "The store can no longer be read", "collector": "The collector stopped"}
            said = what.get(event.worker.group, "Something asked of the store failed")
            self.say(f"{said}: {event.worker.error}.")

    def say(self, sentence: str) -> None:
        """A message that goes away by itself, in the place of the keys; one too long for that in parts."""
        self._tell(sentence)

    def offer_undo(self, sentence: str, undo: Callable[[], None]) -> None:
        """Say what was done, and for a while how to take it back."""
        self._tell(sentence, undo)

    def _tell(self, sentence: str, undo: Callable[[], None] | None = None) -> None:
        told = self.notices.tell(plain(sentence), self.clock.monotonic(), self.size.width, undo)
        self._refresh_frame()
        self.set_timer(told.until - told.since, self._refresh_frame)  # the keys return then, not a tick later

    def _refresh_frame(self) -> None:
        if front := self.front:
            front.refresh_frame()

    def action_undo(self) -> None:
        """Take back what was just done."""
        if self.notices.undo(self.clock.monotonic()):
            self._refresh_frame()
        else:
            self.say("There is nothing to take back: only what was just acknowledged or shelved.")

    # ---- the view

    @property
    def configured(self) -> Sequence[str]:
        """The names of the stations that are asked, also before any of them has answered."""
        return self.options.stations

    @property
    def reasons(self) -> Sequence[str]:
        """Why alarms are put aside, to choose from."""
        return self.options.reasons

    @property
    def rule_folders(self) -> Sequence[Path]:
        """Where the operator's own rules are."""
        return self.options.rule_folders

    @property
    def store_fault(self) -> str:
        """Why the store cannot be read now, as a sentence; empty where it can."""
        return self._watch.fault if self._watch is not None else ""

    @property
    def tabs(self) -> Sequence[Tab]:
        """The screens that have a key; one without anything to show at the chosen site is empty."""
        here = self.settings.screen
        unseen = [alarm for alarm in self.view.alarms if alarm.mark in UNSEEN]
        worst = min((alarm.mark for alarm in unseen), key=URGENCY.__getitem__, default=Mark.NONE)
        site = self.view.site(self.station)
        empty = {"alarms": not self.view.alarms, "cells": site is not None and site.overview.cell_spread_v is None}
        return [
            Tab(
                entry.key,
                entry.name,
                here=entry.name == here,
                empty=empty.get(entry.name, False),
                count=len(unseen) if entry.name == "alarms" else 0,
                mark=worst,
            )
            for entry in SCREENS
        ]

    def _look_now(self) -> None:
        if self._watch is not None:
            self._watch.look_now()

    def _tell_new_alarms(self, view: FleetView) -> None:
        """A new critical: a banner on every screen, never a jump, and the bell where it is wanted."""
        if view.replay:
            return
        if self.banner.arrived(view.alarms, self.clock.monotonic()) and self.options.bell:
            self.bell()
        since, self._digest_from = self._digest_from, 0.0
        if since and self.has_store:
            self.run_worker(self._tell_digest(since), group="digest", exit_on_error=False)

    async def _tell_digest(self, since: float) -> None:
        now = self.clock.now()
        self.digest = await self.read(lambda reader: read_digest(reader, since, now))
        if self.digest.words:
            self.say(self.digest.sentence(now))

    def _arrived(self, view: FleetView) -> None:
        self.post_message(FleetChanged(view))

    def on_fleet_changed(self, message: FleetChanged) -> None:
        """A newer view: shown, unless the screen is held."""
        self._tell_new_alarms(message.view)
        if self.paused and not message.view.replay:
            return
        self.show(message.view)

    def show(self, view: FleetView) -> None:
        """Make a view the one that is shown."""
        self.view = view
        self._shown_at = self.clock.monotonic()
        if front := self.front:
            front.show(view)
            front.refresh_frame()

    def _tick(self) -> None:
        if self._traffic.terminal_gone:
            self.exit(return_code=128 + signal.SIGHUP)
        elapsed = self.clock.monotonic()
        self._count_bytes(elapsed)
        if front := self.front:
            if elapsed - self._shown_at >= TICK_S / 2:  # a view that has just come was drawn with the present ages
                front.tick()
            front.refresh_frame()

    def _count_bytes(self, elapsed: float) -> None:
        """What the terminal takes; said seldom, since saying it takes some too."""
        bytes_s = self._traffic.bytes_s(elapsed)
        every_s = BYTES_SAID_EVERY_S * (6 if self.low_bandwidth else 1)
        if elapsed - self._bytes_said_at >= every_s:
            self.terminal_bytes_s, self._bytes_said_at = bytes_s, elapsed

    # ---- going about

    @property
    def front(self) -> ConsoleScreen | None:
        """The screen in front, under a panel where one is open; None at the very end when there is none."""
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, ConsoleScreen)), None)

    async def on_event(self, event: events.Event) -> None:
        """A key is done or taken at once, not by way of the screen's queue: what is typed right behind `:` is its."""
        if isinstance(event, events.Key) and not event.is_forwarded and await self._took(event):
            return
        await super().on_event(event)

    async def _took(self, event: events.Key) -> bool:
        front = self.front
        if front is None or front is not self.screen or not front.is_mounted:
            return False
        if front.prompt_row.asked is not None and front.prompt_row.take(event):
            return True
        return await self._check_bindings(event.key, priority=True) or await self._check_bindings(event.key)

    def prompt(self, asked: Prompt, answered: Answered) -> None:
        """Ask the operator in the key row's place of the screen in front."""
        if front := self.front:
            front.prompt(asked, answered)

    def open(self, name: str) -> None:
        """Bring a screen to the front: one that is under others loses those, a new one lies over them."""
        for depth, screen in enumerate(reversed(self.screen_stack)):
            if isinstance(screen, ConsoleScreen) and name == screen.NAME:
                for _ in range(depth):
                    self.pop_screen()
                return
        entry = next((entry for entry in SCREENS if entry.name == name), None)
        if entry is None:
            self.say(f"There is no screen {name}.")
            return
        self.push_screen(entry.make())

    def open_alarm(self, alarm: str) -> None:
        """The Alarms screen, with the cursor on this one."""
        self.open("alarms")
        if front := self.front:
            front.put_cursor(alarm)

    def came_to_front(self, name: str) -> None:
        """A screen is looked at; one that has a key of its own is where the next session begins."""
        if any(entry.name == name for entry in SCREENS):
            self.settings.screen = name

    def action_open(self, name: str) -> None:
        """A screen's key."""
        self.open(name)

    async def action_back(self) -> None:
        """Esc."""
        if sum(isinstance(screen, ConsoleScreen) for screen in self.screen_stack) > 1:
            self.pop_screen()

    def action_quit_console(self) -> None:
        """Leave."""
        self.exit(0)

    async def action_tour(self, stops: int) -> None:
        """Go on with the tour, or back."""
        for caption in [each for screen in self.screen_stack for each in screen.query(TourCaption)]:
            await caption.remove()
        if (stop := self._tour.step(stops)) is None:
            self.say("That was the tour; ? says what every key does.")
            return
        self.station = stop.station or self.station
        self.open(stop.screen)
        if front := self.front:
            await front.mount(TourCaption(self._tour.head, stop.text, self.simulate_key))
            front.show(self.view)

    def action_help(self) -> None:
        """Say what every key of this screen does."""
        if front := self.front:
            screens = [(entry.key, entry.name, entry.about) for entry in SCREENS]
            self.push_screen(HelpScreen(front.NAME, front.keys, screens))

    def press(self, key: str) -> None:
        """Do what a key does, once the screen is there."""
        self.call_after_refresh(self.simulate_key, key)

    def write_report(self) -> None:
        """Write the last whole month of the chosen site."""
        if self.station is None or not self.has_store:
            self.say("A report is about a site: choose one.")
            return
        self.say("Writing the report ...")
        self.run_worker(self._write_report(self.station), group="report", exit_on_error=False)

    async def _write_report(self, station: str) -> None:
        store = await self.read(lambda reader: reader.path)
        self.say(await asyncio.to_thread(write_report, store, station, self.clock))

    def action_command_line(self) -> None:
        """`:`."""

        def typed(line: str | None) -> None:
            if line and line.strip():
                remembered = (it for it in self.settings.commands if it != line)
                self.settings.commands = (*remembered, line)[-COMMANDS_KEPT:]
            if line and (fault := run_command(self, line)):
                self.say(fault)

        asked = LinePrompt(
            ":",
            hint="site NAME, at 03:14, ack SITE, alarms unack, theme NAME",
            completions=lambda line: completions(self, line),
            history=self.settings.commands,
        )
        self.prompt(asked, typed)
