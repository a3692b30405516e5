"""The station under the cursor, drawn under the fleet table: IN and OUT, its cells, its last six hours. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.fleet.cells import resampled
from victron_console.console.fleet.station_data import TREND_S, StationDetail
from victron_console.console.kit.blocks import columns as block_columns
from victron_console.console.kit.energy.balance_bar import (
    BarPart,
    draw_balance,
)
from victron_console.console.kit.energy.diagram import WIDE, draw_diagram
from victron_console.console.kit.energy.flow import FlowDrawing, Pencil
from victron_console.console.kit.figures import URGENT_TEXT, Figure, place, trusted
from victron_console.console.kit.format import ABSENT, GAP, LOST, STALE_MARK, clock, duration, number, round_trip, spark
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, width_of
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


@dataclass(frozen=True, slots=True)
class Trended:
    """How one quantity is named and scaled."""

    field: str
    label: str
    unit: str
    scale: float = 1.0
    decimals: int = 0
    low: float | None = 0.0
    high: float | None = None


TRENDS = (
    Trended("soc_percent", "SOC", "%", high=100.0),
    Trended("pv_power_w", "PV", "kW", 1e-3, 2),
    Trended("load_power_w", "LOAD", "kW", 1e-3, 2),
    Trended("cell_spread_v", "CELL", "mV", 1e3),
)


def draw_station(width: int, height: int, site: Site, detail: StationDetail | None, now: float) -> list[Line]:
    """The part at its size: nine rows beside trends at 120 columns, taller with the flow at 200."""
    sheet = Sheet(width, height)
    if detail is not None and detail.station != site.id:
        detail = None
    wide = width >= 190
    left_end = 117 if wide else width - 2
    _head(sheet, site, detail, left_end)
    if wide:
        _draw_wide(sheet, site, detail, now)
    else:
        _draw_narrow(sheet, site, detail, now)
    return sheet.lines


def _head(sheet: Sheet, site: Site, detail: StationDetail | None, end: int) -> None:
    line = sheet.row(0)
    column = line.put(2, cut(site.name.upper(), 24), Role.TEXT1, bold=True) + 3
    good = site.fresh and site.state is StationState.LIVE
    facts = [*(detail.facts if detail else ()), _link(site)]
    for fact in facts:
        if column + width_of(fact) > end - 4:
            break
        role = Role.TEXT3 if fact is not facts[-1] or good else Role.LINK_TEXT
        column = line.put(column, fact, role) + 2
    line.rule(column - 1, end)


def _link(site: Site) -> str:
    if site.state is not StationState.LIVE:
        return f"link {site.state.value}"
    if not site.fresh:
        return f"link {site.quality.value}"
    return f"link good {round_trip(site.round_trip_s)}" if site.round_trip_s is not None else "link good"


def _balance(sheet: Sheet, site: Site, at: BarPart) -> None:
    draw_balance(balance(site.overview), sheet, at, quality=site.trust_of(*BALANCED))


def _draw_narrow(sheet: Sheet, site: Site, detail: StationDetail | None, now: float) -> None:
    _balance(sheet, site, BarPart(1, 2, sheet.width - 2, bar=40, total_end=10))
    if detail is not None and detail.pack is not None:
        _cells_head(sheet, 4, 79, detail.pack, site.trust_of("cell_spread_v"))
        for index, cell in enumerate(_shown_cells(detail.pack, site)[:16]):
            _cell_pair(sheet.row(5 + index // 8), 10 * (index % 8), cell, site.trust_of("cell_spread_v"))
    _outlook(sheet, 8, site, now, 80)
    trends = (detail.trends or {}) if detail else {}
    sheet.put(4, 81, "TREND 6h", Role.TEXT3)
    for end, head in ((107, "MIN"), (113, "NOW"), (118, "MAX")):
        sheet.right(4, end, head, Role.TEXT3)
    for row, trended in enumerate(TRENDS, 5):
        _trend_row(sheet, row, trended, trends.get(trended.field, ()), site)


def _draw_wide(sheet: Sheet, site: Site, detail: StationDetail | None, now: float) -> None:
    _balance(sheet, site, BarPart(2, 2, 117, bar=57, total_end=10))
    if detail is not None and detail.flow is not None:
        diagram = Sheet(118)
        draw_diagram(FlowDrawing(detail.flow, Pencil()).diagram(), WIDE, diagram)
        if diagram.height <= _FLOW_ROWS:
            for offset, line in enumerate(diagram.lines):
                sheet.row(12 - diagram.height + offset).overlay(1, line)
    row = 13
    if detail is not None and detail.pack is not None:
        _cells_head(sheet, row - 1, 118, detail.pack, site.trust_of("cell_spread_v"))
        _cell_table(sheet, row, _shown_cells(detail.pack, site), site.trust_of("cell_spread_v"))
    _outlook(sheet, 16, site, now, 118)
    if detail is not None:
        _notes(sheet, 18, detail)
    _panels(sheet, site, detail, now)


_FLOW_ROWS = 8
"""A flow with more rows than this is left to the Site screen."""


def _shown_cells(pack: Pack, site: Site) -> Sequence[Cell]:
    return () if site.trust_of("cell_spread_v") is Quality.LOST else pack.cells


def _cells_head(sheet: Sheet, row: int, end: int, pack: Pack, quality: Quality) -> None:
    line = sheet.row(row)
    column = line.put(2, "CELLS", Role.TEXT3) + 2
    if quality is Quality.LOST:
        line.put(line.put(column, LOST, Role.LINK_TEXT) + 1, "no live figures", Role.TEXT3)
        return
    low = min(pack.cells, key=lambda cell: cell.voltage_v, default=None)
    high = max(pack.cells, key=lambda cell: cell.voltage_v, default=None)
    parts: list[tuple[str, str, str, bool]] = []  # word, cell, figure, whether it is the one to look at
    if pack.median_v is not None:
        parts.append(("median", "", f"{number(pack.median_v, 3)} V", False))
    if pack.min_v is not None:
        bad = low is not None and -low.deviation_v >= CELL_WARN_V
        parts.append(("low", f"{low.name if low else pack.min_id or '?'}  ", number(pack.min_v, 3), bad))
    if pack.max_v is not None:
        bad = high is not None and high.deviation_v >= CELL_WARN_V
        parts.append(("high", f"{high.name if high else pack.max_id or '?'}  ", number(pack.max_v, 3), bad))
    if pack.spread_v is not None:
        parts.append(("spread", "", f"{number(pack.spread_v * 1e3)} mV", pack.spread_v >= 2 * CELL_WARN_V))
    for word, name, value, bad in parts:
        bad = bad and quality is Quality.GOOD
        role = Role.NOW_TEXT if bad else Role.TEXT2
        column = line.put(line.put(column, word, Role.TEXT3) + 1, name, role, bold=bad)
        column = sheet.runs(row, column, trusted(quality, Run(value, role, bold=bad))) + 3
    if not pack.cells:
        words = ("BMS gives min/max only", "min/max only", "")
        line.put(column, next(said for said in words if column + width_of(said) <= end + 1 or not said), Role.TEXT3)


def _cell_pair(line: Line, start: int, cell: Cell, quality: Quality) -> None:
    figure = _deviation(cell, quality)
    line.right(start + 3, cut(cell.name, 3), figure.role if figure.bold else Role.TEXT3)
    place(line, start + 8, figure)


def _deviation(cell: Cell, quality: Quality) -> Figure:
    """How far a cell is from the median, mV; bold where it is the one to look at, unless it is of an earlier time."""
    text = number(cell.deviation_v * 1e3, signed=True)
    if quality is Quality.STALE:
        return Figure(text, Role.TEXT3, STALE_MARK)
    bad = abs(cell.deviation_v) >= CELL_WARN_V
    return Figure(text, Role.NOW_TEXT if bad else Role.TEXT2, bold=bad)


def _cell_table(sheet: Sheet, row: int, cells: Sequence[Cell], quality: Quality) -> None:
    if not cells:
        return
    sheet.put(row, 2, "cell", Role.TEXT3)
    sheet.put(row + 1, 2, "mV", Role.TEXT3)
    for index, cell in enumerate(cells[:18]):
        figure, end = _deviation(cell, quality), 11 + 6 * index
        sheet.right(row, end, cut(cell.name, 5), figure.role if figure.bold else Role.TEXT3)
        place(sheet.row(row + 1), end, figure)


def _outlook(sheet: Sheet, row: int, site: Site, now: float, end: int) -> None:
    """When it goes empty, or what is left at sunrise; genset and fuel where the site has them."""
    line, dawn, column = sheet.row(row), site.dawn, 2
    old = "" if site.fresh else STALE_MARK
    if dawn is not None and dawn.empty_at is not None:
        role = URGENT_TEXT.get(site.beyond.get("dawn", Mark.TODAY), Role.TODAY_TEXT)
        column = line.put(line.put(2, "EMPTY", Role.TEXT3) + 1, old, Role.LINK_TEXT)
        column = line.put(column, clock(dawn.empty_at), role, bold=True)
        column = line.put(column, f" in {duration(dawn.empty_at - now)}", Role.TEXT2)
    elif dawn is not None and dawn.low_percent is not None and dawn.high_percent is not None:
        column = line.put(line.put(2, "SUNRISE", Role.TEXT3) + 1, old, Role.LINK_TEXT)
        column = line.put(column, f"{number(dawn.low_percent)}-{number(dawn.high_percent)} %", Role.TEXT2)
    if dawn is not None and dawn.sunrise_at is not None and column > 2:
        column = line.put(column, f", sunrise {clock(dawn.sunrise_at)}", Role.TEXT2)
    pairs = [("GENSET", f"{number(site.genset_hours_today, 1)} h today")] if site.genset_hours_today is not None else []
    if site.fuel_percent is not None:
        pairs.append(("FUEL", f"{number(site.fuel_percent)} %"))
    for word, value in pairs:
        start = column + 3 if column > 2 else column
        if start + width_of(word) + 1 + width_of(value) > end:
            break
        role = URGENT_TEXT.get(site.beyond.get(word.lower(), Mark.NONE), Role.TEXT2)
        column = line.put(line.put(start, word, Role.TEXT3) + 1, value, role)


def _notes(sheet: Sheet, row: int, detail: StationDetail) -> None:
    line, column = sheet.row(row), 2
    for word, text in (("NOTE", detail.note), ("CONTACT", detail.contact), ("RUNBOOK", detail.runbook)):
        room = 116 - column - width_of(word)
        if text and room > 8:
            column = line.put(line.put(column, word, Role.TEXT3) + 2, cut(text, min(room, 46)), Role.TEXT2) + 4


@dataclass(frozen=True, slots=True)
class _Ends:
    """Least, present and greatest value, in the unit shown; None where there is none."""

    low: float | None
    now: float | None
    high: float | None


def _ends(trended: Trended, values: Sequence[float | None], site: Site) -> _Ends:
    """The figure of the site's row, and the extremes of the six hours with it: the last means are of minutes ago."""
    shown: float | None = getattr(site.overview, trended.field)
    last = None if site.trust_of(trended.field) is Quality.LOST else shown
    known = [value * trended.scale for value in (*values, last) if value is not None]
    now = None if last is None else last * trended.scale
    return _Ends(min(known, default=None), now, max(known, default=None))


def _figure(value: float | None, trended: Trended) -> str:
    """At most four characters below 1000: a decimal less for each digit more."""
    if value is None:
        return ABSENT
    digits = len(str(int(abs(value))))
    return f"{value:.{max(0, trended.decimals + 1 - digits)}f}"


def _now(ends: _Ends, trended: Trended, site: Site) -> Run:
    """The present value, in the colour of the limit that it is beyond."""
    urgent = URGENT_TEXT.get(site.beyond.get(trended.field, Mark.NONE))
    return Run(_figure(ends.now, trended), urgent or Role.TEXT1, bold=urgent is not None)


def _trend_row(sheet: Sheet, row: int, trended: Trended, values: Sequence[float | None], site: Site) -> None:
    beyond = site.beyond.get(trended.field, Mark.NONE)
    sheet.put(row, 81, trended.label, Role.TEXT3)
    sheet.put(row, 86, f"{trended.unit:>2}", Role.TEXT3)
    ends = _ends(trended, values, site)
    columns = resampled(tuple(values), 14) if values else []
    top = trended.high if trended.high is not None else max((v for v in columns if v is not None), default=0.0)
    for offset, mark in enumerate(spark(columns, trended.low or 0.0, top)):
        last = offset == len(columns) - 1
        role = URGENT_TEXT.get(beyond, Role.SPARK) if last else Role.SPARK
        sheet.put(row, 89 + offset, mark, Role.LINK_TEXT if mark == GAP else role)
    sheet.right(row, 107, _figure(ends.low, trended), Role.TEXT3)
    sheet.runs_right(row, 113, trusted(site.trust_of(trended.field), _now(ends, trended, site)))
    sheet.right(row, 118, _figure(ends.high, trended), Role.TEXT3)


_PANEL_START = 130
_PANEL_ROWS = 3


def _panels(sheet: Sheet, site: Site, detail: StationDetail | None, now: float) -> None:
    """Six hours of each quantity at the right, three rows high, on one time axis."""
    line = sheet.row(0)
    column = line.put(122, "TREND 6h", Role.TEXT1, bold=True) + 3
    column = line.put(column, cut(site.name, 30), Role.TEXT3) + 1
    line.rule(column, sheet.width - 2)
    if detail is None or not detail.trends:
        return
    width = min(54, sheet.width - 146)
    for index, trended in enumerate(TRENDS):
        values = detail.trends.get(trended.field, ())
        _panel(sheet, 2 + index * (_PANEL_ROWS + 1), width, trended, values, site)
    row = 2 + len(TRENDS) * (_PANEL_ROWS + 1) - 1
    for share in (0, 1 / 3, 2 / 3, 1):
        at = now - TREND_S * (1 - share)
        sheet.put(row, _PANEL_START + min(width - 5, max(0, round(share * width) - 2)), clock(at), Role.TEXT3)


def _panel(sheet: Sheet, top: int, width: int, trended: Trended, values: Sequence[float | None], site: Site) -> None:
    beyond = site.beyond.get(trended.field, Mark.NONE)
    sheet.put(top, 122, trended.label, Role.TEXT2)
    sheet.put(top + 1, 122, trended.unit, Role.TEXT3)
    ends = _ends(trended, values, site)
    highest = trended.high if trended.high is not None else (ends.high or 0.0) / trended.scale
    columns = resampled(tuple(values), width) if values else []
    drawn_rows = block_columns(columns, 0.0, highest, _PANEL_ROWS)
    for offset, value in enumerate(columns):
        if value is None:
            sheet.put(top + _PANEL_ROWS - 1, _PANEL_START + offset, GAP, Role.LINK_TEXT)
            continue
        last = offset == len(columns) - 1
        role = URGENT_TEXT.get(beyond, Role.SPARK) if last else Role.SPARK
        for level, drawn in enumerate(drawn_rows):
            sheet.put(top + level, _PANEL_START + offset, drawn[offset], role)
    low, high = (Run(_figure(value, trended), Role.TEXT3) for value in (ends.low, ends.high))
    now = trusted(site.trust_of(trended.field), _now(ends, trended, site))
    for row, (word, figure) in enumerate((("max", (high,)), ("now", now), ("min", (low,)))):
        sheet.put(top + row, sheet.width - 12, word, Role.TEXT3)
        sheet.runs_right(top + row, sheet.width - 3, figure)
