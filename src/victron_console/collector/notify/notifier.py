"""Tells the world outside of alarms, by each way that the configuration names. Off by default.

It runs off the loop that polls, each way for itself. What is to be told is kept with the alarm and told again until
it was delivered, also by a later collector; while nothing can be kept it is told all the same. A failure of it is an
alarm of the console itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from victron_console.collector.notify.message import Message, Seen, is_reminder
from victron_console.collector.notify.notice import notice_of
from victron_console.collector.notify.outbox import Outbox
from victron_console.collector.notify.senders import NotifyFailed, send
from victron_console.config import NotifySettings
from victron_console.config.notify import Way
from victron_console.diagnosing.verdict.known_site import read_verdict
from victron_console.insight.fleet import at_moment
from victron_console.insight.verdict.clause import SiteVerdict
from victron_console.model.alert import AlertEvent, AlertView, NoticeSent, Occurrence
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import Clock
from victron_console.model.console_alarm import ConsoleAlarm, TellTrouble
from victron_console.store.alarms.notices import kept_notices, record_notices
from victron_console.store.answers import StationRow
from victron_console.store.errors import StoreError
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event
from victron_console.store.write.writer import Writer

log = logging.getLogger(__name__)

FAMILY = "notify_failed"
NOTIFY_FAILED = ConsoleAlarm(FAMILY, "Notify fails", "mend [notify]; try `victron-console alerts test-notify`")
FAILURES_IN_A_ROW = 2
"""Then the way is down, and not one message alone at fault."""
LOOK_S = 30.0
"""The longest wait for something to tell."""

Write = Callable[[Callable[[Writer], None]], Awaitable[None]]
"""Does something with the store's writer."""


class Notifier:
    """Tells of each alarm when it is announced and when it is over."""

    def __init__(self, store: Path, clock: Clock, write: Write, trouble: TellTrouble) -> None:
        self._store = store
        self._clock = clock
        self._write = write
        self._trouble = trouble
        self._ways: Mapping[str, Way] = {}
        self._outboxes: dict[str, Outbox] = {}
        """By way; one that is wanted no more goes on knowing what was told by it."""
        self._problems: dict[str, str] = {}
        self._told_trouble: str | None = None
        """None: nothing yet; an alarm of a collector before may stand."""
        self._unkept: list[tuple[NoticeSent, Event | None]] = []
        """What was told and could not be kept yet."""
        self._news: dict[str, asyncio.Event] = {}
        self._came = asyncio.Event()
        """A way that was not there before."""

    async def open(self) -> None:
        """Go on from what a collector before left untold; `use` came before.

        Raises:
            StoreError: the store cannot be read.
        """

        def restore(writer: Writer) -> None:
            for kept in kept_notices(writer.db.conn):
                if kept.way in self._outboxes:
                    self._outboxes[kept.way].restore(kept, self._clock.monotonic(), self._clock.now())

        await self._write(restore)

    def use(self, settings: NotifySettings, tags: Mapping[str, Collection[str]]) -> None:
        """Tell by these from now on; `tags` are of the stations, by id."""
        self._ways = {way.name: way for way in settings.ways()}
        for name in self._ways.keys() - self._outboxes.keys():
            self._outboxes[name], self._news[name] = Outbox(name, FAMILY), asyncio.Event()
            self._came.set()
        for name, outbox in self._outboxes.items():
            outbox.use(self._ways.get(name), tags, self._clock.now())

    def plan(self, changes: AlertChanges) -> AlertChanges:
        """Take what changed, before it is stored; gives it with what is to be told of it, to be stored along."""
        now, at = self._clock.monotonic(), self._clock.now()
        events = []
        for way, outbox in self._outboxes.items():
            for it in changes.occurrences:
                if outbox.take(it, now, at):
                    text = f"{it.title}: over before anybody could be told by {way}"
                    events.append(AlertEvent(at, "not told", it.key.station, str(it.key), text, it.id, it.severity))
            self._news[way].set()
        due = tuple(due for outbox in self._outboxes.values() for due in outbox.changes())
        return replace(changes, events=(*changes.events, *events), due=due)

    async def run(self) -> None:
        """Tell until cancelled."""
        running: set[str] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                self._came.clear()
                for way in self._outboxes.keys() - running:
                    running.add(way)
                    group.create_task(self._keep_telling(way))
                await self._came.wait()

    async def tell_due(self) -> None:
        """Tell what is to be told by now."""
        for way in list(self._outboxes):
            await self._tell_by(way)

    async def _keep_telling(self, way: str) -> None:
        while True:
            await self._tell_by(way)
            outbox = self._outboxes[way]
            soon_s = outbox.next_moment() - self._clock.monotonic() if outbox.since is not None else LOOK_S
            wait_s = min(max(soon_s, 0.1), LOOK_S)
            try:
                async with asyncio.timeout(wait_s):
                    await self._news[way].wait()
            except TimeoutError:
                pass
            self._news[way].clear()

    async def _tell_by(self, name: str) -> None:
        outbox = self._outboxes[name]
        way = self._ways.get(name)
        if way is None:
            if name in self._problems:
                await self._note_trouble(name, "")
            return
        if not (ready := outbox.ready(self._clock.monotonic(), self._clock.now())):
            await self._keep(outbox)  # what waits for the store
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

    def _views(self, occurrences: Sequence[Occurrence]) -> dict[int, Seen]:
        """The alarms, and those that their incidents began with: what operators say of them, the names of their
        stations, and what is to be said of those."""
        views: dict[int, Seen] = {}
        verdicts: dict[str, SiteVerdict] = {}
        try:
            with closing(Reader(self._store, self._clock)) as reader:
                standing = reader.alerts()
                for it in occurrences:
                    row = reader.station(it.key.station) if it.key.station else None
                    if row is not None and row.id not in verdicts:
                        verdicts[row.id] = _verdict(reader, row, standing, self._clock.now())
                    known = reader.alert(it.id)
                    view = replace(known, occurrence=it) if known is not None else AlertView(it)
                    name = row.name if row else it.key.station or None
                    verdict = verdicts.get(it.key.station, SiteVerdict())
                    views[it.id] = view, name, verdict
                    if it.incident is not None and (first := reader.alert(it.incident)) is not None:
                        views.setdefault(it.incident, (first, name, verdict))
        except StoreError:  # better told without its shelf than not at all
            alone = {it.id: (AlertView(it), it.key.station or None, SiteVerdict()) for it in occurrences}
            return {**alone, **views}
        return views

    async def _deliver(self, way: Way, message: Message) -> bool:
        outbox = self._outboxes[way.name]
        kept_all = not self._unkept
        at = self._clock.now()
        try:
            await send(way, notice_of(message, at, waited=way.settings.after > 0))
        except NotifyFailed as failure:
            log.warning("notify by %s: %s", way.name, failure)
            outbox.failed(message, self._clock.monotonic())
            await self._note_trouble(way.name, str(failure))
            return False
        at = self._clock.now()
        told = outbox.sent(message, self._clock.monotonic(), at)
        self._unkept += zip(told, _lines(message, told, at), strict=True)
        if kept_all:  # else the store does not take it at the moment, which must not hold up the next message
            await self._keep(outbox)
        await self._note_trouble(way.name, "")
        return True

    async def _keep(self, outbox: Outbox) -> None:
        """Keep what was told and what is still to be told; what cannot be kept now is kept with the next."""
        due, told = outbox.changes(), self._unkept
        if not (due or told):
            return
        self._unkept = []
        try:
            await self._write(
                lambda writer: record_notices(
                    writer.db, due, [it for it, _ in told], [event for _, event in told if event]
                )
            )
        except StoreError as error:
            log.debug("who was told waits for the store: %s", error)
            outbox.give_back(due)
            self._unkept = told + self._unkept

    async def _note_trouble(self, way: str, problem: str) -> None:
        self._problems[way] = problem
        trouble = " ".join(filter(None, self._problems.values()))
        if trouble != self._told_trouble:
            self._told_trouble = trouble
            await self._trouble(trouble)


def _verdict(reader: Reader, row: StationRow, standing: Sequence[AlertView], now: float) -> SiteVerdict:
    """What is to be said of a site; nothing where that fails: whoever is to be told is told all the same."""
    try:
        return read_verdict(reader, at_moment([row], now)[0], standing, now)
    except StoreError:
        raise
    except Exception:
        log.exception("%s: what is to be said of it could not be worked out", row.id)
        return SiteVerdict()


def _lines(message: Message, told: Sequence[NoticeSent], at: float) -> list[Event | None]:
    """What the log says of each that was told; a reminder of many alarms is one line, with the first of them."""
    of = {it.view.occurrence.id: it.view.occurrence for it in message}
    found: list[Event | None] = []
    for sent in told:
        it = of[sent.occurrence]
        after = f" after {sent.tries} failed tries" if sent.tries else ""
        among = f", one of {len(message)} in a message" if len(message) > 1 else ""
        text = f"{it.title}: told by {sent.way} ({sent.event}){after}{among}"
        details = {"key": str(it.key), "occurrence": it.id, "severity": sent.severity.value, "way": sent.way}
        is_said = bool(found) and is_reminder(message)
        found.append(None if is_said else Event(at, it.key.station or None, "told", text, details))
    return found
