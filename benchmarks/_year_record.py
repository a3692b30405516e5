"""Lets one station live through a year and records it as a collector would, sealed as it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks._year_cases import BEGIN, DAY_S, END, WEEK_S, YEAR_DAYS, Case
from victron_console.model.clock import ManualClock
from victron_console.model.device import class_of
from victron_console.simulator.history import StationRecorder, station_record
from victron_console.simulator.publish.values import Tree
from victron_console.simulator.station import Station
from victron_console.store.records import StationUpdate
from victron_console.store.sealed.seal import SETTLED_S
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.write.writer import Writer

POLL_S = 900.0
STEP_S = 450.0
QUICK_CLASSES = frozenset({"system", "battery", "vebus", "multi", "dcsource"})
KEPT_CLASSES = QUICK_CLASSES | {"acsystem", "grid", "genset", "temperature", "platform"}
LEFT_OUT = re.compile(
    r"Energy/|History/|Alarms/|Settings/|Balances/|Voltages/|Battery/\d+/|Notifications/|Leds/|Devices/|Timers/|"
    r"Control/|DynamicEss/|LoadShedding/|ConsumptionOn|Available|InverterCharger/|Ac/.*/Current$|Ac/.*/S$|"
    r"^Ac/ActiveIn/L\d/Power|^Ac/Out/L\d/[VIF]$|TimeToGo|ConsumedAmphours"
)
"""Paths that no diagnosis reads are not recorded: they are nine of ten, and a year of them takes hours to write."""
OTHERS_EVERY = 4
BURST_S = 900.0
BURST_POLL_S = 10.0
"""For a quarter of an hour the battery is read so often: load steps need polls of 15 s at most."""
BURST_EACH_DAYS = 7
"""Each day where a hob makes such steps."""
BURST_BEGINS_H = 18.25
"""Local time: somebody cooks."""
WARM_UP_S = 2 * DAY_S
FILE = "{}.db"
UNFINISHED = "{}.part"


@lru_cache(maxsize=10_000)
def _is_kept(path: str) -> bool:
    return LEFT_OUT.search(path) is None


class DiagnosedStation(Station):
    """A station of which is published what the diagnoses read."""

    def services(self) -> dict[str, Tree]:
        """The services that count, without the paths that do not."""
        return {
            service: {path: value for path, value in tree.items() if _is_kept(path)}
            for service, tree in super().services().items()
            if class_of(service) in KEPT_CLASSES
        }


def recorded(case: Case, folder: Path) -> Path:
    """The store with the station's year, made where it is not there yet."""
    path = folder / FILE.format(case.spec.id)
    if path.exists():
        return path
    part = folder / UNFINISHED.format(case.spec.id)
    for left in folder.glob(f"{part.name}*"):
        left.unlink()
    _record(case, part)
    part.rename(path)
    part.with_name(f"{part.name}.upkeep").unlink(missing_ok=True)
    return path


def _record(case: Case, path: Path) -> None:
    station = DiagnosedStation(case.spec, BEGIN, case.scenarios, WARM_UP_S)
    recorder, clock = StationRecorder(station), ManualClock(BEGIN)
    writer = Writer(path, clock)
    writer.register([station_record(station)])
    for day in range(YEAR_DAYS):
        has_burst = bool(case.spec.load.cooker_w) or day % BURST_EACH_DAYS == 0
        begin = BEGIN + day * DAY_S
        updates = list(_day(station, recorder, begin, has_burst=has_burst))
        clock.at = updates[-1].at
        writer.record_all(updates)
        if (begin + DAY_S) % WEEK_S == 0.0:  # a week that is over is sealed at once and merged no more
            upkeep(path, ManualClock(begin + DAY_S + SETTLED_S))
    upkeep(path, ManualClock(END + SETTLED_S))
    writer.close()


def _day(station: Station, recorder: StationRecorder, begin: float, *, has_burst: bool) -> Iterator[StationUpdate]:
    """A day's polls, with a burst in the evening."""
    there = datetime.fromtimestamp(begin, ZoneInfo(station.spec.timezone))
    burst = begin + (BURST_BEGINS_H - there.hour - there.minute / 60.0) % 24.0 * 3600.0
    for poll in range(round(DAY_S / POLL_S)):
        at = begin + poll * POLL_S
        if has_burst and burst < at <= burst + BURST_S:
            yield from _burst(station, recorder, at)
        else:
            station.step_to(at, STEP_S)
        in_burst = has_burst and burst <= at < burst + BURST_S

        def reads(cls: str, *, slow: bool = poll % OTHERS_EVERY == 0, fast: bool = in_burst) -> float | None:
            if cls == "battery" and fast:
                return BURST_POLL_S
            return POLL_S if cls in QUICK_CLASSES else OTHERS_EVERY * POLL_S if slow else None

        if update := recorder.update(at, reads):
            yield update


def _burst(station: Station, recorder: StationRecorder, until: float) -> Iterator[StationUpdate]:
    """The battery's polls up to a moment, without the last."""
    while station.at < until - 1.5 * BURST_POLL_S:
        station.step_to(station.at + BURST_POLL_S)
        if update := recorder.update(station.at, {"battery": BURST_POLL_S}.get):
            yield update
    station.step_to(until)
