"""All stations of the configuration: their pollers, what they found, the configuration's edits, the operators' wishes.

It is the only writer of the store, which the lease makes sure of. It draws nothing and never talks to a console.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

import httpx

from victron_console.catalogue import catalogue
from victron_console.collector.alerting import Alerting
from victron_console.collector.background.work import BackgroundWork
from victron_console.collector.collector_health import CollectorHealth
from victron_console.collector.polled_station import PolledStation
from victron_console.collector.poller import StationPoller
from victron_console.collector.recorder import Recorder
from victron_console.collector.store_reads import StoredStation, follow_wishes, read_wishes, stored_stations
from victron_console.collector.watch.heartbeat import Beat
from victron_console.collector.watch.service_manager import ServiceManager
from victron_console.config import Fault, LoadResult, StationConfig, StationFiles
from victron_console.model.clock import Clock
from victron_console.model.snapshot import Snapshot
from victron_console.sources.base import Source
from victron_console.sources.naming import KnownDevice
from victron_console.sources.open_source import open_source
from victron_console.store.errors import StoreError
from victron_console.store.lease import Lease
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

log = logging.getLogger(__name__)

FLUSH_S = 0.5
FLUSH_GAP_S = 0.05
"""Values that came by themselves are recorded at once, but all those of so short a time in one transaction."""
RELOAD_S = 5.0
WANTED_S = 1.0
BEAT_S = 10.0
STANDS_STILL_S = 60.0
"""A turn of the clockwork takes half a second, and some seconds while another program holds the store."""
POLL_AGAIN_S = 60.0
"""After a fault of ours in a station's poller."""
MAX_REQUESTS = 50
"""Requests under way at once over the whole fleet: enough for 1,000 stations whose links are slow."""
START_SPREAD_S = 2.0
"""The first polls of a fleet are spread over this long."""
SPREAD_FROM = 20
"""Smaller fleets begin at once."""


MakeSource = Callable[[StationConfig, Clock, Mapping[str, KnownDevice]], Source]
"""What makes a station's source; the mapping is its devices of an earlier run, by bus name."""


class Fleet:
    """Polls every configured station and records it, until cancelled."""

    def __init__(
        self,
        files: StationFiles,
        store: Path,
        clock: Clock,
        *,
        random: Random,
        make_source: MakeSource = open_source,
        rule_folders: Callable[[], Sequence[Path]] = tuple,
        manager: ServiceManager | None = None,
        forecasts: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Nothing is read before `run`; `manager` is told that the polls go on, where one started us."""
        self._files = files
        self._store = store
        self._clock = clock
        self._random = random
        self._make_source = make_source
        self._slots = asyncio.Semaphore(MAX_REQUESTS)
        self._running: dict[str, PolledStation] = {}
        self._worth_recording = asyncio.Event()
        self._faults: tuple[Fault, ...] = ()
        self._edited: LoadResult | None = None
        self._durable = False
        self._health = CollectorHealth(clock)
        self.recorder = Recorder(store, clock, lambda: Writer(store, clock, durable=self._durable))
        self._alerting = Alerting(store, clock, self.recorder, rule_folders)
        self._background = BackgroundWork(store, clock, self.recorder, self._alerting, self._beat, forecasts)
        self._manager = manager or ServiceManager({})
        self._began_at = clock.now()
        self._turned_at = clock.monotonic()

    async def run(self) -> None:
        """Record the fleet until cancelled; what was read by then is written.

        Raises:
            LeaseHeld: another collector writes this store.
            StoreError: the store cannot be opened.
        """
        with Lease(self._store, self._clock):
            await self._start()
            self._manager.ready(f"polls {len(self._running)} stations")
            self._background.start()
            try:
                await self._work()
            finally:
                self._manager.stopping()
                await self._background.end()
                await self._stop()

    async def run_once(self) -> None:
        """Read every service of every station one time, record it and end. Raises as `run`."""
        with Lease(self._store, self._clock):
            await self._start(keep_polling=False)
            try:
                await asyncio.gather(*(running.poller.run_once() for running in self._running.values()))
            finally:
                await self._stop()

    async def _start(self, *, keep_polling: bool = True) -> None:
        loaded = self._files.reload()
        self._durable = loaded.console.synchronous == "full"
        # Parsed only when first used, in some 100 ms: in the midst of a first read it would leave another station's
        # single-threaded server waiting on a connection that asks nothing.
        catalogue()
        await self.recorder.open()
        self._background.use(loaded)
        await self._background.open()
        await self._alerting.open([_record(config) for config in loaded.stations])
        await self._take_up(loaded, keep_polling=keep_polling)

    async def _stop(self) -> None:
        await asyncio.gather(*(running.end() for running in self._running.values()))
        await self._flush(everything=True)
        await self._alerting.close()
        await self.recorder.close()

    async def _work(self) -> None:
        """The fleet's own clockwork: flush, look at the wishes, look at the files."""
        looked_at_wishes = looked_at_files = beat_at = self._clock.monotonic()
        while True:
            began = self._clock.monotonic()
            if self._alerting.judging_for_s <= STANDS_STILL_S:
                self._turned_at = began
                self._manager.alive(began)
            await self._until_worth_recording()
            await self._flush()
            now = self._clock.monotonic()
            await self._tell_health(now - began - FLUSH_S)
            if now - looked_at_wishes >= WANTED_S:
                looked_at_wishes = now
                await self._take_wishes()
            if now - looked_at_files >= RELOAD_S:
                looked_at_files = now
                await self._take_edits()
                await self._alerting.take_edits()
            if now - beat_at >= BEAT_S:
                beat_at = now
                await self.recorder.beat()
                await self._background.tell()
                await self._alerting.tidy()

    def _beat(self) -> Beat | None:
        """What others are told of us; None where the polls may stand still."""
        if self._clock.monotonic() - self._turned_at > STANDS_STILL_S:
            return None
        return Beat(self._began_at, len(self._running), self.recorder.trouble)

    async def _until_worth_recording(self) -> None:
        await asyncio.sleep(FLUSH_GAP_S)
        try:
            async with asyncio.timeout(FLUSH_S - FLUSH_GAP_S):
                await self._worth_recording.wait()
        except TimeoutError:
            pass
        self._worth_recording.clear()

    async def _take_edits(self) -> None:
        try:
            if await asyncio.to_thread(self._files.changed):
                self._edited = await asyncio.to_thread(self._files.reload)
        except Exception:
            log.exception("the configuration could not be read anew; the stations stay as they are")
        if self._edited is None:
            return
        try:
            await self._take_up(self._edited)
            self._edited = None
        except StoreError as error:
            log.error("the edited configuration waits, since the store cannot be used: %s", error)

    async def _take_up(self, loaded: LoadResult, *, keep_polling: bool = True) -> None:
        """Start, restart and stop pollers so that they are those of the configuration."""
        self._background.use(loaded)
        wanted = {config.id: config for config in loaded.stations}
        records = [_record(config) for config in loaded.stations]
        await self.recorder.register(records)
        await self._alerting.configure(records)
        edited = [station for station, running in self._running.items() if wanted.get(station) != running.config]
        for station in edited:
            await self._running.pop(station).end()
        new = [station for station in wanted if station not in self._running]
        stored = await asyncio.to_thread(stored_stations, self._store, self._clock, new)
        spread_s = START_SPREAD_S if len(wanted) >= SPREAD_FROM else 0.0
        for config in loaded.stations:
            if config.id not in self._running:
                self._begin(config, stored[config.id], spread_s * self._random.random(), keep_polling)
        at = self._clock.now()
        events = [Event(at, None, "config", str(fault)) for fault in loaded.faults if fault not in self._faults]
        events += [Event(at, i, "config", "its configuration was edited") for i in edited if i in wanted]
        for event in events:
            log.warning("%s", event.text)
        self._faults = loaded.faults
        await self.recorder.call(lambda writer: writer.note(events))

    def _begin(self, config: StationConfig, stored: StoredStation, wait_s: float, keep_polling: bool) -> None:
        poller = StationPoller(
            config.id,
            self._make_source(config, self._clock, stored.names),
            self._clock,
            jitter=self._random.random,
            slots=self._slots,
            cadence_s=config.cadence.by_tier(),
            battery=config.battery.choice(),
            devices=stored.devices,
        )
        poller.on_values = self._worth_recording.set
        running = self._running[config.id] = PolledStation(config, poller, stored.memory)
        if keep_polling:
            running.task = asyncio.create_task(self._keep_polling(poller, wait_s), name=f"poll {config.id}")

    async def _keep_polling(self, poller: StationPoller, wait_s: float) -> None:
        """One station's task. A fault of ours in it must not end the others, and is never silent."""
        await asyncio.sleep(wait_s)
        while True:
            try:
                await poller.run()
            except Exception as error:
                self._background.faults.failed(f"the polling of {poller.station}", error)
                await asyncio.sleep(POLL_AGAIN_S)

    async def _flush(self, *, everything: bool = False) -> None:
        """Record what was found and have it judged. What belongs to a round that is not over waits for the rest of it.

        Args:
            everything: what waits too.
        """
        updates: list[StationUpdate] = []
        snapshots: dict[str, Snapshot] = {}
        skews_s: dict[str, float] = {}
        now = self._clock.monotonic()
        for station, running in self._running.items():
            if running.poller.is_amid_round(now) and not everything:
                continue
            if (found := running.take()) is None:
                continue
            update, snapshots[station] = found
            updates.append(update)
            if (skew_s := running.poller.link.clock_skew_s) is not None:
                skews_s[station] = skew_s
        await self.recorder.record(updates)
        self._alerting.take(snapshots, skews_s)

    async def _tell_health(self, late_s: float) -> None:
        self._health.flushed(late_s, self.recorder.trouble)
        if state := self._health.state_if_changed(len(self._running), self.recorder.dropped):
            await self.recorder.record_collector(state)

    async def _take_wishes(self) -> None:
        try:
            wishes = await asyncio.to_thread(read_wishes, self._store, self._clock)
        except StoreError as error:
            log.debug("the wishes of before hold: %s", error)
            return
        for station, running in self._running.items():
            follow_wishes(running.poller, [wish for wish in wishes if wish.station == station])


def _record(config: StationConfig) -> StationRecord:
    return StationRecord(config.id, config.name, config.public(), tuple(config.tags))
