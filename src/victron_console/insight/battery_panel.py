"""The battery in figures: limits and what is free of them, time to the floor and to full, health, the bank.

A moment's view from one snapshot; what comes over night is `sunrise`.
"""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.insight.cells import bank_capacity_ah
from victron_console.insight.overview.battery_bank import Bank, bank, limits_conflict
from victron_console.insight.overview.battery_roles import BatteryRoles, battery_roles
from victron_console.insight.overview.figures import last, system_of
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.snapshot import DeviceState, Snapshot

ABSORPTION_FROM_PERCENT = 95.0
"""Above it the charger, not the current, says how long it takes: no time to full (docs/facts/figures.md#battery)."""
IDLE_BELOW_A = 0.1


@dataclass(frozen=True, slots=True)
class Limit:
    """A current limit of the BMS, A: what it allows, what is used of it, what is free (never below 0)."""

    allowed_a: float
    used_a: float

    @property
    def free_a(self) -> float:
        """What may still be added."""
        return max(0.0, self.allowed_a - self.used_a)

    @property
    def blocked(self) -> bool:
        """Whether the BMS allows nothing in this direction."""
        return self.allowed_a <= 0


@dataclass(frozen=True, slots=True)
class Span:
    """A time in s, or why there is none."""

    seconds: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BatteryPanel:
    """What the battery panel shows. None where the battery has no such value."""

    device: DeviceKey | None
    charge: Limit | None
    discharge: Limit | None
    """None: no BMS that gives limits, not zero."""
    charge_voltage_v: float | None
    low_voltage_v: float | None
    floor_percent: float | None
    """The SOC that the site does not go below."""
    floor_source: str
    """`ESS`, `site` or empty."""
    to_floor: Span
    to_full: Span
    capacity_ah: float | None
    soh_percent: float | None
    cycles: float | None
    bank: Bank | None
    doubts: tuple[str, ...]


def battery_panel(
    snapshot: Snapshot,
    shown: Overview,
    *,
    capacity: float | None = None,
    site_floor_percent: float | None = None,
    mean_current_a: float | None = None,
) -> BatteryPanel:
    """The panel of the site's battery.

    Args:
        snapshot: the station.
        shown: its figures.
        capacity: usable Ah from the station file, where the battery does not tell it.
        site_floor_percent: the SOC at which the site shuts down, from the station file.
        mean_current_a: mean of the last 10 to 30 min, + charges; None takes the current of now.
    """
    roles, system = battery_roles(snapshot), system_of(snapshot)
    battery = roles.devices[0] if roles.devices else None
    floor, source = soc_floor(snapshot, site_floor_percent)
    ah = capacity or last(system, "Dc/Battery/Capacity") or bank_capacity_ah(roles)
    amperes = shown.battery_current_a if mean_current_a is None else mean_current_a
    conflict = limits_conflict(roles.bms)
    charge, discharge = (None, None) if roles.bms is None else _limits(roles.bms, shown.battery_current_a)
    return BatteryPanel(
        device=battery.key if battery else None,
        charge=charge,
        discharge=discharge,
        charge_voltage_v=None if conflict else last(roles.bms, "Info/MaxChargeVoltage"),
        low_voltage_v=None if conflict else last(roles.bms, "Info/BatteryLowVoltage"),
        floor_percent=floor,
        floor_source=source,
        to_floor=_to_floor(shown, floor, ah, amperes),
        to_full=_to_full(shown, ah, amperes, charge),
        capacity_ah=ah,
        soh_percent=_soh_percent(roles),
        cycles=_cycles(roles, ah),
        bank=bank(roles),
        doubts=tuple(
            shown.flags[key]
            for key in (
                "battery_roles",
                "battery_bank",
                "battery_current_a",
                "battery_limits",
                "battery_power_w",
                "soc_percent",
            )
            if key in shown.flags
        ),
    )


def soc_floor(snapshot: Snapshot, site_floor_percent: float | None = None) -> tuple[float | None, str]:
    """The floor in force: the one of ESS (`ActiveSocLimit`, user minimum or BatteryLife's), else the site's own.

    An RS system has it on `acsystem` or on the unit itself: the path of `system` is null there (catalogue).
    """
    active = last(system_of(snapshot), "Control/ActiveSocLimit")
    units = (last(unit, "Ess/ActiveSocLimit") for unit in snapshot.of_class("acsystem", "multi"))
    for floor in (active, *units):
        if floor is not None:
            return floor, "ESS"
    return site_floor_percent, "site" if site_floor_percent is not None else ""


def _limits(bms: DeviceState, amperes: float | None) -> tuple[Limit | None, Limit | None]:
    """Free amperes: CCL - I when charging, DCL + I when discharging (docs/facts/figures.md#battery)."""
    now = amperes or 0.0
    found = []
    for path, used in (("Info/MaxChargeCurrent", now), ("Info/MaxDischargeCurrent", -now)):
        allowed = last(bms, path)
        found.append(None if allowed is None else Limit(allowed, max(0.0, used)))
    return found[0], found[1]


def _unknown(shown: Overview, amperes: float | None) -> str:
    """Which figure is missing to say how long something takes; empty where none is."""
    if shown.credible("soc_percent") is None:
        if "soc_percent" in shown.flags:
            return "implausible state of charge"
        if shown.battery_power_w is None:
            return "no battery monitor" if shown.battery_voltage_v is not None else "no battery"
        return "no state of charge"
    return "no battery current" if amperes is None else ""


def _to_floor(shown: Overview, floor: float | None, ah: float | None, amperes: float | None) -> Span:
    """Seconds until the floor is reached at the present current; the device's own time where the floor is not ours."""
    soc, published_s = shown.credible("soc_percent"), shown.time_to_go_s
    if amperes is None or soc is None:
        return Span(None, _unknown(shown, amperes))
    if amperes > -IDLE_BELOW_A:
        return Span(None, "charging" if amperes > IDLE_BELOW_A else "idle")
    if floor is None and published_s is not None:
        return Span(published_s)
    if not ah:
        return Span(published_s, "" if published_s is not None else "set the capacity")
    return Span(max(0.0, (soc - (floor or 0.0)) / 100 * ah / -amperes * 3600))


def _to_full(shown: Overview, ah: float | None, amperes: float | None, charge: Limit | None) -> Span:
    """Seconds until full at the present current, at most the limit's; none in absorption, where it means nothing."""
    soc = shown.credible("soc_percent")
    if amperes is None or soc is None:
        return Span(None, _unknown(shown, amperes))
    if amperes <= IDLE_BELOW_A:
        return Span(None, "discharging" if amperes < -IDLE_BELOW_A else "idle")
    if soc >= ABSORPTION_FROM_PERCENT:
        return Span(None, "full")
    if charge and charge.blocked:
        return Span(None, "charge blocked")
    if not ah:
        return Span(None, "set the capacity")
    return Span((100 - soc) / 100 * ah / min(amperes, charge.allowed_a if charge else amperes) * 3600)


def _soh_percent(roles: BatteryRoles) -> float | None:
    """What the battery says of itself as a whole, else its weakest pack."""
    for devices in ((roles.total, roles.bms), roles.packs, (roles.monitor,)):
        told = [soh for device in devices if (soh := last(device, "Soh")) is not None]
        if told:
            return min(told)
    return None


def _cycles(roles: BatteryRoles, ah: float | None) -> float | None:
    """Equivalent full cycles: Ah drawn over capacity; `ChargeCycles` counts differently in every product."""
    for device in roles.devices:
        if (drawn := last(device, "History/TotalAhDrawn")) is not None:
            return abs(drawn) / ah if ah else None
    return None
