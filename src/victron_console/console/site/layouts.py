"""Where the sections of a site stand: one at a time, stacked, beside each other, or all at once. Pure."""

from __future__ import annotations

from dataclasses import replace

from victron_console.console.kit.energy.balance_bar import BarPart
from victron_console.console.kit.energy.day_curves import LEAST_ROWS, MOST_ROWS, draw_curves
from victron_console.console.kit.energy.diagram import NARROW, WIDE, Diagram, Grid, draw_diagram
from victron_console.console.kit.figures import projected
from victron_console.console.kit.format import power, sunrise
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.standing_alarms import draw_alarms
from victron_console.console.site.battery import draw_battery_flat, draw_battery_tall
from victron_console.console.site.battery_words import soc_runs
from victron_console.console.site.day import draw_day, draw_today
from victron_console.console.site.flow_list import BESIDE_FROM, RIGHT_COLUMN, draw_list
from victron_console.console.site.parts import (
    DAY_ROWS,
    ROWS_FOR_CURVES,
    Page,
    SiteSection,
    battery_view,
    curves_of,
    draw_bars,
    draw_day_block,
    draw_device_list,
    draw_section,
    phases_of,
    replace_section,
    window_of,
)
from victron_console.console.site.phases import draw_phases, draw_phases_wide
from victron_console.console.site.sections import (
    check_text,
    draw_text,
    log_text,
)

ROOMY_ROWS = 40
"""Body rows from which a blank one stands over the key row."""


def draw_stacked(page: Page, diagram: Diagram, sheet: Sheet, height: int) -> None:
    """Flow, balance, battery, 24 h, one alarm; a large flow takes the 24 h first, then the blank rows."""
    end = sheet.width - 2
    flow_rows = _flow_height(diagram, NARROW)
    fixed = 1 + flow_rows + 2 + 5 + 1
    blanks = max(0, min(3, height - fixed))
    row = draw_diagram(diagram, NARROW, sheet, 1 + (blanks > 2))
    row = draw_bars(page, sheet, BarPart(row + (blanks > 0), 1, end, bar=26, gap=2)) + (blanks > 1)
    if page.state.section is not SiteSection.OVERVIEW:
        draw_section(page, sheet, row, 1, end, height - row - 1)
    else:
        row = draw_battery_flat(sheet, row, 1, end, battery_view(page))
        spare = height - 1 - row
        if spare >= LEAST_ROWS:
            devices = 1 + len(page.data.figures.devices)
            keep = devices + 1 if spare - devices - 1 >= ROWS_FOR_CURVES else 0
            row = draw_curves(sheet, row, 1, end, curves_of(page), spare - keep)
        elif spare >= 2:
            row = draw_day(sheet, row, 1, end, page.data.day.rows[: min(DAY_ROWS, spare - 1)], page.site.trust)
        if height - 1 - row >= 4:
            row += 1
            draw_section(replace_section(page, SiteSection.DEVICES), sheet, row, 1, end, height - 1 - row)
    draw_alarms(sheet, height - 1, 1, end, page.alarms, page.now, room=1)


def draw_side_by_side(page: Page, diagram: Diagram, sheet: Sheet, height: int) -> None:
    end, right = sheet.width - 2, 83
    top = 2
    sheet.head(top, 1, 78, "FLOW")
    row = draw_diagram(diagram, NARROW, sheet, top + 1)
    beside = draw_battery_tall(sheet, top, right, end, battery_view(page), room=max(row, top + 10) - top)
    checks = [check for check in page.data.figures.checks if check not in page.data.figures.panel.doubts]
    if checks and row - beside >= 3:
        draw_text(sheet, beside + 1, right, end, check_text(checks, end - right), room=row - beside - 1)
    row = max(row, beside) + 1
    sheet.head(row, 1, end, "BALANCE", "one scale for both bars")
    row = draw_bars(page, sheet, BarPart(row + 1, 1, end)) + 1
    alarms = min(3, 1 + max(1, len(page.alarms)))
    bottom = height - alarms - (height >= ROOMY_ROWS)
    if page.state.section is not SiteSection.OVERVIEW:
        draw_section(page, sheet, row, 1, end, bottom - row - 1)
    else:
        _middle_and_day(page, sheet, row, end, bottom)
    draw_alarms(sheet, bottom, 1, end, page.alarms, page.now, room=alarms)


def _middle_and_day(page: Page, sheet: Sheet, row: int, end: int, bottom: int) -> None:
    """Phases and devices beside each other; the day below them takes the rows that are left."""
    table = phases_of(page)
    several = len(table.phases) > 1
    wanted = max(table.height if several else 0, 1 + len(page.data.figures.devices))
    room = bottom - row - 1
    # A whole table of phases is worth more than the last rows of the day.
    least = min(table.height, room - LEAST_ROWS - 1) if several else 0
    middle = max(0, min(wanted, max(room - ROWS_FOR_CURVES - 1, least)))
    start = 61 if several else 1
    if several and middle >= 4:
        draw_phases(window_of(sheet, row + middle), row, 1, 56, table)
    draw_device_list(page, sheet, row, start if middle >= 4 else 1, end, middle)
    row += middle + (middle > 0)
    draw_curves(sheet, row, 1, end, curves_of(page), bottom - row - 1)


def draw_wide(page: Page, diagram: Diagram, sheet: Sheet, height: int) -> None:
    end, right = sheet.width - 2, 126
    top = 2
    sheet.head(top, 1, 118, "FLOW", _legend(page))
    left = draw_diagram(diagram, WIDE, sheet, top + 1) + 2
    sheet.head(left, 1, 118, "BALANCE", "one scale for both bars")
    left = draw_bars(page, sheet, BarPart(left + 1, 1, 118)) + 2
    table = phases_of(page)
    if len(table.phases) > 1:
        left = draw_phases_wide(sheet, left, 1, 118, table) + 1
    beside = draw_battery_tall(sheet, top, right, end, battery_view(page), room=12) + 1
    checks = [check for check in page.data.figures.checks if check not in page.data.figures.panel.doubts]
    if checks:
        beside = draw_text(sheet, beside, right, end, check_text(checks, end - right), room=8) + 1
    alarms = min(5, 1 + max(1, len(page.alarms)))
    bottom = height - alarms - 1
    day = min(MOST_ROWS, max(ROWS_FOR_CURVES, bottom - left - 1)) + 1
    room = max(left, bottom - day - 3) - beside
    beside += draw_device_list(page, sheet, beside, right, end, room) + 1
    if page.data.today and bottom - day - 2 - beside > len(page.data.today):
        beside = draw_today(sheet, beside, right, end, page.data.today) + 1
    row = max(left, beside)
    if page.state.section is not SiteSection.OVERVIEW:
        draw_section(page, sheet, row, 1, end, bottom - row)
    else:
        _curves_and_log(page, sheet, row, end, bottom - 1 - row)
    draw_alarms(sheet, bottom, 1, end, page.alarms, page.now, room=height - bottom - 1)


def _curves_and_log(page: Page, sheet: Sheet, row: int, end: int, room: int) -> None:
    """The curves of the day, and the log beside them where that leaves them wide enough."""
    if room < LEAST_ROWS:
        draw_day_block(page, sheet, row, 1, end, room)
        return
    last = _CURVES_END if end - _LOG >= _LEAST_LOG else end
    after = draw_curves(sheet, row, 1, last, curves_of(page), room)
    if last < end:
        draw_text(sheet, row, _LOG, end, log_text(page.data.events, end - _LOG), room=after - row)


_CURVES_END, _LOG, _LEAST_LOG = 140, 145, 40
"""Columns of a wall."""


def _legend(page: Page) -> str:
    rating = page.data.figures.flow.rating_w
    return f"─ below 10 %   ═ to 50 %   ━ above, of {power(rating).strip()}" if rating else ""


def draw_list_page(page: Page, diagram: Diagram, sheet: Sheet, height: int) -> None:
    end = sheet.width - 2
    top = 2 if height >= 12 else 1
    alarms = height >= 8 and bool(page.alarms)
    bottom = height - alarms
    if page.state.section is not SiteSection.OVERVIEW:
        draw_section(page, sheet, top, 1, end, bottom - top)
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
    place = BarPart(row, column, end, named=False, total_end=8)
    row = draw_bars(page, sheet, replace(place, bar=max(1, end + 2 - place.bar_start))) + 1
    dawn, runs = page.site.dawn, [*soc_runs(battery_view(page))]
    if dawn is not None and dawn.low_percent is not None:
        span = Run("".join(sunrise(dawn.low_percent, dawn.high_percent)), Role.TEXT2)
        runs += [Run("  sunrise ", Role.TEXT2), *projected(page.site.trust, span)]
    sheet.runs(row, column, runs)


def _flow_height(diagram: Diagram, grid: Grid) -> int:
    scratch = Sheet(grid.value_out_end + 1)
    return draw_diagram(diagram, grid, scratch)
