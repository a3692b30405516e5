"""The one thread that writes the store. What cannot be written waits in memory until it can be.

A store whose pages are damaged is moved aside and a new one begun: the fleet is watched, whatever became of its past.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from victron_console.collector.watch.poll_totals import PollTotals
from victron_console.model.clock import Clock
from victron_console.store.connection import file_of, open_readable
from victron_console.store.errors import (
    PagesDamaged,
    StoreError,
    StoreFailing,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    explaining,
)
from victron_console.store.files.set_aside import is_ours, set_aside
from victron_console.store.records import CollectorState, Event, StationRecord, StationUpdate
from victron_console.store.sqlite import sqlite3
from victron_console.store.write.writer import Writer

log = logging.getLogger(__name__)

BACKLOG_UPDATES = 20_000
"""Updates kept while the disk is full: about half an hour of ten stations. The oldest go first, and are counted."""

PASSING = (StoreFull, StoreLocked, StoreReadOnly, StoreFailing)
"""Troubles that end by themselves or by the operator's hand: what could not be written waits for that."""

ANEW_EVERY_S = 600.0
"""A store that is damaged sooner again says that the disk is at fault: then values wait in memory."""

T = TypeVar("T")


class Recorder:
    """Hands work to the writer in the one thread that owns its connection."""

    def __init__(self, store: Path, clock: Clock, open_writer: Callable[[], Writer]) -> None:
        """Nothing is opened yet.

        Args:
            store: the file that the writer opens.
            clock: names the moment at which a damaged store was moved aside.
            open_writer: opens it, making and migrating it as needed.
        """
        self._store = store
        self._clock = clock
        self._open_writer = open_writer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._writer: Writer | None = None
        self._file: tuple[int, int] | None = None
        """Device and inode of the file that is written."""
        self._stations: Sequence[StationRecord] = ()
        self._backlog: deque[StationUpdate] = deque()
        self._is_open = False
        self._begun_at = float("-inf")
        self.trouble = ""
        """Why nothing can be written at the moment, as a sentence; empty while all is well."""
        self.dropped = 0
        """Updates given up since the start: the backlog was full, or they failed for themselves."""
        self.lost_rows = ""
        """Why an update was last given up for itself, as a sentence; empty where none was."""
        self.polls = PollTotals()
        """Of all that was handed in, also what could not be written."""

    async def open(self) -> None:
        """Open the store, making and migrating it as needed. One that is ours and damaged is moved aside.

        Raises:
            StoreError: it cannot be used.
        """
        try:
            await self._run(self._opened)
        except PagesDamaged as error:
            if not is_ours(self._store):
                raise
            await self._run(partial(self._begin_anew, error))
        self._is_open = True

    async def register(self, records: Sequence[StationRecord]) -> None:
        """Make the store's list of stations that of the configuration.

        Raises:
            StoreError: it cannot be written.
        """
        self._stations = tuple(records)
        await self.call(lambda writer: writer.register(records))

    async def record(self, updates: Sequence[StationUpdate]) -> None:
        """Write the updates in one transaction, those first that could not be written before. Keeps what fails."""
        self.polls.add(updates)
        self._backlog.extend(updates)
        if not self._backlog:
            return
        kept = len(self._backlog)
        try:
            batch = list(self._backlog)
            try:
                await self.call(lambda writer: writer.record_all(batch))
                self._backlog.clear()
            except PASSING:
                raise
            except StoreError:
                log.exception("an update could not be recorded; writing the others one by one")
                await self._one_by_one()
        except PASSING as error:
            self._wait(error)
            return
        if self.trouble:
            log.warning(
                "recording goes on; %d updates were kept in memory, %d given up since the start", kept, self.dropped
            )
            self.trouble = ""

    async def record_collector(self, state: CollectorState) -> None:
        """Record how the collector is; where that fails now the next one tells."""
        try:
            await self.call(lambda writer: writer.record_collector(state))
        except PASSING as error:
            log.debug("the collector's own state was not recorded: %s", error)

    async def beat(self) -> None:
        """Say that a collector is there: a silence of more than 30 s would be told as downtime.

        Where the store's file was removed or replaced meanwhile, what is written goes into a new one from now on.
        """
        try:
            await self._run(self._follow_the_file)
            await self.call(lambda writer: writer.record_all(()))
            await self.call(self._refuse_unreadable)
        except PASSING as error:
            log.debug("the heartbeat was not recorded: %s", error)

    async def call(self, work: Callable[[Writer], T]) -> T:
        """Do something else with the writer, in its thread; a store that turns out to be damaged is moved aside first.

        Raises:
            StoreError: as the work does.
        """
        try:
            return await self._run(lambda: work(self._opened()))
        except PagesDamaged as error:
            await self._run(partial(self._begin_anew, error))
            return await self._run(lambda: work(self._opened()))

    async def close(self) -> None:
        """Write what is left, close the store and end the thread."""
        if self._is_open:
            await self.record(())
            await self._run(self._let_go)
            self._is_open = False
        self._thread.shutdown()

    # ---- in the writer's thread

    def _opened(self) -> Writer:
        if self._writer is None:
            self._writer = self._open_writer()
            self._file = file_of(self._store)
            if self._stations:
                self._writer.register(self._stations)
        return self._writer

    def _refuse_unreadable(self, _: Writer) -> None:
        """Damage to the list of tables is met by who opens the store anew, and never by a connection that has read it.

        Raises:
            PagesDamaged: nobody can open it any more.
        """
        with explaining(self._store), closing(open_readable(self._store)[0]) as db:
            db.execute("SELECT revision FROM pulse").fetchone()

    def _let_go(self) -> None:
        if self._writer is not None:
            with suppress(sqlite3.Error):  # of a damaged file: it is moved away anyhow
                self._writer.close()
            self._writer = None

    def _begin_anew(self, error: PagesDamaged) -> None:
        self._let_go()
        if self._clock.monotonic() - self._begun_at < ANEW_EVERY_S:
            raise StoreFailing(f"{self._store} is damaged again soon after it was begun: check the disk") from error
        self._begun_at = self._clock.monotonic()
        aside = set_aside(self._store, self._clock.now())
        log.error("%s; it was moved to %s and a new store is begun", error, aside)
        text = f"The store was damaged and was moved to {aside.name}; a new one was begun"
        self._opened().note([Event(self._clock.now(), None, "store", text)])

    def _follow_the_file(self) -> None:
        if self._writer is None or file_of(self._store) == self._file:
            return
        log.error("%s was removed or replaced while it was written: it is opened anew", self._store)
        self._let_go()
        text = "The store's file was removed or replaced while it was written; what stood in it is not here"
        self._opened().note([Event(self._clock.now(), None, "store", text)])

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _one_by_one(self) -> None:
        """What fails for itself is given up, said and counted: it must not hold up all that comes after it."""
        while self._backlog:
            update = self._backlog[0]
            try:
                await self.call(partial(Writer.record, update=update))
            except PASSING:
                raise
            except StoreError as error:
                self.dropped += 1
                self.lost_rows = str(error)
                log.error("%s: an update is lost: %s", update.station, error)
            self._backlog.popleft()

    def _wait(self, error: StoreError) -> None:
        if not self.trouble:
            log.error("cannot record: %s; values wait in memory", error)
        self.trouble = str(error)
        while len(self._backlog) > BACKLOG_UPDATES:
            self._backlog.popleft()
            self.dropped += 1
