"""Engine and store together: a collector that dies goes on where it stood, and the past can be judged again."""

from __future__ import annotations

from pathlib import Path

from tests.alerts.conftest import CRIT_ONLY, SHORT, T0, Site

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_file import parse_rules
from victron_console.alerts.trying.backtest import backtest, recorded
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.service import ServiceReading
from victron_console.store.alarms.engine_rows import kept_alerts, record_alerts
from victron_console.store.operator.alarm_actions import acknowledge
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

RULES = parse_rules(CRIT_ONLY)


def test_a_killed_collector_goes_on_with_the_same_occurrence_and_its_acknowledgement(tmp_path: Path) -> None:
    path, site, now = tmp_path / "store.db", Site(values={SHORT["soc"]: 9}), T0
    raised = 0
    for run in range(3):
        writer = Writer(path, ManualClock(now))
        engine = AlertEngine(RULES)
        engine.restore(kept_alerts(writer.db, now), now)
        for _ in range(6):
            now += 10
            changes = engine.step({site.id: site.poll(now)}, now)
            raised += sum(event.kind == "raised" for event in changes.events)
            record_alerts(writer.db, changes, now)
        if run == 0:
            acknowledge(writer.db, 1, now=now, who="ann")
        writer.close()
    assert raised == 1
    reader = Reader(path, ManualClock(now))
    views = reader.alerts()
    assert [(view.occurrence.id, view.state.value) for view in views] == [(1, "C")]
    reader.close()


def test_a_back_test_finds_in_the_recorded_past_what_would_have_fired(tmp_path: Path) -> None:
    path, key = tmp_path / "store.db", DeviceKey("system", "0")
    writer = Writer(path, ManualClock(T0))
    writer.register([StationRecord("alder", "Alder Farm")])
    site = Site(id="alder")
    for n in range(60):
        at = T0 + n * 10
        site.values[SHORT["soc"]] = 9 if 10 <= n < 20 or 40 <= n < 50 else 50
        readings = site.poll(at).devices[key].readings
        service = ServiceReading("com.victronenergy.system", key, at, readings)
        writer.record(StationUpdate("alder", at, [service]))
    writer.close()
    reader = Reader(path, ManualClock(T0 + 600))
    found = backtest(RULES, list(recorded(reader, T0, T0 + 590)))
    assert [(fired.station, fired.family, fired.count, fired.short) for fired in found] == [("alder", "soc", 2, 0)]
    assert backtest(RULES, list(recorded(reader, T0, T0 + 590)), only=lambda rule: rule == "other") == []
    reader.close()
