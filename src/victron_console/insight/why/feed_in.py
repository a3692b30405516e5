"""Causes that keep a site from feeding into the grid: what its settings allow, what the grid is like."""

from __future__ import annotations

from victron_console.insight.why.ac_input import HIGH_HZ_OVER, HIGH_VOLTAGE_SHARE, connected_type, mains_wired
from victron_console.insight.why.ess import is_ess
from victron_console.insight.why.look import Look, called
from victron_console.insight.why.rule import CauseRule
from victron_console.insight.why.solar import has_pv
from victron_console.model.mains import nominal_frequency, nominal_voltage


def _no_grid(look: Look) -> str:
    source = connected_type(look)
    if look.site.units and not mains_wired(look) and source == "" and not look.has_figure("grid_power_w"):
        look.number(look.site.settings, "Settings/SystemSetup/AcInput1")
        return "The site has no grid to feed into."
    if source == "genset":
        return "A generator feeds the site: nothing is fed into it."
    return ""


def _no_pv(look: Look) -> str:
    if has_pv(look) or look.has_figure("pv_power_w"):
        return ""
    return "No PV is known at this site: there is nothing to feed in."


def _no_ess(look: Look) -> str:
    if not look.site.units or is_ess(look) is not False:
        return ""
    return "Without ESS the inverter/charger feeds nothing into the grid."


def _switched_off(look: Look) -> str:
    if not is_ess(look):
        return ""
    if look.setting("CGwacs/MaxFeedInPower") == 0:
        return "The most that ESS may feed in is set to 0 W."
    dc, ac = has_dc_pv(look), bool(look.site.snapshot.fitted("pvinverter"))
    dc_off = dc and look.setting("CGwacs/OvervoltageFeedIn") == 0
    ac_off = ac and look.setting("CGwacs/PreventFeedback") == 1
    if dc_off and (ac_off or not ac):
        return "Feeding in what the solar chargers have too much is switched off."
    if ac_off and not dc:
        return "Feeding in what the PV inverters have too much is switched off."
    return ""


def has_dc_pv(look: Look) -> bool:
    """Whether PV comes in on the DC side."""
    return bool(look.site.snapshot.fitted("solarcharger")) or (has_pv(look) and not look.of_class("pvinverter"))


def _forbidden(look: Look) -> str:
    for unit in look.site.units:
        if look.number(unit, "Hub4/DisableFeedIn") == 1 or look.number(unit, "Ess/DisableFeedIn") == 1:
            return f"ESS forbids {called(unit)} to feed in."
    return ""


def _grid_code(look: Look) -> str:
    for unit in look.site.units:
        if is_ess(look) and look.number(unit, "Settings/GridCode") == 0:
            return f"{called(unit)} has no grid code: without one it feeds nothing in."
    return ""


def _grid_high(look: Look) -> str:
    for unit in look.site.units:
        hertz = max(look.phases(unit, "Ac/ActiveIn/{phase}/F").values(), default=0.0)
        volts = max(look.phases(unit, "Ac/ActiveIn/{phase}/V").values(), default=0.0)
        if not hertz or not volts:
            continue
        nominal_hz = nominal_frequency(hertz)
        nominal_v = look.info.grid.nominal_voltage_v or nominal_voltage(volts, nominal_hz, look.info.location.timezone)
        if hertz > nominal_hz + HIGH_HZ_OVER:
            above = f"inverters feed in less above {nominal_hz + HIGH_HZ_OVER:.1f} Hz"
            return f"The grid's frequency is high, {hertz:.2f} Hz: {above}."
        if nominal_v is not None and volts > HIGH_VOLTAGE_SHARE * nominal_v:
            return f"The grid's voltage is high, {volts:.0f} V: inverters feed in less near {1.1 * nominal_v:.0f} V."
    return ""


NO_GRID = CauseRule("no_grid", "A grid to feed into", _no_grid)
NO_PV = CauseRule("no_pv", "PV to feed in", _no_pv)
NO_ESS_FEED_IN = CauseRule("no_ess", "A site without ESS", _no_ess)
SWITCHED_OFF = CauseRule(
    "feed_in_off", "Feed-in that is switched off", _switched_off, "Allow it if the utility does: Settings, ESS."
)
FORBIDDEN = CauseRule("ess_forbids_feed_in", "Feed-in forbidden by ESS", _forbidden)
GRID_CODE = CauseRule("no_grid_code", "The grid code", _grid_code, "Set the country's grid code with VEConfigure.")
GRID_HIGH = CauseRule(
    "grid_too_high", "The grid's voltage and frequency", _grid_high, "Report it to the utility with the chart."
)
