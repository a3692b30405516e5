"""Sites put together from parts whose powers are known: what `system` makes of them is as dbus-systemcalc-py does it.

The battery evens the DC bus out and the mains or a genset the AC input, so that every site's energy is conserved but
for what the inverter loses. Powers in W.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from tests.reported.made import Bus, Made, Tree
from tests.reported.parts import ESS, GENSET, GRID, HUB, SHORE, bms, lynx, meter, mppt, multi, settings, shunt, system

LOSS_W = 35.0
"""What the inverter takes for itself."""
VOLTS = {"house": 52.0, "boat": 26.4}

SOURCES = ("none", "grid", "unmetered grid", "shore", "genset", "genset on CAN", "dc genset")
INVERTERS = ("vebus", "rs", "phoenix", "none")
AC_PHASES = (1, 3)
PV = ("none", "mppt", "input", "output", "tracker")
DC = ("none", "measured", "estimated", "motor", "charger", "wind", "alternator", "dcdc", "dcload", "fuel cell")
MONITORS = ("shunt", "bms", "vebus", "none")
CONTROL = ("none", "same", "other")
PACKS: tuple[int | str, ...] = (0, 1, 2, "parallel")


@dataclass(frozen=True, slots=True)
class Roles:
    """Who measures the battery, who controls it, and of how many packs it is made."""

    monitor: str = "shunt"
    control: str = "none"
    packs: int | str = 0

    def __str__(self) -> str:
        return f"monitor {self.monitor}, control {self.control}, packs {self.packs}"


@dataclass(frozen=True, slots=True)
class Topology:
    """What feeds, what stands between the buses, what PV there is and what hangs at the DC bus."""

    source: str = "none"
    inverter: str = "vebus"
    pv: str = "none"
    dc: str = "none"
    phases: int = 1

    def __str__(self) -> str:
        return f"{self.source} / {self.inverter} x{self.phases} / PV {self.pv} / DC {self.dc}"

    @property
    def fed(self) -> bool:
        """Whether an AC source gives power."""
        return self.source not in ("none", "dc genset")

    @property
    def metered(self) -> bool:
        """Whether a meter counts at the AC input: then loads before the inverter are known."""
        return self.source in ("grid", "genset on CAN")

    @property
    def is_possible(self) -> bool:
        """Whether anybody would build it."""
        if self.inverter in ("none", "phoenix") and (self.source in ("unmetered grid", "shore", "genset") or self.fed):
            return False
        if self.pv in ("input", "output") and self.inverter in ("none", "phoenix"):
            return False
        if self.pv == "input" and self.source != "grid":
            return False
        if self.pv == "tracker" and self.inverter != "rs":
            return False
        return self.inverter not in ("phoenix", "none") or self.phases == 1


@dataclass(frozen=True, slots=True)
class Powers:
    """What flows, W, signs as on D-Bus; None where there is no such thing."""

    grid: float | None = None
    genset: float | None = None
    pv: float | None = None
    load: float | None = None
    dc_load: float | None = None
    motor: float | None = None
    other_dc: float | None = None
    battery: float | None = None
    loss: float = 0.0


def possible() -> Iterator[Topology]:
    """Every topology that anybody would build."""
    for source, inverter, pv, dc, phases in product(SOURCES, INVERTERS, PV, DC, AC_PHASES):
        topology = Topology(source, inverter, pv, dc, phases)
        if topology.is_possible:
            yield topology


def _every_setup() -> Iterator[tuple[str, str, int | str]]:
    for monitor, control in product(MONITORS, CONTROL):
        for packs in PACKS:
            yield monitor, control, packs


def role_setups() -> Iterator[Roles]:
    """Every way to measure and control a battery that Venus OS lets an owner have."""
    for monitor, control, packs in _every_setup():
        same_without_bms = control == "same" and monitor in ("shunt", "vebus", "none")
        other_needs_pack = control == "other" and packs == 0
        packs_without_bms = control == "none" and packs != 0
        bms_alone = monitor == "bms" and control == "none"
        if not (same_without_bms or other_needs_pack or packs_without_bms or bms_alone):
            yield Roles(monitor, control, packs)


def site(topology: Topology, roles: Roles = Roles()) -> tuple[Made, Powers]:
    """The site, and what flows in it."""
    volts = VOLTS["boat"] if topology.source == "shore" or topology.inverter in ("phoenix", "none") else VOLTS["house"]
    flows = _Flows(topology)
    powers = flows.powers()
    bus = _Builder(topology, roles, flows, powers, volts).bus()
    return Made(bus), powers


class _Flows:
    """The powers of every part."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        has_inverter = topology.inverter != "none"
        self.load_out = 620.0 if has_inverter else 0.0
        self.load_in = 240.0 if topology.metered and has_inverter else 0.0
        self.pv_in = 900.0 if topology.pv == "input" else 0.0
        self.pv_out = 410.0 if topology.pv == "output" else 0.0
        self.pv_dc = 760.0 if topology.pv in ("mppt", "tracker") else 0.0
        self.ac_in = 1_050.0 if topology.fed else 0.0
        self.ac_out = self.load_out - self.pv_out
        tracker = self.pv_dc if topology.pv == "tracker" else 0.0
        self.dc_ic = self.ac_in - self.ac_out + tracker - LOSS_W if has_inverter else 0.0
        self.source = self.ac_in + self.load_in - self.pv_in
        self.dc_genset = 2_400.0 if topology.source == "dc genset" else 0.0
        self.dc_load = 130.0 if topology.dc in ("measured", "estimated", "dcload") else 0.0
        self.motor = 2_150.0 if topology.dc == "motor" else 0.0
        self.other = 330.0 if topology.dc in ("charger", "wind", "alternator", "dcdc", "fuel cell") else 0.0
        mppt_w = self.pv_dc - tracker
        self.battery = mppt_w + self.other + self.dc_genset + self.dc_ic - self.dc_load - self.motor

    def powers(self) -> Powers:
        """What the site must show."""
        topology = self.topology
        is_genset = topology.source in ("genset", "genset on CAN")
        pv = None if topology.pv == "none" else self.pv_in + self.pv_out + self.pv_dc
        return Powers(
            grid=self.source if topology.fed and not is_genset else None,
            genset=self.source if is_genset else self.dc_genset or None,
            pv=pv,
            load=self.load_in + self.load_out if topology.inverter != "none" else None,
            dc_load=self.dc_load or None,
            motor=self.motor or None,
            other_dc=self.other or None,
            battery=self.battery,
            loss=LOSS_W if topology.inverter != "none" else 0.0,
        )


class _Builder:
    """The bus of a site."""

    def __init__(self, topology: Topology, roles: Roles, flows: _Flows, powers: Powers, volts: float) -> None:
        self.topology, self.roles, self.flows, self.powers, self.volts = topology, roles, flows, powers, volts
        self.amperes = flows.battery / volts

    def bus(self) -> Bus:
        """Every service."""
        found: Bus = {**self._inverter(), **self._ac_meters(), **self._dc_devices(), **self._batteries()}
        found["system"] = self._system()
        found["settings"] = self._settings()
        return found

    def _split(self, watts: float) -> tuple[float, ...]:
        phases = self.topology.phases
        return tuple(round(watts / phases, 3) for _ in range(phases))

    def _inverter(self) -> Bus:
        kind, flows = self.topology.inverter, self.flows
        in_w = self._split(flows.ac_in) if self.topology.fed else ()
        if kind == "vebus":
            tree = multi(self.volts, flows.dc_ic, out_w=self._split(flows.ac_out), in_w=in_w, state=3 if in_w else 9)
            tree["Hub4/AssistantId"] = 5 if self.topology.source == "grid" else []
            return {"vebus.ttyS4": tree | {"Dc/0/Current": flows.dc_ic / self.volts, "Soc": 60.0}}
        if kind == "phoenix":
            return {"inverter.ttyS5": {
                "DeviceInstance": 275, "ProductName": "Phoenix Inverter", "State": 9, "Mode": 3,
                "Dc/0/Voltage": self.volts, "Dc/0/Current": flows.dc_ic / self.volts, "Dc/0/Power": flows.dc_ic,
                "Ac/Out/L1/P": flows.ac_out, "Ac/Out/L1/V": 230.0,
            }}  # fmt: skip
        return self._rs_units() if kind == "rs" else {}

    def _rs_units(self) -> Bus:
        """A unit a phase; the first carries the tracker."""
        flows, count = self.flows, self.topology.phases
        units: Bus = {}
        for n in range(count):
            units[f"multi.socketcan_can0_vi{n}_uc100{n}"] = {
                "DeviceInstance": n, "ProductName": "Multi RS Solar 48/6000/100", "State": 252 if flows.ac_in else 9,
                "Mode": 3, "Dc/0/Voltage": self.volts, "Dc/0/Power": flows.dc_ic / count,
                "Dc/0/Current": flows.dc_ic / count / self.volts, "Soc": 60.0,
                "Yield/Power": flows.pv_dc if n == 0 and self.topology.pv == "tracker" else [],
                "Ac/In/1/Type": _CODES.get(self.topology.source, 0), "Ac/NumberOfAcInputs": 1,
                "Ac/ActiveIn/ActiveInput": 0 if flows.ac_in else 240, f"Ac/Out/L{n + 1}/P": flows.ac_out / count,
                f"Ac/In/1/L{n + 1}/P": flows.ac_in / count if flows.ac_in else [],
            }  # fmt: skip
        if count > 1:
            units["acsystem.socketcan_can0_sys0"] = _merged([*units.values()])
        return units

    def _ac_meters(self) -> Bus:
        flows, found = self.flows, dict[str, Tree]()
        if self.topology.source == "grid":
            found["grid.cg_M1"] = meter(40, *self._split(flows.source))
        if self.topology.source == "genset on CAN":
            found["genset.socketcan_can0_vi0_uc88"] = meter(0, *self._split(flows.source), name="Genset") | {
                "StatusCode": 8, "Engine/Speed": 1500,
            }  # fmt: skip
        for position, watts in ((0, flows.pv_in), (1, flows.pv_out)):
            if watts:
                tree = meter(20 + position, *self._split(watts), name="PV inverter", Position=position, StatusCode=7)
                found[f"pvinverter.pv_{position}"] = tree
        return found

    def _dc_devices(self) -> Bus:
        flows, kind = self.flows, self.topology.dc
        found: Bus = {}
        if self.topology.pv == "mppt":
            found["solarcharger.ttyS6"] = mppt(278, self.volts, flows.pv_dc)
            found["solarcharger.ttyS6"] |= {"Dc/0/Current": flows.pv_dc / self.volts}
        if flows.dc_genset:
            found["dcgenset.socketcan_can0_vi0_uc7001"] = self._dc(290, flows.dc_genset) | {"StatusCode": 8}
        services = {
            "measured": ("dcsystem.ttyS7", flows.dc_load), "dcload": ("dcload.ttyS7", flows.dc_load),
            "motor": ("motordrive.socketcan_can0_uc5", flows.motor), "charger": ("charger.ttyUSB2", flows.other),
            "wind": ("dcsource.ttyUSB4", flows.other), "alternator": ("alternator.ttyUSB3", flows.other),
            "dcdc": ("dcdc.ttyUSB5", flows.other), "fuel cell": ("fuelcell.ttyUSB6", flows.other),
        }  # fmt: skip
        if kind in services:
            service, watts = services[kind]
            found[service] = self._dc(291, watts) | {"State": 3}
        if kind == "wind":
            found["dcsource.ttyUSB4"] |= {"Settings/MonitorMode": -8}
        if kind == "dcdc":
            found["dcdc.ttyUSB5"] |= {"Dc/In/V": 14.1, "Dc/In/P": flows.other * 1.04}
        return found

    def _dc(self, instance: int, watts: float) -> Tree:
        return {
            "DeviceInstance": instance, "Connected": 1, "Dc/0/Voltage": self.volts, "Dc/0/Power": watts,
            "Dc/0/Current": watts / self.volts,
        }  # fmt: skip

    def _batteries(self) -> Bus:
        roles, found = self.roles, dict[str, Tree]()
        if roles.monitor == "shunt":
            found["battery.ttyS5"] = shunt(279, self.volts, self.amperes)
        packs = {0: 1, 1: 1, 2: 2, "parallel": 2}[roles.packs] if roles.control != "none" else 0
        for n in range(packs):
            share = self.amperes / packs
            name = f"battery.socketcan_can0_vi{n}_uc600{n}" if roles.packs == "parallel" else f"battery.ttyUSB{n}"
            tree = lynx(1 + n, self.volts, share, 64.0) if roles.packs == "parallel" else bms(1 + n, self.volts, share)
            found[name] = tree | self._limits
        if roles.packs == "parallel" and packs:
            total = bms(0, self.volts, self.amperes) | {"NumberOfBmses": "2/2"}
            found["battery.lynxparallel500_0"] = total | self._limits
        elif roles.packs == 2 and packs:
            total = bms(99, self.volts, self.amperes, modules=2)
            found["battery.aggregate"] = total | self._limits
        return found

    @property
    def _limits(self) -> Tree:
        return {"Info/MaxChargeVoltage": self.volts * 1.06, "Info/BatteryLowVoltage": self.volts * 0.85}

    @property
    def _controller(self) -> tuple[str, int] | None:
        """Bus name and instance of the BMS that speaks for the whole bank."""
        if self.roles.control == "none":
            return None
        if self.roles.packs == "parallel":
            return "battery.lynxparallel500_0", 0
        return ("battery.aggregate", 99) if self.roles.packs == 2 else ("battery.ttyUSB0", 1)

    def _system(self) -> Tree:
        topology, flows, roles = self.topology, self.flows, self.roles
        controller = self._controller
        monitor = {
            "shunt": "battery/279", "bms": f"battery/{controller[1]}" if controller else "", "vebus": "vebus/276",
            "none": "",
        }[roles.monitor]  # fmt: skip
        if topology.inverter != "vebus" and monitor == "vebus/276":
            monitor = ""
        tree = system(
            self.volts, self.amperes, soc=64.0 if monitor else None, source=_CODES.get(topology.source, 240),
            kind=ESS if topology.source == "grid" else HUB, state=(3 if flows.ac_in else 9), battery=monitor,
            vebus="ttyS4" if topology.inverter == "vebus" else "",
        )  # fmt: skip
        if topology.inverter == "none":
            tree |= {"SystemState/State": 0, "Ac/ActiveIn/Source": []}
        if controller:
            tree |= {"ActiveBmsService": f"com.victronenergy.{controller[0]}"}
        return tree | self._system_ac() | self._system_dc(monitor)

    def _system_ac(self) -> Tree:
        topology, flows = self.topology, self.flows
        found: Tree = {}
        if topology.inverter == "none":
            return found
        side = "Genset" if topology.source in ("genset", "genset on CAN") else "Grid"
        parts = {"ConsumptionOnOutput": flows.load_out, "Consumption": flows.load_out + flows.load_in}
        if topology.metered:
            parts["ConsumptionOnInput"] = flows.load_in
        if topology.fed:
            parts |= {side: flows.source, "ActiveIn": flows.source}
        for name, watts in (("PvOnGrid", flows.pv_in), ("PvOnOutput", flows.pv_out)):
            if watts:
                parts[name] = watts
        for name, watts in parts.items():
            found |= {f"Ac/{name}/L{n}/Power": each for n, each in enumerate(self._split(watts), 1)}
        found |= {"Ac/In/NumberOfAcInputs": int(topology.fed)}
        if topology.fed:
            found |= {"Ac/In/0/Source": _CODES[topology.source], "Ac/In/0/Connected": 1}
        return found

    def _system_dc(self, monitor: str) -> Tree:
        topology, flows = self.topology, self.flows
        found: Tree = {}
        if topology.pv in ("mppt", "tracker"):
            found["Dc/Pv/Power"] = flows.pv_dc
        if topology.inverter == "vebus":
            found["Dc/Vebus/Power"] = flows.dc_ic
        if topology.inverter != "none":
            found["Dc/InverterCharger/Power"] = flows.dc_ic
        alternators = flows.dc_genset + (flows.other if topology.dc == "alternator" else 0.0)
        for name, watts in (
            ("Alternator", alternators), ("Charger", flows.other if topology.dc == "charger" else 0.0),
            ("FuelCell", flows.other if topology.dc == "fuel cell" else 0.0),
        ):  # fmt: skip
            if watts:
                found[f"Dc/{name}/Power"] = watts
        if topology.dc == "measured":
            found |= {"Dc/System/Power": flows.dc_load, "Dc/System/MeasurementType": 1}
        elif topology.dc == "estimated" and monitor and monitor != "vebus/276":
            found |= {"Dc/System/Power": flows.dc_load, "Dc/System/MeasurementType": 0}
        if topology.dc == "motor":
            found["MotorDrive/Power"] = flows.motor
        return found

    def _settings(self) -> Tree:
        code = _CODES.get(self.topology.source, 0)
        chosen = {"none": "nobattery", "vebus": "com.victronenergy.vebus/276"}.get(self.roles.monitor, "default")
        return settings(code, SystemSetup__BatteryService=chosen)


_CODES = {"grid": GRID, "unmetered grid": GRID, "shore": SHORE, "genset": GENSET, "genset on CAN": GENSET}


def _merged(units: list[Tree]) -> Tree:
    """An RS system: the phases of its units."""
    found: Tree = {
        "DeviceInstance": 0, "ProductName": "RS system", "State": units[0]["State"], "Mode": 3,
        "Ac/NumberOfAcInputs": 1,
        "Ac/In/1/Type": units[0]["Ac/In/1/Type"], "Ac/ActiveIn/ActiveInput": units[0]["Ac/ActiveIn/ActiveInput"],
        "Soc": 60.0,
    }  # fmt: skip
    for unit in units:
        found |= {path: watts for path, watts in unit.items() if path.startswith("Ac/") and path.endswith("/P")}
    return found
