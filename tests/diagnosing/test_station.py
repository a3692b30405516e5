"""A station examined from the store: what its file and its devices say reaches the diagnoses."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.verdict.station_diagnosis import examine
from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.model.station import StationState, StationStatus
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

NOON = 1_763_899_200.0
DAY_S = 86_400.0


def battery(service: str, instance: str, at: float, name: str, soh: float, **more: float | str) -> ServiceReading:
    values = {"Dc/0/Voltage": 52.0, "Dc/0/Temperature": 21.0, "Soc": 60.0, "Soh": soh, "CustomName": name, **more}
    readings = {path: Reading(value, at) for path, value in values.items()}
    return ServiceReading(f"com.victronenergy.battery.{service}", DeviceKey("battery", instance), at, readings)


def test_packs_of_different_age_and_a_lead_battery_are_known_to_the_diagnoses(tmp_path: Path) -> None:
    store = tmp_path / "store.db"
    info = {"battery": {"capacity_ah": 200.0, "chemistry": "gel"}, "location": {"timezone": "UTC"}}
    with closing(Writer(store, ManualClock(NOON))) as writer:
        writer.register([StationRecord("alder", "Alder", info)])
        for at in (NOON - DAY_S + 900.0 * n for n in range(97)):
            services = [
                battery("lynxparallel", "9", at, "Bank", 90.0, NumberOfBmses="2/2"),
                battery("ttyO1", "1", at, "North", 97.0), battery("ttyO2", "2", at, "South", 84.0),
            ]  # fmt: skip
            status = StationStatus(StationState.LIVE, at)
            shown = Overview(figures_at=at, soc_percent=60.0, battery_voltage_v=52.0)
            writer.record(StationUpdate("alder", at, services, status, shown))
    with closing(Reader(store, ManualClock(NOON))) as reader:
        found = examine(reader, "alder", NOON)
    assert found is not None
    words = {one.name: one.words for one in found.kept.risk.evidence}
    assert words["packs"].startswith("South stands at 84 %, North at 97 %")
    stress = found.kept.figure("thermal.stress")
    assert stress is not None and stress.status is Status.NOT_IDENTIFIABLE and "heat" not in words
    assert found.kept.outage_days == () and found.kept.energy == ()
