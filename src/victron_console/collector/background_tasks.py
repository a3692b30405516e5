"""Work that goes on beside the polls until the collector ends: what breaks it off must not go unseen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

from victron_console.collector.recorder import Recorder
from victron_console.model.clock import Clock
from victron_console.store.errors import StoreError
from victron_console.store.records import Event

log = logging.getLogger(__name__)


class BackgroundTasks:
    """The tasks beside the polls."""

    def __init__(self, clock: Clock, recorder: Recorder) -> None:
        self._clock = clock
        self._recorder = recorder
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Begin work that has no end of its own."""
        self._tasks.append(asyncio.create_task(self._watched(name, work), name=name))

    async def end(self) -> None:
        """Break all of it off, and wait until it is."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _watched(self, name: str, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except Exception as error:  # a worker's boundary
            log.exception("%s stopped", name)
            text = f"{name} stopped until the collector is started again: {type(error).__name__}: {error}"
            event = Event(self._clock.now(), None, "collector", text)
            try:
                await self._recorder.call(lambda writer: writer.note([event]))
            except StoreError as untold:
                log.warning("%s (not noted in the store: %s)", text, untold)
