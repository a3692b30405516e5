"""A station whose values come by themselves: recorded at once, together, and at most once a second."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from victron_console.collector.poller import StationPoller
from victron_console.collector.polling.schedule import SPACING_S
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey, class_of
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import ServiceState, StationState
from victron_console.sources.base import Discovery, NoSuchService, TimedOut, Traffic
from victron_console.sources.changed_services import GATHER_S, ChangedServices

SYSTEM, BATTERY, TANK = (f"com.victronenergy.{name}" for name in ("system", "battery.258", "tank.21"))


class Pushing:
    """A source that is told of changes; a test is the station."""

    def __init__(self, clock: ManualClock) -> None:
        self.traffic = Traffic()
        self.changed = ChangedServices()
        self.services = [SYSTEM, BATTERY, TANK]
        self.silent = ""
        self.via, self.switched = "MQTT", ""
        self.reads: list[tuple[float, str]] = []
        self._clock = clock

    async def discover(self) -> Discovery:
        return Discovery(tuple(self.services), via=self.via, switched=self.switched, changed=self.changed)

    async def read(self, service: str) -> ServiceReading:
        self.reads.append((self._clock.monotonic(), service))
        if service == self.silent:
            raise TimedOut("silent")
        if service not in self.services:
            raise NoSuchService("left")
        cls, _, instance = service.removeprefix("com.victronenergy.").partition(".")
        at = self._clock.now()
        return ServiceReading(service, DeviceKey(cls, instance or "0"), at, {"Dc/Battery/Power": Reading(1.0, at)})

    async def listens(self) -> bool | None:
        return None

    async def recovered(self) -> None:
        """Nothing to wait for."""

    async def close(self) -> None:
        """Nothing to close."""

    def say(self, service: str) -> None:
        self.changed.note(service, self._clock.monotonic())


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(at=1_800_000_000.0)


@pytest.fixture
def station(clock: ManualClock) -> Pushing:
    return Pushing(clock)


@pytest.fixture
def poller(station: Pushing, clock: ManualClock) -> StationPoller:
    return StationPoller("alder-farm", station, clock, jitter=lambda: 0.0, slots=asyncio.Semaphore(1))


async def run_for(poller: StationPoller, clock: ManualClock, seconds: float) -> None:
    end = clock.monotonic() + seconds
    while clock.monotonic() < end:
        if (wait_s := poller.next_moment() - clock.monotonic()) > 0:
            clock.advance(min(wait_s, end - clock.monotonic()))
        await poller.step()


async def test_a_change_is_read_within_the_moment_that_its_company_takes(
    poller: StationPoller, station: Pushing, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    station.reads.clear()
    began = clock.monotonic()
    station.say(TANK)
    station.say(BATTERY)
    await run_for(poller, clock, 0.1)
    assert {service for _, service in station.reads} == {TANK, BATTERY}
    assert [at for at, _ in station.reads] == [pytest.approx(began + GATHER_S)] * 2


async def test_however_much_a_station_says_it_is_recorded_once_a_second(
    poller: StationPoller, station: Pushing, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    station.reads.clear()
    for _ in range(500):
        station.say(SYSTEM)
        station.say(BATTERY)
        await run_for(poller, clock, 0.02)
    moments = sorted({at for at, _ in station.reads})
    assert 9 <= len(moments) <= 11
    assert all(after - before >= SPACING_S - 1e-6 for before, after in pairwise(moments))


async def test_steady_values_are_signs_of_life_at_the_pace_of_polling_and_cost_no_request(
    poller: StationPoller, station: Pushing, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    poller.take()
    station.reads.clear()
    await run_for(poller, clock, 50.0)
    assert 4 <= [service for _, service in station.reads].count(SYSTEM) <= 6
    found = poller.take()
    assert poller.status.state is StationState.LIVE
    assert len(found.polls) <= 1  # the look at the bus once a minute


async def test_who_records_is_told_at_once(poller: StationPoller, station: Pushing, clock: ManualClock) -> None:
    told: list[float] = []
    poller.on_values = lambda: told.append(clock.monotonic())
    await run_for(poller, clock, 5.0)
    told.clear()
    station.say(SYSTEM)
    await run_for(poller, clock, 0.1)
    assert len(told) == 1


async def test_a_device_that_comes_and_one_that_leaves_are_seen_within_a_second(
    poller: StationPoller, station: Pushing, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    station.services.append("com.victronenergy.tank.22")
    station.say("com.victronenergy.tank.22")
    await run_for(poller, clock, 1.5)
    assert DeviceKey("tank", "22") in poller.table.devices
    station.services.remove(TANK)
    station.say(TANK)
    await run_for(poller, clock, 1.5)
    assert poller.table.devices[DeviceKey("tank", "21")].state is ServiceState.GONE


async def test_a_silent_device_is_set_aside_and_back_with_its_first_word(
    poller: StationPoller, station: Pushing, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    station.silent = BATTERY
    await run_for(poller, clock, 70.0)
    poller.take()
    assert str(poller.status.state) == StationState.DEGRADED
    assert poller.table.devices[DeviceKey("battery", "258")].state is ServiceState.SET_ASIDE
    station.silent = ""
    station.say(BATTERY)
    await run_for(poller, clock, 1.5)
    poller.take()
    assert poller.status.state is StationState.LIVE


async def test_a_switch_to_another_way_is_told_and_loses_no_device(
    poller: StationPoller, station: Pushing, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    poller.take()
    station.services = [SYSTEM, "com.victronenergy.battery.258.ttyO0"]  # as a bus names them; the tank is not there
    station.via, station.switched = "HTTP", "read over HTTP as long as MQTT fails: it is down"
    poller.schedule.discovery_due = clock.monotonic()
    await run_for(poller, clock, 1.0)
    station.switched = ""
    found = poller.take()
    assert [event.text for event in found.events] == ["read over HTTP as long as MQTT fails: it is down"]
    assert not [change for change in found.service_changes if change.state is ServiceState.GONE]
    await run_for(poller, clock, 120.0)
    gone = [class_of(c.service) for c in poller.take().service_changes if c.state is ServiceState.GONE]
    assert sorted(set(gone)) == ["battery", "tank"]
