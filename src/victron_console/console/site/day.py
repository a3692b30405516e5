"""The last 24 hours of a site as one row a quantity: what is now is a number, what was before is a quiet bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.kit.blocks import spread
from victron_console.console.kit.figures import power_figure, trusted
from victron_console.console.kit.format import GAP, clock, number, power, spark
from victron_console.console.kit.palette import Role, Step, Tone
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.model.clock import local
from victron_console.model.quality import Quality
from victron_console.model.snapshot import worst

LABEL_COLUMNS = 10
STATS_COLUMNS = 20
"""Columns left and right of the bars: the label, and min, now and max."""
TICK_HOURS = 3


@dataclass(frozen=True, slots=True)
class DayRow:
    """One quantity: a bucket a column, oldest first, None where nothing was received."""

    label: str
    values: tuple[float | None, ...]
    now: float | None
    is_power: bool = True
    """In W; else a percentage on a scale of 0 to 100."""
    quality: Quality = Quality.GOOD
    """How far its own devices are read now."""
    kind: Role = Role.OTHER
    """Of the energy that it is about."""

    def known(self, quality: Quality) -> list[float]:
        """What was received, with the current value where it is shown: it is as a rule not in a bucket yet."""
        shown = None if quality in (Quality.LOST, Quality.GONE) else self.now
        return [value for value in (*self.values, shown) if value is not None]

    def now_runs(self, quality: Quality, unit: str = "") -> tuple[Run, ...]:
        """The current value with its look."""
        if self.is_power:
            return power_figure(self.now, quality).narrow.runs
        return trusted(quality, Run(f"{number(self.now)}{unit}", Role.TEXT1))

    def said(self, value: float | None) -> str:
        """A value of it as text."""
        return power(value).strip() if self.is_power else number(value)


def bar_columns(width: int) -> int:
    """Columns of the bars in a block of that width, so many buckets are worth asking for."""
    return max(0, width - LABEL_COLUMNS - STATS_COLUMNS)


def draw_day(
    sheet: Sheet,
    row: int,
    start: int,
    end: int,
    rows: Sequence[DayRow],
    quality: Quality = Quality.GOOD,
    *,
    gaps_in_lane: bool = False,
) -> int:
    """The block with its head; gives the row after it.

    Args:
        sheet: where to draw.
        row: the row of the head.
        start: the first column.
        end: the last column.
        rows: the quantities.
        quality: how far the current values are of now.
        gaps_in_lane: a lane below the bars tells of gaps.
    """
    draw_day_head(sheet, row, start, end)
    for offset, each in enumerate(rows, 1):
        _draw_row(sheet, row + offset, start, end, each, worst((quality, each.quality)), " " if gaps_in_lane else GAP)
    return row + 1 + len(rows)


def draw_day_head(sheet: Sheet, row: int, start: int, end: int) -> None:
    """The label, the rule, and the names of the three numbers."""
    sheet.put(row, start, "24 h", Role.TEXT2)
    for column, name in ((end - 14, "min"), (end - 7, "now"), (end, "max")):
        sheet.right(row, column, name, Role.TEXT3)
    sheet.row(row).rule(start + 5, end - 18)


def _draw_row(sheet: Sheet, row: int, start: int, end: int, each: DayRow, quality: Quality, gap: str) -> None:
    sheet.put(row, start, each.label, each.kind)
    known = each.known(quality)
    # A power's bars stand on zero, or on its lowest value where it turns negative: export is below, not hidden.
    low, high = (min([0.0, *known]), max([0.0, *known])) if each.is_power else (0.0, 100.0)
    column = start + LABEL_COLUMNS
    bars = spark(spread(each.values, bar_columns(end + 1 - start)), low, high)
    for character in bars:
        silent = character == GAP
        column = sheet.put(
            row, column, gap if silent else character, Role.LINK_TEXT if silent else Tone(each.kind, Step.NEAR)
        )
    sheet.right(row, end - 14, each.said(min(known, default=None)), Role.TEXT3)
    sheet.runs_right(row, end - 7, each.now_runs(quality))
    sheet.right(row, end, each.said(max(known, default=None)), Role.TEXT3)


def round_hours(since: float, until: float, columns: int) -> list[tuple[int, float]]:
    """The columns of the round hours in a span, and when they are."""
    if until <= since:
        return []
    first = local(since).replace(minute=0, second=0, microsecond=0)
    hour = first.timestamp() + 3600 * ((-first.hour) % TICK_HOURS)
    found = []
    while hour < until:
        if hour >= since:
            found.append((int((hour - since) * columns / (until - since)), hour))
        hour += 3600 * TICK_HOURS
    return found


def draw_ticks(
    sheet: Sheet, row: int, start: int, columns: int, since: float, until: float, *, centred: bool = False
) -> None:
    """The round hours under the bars, each starting at its column or centred under it; none is cut."""
    for column, hour in round_hours(since, until, columns):
        first = max(0, column - 2) if centred else column
        if first + 5 <= columns:
            sheet.put(row, start + first, clock(hour), Role.TEXT3)


def draw_marks(
    sheet: Sheet, row: int, start: int, columns: int, gaps: Sequence[bool], alarms: Sequence[tuple[float, str, Role]]
) -> None:
    """The lane under the bars: `×` where nothing was received, an alarm's glyph where it began.

    Args:
        sheet: where to draw.
        row: the row of the lane.
        start: the first column of the bars.
        columns: how many there are.
        gaps: for each column, whether nothing was received in it.
        alarms: share of the day (0 to 1), glyph and role of each alarm.
    """
    sheet.row(row).rule(start, start + columns - 1)
    for column, gap in enumerate(gaps[:columns]):
        if gap:
            sheet.put(row, start + column, "×", Role.LINK_TEXT)
    for share, glyph, role in alarms:
        sheet.put(row, start + min(columns - 1, int(share * columns)), glyph, role)


def draw_today(sheet: Sheet, row: int, start: int, end: int, energies: Sequence[tuple[str, float]]) -> int:
    """The energies of the day in kWh, as bars on one scale; gives the row after the last."""
    sheet.head(row, start, end, "TODAY")
    most = max((kwh for _, kwh in energies), default=0.0)
    bar = start + 24
    for label, kwh in energies:
        row += 1
        sheet.put(row, start, label, Role.TEXT2)
        sheet.runs(
            row,
            sheet.right(row, start + 17, number(kwh, 1), Role.TEXT1) + len(number(kwh, 1)),
            (Run(" kWh", Role.TEXT3),),
        )
        columns = max(0, end + 1 - bar)
        filled = round(kwh * columns / most) if most else 0
        sheet.put(row, sheet.put(row, bar, "█" * filled, Role.CHART), "·" * (columns - filled), Role.TEXT3)
    return row + 1
