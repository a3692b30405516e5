"""The operator: who it is, whether anything may be written now, and what became of what was written.

Every screen writes by `Operator.do`; what is written is a function of the store that takes the database, the moment
and the operator's name.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Protocol

from victron_console.console.kit.frame.host import Undo, Write
from victron_console.console.kit.frame.prompt import Answered, LinePrompt, Prompt
from victron_console.console.operator.store_writer import StoreWriter


class Asks(Protocol):
    """The app, as the operator is asked by it and work is begun on it."""

    def prompt(self, asked: Prompt, answered: Answered) -> None:
        """Ask the operator."""

    def offer_undo(self, sentence: str, undo: Callable[[], None]) -> None:
        """Say what was done, and for a while how to take it back."""

    def run_worker(self, work: Coroutine[None, None, None], *, group: str, exit_on_error: bool) -> object:
        """Begin work."""


class Operator:
    """Who sits at the console. Its name is asked for once where it is not known."""

    def __init__(
        self,
        app: Asks,
        *,
        name: str,
        writer: StoreWriter | None,
        readonly: str,
        replaying: Callable[[], bool],
        say: Callable[[str], None],
        written: Callable[[], None],
    ) -> None:
        """At a console.

        Args:
            app: where the name is asked for.
            name: who it is; empty until it is known.
            writer: writes to the store; None where there is none.
            readonly: why the store cannot be written, as a sentence; empty where it can.
            replaying: whether the past is looked at.
            say: tells the operator a sentence.
            written: called once something is written, such as to look at the store at once.
        """
        self.name = name
        self._app = app
        self._writer = writer
        self._readonly = readonly
        self._replaying = replaying
        self._say = say
        self._written = written

    @property
    def why_not(self) -> str:
        """Why nothing can be written now, as a sentence; empty where it can."""
        if self._replaying():
            return "The past cannot be changed: l returns to now."
        return self._readonly or ("" if self._writer is not None else "This console has no store to write to.")

    def may_write(self) -> bool:
        """Whether anything can be written now; where not, why is said."""
        if why := self.why_not:
            self._say(why)
        return not why

    def do(self, writes: Sequence[Write], then: Callable[[], None] | None = None, undo: Sequence[Undo] = ()) -> None:
        """Write these under the operator's name, off the screen's thread, and say what became of them.

        Args:
            writes: what to write, in this order.
            then: called once they are written, such as to read them back.
            undo: what takes each of them back, in the same order; none: they stay.
        """
        if not writes or not self.may_write():
            return
        if self.name:
            self._start(writes, then, undo)
            return

        def named(name: str | None) -> None:
            if name and name.strip():
                self.name = name.strip()
                self._start(writes, then, undo)

        login = os.environ.get("USER", "")
        self._app.prompt(LinePrompt("Who are you?", value=login, hint="your name, for the log"), named)

    def close(self) -> None:
        """Let the store go, once what is being written is written."""
        if self._writer is not None:
            self._writer.close()

    def _start(self, writes: Sequence[Write], then: Callable[[], None] | None, undo: Sequence[Undo]) -> None:
        async def run() -> None:
            said = await self._writer.write(writes, self.name) if self._writer is not None else []
            self._written()
            told = Counter(said)
            sentences = [text if count == 1 else f"{text} ({count} times)" for text, count in told.items()]
            summary = " ".join(sentences)
            back = [write for each, sentence in zip(undo, said, strict=False) if (write := each(sentence)) is not None]
            if back:
                self._app.offer_undo(summary, lambda: self.do(back, then))
            elif summary:
                self._say(summary)
            if then is not None:
                then()

        self._app.run_worker(run(), group="operator", exit_on_error=False)
