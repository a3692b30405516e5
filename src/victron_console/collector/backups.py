"""Copies of the store and reading it back, each so often as is asked for, in a process of its own that ends with it.

What is done when is read from the names of the copies and from the log of events: it survives a restart.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

from victron_console.collector.background.worker_process import be_worker, end_pool, spawn_context
from victron_console.collector.recorder import Recorder
from victron_console.config import BackupSettings
from victron_console.model.clock import Clock, SystemClock
from victron_console.model.console_alarm import ConsoleAlarm, TellTroubleOf
from victron_console.store.errors import StoreError
from victron_console.store.files.backup import backup, dated_copies, dated_copy, remove_oldest, remove_unfinished
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event

log = logging.getLogger(__name__)

T = TypeVar("T")

FIRST_S = 120.0
LOOK_S = 300.0
AGAIN_S = 3600.0
"""After a failure."""
NICE = 10
BACKUP_FAILS = ConsoleAlarm("backup_fails", "Backup fails", "look at the folder of [backup]: room, rights, the disk")
STORE_UNSOUND = ConsoleAlarm(
    "store_unsound", "Store does not read back", "run `victron-console store verify`, then restore a copy or `salvage`"
)
VERIFIED = "verify"
"""The kind of the event that says what reading back came to."""
FAULTS_NAMED = 3
MIN_FREE_BYTES = 128 * 2**20
"""Left beside a copy: it may lie on the disk that is recorded to."""


class Failed(Exception):
    """It was not done; the text says why. It passes from the worker to the collector."""


class Backups:
    """Makes copies and reads the store back, until cancelled."""

    def __init__(
        self, store: Path, clock: Clock, recorder: Recorder, alarm: TellTroubleOf, *, first_s: float = FIRST_S
    ) -> None:
        """The first look is after `first_s`."""
        self._store = store
        self._clock = clock
        self._recorder = recorder
        self._alarm = alarm
        self._first_s = first_s
        self._settings = BackupSettings()
        self._not_before = float("-inf")

    def use(self, settings: BackupSettings) -> None:
        """Go by these from now on."""
        if settings != self._settings:
            self._settings, self._not_before = settings, float("-inf")

    async def run(self) -> None:
        """Look every five minutes whether something is due."""
        await asyncio.sleep(self._first_s)
        while True:
            await self.turn()
            await asyncio.sleep(LOOK_S)

    async def turn(self) -> None:
        """Do what is due."""
        if self._clock.monotonic() < self._not_before:
            return
        if self._settings.folder is not None:
            await self._back_up(self._settings.folder)
        if self._settings.verify is not None:
            await self._verify(self._settings.verify)

    async def _back_up(self, folder: Path) -> None:
        now = self._clock.now()
        try:
            made = await asyncio.to_thread(_newest, self._store, folder)
            if made is not None and 0.0 <= now - made < self._settings.every:
                return
            said = await self._in_worker(partial(_made, self._store, folder, now, self._settings.keep))
        except Failed as error:
            await self._failed(BACKUP_FAILS, f"no copy was made: {error}")
            return
        await self._note("backup", said)
        await self._alarm(BACKUP_FAILS, "")

    async def _verify(self, every_s: float) -> None:
        now = self._clock.now()
        try:
            read_at = await asyncio.to_thread(self._verified_at)
            if read_at is not None and 0.0 <= now - read_at < every_s:
                return
            said, faults = await self._in_worker(partial(_verified, self._store))
        except Failed as error:
            await self._failed(STORE_UNSOUND, f"it could not be read back: {error}")
            return
        await self._note(VERIFIED, said if not faults else f"{said}; damaged: {faults}")
        await self._alarm(STORE_UNSOUND, faults)

    def _verified_at(self) -> float | None:
        """When it was last read back, or first recorded: a new store need not be read at once."""
        try:
            with closing(Reader(self._store, self._clock)) as reader:
                events = reader.events(0.0, self._clock.now(), kinds=(VERIFIED,), limit=1)
        except StoreError as error:
            raise Failed(str(error)) from error
        return events[0].at if events else None

    async def _in_worker(self, work: Callable[[], T]) -> T:
        pool = ProcessPoolExecutor(1, mp_context=spawn_context(), initializer=be_worker, initargs=(NICE,))
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        except BrokenProcessPool:
            raise Failed("its process died") from None
        finally:
            end_pool(pool)

    async def _failed(self, alarm: ConsoleAlarm, why: str) -> None:
        log.warning("%s: %s", alarm.title, why)
        self._not_before = self._clock.monotonic() + AGAIN_S
        await self._alarm(alarm, why)

    async def _note(self, kind: str, text: str) -> None:
        try:
            await self._recorder.call(lambda writer: writer.note([Event(self._clock.now(), None, kind, text)]))
        except StoreError as error:
            log.warning("%s (not noted in the store: %s)", text, error)


def _newest(store: Path, folder: Path) -> float | None:
    try:
        return max(dated_copies(store, folder).values(), default=None)
    except OSError as error:
        raise Failed(f"{folder}: {(error.strerror or 'cannot be read').lower()}") from error


def _made(store: Path, folder: Path, at: float, keep: int) -> str:
    """In the worker: make a copy and remove those that need not be kept; gives what to say of it."""
    target = dated_copy(store, folder, at)
    try:
        remove_unfinished(store, folder)
        if shutil.disk_usage(folder).free < store.stat().st_size + MIN_FREE_BYTES:
            raise Failed(f"there is no room for it in {folder}")
        with closing(Reader(store, SystemClock())) as reader:
            size = backup(reader.db.conn, target, replace=True)
        removed = remove_oldest(store, folder, keep)
    except (StoreError, OSError) as error:
        raise Failed(str(error)) from None
    gone = f", {len(removed)} older removed" if removed else ""
    return f"copied to {target.name}, {size / 2**20:,.1f} MB, and read back{gone}"


def _verified(store: Path) -> tuple[str, str]:
    """In the worker: read the store back; gives what to say of it and what is damaged."""
    from victron_console.store.sealed.verify import verify  # numpy and pcodec are for the worker alone

    try:
        with closing(Reader(store, SystemClock())) as reader, reader.at_once():
            found = verify(reader.db)
    except StoreError as error:
        raise Failed(str(error)) from None
    more = len(found.faults) - FAULTS_NAMED
    faults = "; ".join(found.faults[:FAULTS_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{found.blocks:,} sealed blocks, {found.changes:,} changes, {found.hot_rows:,} hot rows read back", faults
