"""Draws the load of alarms against what one operator can take, in one row. Pure drawing."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.alarms.rates import FLOOD, TARGET_PER_HOUR, AlarmLoad
from victron_console.console.kit.format import alarm_rate, duration
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut
from victron_console.console.kit.view import Alarm

_GAP = 3


def draw_load(
    sheet: Sheet, row: int, load: AlarmLoad, per_hour: int, in_10_min: int, oldest_s: float | None,
    flapping: Sequence[Alarm],
) -> None:  # fmt: skip
    """What comes and how it is dealt with, over two rows where it must be; what has no room is left out."""
    parts = [[_rate(per_hour), Run(f", {TARGET_PER_HOUR} at most", Role.TEXT3)]]
    if in_10_min >= FLOOD:
        parts.append([Run(f"FLOOD: {in_10_min} in 10 min", Role.NOW_TEXT, True)])
    if flapping:
        comes = f"comes and goes: {cut(flapping[0].what, 18)}, {flapping[0].count} times"
        parts.append([Run(comes, Role.TODAY_TEXT)])
    if load.top_title:
        often = f"most often in 30 days: {cut(load.top_title, 18)}, {load.top_count} of {load.raised}"
        parts.append([Run(often, Role.TEXT3)])
    if oldest_s is not None:
        parts.append([Run(f"oldest not seen {duration(oldest_s)}", Role.TEXT3)])
    if load.time_to_ack_s is not None:
        parts.append([Run(f"acknowledged after {duration(load.time_to_ack_s)}", Role.TEXT3)])
    column, last = 2, row + 1
    for part in parts:
        if column + sum(len(run.text) for run in part) >= sheet.width:
            row, column = row + 1, 2
        if row > last:
            break
        column = sheet.runs(row, column, part) + _GAP


def _rate(per_hour: int) -> Run:
    return Run(alarm_rate(per_hour), Role.TODAY_TEXT if per_hour > TARGET_PER_HOUR else Role.TEXT1)


def put_rate(line: Line, end: int, per_hour: int, in_10_min: int) -> int:
    """Write the rate into a header, its last cell at `end`; gives the last column that is left for the rest."""
    if in_10_min >= FLOOD:
        return line.right(end, f"FLOOD {in_10_min} in 10 min", Role.NOW_TEXT, bold=True) - 3
    rate = _rate(per_hour)
    return line.right(end, rate.text, rate.role) - 3
