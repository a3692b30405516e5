"""The one thread that writes the store. What cannot be written waits in memory until it can be."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from victron_console.store.errors import StoreError, StoreFull, StoreLocked, StoreReadOnly
from victron_console.store.records import CollectorState, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

log = logging.getLogger(__name__)

BACKLOG_UPDATES = 20_000
"""Updates kept while the disk is full: about half an hour of ten stations. The oldest go first, and are counted."""

PASSING = (StoreFull, StoreLocked, StoreReadOnly)
"""Troubles that end by themselves or by the operator's hand: what could not be written waits for that."""

T = TypeVar("T")


class Recorder:
    """Hands work to the writer in the one thread that owns its connection."""

    def __init__(self, open_writer: Callable[[], Writer]) -> None:
        self._open_writer = open_writer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._writer: Writer | None = None
        self._backlog: deque[StationUpdate] = deque()
        self.trouble = ""
        """Why nothing can be written at the moment, as a sentence; empty while all is well."""
        self.dropped = 0
        """Updates given up since the start: the backlog was full, or they failed for themselves."""

    async def open(self) -> None:
        """Open the store, making and migrating it as needed.

        Raises:
            StoreError: it cannot be used.
        """
        self._writer = await self._run(self._open_writer)

    async def register(self, records: Sequence[StationRecord]) -> None:
        """Make the store's list of stations that of the configuration.

        Raises:
            StoreError: it cannot be written.
        """
        await self._run(lambda: self._owner.register(records))

    async def record(self, updates: Sequence[StationUpdate]) -> None:
        """Write the updates in one transaction, those first that could not be written before. Keeps what fails."""
        self._backlog.extend(updates)
        if not self._backlog:
            return
        batch = list(self._backlog)
        try:
            await self._run(lambda: self._owner.record_all(batch))
        except PASSING as error:
            self._wait(error)
            return
        except StoreError:
            log.exception("an update could not be recorded; writing the others one by one")
            await self._one_by_one(batch)
        for _ in batch:
            self._backlog.popleft()
        if self.trouble:
            log.warning(
                "recording goes on; %d updates were kept in memory, %d given up since the start",
                len(batch),
                self.dropped,
            )
            self.trouble = ""

    async def record_collector(self, state: CollectorState) -> None:
        """Record how the collector is; where that fails now the next one tells."""
        try:
            await self._run(lambda: self._owner.record_collector(state))
        except PASSING as error:
            log.debug("the collector's own state was not recorded: %s", error)

    async def beat(self) -> None:
        """Say that a collector is there: a silence of more than 30 s would be told as downtime."""
        try:
            await self._run(lambda: self._owner.record_all(()))
        except PASSING as error:
            log.debug("the heartbeat was not recorded: %s", error)

    async def call(self, work: Callable[[Writer], T]) -> T:
        """Do something else with the writer, in its thread.

        Raises:
            StoreError: as the work does.
        """
        return await self._run(lambda: work(self._owner))

    async def close(self) -> None:
        """Write what is left, close the store and end the thread."""
        if self._writer is not None:
            await self.record(())
            await self._run(self._owner.close)
            self._writer = None
        self._thread.shutdown()

    @property
    def _owner(self) -> Writer:
        if self._writer is None:
            raise RuntimeError("the recorder is not open")
        return self._writer

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _one_by_one(self, batch: Sequence[StationUpdate]) -> None:
        """What fails for itself is given up, said and counted: it must not hold up all that comes after it."""
        for update in batch:
            try:
                await self._run(partial(self._owner.record, update))
            except StoreError as error:
                self.dropped += 1
                log.error("%s: an update is lost: %s", update.station, error)

    def _wait(self, error: StoreError) -> None:
        if not self.trouble:
            log.error("cannot record: %s; values wait in memory", error)
        self.trouble = str(error)
        while len(self._backlog) > BACKLOG_UPDATES:
            self._backlog.popleft()
            self.dropped += 1
