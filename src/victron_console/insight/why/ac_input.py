"""Causes that lie with the AC side: the mains and inputs, the inverter/charger's switch, faults and limits, feed-in."""

from __future__ import annotations

from victron_console.insight.overview.ac_side import WiredInput, ac_inputs, input_power_w, inverter_gone, runs_alone
from victron_console.insight.why.ess import forbids_charge, is_ess
from victron_console.insight.why.look import Look, called
from victron_console.insight.why.rule import CauseRule, Says
from victron_console.model.snapshot import PHASES, DeviceState

CHARGER_ONLY, INVERTER_ONLY, ON, OFF = 1, 2, 3, 4
"""`/Mode` of an inverter/charger."""
FAULT = 2
LIVE_V = 20.0
"""What a dead line shows on a meter is less (judgement)."""
AT_LIMIT_SHARE = 0.93
"""An input this near to its current limit is at it: limits act on what is measured by the second (judgement)."""
RUNS_W = 50.0
"""What a generator that runs gives at least (judgement)."""
HIGH_VOLTAGE_SHARE = 1.09
"""Inverters feed in less where the grid's voltage nears the 110 % that EN 50160 allows."""
HIGH_HZ_OVER = 0.2
"""Above 50.2 Hz inverters feed in less (EN 50549-1, limited frequency sensitive mode)."""


def mains_wired(look: Look) -> list[WiredInput]:
    """The inputs that a grid or the shore is wired to."""
    return [each for each in ac_inputs(look.site.snapshot) if each.type != "genset"]


def connected_type(look: Look) -> str | None:
    """`grid`, `shore` or `genset`: what feeds the AC side now; empty where nothing does, None where it is not known."""
    evidence = Look(look.scene)
    for path in ("Ac/ActiveIn/Source", "Ac/In/0/Connected", "Ac/In/1/Connected"):
        evidence.number(look.site.system, path)
    for unit in look.site.units:
        evidence.number(unit, "Ac/ActiveIn/ActiveInput")
    look.seen.update(evidence.seen)
    look.old.update(evidence.old)
    if evidence.old or not all(map(look.is_fresh, look.site.units)):
        return None
    if runs_alone(look.site.snapshot):
        return ""
    return next((each.type for each in ac_inputs(look.site.snapshot) if each.connected), "")


def _unit_gone(look: Look) -> str:
    if inverter_gone(look.site.snapshot):
        unit = look.site.units[0]
        look.number(unit, "State")
        return f"{called(unit)} is gone from the bus: whether it works nobody knows."
    return ""


def _fault(look: Look) -> str:
    for unit in look.site.units:
        if look.number(unit, "State") == FAULT:
            return f"{called(unit)} is in fault."
        code = look.number(unit, "VebusError") or look.number(unit, "ErrorCode")
        if code:
            fact = next(
                fact
                for source, fact in look.seen.items()
                if source.endswith(("VebusError", "ErrorCode")) and fact.value
            )
            return f"{called(unit)} reports an error: {fact.words}."
    return ""


def _mode(look: Look, modes: dict[int, str]) -> str:
    for unit in look.site.units:
        if unit.key.cls == "inverter":
            continue
        mode = look.number(unit, "Mode")
        if mode in modes:
            return f"{called(unit)} is switched to {modes[int(mode or 0)]}."
    return ""


def charges_from_ac(look: Look) -> bool:
    """Whether its AC side is what charges this site: ESS takes the sun alone, and AC only where PV comes in there."""
    if is_ess(look):
        return (look.figure("pv_ac_power_w") or 0) > 0
    return bool(look.site.units) and bool(ac_inputs(look.site.snapshot))


def _no_charge_mode(look: Look) -> str:
    return _mode(look, {INVERTER_ONLY: "Inverter only", OFF: "Off"})


def _no_inverter_mode(look: Look) -> str:
    return _mode(look, {CHARGER_ONLY: "Charger only", OFF: "Off"})


def _ignored(look: Look) -> str:
    for unit in look.site.units:
        for number in (1, 2):
            if look.number(unit, f"Ac/State/IgnoreAcIn{number}") == 1:
                return f"{called(unit)} ignores AC input {number}: an assistant, the GX or a tariff keeps it off."
    return ""


def _not_connected(kind: str) -> Says:
    """The grid or the shore is wired and not connected."""

    def says(look: Look) -> str:
        wired = mains_wired(look)
        if not wired or wired[0].type != kind or inverter_gone(look.site.snapshot) or connected_type(look) != "":
            return ""
        if kind == "shore":
            return "Shore power is not connected."
        meters = look.of_class("grid")
        volts = [value for meter in meters for value in look.phases(meter, "Ac/{phase}/Voltage").values()]
        if any(value > LIVE_V for value in volts):
            told = " and ".join(f"{value:.0f} V" for value in volts)
            return f"The grid has {told}, but the inverter does not connect to it."
        return "The grid is not connected: the inverter runs alone."

    return says


def _no_ac_charge(says: Says) -> Says:
    """A cause on the AC side, where that is what charges the site."""

    def told(look: Look) -> str:
        return says(look) if charges_from_ac(Look(look.scene)) else ""

    return told


def _input_limit(look: Look) -> str:
    """Whether the loads take all that the input's current limit lets in."""
    for unit in look.site.units:
        for phase, limit, amperes in _input_currents(look, unit):
            if limit > 0 and amperes >= AT_LIMIT_SHARE * limit and (input_power_w(unit) or 0) > 0:
                return f"The AC input is at its current limit, {amperes:.1f} of {limit:.1f} A on {phase}."
    return ""


def _input_currents(look: Look, unit: DeviceState) -> list[tuple[str, float, float]]:
    limit = look.number(unit, "Ac/ActiveIn/CurrentLimit")
    if limit is None:
        active = look.number(unit, "Ac/ActiveIn/ActiveInput")
        limit = look.number(unit, f"Ac/In/{int(active) + 1 if active in (0, 1) else 1}/CurrentLimit")
    if limit is None:
        return []
    found = []
    for phase in PHASES:
        amperes = look.number(unit, f"Ac/ActiveIn/{phase}/I")
        amperes = look.number(unit, f"Ac/In/1/{phase}/I") if amperes is None else amperes
        if amperes is not None:
            found.append((phase, limit, amperes))
    return found


def _charger_zero(look: Look) -> str:
    for unit in look.site.units:
        for path in ("Dc/0/MaxChargeCurrent", "Settings/ChargeCurrentLimit"):
            if look.number(unit, path) == 0:
                return f"The charge current of {called(unit)} is set to 0 A."
    return ""


def _inverter_limit(look: Look) -> str:
    """Whether the inverter gives all it can."""
    for unit in look.site.units:
        nominal = look.number(unit, "Ac/Out/NominalInverterPower")
        dc_w = look.number(unit, "Dc/0/Power")
        if nominal and dc_w is not None and -dc_w >= AT_LIMIT_SHARE * nominal:
            return f"{called(unit)} gives all it can: {-dc_w:.0f} W from the battery, built for {nominal:.0f} W."
    return ""


def _no_ess(look: Look) -> str:
    source = connected_type(look)
    if not source or not look.site.units or is_ess(look) is not False:
        return ""
    names = {"grid": "the grid", "shore": "the shore", "genset": "the generator"}
    return f"Without ESS {names[source]} carries the loads while it is connected: the battery is held for an outage."


def _on_generator(look: Look) -> str:
    running = (look.figure("genset_power_w") or 0) > RUNS_W and "ac_input" not in look.site.shown.flags
    if running and connected_type(look) == "genset" and is_ess(look):
        return "The generator runs: while it does, ESS charges and does not discharge."
    return ""


def _phases_alone(look: Look) -> str:
    """ESS that controls each phase alone buys on one what it sells on another."""
    if not look.site.is_ess or look.setting("CGwacs/Hub4Mode") != 2:
        return ""
    phases = look.phases(look.site.system, "Ac/Grid/{phase}/Power")
    if len(phases) > 1 and max(phases.values()) > 100 and min(phases.values()) < -100:
        told = ", ".join(f"{phase} {watts:.0f} W" for phase, watts in phases.items())
        return f"ESS controls each phase alone and buys on one what it sells on another: {told}."
    return ""


CHECK_AC = "Check the supply, its breaker and the voltage at the input."
GONE = CauseRule(
    "inverter_gone", "An inverter that left the bus", _unit_gone, "Check its supply and its cable to the GX."
)
UNIT_FAULT = CauseRule(
    "inverter_fault", "A fault of the inverter/charger", _fault, "See the error in its manual; switch it off and on."
)
NO_CHARGE_MODE = CauseRule(
    "switch_no_charge", "The switch of the inverter/charger", _no_ac_charge(_no_charge_mode), "Switch it to On."
)
NO_INVERTER_MODE = CauseRule(
    "switch_no_inverter", "The switch of the inverter/charger", _no_inverter_mode, "Switch it to On."
)
FORBIDDEN = CauseRule("ess_forbids_charge", "A charge forbidden by ESS", _no_ac_charge(forbids_charge))
IGNORED = CauseRule(
    "ac_input_ignored", "An AC input that is ignored", _no_ac_charge(_ignored), "See its assistants and settings."
)
ALL_IGNORED = CauseRule("ac_input_ignored", "An AC input that is ignored", _ignored, "See its assistants and settings.")
MAINS_LOST = CauseRule("mains_lost", "The grid", _not_connected("grid"), CHECK_AC)
NO_MAINS_CHARGE = CauseRule("mains_lost", "The grid", _no_ac_charge(_not_connected("grid")), CHECK_AC)
NO_SHORE_CHARGE = CauseRule("shore_not_connected", "The shore", _no_ac_charge(_not_connected("shore")))
INPUT_LIMIT = CauseRule(
    "ac_input_limit", "The AC input's current limit", _no_ac_charge(_input_limit),
    "Raise the limit if the breaker allows it, or cut loads.",
)  # fmt: skip
CHARGER_ZERO = CauseRule(
    "charger_current_zero", "The charger's current", _no_ac_charge(_charger_zero),
    "Raise it with VEConfigure or VictronConnect.",
)  # fmt: skip
INVERTER_LIMIT = CauseRule("inverter_limit", "The inverter's power", _inverter_limit)
NO_ESS = CauseRule("no_ess", "A site without ESS", _no_ess)
ON_GENERATOR = CauseRule("generator_runs", "A generator at the input", _on_generator)
PHASES_ALONE = CauseRule("phases_alone", "Phases that are controlled alone", _phases_alone)
