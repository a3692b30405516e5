"""What one engine lacks, read from the store: in a thread, and of sealed history in a process of low priority."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from victron_console.collector.background.worker_process import end_pool, spawn_context
from victron_console.collector.engines.samples import Sample, SeriesDirectory
from victron_console.collector.engines.sealed_worker import begin, sealed_samples
from victron_console.collector.engines.unsent import SealedPart, Waiting, unchanged, waiting
from victron_console.config import EngineSettings
from victron_console.model.clock import Clock
from victron_console.store.connection import file_of
from victron_console.store.engines import add_engine, engine_position, oldest_unsent
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

T = TypeVar("T")
Write = Callable[[Callable[[Writer], None]], Awaitable[None]]
"""Does something with the store's writer."""


class EngineQueue:
    """One engine's. Every method may raise StoreError."""

    def __init__(self, settings: EngineSettings, store: Path, clock: Clock, write: Write) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._write = write
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"engine-{settings.name}")
        self._worker: ProcessPoolExecutor | None = None
        self._reader: Reader | None = None
        self._file: tuple[int, int] | None = None
        """Device and inode of the store's file."""
        self._directory = SeriesDirectory(settings)
        self._read_to = (0, 0)
        """The last hot row and the last change of a text that were handed out."""

    async def news(self) -> Waiting:
        """The oldest hot changes that were not handed out."""
        found = await self._in_thread(self._news)
        while found is None:
            await self._write(lambda writer: add_engine(writer.db, self._settings.name))
            found = await self._in_thread(self._news)
        return found

    def took(self, news: Waiting) -> None:
        """These were sent: hand out what comes after them."""
        self._read_to = news.hot_after, news.text_after

    def rewind(self) -> None:
        """Hand out anew what the store does not know as sent."""
        self._read_to = 0, 0

    async def unchanged(self) -> list[Sample]:
        """What devices that are heard say as before."""
        return await self._in_thread(self._unchanged)

    async def sealed(self, most: int) -> SealedPart | None:
        """About so many of the oldest sealed changes that the engine lacks; None where it lacks none."""
        if not await self._in_thread(self._lacks_sealed):
            self._end_worker()
            return None
        if self._worker is None:
            without_secrets = self._settings.model_copy(update={"password": None, "token": None})
            self._worker = ProcessPoolExecutor(
                1, mp_context=spawn_context(), initializer=begin, initargs=(self._store, without_secrets)
            )
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, sealed_samples, most)
        except BrokenProcessPool:
            self._end_worker()
            raise StoreError("the process that reads sealed history for engines died; it is started again") from None

    async def end(self) -> None:
        """Let go of everything."""
        self._end_worker()
        await self._in_thread(self._close_reader)
        self._thread.shutdown()

    # ---- in the thread

    def _opened(self) -> Reader:
        file = file_of(self._store)
        if self._reader is None or file != self._file:  # another store numbers its rows and series anew
            self._close_reader()
            self._reader, self._file = Reader(self._store, self._clock), file
            self._directory, self._read_to = SeriesDirectory(self._settings), (0, 0)
        return self._reader

    def _news(self) -> Waiting | None:
        reader = self._opened()
        with reader.at_once():
            known = engine_position(reader.db.conn, self._settings.name)
            if known is None:
                return None
            hot_after, text_after = map(max, known, self._read_to)
            return waiting(reader.db.conn, hot_after, text_after, self._directory)

    def _unchanged(self) -> list[Sample]:
        reader = self._opened()
        with reader.at_once():
            return list(unchanged(reader.db.conn, self._directory, self._clock.now()))

    def _lacks_sealed(self) -> bool:
        reader = self._opened()
        with reader.at_once():
            return bool(oldest_unsent(reader.db.conn, self._settings.name, 1))

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _end_worker(self) -> None:
        if self._worker is not None:
            end_pool(self._worker)
            self._worker = None
