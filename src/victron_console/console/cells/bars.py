"""The cells of a pack as deviation bars. Pure drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from victron_console.console.cells.data import Trace
from victron_console.console.cells.deviation import Axis, draw_deviation, draw_scale
from victron_console.console.kit.figures import trusted
from victron_console.console.kit.format import ABSENT, GAP, LOST, STALE_MARK, clock, number, spark
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.state_line import OLD_WORDS
from victron_console.console.kit.text import plain, width_of
from victron_console.insight.cells import ALARM_V, WARN_V, Cell, Pack, PackClass
from victron_console.model.quality import Quality

WARN_MV, ALARM_MV = WARN_V * 1000, ALARM_V * 1000
_VOLTS_END, _MV_END, _MARK, _AXIS = 10, 15, 17, 19
_NARROW_AXIS_END, _WIDE_AXIS_END = 53, 79


@dataclass(frozen=True, slots=True)
class PackView:
    """A pack with what is drawn beside its cells."""

    pack: Pack
    traces: Mapping[str, Trace]
    unseen: bool = False
    """Whether an alarm about its cells is not acknowledged."""
    quality: Quality = Quality.GOOD
    """GOOD, STALE or LOST: how far its figures are of now."""
    lost_since: float | None = None
    """Since when its station does not answer; None where it does."""

    @property
    def is_lost(self) -> bool:
        """Whether it has no figures of now."""
        return self.quality in (Quality.LOST, Quality.GONE)


def cell_name(name: str) -> str:
    """`C07`, or `2.05` for cell 5 of module 2."""
    module, _, cell = name.rpartition(".")
    return f"{module}.{int(cell):02d}" if module else f"C{int(cell):02d}"


def role_of(millivolts: float, view: PackView) -> Role | None:
    """The colour of a deviation: beyond the warn limit where it may be judged, beyond the alarm limit always.

    What is not of now has none.
    """
    pack = view.pack
    if view.quality is not Quality.GOOD:
        return None
    if abs(millivolts) > ALARM_MV:
        return Role.NOW_TEXT if pack.comparable else Role.TODAY_TEXT
    return Role.TODAY_TEXT if abs(millivolts) > WARN_MV and pack.comparable else None


def finding_runs(view: PackView) -> list[Run]:
    """The first line: the cell that is furthest out, the spread, the lowest cell where that is another one."""
    pack = view.pack
    spread = pack.spread_v
    if spread is None:
        return [Run(f"{ABSENT}  the BMS gives no cells", Role.TEXT3)]
    if view.is_lost:
        return [
            Run(LOST, Role.LINK_TEXT),
            Run(f" no live figures   last spread {number(spread * 1000)} mV", Role.TEXT3),
        ]
    if not pack.cells:
        same = bool(pack.max_id) and pack.max_id == pack.min_id
        where = (
            f"both are called {pack.max_id}" if same else f"highest {pack.max_id or '?'}  lowest {pack.min_id or '?'}"
        )
        return [
            Run("spread ", Role.TEXT3),
            *trusted(view.quality, Run(f"{number(spread * 1000)} mV", Role.TEXT1, bold=True)),
            Run("   "),
            *trusted(view.quality, Run(f"{number(pack.max_v, 3)} V", Role.TEXT2)),
            Run("  "),
            *trusted(view.quality, Run(f"{number(pack.min_v, 3)} V", Role.TEXT2)),
            Run(f"   {plain(where)}", Role.TEXT2),
        ]
    worst = pack.worst
    lowest = min(pack.cells, key=lambda cell: cell.voltage_v)
    runs: list[Run] = []
    if worst is not None:
        side = "above" if worst.deviation_v > 0 else "below"
        text = f"{number(abs(worst.deviation_v) * 1000)} mV {side} the median"
        role = role_of(worst.deviation_v * 1000, view) or Role.TEXT1
        runs += [Run(f"{cell_name(worst.name)} ", role, bold=True), *trusted(view.quality, Run(text, role, bold=True))]
    runs += [Run("   spread ", Role.TEXT3), *trusted(view.quality, Run(f"{number(spread * 1000)} mV", Role.TEXT1))]
    if lowest == worst:
        return runs
    lowest_mv = Run(f"{number(lowest.deviation_v * 1000, signed=True)} mV", Role.TEXT1)
    return [*runs, Run(f"   {cell_name(lowest.name)} lowest ", Role.TEXT3), *trusted(view.quality, lowest_mv)]


_JUDGE = {
    PackClass.MID: "light load, mid charge: it may be judged",
    PackClass.TOP: "near full: judge whether it shrinks",
    PackClass.LOADED: "under load: judge it at rest",
    PackClass.LOW: "nearly empty: judge it between 20 and 90 %",
    PackClass.UNKNOWN: "without SOC or current it cannot be judged",
}


def doing_runs(view: PackView, cells: int) -> list[Run]:
    """The second line: what the pack does, and whether its spread may be judged now; what is old, how old it is.

    Where it has more than so many cells, whether it may be judged stays to the last.
    """
    pack = view.pack
    if view.is_lost:
        since = f"LOST since {clock(view.lost_since)}" if view.lost_since is not None else "the battery is not read"
        return [Run(since, Role.LINK_TEXT, bold=True)]
    old = STALE_MARK if view.quality is Quality.STALE else ""
    amperes, parts = pack.current_a, []
    if amperes is not None:
        word = "charging" if amperes > 0.1 else "discharging" if amperes < -0.1 else "at rest"
        parts.append(f"{old}{word}" if word == "at rest" else f"{word} {old}{number(abs(amperes))} A")
    if pack.soc_percent is not None:
        parts.append(f"SOC {old}{number(pack.soc_percent)} %")
    if not old:
        parts.append(_JUDGE[pack.pack_class])
        while len(parts) > 1 and width_of(" · ".join(parts)) > cells:
            parts.pop(0)
        return [Run(" · ".join(parts), Role.TEXT2)]
    return [
        Run(OLD_WORDS, Role.LINK_TEXT),
        Run("".join(f" · {each}" for each in parts), Role.TEXT3),
    ]


def draw_pack(sheet: Sheet, row: int, end: int, view: PackView, *, room: int) -> int:
    """Heads, one row a cell, scale; more cells than rows stand in blocks beside each other. Gives the row after."""
    pack = view.pack
    if not pack.cells or room < 3:
        return row
    rows = room - 2
    blocks = -(-len(pack.cells) // rows)
    if blocks == 1:
        return _draw_block(sheet, row, 0, end, view, pack.cells, full=True)
    width = max(30, (end + 2) // blocks)
    rows = -(-len(pack.cells) // min(blocks, max(1, (end + 2) // 30)))
    after = row
    for number_, first in enumerate(range(0, len(pack.cells), rows)):
        left = number_ * width
        if left + 30 > end + 2:
            break
        shown = pack.cells[first : first + min(rows, room - 2)]
        after = max(after, _draw_block(sheet, row, left, left + width - 2, view, shown, full=False))
    return after


def _draw_block(
    sheet: Sheet, row: int, left: int, end: int, view: PackView, shown: Sequence[Cell], *, full: bool
) -> int:
    """One block of cells from column `left` on; `full` has room for the day and the remarks."""
    pack = view.pack
    axis_end = _axis_end(end) if full else end
    axis = Axis(left + _AXIS, axis_end - (axis_end - left - _AXIS) % 2, WARN_MV, ALARM_MV)
    sheet.put(row, left + 1, "CELL", Role.TEXT3)
    sheet.right(row, left + _VOLTS_END, "V", Role.TEXT3)
    sheet.right(row, left + _MV_END, "mV", Role.TEXT3)
    if full:
        words = "deviation from the median" if axis_end == _WIDE_AXIS_END else "from the median"
        median = trusted(view.quality, Run(f"{number(pack.median_v, 3)} V", Role.TEXT3))
        sheet.runs(row, axis.start + 1, (Run(f"{words} ", Role.TEXT3), *median))
        if _trace_columns(end):
            sheet.put(row, axis.end + 3, "|mV| over 24 h" if axis_end == _WIDE_AXIS_END else "24 h |mV|", Role.TEXT3)
    for cell in shown:
        row += 1
        _draw_cell(sheet, row, left, axis, view, cell)
        if full:
            _draw_day(sheet, row, axis.end + 2, end, view, cell)
    draw_scale(sheet, row + 1, axis)
    return row + 2


def _axis_end(end: int) -> int:
    if end >= 110:
        return _WIDE_AXIS_END
    return _NARROW_AXIS_END if end >= 70 else max(_AXIS + 8, end)


def _trace_columns(end: int) -> int:
    return 24 if end >= 110 else 12 if end >= 70 else 0


def _draw_cell(sheet: Sheet, row: int, left: int, axis: Axis, view: PackView, cell: Cell) -> None:
    pack = view.pack
    millivolts = cell.deviation_v * 1000
    beyond = role_of(millivolts, view)
    lowest, highest = cell.name == pack.min_id, cell.name == pack.max_id
    chip = Role.NOW_CHIP if beyond is Role.NOW_TEXT else Role.TODAY_CHIP
    name_role = (chip if view.unseen else beyond) if beyond else Role.TEXT2
    sheet.put(row, left + 1, cell_name(cell.name), name_role)
    volts = Run(number(cell.voltage_v, 3), Role.TEXT1 if beyond else Role.TEXT2)
    sheet.runs_right(row, left + _VOLTS_END, trusted(view.quality, volts))
    deviation_role = beyond or (Role.TEXT1 if lowest or highest else Role.TEXT3)
    deviation = Run(number(millivolts, signed=True), deviation_role, bold=bool(beyond))
    sheet.runs_right(row, left + _MV_END, trusted(view.quality, deviation))
    if beyond:
        sheet.put(row, left + _MARK, "!", beyond)
    bar_role = Role.SPARK if view.quality is Quality.STALE else Role.BAR
    draw_deviation(sheet, row, axis, None if view.is_lost else millivolts, beyond or bar_role)


def _draw_day(sheet: Sheet, row: int, column: int, end: int, view: PackView, cell: Cell) -> None:
    """The size of the deviation over the day on the scale of the limit, and what is special about the cell."""
    columns = _trace_columns(end)
    trace = view.traces.get(cell.name, ())
    if columns and trace:
        step = max(1, len(trace) // columns)
        worst = [
            max((abs(v) for v in trace[i : i + step] if v is not None), default=None)
            for i in range(0, len(trace), step)
        ]
        role = role_of(cell.deviation_v * 1000, view) or Role.CHART
        for offset, character in enumerate(spark(worst[:columns], 0.0, ALARM_MV)):
            sheet.put(row, column + offset, character, Role.LINK_TEXT if character == GAP else role)
    words = [
        word
        for word, holds in (
            ("max", cell.name == view.pack.max_id),
            ("min", cell.name == view.pack.min_id),
            ("bal", cell.balancing),
        )
        if holds and not view.is_lost
    ]
    remark_role = Role.TEXT1 if view.quality is Quality.GOOD else Role.TEXT3
    sheet.put(row, column + columns + 1, " ".join(words), remark_role)


def footer_runs(view: PackView, age: str) -> list[Run]:
    """Temperature, what balances, the limits, how old."""
    pack = view.pack
    runs: list[Run] = []

    def said(label: str, *value: Run) -> None:
        runs.extend((Run(f"{'   ' if runs else ''}{label} ", Role.TEXT3), *value))

    if pack.max_temperature_c is not None:
        low = pack.max_temperature_c - (pack.temperature_spread_k or 0.0)
        said("temp", *trusted(view.quality, Run(f"{number(low)}-{number(pack.max_temperature_c)} C", Role.TEXT1)))
    balancing = [cell_name(cell.name) for cell in pack.cells if cell.balancing]
    if balancing:
        names = " ".join(balancing[:6]) + (f" +{len(balancing) - 6}" if len(balancing) > 6 else "")
        said("balancing", *trusted(view.quality, Run(names, Role.TEXT1)))
    if pack.cells:
        said("warn", Run(f"±{number(WARN_MV)}", Role.TEXT3))
        said("alarm", Run(f"±{number(ALARM_MV)}", Role.TEXT3))
    else:
        said("", Run("BMS gives min/max only"))
    said("age", Run(age, Role.TEXT3))
    return runs
