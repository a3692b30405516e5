"""All engines of the configuration: each with a task of its own, and one alarm for those that lack samples."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import httpx

from victron_console.collector.engines.engine_push import EnginePush
from victron_console.collector.engines.engine_queue import Write
from victron_console.collector.internal_faults import InternalFaults
from victron_console.collector.retry import next_delay
from victron_console.config import EngineSettings
from victron_console.model.clock import Clock
from victron_console.model.console_alarm import ConsoleAlarm
from victron_console.sources.tasks import end
from victron_console.store.engines import set_active
from victron_console.store.errors import StoreError

ENGINE_FAILS = ConsoleAlarm(
    "engine_fails", "Engine lacks samples", "mend [[engine]] or the engine; `victron-console engine status` says more"
)
LOOK_S = 5.0
AGAIN_S = 10.0

Alarm = Callable[[str], Awaitable[None]]
"""Takes which engines take nothing and why, as sentences; an empty text once all do."""


class Engines:
    """Hands over to all engines, until cancelled."""

    def __init__(
        self,
        store: Path,
        clock: Clock,
        write: Write,
        alarm: Alarm,
        faults: InternalFaults,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` stands in for the network."""
        self._store = store
        self._clock = clock
        self._write = write
        self._alarm = alarm
        self._faults = faults
        self._transport = transport
        self._wanted: Sequence[EngineSettings] = ()
        self._edited = True
        self._running: dict[str, tuple[EngineSettings, asyncio.Task[None]]] = {}
        self._problems: dict[str, str] = {}

    def use(self, engines: Sequence[EngineSettings]) -> None:
        """Hand over to these from now on."""
        if engines != self._wanted:
            self._wanted, self._edited = engines, True

    async def run(self) -> None:
        """Hand over until cancelled."""
        try:
            while True:
                if self._edited:
                    await self._take_edits()
                await asyncio.sleep(LOOK_S)
        finally:
            await asyncio.gather(*(end(task) for _, task in self._running.values()))
            self._running.clear()

    async def _take_edits(self) -> None:
        self._edited = False
        wanted = {settings.name: settings for settings in self._wanted}
        try:
            await self._write(lambda writer: set_active(writer.db, tuple(wanted)))
        except StoreError:
            self._edited = True  # with the next look
            return
        if not wanted:
            await self._alarm("")
        for name in [name for name, (settings, _) in self._running.items() if wanted.get(name) != settings]:
            await end(self._running.pop(name)[1])
            self._problems.pop(name, None)
            await self._alarm(self._sentences())
        for name, settings in wanted.items():
            if name not in self._running:
                task = asyncio.create_task(self._keep_pushing(settings), name=f"engine {name}")
                self._running[name] = settings, task

    async def _keep_pushing(self, settings: EngineSettings) -> None:
        """One engine's task: a fault of ours in it must not end the others, and is never silent."""
        failures = 0
        while True:
            push = EnginePush(
                settings,
                self._store,
                self._clock,
                self._write,
                partial(self._note_trouble, settings.name),
                self._transport,
            )
            try:
                await push.run()
            except Exception as error:  # a worker's boundary
                self._faults.failed(f"handing over to engine {settings.name}", error)
            failures += 1
            await asyncio.sleep(next_delay(failures, AGAIN_S, 1.0))

    async def _note_trouble(self, engine: str, problem: str) -> None:
        before = self._problems.get(engine)
        self._problems[engine] = problem
        if problem != before and (problem or set(self._running) <= set(self._problems)):
            await self._alarm(self._sentences())

    def _sentences(self) -> str:
        return " ".join(filter(None, self._problems.values()))
