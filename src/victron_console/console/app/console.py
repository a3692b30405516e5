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
from typing import ClassVar

from rich.console import RenderableType
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from victron_console.console.app.commands import command_line
from victron_console.console.app.glyphs import AsciiFilter, BlocksFilter
from victron_console.console.app.options import ConsoleOptions as ConsoleOptions
from victron_console.console.app.palette_commands import ConsoleCommands
from victron_console.console.app.repaint import cut_to_spans
from victron_console.console.app.report_file import write_report
from victron_console.console.app.screens import SCREENS, screen_tabs
from victron_console.console.app.themes import LoadedThemes
from victron_console.console.app.time_mode import PLAY_EVERY_S, TimeApp
from victron_console.console.app.tour import BACK, NEXT, Tour, TourCaption
from victron_console.console.app.traffic import Traffic, counting
from victron_console.console.kit.frame.alarm_banner import AlarmBanner
from victron_console.console.kit.frame.digest import Digest
from victron_console.console.kit.frame.host import Backtest
from victron_console.console.kit.frame.keys import GLOBAL_KEYS, bindings
from victron_console.console.kit.frame.settings import load_settings, save_settings
from victron_console.console.kit.frame.tab_strip import Tab
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.view import FleetChanged, FleetView
from victron_console.console.live.digest import read_digest
from victron_console.console.live.watch import StoreWatch
from victron_console.console.operator.operator import Operator
from victron_console.console.operator.store_writer import StoreWriter
from victron_console.model.clock import Clock

TICK_S = 1.0
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
        super().__init__(clock, watch, themes)
        self.options = options or ConsoleOptions()
        self.station: str | None = None
        """The station that the operator has chosen; every screen is about it."""
        self.low_bandwidth = self.options.low_bandwidth
        self.terminal_bytes_s = 0.0
        self._bytes_said_at = float("-inf")
        self.settings = load_settings(self.options.settings_path)
        self.left_at = self.settings.left_at
        """When the console was last left (UTC epoch, s); 0 where it never was."""
        self._to_begin_with = " ".join(filter(None, (*themes.faults, self.options.notice, self.options.readonly)))
        self._ascii = AsciiFilter() if self.options.ascii else None
        self._blocks = BlocksFilter()
        self._lacks_braille = os.environ.get("TERM") == "linux"  # the kernel's own console has 512 glyphs, none of them
        self._collector = collector
        self.backtest = backtest
        self.banner = AlarmBanner()
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
        self._tour = Tour(self.options.tour)
        self.theme = self.first_theme(self.options.theme or self.settings.theme)

    def use_theme(self, name: str) -> str:
        """Change the colours, also for the next time; gives a sentence where there is no such theme."""
        fault = super().use_theme(name)
        if not fault:
            self.settings.theme = name
        return fault

    # ---- what reaches the terminal

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
        if self._to_begin_with:
            self.say(self._to_begin_with)
        if self._watch is not None:
            self.set_pace()
            self.run_worker(self._watch.run(self._arrived), group="watch", exit_on_error=False)
        if self._collector is not None:
            self.call_after_refresh(self._collect, self._collector)  # what it imports would hold up the first paint

    def _collect(self, collector: Callable[[], Awaitable[None]]) -> None:
        self.run_worker(collector(), group="collector", exit_on_error=False)

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
        return screen_tabs(self.view, self.station, self.settings.screen)

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
            self.say(f"{self._to_begin_with} {self.digest.sentence(now)}".lstrip())  # the one would hide the other

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

    def came_to_front(self, name: str) -> None:
        """A screen is looked at; one that has a key of its own is where the next session begins."""
        if any(entry.name == name for entry in SCREENS):
            self.settings.screen = name

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
        self.prompt(*command_line(self))
