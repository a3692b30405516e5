"""Causes that lie with the limits of a battery: full, at its charge voltage or current, held by what its owner set."""

from __future__ import annotations

from victron_console.insight.overview.battery_bank import limits_conflict
from victron_console.insight.why.bms import FULL_PERCENT
from victron_console.insight.why.look import Look, called
from victron_console.insight.why.rule import CauseRule

AT_LIMIT_SHARE = 0.93
"""A current this near to its limit is at it: limits act on what is measured by the second (judgement)."""
NEAR_VOLTAGE_SHARE = 0.004
"""A battery this near to its charge voltage is at it: 0.2 V of 48 V (judgement)."""
STORED_STAGES = {5: "float", 6: "storage"}
"""`/State` of a charger whose battery is full."""


def _user_limit(look: Look) -> str:
    if look.number(look.site.system, "Control/Dvcc") and look.setting("SystemSetup/MaxChargeCurrent") == 0:
        return "The charge current limit of the GX (DVCC) is set to 0 A."
    if look.site.is_ess and look.setting("CGwacs/MaxChargePower") == 0:
        return "The charge power of ESS is set to 0 W."
    if look.number(look.site.system, "SystemState/UserChargeLimited") == 1:
        return "A limit that the owner set leaves no charge."
    return ""


def _full_battery(look: Look) -> str:
    soc = look.figure("soc_percent")
    if soc is not None and soc >= FULL_PERCENT:
        return f"The battery is full, {soc:.0f} %."
    chargers = (*look.of_class("solarcharger", "charger"), *look.site.units)
    for charger in chargers:
        stage = STORED_STAGES.get(int(look.number(charger, "State") or 0))
        if stage and (look.number(charger, "Dc/0/Voltage") or 0) > 0 and (soc is None or soc >= 90):
            return f"The battery is full: {called(charger)} is in {stage}."
    return ""


def _voltage_reached(look: Look) -> str:
    volts = look.figure("battery_voltage_v")
    if volts is None or limits_conflict(look.site.battery.bms):
        return ""
    own = look.setting("SystemSetup/MaxChargeVoltage") or 0.0
    given = look.number(look.site.battery.bms, "Info/MaxChargeVoltage")
    if own and volts >= own * (1 - NEAR_VOLTAGE_SHARE) and (given is None or own < given):
        return f"The battery is at the charge voltage that the GX is set to, {own:.1f} V; the BMS would allow more."
    limit = given or look.number(look.site.system, "Control/EffectiveChargeVoltage")
    if limit and volts >= limit * (1 - NEAR_VOLTAGE_SHARE):
        return f"The battery is at its charge voltage, {volts:.2f} of {limit:.1f} V: chargers hold it there."
    return ""


def _too_cold_for_unit(look: Look) -> str:
    for unit in look.site.units:
        for number in range(4):
            if look.number(unit, f"Devices/{number}/ExtendStatus/ChargeDisabledDueToLowTemp"):
                return f"{called(unit)} does not charge because it is too cold for lithium."
    return ""


def _discharge_limit(look: Look) -> str:
    if look.site.is_ess and look.setting("CGwacs/MaxDischargePower") == 0:
        return "The inverter power of ESS is set to 0 W."
    if look.number(look.site.system, "SystemState/UserDischargeLimited") == 1:
        return "A limit that the owner set leaves no discharge."
    return ""


def _charge_current_reached(look: Look) -> str:
    amperes = look.figure("battery_current_a")
    limits = {
        "the BMS allows": look.number(look.site.battery.bms, "Info/MaxChargeCurrent"),
        "the GX is set to": look.setting("SystemSetup/MaxChargeCurrent"),
    }
    known = {words: limit for words, limit in limits.items() if limit is not None and limit > 0}
    if amperes is None or not known:
        return ""
    words = min(known, key=lambda each: known[each])
    near = amperes >= known[words] * AT_LIMIT_SHARE
    return f"It is charged with all that {words}: {amperes:.1f} of {known[words]:.1f} A." if near else ""


def _discharge_current_reached(look: Look) -> str:
    amperes, watts = look.figure("battery_current_a"), look.figure("battery_power_w")
    allowed = look.number(look.site.battery.bms, "Info/MaxDischargeCurrent")
    if amperes is not None and allowed and -amperes >= allowed * AT_LIMIT_SHARE:
        return f"It gives all that the BMS allows: {-amperes:.1f} of {allowed:.1f} A."
    own = look.setting("CGwacs/MaxDischargePower") if look.site.is_ess else None
    if watts is not None and own is not None and own > 0 and -watts >= own * AT_LIMIT_SHARE:
        return f"It gives all that ESS is set to: {-watts:.0f} of {own:.0f} W."
    return ""


CHARGE_LIMITS = (
    CauseRule("charge_limit_zero", "A charge limit of 0", _user_limit, "Raise it: Settings, DVCC or ESS."),
    CauseRule("battery_full", "A full battery", _full_battery),
    CauseRule("charge_voltage_reached", "The charge voltage", _voltage_reached),
    CauseRule("unit_too_cold", "Cold at the inverter/charger", _too_cold_for_unit, "Warm its surroundings."),
)
DISCHARGE_LIMITS = (
    CauseRule("discharge_limit_zero", "A discharge limit of 0", _discharge_limit, "Raise it: Settings, ESS."),
)
CHARGE_CURRENT = CauseRule("charge_current_limit", "The charge current limit", _charge_current_reached)
DISCHARGE_CURRENT = CauseRule("discharge_current_limit", "The discharge limit", _discharge_current_reached)
