"""Keeps one station fresh: one request at a time, hung services set aside, failures counted and named once.

It owns what is known of the station's link. It does not store or judge values: the recorder takes what it read.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace

from victron_console.catalogue import TIER_S, Tier
from victron_console.collector.poll_results import Findings
from victron_console.collector.schedule import Schedule, next_delay
from victron_console.collector.settings_log import settings_changes
from victron_console.model.clock import Clock
from victron_console.model.device import DeviceKey, class_of
from victron_console.model.quality import LOST_AFTER_S, LOST_FAILURES, STALE_AT_LEAST_S
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState, StationState, StationStatus
from victron_console.sources.base import Discovery, Misconfigured, NoSuchService, Source, SourceError, TimedOut
from victron_console.store.records import Event, LinkState, PollSample, ServiceChange

log = logging.getLogger(__name__)

SKEW_LIMIT_S = 60.0
_MISCONFIGURED_S = 30.0
_SKEW_STEP_S = 2.0
"""A clock skew that moves by less is the same: the header it comes from counts whole seconds."""


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
    ) -> None:
        self.station = station
        self.schedule = Schedule(cadence_s, jitter)
        self.devices: dict[DeviceKey, DeviceState] = {}
        self.status = StationStatus(StationState.STARTING, clock.now())
        self.clock_skew_s: float | None = None
        self.on_news: Callable[[], None] = lambda: None
        """Called when values that came by themselves were found: whoever records them should not let them wait."""
        self._bytes_counted = 0
        self._source = source
        self._clock = clock
        self._jitter = jitter
        self._slots = slots
        self._base_s = cadence_s[Tier.FAST]
        self._last_good = clock.monotonic()
        self._failures = 0
        self._error: SourceError | None = None
        self._retry_at: float | None = None
        self._waiting_for: str | None = None
        self._link = self._link_told = LinkState()
        self._findings = Findings()
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
        return self._failures > 0

    def next_moment(self) -> float:
        """When the next step is due (monotonic clock)."""
        return self._retry_at if self._retry_at is not None else self.schedule.next_moment()

    def want(self, focus_s: float | None, pinned_services: frozenset[str]) -> None:
        """Take in what operators asked for; a focused station that is out of reach is tried at once."""
        now = self._clock.monotonic()
        closer = focus_s is not None and self.schedule.focus_s is None
        self.schedule.refocus(focus_s, pinned_services, now)
        if closer and self._retry_at is not None:
            self._retry_at = now
        self._wake.set()

    def snapshot(self) -> Snapshot:
        """The station as it is known now."""
        return Snapshot(self.station, self._clock.now(), dict(self.devices), self.status)

    def take(self) -> Findings:
        """What was found since the last call; brings the status up to date first."""
        self._judge()
        if self._link != self._link_told:
            self._findings.link = self._link_told = self._link
        found, self._findings = self._findings, Findings()
        return found

    async def step(self) -> None:
        """Do the next thing that is due: look which services there are, or read one of them."""
        now = self._clock.monotonic()
        if self._retry_at is not None:
            if now < self._retry_at:
                return
            self._retry_at = None
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
            await self._timed_out(service, error)
        except NoSuchService as error:
            self._no_such_service(service, error)
        except SourceError as error:
            self._failed(error)

    async def _discover(self) -> None:
        began = self._clock.monotonic()
        async with self._slots:
            found = await self._source.discover()
        self._answered(self._clock.monotonic() - began, found.clock_skew_s, self._bytes_by_themselves(found))
        self._link = replace(self._link, api=found.api)
        self._follow(found)
        came, left = self.schedule.discovered(found.services, self._clock.monotonic())
        for service in [] if found.switched else dict.fromkeys([*left, *self._missing()]):
            self._left_the_bus(service)
        for service in came:
            self._note_service(service, ServiceState.LIVE, "")

    def _follow(self, found: Discovery) -> None:
        """Take in how the station is reached now: on request or by itself, and whether that changed."""
        self.schedule.news = found.news
        if found.news is not None:
            found.news.wake = self._wake.set
        if found.switched:
            log.warning("%s: %s", self.station, found.switched)
            self._event("link", found.switched)

    def _missing(self) -> list[str]:
        """Services of devices that are not on the bus: reached another way they would be there under another name."""
        return [
            device.service
            for device in self.devices.values()
            if device.service not in self.schedule.plans and device.state is not ServiceState.GONE
        ]

    def _bytes_by_themselves(self, found: Discovery) -> int:
        """What came unasked since it was last counted; requests count their own."""
        before, self._bytes_counted = self._bytes_counted, self._source.traffic.bytes_in
        return self._bytes_counted - before if found.news is not None else 0

    async def _read(self, service: str) -> None:
        began = self._clock.monotonic()
        by_itself = self.schedule.news is not None
        async with nullcontext() if by_itself else self._slots:
            reading = await self._source.read(service)
        now = self._clock.monotonic()
        self._gave_values()
        self._answered(now - began, reading.clock_skew_s, reading.size_bytes, asked=not by_itself)
        was_aside = service in self.schedule.aside
        cadence_s = self.schedule.was_read(service, now, reading.readings)
        known = self.devices.get(reading.key)
        if known is not None and class_of(service) == "settings":
            self._findings.events += settings_changes(self.station, reading.at, known.readings, reading.readings)
        self.devices[reading.key] = DeviceState(
            reading.key, service, reading.readings, read_at=reading.at, cadence_s=cadence_s
        )
        self._findings.readings.append(reading)
        if known is None or known.cadence_s != cadence_s:
            self._findings.cadences[reading.key] = cadence_s
        if was_aside:
            self._note_service(service, ServiceState.LIVE, "")
            self._event("service", f"{class_of(service)} service answers again")
        if by_itself:
            self.on_news()

    def _gave_values(self) -> None:
        """The end of an outage. A list of services is not: values may still fail to come."""
        if self._failures or self._error is not None:
            log.info("%s: answers again after %d failed polls", self.station, self._failures)
            self.schedule.hurry(self._clock.monotonic())
        self._failures, self._error = 0, None
        self._link = replace(self._link, failures=0, next_try_at=None)
        self._last_good = self._clock.monotonic()

    def _answered(self, round_trip_s: float, skew_s: float | None, size_bytes: int = 0, *, asked: bool = True) -> None:
        """A request went well, whatever it was for."""
        if skew_s is not None:
            self._note_skew(skew_s)
        if asked:
            self._findings.polls.append(
                PollSample(self._clock.now(), ok=True, round_trip_s=round_trip_s, size_bytes=size_bytes)
            )

    def _note_skew(self, skew_s: float) -> None:
        was_off = self.clock_skew_s is not None and abs(self.clock_skew_s) > SKEW_LIMIT_S
        self.clock_skew_s = skew_s
        if self._link.clock_skew_s is None or abs(skew_s - self._link.clock_skew_s) >= _SKEW_STEP_S:
            self._link = replace(self._link, clock_skew_s=skew_s)
        if abs(skew_s) > SKEW_LIMIT_S and not was_off:
            self._event("clock", f"the station's clock is {_span(skew_s)} off ours; check its time settings")

    def _failed(self, error: SourceError) -> None:
        self._failures += 1
        if self._error is None or type(self._error) is not type(error):
            log.warning("%s: %s", self.station, error)
        self._error = error
        self._note_error(error)
        base_s = _MISCONFIGURED_S if isinstance(error, Misconfigured) else self._base_s
        delay_s = next_delay(self._failures, base_s, self._jitter())
        self._retry_at = self._clock.monotonic() + delay_s
        self._link = replace(self._link, failures=self._failures, next_try_at=self._clock.now() + delay_s)
        for key in self.devices:
            self._count_failure(key)

    def _note_error(self, error: SourceError) -> None:
        now = self._clock.now()
        self._findings.polls.append(PollSample(now, ok=False, error=str(error)))
        self._link = replace(self._link, last_error=str(error), last_error_at=now)

    async def _timed_out(self, service: str | None, error: TimedOut) -> None:
        """Find out whether one service hangs or the whole server does: only its health call may ask."""
        self._note_error(error)
        self._waiting_for = class_of(service) if service else None
        self._error = self._error or (None if service else error)
        self._judge()
        try:
            await self._source.recovered()
        except SourceError as still:
            self._failures += 1
            self._failed(still)
            return
        finally:
            self._waiting_for = None
        if service is None:
            self._failed(error)
            return
        self._answered(0.0, None)
        self._set_aside(service, f"the {class_of(service)} service does not answer")

    def _no_such_service(self, service: str | None, error: NoSuchService) -> None:
        if service is None:
            self._failed(error)
            return
        now = self._clock.monotonic()
        self._answered(0.0, None)
        self.schedule.discovery_due = now
        if self.schedule.plans[service].read_at is None:
            self.schedule.gave_nothing(service, now)
        elif (key := self._key_of(service)) is not None and self.devices[key].failures:
            self._set_aside(service, f"the {class_of(service)} service gives no values")
        else:
            self._count_failure(self._key_of(service))
            self.schedule.postpone(service, now)

    def _key_of(self, service: str) -> DeviceKey | None:
        return next((key for key, device in self.devices.items() if device.service == service), None)

    def _count_failure(self, key: DeviceKey | None) -> None:
        if key is None:
            return
        failures = self.devices[key].failures + 1
        self.devices[key] = replace(self.devices[key], failures=failures)
        self._findings.failures[key] = failures

    def _set_aside(self, service: str, reason: str) -> None:
        wait_s = self.schedule.hung(service, self._clock.monotonic())
        self._count_failure(self._key_of(service))
        text = f"{reason}; set aside, asked again in {wait_s / 60:.0f} min"
        if self.schedule.plans[service].hangs == 1:
            log.warning("%s: %s", self.station, text)
            self._event("service", text)
        self._note_service(service, ServiceState.SET_ASIDE, reason, self._clock.now() + wait_s)

    def _left_the_bus(self, service: str) -> None:
        self._note_service(service, ServiceState.GONE, "left the bus")
        self._event("service", f"{class_of(service)} service left the bus")

    def _note_service(self, service: str, state: ServiceState, reason: str, retry_at: float | None = None) -> None:
        key = self._key_of(service)
        if key is not None:
            self.devices[key] = replace(self.devices[key], state=state)
        self._findings.service_changes.append(ServiceChange(service, key, state, self._clock.now(), reason, retry_at))

    def _event(self, kind: str, text: str) -> None:
        self._findings.events.append(Event(self._clock.now(), self.station, kind, text))

    def _judge(self) -> None:
        """Bring the station's state up to date; a change becomes a row and an entry in the log."""
        state, reason = self._state()
        if (state, reason) == (self.status.state, self.status.reason):
            return
        changed = state is not self.status.state
        since = self._clock.now() if changed else self.status.since
        if changed and not (self.status.state is StationState.STARTING and state is StationState.LIVE):
            self._event("link", f"{state}: {reason}" if reason else str(state))
        self.status = StationStatus(state, since, reason)
        self._findings.status = self.status

    def _state(self) -> tuple[StationState, str]:
        silent_s = self._clock.monotonic() - self._last_good
        reason = str(self._error) if self._error else ""
        if isinstance(self._error, Misconfigured):
            return StationState.MISCONFIGURED, reason
        if self._failures >= LOST_FAILURES and silent_s > LOST_AFTER_S:
            return StationState.LOST, reason
        if not self.devices:
            return StationState.STARTING, reason
        if self._waiting_for is not None:
            return StationState.DEGRADED, f"the {self._waiting_for} service does not answer; waiting for the server"
        if self._failures and silent_s > max(STALE_AT_LEAST_S, 3 * self._base_s):
            return StationState.STALE, reason
        if any(key.cls == "system" and device.state is ServiceState.GONE for key, device in self.devices.items()):
            return StationState.DEGRADED, "the system service left the bus: the figures are the last it gave"
        if aside := self.schedule.aside:
            names = ", ".join(sorted({class_of(service) for service in aside}))
            return StationState.DEGRADED, f"{names} service not responding"
        return StationState.LIVE, ""


def _span(seconds: float) -> str:
    """A signed length of time in words that fit its size."""
    for unit_s, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if abs(seconds) >= 2 * unit_s:
            return f"{seconds / unit_s:+.0f} {unit}"
    return f"{seconds:+.0f} s"
