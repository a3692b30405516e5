"""After an outage of any length and kind a station is live within a minute of its return; it is not pestered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import accumulate, repeat

import pytest
from tests.exhaustive import enough

from victron_console.collector.poller import StationPoller
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey, class_of
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.sources.base import BadAnswer, BusDead, Discovery, Misconfigured, TimedOut, Traffic
from victron_console.sources.base import Unreachable as Refused

pytestmark = pytest.mark.slow  # hours of outages, second by second

SERVICES = ("com.victronenergy.system", "com.victronenergy.battery.ttyO0")
DEADLINE_S, PATIENCE_S = 8.0, 60.0
SYN_S = (0.0, 1.0, 3.0, 7.0, 15.0, 31.0)
"""When a connection that nobody takes up is begun anew."""
LENGTHS_S = (45.0, 700.0, 5000.0, 100_000.0)
PHASES = enough((11.1, 7), (3.7, 20))
"""Seconds and how often: the return meets every phase of the tries."""
OUTAGES = ("refuses", "lost packets", "holds", "errors", "dead bus")


class Station:
    """A station of one thread, away for a while in one of several ways; the time that each request takes passes."""

    def __init__(self, clock: ManualClock, outage: str, since: float, until: float) -> None:
        self.traffic = Traffic()
        self.requests = 0
        self._clock = clock
        self._outage = outage
        self._since, self._until = since, until
        self._held = False

    def _away(self, at: float) -> bool:
        return self._since <= at < self._until

    def _request(self, deadline_s: float) -> None:
        """One request: it succeeds, fails at once, or takes until it is answered or given up."""
        self.requests += 1
        now = self._clock.monotonic()
        if not self._away(now):
            self._clock.advance(0.05)
            return
        if self._outage == "refuses":
            self._clock.advance(0.01)
            raise Refused("connection refused")
        if self._outage in ("lost packets", "holds"):
            answered = next((at for at in self._answers(now) if not self._away(at)), float("inf"))
            self._clock.advance(min(answered - now + 0.05, deadline_s))
            if answered > now + deadline_s:
                raise TimedOut("no answer")

    def _answers(self, now: float) -> Iterator[float]:
        """When a request that waits may be answered: in a queue once the server is free, lost ones when sent again."""
        if self._outage == "holds":
            yield self._until
        yield from (now + after for after in SYN_S)

    async def discover(self) -> Discovery:
        self._wait_if_held()
        self._ask()
        if self._outage == "dead bus" and self._away(self._clock.monotonic()):
            raise BusDead("no service")
        return Discovery(SERVICES, "")

    async def read(self, service: str) -> ServiceReading:
        self._wait_if_held()
        self._ask()
        at = self._clock.now()
        readings = {"Dc/Battery/Soc": Reading(50.0, at)}
        return ServiceReading(service, DeviceKey(class_of(service), "0"), at, readings)

    def _ask(self) -> None:
        try:
            self._request(DEADLINE_S)
        except TimedOut:
            self._held = True
            raise
        if self._outage == "errors" and self._away(self._clock.monotonic()):
            raise BadAnswer("HTTP 500")

    def _wait_if_held(self) -> None:
        if self._held:
            self._request(PATIENCE_S)
            self._held = False

    async def recovered(self) -> None:
        self._held = True
        self._wait_if_held()

    async def listens(self) -> bool | None:
        return None

    async def close(self) -> None:
        pass


async def outage(kind: str, length_s: float, begin_s: float) -> tuple[float, int]:
    """Seconds from the station's return until it gives values, and the requests while it was away."""
    clock = ManualClock(1_800_000_000.0)
    until = begin_s + length_s
    station = Station(clock, kind, begin_s, until)
    poller = StationPoller("alder", station, clock, jitter=lambda: 1.0, slots=asyncio.Semaphore(1))
    before = None
    while clock.monotonic() < until or poller.out_of_reach or clock.monotonic() < until + 1.0:
        if (wait_s := poller.next_moment() - clock.monotonic()) > 0:
            clock.advance(wait_s)
        if before is None and clock.monotonic() >= begin_s:
            before = station.requests
        if clock.monotonic() > until + 1000.0:
            break
        await poller.step()
        if clock.monotonic() >= until and not poller.out_of_reach:
            break
    return clock.monotonic() - until, station.requests - (before or 0)


@pytest.mark.parametrize("kind", OUTAGES)
async def test_a_station_is_live_within_a_minute_of_its_return_however_long_it_was_away(kind: str) -> None:
    late = {}
    for length_s in LENGTHS_S:
        for begin_s in accumulate(
            repeat(*enough((11.1, 7), (3.7, 20))), initial=100.0
        ):  # the return meets every phase of the tries
            late[length_s, begin_s], _ = await outage(kind, length_s, begin_s)
    assert {place: seconds for place, seconds in late.items() if seconds > 60.0} == {}


@pytest.mark.parametrize("kind", OUTAGES)
async def test_a_station_that_is_away_is_asked_no_more_than_one_that_is_there(kind: str) -> None:
    _, requests = await outage(kind, 100_000.0, 100.0)
    assert requests <= 100_000.0 / 10.0


async def test_a_login_that_is_refused_is_tried_ever_more_seldom() -> None:
    clock = ManualClock(1_800_000_000.0)

    class Refusing(Station):
        async def discover(self) -> Discovery:
            self.requests += 1
            raise Misconfigured("the login is wrong")

    station = Refusing(clock, "refuses", 0.0, 1e9)
    poller = StationPoller("alder", station, clock, jitter=lambda: 1.0, slots=asyncio.Semaphore(1))
    while clock.monotonic() < 86_400.0:
        clock.advance(max(0.0, poller.next_moment() - clock.monotonic()))
        await poller.step()
    assert station.requests <= 86_400.0 / 300.0 + 5
