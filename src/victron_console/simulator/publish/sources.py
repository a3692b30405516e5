"""What produces power or measures it: MPPTs, PV inverters, meters, and the shunts on the DC bus."""

from __future__ import annotations

from functools import lru_cache

from victron_console.model.snapshot import PHASES
from victron_console.simulator import devices
from victron_console.simulator.counters import ArrayCount, ArrayDay
from victron_console.simulator.plant import Plant
from victron_console.simulator.publish.values import Tree, blanks, f32, head, invalid, zeros
from victron_console.simulator.spec import AcType, PvPosition
from victron_console.simulator.surroundings import MPPT_EFFICIENCY
from victron_console.simulator.weather import smooth

HISTORY_DAYS = 30
_STAGES = {"bulk": 3, "absorption": 4, "float": 5}
STATUS_RUNNING, STATUS_THROTTLED, STATUS_STANDBY = 11, 12, 8


def solar_chargers(plant: Plant) -> dict[str, Tree]:
    """com.victronenergy.solarcharger, one an array on the DC side."""
    indices = [n for n, array in enumerate(plant.spec.arrays) if array.position is PvPosition.DC]
    pairs = zip(devices.solar_chargers(plant.spec), indices, strict=True)
    return {device.service: {**head(device), **_solar_charger(plant, index)} for device, index in pairs}


def _solar_charger(plant: Plant, index: int) -> Tree:
    panel_w = plant.array_w[index]
    awake = panel_w > 1.0
    panel_v = 96.0 - 6.0 * panel_w / (1000.0 * plant.spec.arrays[index].kwp) if awake else 2.3
    count = plant.counters.arrays[index]
    tree: Tree = {
        "Yield/Power": f32(panel_w),
        "Yield/User": f32(count.total_kwh),
        "Yield/System": f32(count.total_kwh),
        "Pv/V": f32(panel_v),
        "Pv/I": f32(panel_w / panel_v if awake else 0.0),
        "Dc/0/Voltage": f32(plant.battery_v),
        "Dc/0/Current": f32(panel_w * MPPT_EFFICIENCY / plant.battery_v, 1),
        "State": (252 if plant.spec.battery.bms is not None else _STAGES[plant.charge_stage()]) if awake else 0,
        "MppOperationMode": (1 if plant.flow.throttled else 2) if awake else 0,
        "Mode": 1,
        "ErrorCode": 0,
        "DeviceOffReason": 0 if awake else 1,
        "NrOfTrackers": 1,
        "Settings/ChargeCurrentLimit": 100.0,
        "Settings/BmsPresent": int(plant.spec.battery.bms is not None),
        "Link/NetworkMode": 13,
        "Link/NetworkStatus": 4,
        "Load/State": invalid(),
        "Load/I": invalid(),
        "Link/TemperatureSense": invalid(),
        "History/Overall/DaysAvailable": len(count.days),
        "History/Overall/MaxPvVoltage": f32(102.5),
    }
    return tree | _daily(count)


def _daily(count: ArrayCount) -> Tree:
    """Thirty days, today first; days before the station's time are blank."""
    if not count.days:
        return {}
    today, *before = list(count.days)[:HISTORY_DAYS]
    return _day(0, today) | _finished(tuple(before))


@lru_cache(maxsize=256)
def _finished(days: tuple[ArrayDay, ...]) -> Tree:
    """The days before today: their numbers change at midnight only, and they are half of a charger's values."""
    tree: Tree = {}
    for n, day in enumerate(days, start=1):
        tree |= _day(n, day)
    return tree


def _day(n: int, day: ArrayDay) -> Tree:
    return {
        f"History/Daily/{n}/Yield": f32(day.yield_kwh),
        f"History/Daily/{n}/MaxPower": round(day.max_w),
        f"History/Daily/{n}/MaxBatteryVoltage": f32(day.max_battery_v),
        f"History/Daily/{n}/MinBatteryVoltage": f32(day.min_battery_v),
        f"History/Daily/{n}/TimeInBulk": round(day.bulk_min),
        f"History/Daily/{n}/TimeInAbsorption": round(day.absorption_min),
        f"History/Daily/{n}/TimeInFloat": round(day.float_min),
    }


def pv_inverters(plant: Plant) -> dict[str, Tree]:
    """com.victronenergy.pvinverter, one an array on the AC side."""
    indices = [
        n for n, a in enumerate(plant.spec.arrays) if a.position in (PvPosition.INPUT, PvPosition.OUTPUT)
    ]  # fmt: skip
    pairs = zip(devices.pv_inverters(plant.spec), indices, strict=True)
    return {device.service: {**head(device), **_pv_inverter(plant, index)} for device, index in pairs}


def _pv_inverter(plant: Plant, index: int) -> Tree:
    array, power_w = plant.spec.arrays[index], plant.array_w[index]
    volts = plant.output_v[0]
    each_w = round(power_w / len(array.phases), 1)
    total_kwh = plant.counters.arrays[index].total_kwh
    tree: Tree = {}
    for phase in PHASES:
        if phase in array.phases:
            tree[f"Ac/{phase}/Power"] = each_w
            tree[f"Ac/{phase}/Current"] = round(each_w / volts, 2)
            tree[f"Ac/{phase}/Voltage"] = round(volts, 1)
            tree[f"Ac/{phase}/Energy/Forward"] = round(total_kwh / len(array.phases), 2)
        else:
            tree |= blanks(*(f"Ac/{phase}/{name}" for name in ("Power", "Current", "Voltage", "Energy/Forward")))
    status = STATUS_THROTTLED if plant.flow.throttled else STATUS_RUNNING
    return tree | {
        "Ac/Power": round(each_w * len(array.phases), 1),
        "Ac/Energy/Forward": round(total_kwh, 2),
        "Ac/MaxPower": array.kwp * 1000.0,
        "Ac/PowerLimit": array.kwp * 1000.0 if array.position is PvPosition.OUTPUT else invalid(),
        "Position": 0 if array.position is PvPosition.INPUT else 1,
        "StatusCode": status if power_w > 1 else STATUS_STANDBY,
        "ErrorCode": 0,
    }


def grid_meter(plant: Plant) -> dict[str, Tree]:
    """com.victronenergy.grid: phases, totals and energies; dead volts while the mains are lost."""
    spec, counters = plant.spec, plant.counters
    device = devices.grid_meter(spec)
    live = plant.outside.mains is not AcType.NONE
    on_mains = plant.flow.source in (AcType.GRID, AcType.SHORE)
    none = (0.0,) * len(counters.import_kwh)
    powers, volts = (plant.flow.source_w, plant.input_v) if on_mains else (none, none)
    tree = head(device)
    rows = zip(powers, volts, counters.import_kwh, counters.export_kwh, strict=True)
    by_phase = dict(zip(spec.converter.phases, rows, strict=True))
    for phase in PHASES:
        if phase not in by_phase:
            tree |= blanks(*(f"Ac/{phase}/{name}" for name in ("Power", "Current", "Voltage")))
            continue
        power, phase_v, taken, given = by_phase[phase]
        tree |= {
            f"Ac/{phase}/Power": round(power, 1),
            f"Ac/{phase}/Current": round(power / phase_v, 2) if phase_v else 0.0,
            f"Ac/{phase}/Voltage": round(phase_v, 1),
            f"Ac/{phase}/Energy/Forward": round(taken, 2),
            f"Ac/{phase}/Energy/Reverse": round(given, 2),
        }
    return {device.service: tree | {
        "Ac/Power": round(sum(round(p, 1) for p in powers), 1),
        "Ac/Frequency": round(plant.outside.grid_hz, 2) if live else 0.0,
        "Ac/Energy/Forward": round(sum(counters.import_kwh), 2),
        "Ac/Energy/Reverse": round(sum(counters.export_kwh), 2),
        "DeviceType": 71, "ErrorCode": 0, "Role": "grid", "NrOfPhases": len(by_phase),
    }}  # fmt: skip


def heat_pump(plant: Plant) -> dict[str, Tree]:
    """com.victronenergy.acload: a meter inside the loads, not another load."""
    spec = plant.spec
    device = devices.heat_pump_meter(spec)
    duty = smooth(spec.seed, "heat-pump", plant.at, 1800.0) > 0.55
    power = min(spec.heat_pump_w * (0.9 if duty else 0.02), max(0.0, plant.flow.load_in_w[0]))
    tree = head(device) | blanks("Ac/L2/Power", "Ac/L3/Power")
    return {device.service: tree | {
        "Ac/Power": round(power, 1), "Ac/L1/Power": round(power, 1), "Ac/L1/Voltage": round(plant.outside.grid_v, 1),
        "Ac/L1/Current": round(power / plant.outside.grid_v, 2), "Role": "acload", "NrOfPhases": 1, "ErrorCode": 0,
    }}  # fmt: skip


def dc_devices(plant: Plant) -> dict[str, Tree]:
    """Alternator, wind and measured DC loads: shunts on the DC bus."""
    trees: dict[str, Tree] = {}
    volts = plant.battery_v
    outside, spec = plant.outside, plant.spec
    quiet = zeros("Alarms/LowVoltage", "Alarms/HighVoltage", "Alarms/HighTemperature", "Alarms/Alarm")
    measured = [
        (spec.alternator_w > 0, devices.ALTERNATOR, plant.alternator_w),
        (spec.wind_w > 0, devices.WIND, plant.wind_w),
        (spec.load.dc_measured, devices.DC_LOADS, (spec.load.dc_w + spec.starter_w) * plant.dc_share),
        (spec.charger_w > 0, devices.CHARGER, plant.charger_w),
        (spec.genset is not None and spec.genset.dc, devices.DC_GENSET, plant.dc_genset_w),
        (spec.motor_w > 0, devices.MOTOR, outside.motor_w * plant.dc_share),
        (spec.starter_w > 0, devices.STARTER, spec.starter_w * plant.dc_share),
        (spec.fridge_w > 0, devices.FRIDGE, spec.fridge_w * plant.dc_share),
    ]
    for present, device, power in measured:
        if present:
            trees[device.service] = {
                **head(device), **quiet,
                "Dc/0/Voltage": f32(volts), "Dc/0/Current": f32(power / volts, 1), "Dc/0/Power": f32(power, 1),
                "Dc/0/Temperature": invalid(), "Dc/1/Voltage": invalid(),
            }  # fmt: skip
    if spec.alternator_w:
        running = plant.outside.alternator_w > 0
        trees[devices.ALTERNATOR.service] |= {
            "State": 3 if running else 0, "Speed": 4300 if running else 0, "Engine/Speed": 1800 if running else 0,
            "FieldDrive": 60.0 if running else 0.0, "ErrorCode": 0,
            "Dc/0/Temperature": f32(67.0 if running else outside.ambient_c, 1),
        }  # fmt: skip
    trees |= {service: trees[service] | more for service, more in _further(plant).items() if service in trees}
    if spec.wind_w:
        trees[devices.WIND.service] |= {"Settings/MonitorMode": -8, "History/EnergyOut": f32(plant.counters.wind_kwh)}
    return trees


def _further(plant: Plant) -> dict[str, Tree]:
    """What these devices say beside their power."""
    running = plant.dc_genset_w > 0
    under_way = plant.outside.motor_w > 0
    starter_w = plant.spec.starter_w * plant.dc_share
    return {
        devices.CHARGER.service: {
            "State": _STAGES[plant.charge_stage()] if plant.charger_w else 0,
            "Mode": 1, "NrOfOutputs": 1, "ErrorCode": 0,
            "Dc/0/Power": invalid(), "Ac/In/L1/I": f32(plant.charger_w / 0.9 / plant.outside.grid_v, 1),
        },
        devices.DC_GENSET.service: {
            "StatusCode": 8 if running else 0, "RemoteStartModeEnabled": 1, "ErrorCode": 0,
            "Engine/Speed": 2600.0 if running else 0.0, "StarterVoltage": f32(13.9, 1),
            "Engine/CoolantTemperature": f32(81.0 if running else plant.outside.ambient_c, 1),
            "Engine/OperatingHours": 904_000 + round(plant.counters.genset_s),
        },
        devices.MOTOR.service: {
            "Motor/RPM": round(1400 * plant.outside.motor_w / plant.spec.motor_w) if under_way else 0,
            "Motor/Temperature": f32(48.0 if under_way else plant.outside.ambient_c, 1),
        },
        devices.STARTER.service: {
            "Dc/0/Voltage": f32(13.4), "Dc/0/Current": f32(starter_w * 0.95 / 13.4, 1),
            "Dc/0/Power": f32(starter_w * 0.95, 1), "Dc/In/V": f32(plant.battery_v), "Dc/In/P": f32(starter_w, 1),
            "Dc/In/I": f32(starter_w / plant.battery_v, 1), "State": 5, "Mode": 1, "ErrorCode": 0,
        },
    }  # fmt: skip
