"""Which battery is the site's, of which packs it is made, and which packs are others. Never adds packs up."""

from __future__ import annotations

import re
from dataclasses import dataclass

from victron_console.insight.overview.figures import last, named_device, system_of, text
from victron_console.model.device import suffix_of
from victron_console.model.snapshot import DeviceState, Snapshot

SAME_BANK_WITHIN = 0.15
"""Packs of a parallel bank stand at its voltage; one that is switched off may sag this far (captured: 6 %)."""

LIMIT_OVER_VOLTAGE = 1.5
LIMIT_UNDER_VOLTAGE = 0.7
LOW_OVER_VOLTAGE = 1.3
"""A charge limit this far off the pack's voltage, or a low limit this far above it, belongs to another pack."""


@dataclass(frozen=True, slots=True)
class Bank:
    """How many of a bank's parts work, and what counts them: `BMS`, `modules`."""

    working: int
    of: int
    unit: str


def site_battery(snapshot: Snapshot) -> DeviceState | None:
    """The device whose figures are the site's battery: the one `system` chose, else the rule `system` follows.

    A parallel total comes before its packs, a battery before an RS with a state of charge, that before a Multi.
    """
    system = system_of(snapshot)
    for path in ("ActiveBatteryService", "Dc/Battery/BatteryService"):
        if chosen := named_device(snapshot, text(system, path)):
            return chosen
    for classes in (("battery",), ("multi", "inverter", "acsystem"), ("vebus",)):
        with_soc = [device for device in snapshot.of_class(*classes) if last(device, "Soc") is not None]
        if with_soc:
            return min(with_soc, key=lambda device: (not _is_total(device), _order(device)))
    return None


def members(snapshot: Snapshot, battery: DeviceState | None) -> list[DeviceState]:
    """The packs that a parallel total is made of; empty where the battery is a pack itself."""
    if battery is None or not _is_total(battery):
        return []
    volts = last(battery, "Dc/0/Voltage")
    return [
        pack
        for pack in snapshot.of_class("battery")
        if pack is not battery and not _is_total(pack) and _same_voltage(volts, last(pack, "Dc/0/Voltage"))
    ]


def other_packs(snapshot: Snapshot) -> list[DeviceState]:
    """Batteries that are neither the site's nor a part of it, and measure something: a starter, another bank."""
    battery = site_battery(snapshot)
    own = {battery.key for battery in [battery, *members(snapshot, battery)] if battery}
    return [
        pack for pack in snapshot.of_class("battery") if pack.key not in own and last(pack, "Dc/0/Voltage") is not None
    ]


def bank(battery: DeviceState | None) -> Bank | None:
    """How much of the bank works, where the battery says so; None where it does not."""
    counts = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text(battery, "NumberOfBmses"))
    if counts:
        return Bank(int(counts[1]), int(counts[2]), "BMS")
    online, offline = last(battery, "System/NrOfModulesOnline"), last(battery, "System/NrOfModulesOffline")
    if online is None or offline is None:
        return None
    return Bank(int(online), int(online + offline), "modules")


def limits_conflict(battery: DeviceState | None) -> str:
    """Why the battery's limits cannot be its own, as a sentence; empty where they can.

    A 54 V charge limit on a 26.4 V pack is another pack's, or a recording mixed of two.
    """
    wrong, volts = conflicting_limits(battery), last(battery, "Dc/0/Voltage")
    if not wrong:
        return ""
    limits = " and ".join(f"{name} {limit:.1f} V" for name, limit in wrong.items())
    return f"Parameter conflict: {limits} on a pack at {volts:.1f} V; what is derived from them is invalid."


def conflicting_limits(battery: DeviceState | None) -> dict[str, float]:
    """The limits (V) by name that cannot be the battery's own at its voltage."""
    volts = last(battery, "Dc/0/Voltage")
    if volts is None or volts <= 0:
        return {}
    high, low = last(battery, "Info/MaxChargeVoltage"), last(battery, "Info/BatteryLowVoltage")
    wrong: dict[str, float] = {}
    if high and not LIMIT_UNDER_VOLTAGE * volts < high < LIMIT_OVER_VOLTAGE * volts:
        wrong["charge limit"] = high
    if low and low > LOW_OVER_VOLTAGE * volts:
        wrong["low limit"] = low
    return wrong


def _order(device: DeviceState) -> tuple[int, str]:
    instance = device.key.instance
    return (int(instance) if instance.isdigit() else 0, instance)


def _is_total(battery: DeviceState) -> bool:
    return suffix_of(battery.service).startswith("lynxparallel") or "NumberOfBmses" in battery.readings


def _same_voltage(volts: float | None, other: float | None) -> bool:
    return bool(volts and other and abs(other - volts) <= SAME_BANK_WITHIN * volts)
