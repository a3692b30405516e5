"""One engine's hand-over: what is new at once, what stayed as it is now and then, what it missed as fast as it may.

A server that answers yes may still hold samples in memory alone. How far it has them is kept in the store once they had
time to get onto its disk and it was not started anew since; else they are sent again. So is what was on its way when
the collector was killed. An engine that keeps one value a series and moment counts all of it once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from victron_console.collector.engines.delivery import SAMPLES_A_REQUEST, Delivered, deliver
from victron_console.collector.engines.engine_client import EngineClient, EngineFailed, EngineFigures
from victron_console.collector.engines.engine_queue import EngineQueue, Write
from victron_console.collector.engines.unconfirmed import Sent, Unconfirmed
from victron_console.collector.retry import next_delay
from victron_console.config import EngineSettings
from victron_console.model.clock import Clock
from victron_console.store.engines import EngineProgress, record_failure, record_progress
from victron_console.store.errors import StoreError
from victron_console.store.records import Event

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Between two looks for what is new, while all was sent."""
AGAIN_S = 5.0
"""After a failure; after more of them it takes longer."""
ALARM_AFTER_S = 300.0
"""An engine that is restarted is no alarm."""
BEHIND_S = 900.0
"""What was recorded so long ago is sent only now: it takes fewer samples than are recorded."""
SEALED_S = 10.0
"""Sealed history is sent in parts of so many seconds of `rate`, and not more than this."""
SEALED_MOST = 200_000
NOTE_EVERY_S = 3600.0
"""Between two notes that the server left samples out."""

Trouble = Callable[[str], Awaitable[None]]
"""Takes why the engine takes nothing, as a sentence; an empty one once it does."""


class EnginePush:
    """Hands everything over to one engine, until cancelled."""

    def __init__(
        self,
        settings: EngineSettings,
        store: Path,
        clock: Clock,
        write: Write,
        trouble: Trouble,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` stands in for the network."""
        self.settings = settings
        self._clock = clock
        self._write = write
        self._trouble = trouble
        self._client = EngineClient(settings, clock, transport)
        self._queue = EngineQueue(settings, store, clock, write)
        self._unconfirmed = Unconfirmed()
        self._server: EngineFigures | None = None
        """What it last said of itself; None before, and after a failure: it may have been started anew."""
        self._begun_at: float | None = None
        self._noted_at = float("-inf")
        self._repeated_at = float("-inf")
        self._is_well = False
        """Whether it took what it was last sent."""
        self._failures = 0
        self._failing_since: float | None = None
        self._told: str | None = None
        """None: nothing yet; an alarm of a collector before may stand."""

    async def run(self) -> None:
        """Send until cancelled."""
        try:
            while True:
                wait_s = await self.turn()
                await asyncio.sleep(wait_s)
        finally:
            await self.end()

    async def turn(self) -> float:
        """Send the next batch; gives the seconds to wait before the one after it."""
        try:
            wait_s = await self._send_next()
        except EngineFailed as failure:
            return await self._failed(failure)
        except StoreError as error:
            log.warning("engine %s: what it lacks cannot be read or kept: %s", self.settings.name, error)
            return AGAIN_S
        if not self._is_well:
            log.info("engine %s takes samples", self.settings.name)
            self._is_well, self._failures, self._failing_since = True, 0, None
        return wait_s

    async def end(self) -> None:
        """Let go of everything."""
        await self._client.close()
        await self._queue.end()

    async def _send_next(self) -> float:
        """Raises: EngineFailed, StoreError."""
        await self._confirm()
        news = await self._queue.news()
        if news.is_news:
            done = await deliver(self._client, news.samples, self._clock)
            self._queue.took(news)
            await self._keep(done, Sent(self._clock.monotonic(), news.hot_after, news.text_after))
        behind_s = 0.0 if news.is_all else self._clock.now() - news.since
        if not self._is_well:
            await self._keep(Delivered())
        slow = f"{self.settings.name}: It takes fewer samples than are recorded and is {behind_s / 60:.0f} min behind."
        await self._tell(slow if behind_s > BEHIND_S else "")
        if not news.is_all:
            return len(news.samples) / self.settings.rate
        await self._repeat()
        sent = await self._send_sealed()
        return sent / self.settings.rate if sent else LOOK_S

    async def _confirm(self) -> None:
        """Take what was sent long enough ago for certain; send it again where the server was started anew since.

        Raises: EngineFailed, StoreError.
        """
        until = self._clock.monotonic() - self._client.durable_after_s
        if self._server is not None and not self._unconfirmed.is_due(until):
            return
        server = await self._client.figures()
        anew = server.begun_at != self._begun_at if server.begun_at is not None else self._server is None
        if anew:
            self._unconfirmed.clear()
            self._queue.rewind()
        await self._note_left_out(server)
        self._server, self._begun_at = server, server.begun_at
        if (sent := self._unconfirmed.taken(until)) is not None:
            kept = EngineProgress(self.settings.name, 0, sent.hot_after, sent.text_after, sent.spans)
            await self._write(lambda writer: record_progress(writer.db, kept, self._clock.now()))

    async def _note_left_out(self, server: EngineFigures) -> None:
        """Say once where it keeps duplicates, and where it takes samples only to leave them out."""
        now, before = self._clock.monotonic(), self._server
        if server.removes_duplicates is False and self._noted_at == float("-inf"):
            self._noted_at = now - NOTE_EVERY_S
            await self._note(f"engine {self.settings.name} keeps duplicates: see `victron-console engine status`")
        more = (server.left_out or 0) - (before.left_out or 0 if before else 0)
        if before is not None and more > 0 and now - self._noted_at >= NOTE_EVERY_S:
            self._noted_at = now
            await self._note(
                f"engine {self.settings.name} left out {more:,} samples that it was sent: older than it keeps them, or "
                "in its future"
            )

    async def _repeat(self) -> None:
        """Send again what stayed as it is, where that is due. It is not made up for: the next time will do."""
        every_s, now = self.settings.repeat, self._clock.monotonic()
        if every_s is None or now - self._repeated_at < every_s:
            return
        samples = await self._queue.unchanged()
        self._repeated_at = now
        if samples:
            await self._keep(await deliver(self._client, samples, self._clock))

    async def _send_sealed(self) -> int:
        """Send a part of the sealed history that the engine lacks, one at a time; gives how many samples."""
        if self._unconfirmed.has_spans:
            return 0
        part = await self._queue.sealed(min(SEALED_MOST, max(SAMPLES_A_REQUEST, int(self.settings.rate * SEALED_S))))
        if part is None:
            return 0
        done = await deliver(self._client, part.samples, self._clock)
        await self._keep(done, Sent(self._clock.monotonic(), spans=part.spans))
        return len(part.samples)

    async def _keep(self, done: Delivered, sent: Sent | None = None) -> None:
        """Raises: StoreError."""
        if sent is not None:
            self._unconfirmed.add(sent)
        name, at = self.settings.name, self._clock.now()
        kept = EngineProgress(name, done.sent, refusals=done.refused)
        await self._write(lambda writer: record_progress(writer.db, kept, at))
        if done.refused:
            first = done.refused[0]
            more = f" and {len(done.refused) - 1:,} others" if len(done.refused) > 1 else ""
            await self._note(f"engine {name} refuses {first.series}{more}, set aside: {first.reason}")

    async def _failed(self, failure: EngineFailed) -> float:
        now = self._clock.now()
        if self._failing_since is None:
            self._failing_since = now
            log.warning("engine %s: %s", self.settings.name, failure)
        self._failures += 1
        self._is_well, self._server = False, None
        try:
            await self._write(lambda writer: record_failure(writer.db, self.settings.name, str(failure), now))
        except StoreError as error:
            log.debug("that engine %s fails was not kept: %s", self.settings.name, error)
        if now - self._failing_since >= ALARM_AFTER_S:
            await self._tell(f"{self.settings.name}: {failure} What it lacks waits in the store.")
        return max(failure.wait_s, next_delay(self._failures, AGAIN_S, 1.0))

    async def _tell(self, problem: str) -> None:
        if problem != self._told:
            self._told = problem
            await self._trouble(problem)

    async def _note(self, text: str) -> None:
        log.warning("%s", text)
        try:
            await self._write(lambda writer: writer.note([Event(self._clock.now(), None, "engine", text)]))
        except StoreError as error:
            log.debug("not noted in the store: %s", error)
