"""The part of the app that goes from screen to screen, and asks and tells in the key row of the one in front."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from victron_console.console.app.screens import SCREENS
from victron_console.console.app.theme_app import ThemeApp
from victron_console.console.app.themes import LoadedThemes
from victron_console.console.kit.frame.dialogs import HelpScreen
from victron_console.console.kit.frame.notices import Notices
from victron_console.console.kit.frame.prompt import Answered, Prompt
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.text import plain
from victron_console.model.clock import Clock


class ScreenApp(ThemeApp[int]):
    """An app whose screens lie over one another."""

    def __init__(self, clock: Clock, themes: LoadedThemes) -> None:
        super().__init__(themes)
        self.clock = clock
        self.notices = Notices()

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

    def action_open(self, name: str) -> None:
        """A screen's key."""
        self.open(name)

    async def action_back(self) -> None:
        """Esc."""
        if sum(isinstance(screen, ConsoleScreen) for screen in self.screen_stack) > 1:
            self.pop_screen()

    def press(self, key: str) -> None:
        """Do what a key does, once the screen is there."""
        self.call_after_refresh(self.simulate_key, key)

    def action_help(self) -> None:
        """Say what every key of this screen does."""
        if front := self.front:
            screens = [(entry.key, entry.name, entry.about) for entry in SCREENS]
            self.push_screen(HelpScreen(front.NAME, front.keys, screens))

    # ---- asking and telling

    def prompt(self, asked: Prompt, answered: Answered) -> None:
        """Ask the operator in the key row's place of the screen in front."""
        if front := self.front:
            front.prompt(asked, answered)

    def say(self, sentence: str) -> None:
        """A message that goes away by itself, in the place of the keys; one too long for that in parts."""
        self._tell(sentence)

    def unsay(self, sentence: str) -> None:
        """Take away a message whose matter is over: that something is looked for, once it is found."""
        self.notices.end(plain(sentence), self.clock.monotonic())
        self.refresh_frame()

    def offer_undo(self, sentence: str, undo: Callable[[], None]) -> None:
        """Say what was done, and for a while how to take it back."""
        self._tell(sentence, undo)

    def _tell(self, sentence: str, undo: Callable[[], None] | None = None) -> None:
        told = self.notices.tell(plain(sentence), self.clock.monotonic(), self.size.width, undo)
        self.refresh_frame()
        self.set_timer(told.until - told.since, self.refresh_frame)  # the keys return then, not a tick later

    def refresh_frame(self) -> None:
        """Draw what lies around the screen in front anew."""
        if front := self.front:
            front.refresh_frame()

    def action_undo(self) -> None:
        """Take back what was just done."""
        if self.notices.undo(self.clock.monotonic()):
            self.refresh_frame()
        else:
            self.say("There is nothing to take back: only what was just acknowledged or shelved.")
