"""A fleet of simulated stations: moved together without HTTP, or served, each on its own port, at any speed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from victron_console.model.clock import Clock, SystemClock
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.publish.values import Tree
from victron_console.simulator.scenario import SCENARIOS, Faults, Scenario
from victron_console.simulator.server import HANG_S, StationServer
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.station import STEP_S, WARM_UP_S, Station

PUBLISH_EVERY_S = 1.0
LOST_STATION, TROUBLED_STATION = "dune-pump", "alder-farm"
LOST_AFTER_S = 60.0
TROUBLE_BEFORE_S = 3 * 3600.0


class Fleet:
    """Stations that share a time and are moved by the caller: for tests and for writing history quickly."""

    def __init__(
        self,
        specs: Sequence[StationSpec],
        at: float,
        scenarios: dict[str, Sequence[Scenario]] | None = None,
        warm_up_s: float = WARM_UP_S,
    ) -> None:
        """The stations at the moment `at` (UTC epoch, s), with what goes wrong by station id."""
        wrong = scenarios or {}
        self.stations = [Station(spec, at, wrong.get(spec.id, ()), warm_up_s) for spec in specs]
        self.at = at

    def step_to(self, at: float, step_s: float = STEP_S) -> None:
        """Move every station forward to a moment."""
        for station in self.stations:
            station.step_to(at, step_s)
        self.at = max(self.at, at)


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
        scenarios: dict[str, Sequence[Scenario]] | None = None,
        warm_up_s: float = WARM_UP_S,
        hang_s: float = HANG_S,
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

        Raises:
            OSError: where a port is taken; those already taken are freed.
        """
        self._clock: Clock = clock or SystemClock()
        self._speed = speed
        self._started, self._started_at = self._clock.monotonic(), self._clock.now()
        self.fleet = Fleet(specs, self._started_at, scenarios, warm_up_s)
        self._servers: list[StationServer] = []
        try:
            for n, station in enumerate(self.fleet.stations):
                live = _Live(station, self.now)
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
) -> SimulatedFleet:
    """The demonstration: different kinds of station, one that gets lost after a minute and one in trouble.

    Args:
        count: how many stations.
        scenario: one of `scenario.SCENARIOS` for the first station instead of its usual trouble.
        seed: another world.
        host: where to listen.
        port: of the first station; 0 takes any that are free.
        speed: simulated seconds a second.
        clock: the machine's own without one.

    Raises:
        ValueError: where no scenario has that name.
        OSError: where a port is taken.
    """
    clock = clock or SystemClock()
    now = clock.now()
    specs = demo_specs(count, seed)
    scenarios = demo_scenarios(scenario, now)
    return SimulatedFleet(specs, host=host, port=port, speed=speed, clock=clock, scenarios=scenarios)


def demo_scenarios(scenario: str | None, now: float) -> dict[str, Sequence[Scenario]]:
    """What goes wrong in the demonstration that begins at `now`, by station id.

    Raises:
        ValueError: where no scenario has that name.
    """
    if scenario is not None and scenario not in SCENARIOS:
        raise ValueError(f"there is no scenario {scenario!r}; choose one of {', '.join(SCENARIOS)}")
    since = now - TROUBLE_BEFORE_S
    troubles = [scenario] if scenario else ["low-battery", "cell-drift"]
    wrong: dict[str, Sequence[Scenario]] = {TROUBLED_STATION: [Scenario(name, since) for name in troubles]}
    if scenario is None:
        wrong[LOST_STATION] = [Scenario("comms-loss", now + LOST_AFTER_S)]
        wrong["cedar-house"] = [Scenario("firmware-behind", since)]
    return wrong
