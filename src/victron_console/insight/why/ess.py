"""Causes that lie with ESS: its mode, its floor, its schedules, Dynamic ESS, its set-point and what it forbids."""

from __future__ import annotations

from victron_console.catalogue import catalogue
from victron_console.insight.overview.ac_side import ac_input, rs_units
from victron_console.insight.why.look import Look
from victron_console.insight.why.rule import CauseRule, Says

KEEP_CHARGED, SLOW_CHARGE = 9, 6
LOW_RECHARGE = (8, 12)
DISCHARGED = (5, 7, 11)
"""`BatteryLife/State`: discharge is off because the charge is at its floor, or the battery is sustained."""
EXTERNAL_HUB4, EXTERNAL_RS, KEEP_CHARGED_RS = 3, 3, 2
IDLE_STRATEGIES = (5, 8, 9, 15, 18, 21)
CHARGE_STRATEGIES = (2, 3, 10, 11, 12, 16)
SELL_STRATEGIES = (6, 13, 19)
"""`DynamicEss/ReactiveStrategy` in which Dynamic ESS holds, fills or empties the battery (dbus-systemcalc-py)."""
FLOOR_MARGIN_PERCENT = 3.0
"""ESS lets the battery discharge again so far above its floor (dbus-systemcalc-py, hysteresis of batterylife)."""
NEAR_SETPOINT_W = 100.0
BUYS_FROM_W, SELLS_FROM_W = 150.0, 150.0
"""A set-point that buys a little keeps ESS from feeding in, the usual one is 50 W; beyond these it buys or sells."""


def is_ess(look: Look) -> bool | None:
    """Whether ESS runs the site, by VE.Bus or by RS units; None where nothing tells it."""
    kind = look.text(look.site.system, "SystemType")
    if kind == "ESS" or look.number(look.site.system, "Control/EssState") is not None:
        return True
    if any(look.number(unit, "Settings/Ess/Mode") is not None for unit in look.site.units):
        return True
    # RS units have ESS built in, and not every firmware says whether it is on.
    told = bool(kind) and all(unit.key.cls == "vebus" for unit in look.site.units)
    return False if told else None


def ess_state(look: Look) -> float | None:
    """`BatteryLife/State` in force; None without ESS by VE.Bus."""
    state = look.number(look.site.system, "Control/EssState")
    return state if state is not None else look.setting("CGwacs/BatteryLife/State") if look.site.is_ess else None


def soc_floor_percent(look: Look) -> float | None:
    """The charge that ESS does not go below; None where there is none."""
    floor = look.number(look.site.system, "Control/ActiveSocLimit")
    for unit in (*look.site.units, *rs_units(look.site.snapshot)):
        floor = look.number(unit, "Ess/ActiveSocLimit") if floor is None else floor
    return floor


def _rs_mode(look: Look) -> float | None:
    found = (look.number(unit, "Settings/Ess/Mode") for unit in look.site.units)
    return next((mode for mode in found if mode is not None), None)


def _external(look: Look) -> str:
    if (look.site.is_ess and look.setting("CGwacs/Hub4Mode") == EXTERNAL_HUB4) or _rs_mode(look) == EXTERNAL_RS:
        return "ESS is under external control: another program sets what flows."
    return ""


def forbids_charge(look: Look) -> str:
    """Whether ESS forbids the inverter/charger to charge, as a sentence; chargers of the sun go on."""
    for unit in look.site.units:
        if look.number(unit, "Hub4/DisableCharge") == 1 or look.number(unit, "Ess/DisableCharge") == 1:
            return "ESS forbids the inverter/charger to charge."
    return ""


def _keep_charged(look: Look) -> str:
    if ess_state(look) == KEEP_CHARGED or _rs_mode(look) == KEEP_CHARGED_RS:
        return "ESS is set to keep the battery charged: it is held for an outage while there is a grid."
    return ""


def _floor(look: Look) -> str:
    if not is_ess(look) or ac_input(look.site.snapshot).connected is False:
        return ""
    soc, floor, state = look.figure("soc_percent"), soc_floor_percent(look), ess_state(look)
    held = any(
        look.number(unit, "Ess/Sustain") == 1 or look.number(unit, "Hub4/Sustain") == 1 for unit in look.site.units
    )
    if soc is None or floor is None or not (state in DISCHARGED or held or soc <= floor):
        return ""
    if soc > floor + FLOOR_MARGIN_PERCENT:
        return ""
    owner = look.setting("CGwacs/BatteryLife/MinimumSocLimit")
    moved = owner is not None and floor > owner + 0.5
    whose = f"that BatteryLife has raised from {owner:.0f} %" if moved else "that ESS is set to"
    return f"The battery is at its floor: {soc:.0f} % of a minimum of {floor:.0f} % {whose}."


def _low_recharge(look: Look) -> str:
    state = ess_state(look)
    if state in LOW_RECHARGE:
        return "ESS recharges the battery from the grid: it fell below its minimum charge."
    if state == SLOW_CHARGE:
        return "ESS charges slowly from the grid: the battery stood below its limit for 24 hours (BatteryLife)."
    return ""


def _schedule(look: Look) -> str:
    if look.number(look.site.system, "Control/ScheduledCharge") != 1:
        return ""
    target = look.number(look.site.system, "Control/ScheduledSoc")
    to = f" to {target:.0f} %" if target else ""
    return f"A scheduled charge runs{to}: the grid charges and carries the loads."


def _dess(look: Look, strategies: tuple[int, ...], does: str) -> str:
    system = look.site.system
    if not look.number(system, "DynamicEss/Active"):
        return ""
    strategy = look.number(system, "DynamicEss/ReactiveStrategy")
    target, rate = look.number(system, "DynamicEss/TargetSoc"), look.number(system, "DynamicEss/ChargeRate")
    if strategy is not None:
        if strategy not in strategies:
            return ""
        what = catalogue().enums["dess_reactive_strategy"].text(strategy)
        return f"Dynamic ESS {does}: {what}{_target(target)}."
    override = look.number(look.site.snapshot.device("hub4"), "Overrides/MaxDischargePower")
    if strategies is HOLD and override is not None and 0 <= override <= 1 and not rate:
        return f"Dynamic ESS {does}: it lets the inverter give {override:.0f} W{_target(target)}."
    if strategies is NO_CHARGE_STRATEGIES and rate == 0:
        return f"Dynamic ESS {does}: its charge rate is 0 W{_target(target)}."
    return ""


HOLD = IDLE_STRATEGIES + CHARGE_STRATEGIES
NO_CHARGE_STRATEGIES = IDLE_STRATEGIES + SELL_STRATEGIES
"""What keeps a battery from being discharged, and from being charged."""


def _target(soc: float | None) -> str:
    return f", target {soc:.0f} %" if soc else ""


def _dess_holds(look: Look) -> str:
    return _dess(look, HOLD, "keeps the charge")


def _dess_no_charge(look: Look) -> str:
    return _dess(look, NO_CHARGE_STRATEGIES, "does not charge now")


def _dess_charges(look: Look) -> str:
    return _dess(look, CHARGE_STRATEGIES, "charges from the grid")


def _dess_no_feed_in(look: Look) -> str:
    active = look.number(look.site.system, "DynamicEss/Active")
    if active and look.number(look.site.system, "DynamicEss/AllowGridFeedIn") == 0:
        return "Dynamic ESS allows no feed-in in this slot."
    return ""


def _no_meter(look: Look) -> str:
    if look.number(look.site.snapshot.device("hub4"), "Alarms/NoGridMeter"):
        return "ESS misses its grid meter, and passes the grid through without it."
    return ""


def setpoint_w(look: Look) -> float | None:
    """What ESS keeps the grid at, W, + import; None without ESS."""
    if look.site.is_ess:
        return look.setting("CGwacs/AcPowerSetPoint")
    found = (look.number(unit, "Ess/AcPowerSetpoint") for unit in look.site.units)
    return next((watts for watts in found if watts is not None), None)


def _setpoint_kept(least_w: float) -> Says:
    """ESS keeps the grid at a set-point of so many W and more."""

    def says(look: Look) -> str:
        asked, grid = setpoint_w(look), look.figure("grid_power_w")
        if asked is None or grid is None or asked < least_w or grid > asked + max(NEAR_SETPOINT_W, 0.1 * asked):
            return ""
        return f"ESS keeps the grid at its set-point of {asked:.0f} W: so much is drawn before the battery gives any."

    return says


def _setpoint_sells(look: Look) -> str:
    asked, grid = setpoint_w(look), look.figure("grid_power_w")
    if asked is None or grid is None or asked > -SELLS_FROM_W or grid > -NEAR_SETPOINT_W:
        return ""
    return f"The grid set-point of ESS is {asked:.0f} W: it sells before it charges."


_SETTING = "Change it if it is not wanted: Settings, ESS."
EXTERNAL = CauseRule(
    "ess_external_control", "External control of ESS", _external, "See what controls it: Node-RED, a script."
)
KEPT = CauseRule("ess_keeps_charged", "A battery that ESS keeps charged", _keep_charged, _SETTING)
FLOOR = CauseRule(
    "soc_floor", "The minimum charge of ESS", _floor, "Lower the minimum if that is wanted: Settings, ESS."
)
RECHARGE = CauseRule("ess_recharge", "A recharge by ESS", _low_recharge)
SCHEDULE = CauseRule("scheduled_charge", "A scheduled charge", _schedule, "See the schedules: Settings, ESS.")
DESS_HOLDS = CauseRule("dynamic_ess_holds", "Dynamic ESS", _dess_holds)
DESS_NO_CHARGE = CauseRule("dynamic_ess_no_charge", "Dynamic ESS", _dess_no_charge)
DESS_CHARGES = CauseRule("dynamic_ess_charges", "Dynamic ESS", _dess_charges)
DESS_NO_FEED_IN = CauseRule("dynamic_ess_no_feed_in", "Dynamic ESS", _dess_no_feed_in)
NO_METER = CauseRule("no_grid_meter", "A missing grid meter", _no_meter, "Check the meter's cable and its role.")
SETPOINT_BUYS = CauseRule("grid_setpoint", "The grid set-point", _setpoint_kept(BUYS_FROM_W), _SETTING)
SETPOINT_KEPT = CauseRule("grid_setpoint", "The grid set-point", _setpoint_kept(1.0))
SETPOINT_SELLS = CauseRule("grid_setpoint_sells", "The grid set-point", _setpoint_sells, _SETTING)
