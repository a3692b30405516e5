"""Lets simulated stations live through a past and records it as the collector would have: the demo opens on a day.

The same stations then go on live, so that nothing jumps where the past ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from victron_console.config import station_from
from victron_console.insight.overview.overview import polled
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey, class_of
from victron_console.model.judgement import PollMemory
from victron_console.model.overview import Overview
from victron_console.model.progress import Tell, untold
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.model.units import SLOT_S
from victron_console.simulator.publish.values import Tree
from victron_console.simulator.simulated import SteppedFleet, Troubles
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.station import WARM_UP_S, WARM_UP_STEP_S, Station
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import clean_path, qualify
from victron_console.store.records import PollSample, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

STEP_S = 900.0
"""A day of twelve stations at this step takes about three seconds of CPU, their usual warm-up included."""
QUICK_CLASSES = frozenset({
    "system", "battery", "vebus", "multi", "inverter", "solarcharger", "grid", "pvinverter", "genset", "dcgenset",
    "dcsource", "alternator", "dcload",
})  # fmt: skip
"""All that a balance is made of: of different moments it would not close."""
SLOW_STEPS = 4
"""Other devices are read at each fourth step."""
NO_ADDRESS = "http://127.0.0.1:9"
"""A configuration has an address; the live stations bring their own."""
ROUND_TRIP_S = 0.04
NextRead = Callable[[str], float | None]
"""By class: seconds until it is read again, None where it is not read now."""


def record_history(
    specs: Sequence[StationSpec],
    store: Path,
    since: float,
    until: float,
    step_s: float = STEP_S,
    scenarios: Troubles | None = None,
    warm_up_s: float = WARM_UP_S,
    tell: Tell = untold,
) -> SteppedFleet:
    """Record a span of simulated stations into a store, faster than real time.

    Args:
        specs: what to simulate.
        store: made where there is none; no collector may run on it.
        since: begin (UTC epoch, s); the stations have lived before.
        until: end; the last poll lies there.
        step_s: seconds between two polls, which is also the cadence that is recorded.
        scenarios: what goes wrong, by station id.
        warm_up_s: how long they have lived at the end, at least.
        tell: told now and then how much is done, 0 to 1.

    Returns:
        The stations as they are at the end, to go on with.

    Raises:
        StoreError: the store cannot be written.
    """
    fleet = SteppedFleet(specs, since, scenarios, warm_up_s=max(0.0, warm_up_s - (until - since)))
    record_on(fleet, store, until, step_s, tell)
    return fleet


def record_on(fleet: SteppedFleet, store: Path, until: float, step_s: float = STEP_S, tell: Tell = untold) -> None:
    """Let stations live on from where they are, and record it; they may be in the store already.

    Raises:
        StoreError: the store cannot be written.
    """
    since = fleet.at
    clock = ManualClock(since)
    recorders = [StationRecorder(station) for station in fleet.stations]
    writer = Writer(store, clock)
    try:
        writer.register([station_record(station) for station in fleet.stations])
        steps = max(1, int((until - since) // step_s))
        held: list[StationUpdate] = []
        for step in range(steps + 1):
            clock.at = until - (steps - step) * step_s
            fleet.step_to(clock.at, WARM_UP_STEP_S)
            reads = partial(next_read, step_s, slow=step % SLOW_STEPS == 0 or step == steps)
            updates = [update for recorder in recorders if (update := recorder.update(clock.at, reads))]
            writer.record_all([*held, *updates])
            held = still_held(updates, clock.at, step_s, until)
            tell((step + 1) / (steps + 1))
    finally:
        writer.close()


def still_held(updates: Sequence[StationUpdate], at: float, step_s: float, until: float) -> list[StationUpdate]:
    """The figures of a step once more for each five minutes up to the next step, in which they still hold.

    The store keeps a mean of each five minutes; a collector that polled so seldom would leave most of them empty.
    """
    slots = [moment for n in range(1, int(step_s // SLOT_S)) if (moment := at + n * SLOT_S) < until]
    return [StationUpdate(one.station, moment, overview=one.overview) for moment in slots for one in updates]


def next_read(step_s: float, cls: str, *, slow: bool) -> float | None:
    """Seconds until a class is read again; None where it is not read in this step."""
    if cls in QUICK_CLASSES:
        return step_s
    return SLOW_STEPS * step_s if slow else None


def station_record(station: Station) -> StationRecord:
    """A simulated station as a store knows it."""
    config = station_from(station.config(NO_ADDRESS))
    return StationRecord(config.id, config.name, config.public(), tuple(config.tags))


class StationRecorder:
    """What a collector remembers of one station, and its updates for the store."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._names = DeviceNames()
        self._devices: dict[DeviceKey, DeviceState] = {}
        self._raw: dict[str, Tree] = {}
        self._known: dict[str, dict[str, Reading]] = {}
        self._memory = PollMemory()
        self._status: StationStatus | None = None

    def update(self, at: float, reads: NextRead) -> StationUpdate | None:
        """The station read at a moment; None while it cannot be reached.

        Args:
            at: UTC epoch, s.
            reads: what is read now, and when it will be read next. The figures are made anew with `system`.
        """
        faults = self._station.faults(at)
        if faults.comms_lost:
            return None
        bus = self._station.services()
        self._names.on_bus(bus)
        readings, cadences = [], {}
        for service, tree in bus.items():
            cls = class_of(service)
            next_s = reads(cls)
            if next_s is not None and cls != faults.hung_class:
                reading = self._read(service, cls, tree, at)
                if self._keep(reading, next_s):
                    cadences[reading.key] = next_s
                readings.append(reading)
        is_new = self._status is None
        status = self._status = self._status or StationStatus(StationState.LIVE, at)
        return StationUpdate(
            self._station.spec.id,
            at,
            readings,
            status=status if is_new else None,
            overview=self._figures(at) if reads("system") is not None else None,
            memory=self._memory,
            cadences=cadences,
            polls=[PollSample(at, True, ROUND_TRIP_S, 20 * len(reading.readings)) for reading in readings],
        )

    def snapshot(self, at: float) -> Snapshot:
        """All devices as they were last read."""
        status = self._status or StationStatus(StationState.STARTING, at)
        return Snapshot(self._station.spec.id, at, dict(self._devices), status)

    def _figures(self, at: float) -> Overview:
        shown, self._memory = polled(self.snapshot(at), self._memory)
        return shown

    def _read(self, service: str, cls: str, tree: Tree, at: float) -> ServiceReading:
        """A service as its values are; those that are as they were are not judged again."""
        before: Mapping[str, object] = self._raw.get(service, {})
        self._raw[service] = tree
        known = self._known.setdefault(service, {})
        for raw_path, raw in tree.items():
            old = before.get(raw_path, self)
            if old is not raw and (old != raw or type(old) is not type(raw)):
                known[raw_path] = qualify(cls, clean_path(raw_path), raw, at)
        values = {clean_path(raw_path): known[raw_path] for raw_path in tree}
        return ServiceReading(service, self._names.key(service, values), at, values)

    def _keep(self, reading: ServiceReading, cadence_s: float) -> bool:
        """Whether the device is new or read more or less often than before."""
        before = self._devices.get(reading.key)
        self._devices[reading.key] = DeviceState(
            reading.key, reading.service, reading.readings, read_at=reading.at, cadence_s=cadence_s
        )
        return before is None or before.cadence_s != cadence_s
