"""Work that goes on beside the polls until the collector ends: what breaks it off is told, and it is begun again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from victron_console.collector.internal_faults import WELL_AFTER_S, InternalFaults
from victron_console.collector.retry import next_delay
from victron_console.model.clock import Clock

RETRY_S = 10.0


class BackgroundTasks:
    """The tasks beside the polls."""

    def __init__(self, clock: Clock, faults: InternalFaults, *, retry_s: float = RETRY_S) -> None:
        """`retry_s`: seconds before what failed once is begun again; after more failures it takes longer."""
        self._clock = clock
        self._faults = faults
        self._retry_s = retry_s
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, work: Callable[[], Coroutine[object, object, None]]) -> None:
        """Begin work that has no end of its own."""
        self._tasks.append(asyncio.create_task(self._keep_going(name, work), name=name))

    async def end(self) -> None:
        """Break all of it off, and wait until it is."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep_going(self, name: str, work: Callable[[], Coroutine[object, object, None]]) -> None:
        failures = 0
        while True:
            began = self._clock.monotonic()
            try:
                await work()
                return
            except Exception as error:  # a worker's boundary
                self._faults.failed(name, error)
            failures = failures + 1 if self._clock.monotonic() - began < WELL_AFTER_S else 1
            await asyncio.sleep(next_delay(failures, self._retry_s, 1.0))
