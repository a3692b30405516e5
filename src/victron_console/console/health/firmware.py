"""What stands under the list of firmware: what stations of each version complain of, and the order to upgrade in."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from victron_console.console.health.data import ALARM_DAYS, HealthData
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, plain
from victron_console.diagnosing.gx.firmware import written
from victron_console.diagnosing.gx.upgrades import by_version, upgrade_plan

_SITES, _URGENT, _ALARMS = 19, 30, 40
_LABEL = 22


def draw_firmware_detail(width: int, height: int, data: HealthData) -> list[Line]:
    """The fleet by version, then the plan."""
    sheet = Sheet(width, height)
    installed = [row.firmware for row in data.rows if row.firmware is not None]
    tiers = {row.site.id: row.tier for row in data.rows}
    sheet.head(
        0, 1, width - 2, cut("BY VERSION", max(4, width - 4)), f"alarms of {ALARM_DAYS} days" if width > 44 else ""
    )
    sheet.put(1, 1, "VERSION", Role.TEXT3)
    for end, head in ((_SITES, "SITES"), (_URGENT, "ACT, PLAN"), (_ALARMS, "ALARMS")):
        sheet.right(1, end, head, Role.TEXT3)
    row = 2
    found = by_version(installed, tiers, data.alarms)
    for one in found:
        role = Role.TEXT1 if one.comparable else Role.TEXT3
        sheet.put(row, 1, written(one.version) if one.version else "unknown", role)
        for end, text in ((_SITES, str(one.stations)), (_URGENT, str(one.urgent)), (_ALARMS, f"{one.alarms:.1f}")):
            sheet.right(row, end, text, role)
        row += 1
    if not all(one.comparable for one in found):
        row = _fact(sheet, row, "", "ALARMS: a site. Faint: fewer than three sites, a difference may be chance.")
    names = {each.site.id: each.site.name for each in data.rows}
    plan = upgrade_plan(installed, tiers)
    sheet.head(row + 1, 1, width - 2, cut("UPGRADE PLAN", max(4, width - 4)))
    row += 2
    if plan.first is None and not plan.last:
        _fact(sheet, row, "", "No site is behind what it is offered or what the fleet runs.")
        return sheet.lines
    if plan.first is not None:
        row = _fact(sheet, row, "first, alone", _list([plan.first], names))
    if plan.then:
        row = _fact(sheet, row, "after a quiet week", _list(plan.then, names))
    if plan.last:
        row = _fact(sheet, row, "once mended", _list(plan.last, names))
    _fact(sheet, row, "before each", "battery above half, no outage expected, someone who can drive there")
    return sheet.lines


def _list(stations: Sequence[str], names: dict[str, str]) -> str:
    return ", ".join(plain(names.get(station, station)) for station in stations)


def _fact(sheet: Sheet, row: int, label: str, text: str) -> int:
    start = 1 + _LABEL if label and sheet.width >= 50 else 1
    if label:
        sheet.put(row, 1, cut(label, sheet.width - 2), Role.TEXT3)
        row += start == 1
    for part in wrap(text, max(8, sheet.width - start - 2)):
        sheet.put(row, start, cut(part, sheet.width - start - 1), Role.TEXT2 if label else Role.TEXT3)
        row += 1
    return row
