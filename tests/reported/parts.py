"""The devices that the made stations consist of, with the paths that the console reads. Signs as on D-Bus."""

from __future__ import annotations

from tests.reported.made import Tree

HUB, ESS = "Hub-1", "ESS"
GRID, GENSET, SHORE, INVERTING = 1, 2, 3, 240


def system(
    volts: float | None = 52.0,
    amperes: float | None = 0.0,
    *,
    soc: float | None = 64.0,
    source: int | None = INVERTING,
    kind: str = HUB,
    state: int | None = 9,
    battery: str = "",
    vebus: str = "ttyS4",
    **powers_w: float,
) -> Tree:
    """`system`; a power is named by its path with `_` for `/`: `Ac_Grid_L1=210`."""
    watts = None if volts is None or amperes is None else volts * amperes
    found: Tree = {
        "DeviceInstance": 0,
        "SystemType": kind,
        "SystemState/State": [] if state is None else state,
        "Dc/Battery/Voltage": [] if volts is None else volts,
        "Dc/Battery/Current": [] if amperes is None else amperes,
        "Dc/Battery/Power": [] if watts is None else round(watts),
        "Dc/Battery/Soc": [] if soc is None else soc,
        "Ac/ActiveIn/Source": [] if source is None else source,
        "ActiveBatteryService": f"com.victronenergy.{battery}" if battery else [],
        "VebusService": f"com.victronenergy.vebus.{vebus}" if vebus else [],
    }
    return found | {f"{path.replace('_', '/')}/Power": value for path, value in powers_w.items()}


def wired(source: int, service: str, *, connected: int = 1) -> Tree:
    """Paths of `system` for its only AC input."""
    return {
        "Ac/In/NumberOfAcInputs": 1,
        "Ac/In/0/Source": source,
        "Ac/In/0/Connected": connected,
        "Ac/In/0/ServiceName": f"com.victronenergy.{service}",
        "Ac/In/0/ServiceType": service.split(".")[0],
    }


def multi(
    volts: float = 52.0, dc_w: float = 0.0, *, out_w: tuple[float, ...] = (0.0,), in_w: tuple[float, ...] = (),
    state: int = 9, nominal_va: float = 3000.0,
) -> Tree:  # fmt: skip
    """A VE.Bus system; without `in_w` it inverts."""
    found: Tree = {
        "DeviceInstance": 276, "ProductName": "MultiPlus-II", "State": state, "Mode": 3, "VebusError": 0,
        "Connected": 1, "Dc/0/Voltage": volts, "Dc/0/Power": dc_w, "Dc/0/Current": round(dc_w / volts, 1),
        "Ac/ActiveIn/ActiveInput": 0 if in_w else INVERTING, "Ac/ActiveIn/Connected": int(bool(in_w)),
        "Ac/NumberOfAcInputs": 1, "Ac/NumberOfPhases": len(out_w), "Alarms/GridLost": 0,
    }  # fmt: skip
    for side, watts in (("ActiveIn", in_w), ("Out", out_w)):
        for phase, each in enumerate(watts, 1):
            found |= {f"Ac/{side}/L{phase}/P": each, f"Ac/{side}/L{phase}/V": 231.0, f"Ac/{side}/L{phase}/F": 50.0}
    return found | {f"Ac/Out/L{phase}/NominalInverterPower": nominal_va for phase in range(1, len(out_w) + 1)}


def shunt(instance: int, volts: float, amperes: float, soc: float | None = 64.0, name: str = "") -> Tree:
    """A battery monitor that knows no cells and gives no limits."""
    return {
        "DeviceInstance": instance, "ProductName": "SmartShunt 500A/50mV", "CustomName": name, "Connected": 1,
        "Dc/0/Voltage": volts, "Dc/0/Current": amperes, "Dc/0/Power": round(volts * amperes, 1),
        "Soc": [] if soc is None else soc, "Dc/0/Temperature": 19.0, "Alarms/LowVoltage": 0, "Alarms/LowSoc": 0,
    }  # fmt: skip


def bms(
    instance: int, volts: float, amperes: float, soc: float | None = 64.0, *,
    cells_v: tuple[float, float] = (3.31, 3.33), charge_v: float = 55.2, name: str = "", modules: int = 1,
) -> Tree:  # fmt: skip
    """A BMS: limits, the extremes of its cells."""
    return shunt(instance, volts, amperes, soc, name) | {
        "ProductName": "SerialBattery (JKBMS)", "InstalledCapacity": 280.0, "Info/MaxChargeVoltage": charge_v,
        "Info/MaxChargeCurrent": 100.0, "Info/MaxDischargeCurrent": 120.0,
        "Info/BatteryLowVoltage": round(charge_v * 0.8, 1), "System/NrOfModulesOnline": modules,
        "System/NrOfModulesOffline": 0, "System/MinCellVoltage": cells_v[0], "System/MaxCellVoltage": cells_v[1],
        "System/MinVoltageCellId": "C3", "System/MaxVoltageCellId": "C9", "System/NrOfCellsPerBattery": 16,
        "Io/AllowToCharge": 1, "Io/AllowToDischarge": 1, "Alarms/HighTemperature": 0,
    }  # fmt: skip


def lynx(instance: int, volts: float, amperes: float, soc: float, *, state: int = 9, allowed: int = 1) -> Tree:
    """A Lynx Smart BMS of a parallel bank; state 16 waits to connect."""
    tree = bms(instance, volts, amperes, soc, charge_v=28.4, name=f"Bank {instance}")
    return tree | {
        "ProductName": "Lynx Smart BMS 500", "State": state, "Io/AllowToCharge": allowed,
        "Io/AllowToDischarge": allowed, "System/MaxCellTemperature": [],
    }  # fmt: skip


def mppt(instance: int, volts: float, watts: float) -> Tree:
    """A solar charger."""
    return {
        "DeviceInstance": instance, "ProductName": "SmartSolar Charger MPPT 150/70", "Connected": 1, "State": 3,
        "ErrorCode": 0, "Dc/0/Voltage": volts, "Dc/0/Current": round(watts / volts, 1), "Yield/Power": watts,
        "Pv/V": 96.0, "History/Daily/0/Yield": 1.7, "Yield/User": 843.0,
    }  # fmt: skip


def meter(instance: int, *phases_w: float, name: str = "EM540", **more: object) -> Tree:
    """An AC meter, of the grid, PV or a load."""
    found: Tree = {"DeviceInstance": instance, "ProductName": name, "Connected": 1, "Ac/Power": sum(phases_w)}
    for phase, watts in enumerate(phases_w, 1):
        found |= {f"Ac/L{phase}/Power": watts, f"Ac/L{phase}/Voltage": 231.0}
    return found | more


def settings(input_1: int = 0, **more: object) -> Tree:
    """The settings that the console asks for; others by their path below `Settings/` with `__` for `/`."""
    found: Tree = {"Settings/SystemSetup/AcInput1": input_1, "Settings/SystemSetup/AcInput2": 0}
    return found | {f"Settings/{path.replace('__', '/')}": value for path, value in more.items()}
