"""The packs of a fleet by their spread, only like compared with like. Pure drawing."""

from __future__ import annotations

from victron_console.console.cells.bars import WARN_MV, cell_name
from victron_console.console.cells.data import Ranked, Ranking
from victron_console.console.kit.blocks import load_bar
from victron_console.console.kit.figures import trusted
from victron_console.console.kit.format import ABSENT, LOST, STALE_MARK, number
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Run, Sheet
from victron_console.console.kit.text import cut, plain
from victron_console.insight.cells import PackClass
from victron_console.model.quality import Quality

_CLASSES = {PackClass.LOADED: "load", PackClass.UNKNOWN: ABSENT}
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
    fit = pack.pack_class in (PackClass.MID, PackClass.TOP) and each.quality is Quality.GOOD
    if chosen:
        sheet.row(row).ground = Role.SELECTION
        sheet.put(row, 0, ">", Role.TEXT1, bold=True)
    spread_mv = (pack.spread_v or 0.0) * 1000
    beyond = Role.TODAY_TEXT if fit and pack.comparable and spread_mv > WARN_MV else None
    sheet.put(row, _SITE, cut(plain(each.site), _PACK - _SITE - 1), Role.TEXT1 if fit else Role.TEXT2, bold=chosen)
    sheet.put(row, _PACK, cut(plain(pack.name), _SPREAD_END - 4 - _PACK), Role.TEXT2)
    spread = Run(number(spread_mv), beyond or (Role.TEXT1 if fit else Role.TEXT3))
    sheet.runs_right(row, _SPREAD_END, trusted(each.quality, spread))
    columns = worst - _BAR - 2
    bar, _ = load_bar(min(100.0, spread_mv * 100 / _FLEET_SCALE_MV), columns)
    sheet.put(row, _BAR + round(WARN_MV * columns / _FLEET_SCALE_MV), "┊", Role.TEXT3)
    sheet.put(row, _BAR, bar, beyond or (Role.BAR if each.quality is Quality.GOOD else Role.SPARK))
    cell, old = pack.worst, STALE_MARK if each.quality is Quality.STALE else ""
    said = f"{cell_name(cell.name)} {number(cell.deviation_v * 1000, signed=True)}" if cell else "min/max only"
    said = f"{old}{said}"
    sheet.put(row, worst, cut(said, cls - worst - 1), beyond or (Role.TEXT3 if old else Role.TEXT2))
    sheet.put(row, cls, _CLASSES.get(pack.pack_class, pack.pack_class.value), Role.TEXT3)
    if wide:
        sheet.runs_right(row, 94, trusted(each.quality, Run(f"{number(pack.soc_percent)}%", Role.TEXT2)))
        if pack.max_temperature_c is not None:
            low = pack.max_temperature_c - (pack.temperature_spread_k or 0.0)
            temperatures = Run(f"{number(low)}-{number(pack.max_temperature_c)} C", Role.TEXT2)
            sheet.runs(row, 98, trusted(each.quality, temperatures))
