"""The console's only connection that writes: in a thread of its own, so that a held store never holds up a key."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.console.kit.frame.host import Write
from victron_console.model.clock import Clock
from victron_console.store.errors import StoreError

if TYPE_CHECKING:
    from sqlite_utils import Database


class StoreWriter:
    """One thread with one connection, opened when the operator first does something."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="operator")
        self._db: Database | None = None

    async def write(self, writes: Sequence[Write], who: str) -> list[str]:
        """Do these one after another; what became of each, as a sentence. One that fails does not stop the next."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: [self._one(write, who) for write in writes]
        )

    def close(self) -> None:
        """Let the store go, once what is being written is written."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)

    def _one(self, write: Write, who: str) -> str:
        try:
            if self._db is None:
                # Imported here: the first paint does not wait for what writes.
                from victron_console.store.operator.wishes import open_for_operator

                self._db = open_for_operator(self._path)
            return write(self._db, now=self._clock.now(), who=who)
        except (StoreError, ValueError) as error:
            return f"{error}".rstrip(".") + "."

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None
