"""The inverter/charger's services: vebus, multi (Multi RS) and the acsystem above an RS with ESS."""

from __future__ import annotations

from victron_console.model.snapshot import PHASES
from victron_console.simulator import devices
from victron_console.simulator.plant import USABLE_POWER_SHARE, Plant
from victron_console.simulator.publish.values import Tree, blanks, f32, head, invalid, zeros
from victron_console.simulator.spec import AcType, PvPosition

INVERTING, BULK, ABSORPTION, FLOAT, EXTERNAL, OFF = 9, 3, 4, 5, 252, 0
DISCONNECTED = 240
ACSYSTEM = "com.victronenergy.acsystem.socketcan_can0_sys0"
_STAGES = {"bulk": BULK, "absorption": ABSORPTION, "float": FLOAT}
_VEBUS_QUIET = zeros(
    "Alarms/HighTemperature", "Alarms/HighDcCurrent", "Alarms/HighDcVoltage", "Alarms/PhaseRotation", "Alarms/Ripple",
    "Alarms/TemperatureSensor", "Alarms/VoltageSensor", "VebusError", "Ac/State/IgnoreAcIn1", "Hub4/DisableCharge",
    "Hub4/DisableFeedIn", "Hub4/Sustain", "Bms/Error", "Leds/Temperature", "Leds/LowBattery", "Leds/Overload",
    "PvInverter/Disable", "RedetectSystem", "Quirks",
    *(f"Alarms/{phase}/{name}" for phase in PHASES for name in ("HighTemperature", "LowBattery", "Overload", "Ripple")),
)  # fmt: skip
_VEBUS_EMPTY = blanks(
    "Alarms/BmsPreAlarm", "Bms/PreAlarm", "Ac/In/2/CurrentLimit", "Devices/Bms/Version", "Devices/Dmc/Version",
    "Interfaces/Mk2/Tunnel", "Service", "SystemReset", "BatterySense/Temperature", "Ac/State/SplitPhaseL2Passthru",
    *(
        f"AcSensor/{n}/{name}"
        for n in range(9)
        for name in ("Power", "Current", "Voltage", "Phase", "Location", "Energy")
    ),
)  # fmt: skip


def state(plant: Plant) -> int:
    """/State: off, inverting, the charger's stage, or external control where ESS leads."""
    if plant.flow.source is AcType.NONE:
        return INVERTING if plant.inverter_on else OFF
    if plant.spec.converter.ess is not None and plant.spec.battery.bms is not None:
        return EXTERNAL
    return _STAGES[plant.charge_stage()]


def _phase_values(
    plant: Plant, prefix: str, powers: tuple[float, ...], volts: tuple[float, ...], hz: float, live: bool
) -> Tree:
    """P, I, V, F (and S) of each phase: `[]` where there is no such phase or the input is dead, 0 on a dead output."""
    tree: Tree = {}
    by_phase = dict(zip(plant.spec.converter.phases, zip(powers, volts, strict=True), strict=True))
    names = "PIVFS" if plant.spec.converter.kind == "vebus" else "PIVF"
    for phase in PHASES:
        if phase not in by_phase or (not live and prefix != "Ac/Out"):
            tree |= blanks(*(f"{prefix}/{phase}/{name}" for name in names))
            continue
        if not live:
            tree |= zeros(*(f"{prefix}/{phase}/{name}" for name in names))
            continue
        power, phase_v = by_phase[phase]
        apparent = abs(power) * 1.04 + 8.0
        tree |= {
            f"{prefix}/{phase}/P": round(power),
            f"{prefix}/{phase}/I": f32(apparent / phase_v),
            f"{prefix}/{phase}/V": f32(phase_v),
            f"{prefix}/{phase}/F": f32(hz, 3),
        }
        if "S" in names:
            tree[f"{prefix}/{phase}/S"] = round(apparent)
    return tree


def _dc(plant: Plant, power_w: float) -> Tree:
    volts = plant.battery_v
    return {
        "Dc/0/Voltage": f32(volts),
        "Dc/0/Current": f32(power_w / volts, 1),
        "Dc/0/Power": round(power_w),
        "Dc/0/Temperature": f32(plant.battery.temperature_c, 1) if plant.spec.seed % 2 else invalid(),
    }


def _input_number(plant: Plant) -> int:
    """0 or 1: which AC input the present source is wired to."""
    return 1 if plant.flow.source is plant.spec.converter.input_2 else 0


def vebus(plant: Plant) -> Tree:
    """com.victronenergy.vebus: MultiPlus and Quattro."""
    spec, unit, flow = plant.spec, plant.spec.converter, plant.flow
    connected = flow.source is not AcType.NONE
    levels = {path: plant.levels.get(("converter", path), 0) for path in (
        "Alarms/GridLost", "Alarms/LowBattery", "Alarms/Overload", "Alarms/BmsConnectionLost")}  # fmt: skip
    has_bms = spec.battery.bms is not None and not plant.faults.bms_lost
    now_state = state(plant)
    tree = {**head(devices.converter(spec)), **_VEBUS_QUIET, **_VEBUS_EMPTY, **levels}
    tree |= {f"Alarms/{phase}/Overload": levels["Alarms/Overload"] for phase in unit.phases}
    tree |= _phase_values(plant, "Ac/ActiveIn", flow.ac_in_w, plant.input_v, flow.frequency_hz, connected)
    tree |= _phase_values(plant, "Ac/Out", flow.ac_out_w, plant.output_v, flow.frequency_hz, plant.inverter_on)
    tree |= _dc(plant, flow.dc_ic_w)
    tree |= {f"Energy/{name}": f32(kwh) for name, kwh in plant.counters.ac_energy_kwh.items()}
    tree |= {
        f"Ac/Out/{phase}/NominalInverterPower": round(unit.nominal_va * USABLE_POWER_SHARE) for phase in unit.phases
    }
    tree |= {
        "Ac/ActiveIn/P": round(sum(flow.ac_in_w)) if connected else invalid(),
        "Ac/Out/P": round(sum(flow.ac_out_w)),
        "Ac/Out/NominalInverterPower": round(unit.nominal_va * USABLE_POWER_SHARE * len(unit.phases)),
        "Ac/ActiveIn/ActiveInput": _input_number(plant) if connected else DISCONNECTED,
        "Ac/ActiveIn/Connected": int(connected),
        "Ac/ActiveIn/CurrentLimit": unit.input_limit_a,
        "Ac/In/1/CurrentLimit": unit.input_limit_a,
        "Ac/In/1/CurrentLimitIsAdjustable": 1,
        "Ac/State/AcIn1Available": int(connected and _input_number(plant) == 0),
        "Ac/State/SplitPhaseL2L1OutSummed": 0 if unit.voltage_v < 150 and len(unit.phases) == 2 else invalid(),
        "Ac/NumberOfAcInputs": sum(1 for kind in (unit.input_1, unit.input_2) if kind is not AcType.NONE),
        "Ac/NumberOfPhases": len(unit.phases),
        "Ac/PowerMeasurementType": 4,
        "Mode": 3,
        "ModeIsAdjustable": 1,
        "State": now_state,
        "VebusChargeState": {BULK: 1, ABSORPTION: 2, FLOAT: 3}.get(_STAGES[plant.charge_stage()], 9),
        "VebusMainState": 9 if connected else 0,
        "Soc": f32(plant.battery.soc_percent, 1),
        "Devices/NumberOfMultis": len(unit.phases),
        "Devices/0/UpTime": round(plant.at - plant.since),
        "Devices/0/Diagnostics/UBatRipple": f32(0.02 + 0.01 * abs(flow.dc_ic_w) / 1000.0),
        "Bms/AllowToCharge": int(has_bms and plant.battery.charge_limit_a() > 0),
        "Bms/AllowToDischarge": int(has_bms and plant.battery.discharge_limit_a() > 0),
        "Bms/BmsExpected": 0,
        "Hub4/AssistantId": 5 if unit.ess else invalid(),
        "Hub4/L1/AcPowerSetpoint": round(unit.ess.setpoint_w) if unit.ess else invalid(),
        "Hub4/L1/MaxFeedInPower": 32766 if unit.ess else invalid(),
        "Settings/InverterOutputVoltage": unit.voltage_v,
        "Settings/PowerAssistEnabled": False,
        "Settings/UpsFunction": False,
        "Settings/Alarm/System/GridLost": 1 if unit.input_1 is AcType.GRID else 0,
        "Settings/SystemSetup/AcInput1": unit.input_1.code,
        "Settings/SystemSetup/AcInput2": unit.input_2.code,
    }
    return tree | _operational_limits(plant, has_bms)


def _operational_limits(plant: Plant, has_bms: bool) -> Tree:
    if not has_bms:
        names = ("MaxChargeCurrent", "MaxDischargeCurrent", "MaxChargeVoltage", "BatteryLowVoltage")
        return blanks(*(f"BatteryOperationalLimits/{name}" for name in names))
    return {
        "BatteryOperationalLimits/MaxChargeCurrent": f32(plant.battery.charge_limit_a(), 1),
        "BatteryOperationalLimits/MaxDischargeCurrent": f32(plant.battery.discharge_limit_a(), 1),
        "BatteryOperationalLimits/MaxChargeVoltage": f32(plant.battery.charge_limit_v),
        "BatteryOperationalLimits/BatteryLowVoltage": f32(plant.battery.low_voltage_v),
    }


def multi(plant: Plant) -> Tree:
    """com.victronenergy.multi: the Multi RS, whose tracker feeds its own DC side."""
    spec, unit, flow = plant.spec, plant.spec.converter, plant.flow
    connected = flow.source is not AcType.NONE
    yield_w = flow.pv_dc_w if any(a.position is PvPosition.RS for a in spec.arrays) else 0.0
    array = next((n for n, a in enumerate(spec.arrays) if a.position is PvPosition.RS), None)
    tree = head(devices.converter(spec))
    tree |= _phase_values(plant, "Ac/In/1", flow.ac_in_w, plant.input_v, flow.frequency_hz, connected)
    tree |= _phase_values(plant, "Ac/Out", flow.ac_out_w, plant.output_v, flow.frequency_hz, plant.inverter_on)
    tree |= _dc(plant, flow.dc_ic_w + yield_w)
    tree |= {f"Energy/{name}": f32(kwh) for name, kwh in plant.counters.ac_energy_kwh.items()}
    tree |= blanks("Ac/In/2/Type", "Ac/In/2/CurrentLimit", "TimeToGo", "Energy/SolarToAcIn2", "Settings/System/AcPhase")
    tree |= zeros("ErrorCode", "Alarms/HighTemperature", "Alarms/HighVoltage", "Alarms/LowVoltage", "Alarms/Ripple")
    count = plant.counters.arrays[array] if array is not None else None
    today = count.days[0] if count and count.days else None
    return tree | {
        "Ac/In/1/Type": unit.input_1.code,
        "Ac/In/1/CurrentLimit": unit.input_limit_a,
        "Ac/NumberOfAcInputs": 1,
        "Ac/NumberOfPhases": len(unit.phases),
        "Ac/ActiveIn/ActiveInput": 0 if connected else DISCONNECTED,
        "Pv/V": f32(380.0 + 0.002 * yield_w if yield_w > 1 else 1.1),
        "Yield/Power": f32(yield_w, 1),
        "Yield/User": f32(count.total_kwh if count else 0.0),
        "Yield/System": f32(count.total_kwh if count else 0.0),
        "History/Daily/0/Yield": f32(today.yield_kwh if today else 0.0),
        "History/Daily/0/MaxPower": round(today.max_w if today else 0.0),
        "MppOperationMode": (1 if flow.throttled else 2) if yield_w > 1 else 0,
        "NrOfTrackers": 1,
        "Mode": 3,
        "State": state(plant),
        "Soc": f32(plant.battery.soc_percent, 1),
        "DeviceOffReason": 0 if yield_w > 1 else 1024,
        "Alarms/Overload": plant.levels.get(("converter", "Alarms/Overload"), 0),
        "Alarms/LowSoc": plant.levels.get(("converter", "Alarms/LowBattery"), 0),
        "Alarms/GridLost": plant.levels.get(("converter", "Alarms/GridLost"), 0),
        "Settings/BmsPresent": int(spec.battery.bms is not None),
        "Settings/ChargeCurrentLimit": unit.charger_a,
        "IsInverterCharger": 1,
        "Relay/0/State": 0,
    }


def inverter(plant: Plant) -> Tree:
    """com.victronenergy.inverter: a Phoenix, that only inverts."""
    spec, flow = plant.spec, plant.flow
    tree = head(devices.converter(spec)) | _dc(plant, flow.dc_ic_w)
    tree |= _phase_values(plant, "Ac/Out", flow.ac_out_w, plant.output_v, flow.frequency_hz, plant.inverter_on)
    tree |= zeros("Alarms/HighTemperature", "Alarms/HighVoltage", "Alarms/LowVoltage", "Alarms/Ripple")
    return tree | {
        "Mode": 2, "State": state(plant), "IsInverterCharger": 0, "Relay/0/State": 0,
        "Alarms/Overload": plant.levels.get(("converter", "Alarms/Overload"), 0),
    }  # fmt: skip


def acsystem(plant: Plant) -> Tree:
    """com.victronenergy.acsystem: what stands above the RS units of a site with ESS."""
    unit, flow, ess = plant.spec.converter, plant.flow, plant.spec.converter.ess
    connected = flow.source is not AcType.NONE
    device = devices.Device(ACSYSTEM, 0, "RS System", 49282, "", "vecan-dbus", "VE.Can", firmware=unit.firmware)
    tree = head(device)
    tree |= _phase_values(plant, "Ac/In/1", flow.ac_in_w, plant.input_v, flow.frequency_hz, connected)
    tree |= _phase_values(plant, "Ac/Out", flow.ac_out_w, plant.output_v, flow.frequency_hz, plant.inverter_on)
    return tree | {
        "Ac/NumberOfPhases": len(unit.phases),
        "Ac/ActiveIn/ActiveInput": 0 if connected else DISCONNECTED,
        "Ac/In/1/P": round(sum(flow.ac_in_w)) if connected else invalid(),
        "Ac/In/1/CurrentLimit": unit.input_limit_a,
        "Ac/Out/P": round(sum(flow.ac_out_w)),
        "State": state(plant),
        "Mode": 3,
        "Soc": f32(plant.battery.soc_percent, 1),
        "Settings/Ess/Mode": 1,
        "Settings/Ess/MinimumSocLimit": plant.ess_floor_percent if ess else invalid(),
        "Ess/ActiveSocLimit": plant.ess_floor_percent if ess else invalid(),
        "Ess/AcPowerSetpoint": round(ess.setpoint_w) if ess else invalid(),
        "Ess/DisableFeedIn": 0,
        "Ess/Sustain": int(plant.at_floor),
        "Alarms/GridLost": plant.levels.get(("converter", "Alarms/GridLost"), 0),
        "Alarms/HighTemperature": 0,
        "Alarms/Overload": plant.levels.get(("converter", "Alarms/Overload"), 0),
        "Alarms/PhaseRotation": 0,
    }


FORMS = {"vebus": vebus, "multi": multi, "inverter": inverter}
"""By the kind of the converter; one that is not there has none."""
