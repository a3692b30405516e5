"""Tells the world outside of alarms: a command of the operator's, or an Apprise address. Off by default.

It runs off the loop that polls, each way for itself. What is to be told is kept with the alarm and told again until
it was delivered, also by a later collector; while nothing can be kept it is told all the same. A failure of it is an
alarm of the console itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from victron_console.collector.notice import notice_of
from victron_console.collector.notice_ways import WAYS, NotifyFailed, ways_of
from victron_console.collector.outbox import Message, Outbox
from victron_console.config import NotifySettings
from victron_console.model.alert import AlertEvent, AlertView, NoticeSent, Occurrence
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import Clock
from victron_console.store.alarms.notices import kept_notices, record_notices
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event
from victron_console.store.write.writer import Writer

log = logging.getLogger(__name__)

FAMILY = "notify_failed"
NOTIFY_FAILED = (FAMILY, "Notify fails", "mend [notify]; try `victron-console alerts test-notify`")
FAILURES_IN_A_ROW = 2
"""Then the way is down, and not one message alone at fault."""
LOOK_S = 30.0
"""The longest wait for something to tell."""

Trouble = Callable[[str], Awaitable[None]]
"""Takes why nobody could be told, as a sentence; an empty one once it works again."""
Write = Callable[[Callable[[Writer], None]], Awaitable[None]]
"""Does something with the store's writer."""


class Notifier:
    """Tells of each alarm when it is announced and when it is over."""

    def __init__(self, store: Path, clock: Clock, write: Write, trouble: Trouble) -> None:
        self._store = store
        self._clock = clock
        self._write = write
        self._trouble = trouble
        self._settings = NotifySettings()
        self._outboxes = {way: Outbox(way, FAMILY) for way in WAYS}
        self._problems: dict[str, str] = {}
        self._unkept: list[tuple[NoticeSent, Event]] = []
        """What was told and could not be kept yet."""
        self._news = {way: asyncio.Event() for way in WAYS}

    async def open(self) -> None:
        """Go on from what a collector before left untold.

        Raises:
            StoreError: the store cannot be read.
        """

        def restore(writer: Writer) -> None:
            for kept in kept_notices(writer.db.conn):
                if kept.way in self._outboxes:
                    self._outboxes[kept.way].restore(kept)

        await self._write(restore)

    def use(self, settings: NotifySettings) -> None:
        """Tell by these from now on."""
        self._settings = settings
        wanted = ways_of(settings)
        for way, outbox in self._outboxes.items():
            outbox.settings = settings
            if way not in wanted:
                outbox.since = None
            elif outbox.since is None:
                outbox.since = self._clock.now()

    def plan(self, changes: AlertChanges) -> AlertChanges:
        """Take what changed, before it is stored; gives it with what is to be told of it, to be stored along."""
        now, at = self._clock.monotonic(), self._clock.now()
        events = []
        for way, outbox in self._outboxes.items():
            for it in changes.occurrences:
                if outbox.take(it, now):
                    text = f"{it.title}: over before anybody could be told by {way}"
                    events.append(AlertEvent(at, "not told", it.key.station, str(it.key), text, it.id, it.severity))
            self._news[way].set()
        due = tuple(due for outbox in self._outboxes.values() for due in outbox.changes())
        return replace(changes, events=(*changes.events, *events), due=due)

    async def run(self) -> None:
        """Tell until cancelled."""
        async with asyncio.TaskGroup() as group:
            for way in self._outboxes:
                group.create_task(self._keep_telling(way))

    async def tell_due(self) -> None:
        """Tell what is to be told by now."""
        for way in self._outboxes:
            await self._tell_by(way)

    async def _keep_telling(self, way: str) -> None:
        while True:
            await self._tell_by(way)
            outbox = self._outboxes[way]
            soon_s = outbox.next_at() - self._clock.monotonic() if outbox.since is not None else LOOK_S
            wait_s = min(max(soon_s, 0.1), LOOK_S)
            try:
                async with asyncio.timeout(wait_s):
                    await self._news[way].wait()
            except TimeoutError:
                pass
            self._news[way].clear()

    async def _tell_by(self, way: str) -> None:
        outbox = self._outboxes[way]
        ready = outbox.ready(self._clock.monotonic()) if outbox.since is not None else []
        if not ready:
            return
        views = await asyncio.to_thread(self._views, ready)
        failures = 0
        for planned in outbox.messages(views, self._clock.monotonic(), self._clock.now()):
            if not (message := outbox.still_due(planned)):
                continue
            delivered = await self._deliver(way, message)
            failures = 0 if delivered else failures + 1
            if failures >= FAILURES_IN_A_ROW:
                break
        if failures:
            outbox.rest(self._clock.monotonic())
        await self._keep(outbox)

    def _views(self, occurrences: Sequence[Occurrence]) -> dict[int, tuple[AlertView, str | None]]:
        """The alarms with what operators say of them, and the names of their stations."""
        views: dict[int, tuple[AlertView, str | None]] = {}
        try:
            with closing(Reader(self._store, self._clock)) as reader:
                for it in occurrences:
                    row = reader.station(it.key.station) if it.key.station else None
                    known = reader.alert(it.id)
                    view = replace(known, occurrence=it) if known is not None else AlertView(it)
                    views[it.id] = view, row.name if row else it.key.station or None
        except StoreError:  # better told without its shelf than not at all
            return {it.id: views.get(it.id, (AlertView(it), it.key.station or None)) for it in occurrences}
        return views

    async def _deliver(self, way: str, message: Message) -> bool:
        outbox = self._outboxes[way]
        kept_all = not self._unkept
        try:
            await WAYS[way](self._settings, notice_of(message))
        except NotifyFailed as failure:
            log.warning("notify: %s", failure)
            outbox.failed(message, self._clock.monotonic())
            await self._note_trouble(way, str(failure))
            return False
        at = self._clock.now()
        of = {it.view.occurrence.id: it for it in message}
        for sent in outbox.sent(message, self._clock.monotonic(), at):
            it = of[sent.occurrence].view.occurrence
            after = f" after {sent.tries} failed tries" if sent.tries else ""
            among = f", one of {len(message)} in a message" if len(message) > 1 else ""
            text = f"{it.title}: told by {way} ({sent.event}){after}{among}"
            details = {"key": str(it.key), "occurrence": it.id, "severity": sent.severity.value, "way": way}
            self._unkept.append((sent, Event(at, it.key.station or None, "told", text, details)))
        if kept_all:  # else the store does not take it at the moment, which must not hold up the next message
            await self._keep(outbox)
        await self._note_trouble(way, "")
        return True

    async def _keep(self, outbox: Outbox) -> None:
        """Keep what was told and what is still to be told; what cannot be kept now is kept with the next."""
        due, told = outbox.changes(), self._unkept
        if not (due or told):
            return
        self._unkept = []
        try:
            await self._write(
                lambda writer: record_notices(writer.db, due, [it for it, _ in told], [event for _, event in told])
            )
        except StoreError as error:
            log.debug("who was told waits for the store: %s", error)
            outbox.give_back(due)
            self._unkept = told + self._unkept

    async def _note_trouble(self, way: str, problem: str) -> None:
        if self._problems.get(way, "") != problem:
            self._problems[way] = problem
            await self._trouble(" ".join(filter(None, self._problems.values())))
