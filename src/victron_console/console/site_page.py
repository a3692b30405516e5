"""How the sections of a site share the screen: one at a time on a small one, beside each other on a wide one. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from victron_console.console.drawing.balance_bar import Place, draw_balance
from victron_console.console.drawing.battery import BatteryView, draw_battery_flat, draw_battery_tall
from victron_console.console.drawing.day import bar_columns, draw_day, draw_marks, draw_ticks, draw_today
from victron_console.console.drawing.day_panels import LOG, PANEL_ROWS, draw_panels, panel_columns, panels_height
from victron_console.console.drawing.devices import draw_devices
from victron_console.console.drawing.diagram import NARROW, WIDE, Diagram, Grid, draw_diagram
from victron_console.console.drawing.flow import FlowDrawing, Pencil, names_of
from victron_console.console.drawing.flow_list import BESIDE_FROM, RIGHT_COLUMN, draw_list
from victron_console.console.drawing.phases import draw_phases, draw_phases_wide
from victron_console.console.drawing.sheet import Run, Sheet
from victron_console.console.drawing.state_line import Told, state_runs
from victron_console.console.format import power, sunrise
from victron_console.console.line import Line
from victron_console.console.marks import GLYPHS
from victron_console.console.palette import Role
from victron_console.console.site_data import SiteData
from victron_console.console.site_sections import (
    Text,
    audit_text,
    check_text,
    draw_alarms,
    draw_text,
    info_text,
    log_text,
)
from victron_console.console.view import Alarm, Site
from victron_console.insight.flow_model import NodeKind
from victron_console.model.quality import Quality

STACKED_FROM, STACKED_ROWS = 80, 18
SIDE_BY_SIDE_FROM, SIDE_BY_SIDE_ROWS = 120, 28
WIDE_FROM, WIDE_ROWS = 164, 44
"""Columns and body rows from which a layout is used."""
ROOMY_ROWS = 40
"""Body rows from which a blank one stands over the key row."""
DAY_ROWS = 4
LEAST_DAY = 4
"""Rows of the day with its head that a whole table of phases leaves it."""
_DC_SOURCES = (NodeKind.DC_SOURCE, NodeKind.ALTERNATOR, NodeKind.CHARGER, NodeKind.FUEL_CELL)


class Section(StrEnum):
    """What `v` goes through."""

    OVERVIEW = "overview"
    BATTERY = "battery"
    DEVICES = "devices"
    PHASES = "phases"
    CHECKS = "checks"
    DAY = "24 h"
    LOG = "log"
    AUDIT = "audit"
    INFO = "info"


LONG_SECTIONS = (Section.CHECKS, Section.LOG, Section.AUDIT, Section.INFO)
"""Sections that may be longer than the screen: the cursor keys scroll them."""
_WHOLE_PAGE = (Section.AUDIT, Section.INFO)


@dataclass(frozen=True, slots=True)
class PageState:
    """What the operator looks at, and what the drawing remembers."""

    section: Section = Section.OVERVIEW
    chosen: int | None = None
    """The device line that the cursor is on."""
    offset: int = 0
    """Rows of a long section that are scrolled away."""
    pencil: Pencil = field(default_factory=Pencil)


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown of a site."""

    data: SiteData
    site: Site
    alarms: tuple[Alarm, ...]
    now: float
    state: PageState


def sections(page: Page, width: int, height: int) -> list[Section]:
    """What `v` goes through at a size, without what the site does not have."""
    found = [Section.OVERVIEW, Section.DEVICES]
    if layout_of(width, height) is _list_page:
        found += [Section.BATTERY, Section.DAY]
    if len(page.data.figures.phases.phases) > 1:
        found.append(Section.PHASES)
    if page.data.figures.checks:
        found.append(Section.CHECKS)
    return [*found, Section.LOG]


def draw_page(page: Page, width: int, height: int) -> tuple[list[Line], Pencil]:
    """The rows between header and keys, and what the next drawing has to know of this one."""
    drawing = FlowDrawing(page.data.figures.flow, page.state.pencil)
    diagram = drawing.diagram()
    sheet = Sheet(width, height)
    told = Told(
        page.data.figures.snapshot,
        page.data.figures.shown,
        page.data.figures.balance,
        page.site,
        page.now,
        checks=len(page.data.figures.checks) if width < WIDE_FROM else 0,
        focus_until=page.data.focus_until,
    )
    sheet.runs(0, 1, state_runs(told, width - 2))
    if page.state.section in _WHOLE_PAGE:
        _section(page, sheet, 1 + (height > 10), 1, width - 2, height - 1 - (height > 10))
    else:
        layout_of(width, height)(page, diagram, sheet, height)
    return sheet.lines, drawing.after


Layout = Callable[[Page, Diagram, Sheet, int], None]


def layout_of(width: int, height: int) -> Layout:
    """The layout for a size of the body."""
    if width >= WIDE_FROM and height >= WIDE_ROWS:
        return _wide_page
    if width >= SIDE_BY_SIDE_FROM and height >= SIDE_BY_SIDE_ROWS:
        return _side_by_side_page
    if width >= STACKED_FROM and height >= STACKED_ROWS:
        return _stacked_page
    return _list_page


# ---- 80x24: one above the other


def _stacked_page(page: Page, diagram: Diagram, sheet: Sheet, height: int) -> None:
    """Flow, balance, battery, 24 h, one alarm; a large flow takes the 24 h first, then the blank rows."""
    end = sheet.width - 2
    flow_rows = _flow_height(diagram, NARROW)
    fixed = 1 + flow_rows + 2 + 5 + 1
    blanks = max(0, min(3, height - fixed))
    row = draw_diagram(diagram, NARROW, sheet, 1 + (blanks > 2))
    row = _balance(page, sheet, Place(row + (blanks > 0), 1, end, bar=26, gap=2)) + (blanks > 1)
    if page.state.section is not Section.OVERVIEW:
        _section(page, sheet, row, 1, end, height - row - 1)
    else:
        row = draw_battery_flat(sheet, row, 1, end, _battery(page))
        spare = height - 1 - row
        if spare >= 2:
            row = draw_day(sheet, row, 1, end, page.data.day.rows[: min(DAY_ROWS, spare - 1)])
        if height - 1 - row >= 4:
            row += 1
            _section(replace_section(page, Section.DEVICES), sheet, row, 1, end, height - 1 - row)
    draw_alarms(sheet, height - 1, 1, end, page.alarms, page.now, room=1)


# ---- 120x40: the battery beside the flow


def _side_by_side_page(page: Page, diagram: Diagram, sheet: Sheet, height: int) -> None:
    end, right = sheet.width - 2, 83
    top = 2
    sheet.head(top, 1, 78, "FLOW")
    row = draw_diagram(diagram, NARROW, sheet, top + 1)
    beside = draw_battery_tall(sheet, top, right, end, _battery(page), room=max(row, top + 10) - top)
    checks = [check for check in page.data.figures.checks if check not in page.data.figures.panel.doubts]
    if checks and row - beside >= 3:
        draw_text(sheet, beside + 1, right, end, check_text(checks, end - right), room=row - beside - 1)
    row = max(row, beside) + 1
    sheet.head(row, 1, end, "BALANCE", "one scale for both bars")
    row = _balance(page, sheet, Place(row + 1, 1, end)) + 1
    alarms = min(3, 1 + max(1, len(page.alarms)))
    bottom = height - alarms - (height >= ROOMY_ROWS)
    if page.state.section is not Section.OVERVIEW:
        _section(page, sheet, row, 1, end, bottom - row - 1)
    else:
        _middle_and_day(page, sheet, row, end, bottom)
    draw_alarms(sheet, bottom, 1, end, page.alarms, page.now, room=alarms)


def _middle_and_day(page: Page, sheet: Sheet, row: int, end: int, bottom: int) -> None:
    """Phases and devices beside each other, and the day below them where it has room."""
    day = _day_height(page)
    table = page.data.figures.phases
    several = len(table.phases) > 1
    wanted = max(table.height if several else 0, 1 + len(page.data.figures.devices))
    room = bottom - row - 1
    middle = min(wanted, room)
    if room - day - 1 >= 4:
        # A whole table of phases is worth more than the last rows of the day.
        least = min(table.height, room - LEAST_DAY - 1) if several else 0
        middle = min(wanted, max(room - day - 1, least))
    start = 61 if several else 1
    if several and middle >= 4:
        draw_phases(_window(sheet, row + middle), row, 1, 56, table)
    _devices(page, sheet, row, start if middle >= 4 else 1, end, middle)
    row += middle + 1
    if bottom - row >= 2:
        _day(page, sheet, row, 1, end, bottom - row)


# ---- 200x60: everything


def _wide_page(page: Page, diagram: Diagram, sheet: Sheet, height: int) -> None:
    end, right = sheet.width - 2, 126
    top = 2
    sheet.head(top, 1, 118, "FLOW", _legend(page))
    left = draw_diagram(diagram, WIDE, sheet, top + 1) + 2
    sheet.head(left, 1, 118, "BALANCE", "one scale for both bars")
    left = _balance(page, sheet, Place(left + 1, 1, 118)) + 2
    table = page.data.figures.phases
    if len(table.phases) > 1:
        left = draw_phases_wide(sheet, left, 1, 118, table) + 1
    beside = draw_battery_tall(sheet, top, right, end, _battery(page), room=12) + 1
    checks = [check for check in page.data.figures.checks if check not in page.data.figures.panel.doubts]
    if checks:
        beside = draw_text(sheet, beside, right, end, check_text(checks, end - right), room=8) + 1
    alarms = min(5, 1 + max(1, len(page.alarms)))
    bottom = height - alarms - 1
    day = panels_height(min(DAY_ROWS, len(page.data.day.rows)))
    room = max(left, bottom - day - 3) - beside
    beside += _devices(page, sheet, beside, right, end, room) + 1
    if page.data.today and bottom - day - 2 - beside > len(page.data.today):
        beside = draw_today(sheet, beside, right, end, page.data.today) + 1
    row = max(left, beside)
    if page.state.section is not Section.OVERVIEW:
        _section(page, sheet, row, 1, end, bottom - row)
    else:
        _panels_and_log(page, sheet, row, end, bottom - 1 - row)
    draw_alarms(sheet, bottom, 1, end, page.alarms, page.now, room=height - bottom - 1)


def _panels_and_log(page: Page, sheet: Sheet, row: int, end: int, room: int) -> None:
    """As many panels of the day as there is room for, its marks below, the log beside; a line each in less room."""
    day = page.data.day
    count = min(DAY_ROWS, len(day.rows), (room - 4) // (PANEL_ROWS + 1))
    if count < 1:
        _day(page, sheet, row, 1, end, room)
        return
    after = draw_panels(sheet, row, end, day.rows[:count], day.since, day.until)
    columns = panel_columns(sheet.width)
    sheet.put(after, 1, "alarm", Role.TEXT3)
    draw_marks(sheet, after, 8, columns, day.gaps(columns), _marks(page))
    log = 7 + columns + LOG
    if end - log >= 12:
        draw_text(sheet, row + 1, log, end, log_text(page.data.events, end - log), room=after - row - 2)


def _legend(page: Page) -> str:
    rating = page.data.figures.flow.rating_w
    return f"─ below 10 %   ═ to 50 %   ━ above, of {power(rating).strip()}" if rating else ""


# ---- 60x16 and smaller: one section at a time


def _list_page(page: Page, diagram: Diagram, sheet: Sheet, height: int) -> None:
    end = sheet.width - 2
    top = 2 if height >= 12 else 1
    alarms = height >= 8 and bool(page.alarms)
    bottom = height - alarms
    if page.state.section is not Section.OVERVIEW:
        _section(page, sheet, top, 1, end, bottom - top)
    else:
        left, right = draw_list(diagram, sheet, top, sheet.width)
        if sheet.width >= BESIDE_FROM:
            _short_balance(page, sheet, right + 1, RIGHT_COLUMN, end)
        else:
            _short_balance(page, sheet, max(left, right) + 1, 1, end)
    if alarms:
        draw_alarms(sheet, height - 1, 1, end, page.alarms, page.now, room=1)


def _short_balance(page: Page, sheet: Sheet, row: int, column: int, end: int) -> None:
    """Both bars without names, and the charge with what is left of it at sunrise."""
    place = Place(row, column, end, named=False, total_end=8)
    row = _balance(page, sheet, replace(place, bar=max(1, end + 2 - place.bar_start))) + 1
    shown, dawn = page.data.figures.shown, page.site.dawn
    words = f"  sunrise {''.join(sunrise(dawn.low_percent, dawn.high_percent))}" if dawn and dawn.low_percent else ""
    soc = "-" if shown.soc_percent is None else f"{shown.soc_percent:.0f}%"
    sheet.runs(row, column, (Run(soc, Role.TEXT1, bold=True), Run(words, Role.TEXT2)))


# ---- sections that several layouts share


def replace_section(page: Page, section: Section) -> Page:
    """The page with another section chosen."""
    return replace(page, state=replace(page.state, section=section))


def _section(page: Page, sheet: Sheet, row: int, start: int, end: int, room: int) -> None:
    """The section that `v` has chosen, in the room that is left."""
    section = page.state.section
    figures = page.data.figures
    if section is Section.DEVICES:
        _devices(page, sheet, row, start, end, room)
    elif section is Section.PHASES:
        draw_phases(_window(sheet, row + room), row, start, min(end, start + 55), figures.phases)
    elif section is Section.BATTERY:
        draw_battery_tall(sheet, row, start, end, _battery(page), room=room)
    elif section is Section.DAY:
        _day(page, sheet, row, start, end, room)
    elif section in LONG_SECTIONS:
        draw_text(sheet, row, start, end, _long(page, end - start), room=room, offset=page.state.offset)


def _long(page: Page, width: int) -> Text:
    """The lines of a section that may be longer than the screen."""
    figures = page.data.figures
    section = page.state.section
    if section is Section.CHECKS:
        return check_text(figures.checks, width)
    if section is Section.AUDIT:
        return audit_text(figures.audit, width)
    if section is Section.INFO:
        return info_text(page.data.info, width)
    return log_text(page.data.events, width)


def _devices(page: Page, sheet: Sheet, row: int, start: int, end: int, room: int) -> int:
    """Devices with their head; gives the rows taken."""
    if room < 2:
        return 0
    lines = list(page.data.figures.devices)
    sheet.head(row, start, end, "DEVICES", "Enter opens" if page.state.chosen is not None else "")
    return draw_devices(sheet, row + 1, start, end, lines, room=room - 1, chosen=page.state.chosen) - row


def _balance(page: Page, sheet: Sheet, place: Place) -> int:
    figures = page.data.figures
    if page.site.quality is Quality.LOST:
        sheet.put(place.row, place.column, "BALANCE  --- no live figures", Role.LINK_TEXT)
        return place.row + place.rows
    sources = [
        (names_of(node)[0], node.power_w)
        for node in (figures.flow.dc.sources if figures.flow.dc else ())
        if node.kind in _DC_SOURCES and node.power_w is not None and node.power_w > 0
    ]
    return draw_balance(figures.balance, sheet, place, sources)


def _battery(page: Page) -> BatteryView:
    figures = page.data.figures
    pack = next((pack for pack in figures.packs if pack.device == figures.panel.device), None)
    return BatteryView(figures.shown, figures.panel, page.site.quality, figures.battery_name, page.site.dawn, pack)


def _day_height(page: Page) -> int:
    """Head, rows, marks and times."""
    return 1 + min(DAY_ROWS, len(page.data.day.rows)) + 2 if page.data.day.rows else 0


def _day(page: Page, sheet: Sheet, row: int, start: int, end: int, room: int) -> int:
    """The day with its marks and times as far as there is room; gives the row after it."""
    day = page.data.day
    if room < 2 or not day.rows:
        return row
    columns = bar_columns(end + 1 - start)
    shown = day.rows[: min(DAY_ROWS, room - 1)]
    left = room - 1 - len(shown)
    row = draw_day(sheet, row, start, end, shown, gaps_in_lane=left >= 1)
    if left >= 1:
        sheet.put(row, start, "alarms", Role.TEXT3)
        draw_marks(sheet, row, start + 10, columns, day.gaps(columns), _marks(page))
        row += 1
    if left >= 2:
        draw_ticks(sheet, row, start + 10, columns, day.since, day.until)
        row += 1
    return row


def _marks(page: Page) -> list[tuple[float, str, Role]]:
    """Where in the day each alarm began, its glyph and its look."""
    day = page.data.day
    glyphs = [(alarm.since, GLYPHS[alarm.mark]) for alarm in page.alarms if alarm.since >= day.since]
    return [((at - day.since) / (day.until - day.since), glyph.text, glyph.role) for at, glyph in glyphs if glyph.text]


def _flow_height(diagram: Diagram, grid: Grid) -> int:
    scratch = Sheet(grid.value_out_end + 1)
    return draw_diagram(diagram, grid, scratch)


def _window(sheet: Sheet, bottom: int) -> Sheet:
    """The same sheet with nothing below a row."""
    window = Sheet(sheet.width, min(bottom, sheet.limit if sheet.limit is not None else bottom))
    window.lines = sheet.lines
    return window
