"""How a site fills the screen: the layout that its size takes, its sections, the line of its state. Pure."""

from __future__ import annotations

from collections.abc import Callable

from victron_console.console.kit.energy.diagram import Diagram
from victron_console.console.kit.energy.flow import FlowDrawing, Pencil
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import plain, width_of
from victron_console.console.kit.verdict_line import put_verdict
from victron_console.console.site.layouts import draw_list_page, draw_side_by_side, draw_stacked, draw_wide
from victron_console.console.site.parts import (
    WHOLE_PAGE,
    Page,
    SiteSection,
    draw_section,
)

STACKED_FROM, STACKED_ROWS = 80, 18
SIDE_BY_SIDE_FROM, SIDE_BY_SIDE_ROWS = 120, 28
WIDE_FROM, WIDE_ROWS = 164, 44
"""Columns and body rows from which a layout is used."""


def sections(page: Page, width: int, height: int) -> list[SiteSection]:
    """What `v` goes through at a size, without what the site does not have."""
    found = [SiteSection.OVERVIEW, SiteSection.DEVICES]
    if layout_of(width, height) is draw_list_page:
        found += [SiteSection.BATTERY, SiteSection.DAY]
    if len(page.data.figures.phases.phases) > 1:
        found.append(SiteSection.PHASES)
    if page.data.figures.checks:
        found.append(SiteSection.CHECKS)
    return [*found, SiteSection.LOG]


def draw_page(page: Page, width: int, height: int) -> tuple[list[Line], Pencil]:
    """The rows between header and keys, and what the next drawing has to know of this one."""
    drawing = FlowDrawing(page.data.figures.flow, page.state.pencil)
    diagram = drawing.diagram()
    sheet = Sheet(width, height)
    draw_verdict(page, sheet)
    if page.state.section in WHOLE_PAGE:
        draw_section(page, sheet, 1 + (height > 10), 1, width - 2, height - 1 - (height > 10))
    else:
        layout_of(width, height)(page, diagram, sheet, height)
    return sheet.lines, drawing.after


def draw_verdict(page: Page, sheet: Sheet) -> None:
    """Row 0: the worst mark, what is to be said of the site, and whom to call where there is room."""
    line, end = sheet.row(0), sheet.width - 2
    column = put_verdict(line, 1, end, page.site.mark, page.site.verdict)
    contact = page.data.info.contact
    if contact and page.site.verdict.wrong and column + 3 + width_of(f"Call {plain(contact)}") <= end:
        line.right(end, f"Call {plain(contact)}", Role.TEXT2)


Layout = Callable[[Page, Diagram, Sheet, int], None]


def layout_of(width: int, height: int) -> Layout:
    """The layout for a size of the body."""
    if width >= WIDE_FROM and height >= WIDE_ROWS:
        return draw_wide
    if width >= SIDE_BY_SIDE_FROM and height >= SIDE_BY_SIDE_ROWS:
        return draw_side_by_side
    if width >= STACKED_FROM and height >= STACKED_ROWS:
        return draw_stacked
    return draw_list_page
