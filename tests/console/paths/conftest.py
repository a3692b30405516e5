"""A store with two made-up stations and every sort of value: absent, doubtful, stale, lost, alarms, long texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.console.sample_fleet import NOW

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.service import ServiceReading
from victron_console.sources.values import read_tree
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

SYSTEM: dict[str, Any] = {
    "Dc/Battery/Soc": 81.0,
    "Dc/Battery/Power": -44.4,
    "Dc/Battery/TimeToGo": [],
    "SystemState/State": 252,
    "Serial": "c0619ab00001",
    "Timers/TimeOnGrid": 12,
}
PACK: dict[str, Any] = {
    "ProductName": "LFP 16S",
    "CustomName": "Pack [bold]1[/]",
    "FirmwareVersion": 65535,
    "Dc/0/Voltage": 49.8,
    "Dc/0/Current": float("nan"),
    "Dc/0/Temperature": 21.5,
    "Alarms/LowVoltage": 2,
    "Alarms/HighTemperature": 1,
    "Alarms/LowSoc": 0,
    "Soc": 81.2,
    "System/NrOfCellsPerBattery": 16,
    "Balancer/Reason": "cell 7 is 86 mV above the others; the balancer runs until it is within 10 mV of them",
}
TANK: dict[str, Any] = {"Level": 35.4, "FluidType": 0, "Capacity": 0.2, "CustomName": "Diesel"}
SETTINGS: dict[str, Any] = {
    f"Settings/DynamicEss/Schedule/{number}/{name}": 0 for number in range(48) for name in ("Soc", "Start", "Duration")
} | {"Settings/CGwacs/BatteryLife/MinimumSocLimit": 10.0}


def reading(service: str, instance: str, tree: dict[str, Any], at: float) -> ServiceReading:
    cls = service.split(".")[0]
    return ServiceReading(f"com.victronenergy.{service}", DeviceKey(cls, instance), at, read_tree(cls, tree, at))


def updates(station: str) -> Iterator[StationUpdate]:
    """An hour of it: the battery's power falls, the temperature sensor's service was lost 20 minutes ago."""
    for minute in range(60, -1, -1):
        at = NOW - 60 * minute - 4
        if 30 <= minute < 36:  # nothing was received
            continue
        system = {**SYSTEM, "Dc/Battery/Power": -44.4 - 10 * (minute % 30)}
        services = [reading("system", "0", system, at)]
        if minute == 60:
            services += [reading("settings", "0", SETTINGS, at), reading("tank.ttyUSB1", "3", TANK, at)]
        services.append(reading("battery.ttyUSB0", "512", PACK, at))
        cadences = {service.key: 60.0 for service in services}
        cadences[DeviceKey("settings", "0")] = 3600.0
        yield StationUpdate(station, at, services, cadences=cadences)
    lost = DeviceKey("tank", "3")
    yield StationUpdate(station, NOW - 1200, failures={lost: 4})


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The store; its file is in a folder of its own."""
    path = tmp_path / "store.db"
    with closing(Writer(path, ManualClock(NOW - 3700))) as writer:
        stations = [StationRecord("alder-farm", "Alder Farm"), StationRecord("birch-clinic", "Birch Clinic")]
        writer.register(stations)
        writer.record_all(list(updates("alder-farm")))
        writer.record(StationUpdate("birch-clinic", NOW - 4, [reading("system", "0", SYSTEM, NOW - 4)]))
    return path
