"""How much of the site's battery works, which packs are others, and whether a BMS's limits can be its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.catalogue import catalogue
from victron_console.insight.overview.battery_roles import BatteryRoles
from victron_console.insight.overview.figures import last, text
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState

LIMIT_OVER_VOLTAGE = 1.5
LIMIT_UNDER_VOLTAGE = 0.7
LOW_OVER_VOLTAGE = 1.3
"""A charge limit this far off the pack's voltage, or a low limit this far above it, belongs to another pack."""

NOT_RUNNING = frozenset({10, 12, 13, 14, 15, 16, 17, 18})
"""`battery /State`: error, shut down, updating, standby, starting, pre-charging, contactor check, pending."""


@dataclass(frozen=True, slots=True)
class Bank:
    """How many of a bank's parts work, what counts them (`BMS`, `modules`), and why which of them does not."""

    working: int
    of: int
    unit: str
    off: tuple[str, ...] = ()
    """Each part that does not work and says so: its name and its state."""


def other_packs(snapshot: Snapshot, roles: BatteryRoles) -> list[DeviceState]:
    """Batteries that are no part of the site's and measure something: a starter, another bank."""
    own = {device.key for device in roles.devices}
    return [
        pack for pack in snapshot.of_class("battery") if pack.key not in own and last(pack, "Dc/0/Voltage") is not None
    ]


def bank(roles: BatteryRoles) -> Bank | None:
    """How much of the battery works, by all that tells it; None where nothing does.

    A parallel total counts the packs it knows, and may not know one that is on the bus as a service of its own.
    """
    total = roles.total
    packs = [pack for pack in roles.packs if pack is not total]
    off = {pack.name: words for pack in packs if (words := stopped(pack))}
    said = _counted(text(total, "NumberOfBmses"))
    if said or len(packs) > 1:
        working, of = said or (len(packs), len(packs))
        if len(packs) >= of:
            working, of = min(working, len(packs) - len(off)), len(packs)
        return Bank(working, of, "BMS", tuple(f"{name}: {words}" for name, words in off.items()))
    return _modules((*roles.packs, *roles.devices))


def _counted(words: str) -> tuple[int, int] | None:
    """The numbers of `1/2`."""
    counts = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", words)
    return (int(counts[1]), int(counts[2])) if counts else None


def _modules(devices: Sequence[DeviceState]) -> Bank | None:
    for device in devices:
        online, offline = last(device, "System/NrOfModulesOnline"), last(device, "System/NrOfModulesOffline")
        if online is not None and offline is not None:
            return Bank(int(online), int(online + offline), "modules")
    return None


def stopped(pack: DeviceState) -> str:
    """Why a pack takes no part, in words; empty where it does, or does not say."""
    if pack.state is ServiceState.GONE:
        return "gone"
    state = last(pack, "State")
    if state in NOT_RUNNING:
        return catalogue().enums["battery_state"].text(state)
    if last(pack, "Io/AllowToCharge") == 0 and last(pack, "Io/AllowToDischarge") == 0:
        return "neither charge nor discharge allowed"
    return ""


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
