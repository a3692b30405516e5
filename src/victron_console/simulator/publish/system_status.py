"""The part of com.victronenergy.system that tells states, limits and who is who, rather than powers."""

from __future__ import annotations

import json
from collections.abc import Collection

from victron_console.simulator import devices
from victron_console.simulator.plant import WITHOUT_INPUT, Plant
from victron_console.simulator.publish.converter import ACSYSTEM
from victron_console.simulator.publish.converter import state as converter_state
from victron_console.simulator.publish.values import Tree, blanks, invalid, zeros
from victron_console.simulator.spec import AcType

DISCHARGING, SUSTAIN = 256, 257
DISCHARGING_BELOW_W = -30.0
_QUIET = zeros(
    "SystemState/BatteryLife", "SystemState/SlowCharge", "SystemState/UserChargeLimited",
    "SystemState/UserDischargeLimited", "SystemState/PeakShaving", "DynamicEss/Active", "DynamicEss/Available",
    "Dvcc/Alarms/FirmwareInsufficient", "Dvcc/Alarms/MultipleBatteries", "Control/ScheduledCharge", "Pv/Disable",
    "Relay/0/State", "Ac/Genset/Runtime", "Ac/Genset/RunningByConditionCode", "LoadShedding/Active",
)  # fmt: skip
_EMPTY = blanks(
    "GpsService", "GpsSpeed", "Control/ScheduledSoc", "Ac/Genset/DeviceType", "Ac/Genset/ProductId",
    "Ac/Genset/LastStartTime", "Hub", "DynamicEss/LastScheduledStart", "LoadShedding/NextDisconnect",
)  # fmt: skip


def status(plant: Plant, battery_service: str, powers: Tree, bus: Collection[str]) -> Tree:
    """States, ESS limits, inputs and the lists of batteries.

    Args:
        plant: the station.
        battery_service: bus name of the battery monitor, empty where there is none.
        powers: the power paths worked out before.
        bus: the names of the services on the bus.
    """
    has_acsystem = ACSYSTEM in bus
    ess = plant.spec.converter.ess
    timers = plant.counters.timers_s
    names = ("TimeOnGrid", "TimeOnGenerator", "TimeOnInverter", "TimeOff")
    tree: Tree = {**_QUIET, **_EMPTY, **{f"Timers/{name}": round(timers.get(name, 0.0)) for name in names}}
    tree |= _batteries(plant, battery_service, powers)
    tree |= _inputs(plant, has_acsystem)
    tree |= _bms(plant, bus)
    floor_known = ess is not None and not has_acsystem
    return tree | {
        "SystemType": _type(plant),
        "SystemState/State": invalid()
        if plant.spec.converter.kind == "inverter"
        else _state(plant, powers, has_acsystem),
        "SystemState/LowSoc": int(plant.at_floor),
        "Control/ActiveSocLimit": plant.ess_floor_percent if ess and floor_known else invalid(),
        "Control/EssState": (11 if plant.at_floor else 10) if floor_known else invalid(),
        "Control/ScheduledChargeStatus": 0 if ess else 1,
    }


def _type(plant: Plant) -> str:
    unit = plant.spec.converter
    if unit.kind in WITHOUT_INPUT:
        return "Unknown"
    return "ESS" if unit.ess else "Hub-1" if plant.spec.arrays else "Multi"


def _state(plant: Plant, powers: Tree, has_acsystem: bool) -> int:
    """The inverter/charger's state; ESS overrides it. A lone RS leaves it 0, as the real systemcalc does."""
    if plant.spec.converter.kind != "vebus" and not has_acsystem:
        return 0
    connected = plant.flow.source is AcType.GRID
    if plant.spec.converter.ess is not None and connected:
        if plant.at_floor:
            return SUSTAIN
        if powers["Dc/Battery/Power"] < DISCHARGING_BELOW_W:
            return DISCHARGING
    return converter_state(plant)


def _bms(plant: Plant, services: Collection[str]) -> Tree:
    """DVCC: what the BMS demands of the system, blank without one."""
    device = devices.control(plant.spec)
    managed = device is not None and device.service in services
    charge_off = managed and plant.battery.charge_limit_a() <= 0
    discharge_off = managed and plant.battery.discharge_limit_a() <= 0
    return {
        "ActiveBmsService": device.service if managed and device else invalid(),
        "ActiveBmsInstance": device.instance if managed and device else invalid(),
        "AvailableBmsServices": [{"instance": device.instance, "name": device.title}]
        if managed and device
        else invalid(),
        "Control/Dvcc": int(managed),
        "Control/BmsParameters": int(managed),
        "Control/MaxChargeCurrent": int(managed),
        "Control/EffectiveChargeVoltage": round(plant.battery.charge_limit_v, 2) if managed else invalid(),
        "Control/SolarChargeVoltage": int(managed),
        "Control/SolarChargeCurrent": int(managed),
        "Control/BatteryVoltageSense": 1,
        "Control/BatteryCurrentSense": int(managed),
        "Control/SolarChargerVoltageSense": 1,
        "Control/SolarChargerTemperatureSense": 0,
        "Control/VebusSoc": 1,
        "Control/ExtraBatteryCurrent": int(bool(plant.spec.arrays)),
        "SystemState/ChargeDisabled": int(charge_off),
        "SystemState/DischargeDisabled": int(discharge_off),
    }


def _batteries(plant: Plant, battery_service: str, powers: Tree) -> Tree:
    if not battery_service and plant.spec.converter.kind in WITHOUT_INPUT:
        return _NO_BATTERY
    device = devices.battery(plant.spec) if battery_service else devices.converter(plant.spec)
    short = f"{devices.PREFIX}{device.cls}/{device.instance}"
    entry = {
        "id": device.service, "name": device.title, "instance": device.instance, "active_battery_service": True,
        "soc": powers["Dc/Battery/Soc"], "voltage": powers["Dc/Battery/Voltage"],
        "current": powers["Dc/Battery/Current"], "power": powers["Dc/Battery/Power"],
        "state": powers["Dc/Battery/State"],
    }  # fmt: skip
    return {
        "ActiveBatteryService": short,
        "AutoSelectedBatteryService": device.title,
        "Batteries": [entry],
        "AvailableBatteries": json.dumps({short: {"name": device.title, "channel": None, "type": device.cls}}),
        "AvailableBatteryServices": json.dumps(
            {"default": "Automatic", "nobattery": "No battery monitor", short: device.title}
        ),
    }


_NO_BATTERY: Tree = {
    "ActiveBatteryService": invalid(), "AutoSelectedBatteryService": "No battery monitor", "Batteries": invalid(),
    "AvailableBatteries": "{}", "AvailableBatteryServices": '{"nobattery": "No battery monitor"}',
}  # fmt: skip


def _inputs(plant: Plant, has_acsystem: bool) -> Tree:
    """The AC inputs by number: what is wired there, and whether it is in use."""
    unit, source = plant.spec.converter, plant.flow.source
    device = devices.converter(plant.spec)
    wired = () if unit.kind in WITHOUT_INPUT else (unit.input_1, unit.input_2)
    kinds = [kind for kind in wired if kind is not AcType.NONE]
    grid = devices.grid_meter(plant.spec)
    tree: Tree = {"Ac/In/NumberOfAcInputs": len(kinds)}
    for n in range(2):
        prefix = f"Ac/In/{n}"
        if n >= len(kinds):
            names = ("ServiceName", "ServiceType", "DeviceInstance", "Source", "Connected")
            tree |= blanks(*(f"{prefix}/{name}" for name in names))
            continue
        metered = kinds[n] is not AcType.GENSET and plant.spec.grid is not None and plant.spec.grid.metered
        owner = grid if metered else device
        tree |= {
            f"{prefix}/ServiceName": owner.service, f"{prefix}/ServiceType": owner.cls,
            f"{prefix}/DeviceInstance": owner.instance, f"{prefix}/Source": kinds[n].code,
            f"{prefix}/Connected": int(source is kinds[n]),
        }  # fmt: skip
    vebus = device.cls == "vebus"
    return tree | {
        "VebusService": device.service if vebus else invalid(),
        "VebusInstance": device.instance if vebus else invalid(),
        "Ac/ActiveIn/GridParallel": int(unit.ess is not None and source is AcType.GRID),
        "Ac/ActiveIn/FeedbackEnabled": int(unit.ess is not None),
        "Ac/ActiveIn/ServiceType": ("acsystem" if has_acsystem else device.cls) if kinds else invalid(),
    }
