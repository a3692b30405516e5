"""The alarms of the selected one's site in order of time, under a list that leaves room for them. Pure."""

from __future__ import annotations

from victron_console.console.alarms.data import Stood
from victron_console.console.alarms.detail import Selected
from victron_console.console.kit.format import duration, moment
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, cut_middle

LEAST_ROWS = 5
"""A blank row, the head and three alarms; with less room it would say less than the list above it."""
_PRIORITY, _SINCE, _WHAT, _LASTED = 2, 7, 14, 9
_ROLES = {"!!": Role.NOW_TEXT, "!": Role.TODAY_TEXT, "x": Role.LINK_TEXT}


def draw_site_alarms(width: int, rows: int, it: Selected) -> list[Line]:
    """So many rows at most, the newest alarm first; nothing where the site had no other one or there is no room."""
    stood = it.detail.stood if it.detail is not None else ()
    if rows < LEAST_ROWS or len(stood) < 2:
        return []
    shown = stood[: rows - 2]
    sheet = Sheet(width, 2 + len(shown))
    said = "30 days" if len(shown) == len(stood) else f"30 days, {len(stood) - len(shown)} older"
    sheet.head(1, 2, width - 2, cut_middle(it.alarm.site.upper(), 24), said)
    for row, each in enumerate(shown, 2):
        _draw(sheet, row, each, it)
    return sheet.lines


def _draw(sheet: Sheet, row: int, each: Stood, it: Selected) -> None:
    own, end = each.id == it.alarm.id, sheet.width - 2
    sheet.put(row, _PRIORITY, each.priority, _ROLES.get(each.priority, Role.TEXT2))
    sheet.put(row, _SINCE, moment(each.since, it.now), Role.TEXT3)
    sheet.put(row, _WHAT, cut(each.what, end - _LASTED - _WHAT), Role.TEXT1 if own else Role.TEXT2, bold=own)
    lasted = duration((each.until if each.until is not None else it.now) - each.since)
    sheet.right(row, end, lasted if each.until is not None else f"{lasted} now", Role.TEXT3)
