"""A fleet of simulated stations: moved together without HTTP, or served, each on its own port, at any speed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from victron_console.model.clock import Clock, SystemClock
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.mqtt import MqttStation
from victron_console.simulator.past.stories import story_troubles
from victron_console.simulator.publish.values import Tree
from victron_console.simulator.scenario import REGIONAL, Faults, Scenario, fits
from victron_console.simulator.server import HANG_S, StationServer
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.station import STEP_S, WARM_UP_S, Station

PUBLISH_EVERY_S = 1.0
LOST_AFTER_S = 60.0
SCENARIO_AFTER_S = 20.0
"""Long enough for the console to see the station healthy first."""
Troubles = Mapping[str, Sequence[Scenario]]


class SteppedFleet:
    """Stations that share a time and are moved by the caller: for tests and for writing history quickly."""

    def __init__(
        self,
        specs: Sequence[StationSpec],
        at: float,
        scenarios: Troubles | None = None,
        warm_up_s: float = WARM_UP_S,
    ) -> None:
        """The stations at the moment `at` (UTC epoch, s), with what goes wrong by station id."""
        wrong = scenarios or {}
        self.stations = [Station(spec, at, wrong.get(spec.id, ()), warm_up_s) for spec in specs]
        self.at = at

    @property
    def world_s(self) -> float:
        """The sun and weather of the first station are those of so many seconds later than its clock."""
        return self.stations[0].world_s if self.stations else 0.0

    @classmethod
    def resumed(cls, stations: Sequence[Station], at: float) -> Self:
        """Stations that are at a moment already."""
        fleet = cls((), at)
        fleet.stations = list(stations)
        return fleet

    def step_to(self, at: float, step_s: float = STEP_S) -> None:
        """Move every station forward to a moment."""
        for station in self.stations:
            station.step_to(at, step_s)
        self.at = max(self.at, at)


Past = Callable[[Sequence[StationSpec], float, Troubles], SteppedFleet]
"""Makes the stations as they are at a moment (UTC epoch, s), with what goes wrong at them."""


@dataclass(frozen=True, slots=True)
class SimulatedStation:
    """One served station, as the command line and the console need it."""

    id: str
    name: str
    url: str
    kind: str
    config: dict[str, Any]
    """As a `[[station]]` table."""


class _Live:
    """A station that follows the clock: whoever asks first moves it on."""

    def __init__(self, station: Station, now: Callable[[], float]) -> None:
        self.station = station
        self._now = now
        self._lock = threading.Lock()
        self._bus: dict[str, Tree] = {}
        self._published_at = -1.0

    def now(self) -> float:
        """The fleet's time."""
        return self._now()

    def faults(self) -> Faults:
        """What is wrong now; asked often, so it does not move the station."""
        return self.station.faults(self.now())

    def bus(self) -> dict[str, Tree]:
        """The services now. Real devices publish once a second: requests within one see the same values."""
        now = self.now()
        with self._lock:
            if not self._bus or now - self._published_at >= PUBLISH_EVERY_S:
                self.station.step_to(now)
                self._bus = self.station.services()
                self._published_at = now
            return self._bus


class SimulatedFleet:
    """Context manager: stations over HTTP. `speed` 60 lets a minute pass in a second."""

    def __init__(
        self,
        specs: Sequence[StationSpec],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        speed: float = 1.0,
        clock: Clock | None = None,
        scenarios: Troubles | None = None,
        warm_up_s: float = WARM_UP_S,
        hang_s: float = HANG_S,
        past: Past | None = None,
    ) -> None:
        """Stations at the clock's present moment.

        Args:
            specs: what to simulate.
            host: where to listen.
            port: of the first station, the others follow; 0 takes any that are free.
            speed: simulated seconds a second.
            clock: the machine's own without one.
            scenarios: what goes wrong, by station id.
            warm_up_s: how long the stations have lived before.
            hang_s: how long a hung service blocks its station.
            past: makes the stations with their past, instead of `warm_up_s`.

        Raises:
            OSError: where a port is taken; those already taken are freed.
        """
        self._clock: Clock = clock or SystemClock()
        self._speed = speed
        self._started, self._started_at = self._clock.monotonic(), self._clock.now()
        if past is not None:
            self.fleet = past(specs, self._started_at, scenarios or {})
        else:
            self.fleet = SteppedFleet(specs, self._started_at, scenarios, warm_up_s)
        self._lives = [_Live(station, self.now) for station in self.fleet.stations]
        self._servers: list[StationServer] = []
        try:
            for n, live in enumerate(self._lives):
                self._servers.append(
                    StationServer(bus=live.bus, faults=live.faults, now=self.now, clock=self._clock, host=host,
                                  port=port + n if port else 0, hang_s=hang_s)
                )  # fmt: skip
        except OSError:
            self._stop()
            raise
        self.stations = [
            SimulatedStation(s.spec.id, s.spec.name, server.url, s.spec.kind, s.config(server.url))
            for s, server in zip(self.fleet.stations, self._servers, strict=True)
        ]

    def now(self) -> float:
        """The fleet's time, UTC epoch in seconds: the clock's, at the fleet's speed."""
        return self._started_at + (self._clock.monotonic() - self._started) * self._speed

    async def publish(self, host: str, port: int) -> None:
        """Publish the same stations on an MQTT broker, too, until cancelled.

        Raises:
            ExceptionGroup: of `MqttError`, where the broker is not there or went away.
        """
        async with asyncio.TaskGroup() as group:
            for live in self._lives:
                group.create_task(MqttStation(live.bus, live.faults, self.now, self._clock).run(host, port))

    def __enter__(self) -> Self:
        for server in self._servers:
            server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        for server in self._servers:
            server.stopped.set()
        for server in self._servers:
            server.stop()


def demo_fleet(
    count: int = 12,
    scenario: str | None = None,
    seed: int = 0,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    speed: float = 1.0,
    clock: Clock | None = None,
    past: Past | None = None,
) -> SimulatedFleet:
    """The demonstration: different kinds of station, one that gets lost after a minute and one in trouble.

    Args:
        count: how many stations.
        scenario: instead of the usual troubles one of `scenario.SCENARIOS`, or `name@station-id` for a certain station.
        seed: another world.
        host: where to listen.
        port: of the first station; 0 takes any that are free.
        speed: simulated seconds a second.
        clock: the machine's own without one.
        past: makes the stations with their past.

    Raises:
        ValueError: where no scenario or station has that name.
        OSError: where a port is taken.
    """
    clock = clock or SystemClock()
    specs = demo_specs(count, seed)
    now = clock.now()
    scenarios = chosen_scenario(scenario, specs, now) if scenario else demo_scenarios(now)
    return SimulatedFleet(specs, host=host, port=port, speed=speed, clock=clock, scenarios=scenarios, past=past)


def demo_scenarios(now: float) -> Troubles:
    """What goes wrong in the demonstration that begins at `now` (UTC epoch, s), by station id."""
    return {**story_troubles(now), **lost_soon(now)}


def lost_soon(now: float) -> Troubles:
    """A station that cannot be reached any more a minute after `now` (UTC epoch, s)."""
    return {"dune-pump": [Scenario("comms-loss", now + LOST_AFTER_S)]}


def chosen_scenario(text: str, specs: Sequence[StationSpec], now: float) -> Troubles:
    """One scenario by `name` or `name@station-id`, beginning some seconds after `now` (UTC epoch, s).

    Without a station it hits the first that it fits; what comes from the grid hits all that have one.

    Raises:
        ValueError: where no scenario or station has that name, or none of the stations can have that trouble.
    """
    name, _, station_id = text.partition("@")
    trouble = Scenario(name, now + SCENARIO_AFTER_S)
    if station_id and station_id not in {spec.id for spec in specs}:
        raise ValueError(f"there is no station {station_id!r}; choose one of {', '.join(spec.id for spec in specs)}")
    hit = [spec.id for spec in specs if fits(name, spec) and station_id in ("", spec.id)]
    if not hit:
        raise ValueError(f"none of these stations can show {name!r}; take more stations or another scenario")
    return {one: [trouble] for one in (hit if name in REGIONAL else hit[:1])}
