"""The battery services, one form for each kind of monitor."""

from __future__ import annotations

from victron_console.simulator import devices
from victron_console.simulator.plant import Plant
from victron_console.simulator.publish.values import Tree, blanks, f32, head, invalid, zeros
from victron_console.simulator.spec import Chemistry, Monitor

MODULE_CELLS = 4
"""Cells of one Lynx Smart battery: four in series make 12.8 V."""
ENDLESS_S = 864000.0
IDLE_OFFSET_A = 0.05


def services(plant: Plant) -> dict[str, Tree]:
    """The battery services by bus name: the monitor, the BMS, the packs; without the BMS where it is lost."""
    spec, trees = plant.spec, dict[str, Tree]()
    if spec.battery.monitor is Monitor.SHUNT:
        shunt = devices.battery(spec)
        trees[shunt.service] = {**head(shunt), **_shunt(plant)}
    bms = devices.control(spec)
    if bms is None or spec.battery.bms is None or plant.faults.bms_lost:
        return trees
    trees[bms.service] = {**head(bms), **_FORMS[spec.battery.bms](plant)}
    for place, pack in enumerate(devices.parallel_packs(spec)):
        works = spec.battery.whole or not place
        trees[pack.service] = {**head(pack), **(_pack(plant) if works else _asleep())}
    return trees


def _pack(plant: Plant) -> Tree:
    """A Lynx of a parallel bank: its part of the current."""
    tree = _lynx_smart(plant)
    if plant.spec.battery.whole:
        tree |= {"Dc/0/Current": f32(plant.battery.current_a / 2, 1), "Dc/0/Power": round(plant.flow.battery_w / 2)}
    return tree


def time_to_go_s(plant: Plant) -> float | None:
    """What the monitor works out: charge left over the current; None while charging."""
    current = plant.battery.current_a
    if current > -IDLE_OFFSET_A:
        return None
    return min(ENDLESS_S, plant.battery.charge_ah / -current * 3600.0)


def _terminals(plant: Plant) -> Tree:
    battery = plant.battery
    spent = max(0.0, battery.capacity_ah - battery.charge_ah)
    ttg = time_to_go_s(plant)
    return {
        "Dc/0/Voltage": f32(plant.battery_v),
        "Dc/0/Current": f32(-battery.current_a if plant.faults.shunt_reversed else battery.current_a, 1),
        "Dc/0/Power": round(plant.flow.battery_w),
        "Dc/0/Temperature": f32(battery.temperature_c, 1),
        "Soc": f32(battery.soc_percent, 1),
        "ConsumedAmphours": f32(-spent, 1),
        "TimeToGo": f32(ttg, 0) if ttg is not None else invalid(),
    }


def _limits(plant: Plant) -> Tree:
    battery = plant.battery
    charge_a, discharge_a = battery.charge_limit_a(), battery.discharge_limit_a()
    return {
        "Info/MaxChargeVoltage": f32(battery.charge_limit_v),
        "Info/MaxChargeCurrent": f32(charge_a, 1),
        "Info/MaxDischargeCurrent": f32(discharge_a, 1),
        "Info/BatteryLowVoltage": f32(battery.low_voltage_v),
        "Io/AllowToCharge": int(charge_a > 0),
        "Io/AllowToDischarge": int(discharge_a > 0),
    }


def _extremes(plant: Plant) -> Tree:
    """Highest and lowest cell and sensor, with their numbers."""
    volts, warm = plant.battery.cell_voltages_v(), plant.battery.cell_temperatures_c()
    low, high = volts.index(min(volts)), volts.index(max(volts))
    return {
        "System/MinCellVoltage": round(volts[low], 3),
        "System/MaxCellVoltage": round(volts[high], 3),
        "System/MinVoltageCellId": _cell_id(plant, low),
        "System/MaxVoltageCellId": _cell_id(plant, high),
        "System/MinCellTemperature": round(min(warm), 1),
        "System/MaxCellTemperature": round(max(warm), 1),
        "System/MinTemperatureCellId": _cell_id(plant, warm.index(min(warm))),
        "System/MaxTemperatureCellId": _cell_id(plant, warm.index(max(warm))),
    }


def _cell_id(plant: Plant, index: int) -> str:
    """As the monitor names a cell: Pylontech by module and cell, a single BMS by number."""
    if plant.spec.battery.bms is Monitor.PYLONTECH:
        return f"01{index + 1:02d}"
    return f"C{index + 1}"


def _alarms(plant: Plant, *names: str) -> Tree:
    return {f"Alarms/{name}": plant.levels.get(("battery", f"Alarms/{name}"), 0) for name in names}


def _history(plant: Plant) -> Tree:
    counters = plant.counters
    full_age = plant.at - counters.last_full_at if counters.last_full_at is not None else plant.at - plant.since
    return {
        "History/ChargedEnergy": f32(counters.charged_kwh),
        "History/DischargedEnergy": f32(counters.discharged_kwh),
        "History/TotalAhDrawn": f32(-counters.drawn_ah, 1),
        "History/ChargeCycles": int(counters.drawn_ah / plant.spec.battery.capacity_ah),
        "History/DeepestDischarge": f32(counters.deepest_ah, 1),
        "History/LastDischarge": f32(counters.since_full_ah, 1),
        "History/AutomaticSyncs": counters.full_syncs,
        "History/TimeSinceLastFullCharge": round(full_age),
        "History/MinimumVoltage": f32(counters.min_v),
        "History/MaximumVoltage": f32(counters.max_v),
        "History/FullDischarges": 0,
    }


def _pylontech(plant: Plant) -> Tree:
    battery, spec = plant.battery, plant.spec.battery
    tree = {**_terminals(plant), **_limits(plant), **_extremes(plant)}
    tree |= _alarms(plant, "HighTemperature", "CellImbalance", "HighCellVoltage", "InternalFailure")
    tree |= zeros("Alarms/LowTemperature", "Alarms/LowVoltage", "Alarms/HighVoltage", "Alarms/HighChargeCurrent",
                  "Alarms/HighDischargeCurrent", "Alarms/HighChargeTemperature", "ErrorCode")  # fmt: skip
    blocked_c, blocked_d = battery.charge_limit_a() <= 0, battery.discharge_limit_a() <= 0
    return tree | {
        "Soh": float(round(battery.soh * 100)),
        "InstalledCapacity": round(spec.capacity_ah),
        "Capacity": round(battery.capacity_ah),
        "System/NrOfModulesOnline": spec.modules,
        "System/NrOfModulesOffline": 0,
        "System/NrOfModulesBlockingCharge": spec.modules if blocked_c else 0,
        "System/NrOfModulesBlockingDischarge": spec.modules if blocked_d else 0,
        "Alarms/ChargeBlocked": int(blocked_c),
        "Alarms/DischargeBlocked": int(blocked_d),
    }


def _serial(plant: Plant) -> Tree:
    volts = plant.battery.cell_voltages_v()
    tree = {**_terminals(plant), **_limits(plant), **_extremes(plant), **_history(plant)}
    tree |= _alarms(plant, "LowSoc", "HighTemperature", "CellImbalance", "LowCellVoltage", "HighCellVoltage")
    tree |= zeros(
        "Alarms/LowVoltage", "Alarms/HighVoltage", "Alarms/LowTemperature", "Alarms/InternalFailure", "ErrorCode"
    )
    tree |= {f"Voltages/Cell{n}": round(v, 3) for n, v in enumerate(volts, start=1)}
    tree |= {f"Balances/Cell{n}": int(v > 3.42) for n, v in enumerate(volts, start=1)}
    return tree | {
        "Voltages/Sum": round(sum(volts), 2),
        "Voltages/Diff": round(max(volts) - min(volts), 3),
        "System/NrOfCellsPerBattery": len(volts),
        "System/NrOfModulesOnline": 1,
        "System/NrOfModulesOffline": 0,
        "InstalledCapacity": plant.spec.battery.capacity_ah,
        "Capacity": round(plant.battery.charge_ah, 1),
        "Soh": round(plant.battery.soh * 100, 1),
    }


def _lynx_common(plant: Plant) -> Tree:
    spec = plant.spec.battery
    tree = {**_terminals(plant), **_limits(plant), **_history(plant)}
    tree |= _alarms(plant, "LowSoc", "HighTemperature", "LowCellVoltage")
    tree |= zeros(
        "Alarms/BmsCable", "Alarms/Contactor", "Alarms/HighInternalTemperature", "Alarms/HighCurrent", "ErrorCode"
    )
    tree |= blanks("Balancer/Status", "Io/ProgrammableContact", "Io/ExternalRelay", "Diagnostics/ShutDownsDueError")
    return tree | {
        "State": 9, "Mode": 3, "SystemSwitch": 1, "NrOfDistributors": 0, "DeviceState": 249,
        "Capacity": round(spec.capacity_ah),
        "Settings/Battery/Capacity": round(spec.capacity_ah),
        "Settings/Battery/NominalVoltage": round(spec.nominal_v),
    }  # fmt: skip


def _lynx_smart(plant: Plant) -> Tree:
    """The older Lynx Smart BMS: cell values are there but never filled."""
    names = ("MinCellVoltage", "MaxCellVoltage", "MinCellTemperature", "MaxCellTemperature", "NrOfBatteries")
    return {**_lynx_common(plant), **blanks(*(f"System/{name}" for name in names))}


def _lynx_ng(plant: Plant) -> Tree:
    """Lynx BMS NG: every cell of every 12.8 V module."""
    battery, spec = plant.battery, plant.spec.battery
    volts, warm = battery.cell_voltages_v(), battery.cell_temperatures_c()
    tree = {**_lynx_common(plant), **_extremes(plant)}
    tree |= _alarms(plant, "CellImbalance", "HighCellVoltage")
    modules = -(-len(volts) // MODULE_CELLS)
    for module in range(modules):
        cells = volts[module * MODULE_CELLS : (module + 1) * MODULE_CELLS]
        tree |= {
            f"Battery/{module}/Voltage": f32(sum(cells)),
            f"Battery/{module}/Current": f32(battery.current_a, 1),
            f"Battery/{module}/Temperature": f32(warm[module % len(warm)], 1),
            f"Battery/{module}/Capacity": round(spec.capacity_ah),
            f"Battery/{module}/Status": 0,
            f"Battery/{module}/Serial": f"HQ24{plant.spec.seed:04d}M{module}",
        }
        for cell, voltage in enumerate(cells):
            tree[f"Battery/{module}/Cell/{cell}/Voltage"] = f32(voltage, 3)
            tree[f"Battery/{module}/Cell/{cell}/Temperature"] = f32(warm[module % len(warm)] + 0.2 * cell, 1)
    return tree | {
        "Soh": round(battery.soh * 100, 1),
        "System/NrOfBatteries": modules,
        "System/BatteriesSeries": modules,
        "System/BatteriesParallel": 1,
        "System/NrOfCellsPerBattery": MODULE_CELLS,
    }


def _totals(plant: Plant) -> Tree:
    """The virtual total of the BMS in parallel: of those that are on."""
    tree = {**_terminals(plant), **_limits(plant)}
    for path in ("Dc/0/Temperature", "Io/AllowToCharge", "Io/AllowToDischarge", "Info/BatteryLowVoltage"):
        tree.pop(path)
    return tree | {
        "State": 9,
        "Capacity": round(plant.spec.battery.capacity_ah),
        "NumberOfBmses": "2/2" if plant.spec.battery.whole else "1/2",
    }


def _asleep() -> Tree:
    """A Lynx BMS whose switch is off and whose cells are too low."""
    names = ("MaxChargeCurrent", "MaxDischargeCurrent", "MaxChargeVoltage", "BatteryLowVoltage")
    return {
        **blanks(*(f"Info/{name}" for name in names), "TimeToGo", "Dc/0/Temperature"),
        **zeros("Alarms/LowSoc", "Alarms/Contactor", "Io/AllowToCharge", "Io/AllowToDischarge", "SystemSwitch",
                "ErrorCode"),
        "State": 18, "Mode": 3, "Alarms/LowCellVoltage": 1, "Soc": f32(19.88), "Dc/0/Voltage": f32(12.69),
        "Dc/0/Current": f32(0.1, 1), "Dc/0/Power": 1, "Capacity": 50, "ConsumedAmphours": -40.0,
    }  # fmt: skip


def _shunt(plant: Plant) -> Tree:
    """A SmartShunt: what crosses it and nothing of the inside."""
    tree = {**_terminals(plant), **_history(plant), **_alarms(plant, "LowSoc", "LowVoltage")}
    if plant.spec.battery.chemistry is Chemistry.LEAD_ACID:
        tree["Dc/0/MidVoltage"] = f32(plant.battery_v / 2 + 0.02)
        tree["Dc/0/MidVoltageDeviation"] = f32(0.3, 1)
    tree |= zeros("Alarms/Alarm", "Alarms/HighVoltage", "Alarms/HighTemperature", "Alarms/LowTemperature",
                  "Alarms/MidVoltage", "Alarms/LowStarterVoltage", "Alarms/HighStarterVoltage", "Relay/0/State",
                  "VEDirect/HexChecksumErrors", "VEDirect/TextChecksumErrors")  # fmt: skip
    return tree | {"Dc/1/Voltage": f32(12.7), "Settings/HasTemperature": 1, "Settings/HasStarterVoltage": 1}


_FORMS = {
    Monitor.PYLONTECH: _pylontech,
    Monitor.SERIAL: _serial,
    Monitor.LYNX_NG: _lynx_ng,
    Monitor.LYNX_PARALLEL: _totals,
}
