"""How much of each month a station's parts were there, as last diagnosed."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.health.months import last_month, percent
from victron_console.console.health.station import TITLE_START, UNIT_WIDTH, value_end
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, plain
from victron_console.diagnosing.verdict.kept_findings import AvailabilityRow

AVAILABILITY = "availability.table"
"""The name of the row among a station's figures."""
TITLE = "Availability"
_COLUMNS = (("UP", 38), ("DOWN", 48), ("TIMES", 55), ("SEEN", 62))


def draw_availability_row(width: int, rows: Sequence[AvailabilityRow], *, selected: bool) -> Line:
    """The first of the present month, which is the site's own where that is known, and the worst device."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    line.put(1, "site", Role.TEXT2)
    end = value_end(width)
    line.put(TITLE_START, cut(TITLE, end - 8 - TITLE_START), Role.TEXT1)
    found = last_month(rows)
    if not found:
        return line
    line.right(end, percent(found[0].share), Role.TEXT1)
    line.put(end + 2, f"in {found[0].first_day:%b}", Role.TEXT3)
    worst = min(found, key=lambda one: one.share)
    words = (
        f"{plain(found[0].what.partition(':')[0])}; least {plain(worst.what.partition(':')[0])} {percent(worst.share)}"
    )
    line.put(end + 2 + UNIT_WIDTH, cut(words, max(0, width - end - 3 - UNIT_WIDTH)), Role.TEXT3)
    return line


def draw_availability(width: int, height: int, rows: Sequence[AvailabilityRow], *, offset: int = 0) -> list[Line]:
    """A table a month, the latest first; `offset` rows are scrolled away."""
    sheet = Sheet(width)
    sheet.head(0, 1, width - 2, cut(TITLE.upper(), max(4, width - 4)))
    columns = [(head, end) for head, end in _COLUMNS if end < width - 1]
    row = 1
    for month in sorted({one.first_day for one in rows}, reverse=True):
        sheet.put(row, 1, f"{month:%b %Y}", Role.TEXT3)
        for head, end in columns:
            sheet.right(row, end, head, Role.TEXT3)
        row += 1
        for one in (one for one in rows if one.first_day == month):
            sheet.put(row, 1, cut(plain(one.what), 28), Role.TEXT2)
            whole = one.up_s + one.down_s
            texts = (percent(one.share), _lasted(one.down_s), str(one.count), percent(whole / (whole + one.unknown_s)))
            for (_, end), text in zip(columns, texts, strict=False):
                sheet.right(row, end, text, Role.TEXT1)
            row += 1
        row += 1
    for words in (
        "UP is up time over up and down time (IEC 60050-192); of the supply it is ASAI of IEEE 1366.",
        "TIMES: how often it went away. SEEN: the share of the month of which anybody can tell.",
    ):
        sheet.put(row, 1, cut(words, width - 2), Role.TEXT3)
        row += 1
    return sheet.lines[offset : offset + height]


def _lasted(seconds: float) -> str:
    minutes = seconds / 60
    return "0" if seconds <= 0 else f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"
