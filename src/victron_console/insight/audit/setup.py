"""Checks of the set-up: DVCC and BMS, the battery's limits and bank, grid code, alarms, VRM, time zone."""

from __future__ import annotations

from datetime import timedelta
from math import inf

from victron_console.catalogue import catalogue
from victron_console.insight.audit.finding import Finding, Outcome, Site
from victron_console.insight.gx_clock import gx_clock_skew_s, vrm_contact_at
from victron_console.insight.overview.ac_side import ac_inputs
from victron_console.insight.overview.battery_bank import bank, limits_conflict
from victron_console.insight.overview.figures import last
from victron_console.model.limits import SKEW_LIMIT_S

VRM_INTERVAL_MAX_S = 900
"""Victron's default; a longer one hides what happens in between."""

_VEBUS_ALARMS = {
    "LowBattery": "low battery",
    "HighTemperature": "high temperature",
    "InverterOverload": "overload",
    "HighDcRipple": "DC ripple",
    "VeBusError": "VE.Bus error",
    "TemperatureSenseError": "temperature sensor",
    "VoltageSenseError": "voltage sensor",
}
"""Below `/Settings/Alarm/Vebus`: 0 disabled, 1 alarm only, 2 alarm and warning."""


def dvcc(site: Site) -> Finding | None:
    """Whether a BMS that gives limits is listened to."""
    managed = last(site.battery.bms, "Info/MaxChargeVoltage") is not None
    on = last(site.system, "Control/Dvcc")
    if last(site.system, "Dvcc/Alarms/FirmwareInsufficient"):
        words = "A device's firmware is too old for DVCC (#48)."
        return Finding("dvcc", Outcome.WARN, words, "Update the firmware of inverter/charger and chargers.")
    if not managed:
        return None
    if on is None:
        return Finding("dvcc", Outcome.UNKNOWN, "The station does not say whether DVCC is on.")
    if not on:
        words = "The BMS gives charge limits, but DVCC is off: chargers do not keep to them."
        return Finding("dvcc", Outcome.FAIL, words, "Switch DVCC on (Settings, DVCC).")
    if last(site.system, "Control/BmsParameters") == 0:
        words = "DVCC is on, but no limits of the BMS are in force."
        return Finding("dvcc", Outcome.WARN, words, "Check which BMS controls the system (Settings, DVCC).")
    return Finding("dvcc", Outcome.PASS, "DVCC is on and the limits of the BMS are in force.")


def battery_limits(site: Site) -> Finding | None:
    """Whether the limits fit the pack, and the owner's own charge limit fits the BMS's."""
    if conflict := limits_conflict(site.battery.bms):
        change = "Check the battery's voltage and cell count in the BMS, and which BMS is selected."
        return Finding("battery-limits", Outcome.FAIL, conflict, change)
    high = last(site.battery.bms, "Info/MaxChargeVoltage")
    if high is None:
        return None
    own = site.setting("SystemSetup/MaxChargeVoltage") or 0.0
    if own > high:
        words = f"The charge voltage limit of the GX ({own:.1f} V) is above the BMS's ({high:.1f} V): it never acts."
        return Finding("battery-limits", Outcome.WARN, words, "Lower it or switch it off (Settings, DVCC).")
    return Finding("battery-limits", Outcome.PASS, f"The limits fit the pack: charge limit {high:.1f} V.")


def battery_roles(site: Site) -> Finding | None:
    """Whether it is known which device measures the battery, which BMS controls it, and which packs it is made of."""
    if site.battery.unclear:
        change = "Name it in the station file: monitor, bms or packs under [station.battery]."
        return Finding("battery-roles", Outcome.WARN, " ".join(site.battery.unclear), change)
    if site.battery.unplaced:
        names = ", ".join(f"{pack.name} ({pack.key})" for pack in site.battery.unplaced)
        words = f"Whether the battery is made of {names}, too, is not known: a shunt measures it."
        change = "Name its packs in the station file: packs under [station.battery]."
        return Finding("battery-roles", Outcome.UNKNOWN, words, change)
    if not site.battery.devices:
        return None
    monitor, bms = site.battery.monitor, site.battery.bms
    words = f"Monitor: {monitor.name if monitor else 'none'}. Controlling BMS: {bms.name if bms else 'none'}."
    return Finding("battery-roles", Outcome.PASS, words)


def battery_bank(site: Site) -> Finding | None:
    """Whether all of the bank works."""
    parts = bank(site.battery)
    if parts is None:
        return None
    words = f"{parts.working} of {parts.of} {parts.unit} work."
    if parts.working >= parts.of:
        return Finding("battery-bank", Outcome.PASS, words)
    words = f"{words} {'; '.join(parts.off)}." if parts.off else words
    change = (
        "Find the part that is off: its switch, its contactor, its low-cell alarm; charge it alone before rejoining."
    )
    return Finding("battery-bank", Outcome.FAIL, words, change)


def grid_code(site: Site) -> Finding | None:
    """Whether an inverter that feeds the grid has a grid code."""
    if not site.is_ess or not site.units:
        return None
    code = last(site.units[0], "Settings/GridCode")
    if code is None:
        return Finding("grid-code", Outcome.UNKNOWN, "The inverter does not report its grid code.")
    if code == 0:
        words = "No grid code is set on an ESS site."
        return Finding(
            "grid-code", Outcome.FAIL, words, "Set the country's grid code with VEConfigure or VictronConnect."
        )
    return Finding("grid-code", Outcome.PASS, f"Grid code {code:.0f} is set.")


def alarms(site: Site) -> Finding | None:
    """Whether the alarms of the inverter reach anybody."""
    vebus = next((unit for unit in site.units if unit.key.cls == "vebus"), None)
    if vebus is None:
        return None
    levels = {name: site.setting(f"Alarm/Vebus/{path}") for path, name in _VEBUS_ALARMS.items()}
    if all(level is None for level in levels.values()):
        return Finding("alarms", Outcome.UNKNOWN, "The alarm settings of the inverter are not known.")
    silent = [name for name, level in levels.items() if level == 0]
    on_grid = any(each.type == "grid" and each.connected for each in ac_inputs(site.snapshot))
    if on_grid and last(vebus, "Settings/Alarm/System/GridLost") == 0:
        silent.append("grid lost")
    if silent:
        change = "Enable them on the GX (Settings, Alarms)."
        return Finding("alarms", Outcome.WARN, f"Switched off on the GX: {', '.join(silent)}.", change)
    return Finding("alarms", Outcome.PASS, "The inverter's alarms are enabled on the GX.")


def vrm(site: Site) -> Finding | None:
    """Whether VRM gets data often enough, where the owner uses it."""
    error = last(site.snapshot.device("logger"), "Vrm/ConnectionError")
    if error:
        metric = catalogue().metric("logger", "Vrm/ConnectionError")
        words = catalogue().enum_text(metric, error) or f"{error:.0f}"
        return Finding("vrm", Outcome.WARN, f"VRM cannot be reached: {words}.", "Check the site's internet connection.")
    if site.setting("Network/VrmPortal") == 0:
        return Finding("vrm", Outcome.PASS, "VRM is switched off by its owner.")
    if vrm_contact_at(site.snapshot) == -inf:
        return Finding("vrm", Outcome.WARN, "VRM was never reached.", "Check the site's internet connection.")
    interval_s = site.setting("Vrmlogger/LogInterval")
    if interval_s is None:
        return Finding("vrm", Outcome.UNKNOWN, "The VRM log interval is not known.")
    if interval_s > VRM_INTERVAL_MAX_S:
        change = f"Set it to {VRM_INTERVAL_MAX_S // 60} minutes or less (Settings, VRM)."
        return Finding("vrm", Outcome.WARN, f"VRM gets data only every {interval_s / 60:.0f} minutes.", change)
    return Finding("vrm", Outcome.PASS, f"VRM gets data every {interval_s / 60:.0f} minutes.")


def clock(site: Site) -> Finding | None:
    """Whether the clock of the GX is right: its history, its notifications and its day are by it."""
    skew_s = gx_clock_skew_s(site.snapshot)
    if skew_s is None:
        return None
    if abs(skew_s) <= SKEW_LIMIT_S:
        return Finding("gx-clock", Outcome.PASS, "The clock of the GX is right.")
    words = f"The clock of the GX is {timedelta(seconds=round(abs(skew_s)))} {'ahead' if skew_s > 0 else 'behind'}."
    change = "Connect the GX to the internet, or set its time (Settings, Date & time)."
    return Finding("gx-clock", Outcome.WARN, words, change)


def time_zone(site: Site) -> Finding | None:
    """Whether the GX keeps the site's time zone: daily energy starts at its midnight."""
    zone = site.setting_text("System/TimeZone").strip("/")
    if not zone:
        return Finding("time-zone", Outcome.UNKNOWN, "The time zone of the GX is not known.")
    if site.zone_name is None:
        if zone == "UTC":
            words = "The GX keeps UTC, its factory setting; the station file names no zone to compare with."
            return Finding("time-zone", Outcome.UNKNOWN, words)
        return Finding("time-zone", Outcome.PASS, f"The GX keeps {zone}.")
    if zone != site.zone_name:
        change = "Set the time zone on the GX (Settings, Date & time), or correct the station file."
        words = f"The GX keeps {zone}, the station file says {site.zone_name}."
        return Finding("time-zone", Outcome.WARN, words, change)
    return Finding("time-zone", Outcome.PASS, f"The GX keeps {zone}, as the station file says.")
