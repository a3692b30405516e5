"""Which services a station has on its bus: name, instance and product of each, by role. Knows no values."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.simulator.spec import Monitor, PvPosition, StationSpec

PREFIX = "com.victronenergy."


@dataclass(frozen=True, slots=True)
class Device:
    """One service on the bus."""

    service: str
    instance: int
    product: str
    product_id: int
    name: str = ""
    process: str = ""
    connection: str = ""
    serial: str = ""
    firmware: int | str = 0

    @property
    def cls(self) -> str:
        """The class in its bus name."""
        return self.service.removeprefix(PREFIX).split(".", 1)[0]

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.name or self.product


_BATTERIES = {
    Monitor.PYLONTECH: ("socketcan_can0", 512, "PYLONTECH battery", 45066, "can-bus-bms", "CAN-bus"),
    Monitor.SERIAL: ("ttyUSB3", 1, "SerialBattery(Jkbms)", 47969, "dbus-serialbattery.py", "Serial ttyUSB3"),
    Monitor.LYNX_NG: ("socketcan_can0_vi0_uc601200", 0, "Lynx Smart BMS 500 NG", 41958, "vecan-dbus", "VE.Can"),
    Monitor.LYNX_PARALLEL: ("lynxparallel2", 6, "Lynx Smart BMS Totals", 41955, "dbus_parallel_bms.py", "Virtual"),
    Monitor.NONE: ("none", 0, "", 0, "", ""),
    Monitor.SHUNT: ("ttyUSB0", 288, "SmartShunt 500A/50mV", 41865, "vedirect-dbus", "USB"),
}


def battery(spec: StationSpec) -> Device:
    """The service that systemcalc takes as the battery."""
    return _battery(spec, spec.battery.monitor)


def control(spec: StationSpec) -> Device | None:
    """The BMS that gives the limits; None where nobody does."""
    return _battery(spec, spec.battery.bms) if spec.battery.bms is not None else None


def _battery(spec: StationSpec, monitor: Monitor) -> Device:
    suffix, instance, product, product_id, process, connection = _BATTERIES[monitor]
    return Device(
        f"{PREFIX}battery.{suffix}", instance, product, product_id, spec.battery.name, process, connection,
        serial=f"HQ22{spec.seed:04d}BAT", firmware="1.0.0" if instance == 6 else 69889,
    )  # fmt: skip


def parallel_packs(spec: StationSpec) -> tuple[Device, ...]:
    """The two BMS behind a Lynx total, else nothing."""
    if spec.battery.monitor is not Monitor.LYNX_PARALLEL:
        return ()
    return tuple(
        Device(
            f"{PREFIX}battery.socketcan_can0_vi{n}_uc31465{n}", n, "Lynx Smart BMS 500", 41957,
            f"Lynx Smart BMS HQ230{n}", "vecan-dbus", "VE.Can", serial=f"031465{n} HQ230{n}", firmware=69889,
        )
        for n in (2, 3)
    )  # fmt: skip


def converter(spec: StationSpec) -> Device:
    """The inverter/charger."""
    unit = spec.converter
    if unit.kind == "multi":
        return Device(
            f"{PREFIX}multi.socketcan_can0_vi0_uc162268", 0, unit.product, unit.product_id, "", "vecan-dbus", "VE.Can",
            serial="0162268 HQ2108RHQJZ", firmware=unit.firmware,
        )  # fmt: skip
    if unit.kind in ("inverter", "none"):
        return Device(
            f"{PREFIX}inverter.ttyS4", 275, unit.product, unit.product_id, "", "vedirect-dbus", "VE.Direct",
            firmware=unit.firmware,
        )  # fmt: skip
    return Device(
        f"{PREFIX}vebus.ttyS4", 276, unit.product, unit.product_id, "", "mk2-dbus", "VE.Bus",
        firmware=unit.firmware,
    )  # fmt: skip


def solar_chargers(spec: StationSpec) -> tuple[Device, ...]:
    """One MPPT for each array on the DC side."""
    arrays = [array for array in spec.arrays if array.position is PvPosition.DC]
    return tuple(
        Device(
            f"{PREFIX}solarcharger.ttyS{5 + n}", 278 + n, "SmartSolar Charger MPPT 250/100 rev2", 41041,
            array.name, "vedirect-dbus", "VE.Direct", serial=f"HQ20{spec.seed:04d}{n:03d}", firmware=357,
        )
        for n, array in enumerate(arrays)
    )  # fmt: skip


def pv_inverters(spec: StationSpec) -> tuple[Device, ...]:
    """One AC inverter for each array on the AC side."""
    arrays = [array for array in spec.arrays if array.position in (PvPosition.INPUT, PvPosition.OUTPUT)]
    return tuple(
        Device(
            f"{PREFIX}pvinverter.pv_{20 + n}_{spec.seed:04d}", 20 + n, "Fronius Symo", 41283, array.name,
            "dbus-fronius", f"192.168.1.{20 + n} - 1 (sunspec)", serial=f"{spec.seed:04d}{n:04d}", firmware="3.27.2-2",
        )
        for n, array in enumerate(arrays)
    )  # fmt: skip


def grid_meter(spec: StationSpec) -> Device:
    """The energy meter at the grid connection."""
    return Device(
        f"{PREFIX}grid.cgwacs_ttyUSB1_di30_mb1", 30, "Grid meter", 45058, "Grid meter", "dbus-cgwacs", "/dev/ttyUSB1",
        serial=f"BP98{spec.seed:04d}0014", firmware=2,
    )  # fmt: skip


def heat_pump_meter(spec: StationSpec) -> Device:
    """A meter in front of a large consumer."""
    return Device(
        f"{PREFIX}acload.cg_BX{spec.seed:04d}0015", 40, "Carlo Gavazzi EM24 Ethernet", 45079, "Heat pump",
        "dbus-modbus-client.py", "Modbus TCP 192.168.1.40", serial=f"BX{spec.seed:04d}0015", firmware=16,
    )  # fmt: skip


def sensors(spec: StationSpec) -> tuple[Device, ...]:
    """The temperature inputs."""
    return tuple(
        Device(
            f"{PREFIX}temperature.adc_builtin0_{5 + n}", 24 + n, "Generic Temperature Input", 41314, name, "dbus-adc",
            f"Temperature input {n + 1}",
        )
        for n, (name, _, _) in enumerate(spec.sensors)
    )  # fmt: skip


def tanks(spec: StationSpec) -> tuple[Device, ...]:
    """The tank inputs; with a genset the first is its fuel."""
    names = [name for name, _, _ in all_tanks(spec)]
    return tuple(
        Device(
            f"{PREFIX}tank.adc_builtin0_{1 + n}", 20 + n, "Generic Tank Input", 41313, name, "dbus-adc",
            f"Tank Level input {n + 1}",
        )
        for n, name in enumerate(names)
    )  # fmt: skip


def all_tanks(spec: StationSpec) -> tuple[tuple[str, int, float], ...]:
    """Name, fluid type and litres: the genset's fuel, then what the spec names."""
    fuel = (("Genset diesel", 0, spec.genset.tank_l),) if spec.genset else ()
    return fuel + spec.tanks


GENERATOR = Device(f"{PREFIX}generator.startstop0", 0, "Generator start/stop", 0, "", "dbus_generator.py", "generator")
GENSET = Device(
    f"{PREFIX}genset.socketcan_can0_vi0_uc88", 0, "Fischer Panda Genset", 45120, "", "vecan-dbus", "VE.Can",
    serial="0000088", firmware=520,
)  # fmt: skip
DC_GENSET = Device(
    f"{PREFIX}dcgenset.socketcan_can0_vi0_uc90", 0, "DC genset", 45121, "", "vecan-dbus", "VE.Can", serial="0000090",
    firmware=520,
)  # fmt: skip
CHARGER = Device(
    f"{PREFIX}charger.ttyUSB5", 291, "Phoenix Smart IP43 Charger 12|50 (1+1)", 41729, "", "vedirect-dbus", "USB",
    firmware=837,
)  # fmt: skip
MOTOR = Device(
    f"{PREFIX}motordrive.socketcan_can0_uc5", 0, "Motor drive", 49408, "", "vecan-dbus", "VE.Can", firmware=100,
)  # fmt: skip
STARTER = Device(
    f"{PREFIX}dcdc.ttyUSB6", 292, "Orion XS 12/12-50A", 41968, "Starter", "vedirect-dbus", "USB", firmware=272,
)  # fmt: skip
FRIDGE = Device(
    f"{PREFIX}dcload.ttyUSB7", 293, "SmartShunt 300A/50mV", 41866, "Fridge", "vedirect-dbus", "USB", firmware=1046,
)  # fmt: skip
ALTERNATOR = Device(
    f"{PREFIX}alternator.ttyUSB2", 289, "Wakespeed WS500 Alternator Regulator", 45184, "", "vedirect-dbus", "USB",
    firmware=785,
)  # fmt: skip
WIND = Device(
    f"{PREFIX}dcsource.ttyUSB4", 290, "SmartShunt 500A/50mV", 41865, "Wind charger", "vedirect-dbus", "USB",
    serial="HQ2229CZZHC", firmware=1046,
)  # fmt: skip
DC_LOADS = Device(
    f"{PREFIX}dcsystem.ttyS8", 41, "BMV-712 Smart", 41857, "DC system", "vedirect-dbus", "VE.Direct",
    serial="HQ1730ZAV8Y", firmware=1032,
)  # fmt: skip
SYSTEM = Device(f"{PREFIX}system", 0, "", 0, "", "dbus_systemcalc.py", "data from other dbus processes")
