"""Keeps one station fresh: one request at a time, hung services set aside, failures counted and named once.

It decides what is asked next. What is known of the link is the link judge's, of the devices the device table's; it
does not store or judge values: the recorder takes what it read.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext

from victron_console.catalogue import TIER_S, Tier
from victron_console.collector.device_table import DeviceTable, exchange
from victron_console.collector.polling.frozen import FrozenDevices
from victron_console.collector.polling.link_judge import LinkJudge
from victron_console.collector.polling.schedule import HANG_S, Schedule
from victron_console.collector.polling.station_state import station_state
from victron_console.collector.retry import Retry
from victron_console.collector.settings_log import settings_changes
from victron_console.model.clock import Clock
from victron_console.model.device import BUS_PREFIX, DeviceKey, class_of
from victron_console.model.reading import Reading
from victron_console.model.snapshot import AS_TOLD, BatteryChoice, DeviceState, Snapshot
from victron_console.model.station import ServiceState, StationState, StationStatus
from victron_console.sources.base import Discovery, Misconfigured, NoSuchService, Source, SourceError, TimedOut
from victron_console.store.records import Event, StationUpdate

log = logging.getLogger(__name__)

_MISCONFIGURED_S = 30.0
"""Between the first tries where something is set wrong: wrong logins are limited to 150 a day by a GX."""
STANDS_STILL = "its values stand still while the system's copy of them moves"
ROUND_S = 2.0
"""What was read waits at most so long for the rest of its round before it is recorded: a station's services are asked
one after another, and of a slow one that takes longer."""
_RECONNECT_S = 2.0
"""Before the first try to connect again to a station that speaks by itself."""


class StationPoller:
    """The life of one station's link. `step()` does the next thing that is due; `run()` goes on for ever."""

    def __init__(
        self,
        station: str,
        source: Source,
        clock: Clock,
        *,
        jitter: Callable[[], float],
        slots: asyncio.Semaphore,
        cadence_s: Mapping[Tier, float] = TIER_S,
        battery: BatteryChoice = AS_TOLD,
        devices: Mapping[DeviceKey, DeviceState] | None = None,
    ) -> None:
        """A station that was not polled yet.

        Args:
            station: its id.
            source: how it is asked.
            clock: the time.
            jitter: numbers from 0 to 1, which spread the polls of a fleet.
            slots: limits the requests of the fleet that run at once.
            cadence_s: seconds between two reads by tier.
            battery: which devices are the site's battery, as its owner says.
            devices: as an earlier collector left them: their figures are old, not absent, until they are read.
        """
        self.station = station
        self.battery = battery
        self.schedule = Schedule(cadence_s, jitter)
        self.status = StationStatus(StationState.STARTING, clock.now())
        self.link = LinkJudge(station, clock, self._event, cadence_s[Tier.FAST])
        self.table = DeviceTable(clock, devices)
        self.on_values: Callable[[], None] = lambda: None
        """Called when values that came by themselves were found: whoever records them should not let them wait."""
        self._bytes_counted = 0
        self._source = source
        self._clock = clock
        self._retry = Retry(jitter)
        self._frozen = FrozenDevices()
        self._slots = slots
        self._base_s = cadence_s[Tier.FAST]
        self._waiting_for: str | None = None
        self._events: list[Event] = []
        self._status_told: StationStatus | None = None
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            while True:
                await self.step()
                delay_s = self.next_moment() - self._clock.monotonic()
                if delay_s > 0:
                    await self._sleep(delay_s)
        finally:
            await self._source.close()

    async def run_once(self) -> None:
        """Ask for every service one time, or give up with the first failed poll."""
        try:
            while not (self.had_first_picture or self.out_of_reach):
                await self.step()
        finally:
            await self._source.close()

    async def _sleep(self, delay_s: float) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(delay_s):
                await self._wake.wait()
        except TimeoutError:
            pass

    @property
    def had_first_picture(self) -> bool:
        """Whether every service on the bus was asked once."""
        return bool(self.schedule.plans) and not self.schedule.untried

    @property
    def out_of_reach(self) -> bool:
        """Whether the last poll failed."""
        return self.link.failures > 0

    def next_moment(self) -> float:
        """When the next step is due (monotonic clock)."""
        return self._retry.next_moment() if self._retry.at is not None else self.schedule.next_moment()

    def want(self, focus_s: float | None, pinned_services: frozenset[str]) -> None:
        """Take in what operators asked for; a focused station that is out of reach is tried at once."""
        now = self._clock.monotonic()
        closer = focus_s is not None and self.schedule.focus_s is None
        self.schedule.refocus(focus_s, pinned_services, now)
        if closer:
            self._retry.hurry(now)
        self._wake.set()

    def snapshot(self) -> Snapshot:
        """The station as it is known now."""
        return Snapshot(
            self.station,
            self._clock.now(),
            dict(self.table.devices),
            self.status,
            self.battery,
            unanswered=tuple(self.schedule.aside),
        )

    @property
    def has_news(self) -> bool:
        """Whether anything was found since the last `take`, or time alone may change how the station is."""
        return bool(self._events or self._status_told) or self.link.has_news or self.table.has_news

    def is_amid_round(self, now: float) -> bool:
        """Whether more of what is read in one go is still to come (monotonic clock): figures are made of all of it.

        A round that takes long, or that something holds up, is not waited for.
        """
        began = self.table.untaken_since
        if began is None or now - began >= ROUND_S or self.out_of_reach or self._waiting_for is not None:
            return False
        return self.schedule.changed is None and self.schedule.next_moment() <= now

    def take(self) -> StationUpdate:
        """What was found since the last call; brings the status up to date first."""
        self._judge()
        devices = self.table.take()
        polls, link = self.link.take()
        events, self._events = self._events, []
        status, self._status_told = self._status_told, None
        return StationUpdate(
            station=self.station,
            at=self._clock.now(),
            services=devices.readings,
            status=status,
            cadences=devices.cadences,
            failures=devices.failures,
            service_changes=devices.services,
            polls=polls,
            events=events,
            link=link,
        )

    async def step(self) -> None:
        """Do the next thing that is due: look which services there are, or read one of them."""
        now = self._clock.monotonic()
        if self._retry.at is not None:
            if self._retry.look_is_due(now):
                self._retry.looked(await self._source.listens(), self._clock.monotonic())
            if not self._retry.take(self._clock.monotonic()):
                return
            self.schedule.discovery_due = now
        service = None
        try:
            if self.schedule.discovery_due <= now:
                await self._discover()
                return
            service = self.schedule.next_service(now)
            if service is not None:
                await self._read(service)
        except TimedOut as error:
            await self._timed_out(service, error, now)
        except NoSuchService as error:
            self._no_such_service(service, error)
        except SourceError as error:
            self._failed(error)

    async def _discover(self) -> None:
        began = self._clock.monotonic()
        async with self._slots:
            found = await self._source.discover()
        self.link.answered(self._clock.monotonic() - began, self._bytes_by_themselves(found))
        self._take_skew(found.clock_skew_s)
        self.link.named(found.api)
        self._follow(found)
        came, left = self.schedule.discovered(found.services, self._clock.monotonic())
        missing = self.table.missing(self.schedule.plans)
        for service in [] if found.switched or found.is_partial else dict.fromkeys([*left, *missing]):
            self._left_the_bus(service)
        for service in came:
            self.table.note(service, ServiceState.LIVE)

    def _follow(self, found: Discovery) -> None:
        """Take in how the station is reached now: on request or by itself, and whether that changed."""
        self.schedule.changed, self.schedule.renewed_s = found.changed, found.every_s
        if found.changed is not None:
            found.changed.wake = self._wake.set
        if found.switched:
            log.warning("%s: %s", self.station, found.switched)
            self._event("link", found.switched)

    def _bytes_by_themselves(self, found: Discovery) -> int:
        """What came unasked since it was last counted; requests count their own."""
        before, self._bytes_counted = self._bytes_counted, self._source.traffic.bytes_in
        return self._bytes_counted - before if found.changed is not None else 0

    async def _read(self, service: str) -> None:
        began = self._clock.monotonic()
        by_itself = self.schedule.changed is not None
        async with nullcontext() if by_itself else self._slots:
            reading = await self._source.read(service)
        now = self._clock.monotonic()
        if self.link.gave_values():
            self.schedule.hurry(now)
        self._take_skew(reading.clock_skew_s)
        if not by_itself:
            self.link.answered(now - began, reading.size_bytes)
        was_aside = service in self.schedule.aside
        known = self.table.was_read(reading, self.schedule.was_read(service, now, reading.readings))
        if known is not None and class_of(service) == "settings":
            self._events += settings_changes(self.station, reading.at, known.readings, reading.readings)
        if was_aside:
            self.table.note(service, ServiceState.LIVE)
            self._event("service", f"{class_of(service)} service answers again")
        if class_of(service) == "system":
            self._take_frozen()
            if known is not None and _names_others(known.readings, reading.readings):
                self.schedule.discovery_due = now  # it names another device: whoever that is must be read
        elif known is not None and (exchanged := exchange(known, self.table.devices[reading.key])):
            self._event("service", exchanged)
            self.schedule.discovery_due = now
        if by_itself:
            self.on_values()

    def _take_frozen(self) -> None:
        came, freed = self.table.freeze(self._frozen.judge(self.table.devices), STANDS_STILL)
        for key in sorted(came):
            self._event("service", f"{self.table.devices[key].name}: {STANDS_STILL}")
        for key in sorted(freed):
            self._event("service", f"{self.table.devices[key].name}: its values move again")

    def _take_skew(self, skew_s: float | None) -> None:
        if skew_s is not None:
            self.link.skewed(skew_s)

    def _failed(self, error: SourceError) -> None:
        self.link.failures += 1
        base_s = self._base_s if self.schedule.changed is None else _RECONNECT_S
        is_refusal = isinstance(error, Misconfigured)
        base_s = _MISCONFIGURED_S if is_refusal else base_s
        now = self._clock.monotonic()
        self.link.failed(error, self._retry.failed(self.link.failures, base_s, now, is_refusal=is_refusal))
        for key in self.table.devices:
            self.table.count_failure(key)

    async def _timed_out(self, service: str | None, error: TimedOut, asked_at: float) -> None:
        """Find out whether one service hangs or the whole server does: only its health call may ask."""
        self.link.erred(error)
        if service is None:
            self.link.suspected(error)
        elif service not in self.schedule.aside:  # else it is told already
            self._waiting_for = class_of(service)
            self.schedule.hangs(service)
            self.table.note(service, ServiceState.SET_ASIDE, f"the {class_of(service)} service does not answer")
        self._judge()
        self.on_values()
        try:
            await self._source.recovered()
        except SourceError as still:
            self.link.failures += 1
            self._failed(still)
            return
        finally:
            self._waiting_for = None
        if service is None:
            self._failed(error)
            return
        self.link.answered(0.0)
        held_s = self._clock.monotonic() - asked_at
        self._set_aside(service, f"the {class_of(service)} service does not answer", held_s)

    def _no_such_service(self, service: str | None, error: NoSuchService) -> None:
        if service is None:
            self._failed(error)
            return
        now = self._clock.monotonic()
        self.link.answered(0.0)
        self.schedule.discovery_due = now
        if self.schedule.plans[service].read_at is None:
            if self.schedule.gave_nothing(service, now):
                self.table.note(service, ServiceState.LIVE, "it gives no values")
        elif (key := self.table.key_of(service)) is not None and self.table.devices[key].failures:
            self._set_aside(service, f"the {class_of(service)} service gives no values")
        else:
            self.table.count_failure(key)
            self.schedule.postpone(service, now)

    def _set_aside(self, service: str, reason: str, held_s: float = HANG_S) -> None:
        wait_s = self.schedule.set_aside(service, self._clock.monotonic(), held_s)
        self.table.count_failure(self.table.key_of(service))
        text = f"{reason}; the others are read as ever, this one is asked again ever more seldom"
        if self.schedule.plans[service].hangs == 1:
            log.warning("%s: %s", self.station, text)
            self._event("service", text)
        self.table.note(service, ServiceState.SET_ASIDE, reason, self._clock.now() + wait_s)

    def _left_the_bus(self, service: str) -> None:
        self.table.note(service, ServiceState.GONE, "left the bus")
        self._event("service", f"{class_of(service)} service left the bus")

    def _event(self, kind: str, text: str) -> None:
        self._events.append(Event(self._clock.now(), self.station, kind, text))

    def _judge(self) -> None:
        """Bring the station's state up to date; a change becomes a row and an entry in the log."""
        state, reason = station_state(self.link, self.table, self.schedule.aside, self._waiting_for)
        if (state, reason) == (self.status.state, self.status.reason):
            return
        changed = state is not self.status.state
        since = self._clock.now() if changed else self.status.since
        if changed and not (self.status.state is StationState.STARTING and state is StationState.LIVE):
            self._event("link", f"{state}: {reason}" if reason else str(state))
        self.status = self._status_told = StationStatus(state, since, reason)


def _names_others(before: Mapping[str, Reading], now: Mapping[str, Reading]) -> bool:
    """Whether `system` names other services as the battery's, the inverter's and so on than it did."""
    return before is not now and _named_services(before) != _named_services(now)


def _named_services(readings: Mapping[str, Reading]) -> set[str]:
    texts = (it.value for it in readings.values() if type(it.value) is str)
    return {text for text in texts if text.startswith(BUS_PREFIX)}
