from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from victron_console.collector.poller import ROUND_S, STANDS_STILL, StationPoller
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey, class_of
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.snapshot import DeviceState
from victron_console.model.station import ServiceState, StationState
from victron_console.sources.base import (
    BadAnswer,
    Discovery,
    Misconfigured,
    NoSuchService,
    SourceError,
    TimedOut,
    Traffic,
    Unreachable,
)

SYSTEM = "com.victronenergy.system"
BATTERY = "com.victronenergy.battery.ttyO0"
VALUES = {SYSTEM: {"Dc/Battery/Soc": 81.0}, BATTERY: {"Dc/0/Voltage": 52.1}}


class ScriptedStation:
    """A station whose answers a test sets: the far end of the wire, with the time it takes."""

    def __init__(self, clock: ManualClock) -> None:
        self.traffic = Traffic()
        self.services = list(VALUES)
        self.broken: SourceError | None = None
        self.hung: str | None = None
        self.missing: set[str] = set()
        self.silent = False
        """Whether it lists its services and gives no values."""
        self.asked: list[str] = []
        self.skew_s = 0.0
        self.api = ""
        self._clock = clock

    def _answer(self, call: str) -> None:
        self.asked.append(call)
        self._clock.advance(0.05)
        if self.broken is not None:
            raise self.broken

    async def discover(self) -> Discovery:
        self._answer("discover")
        return Discovery(tuple(self.services), self.api, self.skew_s)

    async def read(self, service: str) -> ServiceReading:
        self._answer(class_of(service))
        if service == self.hung:
            self._clock.advance(8.0)
            raise TimedOut("no answer within 8 s")
        if self.silent:
            raise BadAnswer("gave HTML instead of JSON")
        if service in self.missing:
            raise NoSuchService("gone")
        at = self._clock.now()
        readings = {path: Reading(value, at) for path, value in VALUES[service].items()}
        return ServiceReading(service, DeviceKey(class_of(service), "0"), at, readings)

    async def listens(self) -> bool | None:
        return None

    async def recovered(self) -> None:
        self._answer("health")
        self._clock.advance(42.0)

    async def close(self) -> None:
        pass


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(at=1_800_000_000.0)


@pytest.fixture
def station(clock: ManualClock) -> ScriptedStation:
    return ScriptedStation(clock)


@pytest.fixture
def poller(station: ScriptedStation, clock: ManualClock) -> StationPoller:
    return StationPoller("alder-farm", station, clock, jitter=lambda: 0.0, slots=asyncio.Semaphore(1))


async def run_for(poller: StationPoller, clock: ManualClock, seconds: float, until: Callable[[], bool] = bool) -> None:
    """Let the poller do whatever comes due within so many seconds, or until something holds."""
    end = clock.monotonic() + seconds
    while clock.monotonic() < end and not until():
        if (wait_s := poller.next_moment() - clock.monotonic()) > 0:
            clock.advance(min(wait_s, end - clock.monotonic()))
        await poller.step()


async def test_first_picture_reads_every_service_and_makes_the_station_live(
    poller: StationPoller, clock: ManualClock
) -> None:
    await run_for(poller, clock, 1.0)
    found = poller.take()
    assert poller.had_first_picture
    assert {reading.service for reading in found.services} == {SYSTEM, BATTERY}
    assert found.status is not None
    assert found.status.state is StationState.LIVE
    assert poller.take().is_empty


async def test_what_an_earlier_collector_left_is_old_until_it_is_read_and_counts_as_no_reading(
    station: ScriptedStation, clock: ManualClock
) -> None:
    key = DeviceKey("battery", "0")
    left = DeviceState(key, BATTERY, {"Dc/0/Voltage": Reading(51.0, clock.at - 600)}, clock.at - 600)
    poller = StationPoller(
        "alder-farm", station, clock, jitter=lambda: 0.0, slots=asyncio.Semaphore(1), devices={key: left}
    )
    assert poller.snapshot().read(key, "Dc/0/Voltage").quality is Quality.STALE
    station.hung = BATTERY
    poller.take()
    assert poller.status.state is StationState.STARTING
    await run_for(poller, clock, 60.0)
    assert poller.snapshot().read(key, "Dc/0/Voltage").last_number == 51.0
    assert not poller.snapshot().number("battery/0/Dc/0/Voltage")
    station.hung = None
    await run_for(poller, clock, 600.0)
    assert poller.snapshot().number("battery/0/Dc/0/Voltage") == 52.1


async def test_a_hung_service_is_set_aside_alone_and_the_server_is_asked_nothing_but_its_health(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    station.hung, station.asked = BATTERY, []
    await run_for(poller, clock, 60.0)
    hung_at = station.asked.index("battery")
    assert station.asked[hung_at + 1] == "health"
    assert "system" in station.asked[hung_at + 2 :]
    assert station.asked.count("battery") == 1
    found = poller.take()
    assert poller.status.state is StationState.DEGRADED
    assert "battery" in poller.status.reason
    assert {c.service for c in found.service_changes if c.state is ServiceState.SET_ASIDE} == {BATTERY}


async def test_a_hung_service_comes_back_by_itself(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    station.hung = BATTERY
    await run_for(poller, clock, 60.0)
    station.hung = None
    await run_for(poller, clock, 200.0)
    poller.take()
    assert poller.status.state is StationState.LIVE
    assert any("answers again" in e.text for e in poller.take().events) or poller.schedule.aside == []


async def test_a_service_that_hangs_from_the_start_is_told_although_no_device_is_known_of_it(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    station.hung = BATTERY
    await run_for(poller, clock, 60.0)
    poller.take()
    assert poller.snapshot().unanswered == (BATTERY,)
    assert (poller.status.state, poller.status.reason) == (StationState.DEGRADED, "battery service not responding")
    station.hung = None
    await run_for(poller, clock, 60.0)
    poller.take()
    assert poller.snapshot().unanswered == ()
    assert poller.status.state is StationState.LIVE


async def test_the_values_of_a_service_that_hangs_are_old_as_soon_as_it_did_not_answer(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run_for(poller, clock, 5.0)
    waited: list[Quality] = []

    async def recovered() -> None:
        waited.append(poller.snapshot().series("battery/0/Dc/0/Voltage").quality)
        clock.advance(42.0)

    monkeypatch.setattr(station, "recovered", recovered)
    station.hung = BATTERY
    await run_for(poller, clock, 20.0)
    assert waited == [Quality.STALE]


@pytest.mark.parametrize("service", [SYSTEM, BATTERY])
@pytest.mark.parametrize("hung_s", [30.0, 200.0, 900.0])
async def test_a_service_that_hung_is_read_again_within_a_minute_of_the_server_being_free(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock, service: str, hung_s: float
) -> None:
    await run_for(poller, clock, 5.0)
    station.hung = service
    await run_for(poller, clock, hung_s)
    station.hung = None
    await run_for(poller, clock, 60.0, until=lambda: not poller.snapshot().unanswered)
    assert not poller.snapshot().unanswered


async def test_a_device_that_says_it_is_not_connected_is_gone_and_so_are_its_figures(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run_for(poller, clock, 5.0)
    poller.take()
    left_at = clock.now()
    monkeypatch.setitem(VALUES, BATTERY, {"Connected": 0, "Dc/0/Voltage": 52.1})
    await run_for(poller, clock, 30.0)
    changes = poller.take().service_changes
    assert [(change.state, change.reason) for change in changes] == [(ServiceState.GONE, "not connected")]
    assert poller.snapshot().series("battery/0/Dc/0/Voltage").quality is Quality.GONE
    assert poller.snapshot().of_class("battery") == []
    since = poller.table.devices[DeviceKey("battery", "0")].since
    assert since is not None and left_at <= since <= left_at + 10
    monkeypatch.setitem(VALUES, BATTERY, {"Connected": 1, "Dc/0/Voltage": 52.1})
    await run_for(poller, clock, 30.0)
    assert [change.state for change in poller.take().service_changes] == [ServiceState.LIVE]
    assert poller.snapshot().number("battery/0/Dc/0/Voltage") == 52.1


async def test_a_station_is_lost_after_three_failures_and_a_minute_and_back_with_the_first_answer(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    station.broken = Unreachable("connection refused")
    states = []
    for _ in range(12):
        await run_for(poller, clock, 10.0)
        poller.take()
        states.append(poller.status.state)
    assert states[0] is StationState.LIVE
    assert StationState.LOST not in states[:5]
    assert states[-1] is StationState.LOST
    assert poller.status.reason == "connection refused"
    station.broken = None
    await run_for(poller, clock, 300.0, until=lambda: not poller.out_of_reach)
    poller.take()
    assert poller.status.state is StationState.LIVE


async def test_failures_are_named_once_on_the_edge_and_once_on_recovery(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await run_for(poller, clock, 5.0)
    station.broken = Unreachable("connection refused")
    await run_for(poller, clock, 900.0)
    station.broken = None
    await run_for(poller, clock, 400.0)
    said = [record.message for record in caplog.records]
    assert len([text for text in said if "refused" in text]) == 1
    assert len([text for text in said if "answers again" in text]) == 1


async def test_an_outage_is_polled_ever_more_seldom_up_to_each_half_minute(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    station.broken = Unreachable("no route")
    await run_for(poller, clock, 3600.0)
    assert 3600 / 28 <= len(station.asked) <= 3600 / 21 + 3


async def test_values_keep_their_time_and_age_while_the_station_is_silent(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    assert poller.snapshot().series("system/0/Dc/Battery/Soc").quality is Quality.GOOD
    station.broken = Unreachable("no route")
    await run_for(poller, clock, 120.0)
    soc = poller.snapshot().series("system/0/Dc/Battery/Soc")
    assert soc.quality is Quality.LOST
    assert (soc.number, soc.last_number) == (None, 81.0)


async def test_a_misconfigured_station_says_so_at_once(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    station.broken = Misconfigured("another program answers")
    await run_for(poller, clock, 1.0)
    poller.take()
    assert poller.status.state is StationState.MISCONFIGURED
    assert poller.status.reason == "another program answers"


async def test_a_service_that_leaves_the_bus_is_gone_and_returns_as_the_same_device(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    station.services.remove(BATTERY)
    station.missing.add(BATTERY)
    await run_for(poller, clock, 70.0)
    device = poller.snapshot().device("battery")
    assert device is not None
    assert device.quality_at(clock.now()) is Quality.GONE
    poller.take()
    assert poller.status.state is StationState.LIVE
    station.services.append(BATTERY)
    station.missing.clear()
    await run_for(poller, clock, 70.0)
    assert poller.snapshot().number("battery/0/Dc/0/Voltage") == 52.1


async def test_a_service_that_never_gave_a_value_is_no_fault(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    station.missing.add(BATTERY)
    await run_for(poller, clock, 400.0)
    poller.take()
    assert poller.status.state is StationState.LIVE
    assert station.asked.count("battery") <= 2


async def test_focus_reads_fast_values_each_two_seconds_and_tries_a_lost_station_at_once(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    poller.want(2.0, frozenset())
    station.asked = []
    await run_for(poller, clock, 20.0)
    assert station.asked.count("system") >= 9
    poller.want(None, frozenset())
    station.broken = Unreachable("no route")
    await run_for(poller, clock, 1000.0)
    station.broken, station.asked = None, []
    poller.want(2.0, frozenset())
    await run_for(poller, clock, 0.5)
    assert "discover" in station.asked


async def test_a_station_clock_that_is_off_is_said_once(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    station.skew_s = -86_400.0
    await run_for(poller, clock, 200.0)
    assert len([event for event in poller.take().events if event.kind == "clock"]) == 1
    assert poller.link.clock_skew_s == -86_400.0


async def test_a_setting_changed_on_the_device_goes_to_the_log_but_its_first_reading_does_not(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, path = "com.victronenergy.settings", "Settings/CGwacs/BatteryLife/MinimumSocLimit"
    station.services.append(settings)
    monkeypatch.setitem(VALUES, settings, {path: 10.0})
    await run_for(poller, clock, 5.0)
    assert [event for event in poller.take().events if event.kind == "setting"] == []
    monkeypatch.setitem(VALUES, settings, {path: 25.0})
    await run_for(poller, clock, 700.0)
    told = [event for event in poller.take().events if event.kind == "setting"]
    assert [event.details for event in told] == [{"path": path, "old": 10.0, "new": 25.0}]


async def test_the_link_tells_its_backoff_while_out_of_reach_and_keeps_the_last_error_after(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    station.api, station.skew_s = "Victron DBus API Server 3.2.0", 1.4
    await run_for(poller, clock, 5.0)
    link = poller.take().link
    assert link is not None
    assert (link.api, link.clock_skew_s, link.failures, link.next_try_at) == (station.api, 1.4, 0, None)
    await run_for(poller, clock, 30.0)
    assert poller.take().link is None
    station.broken = Unreachable("connection refused")
    await run_for(poller, clock, 60.0, until=lambda: poller.out_of_reach)
    failed_at, link = clock.now(), poller.take().link
    assert link is not None
    assert (link.failures, link.last_error, link.last_error_at) == (1, "connection refused", failed_at)
    assert link.next_try_at == pytest.approx(clock.now() + poller.next_moment() - clock.monotonic())
    station.broken = None
    await run_for(poller, clock, 60.0, until=lambda: not poller.out_of_reach)
    link = poller.take().link
    assert link is not None
    assert (link.failures, link.next_try_at, link.last_error_at) == (0, None, failed_at)


async def test_a_clock_that_wavers_by_a_second_is_no_news(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    station.skew_s = 1.0
    await run_for(poller, clock, 5.0)
    poller.take()
    station.skew_s = 2.0
    await run_for(poller, clock, 120.0)
    assert poller.take().link is None
    station.skew_s = 4.0
    await run_for(poller, clock, 120.0)
    link = poller.take().link
    assert link is not None
    assert link.clock_skew_s == 4.0


async def test_a_list_of_services_is_no_end_of_an_outage_while_values_do_not_come(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    await run_for(poller, clock, 5.0)
    station.silent = True
    await run_for(poller, clock, 300.0)
    poller.take()
    assert poller.status.state is StationState.LOST
    assert poller.status.reason == "gave HTML instead of JSON"
    assert len([record for record in caplog.records if "HTML" in record.message]) == 1
    assert station.asked.count("discover") <= 300 / 21 + 3


async def test_a_system_service_that_left_is_told_as_such(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    await run_for(poller, clock, 5.0)
    station.services.remove(SYSTEM)
    station.missing.add(SYSTEM)
    await run_for(poller, clock, 70.0)
    poller.take()
    assert poller.status.state is StationState.DEGRADED
    assert "system service left the bus" in poller.status.reason


async def test_a_clock_that_is_far_off_is_told_in_days(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    station.skew_s = -1_795_455_546.0
    await run_for(poller, clock, 5.0)
    assert any("-20781 d off" in event.text for event in poller.take().events)


async def test_a_battery_that_stands_still_while_the_system_tells_of_it_is_old_until_it_moves(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VALUES, BATTERY, {"Dc/0/Current": 10.0})
    for amps in range(10, 24, 2):
        copied = {"Dc/Battery/BatteryService": BATTERY, "Dc/Battery/Current": float(amps)}
        monkeypatch.setitem(VALUES, SYSTEM, copied)
        await run_for(poller, clock, 10.0)
    changes = poller.take().service_changes
    assert [change.reason for change in changes if change.state is ServiceState.SET_ASIDE] == [STANDS_STILL]
    assert poller.snapshot().series("battery/0/Dc/0/Current").quality is Quality.STALE
    assert str(poller.status.state) == StationState.DEGRADED
    monkeypatch.setitem(VALUES, BATTERY, {"Dc/0/Current": 22.5})
    await run_for(poller, clock, 30.0)
    poller.take()
    assert poller.snapshot().number("battery/0/Dc/0/Current") == 22.5
    assert poller.status.state is StationState.LIVE


async def test_a_service_that_the_system_newly_names_is_looked_for_at_once(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await run_for(poller, clock, 20.0)
    station.asked = []
    monkeypatch.setitem(VALUES, SYSTEM, {"Dc/Battery/BatteryService": "com.victronenergy.battery.ttyUSB1"})
    await run_for(poller, clock, 11.0)
    assert "discover" in station.asked


async def test_another_device_under_the_same_name_is_told_by_its_serial(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(VALUES, BATTERY, {"Dc/0/Voltage": 52.1, "Serial": "A1", "CustomName": "Old bank"})
    await run_for(poller, clock, 20.0)
    poller.take()
    monkeypatch.setitem(VALUES, BATTERY, {"Dc/0/Voltage": 52.9, "Serial": "B1", "CustomName": "New bank"})
    await run_for(poller, clock, 20.0)
    told = [event.text for event in poller.take().events]
    assert told == ["battery/0 is another device now: New bank (B1), was Old bank (A1)"]


async def test_a_round_is_over_once_nothing_more_of_it_is_due(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    await poller.step()
    await poller.step()
    assert station.asked == ["discover", "system"]
    assert poller.is_amid_round(clock.monotonic())
    await poller.step()
    assert not poller.is_amid_round(clock.monotonic())
    poller.take()
    await run_for(poller, clock, 11.0, until=lambda: len(station.asked) == 4)
    assert poller.is_amid_round(clock.monotonic())
    assert not poller.is_amid_round(clock.monotonic() + ROUND_S)


async def test_a_round_that_a_service_holds_up_is_not_waited_for(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    held: list[bool] = []
    await run_for(poller, clock, 1.0)
    poller.take()
    poller.on_values = lambda: held.append(poller.is_amid_round(clock.monotonic()))
    station.hung = BATTERY
    await run_for(poller, clock, 15.0, until=lambda: bool(held))
    assert held == [False]


async def test_there_is_news_of_what_was_found_and_of_a_link_that_time_alone_makes_worse(
    poller: StationPoller, station: ScriptedStation, clock: ManualClock
) -> None:
    assert not poller.has_news
    await run_for(poller, clock, 1.0)
    assert poller.has_news
    poller.take()
    assert not poller.has_news
    station.broken = Unreachable("no route")
    await run_for(poller, clock, 200.0, until=lambda: poller.link.failures == 3)
    poller.take()
    assert poller.has_news
    station.broken = None
    await run_for(poller, clock, 700.0, until=lambda: poller.link.failures == 0)
    poller.take()
    assert not poller.has_news
