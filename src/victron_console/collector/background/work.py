"""All that the collector does beside polling and recording: its parts, their settings and their faults."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx

from victron_console.collector.advice.advising import Advising
from victron_console.collector.advice.portal_forecasts import PortalForecasts
from victron_console.collector.advice.price_lists import PriceLists
from victron_console.collector.alerting import Alerting
from victron_console.collector.background.tasks import BackgroundTasks
from victron_console.collector.backups import Backups
from victron_console.collector.diagnosing import Diagnosing
from victron_console.collector.engines.engines import ENGINE_FAILS, Engines
from victron_console.collector.internal_faults import INTERNAL_FAULT, InternalFaults
from victron_console.collector.notify.notifier import NOTIFY_FAILED, Notifier
from victron_console.collector.recorder import Recorder
from victron_console.collector.sealing import HISTORY_FAILS, Sealing
from victron_console.collector.store_alarm import StoreAlarm
from victron_console.collector.watch.heartbeat import HEARTBEAT_FAILS, Beat, Heartbeat
from victron_console.collector.watch.other_collectors import COLLECTOR_SILENT, OtherCollectors
from victron_console.config import LoadResult
from victron_console.model.clock import Clock
from victron_console.model.console_alarm import ConsoleAlarm
from victron_console.store.sealed.retention import Retention

FILES_INVALID = ConsoleAlarm(
    "files_invalid",
    "Station files wrong",
    "run `victron-console check` and mend them; a station that never ran without a fault is not watched",
)


class BackgroundWork:
    """Sealing, copies, diagnosing, prices, advising, telling, engines, and the signs of life."""

    def __init__(
        self,
        store: Path,
        clock: Clock,
        recorder: Recorder,
        alerting: Alerting,
        beat: Callable[[], Beat | None],
        forecasts: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Nothing runs before `start`.

        Args:
            store: what is read and kept.
            clock: the time.
            recorder: what writes.
            alerting: takes what is found wrong.
            beat: gives the collector's sign of life; None while the loop that polls stands still.
            forecasts: stands in for the weather service.
        """
        self._tell = tell = alerting.tell_trouble
        self._files_problem = ""
        self.faults = InternalFaults(clock, partial(tell, INTERNAL_FAULT))
        self._sealing = Sealing(store, clock, recorder, partial(tell, HISTORY_FAILS))
        self._store_alarm = StoreAlarm(store, recorder, tell, blocks=lambda: self._sealing.damaged)
        self._diagnosing = Diagnosing(store, clock, recorder, alerting.diagnose)
        self._advising = Advising(store, clock, recorder, transport=forecasts)
        self._price_lists = PriceLists(store, clock, recorder)
        self._portal_forecasts = PortalForecasts(clock, recorder)
        self._notifier = Notifier(store, clock, recorder.call, partial(tell, NOTIFY_FAILED))
        self._heartbeat = Heartbeat(clock, beat, partial(tell, HEARTBEAT_FAILS))
        self._others = OtherCollectors(clock, partial(tell, COLLECTOR_SILENT))
        self._backups = Backups(store, clock, recorder, tell)
        self._engines = Engines(store, clock, recorder.call, partial(tell, ENGINE_FAILS), self.faults)
        self._tasks = BackgroundTasks(clock, self.faults)
        alerting.plan = self._notifier.plan
        alerting.failed = partial(self.faults.failed, "the alert engine")

    def use(self, loaded: LoadResult) -> None:
        """Go by these settings from now on."""
        self._files_problem = "; ".join(map(str, loaded.faults))
        self._notifier.use(loaded.notify, {config.id: config.tags for config in loaded.stations})
        self._price_lists.use(loaded.stations)
        self._portal_forecasts.use(loaded.stations)
        self._sealing.keep(Retention(loaded.history.keep_changes, loaded.history.max_size))
        self._backups.use(loaded.backup)
        self._heartbeat.use(loaded.heartbeat)
        self._others.use(loaded.heartbeat.watch)
        self._engines.use(loaded.engines)

    async def open(self) -> None:
        """Go on from what a collector before left untold; `use` came before.

        Raises:
            StoreError: the store cannot be read.
        """
        await self._notifier.open()

    def start(self) -> None:
        """Begin all of it."""
        self._tasks.start("sealing", self._sealing.run)
        self._tasks.start("backups", self._backups.run)
        self._tasks.start("diagnosing", self._diagnosing.run)
        self._tasks.start("fetching prices", self._price_lists.run)
        self._tasks.start("fetching forecasts", self._portal_forecasts.run)
        self._tasks.start("advising", self._advising.run)
        self._tasks.start("notifying", self._notifier.run)
        self._tasks.start("the heartbeat", self._heartbeat.run)
        self._tasks.start("watching other collectors", self._others.run)
        self._tasks.start("handing over to engines", self._engines.run)

    async def tell(self) -> None:
        """Raise, change or clear the alarms of what is wrong with the store, the station files and ourselves."""
        await self._tell(FILES_INVALID, self._files_problem)
        await self._store_alarm.tell()
        await self.faults.tell()

    async def end(self) -> None:
        """Break all of it off, and wait until it is."""
        await self._tasks.end()
