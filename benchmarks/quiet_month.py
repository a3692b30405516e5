"""False alarms of 30 simulated days of every topology in which nothing goes wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import shipped_rules
from victron_console.insight.overview.overview import polled
from victron_console.model.device import DeviceKey, class_of
from victron_console.model.judgement import PollMemory
from victron_console.model.reading import Reading
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.simulator.publish.values import Tree
from victron_console.simulator.rarer import EVERY
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.station import Station
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import read_tree

ONLY_BY_NAME = True
"""It takes a quarter of an hour; the tests play a day."""
BEGIN = 1_780_000_000.0
"""28 May 2026: long days in the north, and rain."""
DAY_S = 86_400.0
POLL_S, STEP_S = 600.0, 60.0
"""A poll each ten minutes keeps every window of the rules filled; the physics go in steps of a minute."""

TRUE = {
    "tern-cottage": {"Low cell voltage: Lynx Smart BMS HQ2303", "Low cell voltage", "Part of bank off"},
}
"""What is wrong at a station from the start, and is to be told: its second Lynx is off and nearly empty."""


class _Polls:
    """What a collector would read of a station; services that say the same keep their readings."""

    def __init__(self) -> None:
        self._names = DeviceNames()
        self._known: dict[str, tuple[Tree, Mapping[str, Reading], DeviceKey]] = {}

    def read(self, station: Station) -> Snapshot:
        """The station as it is."""
        now, devices = station.at, dict[DeviceKey, DeviceState]()
        for service, tree in station.services().items():
            known = self._known.get(service)
            if known is None or known[0] != tree:
                readings = read_tree(class_of(service), tree, now)
                known = self._known[service] = (tree, readings, self._names.key(service, readings))
            devices[known[2]] = DeviceState(known[2], service, known[1], now, POLL_S)
        return Snapshot(station.spec.id, now, devices, StationStatus(StationState.LIVE, BEGIN))


def alarms_of(spec: StationSpec, days: float) -> Counter[str]:
    """The titles of the alarms that a station raised within so many days, and how often."""
    station, polls = Station(spec, BEGIN), _Polls()
    engine = AlertEngine(shipped_rules())
    file = station.config("http://127.0.0.1")
    engine.configure(
        spec.id, spec.tags, {key: file[key] for key in ("location", "battery", "grid", "pv") if key in file}
    )
    raised: dict[int, str] = {}
    memory = PollMemory()
    while station.at < BEGIN + days * DAY_S:
        station.step_to(station.at + POLL_S, STEP_S)
        snapshot = polls.read(station)
        shown, memory = polled(snapshot, memory)
        engine.diagnose(spec.id, {"unbalanced": float("balance" in shown.flags)})
        told = engine.step({spec.id: snapshot}, snapshot.at)
        raised |= {it.id: it.title for it in told.occurrences if it.is_alarm}
    return Counter(raised.values())


def main() -> None:
    """Print each topology with the alarms that it should not have raised."""
    false = 0
    for spec in EVERY:
        began = time.process_time()
        found = {title: count for title, count in alarms_of(spec, 30.0).items() if title not in TRUE.get(spec.id, ())}
        false += sum(found.values())
        print(f"{spec.id:<14} {found or 'none'}   {time.process_time() - began:.0f} s of CPU", flush=True)
    print(f"{false} false alarms in {30 * len(EVERY)} days of stations")
