"""Simulated stations written straight into a store: history for what looks back, and changes for what looks on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

from victron_console.insight.overview.overview import overview
from victron_console.model.alert import AlertKey, Occurrence, Severity
from victron_console.model.alert_record import AlertChanges
from victron_console.model.clock import ManualClock, SystemClock
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.simulated import SteppedFleet
from victron_console.simulator.station import Station
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import read_tree
from victron_console.store.alarms.engine_rows import record_alerts
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

ALARM_EVERY_S = 3600.0


def update_of(station: Station, names: DeviceNames, at: float, *, first: bool = False) -> StationUpdate:
    """Everything that a station publishes, as its poller hands it over."""
    services = station.services()
    readings = []
    for service, tree in services.items():
        read = read_tree(service.removeprefix("com.victronenergy.").split(".")[0], tree, at)
        readings.append(ServiceReading(service, names.key(service, read), at, read))
    devices = {r.key: DeviceState(r.key, r.service, r.readings, read_at=at) for r in readings}
    shown = overview(Snapshot(station.spec.id, at, devices))
    status = StationStatus(StationState.LIVE, at) if first else None
    cadences = {r.key: 10.0 for r in readings} if first else {}
    return StationUpdate(station.spec.id, at, readings, status=status, overview=shown, cadences=cadences)


def _records(fleet: SteppedFleet) -> list[StationRecord]:
    return [
        StationRecord(s.spec.id, s.spec.name, {k: v for k, v in s.config("http://127.0.0.1").items() if k != "url"})
        for s in fleet.stations
    ]


def record_history(store: Path, stations: int, hours: float, step_s: float, until: float) -> None:
    """The past of some stations up to a moment, with an alarm an hour."""
    begin = until - hours * 3600
    fleet = SteppedFleet(demo_specs(stations), begin, warm_up_s=600)
    clock = ManualClock(begin)
    writer = Writer(store, clock)
    writer.register(_records(fleet))
    names = {station.spec.id: DeviceNames() for station in fleet.stations}
    alarm, number = begin + ALARM_EVERY_S / 2, 1
    first = True
    while clock.at < until:
        clock.at = min(until, clock.at + step_s)
        fleet.step_to(clock.at, step_s)
        writer.record_all([update_of(s, names[s.spec.id], clock.at, first=first) for s in fleet.stations])
        first = False
        if clock.at >= alarm:
            station = fleet.stations[number % len(fleet.stations)].spec.id
            record_alerts(writer.db, AlertChanges((_occurrence(number, station, clock.at),)), clock.at)
            alarm, number = alarm + ALARM_EVERY_S, number + 1
    writer.close()


def _occurrence(number: int, station: str, at: float) -> Occurrence:
    key = AlertKey(station, "soc", "")
    return Occurrence(
        number, key, "soc-low", Severity.WARNING, "SOC low", "start the generator", at - 60, at, at + 600, at,
        last_value=18.0, peak_value=17.0, unit="%", limit="< 20",
    )  # fmt: skip


class LivingFleet:
    """Stations of which a share of the shown values changes each second, for as long as a benchmark runs."""

    def __init__(self, store: Path, stations: int, share: float, cadence_s: int = 1, seed: int = 1) -> None:
        """Make the store.

        Args:
            store: where.
            stations: how many.
            share: of the figures, that changes each second.
            cadence_s: seconds between two reads of a station; they take turns.
            seed: of what changes.
        """
        self._clock = SystemClock()
        self._cadence_s, self._second = cadence_s, 0
        now = self._clock.now()
        sample = SteppedFleet(demo_specs(min(stations, 12)), now, warm_up_s=600).stations
        self._share, self._random = 1 - (1 - share) ** cadence_s, Random(seed)
        self._writer = Writer(store, self._clock)
        names = [f"station-{n:04d}" for n in range(stations)]
        self._writer.register([StationRecord(name, f"Station {n}") for n, name in enumerate(names)])
        self._last: list[StationUpdate] = []
        for n, name in enumerate(names):
            update = update_of(sample[n % len(sample)], DeviceNames(), now, first=True)
            self._last.append(replace(update, station=name))
        self._writer.record_all(self._last)

    def step(self) -> None:
        """One second: the stations whose turn it is are read, all their devices; some of their figures have changed."""
        now = self._clock.now()
        turn = range(self._second % self._cadence_s, len(self._last), self._cadence_s)
        for place in turn:
            self._last[place] = self._next(self._last[place], now)
        self._writer.record_all([self._last[place] for place in turn])
        self._second += 1

    def _next(self, update: StationUpdate, now: float) -> StationUpdate:
        shown = update.overview
        assert shown is not None
        changed = {}
        for field in ("battery_power_w", "pv_power_w", "load_power_w", "grid_power_w", "soc_percent"):
            value = getattr(shown, field)
            if value is not None and self._random.random() < self._share:
                step = 0.6 if field == "soc_percent" else 40.0
                changed[field] = min(100.0, value + self._random.choice((-step, step)))
        system = next(reading for reading in update.services if reading.key.cls == "system")
        readings = {path: Reading(r.value, now, Quality.GOOD) for path, r in list(system.readings.items())[:20]}
        fresh = replace(system, at=now, readings={**system.readings, **readings})
        origins = {device: replace(origin, read_at=now) for device, origin in shown.origins.items()}
        figures = replace(shown, **changed, figures_at=now, origins=origins)
        return StationUpdate(update.station, now, [fresh], overview=figures)

    def run(self, seconds: float) -> None:
        """A step each second."""
        end = self._clock.monotonic() + seconds
        for _ in _each_second(end, self._clock):
            self.step()

    def close(self) -> None:
        """Let the store go."""
        self._writer.close()


def _each_second(end: float, clock: SystemClock) -> Iterator[float]:
    due = clock.monotonic()
    while due < end:
        time.sleep(max(0.0, due - clock.monotonic()))
        yield due
        due += 1.0


def main_writer(arguments: Sequence[str]) -> None:
    """`store stations share cadence seconds`: the writer's process of a benchmark."""
    store, stations, share, cadence_s, seconds = arguments
    fleet = LivingFleet(Path(store), int(stations), float(share), int(cadence_s))
    print("READY", flush=True)
    fleet.run(float(seconds))
    fleet.close()
