"""Draws the load of alarms against what one operator can take, in one row. Pure drawing."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.alarms.rates import FLOOD, TARGET_PER_HOUR, AlarmLoad
from victron_console.console.kit.format import duration
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
    """What comes and how it is dealt with, over two rows where it must be."""
    over = per_hour > TARGET_PER_HOUR
    parts = [[Run("RATE ", Role.TEXT2), Run(f"{per_hour}/h", Role.TODAY_TEXT if over else Role.TEXT1),
              Run(f" of {TARGET_PER_HOUR}", Role.TEXT3)]]  # fmt: skip
    parts.append([Run("flood ", Role.TEXT3), _flood(in_10_min)])
    chatter = cut(f"{flapping[0].what} x{flapping[0].count}", 24) if flapping else "none"
    parts.append([Run("chatter ", Role.TEXT3), Run(chatter, Role.TODAY_TEXT if flapping else Role.TEXT3)])
    if load.top_rule:
        rule = load.top_rule.rpartition(":")[2].rpartition("/")[2]
        parts.append([Run(f"top rule 30 d: {cut(rule, 18)} {load.top_count} of {load.raised}", Role.TEXT3)])
    if oldest_s is not None:
        parts.append([Run(f"oldest not seen {duration(oldest_s)}", Role.TEXT3)])
    if load.time_to_ack_s is not None:
        parts.append([Run(f"time to ack {duration(load.time_to_ack_s)}", Role.TEXT3)])
    column = 2
    for part in parts:
        if column + sum(len(run.text) for run in part) >= sheet.width:
            row, column = row + 1, 2
        column = sheet.runs(row, column, part) + _GAP


def _flood(in_10_min: int) -> Run:
    return Run(f"{in_10_min} in 10m", Role.NOW_TEXT, True) if in_10_min >= FLOOD else Run("none", Role.TEXT3)


def put_rate(line: Line, end: int, per_hour: int, in_10_min: int) -> int:
    """Write the rate into a header, its last cell at `end`; gives the last column that is left for the rest."""
    if in_10_min >= FLOOD:
        return line.right(end, f"FLOOD {in_10_min} in 10m", Role.NOW_TEXT, bold=True) - 3
    end = line.right(end, f" of {TARGET_PER_HOUR}", Role.TEXT3) - 1
    return line.right(end, f"{per_hour}/h", Role.TODAY_TEXT if per_hour > TARGET_PER_HOUR else Role.TEXT1) - 3
