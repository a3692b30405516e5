"""The battery: charge now and at sunrise on one scale, limits and what is free of them, and what is doubtful."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from victron_console.console.drawing.figure import power_figure
from victron_console.console.drawing.sheet import Run, Sheet
from victron_console.console.format import ABSENT, LOST, clock, duration, is_kilo, number, sunrise
from victron_console.console.palette import Role
from victron_console.console.text import cut, width_of
from victron_console.console.view import Dawn
from victron_console.insight.battery_panel import BatteryPanel, Limit, Span
from victron_console.insight.cells import Pack
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality

LOW_VOLTAGE_SYSTEM_V = 20.0
"""Below it (12 V systems) a voltage is shown with two decimals."""
_SERIAL = re.compile(r"\s+HQ[0-9A-Z]{8,}\b")
_GAUGE = 10
_WORDS = 11
"""Columns of the gauge of a limit, and of the words before the figures of a tall panel."""


@dataclass(frozen=True, slots=True)
class BatteryView:
    """All that is shown of the battery."""

    shown: Overview
    panel: BatteryPanel
    quality: Quality = Quality.GOOD
    """How far its figures are of now."""
    name: str = ""
    dawn: Dawn | None = None
    pack: Pack | None = None
    """Its cells; None where its BMS gives none."""


def draw_battery_flat(sheet: Sheet, row: int, start: int, end: int, view: BatteryView) -> int:
    """Five rows over the full width of a small screen; gives the row after the last."""
    shown, panel = view.shown, view.panel
    room = end - start - 11
    notes = (_title(view, room), _bank(panel), f"SOH {number(panel.soh_percent)} %" if panel.soh_percent else "")
    sheet.head(row, start, end, "BATTERY", _fitting(notes, room))
    bar, bar_end = start + 10, start + 59
    sheet.runs(row + 1, start, _soc(view))
    _draw_charge(sheet, row + 1, bar, bar_end, view)
    sheet.runs(row + 1, bar_end + 3, (*_power(view), Run("  "), *_amperes(view)))
    _draw_dawn(sheet, row + 2, bar, bar_end, view)
    if view.dawn and view.dawn.sunrise_at is not None:
        sheet.runs(row + 2, bar_end + 3, (Run("sunrise ", Role.TEXT3), Run(clock(view.dawn.sunrise_at), Role.TEXT2)))
    sheet.put(row + 3, start, "headroom", Role.TEXT3)
    column = sheet.runs(row + 3, bar, _headroom(panel)) + 3
    sheet.runs(row + 3, column, _volts_in(shown, panel))
    sheet.put(row + 4, start, "time", Role.TEXT3)
    column = sheet.runs(row + 4, bar, _time(view)) + 3
    sheet.runs(row + 4, column, _condition(view))
    return row + 5


def draw_battery_tall(sheet: Sheet, row: int, start: int, end: int, view: BatteryView, *, room: int) -> int:
    """One row a quantity beside the flow, at most `room` rows; gives the row after the last."""
    limit = row + room
    capacity = "" if view.panel.capacity_ah or view.panel.device is None else "no capacity set"
    room = end - start - 11
    notes = (_title(view, room), _bank(view.panel), capacity)
    sheet.head(row, start, end, "BATTERY", _fitting(notes, room))
    gap = Run("   " if end - start > 40 else "  ")
    top = [*_soc(view), gap, *_power(view), gap, *_volts(view.shown), gap, *_amperes(view)]
    if view.shown.battery_temperature_c is not None:
        top += [gap, Run(f"{number(view.shown.battery_temperature_c)} C", Role.TEXT2)]
    sheet.runs(row + 1, start, top)
    _draw_charge(sheet, row + 2, start, end, view)
    _draw_dawn(sheet, row + 3, start, end, view)
    row += 4
    for label, runs in _facts(view):
        if row >= limit:
            return row
        sheet.put(row, start, label, Role.TEXT3)
        sheet.runs(row, start + _WORDS, runs)
        row += 1
    for doubt in view.panel.doubts:
        for number_, text in enumerate(wrap(doubt, max(10, end - start - 1))):
            if row >= limit:
                return row
            sheet.put(row, start, "?" if number_ == 0 else " ", Role.LINK_TEXT)
            sheet.put(row, start + 2, text, Role.LINK_TEXT)
            row += 1
    return row


def _fitting(notes: Sequence[str], room: int) -> str:
    """The notes as far as there is room for whole ones; the first is cut where it must be."""
    shown = ""
    for note in filter(None, notes):
        longer = f"{shown}  {note}" if shown else cut(note, room)
        if width_of(longer) > room:
            break
        shown = longer
    return shown


def _facts(view: BatteryView) -> list[tuple[str, tuple[Run, ...]]]:
    panel, shown = view.panel, view.shown
    if panel.charge is None and panel.discharge is None:
        facts = [("limits", _headroom(panel))]
    else:
        facts = [("charge", _gauge(panel.charge)), ("discharge", _gauge(panel.discharge))]
    if panel.charge_voltage_v is not None or panel.low_voltage_v is not None:
        facts.append(("volts", _volts_in(shown, panel)))
    if panel.to_full.seconds is not None:
        facts.append(("to full", _span(panel.to_full)))
    facts += [("to floor", _span(panel.to_floor)), ("sunrise", _sunrise(view)), ("cells", _cells(view))]
    health = [f"SOH {number(panel.soh_percent)} %" if panel.soh_percent is not None else ""]
    health.append(f"{number(panel.cycles)} full cycles" if panel.cycles is not None else "")
    if any(health):
        facts.append(("health", (Run("  ".join(filter(None, health)), Role.TEXT2),)))
    return facts


def _title(view: BatteryView, room: int) -> str:
    """The battery's name without its serial number, and its capacity, which is never cut."""
    ah = view.panel.capacity_ah
    capacity = f" {number(ah)} Ah" if ah else ""
    return cut(_SERIAL.sub("", view.name), room - width_of(capacity)) + capacity


def _bank(panel: BatteryPanel) -> str:
    bank = panel.bank
    return f"{bank.working} of {bank.of} {bank.unit}" if bank and bank.of > 1 else ""


def _soc(view: BatteryView) -> tuple[Run, ...]:
    soc = view.shown.soc_percent
    if view.quality is Quality.STALE and soc is not None:
        return (Run("~", Role.LINK_TEXT), Run(f"{number(soc)}%", Role.TEXT3))
    if view.quality in (Quality.LOST, Quality.GONE):
        return (Run(LOST, Role.LINK_TEXT), Run(f" last {number(soc)}%" if soc is not None else "", Role.TEXT3))
    if soc is None:
        return (Run(ABSENT, Role.TEXT3),)
    bank = view.panel.bank
    doubt = [Run("?", Role.LINK_TEXT)] if bank and bank.working < bank.of else []
    return (*doubt, Run(f"{number(soc)}%", Role.TEXT1, bold=True))


def _power(view: BatteryView) -> tuple[Run, ...]:
    watts = view.shown.battery_power_w
    figure = power_figure(watts, view.quality, signed=True)
    stripped = [Run(run.text.strip(), run.role, run.bold or not is_kilo(watts)) for run in figure]
    return tuple(stripped)


def _volts(shown: Overview) -> tuple[Run, ...]:
    volts = shown.battery_voltage_v
    decimals = 2 if volts is not None and abs(volts) < LOW_VOLTAGE_SYSTEM_V else 1
    return (Run(f"{number(volts, decimals)} V", Role.TEXT1 if volts is not None else Role.TEXT3),)


def _amperes(view: BatteryView) -> tuple[Run, ...]:
    watts, amperes = view.shown.battery_power_w, view.shown.battery_current_a
    text = f"{number(amperes, 1, signed=True)}A"
    if amperes is None:
        return (Run(ABSENT, Role.TEXT3),)
    if view.quality is not Quality.GOOD:
        return (Run(text, Role.TEXT3),)
    if conflicting(watts, amperes):
        return (Run("?", Role.LINK_TEXT), Run(text, Role.LINK_TEXT))
    return (Run(text, Role.TEXT2),)


def conflicting(watts: float | None, amperes: float | None) -> bool:
    """Whether power and current say opposite directions, both beyond noise: two moments of one device."""
    return watts is not None and amperes is not None and watts * amperes < 0 and abs(watts) > 50 and abs(amperes) > 0.5


def _draw_charge(sheet: Sheet, row: int, start: int, end: int, view: BatteryView) -> None:
    """What is surely left at sunrise, what the night may take or bring, and the rest."""
    soc, dawn = view.shown.soc_percent, view.dawn
    if soc is None or view.quality in (Quality.LOST, Quality.GONE):
        sheet.put(row, start, "·" * (end + 1 - start), Role.TEXT3)
        return
    low = soc if dawn is None or dawn.low_percent is None else min(soc, dawn.low_percent)
    high = soc if dawn is None or dawn.high_percent is None else max(soc, dawn.high_percent)
    columns = end + 1 - start
    sure, may = _columns(low, columns), _columns(high, columns)
    column = sheet.put(row, start, "█" * sure, Role.BAR)
    column = sheet.put(row, column, "▒" * (may - sure), Role.BAR)
    sheet.put(row, column, "·" * (columns - may), Role.TEXT3)


def _columns(percent: float, columns: int) -> int:
    return min(columns, max(0, round(percent * columns / 100)))


def _draw_dawn(sheet: Sheet, row: int, start: int, end: int, view: BatteryView) -> None:
    """The floor and the range of sunrise under the bar, each word left of its mark where it has room."""
    columns = end + 1 - start
    left = start
    if (floor := view.panel.floor_percent) is not None:
        mark = start + min(columns - 1, _columns(floor, columns))
        words = next((w for w in (f"floor {number(floor)} ", f"{number(floor)} ") if mark - len(w) >= start), "")
        sheet.put(row, mark - len(words), words, Role.TEXT3)
        left = sheet.put(row, mark, "▲", Role.TEXT1) + 1
    dawn = view.dawn
    if dawn is None or dawn.low_percent is None or dawn.high_percent is None:
        return
    first = start + min(columns - 2, max(0, _columns(dawn.low_percent, columns) - 1))
    last = max(first + 1, start + _columns(dawn.high_percent, columns) - 1)
    bracket = "├" + "─" * (last - first - 1) + "┤"
    span = "".join(sunrise(dawn.low_percent, dawn.high_percent))
    for words in (f"sunrise {span} ", f"{span} "):
        if first - width_of(words) >= left:
            sheet.put(row, first - width_of(words), words, Role.TEXT2)
            break
        if last + 1 + width_of(words) <= end + 1:
            sheet.put(row, last + 2, words, Role.TEXT2)
            break
    if first >= left:
        sheet.put(row, first, bracket, Role.TEXT1)


def _headroom(panel: BatteryPanel) -> tuple[Run, ...]:
    if panel.charge is None and panel.discharge is None:
        return (Run(f"{ABSENT}  no BMS: no limits known", Role.TEXT3),)
    runs: list[Run] = []
    for word, limit in (("charge ", panel.charge), ("  discharge ", panel.discharge)):
        runs += [Run(word, Role.TEXT3), *_limit(limit)]
    return tuple(runs)


def _limit(limit: Limit | None) -> tuple[Run, ...]:
    if limit is None:
        return (Run(ABSENT, Role.TEXT3),)
    if limit.blocked:
        return (Run("blocked", Role.TODAY_TEXT),)
    return (Run(f"{number(limit.free_a)}A", Role.TEXT1), Run(f" of {number(limit.allowed_a)}", Role.TEXT3))


def _gauge(limit: Limit | None) -> tuple[Run, ...]:
    """How much of a limit is used, and what is free of it."""
    if limit is None:
        return (Run(ABSENT, Role.TEXT3),)
    if limit.blocked:
        return (Run("blocked", Role.TODAY_TEXT),)
    eighths = min(_GAUGE * 8, round(limit.used_a * _GAUGE * 8 / limit.allowed_a))
    bar = "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]
    return (
        Run(bar, Role.BAR),
        Run("·" * (_GAUGE - len(bar)), Role.TEXT3),
        Run(f"  {number(limit.free_a)}A", Role.TEXT1),
        Run(" free", Role.TEXT2),
    )


def _volts_in(shown: Overview, panel: BatteryPanel) -> tuple[Run, ...]:
    """The voltage and the window that the BMS sets for it."""
    low, high = panel.low_voltage_v, panel.charge_voltage_v
    if low is None and high is None:
        return _volts(shown)
    window = f" in {number(low, 1)}-{number(high, 1)}" if low is not None and high is not None else ""
    window = window or (f" up to {number(high, 1)}" if high is not None else f" from {number(low, 1)}")
    return (*_volts(shown), Run(window, Role.TEXT3))


def _span(span: Span) -> tuple[Run, ...]:
    if span.seconds is None:
        word = f" while {span.reason}" if span.reason in ("charging", "discharging") else f" {span.reason}"
        return (Run((ABSENT + word).rstrip(), Role.TEXT3),)
    return (Run(duration(span.seconds), Role.TEXT1),)


def _time(view: BatteryView) -> tuple[Run, ...]:
    """To the floor while discharging, to full while charging, and whether the night is survived."""
    panel = view.panel
    for word, span in (("to floor ", panel.to_floor), ("to full ", panel.to_full)):
        if span.seconds is not None:
            word = "to go " if word == "to floor " and panel.floor_percent is None else word
            return (Run(word, Role.TEXT3), Run(duration(span.seconds), Role.TEXT1), Run("  "), *_night(view))
    if panel.to_full.reason == "set the capacity" or panel.to_floor.reason == "set the capacity":
        return (Run(f"{ABSENT}  set the capacity in the station file", Role.TEXT3),)
    return (Run(f"{ABSENT}  {panel.to_floor.reason}".rstrip(), Role.TEXT3), Run("  "), *_night(view))


def _night(view: BatteryView) -> tuple[Run, ...]:
    dawn = view.dawn
    if dawn is None or dawn.low_percent is None:
        return ()
    if dawn.empty_at is not None:
        return (Run(f"empty {clock(dawn.empty_at)}", Role.TODAY_TEXT),)
    return (Run("not empty tonight", Role.TEXT2),)


def _sunrise(view: BatteryView) -> tuple[Run, ...]:
    dawn = view.dawn
    if dawn is None or dawn.low_percent is None:
        return (
            Run(f"{ABSENT} set the capacity" if not view.panel.capacity_ah else f"{ABSENT} not known yet", Role.TEXT3),
        )
    at = (Run(f"{clock(dawn.sunrise_at)}  ", Role.TEXT2),) if dawn.sunrise_at is not None else ()
    return (*at, *_night(view))


def _condition(view: BatteryView) -> tuple[Run, ...]:
    """Cells and temperature, where the battery gives them."""
    runs: list[Run] = []
    if view.shown.cell_spread_v is not None:
        runs += [Run("cells ", Role.TEXT3), Run(f"{number(view.shown.cell_spread_v * 1000)} mV  ", Role.TEXT1)]
    if temperature := _temperature(view):
        runs += [Run("temp ", Role.TEXT3), Run(temperature, Role.TEXT1)]
    return tuple(runs)


def _cells(view: BatteryView) -> tuple[Run, ...]:
    spread = view.shown.cell_spread_v
    if spread is None:
        return (Run(f"{ABSENT} the BMS gives none" if view.panel.charge else ABSENT, Role.TEXT3),)
    temperature = _temperature(view)
    return (Run(f"{number(spread * 1000)} mV", Role.TEXT1), Run(f"  {temperature}" if temperature else "", Role.TEXT2))


def _temperature(view: BatteryView) -> str:
    pack = view.pack
    if pack and pack.max_temperature_c is not None and pack.temperature_spread_k:
        return f"{number(pack.max_temperature_c - pack.temperature_spread_k)}-{number(pack.max_temperature_c)} C"
    celsius = view.shown.battery_temperature_c
    return "" if celsius is None else f"{number(celsius)} C"
