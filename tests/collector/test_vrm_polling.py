"""A station polled by way of the portal: old enough to be told, young enough to be used, and nothing missed."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest
from pydantic import SecretStr
from tests.portal import TOKEN, Portal

from victron_console.alerts.rules.learned import Learned
from victron_console.alerts.rules.parameters import StationSetup, derive
from victron_console.collector.poller import StationPoller
from victron_console.config.vrm_source import VrmSourceSettings
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality, shortest_cadence_s
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState, StationState
from victron_console.sources.vrm.source import VrmPortal

NOW, EVERY_S, SITE = 1_780_000_000.0, 900.0, 150001
TANK = DeviceKey("tank", "20")
NUMBERS = count()


def rows(at: float, soc: float) -> list[dict[str, object]]:
    battery = {"dbusServiceType": "battery", "instance": 258, "dbusPath": "/Soc", "rawValue": soc, "timestamp": at}
    return [battery, battery | {"dbusServiceType": "system", "instance": 0, "dbusPath": "/Dc/Battery/Soc"}]


class Polled:
    """A site, and a collector that had a tank of it before."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.portal = Portal(diagnostics={SITE: rows(NOW - 60.0, 50.0)})
        settings = VrmSourceSettings.model_construct(
            site=SITE, token=SecretStr(TOKEN), url=f"http://polled-{next(NUMBERS)}.invalid/v2", every_s=EVERY_S
        )
        source = VrmPortal(settings, self.clock, transport=self.portal.transport())
        tank = DeviceState(
            TANK, "com.victronenergy.tank.adc0", {"Level": Reading(40.0, NOW - 120.0)}, NOW - 120.0, 10.0
        )
        self.poller = StationPoller(
            "alder", source, self.clock, jitter=lambda: 0.5, slots=asyncio.Semaphore(1), devices={TANK: tank}
        )
        self.events: list[str] = []

    async def until(self, at: float) -> None:
        while self.clock.now() < at:
            await self.poller.step()
            self.events += [event.text for event in self.poller.take().events]
            wait_s = self.poller.next_moment() - self.clock.monotonic()
            self.clock.advance(min(max(wait_s, 0.01), at - self.clock.now() + 0.01))

    def soc(self) -> Reading:
        return self.poller.snapshot().series("battery/258/Soc")


async def test_values_of_a_quarter_of_an_hour_ago_are_used_and_bear_their_age() -> None:
    site = Polled()
    await site.until(NOW + 800.0)
    assert (site.soc().value, site.soc().at, site.soc().quality) == (50.0, NOW - 60.0, Quality.GOOD)
    assert site.poller.status.state is StationState.LIVE
    site.portal.diagnostics[SITE] = rows(NOW + 840.0, 60.0)
    await site.until(NOW + 1000.0)
    assert (site.soc().value, site.soc().at) == (60.0, NOW + 840.0)
    assert len(site.portal.paths("diagnostics")) <= 4


async def test_a_gx_that_stops_sending_is_old_and_then_lost() -> None:
    site = Polled()
    await site.until(NOW + 3 * EVERY_S + 1200.0)
    assert site.soc().quality is Quality.LOST
    assert site.poller.status.state is StationState.LOST
    assert "sent the portal nothing since" in site.poller.status.reason


async def test_what_the_portal_does_not_tell_of_is_old_and_not_missed() -> None:
    site = Polled()
    await site.until(NOW + 1500.0)
    tank = site.poller.table.devices[TANK]
    assert tank.state is not ServiceState.GONE
    assert site.poller.snapshot().series("tank/20/Level").quality is Quality.STALE
    assert not [text for text in site.events if "left the bus" in text]


async def test_a_station_is_not_lost_between_two_times_its_gx_sends() -> None:
    site = Polled()
    await site.until(NOW + 800.0)
    snapshot = site.poller.snapshot()
    found = derive(snapshot, StationSetup(), Learned())["offline_after_s"]
    assert (found.value, found.origin) == (3 * EVERY_S, "how often it is read")


def test_a_device_that_is_read_no_more_says_nothing_of_how_often_the_others_are() -> None:
    old, portal = (NOW - 600.0, 10.0), (NOW, 900.0)
    assert shortest_cadence_s([old, portal, (None, 1.0)], 5.0) == 900.0
    assert shortest_cadence_s([(NOW - 20.0, 10.0), portal], 5.0) == 10.0
    assert shortest_cadence_s([], 5.0) == 5.0


@pytest.mark.parametrize(
    ("read_s", "fast_s", "value", "origin"),
    [
        (10.0, None, 180.0, "shipped default"),
        (60.0, None, 180.0, "shipped default"),
        (63.0, None, 180.0, "shipped default"),
        (300.0, 300.0, 900.0, "cadence of the station file"),
        (900.0, None, 2700.0, "how often it is read"),
        (400.0, None, 1800.0, "how often it is read"),
    ],
)
def test_a_station_is_lost_after_one_and_the_same_time_though_its_reads_are_never_quite_as_far_apart(
    read_s: float, fast_s: float | None, value: float, origin: str
) -> None:
    setup = StationSetup(config={} if fast_s is None else {"cadence": {"fast_s": fast_s}})
    for late_s in (0.0, 0.0003, 0.9, 2.0):
        device = DeviceState(TANK, "com.victronenergy.tank.adc0", {}, NOW, read_s + late_s)
        found = derive(Snapshot("alder", NOW, {TANK: device}), setup, Learned())["offline_after_s"]
        assert (found.value, found.origin) == (value, origin)
