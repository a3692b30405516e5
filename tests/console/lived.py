"""A past that a collector really lived through, faster than real time: simulated stations behind its own pollers.

What is real is everything from the poller on: schedule, states, links, settings log, alert engine, operators' rows,
daily diagnoses, sealing and merging. What is not real is the wire, and the clock, which is moved by hand.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from victron_console.collector.diagnosing import examined
from victron_console.collector.fleet import Fleet as Collector
from victron_console.config import station_from
from victron_console.config.station import StationConfig
from victron_console.config.watch import FixedStations
from victron_console.model.clock import Clock, ManualClock
from victron_console.model.device import class_of
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.simulator.publish.values import Tree
from victron_console.simulator.simulated import SteppedFleet, Troubles
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.station import WARM_UP_STEP_S, Station
from victron_console.sources.base import Discovery, NoSuchService, TimedOut, Traffic, Unreachable
from victron_console.sources.naming import DeviceNames, KnownDevice
from victron_console.sources.values import clean_path, qualify
from victron_console.store.diagnoses import record_diagnosis
from victron_console.store.lease import Lease
from victron_console.store.operator.alarm_actions import acknowledge, begin_maintenance, comment, shelve, unshelve_alarm
from victron_console.store.operator.jobs import add_job, finish_job
from victron_console.store.read.reader import Reader
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.write.writer import Writer

STEP_S = 900.0
FINE_STEP_S = 60.0
FINE_AROUND_S = 600.0
"""Steps are fine so long before and after something begins or ends to be wrong, and before a moment is looked at."""
SLOW_STEPS = 4
UPKEEP_EVERY_S = 6 * 3600.0
API = "Victron DBus API Server 3.2.0"
BYTES_A_VALUE = 20
NO_ADDRESS = "http://127.0.0.1:9"
"""A configuration has an address; nothing is ever asked there."""


class BusSource:
    """A simulated station's bus as a poller asks for it, with the station's troubles."""

    def __init__(self, station: Station, clock: Clock, settings: Mapping[str, object]) -> None:
        """The station's bus.

        Args:
            station: whose.
            clock: the time.
            settings: what somebody has set at the station since, by path of `settings`.
        """
        self.traffic = Traffic()
        self._station = station
        self._clock = clock
        self._settings = settings
        self._names = DeviceNames()
        self._raw: dict[str, Tree] = {}
        self._known: dict[str, dict[str, Reading]] = {}
        self._bus: tuple[float, dict[str, Tree]] = (-1.0, {})

    async def discover(self) -> Discovery:
        """The services on the bus."""
        bus = self._services()
        self._names.on_bus(bus)
        return Discovery(tuple(bus), API, 0.0)

    async def read(self, service: str) -> ServiceReading:
        """One service; it hangs or is not there as its troubles want it."""
        at = self._clock.now()
        bus = self._services()
        if class_of(service) == self._station.faults(at).hung_class:
            raise TimedOut(f"no answer of {class_of(service)} within 8 s")
        if service not in bus:
            raise NoSuchService(f"{service} is not on the bus")
        values = self._values(service, bus[service], at)
        size = BYTES_A_VALUE * len(values)
        self.traffic.bytes_in += size
        return ServiceReading(service, self._names.key(service, values), at, values, 0.0, size, 0.0)

    async def listens(self) -> bool | None:
        return None

    async def recovered(self) -> None:
        """The server is free again at once."""
        self._reach()

    async def close(self) -> None:
        """Nothing is held."""

    def _reach(self) -> None:
        if self._station.faults(self._clock.now()).comms_lost:
            raise Unreachable("no connection: the station does not answer")

    def _services(self) -> dict[str, Tree]:
        self._reach()
        now = self._clock.now()
        if self._bus[0] != now:
            bus = self._station.services()
            settings = bus.get("com.victronenergy.settings")
            if settings is not None:
                bus["com.victronenergy.settings"] = {**settings, **self._settings}
            self._bus = (now, bus)
        return self._bus[1]

    def _values(self, service: str, tree: Tree, at: float) -> dict[str, Reading]:
        """The service as its values are; those that are as they were are not judged again."""
        before = self._raw.get(service, {})
        known = self._known.setdefault(service, {})
        for raw_path, raw in tree.items():
            old: object = before.get(raw_path, self)
            if old is not raw and (old != raw or type(old) is not type(raw)):
                known[raw_path] = qualify(class_of(service), clean_path(raw_path), raw, at)
        self._raw[service] = tree
        return {clean_path(raw_path): known[raw_path] for raw_path in tree}


@dataclass(slots=True)
class Plan:
    """What a past is made of."""

    specs: Sequence[StationSpec]
    begin: float
    """UTC epoch, s."""
    troubles: Troubles = field(default_factory=dict)
    step_s: float = STEP_S
    diagnosed: Sequence[str] = ()
    """Stations that are diagnosed at each `diagnose_every_s`."""
    diagnose_every_s: float = 86_400.0
    fine_at: Sequence[float] = ()
    """Moments before which steps are fine."""
    seed: int = 1


class Lived:
    """The past as it goes on. Use it in one event loop; `start`, then `live_until`, then `stop`."""

    def __init__(self, store: Path, plan: Plan) -> None:
        self.store = store
        self.plan = plan
        self.clock = ManualClock(plan.begin)
        self.actions: dict[str, int] = {}
        """What operators did, and how often."""
        self._fleet = SteppedFleet(plan.specs, plan.begin, plan.troubles)
        self._stations = {station.spec.id: station for station in self._fleet.stations}
        self._settings: dict[str, dict[str, object]] = {spec.id: {} for spec in plan.specs}
        self._random = Random(plan.seed)
        self._collector = self._new_collector()
        self._kept_at = self._diagnosed_at = plan.begin
        self._edges = sorted(
            edge
            for scenarios in plan.troubles.values()
            for scenario in scenarios
            for edge in (scenario.starts_at, scenario.ends_at)
        )
        self._edges = sorted([*self._edges, *plan.fine_at])

    def _new_collector(self) -> Collector:
        return Collector(
            FixedStations(tuple(self._config(station) for station in self._fleet.stations)),
            self.store,
            self.clock,
            random=Random(self.plan.seed),
            make_source=self._source,
        )

    def _config(self, station: Station) -> StationConfig:
        step_s, slow_s = self.plan.step_s, self.plan.step_s * SLOW_STEPS
        raw: dict[str, Any] = station.config(NO_ADDRESS)
        return station_from(
            raw | {"cadence": {"fast_s": step_s, "medium_s": step_s, "slow_s": slow_s, "rare_s": slow_s}}
        )

    def _source(self, config: StationConfig, clock: Clock, known: Mapping[str, KnownDevice]) -> BusSource:
        return BusSource(self._stations[config.id], clock, self._settings[config.id])

    # ---- life

    async def start(self) -> None:
        """Open the store and begin to collect."""
        self._lease = Lease(self.store, self.clock)
        self._lease.__enter__()
        await self._collector._start(keep_polling=False)
        await self._poll()

    async def stop(self) -> None:
        """Write what is left and let the store go."""
        await self._collector._stop()
        self._lease.__exit__(None, None, None)

    async def restart_after(self, seconds: float) -> None:
        """No collector for a while, then another one."""
        await self.stop()
        self.clock.advance(seconds)
        self._fleet.step_to(self.clock.at, WARM_UP_STEP_S)
        self._collector = self._new_collector()
        await self.start()

    async def live_until(self, moment: float) -> None:
        """Go on to a moment; the last poll lies before or at it."""
        while (at := self._next_step()) <= moment:
            self.clock.advance(at - self.clock.at)
            await self._poll()
            await self._keep_up()
        self.clock.advance(moment - self.clock.at)
        self._fleet.step_to(moment, WARM_UP_STEP_S)

    def _next_step(self) -> float:
        now = self.clock.at
        edge = bisect.bisect_left(self._edges, now - FINE_AROUND_S)
        near = self._edges[edge] if edge < len(self._edges) else float("inf")
        coarse = now - (now - self.plan.begin) % self.plan.step_s + self.plan.step_s
        if near - FINE_AROUND_S <= now:
            return min(coarse, now + FINE_STEP_S)
        return min(coarse, near - FINE_AROUND_S)

    async def _poll(self) -> None:
        self._fleet.step_to(self.clock.at, WARM_UP_STEP_S)
        for running in self._collector._running.values():
            while running.poller.next_moment() <= self.clock.monotonic():
                await running.poller.step()
        await self._collector._flush()
        await self._collector._tell_health(0.0)
        await self._collector.recorder.beat()
        await self._collector._alerting.tidy()

    async def _keep_up(self) -> None:
        now = self.clock.at
        if now - self._kept_at >= UPKEEP_EVERY_S:
            self._kept_at = now
            upkeep(self.store, self.clock)
        if now - self._diagnosed_at >= self.plan.diagnose_every_s:
            self._diagnosed_at = now
            for station in self.plan.diagnosed:
                await self._diagnose(station)
        if self._random.random() < 0.05:
            await self._operate()

    async def _diagnose(self, station: str) -> None:
        found = examined(self.store, station, self.clock.at)
        row = found.row
        if row is not None:
            await self._collector.recorder.call(lambda writer: record_diagnosis(writer.db, row, found.steps))
            await self._collector._alerting.diagnose(station, dict(found.rules or {}))

    # ---- what operators do

    async def _operate(self) -> None:
        deed = self._random.choice((self._see, self._see, self._shelve, self._say, self._unshelve, self._maintain,
                                    self._plan_job, self._finish_job))  # fmt: skip
        said = await self._collector.recorder.call(deed)
        self._set_something()
        name = deed.__name__.strip("_")
        self.actions[name] = self.actions.get(name, 0) + bool(said)

    def _alarm(self) -> int | None:
        reader = Reader(self.store, self.clock)
        try:
            views = [view for view in reader.alerts() if view.occurrence.is_alarm]
        finally:
            reader.close()
        return self._random.choice(views).occurrence.id if views else None

    def _see(self, writer: Writer) -> str:
        alarm = self._alarm()
        return "" if alarm is None else acknowledge(writer.db, alarm, now=self.clock.at, who="Ada", comment="seen")

    def _say(self, writer: Writer) -> str:
        alarm = self._alarm()
        return (
            ""
            if alarm is None
            else comment(writer.db, alarm, text=f"comment {self.clock.at:.0f}", now=self.clock.at, who="Ben")
        )

    def _shelve(self, writer: Writer) -> str:
        alarm, seconds = self._alarm(), self._random.choice((3600.0, 8 * 3600.0, None))
        return (
            ""
            if alarm is None
            else shelve(writer.db, alarm, reason="known", seconds=seconds, now=self.clock.at, who="Ada")
        )

    def _unshelve(self, writer: Writer) -> str:
        alarm = self._alarm()
        return "" if alarm is None else unshelve_alarm(writer.db, alarm, now=self.clock.at, who="Ada")

    def _maintain(self, writer: Writer) -> str:
        station = self._random.choice(list(self._stations))
        return begin_maintenance(
            writer.db, reason="on site", seconds=3600, now=self.clock.at, who="Ben", station=station
        )

    def _plan_job(self, writer: Writer) -> str:
        station = self._random.choice(list(self._stations))
        what = f"tighten terminals, {self._random.randrange(1000)}"
        return add_job(writer.db, station, what, due_at=self.clock.at + 5 * 86_400, now=self.clock.at, who="Ada")

    def _finish_job(self, writer: Writer) -> str:
        reader = Reader(self.store, self.clock)
        try:
            jobs = reader.jobs()
        finally:
            reader.close()
        return finish_job(writer.db, self._random.choice(jobs).id, now=self.clock.at, who="Ben") if jobs else ""

    def _set_something(self) -> None:
        """Somebody turns a knob at a station."""
        settings = self._settings[self._random.choice(list(self._settings))]
        settings["Settings/CGwacs/AcPowerSetPoint"] = self._random.randrange(-200, 200, 10)
