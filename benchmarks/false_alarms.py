"""How many alarms sound stations raise: every simulated topology, nothing wrong with it, for a month.

python -m benchmarks.false_alarms [days] [seconds between polls]
"""

from __future__ import annotations

import sys
from collections import Counter

from benchmarks._simulated import update_of
from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import shipped_rules
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import StationState, StationStatus
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.simulated import SteppedFleet
from victron_console.simulator.spec import StationSpec
from victron_console.sources.naming import DeviceNames

ONLY_BY_NAME = True
T0 = 1_780_000_000.0
DAY_S = 86_400.0
TOPOLOGIES = 12


def raised(spec: StationSpec, days: float, each_s: float) -> Counter[str]:
    """The alarms and notes of one station by severity and family, with how often they came."""
    fleet = SteppedFleet([spec], T0, warm_up_s=3600)
    (station,) = fleet.stations
    names, engine = DeviceNames(), AlertEngine(shipped_rules())
    engine.configure(
        spec.id, tuple(spec.tags), {k: v for k, v in station.config("http://127.0.0.1").items() if k != "url"}
    )
    found: dict[int, str] = {}
    for n in range(int(days * DAY_S / each_s)):
        now = T0 + n * each_s
        fleet.step_to(now)
        update = update_of(station, names, now)
        devices = {
            r.key: DeviceState(r.key, r.service, r.readings, read_at=now, cadence_s=each_s) for r in update.services
        }
        snapshot = Snapshot(spec.id, now, devices, StationStatus(StationState.LIVE, T0))
        for it in engine.step({spec.id: snapshot}, now).occurrences:
            found[it.id] = f"{it.severity} {it.key.family} {it.key.scope} ({it.title})"
    return Counter(found.values())


def main() -> None:
    """Print what each topology raised."""
    days, each_s = (float(word) for word in (sys.argv[1:3] + ["30", "300"][len(sys.argv) - 1 :])[:2])
    for spec in demo_specs(TOPOLOGIES):
        counts = raised(spec, days, each_s)
        print(f"{spec.id:<20}{sum(counts.values()):>4} in {days:g} days", flush=True)
        for what, count in counts.most_common():
            print(f"{count:>8} {what}", flush=True)


if __name__ == "__main__":
    main()
