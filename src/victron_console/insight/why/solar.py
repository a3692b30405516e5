"""Causes that lie with the sun and what gathers it, and with the order in which loads, battery and grid get it."""

from __future__ import annotations

from datetime import UTC, datetime

from astral import Observer
from astral.sun import elevation

from victron_console.catalogue import catalogue
from victron_console.insight.overview.ac_side import rs_units
from victron_console.insight.overview.figures import last
from victron_console.insight.why.ess import is_ess
from victron_console.insight.why.look import Look, called
from victron_console.insight.why.rule import CauseRule
from victron_console.model.snapshot import DeviceState
from victron_console.model.station import ServiceState

LOW_SUN_DEG, HIGH_SUN_DEG = 6.0, 12.0
"""Below the one panels give next to nothing; above the other they give something under any sky (judgement)."""
OFF_MODE, HELD_BACK, TRACKING, THROTTLED = 4, 1, 2, 12
"""`/Mode`, then `/MppOperationMode`, then `pvinverter /StatusCode`."""
LITTLE_W = 30.0
"""What `system` takes for no charge at all (docs/facts/figures.md#system-service)."""
OWN_REASONS = {
    2: "its power switch is off", 4: "it is set to Off", 8: "its remote input keeps it off",
    16: "its protection acts", 64: "the BMS keeps it off", 512: "it is too cold",
}  # fmt: skip
"""`DeviceOffReason` by bits, without those that say that no sun or no battery is there."""
DRAWN_FROM_W, MOST_SHARE = 100.0, 0.5
"""A grid that ESS keeps at its set-point gives less than the one; half of what is drawn is why it is drawn."""
LOADS_TAKE_SHARE = 0.8
"""Loads that take so much of what the sun gives leave nothing after losses (judgement)."""
SOLAR = ("solarcharger",)
OTHERS = ("alternator", "charger", "dcsource", "fuelcell", "dcgenset")
"""Other sources of the DC bus: the wind, and what the owner starts or connects."""
COVERS_FROM_W = 5.0
"""Less than this is the own use of a source, and covers nothing (judgement)."""
OTHER_SOURCE_SHARE = 1.1
"""A battery that takes this much of what the sun gives is charged by something else too (judgement)."""
ERROR_WARNINGS = frozenset({0, 67})


def sun_deg(look: Look) -> float | None:
    """How high the sun stands over the horizon; None where the station's place is not known."""
    place = look.info.location
    if place.latitude is None or place.longitude is None:
        return None
    return elevation(Observer(place.latitude, place.longitude), datetime.fromtimestamp(look.site.snapshot.at, UTC))


def has_pv(look: Look) -> bool:
    """Whether the site has something that gathers sun."""
    units = rs_units(look.site.snapshot)
    return bool(look.site.snapshot.fitted("solarcharger", "pvinverter")) or any(_yields(unit) for unit in units)


def _yields(unit: DeviceState) -> bool:
    return last(unit, "Yield/Power") is not None and (last(unit, "NrOfTrackers") or 0) > 0


def _trackers(look: Look) -> list[DeviceState]:
    """What turns sun into DC."""
    return [*look.of_class(*SOLAR), *(unit for unit in rs_units(look.site.snapshot) if _yields(unit))]


def _charger_gone(look: Look) -> str:
    gone = [device for device in look.site.snapshot.missed(*SOLAR) if device.state is ServiceState.GONE]
    for device in gone:
        look.number(device, "Yield/Power")
        return f"The solar charger {called(device)} is gone from the bus: whether it charges nobody knows."
    return ""


def _charger_error(look: Look) -> str:
    for device in look.of_class(*SOLAR):
        code = look.number(device, "ErrorCode")
        if code and code not in ERROR_WARNINGS and not (look.number(device, "Yield/Power") or 0) > LITTLE_W:
            words = catalogue().enums["charger_error"].text(code)
            return f"{called(device)} reports error {code:.0f}, {words}, and gives nothing."
    return ""


def _charger_off(look: Look) -> str:
    for device in look.of_class(*SOLAR):
        if (look.number(device, "Yield/Power") or 0) > LITTLE_W:
            continue
        if look.number(device, "Mode") == OFF_MODE:
            return f"{called(device)} is switched off."
        bits = int(look.number(device, "DeviceOffReason") or 0)
        if words := [text for bit, text in OWN_REASONS.items() if bits & bit]:
            return f"{called(device)} is off: {' and '.join(words)}."
    return ""


def _no_sun(look: Look) -> str:
    if not has_pv(look):
        return ""
    pv_w, sun = look.figure("pv_power_w"), sun_deg(look)
    if pv_w is not None and pv_w > LITTLE_W:
        return ""
    note = _from_sun_alone(look)
    if sun is not None:
        return f"There is no sun: it stands {_height(sun)}.{note}" if sun < LOW_SUN_DEG else ""
    volts = [value for device in _trackers(look) if (value := look.number(device, "Pv/V")) is not None]
    battery = look.figure("battery_voltage_v")
    if volts and battery and all(value < battery for value in volts):
        return f"No sun comes in: the panels have {max(volts):.0f} V, as by night or cut off.{note}"
    return ""


def _height(sun: float) -> str:
    return f"{-sun:.0f}° below the horizon" if sun < -0.5 else f"only {max(sun, 0):.0f}° high"


def _from_sun_alone(look: Look) -> str:
    if not is_ess(Look(look.scene)):  # that a site has no ESS is no part of the sentence
        return ""
    is_ess(look)
    return " ESS charges from the grid only below its minimum, by schedule or by Dynamic ESS."


def _no_yield(look: Look) -> str:
    """By day panels have no voltage, or have one and give next to nothing."""
    if not has_pv(look):
        return ""
    pv_w, sun = look.figure("pv_power_w"), sun_deg(look)
    if sun is None or sun < HIGH_SUN_DEG or pv_w is None or pv_w > LITTLE_W:
        return ""
    dead = [device for device in _trackers(look) if (look.number(device, "Yield/Power") or 0) <= LITTLE_W]
    volts = [look.number(device, "Pv/V") for device in dead]
    battery = look.figure("battery_voltage_v")
    if not dead or battery is None or any(value is None for value in volts):
        return ""
    if all(value is not None and value < battery for value in volts):
        return f"The sun is {sun:.0f}° high, but no voltage comes from the panels: breaker, fuse, plug or snow."
    if any(look.number(device, "MppOperationMode") != TRACKING for device in dead):
        return ""
    return f"The sun is {sun:.0f}° high, but the panels give {pv_w:.0f} W: thick cloud, snow, dirt or shade."


def drawn_w(look: Look) -> float | None:
    """What AC and DC loads take, W; None where neither is measured, or one that is is old or doubtful."""
    ac, dc = look.figure("load_power_w"), look.figure("dc_load_power_w")
    if look.old.keys() & {"load_power_w", "dc_load_power_w"}:
        return None
    return None if ac is None and dc is None else (ac or 0.0) + max(0.0, dc or 0.0)


def is_held_back(look: Look) -> bool:
    """Whether something that gathers sun gives less than it could, so that it is not the loads that leave nothing."""
    held = any(look.number(device, "MppOperationMode") == HELD_BACK for device in _trackers(look))
    return held or any(look.number(each, "StatusCode") == THROTTLED for each in look.of_class("pvinverter"))


def _loads_first(look: Look) -> str:
    pv_w, grid, taken = look.figure("pv_power_w"), look.figure("grid_power_w"), drawn_w(look)
    if pv_w is None or pv_w <= LITTLE_W or taken is None or (grid is not None and grid < -LITTLE_W):
        return ""
    if taken < LOADS_TAKE_SHARE * pv_w or is_held_back(look):
        return ""
    if taken > pv_w:
        return f"The loads take all that the sun gives, and come first: they draw {taken:.0f} W, it gives {pv_w:.0f} W."
    return f"The loads take what the sun gives: {taken:.0f} W of {pv_w:.0f} W, and come first."


def _sun_covers(look: Look) -> str:
    pv_w, taken = look.figure("pv_power_w"), drawn_w(look)
    if pv_w is None or taken is None or pv_w <= LITTLE_W or pv_w < LOADS_TAKE_SHARE * taken:
        return ""
    return f"The sun covers the loads: {pv_w:.0f} W against {taken:.0f} W."


def _source_covers(look: Look) -> str:
    """A charger, an alternator or the wind gives what is drawn."""
    for device in look.of_class(*OTHERS):
        watts, taken = look.dc_power_w(device), drawn_w(look)
        if watts is not None and taken is not None and watts > COVERS_FROM_W and watts >= LOADS_TAKE_SHARE * taken:
            return f"{called(device)} gives {watts:.0f} W and covers what is drawn."
    return ""


def _battery_first(look: Look) -> str:
    battery, pv_w = look.figure("battery_power_w"), look.figure("pv_power_w")
    if battery is None or pv_w is None or battery <= LITTLE_W or pv_w <= LITTLE_W or is_held_back(look):
        return ""
    if battery > OTHER_SOURCE_SHARE * pv_w:
        return ""  # something else charges it too
    if (look.figure("grid_power_w") or 0.0) > DRAWN_FROM_W:
        return ""  # what is drawn from the grid beside it is no surplus
    return f"The battery takes the surplus first: {battery:.0f} W of {pv_w:.0f} W."


def _grid_charges(look: Look) -> str:
    """The battery takes from the grid what the sun does not give."""
    battery, grid, pv_w = look.figure("battery_power_w"), look.figure("grid_power_w"), look.figure("pv_power_w")
    if battery is None or grid is None or battery <= LITTLE_W or "pv_power_w" in look.old:
        return ""
    if battery <= OTHER_SOURCE_SHARE * (pv_w or 0.0):
        return ""
    if battery < MOST_SHARE * grid:
        return ""
    return f"The battery is charged from it with {battery:.0f} W."


def _surplus(look: Look) -> str:
    battery = look.figure("battery_power_w")
    if battery is None or battery <= LITTLE_W:
        return ""
    return f"More comes in than is drawn: {battery:.0f} W of it charge the battery."


def _nothing_drawn(look: Look) -> str:
    taken = drawn_w(look)
    if taken is None or taken > LITTLE_W:
        return ""
    return f"Next to nothing is drawn: the loads take {taken:.0f} W."


CHARGER_GONE = CauseRule(
    "solar_charger_gone", "A solar charger that left", _charger_gone, "Check its cable and its supply."
)
CHARGER_ERROR = CauseRule(
    "solar_charger_error", "An error of a solar charger", _charger_error, "See the error in its manual."
)
CHARGER_OFF = CauseRule(
    "solar_charger_off", "A solar charger that is off", _charger_off, "Switch it on, or see what keeps it off."
)
NO_SUN = CauseRule("no_sun", "The sun", _no_sun)
NO_YIELD = CauseRule(
    "pv_no_power", "Panels that give nothing by day", _no_yield, "Check PV breaker, fuse and plugs; look for snow."
)
LOADS_FIRST = CauseRule("loads_first", "Loads that come first", _loads_first)
SUN_COVERS = CauseRule("sun_covers_loads", "Sun that covers the loads", _sun_covers)
BATTERY_FIRST = CauseRule("battery_first", "A battery that takes the surplus", _battery_first)
NOTHING_DRAWN = CauseRule("nothing_drawn", "The loads", _nothing_drawn)
SOURCE_COVERS = CauseRule("source_covers_loads", "Another source that covers the loads", _source_covers)
GRID_CHARGES = CauseRule("grid_charges_battery", "A charge from the grid", _grid_charges)
SURPLUS = CauseRule("surplus", "A surplus", _surplus)
