"""Checks of the power wiring: AC-input types, meters, PV and EV positions, the balance."""

from __future__ import annotations

from victron_console.insight.audit.finding import Finding, Outcome, Site
from victron_console.insight.flow.site_flow import ev_contradiction
from victron_console.insight.overview import ac_side
from victron_console.insight.overview.balance import BALANCED, BalanceVerdict, unmeasured
from victron_console.insight.overview.balance import balance as sides_of
from victron_console.insight.overview.doubts import backwards, contradicted_input, meter_contradiction
from victron_console.insight.overview.figures import last, phase_values

DISAGREE_SHARE, DISAGREE_W = 0.1, 200.0
"""Meter and inverter are read at different moments: less than this is no contradiction."""

_INPUT_OF_POSITION = {0: 1, 2: 2}
"""`pvinverter /Position` of the AC inputs, by input number; 1 is the output."""


def ac_inputs(site: Site) -> Finding | None:
    """Whether the types of the AC inputs fit what is connected to them."""
    if not site.units:
        return None
    if wrong := contradicted_input(site.snapshot):
        change = "Set the AC input to Grid or Shore (Settings, System setup, AC input), or take the meter's role back."
        return Finding("ac-inputs", Outcome.FAIL, wrong, change)
    active = last(site.units[0], "Ac/ActiveIn/ActiveInput")
    wired = ac_side.ac_inputs(site.snapshot)
    connected = active in (0, 1) and last(site.units[0], "Ac/ActiveIn/Connected") == 1
    if connected and not any(each.connected for each in wired) and site.settings is not None:
        words = f"AC input {int(active or 0) + 1} has voltage but is set to Not used."
        return Finding("ac-inputs", Outcome.FAIL, words, "Set what is connected to it: Grid, Shore or Generator.")
    if not wired and site.settings is None:
        return Finding("ac-inputs", Outcome.UNKNOWN, "The settings of the AC inputs are not known.")
    words = ", ".join(f"AC input {each.number}: {each.type}" for each in wired) or "No AC input is used"
    return Finding("ac-inputs", Outcome.PASS, f"{words}.")


def grid_meter(site: Site) -> Finding | None:
    """Whether the grid meter agrees with itself, and ESS has the one it expects."""
    if last(site.snapshot.device("hub4"), "Alarms/NoGridMeter"):
        change = "Connect the meter, or set ESS to run without one (Settings, ESS, Grid metering)."
        return Finding("grid-meter", Outcome.FAIL, "ESS expects a grid meter and finds none.", change)
    meters = site.snapshot.of_class("grid")
    if not meters:
        return None
    for meter in meters:
        if wrong := meter_contradiction(meter):
            change = (
                "Check the meter's system type (1, 2 or 3 phases), the phase order and the direction of its clamps."
            )
            return Finding("grid-meter", Outcome.FAIL, wrong, change)
    if len(meters) > 1:
        names = " and ".join(meter.name for meter in meters)
        change = "Give the others their role: PV inverter, generator or AC load."
        return Finding("grid-meter", Outcome.WARN, f"{len(meters)} meters have the role grid: {names}.", change)
    return Finding("grid-meter", Outcome.PASS, f"{meters[0].name}: total and phases agree.")


def meter_agrees_with_inverter(site: Site) -> Finding | None:
    """Whether grid and PV bring each phase at least what the inverter takes there: loads cannot be negative."""
    if not site.snapshot.of_class("grid") or len(site.units) != 1:
        return None
    taken = phase_values(site.units[0], "Ac/ActiveIn/{phase}/P")
    grid = phase_values(site.system, "Ac/Grid/{phase}/Power")
    pv = [phase_values(site.system, f"Ac/{place}/{{phase}}/Power") for place in ("PvOnGrid", "PvOnGenset")]
    wrong = []
    for phase, inverter_w in taken.items():
        if phase not in grid:
            continue
        brought_w = grid[phase] + sum(each.get(phase, 0.0) for each in pv)
        margin_w = DISAGREE_W + DISAGREE_SHARE * max(abs(inverter_w), abs(brought_w))
        if brought_w - inverter_w < -margin_w:
            wrong.append(f"{phase}: grid and PV bring {brought_w:.0f} W, the inverter takes {inverter_w:.0f} W")
    if not wrong:
        return Finding("meter-phases", Outcome.PASS, "The meter's phases and signs agree with the inverter's.")
    change = "Check the meter's phases and the direction of its clamps against the inverter, phase by phase."
    return Finding("meter-phases", Outcome.WARN, f"{'; '.join(wrong)}.", change)


def pv_position(site: Site) -> Finding | None:
    """Whether PV inverters stand on a side that exists."""
    inverters = site.snapshot.of_class("pvinverter")
    if not inverters:
        return None
    used = {wired.number for wired in ac_side.ac_inputs(site.snapshot)}
    for inverter in inverters:
        position = last(inverter, "Position")
        if position is None:
            return Finding("pv-position", Outcome.UNKNOWN, f"{inverter.name} does not say where it is wired.")
        number = _INPUT_OF_POSITION.get(int(position))
        if number is not None and number not in used and site.units:
            words = f"{inverter.name} stands on AC input {number}, which is not used."
            return Finding("pv-position", Outcome.FAIL, words, "Set its position to the side that it feeds.")
        if number is None and not site.units:
            words = f"{inverter.name} stands on the AC output, but there is no inverter."
            return Finding("pv-position", Outcome.FAIL, words, "Set its position to the AC input.")
    return Finding("pv-position", Outcome.PASS, "The PV inverters stand on sides that are used.")


def ev_position(site: Site) -> Finding | None:
    """Whether EV chargers draw on the side they name."""
    chargers = site.snapshot.of_class("evcharger")
    wrong = next((words for each in chargers if (words := ev_contradiction(site.snapshot, each))), "")
    if wrong:
        return Finding("ev-position", Outcome.WARN, wrong, "Set the charger's position to the side it is wired to.")
    if not chargers:
        return None
    return Finding("ev-position", Outcome.PASS, "The EV chargers draw where they say they stand.")


def balance(site: Site) -> Finding | None:
    """Whether what comes in can be what goes out."""
    if "dc_load_power_w" in site.shown.flags:
        change = "Meter it with a shunt set to its kind of source, or connect it through a device that reports it."
        return Finding("balance", Outcome.WARN, site.shown.flags["dc_load_power_w"], change)
    if "balance" in site.shown.flags:
        change = "Switch one large load and see which figure follows; repeat for each phase and source."
        return Finding("balance", Outcome.WARN, site.shown.flags["balance"], change)
    if all(getattr(site.shown, name) is None for name in BALANCED):
        return None
    if missing := unmeasured(site.shown):
        words = f"What comes in and what goes out could not be compared: nothing measures {missing}."
        return Finding("balance", Outcome.UNKNOWN, words)
    if site.shown.imbalance_w is None:
        words = "What comes in and what goes out could not be compared yet: it takes a minute of figures."
        return Finding("balance", Outcome.UNKNOWN, words)
    if sides_of(site.shown).verdict is BalanceVerdict.IDLE:
        words = "What comes in and what goes out could not be compared: nothing flows."
        return Finding("balance", Outcome.UNKNOWN, words)
    return Finding("balance", Outcome.PASS, "What comes in and what goes out agree.")


def pv_direction(site: Site) -> Finding | None:
    """Whether the meters of PV count in the right direction."""
    meters = site.snapshot.of_class("pvinverter", "solarcharger")
    wrong = next((words for meter in meters if (words := backwards(meter))), "")
    if not wrong:
        return None
    return Finding("pv-direction", Outcome.FAIL, wrong, "Turn its clamp round, or swap its phases to the right order.")
