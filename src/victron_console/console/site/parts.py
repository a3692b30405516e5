"""What the layouts of a site share: the page, its sections, and how each is drawn into its room. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from victron_console.console.kit.energy.balance_bar import (
    BarPart,
    NamedSource,
    draw_balance,
)
from victron_console.console.kit.energy.day_curves import DayCurves, DaySeries, draw_curves
from victron_console.console.kit.energy.flow import Pencil, names_of
from victron_console.console.kit.energy.kinds import kind_of_node
from victron_console.console.kit.marks import GLYPHS
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.view import (
    Alarm,
    Site,
)
from victron_console.console.site.battery import draw_battery_tall
from victron_console.console.site.battery_words import BatteryView
from victron_console.console.site.data import SiteData
from victron_console.console.site.day import bar_columns, draw_day, draw_marks, draw_ticks
from victron_console.console.site.devices import draw_devices
from victron_console.console.site.phases import PhaseTable, draw_phases
from victron_console.console.site.sections import (
    Text,
    audit_text,
    check_text,
    draw_text,
    info_text,
    log_text,
)
from victron_console.insight.expected_powers import ExpectedPowers
from victron_console.insight.flow.model import NodeKind
from victron_console.insight.overview.balance import BALANCED
from victron_console.model.snapshot import worst

ROWS_FOR_CURVES, COLUMNS_FOR_CURVES = 8, 70
"""Below this the day is one row a quantity."""
DAY_ROWS = 4
"""Quantities of the day that are drawn at most."""
_DC_SOURCES = (NodeKind.DC_SOURCE, NodeKind.ALTERNATOR, NodeKind.CHARGER, NodeKind.FUEL_CELL, NodeKind.CONVERTER)


class SiteSection(StrEnum):
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


LONG_SECTIONS = (SiteSection.CHECKS, SiteSection.LOG, SiteSection.AUDIT, SiteSection.INFO)
"""Sections that may be longer than the screen: the cursor keys scroll them."""
WHOLE_PAGE = (SiteSection.AUDIT, SiteSection.INFO)
"""Sections that have the page for themselves: Esc leaves them."""


@dataclass(frozen=True, slots=True)
class PageState:
    """What the operator looks at, and what the drawing remembers."""

    section: SiteSection = SiteSection.OVERVIEW
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
    expected: ExpectedPowers = field(default_factory=ExpectedPowers)


def replace_section(page: Page, section: SiteSection) -> Page:
    """The page with another section chosen."""
    return replace(page, state=replace(page.state, section=section))


def draw_section(page: Page, sheet: Sheet, row: int, start: int, end: int, room: int) -> None:
    """The section that `v` has chosen, in the room that is left."""
    section = page.state.section
    if section is SiteSection.DEVICES:
        draw_device_list(page, sheet, row, start, end, room)
    elif section is SiteSection.PHASES:
        draw_phases(window_of(sheet, row + room), row, start, min(end, start + 55), phases_of(page))
    elif section is SiteSection.BATTERY:
        draw_battery_tall(sheet, row, start, end, battery_view(page), room=room)
    elif section is SiteSection.DAY:
        if room >= ROWS_FOR_CURVES and end - start >= COLUMNS_FOR_CURVES:
            draw_curves(sheet, row, start, end, curves_of(page), room)
        else:
            draw_day_block(page, sheet, row, start, end, room)
    elif section in LONG_SECTIONS:
        draw_text(sheet, row, start, end, _long(page, end - start), room=room, offset=page.state.offset)


def _long(page: Page, width: int) -> Text:
    """The lines of a section that may be longer than the screen."""
    figures = page.data.figures
    section = page.state.section
    if section is SiteSection.CHECKS:
        return check_text(figures.checks, width)
    if section is SiteSection.AUDIT:
        return audit_text(figures.audit, width)
    if section is SiteSection.INFO:
        return info_text(page.data.info, width)
    return log_text(page.data.events, width)


def draw_device_list(page: Page, sheet: Sheet, row: int, start: int, end: int, room: int) -> int:
    """Devices with their head; gives the rows taken."""
    if room < 2:
        return 0
    lines = list(page.data.figures.devices)
    sheet.head(row, start, end, "DEVICES", "Enter opens" if page.state.chosen is not None else "")
    return draw_devices(sheet, row + 1, start, end, lines, room=room - 1, chosen=page.state.chosen) - row


def draw_bars(page: Page, sheet: Sheet, place: BarPart) -> int:
    figures = page.data.figures
    sources = [
        NamedSource(names_of(node)[0], node.power_w, kind_of_node(node.kind))
        for node in (figures.flow.dc.sources if figures.flow.dc else ())
        if node.kind in _DC_SOURCES and node.power_w is not None and node.power_w > 0
    ]
    return draw_balance(figures.balance, sheet, place, sources, page.site.trust_of(*BALANCED))


def battery_view(page: Page) -> BatteryView:
    figures = page.data.figures
    pack = next((pack for pack in figures.packs if pack.device == figures.panel.device), None)
    return BatteryView(
        figures.shown,
        figures.panel,
        page.site.trust_of("soc_percent", "battery_power_w"),
        figures.battery_name,
        page.site.dawn,
        pack,
        limits=worst((page.site.trust, figures.limits_quality)),
        cells=page.site.trust_of("cell_spread_v"),
    )


def phases_of(page: Page) -> PhaseTable:
    """The phases, whose figures are no better than the station's."""
    return page.data.figures.phases.aged(page.site.trust)


def curves_of(page: Page) -> DayCurves:
    """The day as curves, with what is expected of the night."""
    ahead = {Role.LOADS: page.expected.load, Role.PV: page.expected.pv} if page.site.fresh else {}
    rows = tuple(
        DaySeries(row.label, row.kind, row.values, row.is_power, ahead.get(row.kind, ())) for row in page.data.day.rows
    )
    return DayCurves(
        rows, page.data.day.until, page.site.dawn, page.data.figures.panel.floor_percent, is_old=not page.site.fresh
    )


def draw_day_block(page: Page, sheet: Sheet, row: int, start: int, end: int, room: int) -> int:
    """The day with its marks and times as far as there is room; gives the row after it."""
    day = page.data.day
    if room < 2 or not day.rows:
        return row
    columns = bar_columns(end + 1 - start)
    shown = day.rows[: min(DAY_ROWS, room - 1)]
    left = room - 1 - len(shown)
    row = draw_day(sheet, row, start, end, shown, page.site.trust, gaps_in_lane=left >= 1)
    if left >= 1:
        sheet.put(row, start, "alarms", Role.TEXT3)
        draw_marks(sheet, row, start + 10, columns, day.gaps(columns), alarm_marks(page))
        row += 1
    if left >= 2:
        draw_ticks(sheet, row, start + 10, columns, day.since, day.until)
        row += 1
    return row


def alarm_marks(page: Page) -> list[tuple[float, str, Role]]:
    """Where in the day each alarm began, its glyph and its look."""
    day = page.data.day
    glyphs = [(alarm.since, GLYPHS[alarm.mark]) for alarm in page.alarms if alarm.since >= day.since]
    return [((at - day.since) / (day.until - day.since), glyph.text, glyph.role) for at, glyph in glyphs if glyph.text]


def window_of(sheet: Sheet, bottom: int) -> Sheet:
    """The same sheet with nothing below a row."""
    window = Sheet(sheet.width, min(bottom, sheet.limit if sheet.limit is not None else bottom))
    window.lines = sheet.lines
    return window
