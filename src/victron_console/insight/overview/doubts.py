"""Why a figure of a station is doubtful, as sentences for the operator. Changes no figure."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.catalogue import catalogue
from victron_console.insight.overview.ac_side import ac_inputs, running_unit
from victron_console.insight.overview.battery_bank import bank, limits_conflict
from victron_console.insight.overview.battery_roles import BatteryRoles
from victron_console.insight.overview.figures import dc_power_w, last, phase_total, system_of
from victron_console.insight.overview.judging import momentary
from victron_console.insight.overview.lone_devices import meter_power_w
from victron_console.insight.overview.signs import STANDBY_W, runs_backwards
from victron_console.model.judgement import Judgement
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import DeviceState, Snapshot

METER_SHARE, METER_W = 0.05, 200.0
"""A meter's total may differ from its phases by this much before one is wrong (docs/facts/figures.md#phases)."""

NEGATIVE_DC_LOAD_W = -50.0
"""Below this the sign is no noise of meters read at different moments."""

_FIELD_OF_PATH = (
    ("Dc/Battery/Soc", "soc_percent"),
    ("Dc/Battery/Power", "battery_power_w"),
    ("Dc/Battery/Voltage", "battery_voltage_v"),
    ("Dc/Battery/Current", "battery_current_a"),
    ("Dc/Battery/Temperature", "battery_temperature_c"),
    ("Dc/Battery/TimeToGo", "time_to_go_s"),
    ("Dc/Pv/Power", "pv_power_w"),
    ("Ac/PvOn", "pv_power_w"),
    ("Ac/Consumption/", "load_power_w"),
    ("Ac/Grid/", "grid_power_w"),
    ("Ac/Genset/", "genset_power_w"),
    ("Dc/System/Power", "dc_load_power_w"),
)
_FIELD_OF_BATTERY = (("Soc", "soc_percent"), ("Dc/0/Temperature", "battery_temperature_c"))
"""Where a station has no `system`: of the battery that is read alone."""


def doubts(snapshot: Snapshot, roles: BatteryRoles, shown: Overview, judgement: Judgement | None) -> dict[str, str]:
    """Field (or `balance`, `battery_bank` ...) to why it is doubtful.

    Args:
        snapshot: the station.
        roles: the devices of its battery.
        shown: its figures.
        judgement: what the polls up to then came to; None where nobody judged them.
    """
    system = system_of(snapshot)
    found = {
        "pv_power_w": _pv(snapshot, shown),
        "other_dc_power_w": _other_dc(snapshot, shown),
        "load_power_w": _load(shown),
        "genset_power_w": _genset(snapshot, shown),
        "grid_meter": _meter(snapshot),
        "dc_load_power_w": _dc_load(shown, system),
        "battery_current_a": _signs(shown, judgement),
        "battery_roles": " ".join(roles.unclear),
        "battery_bank": _bank(roles),
        "battery_limits": limits_conflict(roles.bms),
        "balance": _balance(shown, judgement),
        "system_state": _state(snapshot, system),
        "ac_input": contradicted_input(snapshot),
        **_implausible(system or roles.monitor, _FIELD_OF_PATH if system else _FIELD_OF_BATTERY),
    }
    return {field: reason for field, reason in found.items() if reason}


def contradicted_input(snapshot: Snapshot) -> str:
    """Which AC input is set to generator although a grid meter counts there; empty where none is."""
    wired = ac_inputs(snapshot)
    wrong = [each.number for each in wired if each.type == "genset" and each.connected]
    mains_elsewhere = any(each.type in ("grid", "shore") for each in wired)
    if not wrong or mains_elsewhere or not snapshot.fitted("grid") or snapshot.fitted("genset"):
        return ""
    return f"AC input {wrong[0]} is set to Generator but a grid meter is present."


def meter_contradiction(meter: DeviceState) -> str:
    """How a meter's total contradicts its phases, as a sentence; empty where they agree."""
    whole, phases = last(meter, "Ac/Power"), phase_total(meter, "Ac/{phase}/Power")
    if (
        whole is None
        or phases is None
        or abs(whole - phases) <= max(METER_SHARE * max(abs(whole), abs(phases)), METER_W)
    ):
        return ""
    return f"{meter.name} gives {whole:.0f} W in total, its phases add up to {phases:.0f} W."


def _signs(shown: Overview, judgement: Judgement | None) -> str:
    power_w, amperes = shown.battery_power_w, shown.battery_current_a
    if judgement is None or not judgement.signs_conflict or power_w is None or amperes is None:
        return ""
    return (
        f"Power {power_w:+.0f} W and current {amperes:+.1f} A of the battery "
        "have opposite signs; the power's sign is taken."
    )


def _balance(shown: Overview, judgement: Judgement | None) -> str:
    more = (judgement or momentary(shown)).imbalance_w
    if not more:
        return ""
    words = f"{more:.0f} W more come in than go out" if more > 0 else f"{-more:.0f} W more go out than come in"
    moment = " at this one moment" if judgement is None else ""
    return f"{words}{moment}: look for a source or load nobody measures, a meter's role, phase or direction."


_SOURCES = ("pvinverter", "solarcharger", "dcsource", "alternator", "charger", "fuelcell", "dcgenset")


def backwards(device: DeviceState) -> str:
    """How a source's own meter runs backwards, as a sentence; empty where it does not."""
    if device.key.cls not in _SOURCES:
        return ""
    watts = meter_power_w(device) if device.key.cls == "pvinverter" else dc_power_w(device)
    if watts is None or watts >= STANDBY_W:
        return ""
    return f"{device.name} gives {watts:.0f} W: a source takes no power in; its meter counts in the wrong direction."


def _pv(snapshot: Snapshot, shown: Overview) -> str:
    for meter in snapshot.of_class("pvinverter", "solarcharger"):
        if words := backwards(meter):
            return words
    watts = (getattr(shown, name) for name in ("pv_power_w", "pv_ac_power_w", "pv_dc_power_w"))
    wrong = next((value for value in watts if runs_backwards("pv_power_w", value)), None)
    return "" if wrong is None else f"PV gives {wrong:.0f} W: a source takes no power in."


def _other_dc(snapshot: Snapshot, shown: Overview) -> str:
    for source in snapshot.of_class("dcsource", "alternator", "charger", "fuelcell"):
        if words := backwards(source):
            return words
    watts = shown.other_dc_power_w
    return f"DC sources give {watts:.0f} W: none takes power in." if runs_backwards("other_dc_power_w", watts) else ""


def _load(shown: Overview) -> str:
    watts = shown.load_power_w
    return f"Loads of {watts:.0f} W: a load gives no power." if runs_backwards("load_power_w", watts) else ""


def _genset(snapshot: Snapshot, shown: Overview) -> str:
    if not runs_backwards("genset_power_w", shown.genset_power_w):
        return ""
    return contradicted_input(snapshot) or (
        "A generator cannot take power in: check the AC-input type, the meter's direction and the PV position."
    )


def _meter(snapshot: Snapshot) -> str:
    return next((words for meter in snapshot.of_class("grid") if (words := meter_contradiction(meter))), "")


def _dc_load(shown: Overview, system: DeviceState | None) -> str:
    estimated = last(system, "Dc/System/MeasurementType") != 1
    if shown.dc_load_power_w is None or shown.dc_load_power_w >= NEGATIVE_DC_LOAD_W or not estimated:
        return ""
    return f"A source of about {-shown.dc_load_power_w:.0f} W on the DC bus is not measured."


def _bank(roles: BatteryRoles) -> str:
    parts = bank(roles)
    if parts is None or parts.working >= parts.of:
        return ""
    words = f"Only {parts.working} of {parts.of} {parts.unit} of the battery work: the state of charge is of that part."
    return f"{words} {'; '.join(parts.off)}." if parts.off else words


def _state(snapshot: Snapshot, system: DeviceState | None) -> str:
    unit = running_unit(snapshot) if last(system, "SystemState/State") == 0 else None
    return f"`system` says Off, but {unit.name} runs: its own state is shown." if unit else ""


def _implausible(owner: DeviceState | None, field_of: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The figures that the device `owner` gives a value for that cannot be, by field."""
    if owner is None:
        return {}
    return {
        field: f"{catalogue().name(owner.key.cls, path)} {reading.text}: {reading.reason or 'not a possible value'}."
        for path, reading in owner.readings.items()
        if reading.quality is Quality.IMPLAUSIBLE
        for start, field in field_of
        if path.startswith(start)
    }
