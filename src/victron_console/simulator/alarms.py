"""The devices' own alarms, from the physics: 0 ok, 1 warning, 2 alarm, by the role of the device and the path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from victron_console.simulator.battery import Battery
from victron_console.simulator.devices import Device
from victron_console.simulator.flow import Flow
from victron_console.simulator.genset import Genset
from victron_console.simulator.notifications import NoticeRing
from victron_console.simulator.scenario import Faults
from victron_console.simulator.spec import AcType, Chemistry, Monitor, StationSpec

DESCRIPTIONS = {
    "Alarms/GridLost": "Grid lost",
    "Alarms/LowBattery": "Low battery voltage",
    "Alarms/Overload": "Overload",
    "Alarms/BmsConnectionLost": "BMS connection lost",
    "Alarms/LowSoc": "Low state of charge",
    "Alarms/LowVoltage": "Low voltage",
    "Alarms/HighTemperature": "High battery temperature",
    "Alarms/CellImbalance": "Cell imbalance",
    "Alarms/LowCellVoltage": "Low cell voltage",
    "Alarms/HighCellVoltage": "High cell voltage",
    "Alarms/InternalFailure": "Internal failure",
    "Alarms/NoGeneratorAtAcIn": "Generator not detected at AC input",
    "Alarms/NoGeneratorAtDcIn": "Generator not detected at DC input",
}
_HYSTERESIS = 0.97


class AlarmedPlant(Protocol):
    """What the devices' alarms look at."""

    spec: StationSpec
    at: float
    """The moment (UTC epoch, s)."""
    faults: Faults
    flow: Flow
    battery: Battery
    genset: Genset | None
    inverter_on: bool
    notices: NoticeRing
    levels: dict[tuple[str, str], int]
    """The level of each alarm that stands, by device and path."""


def follow(plant: AlarmedPlant, devices: Mapping[str, Device]) -> None:
    """Work the levels out again and write what changed into the GX's notices."""
    fresh = _levels(plant)
    for key in fresh.keys() | plant.levels.keys():
        level = fresh.get(key, 0)
        if level != plant.levels.get(key, 0):
            role, path = key
            device = devices[role]
            plant.notices.follow(device.service, device.title, f"/{path}", level, DESCRIPTIONS[path], plant.at)
    plant.levels = fresh


def _graded(value: float, warning: float, alarm: float, before: int) -> int:
    """1 above the warning level, 2 above the alarm level; an active level holds a little longer."""
    if value > alarm * (_HYSTERESIS if before >= 2 else 1.0):
        return 2
    return 1 if value > warning * (_HYSTERESIS if before >= 1 else 1.0) else 0


def _levels(plant: AlarmedPlant) -> dict[tuple[str, str], int]:
    """Only the levels above 0."""
    found = {**_converter_levels(plant), **_battery_levels(plant)}
    if plant.genset is not None and plant.genset.failed:
        found["generator", f"Alarms/NoGeneratorAt{'Dc' if plant.genset.spec.dc else 'Ac'}In"] = 2
    return {key: level for key, level in found.items() if level}


def _converter_levels(plant: AlarmedPlant) -> dict[tuple[str, str], int]:
    unit, before = plant.spec.converter, plant.levels
    if unit.kind == "none":
        return {}
    on_mains = plant.flow.source in (AcType.GRID, AcType.SHORE)
    overload = _graded(plant.flow.overload, 0.95, 1.0, before.get(("converter", "Alarms/Overload"), 0))
    low = 0 if plant.inverter_on else 2
    if plant.inverter_on and plant.flow.source is AcType.NONE and plant.battery.soc_percent < 8.0:
        low = 1
    return {
        ("converter", "Alarms/GridLost"): 2 if unit.input_1 is AcType.GRID and not on_mains else 0,
        ("converter", "Alarms/Overload"): overload,
        ("converter", "Alarms/LowBattery"): low,
        ("converter", "Alarms/BmsConnectionLost"): 2 if plant.faults.bms_lost else 0,
    }


def _battery_levels(plant: AlarmedPlant) -> dict[tuple[str, str], int]:
    battery, before = plant.battery, plant.levels

    def graded(path: str, value: float, warning: float, alarm: float) -> int:
        return _graded(value, warning, alarm, before.get(("battery", path), 0))

    found: dict[str, int] = {}
    if battery.spec.monitor is not Monitor.PYLONTECH:  # which has no such path
        lead = battery.spec.chemistry is Chemistry.LEAD_ACID
        warning, alarm = (55.0, 70.0) if lead else (86.0, 93.0)
        found["Alarms/LowSoc"] = graded("Alarms/LowSoc", 100.0 - battery.soc_percent, warning, alarm)
    if plant.spec.battery.bms is not None:
        voltages = battery.cell_voltages_v()
        low, high = min(voltages), max(voltages)
        spread = high - low if 15.0 < battery.soc_percent < 95.0 else 0.0
        found |= {
            "Alarms/HighTemperature": graded("Alarms/HighTemperature", battery.temperature_c, 48.0, 55.0),
            "Alarms/CellImbalance": graded("Alarms/CellImbalance", spread, 0.12, 0.30),
            "Alarms/LowCellVoltage": graded("Alarms/LowCellVoltage", 4.0 - low, 1.05, 1.15),
            "Alarms/HighCellVoltage": graded("Alarms/HighCellVoltage", high, 3.62, 3.68),
        }
    return {("battery", path): level for path, level in found.items()}
