"""Writes what the operator does, off the screen's thread. It says in a sentence what became of it.

The only way by which the console writes to the store. It never holds up a key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.model.clock import Clock
from victron_console.store.errors import StoreError

if TYPE_CHECKING:
    from sqlite_utils import Database

    from victron_console.store.operator.wishes import OperatorWriter

Deed = Callable[["Database", float, str], str]
"""What is done, given the database, the moment (UTC epoch, s) and who does it; gives a sentence."""


class OperatorDesk:
    """One thread with one connection, opened when the operator first does something."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="operator")
        self._writer: OperatorWriter | None = None

    async def do(self, deeds: list[Deed], who: str) -> list[str]:
        """Do these one after another; what each one says. One that fails says why, and the next is tried."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._all(deeds, who))

    def close(self) -> None:
        """Let the store go, once what is being written is written."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)

    def _all(self, deeds: list[Deed], who: str) -> list[str]:
        return [self._one(deed, who) for deed in deeds]

    def _one(self, deed: Deed, who: str) -> str:
        try:
            if self._writer is None:
                # Imported here: the first paint does not wait for what writes.
                from victron_console.store.operator.wishes import OperatorWriter

                self._writer = OperatorWriter(self._path, self._clock, who)
            return deed(self._writer.db, self._clock.now(), who)
        except (StoreError, ValueError) as error:
            return f"{error}".rstrip(".") + "."

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
