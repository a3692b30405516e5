"""Causes that lie with the BMS: it is lost or off, or lets nothing in or out, and why."""

from __future__ import annotations

import re
from collections.abc import Callable

from victron_console.insight.overview.battery_bank import NOT_RUNNING, limits_conflict
from victron_console.insight.why.look import Look, called
from victron_console.insight.why.rule import CauseRule, Says
from victron_console.model.snapshot import DeviceState
from victron_console.model.station import ServiceState

COLD_C, HOT_C = 5.0, 45.0
"""Lithium cells are not charged below 0 to 5 °C nor above 45 °C (usual data sheets of LiFePO4 cells)."""
FULL_PERCENT, EMPTY_PERCENT = 98.0, 10.0
"""Where a BMS that blocks does so because the battery is full or empty (judgement)."""
CELL_HIGH_V, CELL_LOW_V = 3.55, 2.9
"""Where a cell of LiFePO4 stands at the end of its curve: at rest it is between 3.0 and 3.4 V."""
BMS_LOST_CODE = 67
"""Error of inverters and chargers that miss their BMS (Victron, charger errors)."""
OFF_MODE = 4


def _bms_lost(look: Look) -> str:
    for unit in look.site.units:
        if look.number(unit, "Alarms/BmsConnectionLost"):
            return f"{called(unit)} has lost its BMS, and stops without it."
    for device in (*look.of_class("solarcharger", "charger", "multi", "inverter"),):
        if look.number(device, "ErrorCode") == BMS_LOST_CODE:
            return f"{called(device)} has lost its BMS (error 67), and stops without it."
    bms = look.site.battery.bms
    if bms is not None and bms.state is ServiceState.GONE and not bms.accepted:
        return f"The BMS {called(bms)} is gone from the bus: nobody gives limits any more."
    if bms is not None:
        look.number(bms, "Info/MaxChargeCurrent")
    return ""


def _bms_off(look: Look) -> str:
    bms = look.site.battery.bms
    if bms is None:
        return ""
    state = look.number(bms, "State")
    if state in NOT_RUNNING:
        return f"The battery {called(bms)} does not run: {_words(look, bms, 'State')}."
    if look.number(bms, "SystemSwitch") == 0:
        return f"The battery {called(bms)} is switched off at its own switch."
    if look.number(bms, "Mode") == OFF_MODE:
        return f"The battery {called(bms)} is set to Off."
    return ""


def _words(look: Look, device: DeviceState, path: str) -> str:
    fact = look.seen.get(device.key.series(path))
    return fact.words if fact is not None else ""


def blocked(look: Look, way: str) -> str:
    """Which value says that the BMS lets nothing in this way, `Charge` or `Discharge`; empty where it lets."""
    bms, system = look.site.battery.bms, look.site.system
    if limits_conflict(bms):
        return ""
    limit = look.number(bms, f"Info/Max{way}Current")
    allowed = look.number(bms, f"Io/AllowTo{way}")
    expected = any(look.number(unit, "Bms/BmsExpected") == 1 for unit in look.site.units)
    by_vebus = expected and any(look.number(unit, f"Bms/AllowTo{way}") == 0 for unit in look.site.units)
    if limit is not None and limit <= 0:
        return f"it allows 0 A of {way.lower()}"
    if allowed == 0 or by_vebus:
        return f"it does not allow to {way.lower()}"
    if bms is not None and look.number(system, f"SystemState/{way}Disabled") == 1:
        return f"{way.lower()} is disabled by it"
    return ""


Reason = Callable[[Look], str]


def _blocks(way: str, reason: Reason) -> Says:
    """The BMS blocks a way, and this is why: the first reason of `_REASONS` that holds."""

    def says(look: Look) -> str:
        if not (told := blocked(look, way)):
            return ""
        why = next(((each, text) for each in _REASONS[way] if (text := each(look))), None)
        if why is None or why[0] is not reason:
            return ""
        return f"The BMS blocks the {way.lower()}, {told}: {why[1]}."

    return says


def _cold(look: Look) -> str:
    lowest = min(_temperatures(look, "MinCellTemperature"), default=None)
    return f"it is cold, {lowest:.0f} °C" if lowest is not None and lowest <= COLD_C else ""


def _hot(look: Look) -> str:
    highest = max(_temperatures(look, "MaxCellTemperature"), default=None)
    return f"it is hot, {highest:.0f} °C" if highest is not None and highest >= HOT_C else ""


def _temperatures(look: Look, extreme: str) -> list[float]:
    found = []
    for device in look.site.battery.devices:
        for path in (f"System/{extreme}", "Dc/0/Temperature"):
            if (value := look.temperature_c(device, path)) is not None:
                found.append(value)
                break
    return found


def _cell_high(look: Look) -> str:
    packs = look.site.battery.devices
    if any(look.number(pack, "Alarms/HighCellVoltage") for pack in packs):
        return f"a cell is too high{_cell_words(look, 'Max')}"
    if not _full(look) and (_extreme(look, "Max") or 0.0) >= CELL_HIGH_V:
        return f"a cell is at its upper end{_cell_words(look, 'Max')}"
    return ""


def _cell_low(look: Look) -> str:
    packs = look.site.battery.devices
    if any(look.number(pack, "Alarms/LowCellVoltage") for pack in packs):
        return f"a cell is too low{_cell_words(look, 'Min')}"
    lowest = _extreme(look, "Min")
    if lowest is not None and lowest <= CELL_LOW_V and not _empty(look):
        return f"a cell is at its lower end{_cell_words(look, 'Min')}"
    return ""


def _extreme(look: Look, which: str) -> float | None:
    found = [look.number(pack, f"System/{which}CellVoltage") for pack in look.site.battery.devices]
    known = [value for value in found if value]
    return (max if which == "Max" else min)(known) if known else None


def _cell_words(look: Look, which: str) -> str:
    value = _extreme(look, which)
    return f", {value:.3f} V" if value is not None else ""


def _full(look: Look) -> str:
    soc = look.figure("soc_percent")
    return f"it is full, {soc:.0f} %" if soc is not None and soc >= FULL_PERCENT else ""


def _empty(look: Look) -> str:
    soc = look.figure("soc_percent")
    return f"it is empty, {soc:.0f} %" if soc is not None and soc <= EMPTY_PERCENT else ""


def _alarmed(way: str) -> Reason:
    """An alarm of the battery itself that may be why it blocks a way."""

    def told(look: Look) -> str:
        for pack in look.site.battery.devices:
            paths = [path for path in sorted(pack.readings) if _ALARMS_OF_WAY[way].fullmatch(path)]
            for path in paths:
                if look.number(pack, path):
                    return f"its own alarm {look.seen[pack.key.series(path)].name} stands"
            if look.number(pack, "ErrorCode"):
                return f"it reports an error, {_words(look, pack, 'ErrorCode')}"
        return ""

    return told


_EITHER = "InternalFailure|BmsCable|Contactor|FuseBlown|CellImbalance|HighInternalTemperature|HighTemperature"
_ALARMS_OF_WAY = {
    "Charge": re.compile(f"Alarms/({_EITHER}|LowTemperature|\\w*ChargeTemperature|High\\w*Voltage|HighChargeCurrent)"),
    "Discharge": re.compile(f"Alarms/({_EITHER}|Low\\w*Voltage|HighDischargeCurrent|HighCurrent)"),
}
"""That it blocks is an alarm too, and no reason of its own."""
_ALARMED = {way: _alarmed(way) for way in _ALARMS_OF_WAY}


def _unsaid(look: Look) -> str:
    limits = next(
        (words for pack in look.site.battery.devices if (words := look.text(pack, "Info/ChargeLimitation"))), ""
    )
    return f"its driver says {limits}" if limits else "it does not say why"


_REASONS: dict[str, tuple[Reason, ...]] = {
    "Charge": (_cold, _hot, _cell_high, _full, _ALARMED["Charge"], _unsaid),
    "Discharge": (_hot, _cell_low, _empty, _ALARMED["Discharge"], _unsaid),
}


BMS_LOST = CauseRule("bms_lost", "The connection to the BMS", _bms_lost, "Check the BMS cable and its supply.")
BMS_OFF = CauseRule("bms_off", "The state of the BMS", _bms_off, "Switch the battery on, or see why it stopped.")


def _blocking(way: str) -> tuple[CauseRule, ...]:
    lower = way.lower()
    about = f"A {lower} blocked by the BMS"
    told: dict[Reason, tuple[str, str]] = {
        _cold: ("cold", "Warm the battery; charging it cold damages the cells for good."),
        _hot: ("hot", "Cool the battery: ventilation, less load."),
        _cell_high: ("cell_high", "Let the BMS balance; look at the highest cell."),
        _cell_low: ("cell_low", "Shed load and charge; look at the weakest cell."),
        _full: ("full", ""),
        _empty: ("empty", "Charge it: start the generator, connect the mains, cut loads."),
        _ALARMED[way]: ("alarm", "See the battery's own alarm."),
        _unsaid: ("unsaid", "Look at the BMS itself: cell voltages, temperatures, contactor."),
    }
    return tuple(
        CauseRule(f"{lower}_blocked_{told[reason][0]}", about, _blocks(way, reason), told[reason][1])
        for reason in _REASONS[way]
    )


CHARGE_BLOCKED, DISCHARGE_BLOCKED = _blocking("Charge"), _blocking("Discharge")


def _standing(reason: Reason) -> Says:
    """A reason by itself, whether or not the BMS blocks for it."""

    def says(look: Look) -> str:
        return f"The battery: {told}." if (told := reason(look)) else ""

    return says


CELL_HIGH = CauseRule("cell_high", "A high cell", _standing(_cell_high))
CELL_LOW = CauseRule("cell_low", "A low cell", _standing(_cell_low))
HOT = CauseRule("battery_hot", "The battery's warmth", _standing(_hot))
COLD = CauseRule("battery_cold", "The battery's cold", _standing(_cold))
