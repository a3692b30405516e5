"""How a screen writes what its operator does: who it is, whether this console may, and what became of it, said."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence

from victron_console.console.kit.dialogs import LinePrompt
from victron_console.console.kit.screen import ConsoleScreen
from victron_console.console.operator.writer import Deed


class Deeds:
    """What one screen's operator may write."""

    def __init__(self, screen: ConsoleScreen, then: Callable[[], None] | None = None) -> None:
        """For a screen.

        Args:
            screen: where it is asked and said.
            then: what to do once something is written, such as to read it back.
        """
        self._screen = screen
        self._then = then

    def allowed(self) -> bool:
        """Whether this console may write; where not, why is said."""
        why = self._screen.console.why_no_actions
        if why:
            self._screen.console.say(why)
        return not why

    def do(self, deeds: Sequence[Deed]) -> None:
        """Write it, under the operator's name, which is asked for once where it is not known."""
        console = self._screen.console
        if not deeds or not self.allowed():
            return
        if console.operator:
            self._write(deeds)
            return

        def named(name: str | None) -> None:
            if name and name.strip():
                console.operator = name.strip()
                self._write(deeds)

        login = os.environ.get("USER", "")
        self._screen.app.push_screen(LinePrompt("Who are you?", value=login, hint="your name, for the log"), named)

    def _write(self, deeds: Sequence[Deed]) -> None:
        async def write() -> None:
            console = self._screen.console
            for sentence, count in Counter(await console.write(list(deeds))).items():
                console.say(sentence if count == 1 else f"{sentence} ({count} times)")
            if self._then is not None:
                self._then()

        self._screen.app.run_worker(write(), group="operator", exit_on_error=False)
