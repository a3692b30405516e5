"""The cells of a pack as deviation bars, and the packs of a fleet by their spread. Pure drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from victron_console.console.cells_data import Ranked, Ranking, Trace
from victron_console.console.drawing.deviation import Axis, draw_deviation, draw_scale
from victron_console.console.drawing.phases import load_bar
from victron_console.console.drawing.sheet import Run, Sheet
from victron_console.console.format import ABSENT, GAP, LOST, number, spark
from victron_console.console.palette import Role
from victron_console.console.text import cut, plain
from victron_console.insight.cells import ALARM_V, WARN_V, Cell, Pack, PackClass

WARN_MV, ALARM_MV = WARN_V * 1000, ALARM_V * 1000
_VOLTS_END, _MV_END, _MARK, _AXIS = 10, 15, 17, 19
_NARROW_AXIS_END, _WIDE_AXIS_END = 53, 79
_CLASSES = {PackClass.LOADED: "load", PackClass.UNKNOWN: ABSENT}


@dataclass(frozen=True, slots=True)
class PackView:
    """A pack with what is drawn beside its cells."""

    pack: Pack
    traces: Mapping[str, Trace]
    unseen: bool = False
    """Whether an alarm about its cells is not acknowledged."""


def cell_name(name: str) -> str:
    """`C07`, or `2.05` for cell 5 of module 2."""
    module, _, cell = name.rpartition(".")
    return f"{module}.{int(cell):02d}" if module else f"C{int(cell):02d}"


def role_of(millivolts: float, pack: Pack) -> Role | None:
    """The colour of a deviation: beyond the warn limit where it may be judged, beyond the alarm limit always."""
    if abs(millivolts) > ALARM_MV:
        return Role.NOW_TEXT if pack.comparable else Role.TODAY_TEXT
    return Role.TODAY_TEXT if abs(millivolts) > WARN_MV and pack.comparable else None


def finding_runs(view: PackView) -> list[Run]:
    """The first line: the cell that is furthest out, the spread, the lowest cell."""
    pack = view.pack
    spread = pack.spread_v
    if spread is None:
        return [Run(f"{ABSENT}  the BMS gives no cells", Role.TEXT3)]
    if not pack.cells:
        same = bool(pack.max_id) and pack.max_id == pack.min_id
        where = (
            f"both are called {pack.max_id}" if same else f"highest {pack.max_id or '?'}  lowest {pack.min_id or '?'}"
        )
        return [
            Run("spread ", Role.TEXT3),
            Run(f"{number(spread * 1000)} mV", Role.TEXT1, bold=True),
            Run(f"   {number(pack.max_v, 3)} V  {number(pack.min_v, 3)} V   {plain(where)}", Role.TEXT2),
        ]
    worst = pack.worst
    lowest = min(pack.cells, key=lambda cell: cell.voltage_v)
    runs: list[Run] = []
    if worst is not None:
        side = "above" if worst.deviation_v > 0 else "below"
        text = f"{cell_name(worst.name)} {number(worst.deviation_v * 1000, signed=True)} mV {side} the median"
        runs.append(Run(text, role_of(worst.deviation_v * 1000, pack) or Role.TEXT1, bold=True))
    runs += [Run("   spread ", Role.TEXT3), Run(f"{number(spread * 1000)} mV", Role.TEXT1)]
    runs += [
        Run(f"   {cell_name(lowest.name)} lowest ", Role.TEXT3),
        Run(f"{number(lowest.deviation_v * 1000, signed=True)} mV", Role.TEXT1),
    ]
    return runs


_JUDGE = {
    PackClass.MID: "light load, mid charge: it may be judged",
    PackClass.TOP: "near full: judge whether it shrinks",
    PackClass.LOADED: "under load: judge it at rest",
    PackClass.LOW: "nearly empty: judge it between 20 and 90 %",
    PackClass.UNKNOWN: "without SOC or current it cannot be judged",
}


def doing_runs(pack: Pack) -> list[Run]:
    """The second line: what the pack does, and whether its spread may be judged now."""
    amperes, parts = pack.current_a, []
    if amperes is not None:
        word = "charging" if amperes > 0.1 else "discharging" if amperes < -0.1 else "at rest"
        parts.append(word if word == "at rest" else f"{word} {number(abs(amperes))} A")
    if pack.soc_percent is not None:
        parts.append(f"SOC {number(pack.soc_percent)} %")
    parts.append(_JUDGE[pack.pack_class])
    return [Run(" · ".join(parts), Role.TEXT2)]


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
        sheet.put(row, axis.start + 1, f"{words} {number(pack.median_v, 3)} V", Role.TEXT3)
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
    beyond = role_of(millivolts, pack)
    lowest, highest = cell.name == pack.min_id, cell.name == pack.max_id
    chip = Role.NOW_CHIP if beyond is Role.NOW_TEXT else Role.TODAY_CHIP
    name_role = (chip if view.unseen else beyond) if beyond else Role.TEXT2
    sheet.put(row, left + 1, cell_name(cell.name), name_role)
    sheet.right(row, left + _VOLTS_END, number(cell.voltage_v, 3), Role.TEXT1 if beyond else Role.TEXT2)
    text = number(millivolts, signed=True)
    sheet.right(
        row, left + _MV_END, text, beyond or (Role.TEXT1 if lowest or highest else Role.TEXT3), bold=bool(beyond)
    )
    if beyond:
        sheet.put(row, left + _MARK, "!", beyond)
    draw_deviation(sheet, row, axis, millivolts, beyond or Role.BAR)


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
        role = role_of(cell.deviation_v * 1000, view.pack) or Role.CHART
        for offset, character in enumerate(spark(worst[:columns], 0.0, ALARM_MV)):
            sheet.put(row, column + offset, character, Role.LINK_TEXT if character == GAP else role)
    words = [
        word
        for word, holds in (
            ("max", cell.name == view.pack.max_id),
            ("min", cell.name == view.pack.min_id),
            ("bal", cell.balancing),
        )
        if holds
    ]
    sheet.put(row, column + columns + 1, " ".join(words), Role.TEXT1)


def footer_runs(view: PackView, age: str) -> list[Run]:
    """Temperature, what balances, the limits, how old."""
    pack = view.pack
    runs: list[Run] = []

    def said(label: str, value: str, role: Role = Role.TEXT1) -> None:
        runs.extend((Run(f"{'   ' if runs else ''}{label} ", Role.TEXT3), Run(value, role)))

    if pack.max_temperature_c is not None:
        low = pack.max_temperature_c - (pack.temperature_spread_k or 0.0)
        said("temp", f"{number(low)}-{number(pack.max_temperature_c)} C")
    balancing = [cell_name(cell.name) for cell in pack.cells if cell.balancing]
    if balancing:
        said("balancing", " ".join(balancing[:6]) + (f" +{len(balancing) - 6}" if len(balancing) > 6 else ""))
    if pack.cells:
        said("warn", f"±{number(WARN_MV)}", Role.TEXT3)
        said("alarm", f"±{number(ALARM_MV)}", Role.TEXT3)
    else:
        said("", "BMS gives min/max only", Role.TEXT2)
    said("age", age, Role.TEXT3)
    return runs


# ---- the fleet


_SITE, _PACK, _SPREAD_END, _BAR = 1, 20, 38, 40
_FLEET_SCALE_MV = 150.0


def draw_fleet(sheet: Sheet, row: int, end: int, ranking: Ranking, station: str | None, *, room: int) -> int:
    """The packs by spread on one axis with the warn mark; sites without cells and lost ones in a line each."""
    if room < 3:
        return row
    sheet.head(
        row, 1, end, "FLEET  worst first", "only like is compared: mid 20-90 % SOC at light load" if end > 100 else ""
    )
    limit = row + room
    row += 1
    wide = end >= 110
    for column, head in ((_SITE, "SITE"), (_PACK, "PACK"), (_SPREAD_END - 5, "SPREAD mV")):
        sheet.put(row, column, head, Role.TEXT3)
    worst, cls = (69, 84) if wide else (end - 19, end - 5)
    sheet.put(row, worst, "WORST", Role.TEXT3)
    sheet.put(row, cls, "CLASS", Role.TEXT3)
    if wide:
        sheet.put(row, 91, "SOC", Role.TEXT3)
        sheet.put(row, 98, "TEMP", Role.TEXT3)
    tail = [
        line for line in ((ABSENT, ranking.without, ": the BMS gives no cells"), (LOST, ranking.lost, "")) if line[1]
    ]
    for each in ranking.packs[: max(0, limit - row - 1 - len(tail))]:
        row += 1
        _draw_ranked(sheet, row, each, worst, cls, wide=wide, chosen=each.station == station)
    for mark, names, after in tail:
        row += 1
        if row < limit:
            text = plain("  ".join(names)) + after
            sheet.put(row, 1, f"{mark}  {cut(text, end - 5)}", Role.LINK_TEXT if mark == LOST else Role.TEXT3)
    return row + 1


def _draw_ranked(sheet: Sheet, row: int, each: Ranked, worst: int, cls: int, *, wide: bool, chosen: bool) -> None:
    pack = each.pack
    fit = pack.pack_class in (PackClass.MID, PackClass.TOP)
    if chosen:
        sheet.row(row).ground = Role.SELECTION
        sheet.put(row, 0, ">", Role.TEXT1, bold=True)
    spread_mv = (pack.spread_v or 0.0) * 1000
    beyond = Role.TODAY_TEXT if pack.comparable and spread_mv > WARN_MV else None
    sheet.put(row, _SITE, cut(plain(each.site), _PACK - _SITE - 1), Role.TEXT1 if fit else Role.TEXT2, bold=chosen)
    sheet.put(row, _PACK, cut(plain(pack.name), _SPREAD_END - 4 - _PACK), Role.TEXT2)
    sheet.right(row, _SPREAD_END, number(spread_mv), beyond or (Role.TEXT1 if fit else Role.TEXT3))
    columns = worst - _BAR - 2
    bar, _ = load_bar(min(100.0, spread_mv * 100 / _FLEET_SCALE_MV), columns)
    sheet.put(row, _BAR + round(WARN_MV * columns / _FLEET_SCALE_MV), "┊", Role.TEXT3)
    sheet.put(row, _BAR, bar, beyond or Role.BAR)
    cell = pack.worst
    said = f"{cell_name(cell.name)} {number(cell.deviation_v * 1000, signed=True)}" if cell else "min/max only"
    sheet.put(row, worst, cut(said, cls - worst - 1), beyond or Role.TEXT2)
    sheet.put(row, cls, _CLASSES.get(pack.pack_class, pack.pack_class.value), Role.TEXT3)
    if wide:
        sheet.right(row, 94, f"{number(pack.soc_percent)}%", Role.TEXT2)
        if pack.max_temperature_c is not None:
            low = pack.max_temperature_c - (pack.temperature_spread_k or 0.0)
            sheet.put(row, 98, f"{number(low)}-{number(pack.max_temperature_c)} C", Role.TEXT2)
