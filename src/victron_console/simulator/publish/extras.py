"""What stands beside the power path: the genset and its start/stop, tanks and temperature inputs."""

from __future__ import annotations

import json

from victron_console.simulator import devices
from victron_console.simulator.plant import Plant
from victron_console.simulator.publish.values import Tree, blanks, f32, head, invalid, zeros
from victron_console.simulator.spec import AcType
from victron_console.simulator.weather import smooth

OUTDOOR = 4
"""TemperatureType of an outdoor sensor."""


def generator(plant: Plant) -> dict[str, Tree]:
    """com.victronenergy.generator (its start/stop, there even without a set) and the set itself where it is on CAN."""
    genset = plant.genset
    running = genset is not None and genset.running
    failed = plant.levels.get(("generator", "Alarms/NoGeneratorAtAcIn"), 0)
    tanks = {devices.PREFIX + "tank.adc_builtin0_1": "Genset diesel"} if genset else {}
    run_s = plant.at - genset.running_since if genset and genset.running_since is not None else 0.0
    tree = head(devices.GENERATOR)
    tree |= zeros("Alarms/ServiceIntervalExceeded", "Alarms/AutoStartDisabled", "Alarms/RemoteStartModeDisabled",
                  "Alarms/StoppedByTankLevelCondition", "ManualStart", "ManualStartTimer", "QuietHours",
                  "ServiceInterval", "TestRunIntervalRuntime")  # fmt: skip
    tree |= blanks("Alarms/NoGeneratorAtDcIn", "NextTestRun", "SkipTestRun", "ServiceCounter", "GensetProductId")
    tree |= {
        "State": 10 if failed else int(running), "Error": 3 if failed else 0,
        "RunningByConditionCode": 4 if running else 0,
        "RunningByCondition": "soc" if running else "", "Runtime": round(run_s), "TodayRuntime": round(run_s),
        "AccumulatedRuntime": round(plant.counters.genset_s), "Alarms/NoGeneratorAtAcIn": failed,
        "AutoStartEnabled": int(genset is not None), "Enabled": 1, "Type": 0, "Capabilities": 1,
        "AvailableTankServices": json.dumps(tanks) if tanks else invalid(),
    }  # fmt: skip
    trees = {devices.GENERATOR.service: tree}
    if genset is not None and genset.spec.on_can:
        trees[devices.GENSET.service] = _genset(plant, running)
    return trees


def _genset(plant: Plant, running: bool) -> Tree:
    phases = plant.spec.converter.phases
    powers = dict(zip(phases, plant.flow.source_w, strict=True)) if plant.flow.source is AcType.GENSET else {}
    tree = {**head(devices.GENSET), **zeros("ErrorCode")}
    for phase in phases:
        watts = powers.get(phase, 0.0)
        tree |= {
            f"Ac/{phase}/Power": round(watts),
            f"Ac/{phase}/Voltage": round(plant.outside.grid_v) if running else 0,
            f"Ac/{phase}/Current": round(abs(watts) / plant.outside.grid_v),
            f"Ac/{phase}/Frequency": f32(plant.flow.frequency_hz) if running else 0.0,
        }  # fmt: skip
    load = sum(powers.values()) / plant.genset.spec.rated_w * 100 if plant.genset else 0.0
    return tree | {
        "StatusCode": 8 if running else 0, "Start": int(running), "AutoStart": 1, "RemoteStartModeEnabled": 1,
        "NrOfPhases": len(phases), "Engine/Speed": 3006.0 if running else 0.0, "Engine/Load": f32(load, 0),
        "Engine/OperatingHours": 1261620 + round(plant.counters.genset_s), "Engine/WindingTemperature": f32(72.0, 1),
        "Engine/CoolantTemperature": f32(81.0 if running else plant.outside.ambient_c, 1),
        "StarterVoltage": f32(14.1, 1),
        "Engine/ExaustTemperature": f32(67.0 if running else plant.outside.ambient_c, 1),
    }  # fmt: skip


def tanks_and_sensors(plant: Plant) -> dict[str, Tree]:
    """Levels and temperatures on the GX's own inputs."""
    spec, trees = plant.spec, {}
    for n, (device, (_, fluid, litres)) in enumerate(zip(devices.tanks(spec), devices.all_tanks(spec), strict=True)):
        if plant.genset is not None and n == 0:
            share = plant.genset.fuel_l / litres
        else:
            share = 0.15 + 0.8 * (1.0 - (plant.at / (6 + 3 * n) / 86400.0 + 0.3 * n) % 1.0)
        trees[device.service] = {
            **head(device), **blanks("Alarms/Low/State", "Alarms/High/State"),
            **{"Alarms/Low/Active": 10, "Alarms/Low/Restore": 15, "Alarms/Low/Enable": 0, "Alarms/Low/Delay": 30},
            "Capacity": litres / 1000.0, "Remaining": round(share * litres / 1000.0, 4), "Level": round(share * 100, 1),
            "FluidType": fluid, "Status": 0, "RawUnit": "Ω", "RawValue": f32(180.0 * share),
        }  # fmt: skip
    for n, (device, (_, kind, mean)) in enumerate(zip(devices.sensors(spec), spec.sensors, strict=True)):
        outdoor = kind == OUTDOOR
        value = (
            plant.outside.ambient_c if outdoor else mean + 1.5 * (smooth(spec.seed, f"s{n}", plant.at, 3600.0) - 0.5)
        )
        trees[device.service] = {
            **head(device), "Temperature": f32(value, 1), "TemperatureType": kind, "Offset": 0.0, "Scale": 1.0,
            "Status": 0, "RawUnit": "V", "RawValue": f32(2.73 + value / 100.0),
        }  # fmt: skip
    return trees
