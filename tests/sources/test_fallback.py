"""Two ways to one station: which is asked, when the first is tried again, and what is said of it."""

from __future__ import annotations

import pytest

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.service import ServiceReading
from victron_console.sources.base import Discovery, SourceError, Traffic, Unreachable
from victron_console.sources.fallback import FIRST_RETRY_S, Fallback, Way

SERVICE = "com.victronenergy.system"


class Scripted:
    """One way, which works or not as a test says."""

    def __init__(self) -> None:
        self.traffic = Traffic()
        self.broken: SourceError | None = None
        self.asked = 0
        self.closed = 0

    async def discover(self) -> Discovery:
        self.asked += 1
        self.traffic.requests += 1
        if self.broken:
            raise self.broken
        return Discovery((SERVICE,))

    async def read(self, service: str) -> ServiceReading:
        if self.broken:
            raise self.broken
        return ServiceReading(service, DeviceKey("system", "0"), 0.0, {})

    async def listens(self) -> bool | None:
        return None

    async def recovered(self) -> None:
        """Nothing to wait for."""

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(at=1_800_000_000.0)


@pytest.fixture
def ways() -> tuple[Scripted, Scripted]:
    return Scripted(), Scripted()


@pytest.fixture
def station(ways: tuple[Scripted, Scripted], clock: ManualClock) -> Fallback:
    return Fallback(Way("MQTT", ways[0]), Way("HTTP", ways[1]), clock)


async def test_the_second_way_is_not_asked_while_the_first_works(
    station: Fallback, ways: tuple[Scripted, Scripted]
) -> None:
    found = await station.discover()
    assert (found.via, found.switched, ways[1].asked) == ("MQTT", "", 0)


async def test_the_switch_is_told_once_with_its_reason_and_so_is_the_way_back(
    station: Fallback, ways: tuple[Scripted, Scripted], clock: ManualClock
) -> None:
    await station.discover()
    ways[0].broken = Unreachable("the broker is down")
    with pytest.raises(Unreachable):
        await station.read(SERVICE)
    found = await station.discover()
    assert (found.via, found.switched) == ("HTTP", "read over HTTP as long as MQTT fails: the broker is down")
    assert (await station.read(SERVICE)).service == SERVICE
    assert (await station.discover()).switched == ""
    ways[0].broken = None
    clock.advance(FIRST_RETRY_S)
    found = await station.discover()
    assert (found.via, found.switched) == ("MQTT", "read over MQTT again")
    assert ways[1].closed == 1


async def test_the_first_way_is_tried_ever_more_seldom(
    station: Fallback, ways: tuple[Scripted, Scripted], clock: ManualClock
) -> None:
    ways[0].broken = Unreachable("the broker is down")
    for _ in range(60):
        await station.discover()
        clock.advance(60.0)
    assert 5 <= ways[0].asked <= 9
    assert ways[1].asked == 60


async def test_where_neither_works_the_first_ways_reason_is_given(
    station: Fallback, ways: tuple[Scripted, Scripted]
) -> None:
    ways[0].broken, ways[1].broken = Unreachable("the broker is down"), Unreachable("the API is down")
    with pytest.raises(Unreachable, match="broker"):
        await station.discover()


async def test_the_traffic_is_that_of_both(station: Fallback, ways: tuple[Scripted, Scripted]) -> None:
    ways[0].broken = Unreachable("the broker is down")
    await station.discover()
    assert station.traffic.requests == 2
