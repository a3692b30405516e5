"""The battery: charge now and at sunrise on one scale, limits and what is free of them, and what is doubtful."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import wrap

from victron_console.console.kit.energy.kinds import texture_ink
from victron_console.console.kit.figures import (
    projected,
    trusted,
)
from victron_console.console.kit.format import clock, number, sunrise
from victron_console.console.kit.palette import Role, Step, Tone
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, width_of
from victron_console.console.site.battery_words import (
    BatteryView,
    amperes_runs,
    cells_runs,
    condition_parts,
    gauge_runs,
    headroom_runs,
    power_runs,
    soc_runs,
    span_runs,
    sunrise_runs,
    time_runs,
    volts_runs,
    window_runs,
)
from victron_console.insight.battery_panel import BatteryPanel
from victron_console.model.quality import Quality

_SERIAL = re.compile(r"\s+HQ[0-9A-Z]{8,}\b")
_WORDS = 13
"""Columns of the words before the figures of a tall panel."""


def draw_battery_flat(sheet: Sheet, row: int, start: int, end: int, view: BatteryView) -> int:
    """Five rows over the full width of a small screen; gives the row after the last."""
    panel = view.panel
    room = end - start - 11
    notes = (*_names(view, room), f"SOH {number(panel.soh_percent)} %" if panel.soh_percent else "")
    sheet.head(row, start, end, "BATTERY", _fitting(notes, room))
    bar, bar_end = start + 10, start + 59
    _draw_charge(sheet, row + 1, bar, bar_end, view)
    sheet.runs(row + 1, start, (*soc_runs(view), Run(" ")))  # over the bar: `--- last 81%` is longer than its place
    _put_whole(sheet, row + 1, bar_end + 3, end, (power_runs(view), amperes_runs(view)), gap=2)
    _draw_dawn(sheet, row + 2, bar, bar_end, view)
    if view.dawn and view.dawn.sunrise_at is not None:
        sheet.runs(row + 2, bar_end + 3, (Run("sunrise ", Role.TEXT3), Run(clock(view.dawn.sunrise_at), Role.TEXT2)))
    sheet.put(row + 3, start, "headroom", Role.TEXT3)
    _put_whole(sheet, row + 3, bar, end, (headroom_runs(view), window_runs(view)), gap=3)
    sheet.put(row + 4, start, "time", Role.TEXT3)
    column = _put_whole(sheet, row + 4, bar, end, (time_runs(view),), gap=3)
    _put_whole(sheet, row + 4, column, end, condition_parts(view), gap=2)
    return row + 5


def draw_battery_tall(sheet: Sheet, row: int, start: int, end: int, view: BatteryView, *, room: int) -> int:
    """One row a quantity beside the flow, at most `room` rows; gives the row after the last."""
    limit = row + room
    capacity = "" if view.panel.capacity_ah or view.panel.device is None else "no capacity set"
    room = end - start - 11
    notes = (*_names(view, room), capacity)
    sheet.head(row, start, end, "BATTERY", _fitting(notes, room))
    top = [soc_runs(view), power_runs(view), volts_runs(view), amperes_runs(view)]
    if view.shown.battery_temperature_c is not None:
        top.append(trusted(view.quality, Run(f"{number(view.shown.battery_temperature_c)} C", Role.TEXT2)))
    _put_whole(sheet, row + 1, start, end, top, gap=3 if end - start > 40 else 2)
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


def _put_whole(sheet: Sheet, row: int, column: int, end: int, parts: Sequence[Sequence[Run]], *, gap: int) -> int:
    """The parts up to the first that has no room up to column `end`: a figure that is cut would be another one.

    Gives where the next one may stand: past the end where one had no room.
    """
    for part in parts:
        after = column + sum(width_of(run.text) for run in part)
        if after > end + 1:
            return end + 2
        sheet.runs(row, column, part)
        column = after + gap
    return column


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
    panel = view.panel
    if panel.charge is None and panel.discharge is None:
        facts = [("limits", headroom_runs(view))]
    else:
        facts = [
            ("charge", gauge_runs(panel.charge, view.limits)),
            ("discharge", gauge_runs(panel.discharge, view.limits)),
        ]
    if panel.charge_voltage_v is not None or panel.low_voltage_v is not None:
        facts.append(("volts", window_runs(view)))
    if panel.to_full.seconds is not None:
        facts.append(("to full", span_runs(panel.to_full, view.quality)))
    facts += [
        ("at this draw", span_runs(panel.to_floor, view.quality)),
        ("sunrise", sunrise_runs(view)),
        ("cells", cells_runs(view)),
    ]
    health = [f"SOH {number(panel.soh_percent)} %" if panel.soh_percent is not None else ""]
    health.append(f"{number(panel.cycles)} full cycles" if panel.cycles is not None else "")
    if any(health):
        facts.append(("health", (Run("  ".join(filter(None, health)), Role.TEXT2),)))
    return facts


def _names(view: BatteryView, room: int) -> tuple[str, str]:
    """The battery's name and how much of its bank works; where that is not all it has room whatever the name takes."""
    bank = _bank(view.panel)
    if view.panel.bank is not None and view.panel.bank.working < view.panel.bank.of:
        room -= width_of(bank) + 2
    return _title(view, room), bank


def _title(view: BatteryView, room: int) -> str:
    """The battery's name without its serial number, and its capacity, which is never cut."""
    ah = view.panel.capacity_ah
    capacity = f" {number(ah)} Ah" if ah else ""
    return cut(_SERIAL.sub("", view.name), room - width_of(capacity)) + capacity


def _bank(panel: BatteryPanel) -> str:
    bank = panel.bank
    return f"{bank.working} of {bank.of} {bank.unit}" if bank and bank.of > 1 else ""


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
    known = view.quality is not Quality.STALE
    column = sheet.put(row, start, "█" * sure, Tone(Role.BATTERY, Step.FILL) if known else Role.SPARK)
    column = sheet.put(row, column, "▒" * (may - sure), texture_ink(Role.BATTERY) if known else Role.SPARK)
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
    for words in ("sunrise ", ""):
        runs = (Run(words, Role.TEXT2), *projected(view.quality, Run(f"{span} ", Role.TEXT2)))
        width = sum(width_of(run.text) for run in runs)
        if first - width >= left:
            sheet.runs(row, first - width, runs)
            break
        if last + 1 + width <= end + 1:
            sheet.runs(row, last + 2, runs)
            break
    if first >= left:
        sheet.put(row, first, bracket, Role.TEXT1)
