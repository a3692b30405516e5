"""The station under the cursor, beside the fleet table: alarms, IN and OUT, its day, its cells, what comes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.fleet.station_data import StationDetail
from victron_console.console.kit.buttons import draw_buttons
from victron_console.console.kit.energy.balance_bar import (
    BarPart,
    draw_balance,
)
from victron_console.console.kit.energy.day_curves import DayCurves, DaySeries, draw_charge, draw_powers
from victron_console.console.kit.energy.kinds import kind_of_field
from victron_console.console.kit.figures import URGENT_TEXT, Figure, place
from victron_console.console.kit.format import STALE_MARK, clock, duration, number
from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import put_glyph
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, cut_middle, width_of
from victron_console.console.kit.verdict_line import verdict_rows
from victron_console.console.kit.view import (
    Mark,
    Site,
)
from victron_console.insight.cells import Cell, Pack
from victron_console.insight.overview.balance import BALANCED, balance
from victron_console.model.quality import Quality
from victron_console.model.station import StationState

CELL_WARN_V = 0.05
"""A cell this far from the median is the one to look at (insight draws the same line at 50 mV)."""


def draw_station(width: int, height: int, site: Site, detail: StationDetail | None, now: float) -> list[Line]:
    """The part at its size: what is to be said of it, what comes in and goes out, its day, its cells, what comes."""
    sheet = Sheet(width, height)
    if detail is not None and detail.station != site.id:
        detail = None
    for row in range(height - 1):
        sheet.put(row, 0, "│", Role.RULE)
    end = width - 2
    row = _head(sheet, site, detail, end)
    row = _verdict(sheet, row, site, detail, end) + 1
    row = _balance(sheet, site, BarPart(row, _START, end, total_end=8, gap=2)) + 1
    foot = height - _NEXT_ROWS
    cells = _cell_rows(detail, site, end)
    curves = foot - row - (cells + 1 if cells else 0) - 1
    if detail is not None and detail.day is not None:
        row = _curves(sheet, row, end, site, detail, now, curves)
    if detail is not None and detail.pack is not None and row + cells < foot:
        _draw_cells(sheet, row, end, detail.pack, site)
    _outlook(sheet, foot, site, detail, now, end)
    draw_buttons(sheet, height - 2, _START, end, BUTTONS)
    return sheet.lines


_START = 2
"""The first column after the rule between list and station."""
_NEXT_ROWS = 6
"""What comes, with its head, a blank row and the buttons."""
BUTTONS = (("enter", "Enter", "open"), ("3", "3", "alarms"), ("4", "4", "cells"), ("5", "5", "trends"))
"""Key, as it is written, and what it does."""
_MOST_CURVE, _LEAST_CURVE = 18, 6


def _head(sheet: Sheet, site: Site, detail: StationDetail | None, end: int) -> int:
    column = sheet.put(0, _START, cut_middle(site.name, end + 1 - _START), Role.TEXT1, bold=True) + 2
    good = site.fresh and site.state is StationState.LIVE
    facts = [_link(site)] if not good else list(detail.facts if detail else ())
    for fact in facts:
        if column + width_of(fact) <= end + 1:
            column = sheet.put(0, column, fact, Role.TEXT3 if good else Role.LINK_TEXT) + 2
    return 1


def _link(site: Site) -> str:
    return f"link {site.state.value if site.state is not StationState.LIVE else site.quality.value}"


def _verdict(sheet: Sheet, row: int, site: Site, detail: StationDetail | None, end: int) -> int:
    """What is to be said of it, the worst first, and whom to call where something is wrong."""
    put_glyph(sheet.row(row), _START, site.mark, width=3)
    for runs in verdict_rows(site.verdict, end - _START - 3, _VERDICT_ROWS):
        sheet.runs(row, _START + 4, runs)
        row += 1
    if detail is not None and detail.contact and site.verdict.wrong:
        column = sheet.put(row, _START + 4, "call ", Role.TEXT3)
        sheet.put(row, column, cut(detail.contact, end + 1 - column), Role.TEXT2)
        row += 1
    return row


_VERDICT_ROWS = 5


def _balance(sheet: Sheet, site: Site, at: BarPart) -> int:
    return draw_balance(balance(site.overview), sheet, at, quality=site.trust_of(*BALANCED))


def _curves(sheet: Sheet, row: int, end: int, site: Site, detail: StationDetail, now: float, room: int) -> int:
    """The charge and on to sunrise; under it the powers where there is room for both. Gives the row after them."""
    names = {"grid_power_w": "GRID", "genset_power_w": "GENSET", "pv_power_w": "PV", "load_power_w": "LOADS"}
    rows = [
        DaySeries(names.get(field, "BATTERY"), kind_of_field(field), values, field != "soc_percent")
        for field, values in (detail.day or {}).items()
    ]
    day = DayCurves(tuple(rows), now, site.dawn, detail.floor_percent, is_old=not site.fresh)
    parts = [draw for draw, there in ((draw_charge, day.charge), (draw_powers, day.powers)) if there]
    while parts and room // len(parts) < _LEAST_CURVE:
        parts.pop()
    for draw in parts:
        height = min(_MOST_CURVE, room // len(parts) - 1)
        draw(sheet, row, _START, end, day, height)
        row += height + 1
    return row


def _cell_rows(detail: StationDetail | None, site: Site, end: int) -> int:
    if detail is None or detail.pack is None:
        return 0
    count = len(_shown_cells(detail.pack, site)[:_MOST_CELLS])
    return 1 + -(-count // _cells_in_row(end))


def _cells_in_row(end: int) -> int:
    return max(1, (end - _START + 2) // _CELL_COLUMNS)


_MOST_CELLS = 32
_CELL_COLUMNS = 9


def _draw_cells(sheet: Sheet, row: int, end: int, pack: Pack, site: Site) -> None:
    quality = site.trust_of("cell_spread_v")
    _cells_head(sheet, row, end, pack, quality)
    each = _cells_in_row(end)
    for index, cell in enumerate(_shown_cells(pack, site)[:_MOST_CELLS]):
        figure = _deviation(cell, quality)
        start = _START + (index % each) * _CELL_COLUMNS
        role = figure.role if figure.bold else Role.TEXT3
        sheet.put(row + 1 + index // each, start, cut(cell.name, 3), role)
        place(sheet.row(row + 1 + index // each), start + 7, figure)


def _shown_cells(pack: Pack, site: Site) -> Sequence[Cell]:
    return () if site.trust_of("cell_spread_v") is Quality.LOST else pack.cells


def _cells_head(sheet: Sheet, row: int, end: int, pack: Pack, quality: Quality) -> None:
    if quality is Quality.LOST:
        sheet.head(row, _START, end, "CELLS", "no live figures")
        return
    mark = STALE_MARK if quality is not Quality.GOOD else ""
    spread = f"{mark}{number(pack.spread_v * 1e3)} mV apart" if pack.spread_v is not None else ""
    median = f"median {mark}{number(pack.median_v, 3)} V" if pack.median_v is not None else ""
    notes = ([f"{spread}, {median}"] if spread and median else []) + [part for part in (spread, median) if part]
    if not pack.cells:
        notes.insert(0, f"{spread}, BMS gives no more" if spread else "BMS gives none")
    room = end - _START - 8
    sheet.head(row, _START, end, "CELLS", next((note for note in notes if width_of(note) <= room), ""))


def _deviation(cell: Cell, quality: Quality) -> Figure:
    """How far a cell is from the median, mV; bold where it is the one to look at, unless it is of an earlier time."""
    text = number(cell.deviation_v * 1e3, signed=True)
    if quality is Quality.STALE:
        return Figure(text, Role.TEXT3, STALE_MARK)
    bad = abs(cell.deviation_v) >= CELL_WARN_V
    return Figure(text, Role.NOW_TEXT if bad else Role.TEXT2, bold=bad)


def _outlook(sheet: Sheet, row: int, site: Site, detail: StationDetail | None, now: float, end: int) -> None:
    """When it goes empty, or what is left at sunrise; genset and fuel where the site has them, and its note."""
    sheet.head(row, _START, end, "NEXT")
    dawn, old, runs = site.dawn, "" if site.fresh else STALE_MARK, list[Run]()
    if dawn is not None and dawn.empty_at is not None:
        role = URGENT_TEXT.get(site.beyond.get("dawn", Mark.TODAY), Role.TODAY_TEXT)
        runs = [Run("empty about ", Role.TEXT3), Run(old, Role.LINK_TEXT), Run(clock(dawn.empty_at), role, True)]
        runs.append(Run(f" in {duration(dawn.empty_at - now)}"))
    elif dawn is not None and dawn.low_percent is not None and dawn.high_percent is not None:
        runs = [Run(old, Role.LINK_TEXT), Run(f"{number(dawn.low_percent)}-{number(dawn.high_percent)} % at sunrise")]
    if runs and dawn is not None and dawn.sunrise_at is not None:
        word = "  sunrise " if dawn.empty_at is not None else " "
        more = [Run(word, Role.TEXT3), Run(clock(dawn.sunrise_at))]
        fits = sum(width_of(run.text) for run in (*runs, *more)) <= end + 1 - _START
        runs += more if fits else []
    sheet.runs(row + 1, _START, runs)
    column, row = _START, row + 2 if runs else row + 1
    pairs = (
        [("generator", f"{number(site.genset_hours_today, 1)} h today")] if site.genset_hours_today is not None else []
    )
    if site.fuel_percent is not None:
        pairs.append(("fuel", f"{old}{number(site.fuel_percent)} %"))
    for word, value in pairs:
        if column + width_of(word) + 1 + width_of(value) <= end + 1:
            role = URGENT_TEXT.get(site.beyond.get(word, Mark.NONE), Role.TEXT2)
            column = sheet.put(row, sheet.put(row, column, word, Role.TEXT3) + 1, value, role) + 3
    if not pairs and detail is not None and detail.note:
        sheet.put(row, _START, cut(detail.note, end + 1 - _START), Role.TEXT2)
