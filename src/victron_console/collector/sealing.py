"""The worker process beside the collector: it seals, merges and prunes history, so that no poll and no key waits.

It may be killed at any moment: every step is one transaction.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from pathlib import Path

from victron_console.collector.background.worker_process import be_worker, end_pool, spawn_context
from victron_console.collector.recorder import Recorder
from victron_console.model.clock import Clock, SystemClock
from victron_console.model.console_alarm import ConsoleAlarm, TellTrouble
from victron_console.store.errors import StoreError, UpkeepBusy, UpkeepStopped
from victron_console.store.records import Event
from victron_console.store.sealed.retention import Retention, Upkeep

log = logging.getLogger(__name__)

FIRST_S = 60.0
EVERY_S = 600.0
"""Looked at so often; there is something to seal once an hour."""
NICE = 10
HISTORY_FAILS = ConsoleAlarm("history_fails", "History fails", "free disk space; `victron-console store seal` says why")

_stop: Connection | None = None
"""Ends when the collector does. No event: setting one waits for its waiters, and a killed worker never wakes."""


class Sealing:
    """Keeps the store's history sealed, until cancelled; says in the log when that begins or ends to fail."""

    def __init__(
        self, store: Path, clock: Clock, recorder: Recorder, alarm: TellTrouble, *, first_s: float = FIRST_S
    ) -> None:
        """`alarm` raises or clears the alarm that nothing is sealed; the first turn is after `first_s`."""
        self._store = store
        self._alarm = alarm
        self._clock = clock
        self._recorder = recorder
        self._first_s = first_s
        self._trouble: str | None = None
        """Why it fails; None: nothing was tried yet, and an alarm of a collector before may stand."""
        self._retention = Retention()
        self.damaged = 0
        """Blocks of the sealed history found damaged since the start."""

    def keep(self, retention: Retention) -> None:
        """Give up what need not be kept, from the next turn on."""
        self._retention = retention

    async def run(self) -> None:
        """Look every ten minutes whether something is due."""
        stop, alive = spawn_context().Pipe(duplex=False)
        pool: ProcessPoolExecutor | None = None
        wait_s = self._first_s
        try:
            while True:
                await asyncio.sleep(wait_s)
                wait_s = EVERY_S
                pool = pool or ProcessPoolExecutor(1, mp_context=spawn_context(), initializer=_begin, initargs=(stop,))
                if not await self.turn(pool):
                    end_pool(pool)
                    pool = None
        finally:
            alive.close()
            stop.close()
            if pool is not None:
                end_pool(pool)

    async def turn(self, pool: ProcessPoolExecutor) -> bool:
        """One turn of the worker; False where its process died."""
        loop = asyncio.get_running_loop()
        try:
            done = await loop.run_in_executor(pool, _work, self._store, self._retention)
        except BrokenProcessPool:
            await self._tell("the process that seals the history died; it is started again")
            return False
        except UpkeepBusy:
            return True  # somebody else does it
        except StoreError as error:
            done = Upkeep(trouble=str(error))
        self.damaged += done.damaged
        if done.damaged:
            await self._note(
                f"{done.damaged} blocks of the sealed history are damaged and were set aside: look at `store verify`"
            )
        await self._tell(done.trouble)
        return True

    async def _tell(self, trouble: str) -> None:
        """Note the edge from well to failing and back."""
        before, self._trouble = self._trouble, trouble
        if before is None and not trouble:
            await self._alarm("")
            return
        if bool(trouble) == bool(before):
            return
        if trouble:
            log.warning("the history is not sealed: %s", trouble)
        await self._note(f"history is not sealed: {trouble}" if trouble else "history is sealed again")
        await self._alarm(trouble)

    async def _note(self, text: str) -> None:
        try:
            await self._recorder.call(lambda writer: writer.note([Event(self._clock.now(), None, "store", text)]))
        except StoreError as error:
            log.warning("%s (not noted in the store: %s)", text, error)


def _begin(stop: Connection) -> None:
    """In the worker."""
    global _stop
    _stop = stop
    be_worker(NICE)


def _work(store: Path, retention: Retention) -> Upkeep:
    """In the worker: one turn."""
    from victron_console.store.sealed.upkeep import upkeep  # numpy and pcodec are for the worker alone

    try:
        return upkeep(store, SystemClock(), rest=_rest, retention=retention)
    except UpkeepStopped:
        return Upkeep()


def _rest(seconds: float) -> None:
    if _stop is not None and _stop.poll(seconds):
        raise UpkeepStopped
