"""Which devices are the site's battery, by what is asked of them: its monitor, its controlling BMS, its cell packs.

Each role is found by the owner's word (station file, then the settings of the GX), by the bus name that `system`
gives, and last by class and instance. Where that leaves several, none is taken and the reason is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.insight.overview.figures import given, last, named_device, system_of, text
from victron_console.model.device import BUS_PREFIX, DeviceKey, suffix_of
from victron_console.model.snapshot import NO_DEVICE, DeviceState, Snapshot

SAME_BANK_WITHIN = 0.15
"""Packs of a parallel bank stand at its voltage; one that is switched off may sag this far (captured: 6 %)."""
SAME_SOC_WITHIN_PERCENT = 0.5
SAME_VOLTAGE_WITHIN = 0.01
"""What `system` copied from its battery monitor is this near to it between two reads."""

NO_MONITOR = "nobattery"
AUTOMATIC = "default"
"""`Settings/SystemSetup/BatteryService`, beside `com.victronenergy.battery/279` (dbus-systemcalc-py)."""
NO_BMS, AUTOMATIC_BMS = -255, -1
"""`Settings/SystemSetup/BmsInstance`, beside an instance (dbus-systemcalc-py, delegates/batteryservice.py)."""

LIMITS = ("MaxChargeVoltage", "MaxChargeCurrent", "MaxDischargeCurrent")
"""Below `Info` of a battery service."""

_CELL = re.compile(r"Voltages/Cell\d+|Cell/\d+/Volts|Battery/\d+/Cell/\d+/Voltage")


@dataclass(frozen=True, slots=True)
class BatteryRoles:
    """The devices of the site's battery; one device may have all roles, and a role may be nobody's."""

    monitor: DeviceState | None = None
    """State of charge, voltage, current, power."""
    bms: DeviceState | None = None
    """Limits of charge and discharge, what is allowed, the evidence of the chemistry."""
    packs: tuple[DeviceState, ...] = ()
    """Cells, temperatures, health; what speaks for all of them comes first."""
    unclear: tuple[str, ...] = ()
    """Roles that several devices could have, or whose device is not there, one sentence each."""
    unplaced: tuple[DeviceState, ...] = ()
    """Packs with a BMS at the battery's voltage of which nothing tells whether they are a part of it."""

    @property
    def devices(self) -> tuple[DeviceState, ...]:
        """All devices of the battery, each once: the monitor, the BMS, the packs."""
        found = [device for device in (self.monitor, self.bms, *self.packs) if device is not None]
        return tuple({device.key: device for device in found}.values())

    @property
    def total(self) -> DeviceState | None:
        """The service that adds the packs of a parallel bank up; None where the bank has none."""
        return next((device for device in (self.bms, self.monitor) if device is not None and is_total(device)), None)


def battery_roles(snapshot: Snapshot) -> BatteryRoles:
    """The devices of the site's battery."""
    unclear: list[str] = []
    monitor = _monitor(snapshot, unclear)
    volts = last(system_of(snapshot), "Dc/Battery/Voltage") or last(monitor, "Dc/0/Voltage")
    bms = _bms(snapshot, monitor, volts, unclear)
    packs, unplaced = _packs(snapshot, monitor, bms, volts)
    return BatteryRoles(monitor, bms, packs, tuple(unclear), unplaced)


def is_total(battery: DeviceState) -> bool:
    """Whether a battery service is the sum of others: the parallel total of Lynx BMSes."""
    return suffix_of(battery.service).startswith("lynxparallel") or "NumberOfBmses" in battery.readings


def gives_limits(battery: DeviceState) -> bool:
    """Whether a battery service speaks for a BMS that says how it may be charged."""
    return any(last(battery, f"Info/{name}") is not None for name in LIMITS)


def has_cells(battery: DeviceState) -> bool:
    """Whether a battery service has paths for cells, as a shunt has not."""
    readings = battery.readings
    return "System/MaxCellVoltage" in readings or any(map(_CELL.fullmatch, readings))


def _monitor(snapshot: Snapshot, unclear: list[str]) -> DeviceState | None:
    said = snapshot.battery.monitor
    if said:
        return None if said == NO_DEVICE else _said(snapshot, said, "battery monitor", unclear)
    chosen = text(snapshot.device("settings"), "Settings/SystemSetup/BatteryService")
    if chosen == NO_MONITOR:
        return None
    system = system_of(snapshot)
    if by_bus_name := named_device(snapshot, text(system, "Dc/Battery/BatteryService")):
        return by_bus_name
    for name in (text(system, "ActiveBatteryService"), "" if chosen == AUTOMATIC else chosen):
        if name:
            return _named(_of_instance(snapshot, name), name, "battery monitor", unclear)
    if system is not None and "ActiveBatteryService" in system.readings:
        # `system` looked for one and found none: what there was left.
        return _choose_monitor([it for it in snapshot.missed("battery") if given(it, "Soc") is not None], system, [])
    return _monitor_by_class(snapshot, system, unclear)


def _monitor_by_class(snapshot: Snapshot, system: DeviceState | None, unclear: list[str]) -> DeviceState | None:
    """A battery before an RS with a state of charge, that before a Multi; a parallel total before its packs."""
    batteries = _with_soc(snapshot, "battery")
    if batteries:
        return _choose_monitor(batteries, system, unclear)
    for classes in (("multi", "inverter", "acsystem"), ("vebus",)):
        if units := _with_soc(snapshot, *classes):
            return min(units, key=_order)  # each unit measures the one battery
    return None


def _choose_monitor(batteries: list[DeviceState], system: DeviceState | None, unclear: list[str]) -> DeviceState | None:
    totals = [battery for battery in batteries if is_total(battery)]
    copied = [battery for battery in batteries if _is_copied(system, battery)]
    alone = next((some for some in (totals, copied, batteries) if len(some) == 1), batteries)
    return _only(alone, "battery monitor", unclear)


def _is_copied(system: DeviceState | None, battery: DeviceState) -> bool:
    """Whether `system` shows this battery's figures as those of the site."""
    soc, volts = last(system, "Dc/Battery/Soc"), last(system, "Dc/Battery/Voltage")
    own_soc, own_volts = last(battery, "Soc"), last(battery, "Dc/0/Voltage")
    if soc is None or volts is None or own_soc is None or own_volts is None:
        return False
    return abs(soc - own_soc) <= SAME_SOC_WITHIN_PERCENT and abs(volts - own_volts) <= SAME_VOLTAGE_WITHIN * volts


def _bms(
    snapshot: Snapshot, monitor: DeviceState | None, volts: float | None, unclear: list[str]
) -> DeviceState | None:
    said = snapshot.battery.bms
    if said:
        return None if said == NO_DEVICE else _said(snapshot, said, "BMS", unclear)
    chosen = last(snapshot.device("settings"), "Settings/SystemSetup/BmsInstance")
    if chosen == NO_BMS:
        return None
    if by_bus_name := named_device(snapshot, text(system_of(snapshot), "ActiveBmsService")):
        return by_bus_name
    batteries = [battery for battery in snapshot.of_class("battery") if gives_limits(battery)]
    if chosen is not None and chosen != AUTOMATIC_BMS:
        found = [battery for battery in batteries if _base(battery.key) == str(int(chosen))]
        return _named(found, f"battery/{chosen:.0f}", "BMS", unclear)
    if monitor is not None and monitor.key.cls == "battery" and gives_limits(monitor):
        return monitor
    near = [battery for battery in batteries if same_voltage(volts, last(battery, "Dc/0/Voltage"))]
    return _only([battery for battery in near if is_total(battery)] or near, "BMS that controls", unclear)


def _packs(
    snapshot: Snapshot, monitor: DeviceState | None, bms: DeviceState | None, volts: float | None
) -> tuple[tuple[DeviceState, ...], tuple[DeviceState, ...]]:
    """The packs of the battery, and those that may be some."""
    if snapshot.battery.packs:
        said = [snapshot.devices.get(DeviceKey.parse(name)) for name in snapshot.battery.packs]
        return tuple(pack for pack in said if pack is not None), ()
    own = [each for each in (bms, monitor) if each is not None and each.key.cls == "battery" and _is_pack(each)]
    own = list({pack.key: pack for pack in own}.values())
    near = [
        pack
        for pack in snapshot.fitted("battery")
        if pack not in own and _is_pack(pack) and same_voltage(volts, last(pack, "Dc/0/Voltage"))
    ]
    if any(map(is_total, own)):
        return (*own, *near), ()
    if not own and len(near) == 1:
        return tuple(near), ()
    # A monitor that is a pack itself measures that pack; a shunt may measure any number of them.
    by_shunt = monitor is not None and monitor not in own and monitor.key.cls == "battery"
    return tuple(own), tuple(near) if by_shunt else ()


def _is_pack(battery: DeviceState) -> bool:
    """Whether a battery service knows the inside of a pack, as a shunt does not."""
    told = (last(battery, path) is not None for path in ("Soh", "Io/AllowToCharge", "System/NrOfModulesOnline"))
    return is_total(battery) or gives_limits(battery) or has_cells(battery) or any(told)


def _said(snapshot: Snapshot, name: str, role: str, unclear: list[str]) -> DeviceState | None:
    device = snapshot.devices.get(DeviceKey.parse(name))
    if device is None or device.accepted:
        unclear.append(f"The station file names {name} as the {role}, which is not on the bus.")
        return None
    return device


def _only(found: Sequence[DeviceState], role: str, unclear: list[str]) -> DeviceState | None:
    if len(found) > 1:
        names = ", ".join(f"{device.name} ({device.key})" for device in found)
        unclear.append(f"{len(found)} devices could be the {role}: {names}. Name it in the station file.")
    return found[0] if len(found) == 1 else None


def _named(found: Sequence[DeviceState], name: str, role: str, unclear: list[str]) -> DeviceState | None:
    """The device that the GX names; none where it is not there, as is said, or where several bear the name."""
    if not found:
        unclear.append(f"The GX names {name.removeprefix(BUS_PREFIX)} as the {role}; there are no values of it.")
    return _only(found, role, unclear)


def _of_instance(snapshot: Snapshot, name: str) -> list[DeviceState]:
    """The devices of the class and instance in `com.victronenergy.battery/100`; two that share one are both it."""
    cls, _, instance = name.removeprefix(BUS_PREFIX).partition("/")
    on_bus = [device for device in snapshot.of_class(cls) if device.instance == instance]
    return on_bus or [device for device in snapshot.missed(cls) if device.instance == instance]


def _base(key: DeviceKey) -> str:
    return key.instance.partition("@")[0]


def _with_soc(snapshot: Snapshot, *classes: str) -> list[DeviceState]:
    on_bus = [device for device in snapshot.of_class(*classes) if given(device, "Soc") is not None]
    return on_bus or [device for device in snapshot.missed(*classes) if given(device, "Soc") is not None]


def _order(device: DeviceState) -> tuple[int, str]:
    instance = device.key.instance
    return (int(instance) if instance.isdigit() else 0, instance)


def same_voltage(volts: float | None, other: float | None) -> bool:
    """Whether two voltages may be of one bank."""
    return bool(volts and other and abs(other - volts) <= SAME_BANK_WITHIN * volts)
