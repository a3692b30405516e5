"""com.victronenergy.system: what systemcalc makes of the other services' published values, never of the physics.

The formulas are those of dbus-systemcalc-py: battery from the selected service, PV as V x I of the MPPTs, DC loads
measured or estimated with the Multi's V x I, AC per phase from the meter or the inverter/charger, clamped at zero.
"""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.model.snapshot import PHASES
from victron_console.simulator import devices
from victron_console.simulator.plant import Plant
from victron_console.simulator.publish.converter import DISCONNECTED
from victron_console.simulator.publish.system_status import status
from victron_console.simulator.publish.values import Tree, head, invalid, numbers
from victron_console.simulator.spec import AcType

Bus = dict[str, Tree]
ByPhase = dict[str, float]
IDLE_W = 30.0


@dataclass(frozen=True, slots=True)
class Parts:
    """The services that systemcalc looks at."""

    bus: Bus
    converter: Tree
    is_vebus: bool
    battery_service: str
    """Empty where there is none but the inverter/charger itself."""
    battery: Tree

    def of(self, cls: str) -> list[Tree]:
        """The trees of a class."""
        prefix = f"{devices.PREFIX}{cls}."
        return [tree for service, tree in self.bus.items() if service.startswith(prefix)]


def system(plant: Plant, bus: Bus) -> Tree:
    """The system service over these published services."""
    device = devices.converter(plant.spec)
    battery = devices.battery(plant.spec).service
    known = battery in bus
    parts = Parts(
        bus, bus.get(device.service, {}), device.cls == "vebus", battery if known else "", bus.get(battery, {})
    )
    tree = head(devices.SYSTEM) | {"Serial": portal_id(plant), "FirmwareVersion": 0}
    tree |= _dc(plant, parts)
    tree |= _ac(plant, parts)
    return tree | status(plant, parts.battery_service, tree, bus)


def portal_id(plant: Plant) -> str:
    """Twelve hexadecimal digits, the VRM portal id."""
    return f"c0619ab{plant.spec.seed % 0x100000:05x}"


def _volt_ampere(tree: Tree) -> float:
    return float(tree["Dc/0/Voltage"] * tree["Dc/0/Current"])


def _battery(plant: Plant, parts: Parts, solar_w: float) -> Tree:
    """The one battery figure: the monitor's, or without one the Multi's plus solar."""
    device = devices.converter(plant.spec)
    if parts.battery_service:
        source, service = parts.battery, parts.battery_service
        volts, amperes, power = source["Dc/0/Voltage"], source["Dc/0/Current"], source["Dc/0/Power"]
    elif not parts.is_vebus and parts.converter.get("Soc", []) == []:
        return _without_monitor(parts, solar_w)
    else:
        source, service = parts.converter, device.service
        volts, power = source["Dc/0/Voltage"], source["Dc/0/Power"] + (solar_w if parts.is_vebus else 0.0)
        amperes = power / volts
    return {
        "Dc/Battery/Voltage": volts,
        "Dc/Battery/Current": amperes,
        "Dc/Battery/Power": power,
        "Dc/Battery/Soc": source["Soc"],
        "Dc/Battery/State": 1 if power > IDLE_W else 2 if power < -IDLE_W else 0,
        "Dc/Battery/TimeToGo": source.get("TimeToGo", invalid()),
        "Dc/Battery/ConsumedAmphours": source.get("ConsumedAmphours", invalid()),
        "Dc/Battery/Capacity": source.get("InstalledCapacity", source.get("Capacity", invalid())),
        "Dc/Battery/Temperature": source.get("Dc/0/Temperature", invalid()),
        "Dc/Battery/TemperatureService": service if source.get("Dc/0/Temperature", []) != [] else invalid(),
        "Dc/Battery/ChargeVoltage": parts.battery.get("Info/MaxChargeVoltage", invalid()),
        "Dc/Battery/BatteryService": service,
        "Dc/Battery/VoltageService": service,
        "Dc/Battery/ProductId": source["ProductId"],
        "Dc/Battery/Alarms/CircuitBreakerTripped": invalid(),
    }


def _without_monitor(parts: Parts, solar_w: float) -> Tree:
    """No monitor at all: volts of whatever has some, and what the chargers leave of the inverter's power."""
    seen = [parts.converter, *parts.of("solarcharger")]
    volts = next((tree["Dc/0/Voltage"] for tree in seen if tree), invalid())
    power = solar_w + parts.converter.get("Dc/0/Power", 0.0) if volts != [] else invalid()
    names = ("Soc", "TimeToGo", "ConsumedAmphours", "Capacity", "Temperature", "BatteryService", "ChargeVoltage")
    return {
        **{f"Dc/Battery/{name}": invalid() for name in names},
        "Dc/Battery/Voltage": volts,
        "Dc/Battery/Power": power,
        "Dc/Battery/Current": power / volts if volts != [] else invalid(),
        "Dc/Battery/State": (1 if power > IDLE_W else 2 if power < -IDLE_W else 0) if volts != [] else invalid(),
    }


def _dc(plant: Plant, parts: Parts) -> Tree:
    chargers = parts.of("solarcharger")
    rs_yield = [unit["Yield/Power"] for unit in parts.of("multi")]
    solar = [_volt_ampere(charger) for charger in chargers]
    alternators = [tree["Dc/0/Power"] for tree in (*parts.of("alternator"), *parts.of("dcgenset"))]
    ac_chargers = [_volt_ampere(charger) for charger in parts.of("charger")]
    motors = [motor["Dc/0/Power"] for motor in parts.of("motordrive")]
    battery = _battery(plant, parts, sum(solar))
    unit = parts.converter
    tree: Tree = {
        **battery,
        "Dc/Pv/Power": sum(solar) + sum(rs_yield) if solar or rs_yield else invalid(),
        "Dc/Pv/Current": (sum(solar) + sum(rs_yield)) / battery["Dc/Battery/Voltage"]
        if solar or rs_yield
        else invalid(),
        "Dc/Vebus/Power": unit["Dc/0/Power"] if parts.is_vebus else invalid(),
        "Dc/Vebus/Current": unit["Dc/0/Current"] if parts.is_vebus else invalid(),
        "Dc/InverterCharger/Power": unit.get("Dc/0/Power", invalid()),
        "Dc/InverterCharger/Current": unit.get("Dc/0/Current", invalid()),
        "Dc/Charger/Power": sum(ac_chargers) if ac_chargers else invalid(),
        "MotorDrive/Power": sum(motors) if motors else invalid(),
        "Dc/FuelCell/Power": invalid(),
        "Dc/Alternator/Power": sum(alternators) if alternators else invalid(),
    }
    measured = [shunt["Dc/0/Power"] for shunt in parts.of("dcsystem")]
    load: float | None = None
    if measured:
        load = sum(measured)
    elif has_dc_system(plant) and parts.battery_service:
        given = sum(solar) + sum(alternators) + sum(ac_chargers) + (_volt_ampere(unit) if unit else 0.0)
        load = given - battery["Dc/Battery/Power"]
    return tree | {
        "Dc/System/Power": load if load is not None else invalid(),
        "Dc/System/Current": load / battery["Dc/Battery/Voltage"] if load is not None else invalid(),
        "Dc/System/MeasurementType": (1 if measured else 0) if load is not None else invalid(),
    }


def has_dc_system(plant: Plant) -> bool:
    """The owner's setting HasDcSystem: there are DC loads."""
    return plant.spec.load.dc_w > 0


def _ac(plant: Plant, parts: Parts) -> Tree:
    """Grid, genset, PV and loads by phase; nothing of them where there is no inverter."""
    if not parts.converter:
        return {"Ac/ActiveIn/Source": invalid()}
    unit, flow = parts.converter, plant.flow
    prefix = "Ac/ActiveIn" if parts.is_vebus else "Ac/In/1"
    ac_in, ac_out = numbers(unit, prefix + "/{}/P"), numbers(unit, "Ac/Out/{}/P")
    pv_in, pv_out = _ac_pv(parts, 0), _ac_pv(parts, 1)
    meters = parts.of("grid")
    on_genset = flow.source is AcType.GENSET
    through_input = {phase: power - pv_in.get(phase, 0.0) for phase, power in ac_in.items()}
    genset = through_input if on_genset else {}
    grid = {} if on_genset else through_input
    load_in: ByPhase = {}
    if meters:
        grid = numbers(meters[0], "Ac/{}/Power")
        metered = genset if on_genset else grid
        load_in = {p: max(0.0, w + pv_in.get(p, 0.0) - ac_in.get(p, 0.0)) for p, w in metered.items()}
    load_out = {p: max(0.0, ac_out.get(p, 0.0) + pv_out.get(p, 0.0)) for p in ac_out.keys() | pv_out.keys()}
    loads = {p: load_in.get(p, 0.0) + load_out.get(p, 0.0) for p in load_in.keys() | load_out.keys()}
    active = genset if on_genset else grid if flow.source is not AcType.NONE else {}
    volts = plant.outside.grid_v
    tree: Tree = {}
    for name, powers in (
        ("Grid", grid), ("Genset", genset), ("PvOnGrid", pv_in), ("PvOnOutput", pv_out), ("PvOnGenset", {}),
        ("ConsumptionOnInput", load_in), ("ConsumptionOnOutput", load_out), ("Consumption", loads),
        ("ActiveIn", active),
    ):  # fmt: skip
        tree |= _by_phase(name, powers, volts)
    return tree | {
        "Ac/ActiveIn/Source": flow.source.code if flow.source is not AcType.NONE else DISCONNECTED,
        "Ac/Grid/DeviceType": meters[0]["DeviceType"] if meters else invalid(),
        "Ac/Grid/ProductId": (meters[0] if meters else unit)["ProductId"] if grid else invalid(),
        "Ac/HasAcLoads": 1,
        "PvInvertersProductIds": [tree["ProductId"] for tree in parts.of("pvinverter")] or invalid(),
    }


def _ac_pv(parts: Parts, position: int) -> ByPhase:
    total: ByPhase = {}
    for inverter in parts.of("pvinverter"):
        if inverter["Position"] == position:
            for phase, power in numbers(inverter, "Ac/{}/Power").items():
                total[phase] = total.get(phase, 0.0) + power
    return total


def _by_phase(name: str, powers: ByPhase, volts: float) -> Tree:
    tree: Tree = {}
    for phase in PHASES:
        power = powers.get(phase)
        tree[f"Ac/{name}/{phase}/Power"] = power if power is not None else invalid()
        tree[f"Ac/{name}/{phase}/Current"] = round(power / volts, 2) if power is not None and volts else invalid()
    highest = max((PHASES.index(phase) + 1 for phase in powers), default=None)
    tree[f"Ac/{name}/NumberOfPhases"] = highest if highest is not None else invalid()
    return tree
