"""Advice for an ESS on a station's page: what holds, what it rests on, what came of the last days'. Sets nothing."""

from __future__ import annotations

from textwrap import wrap

from victron_console.console.health.data import Health
from victron_console.console.health.row import three_digits
from victron_console.console.health.station import TITLE_START, UNIT_WIDTH, value_end
from victron_console.console.kit.format import ABSENT, age
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, plain
from victron_console.diagnosing.ess.advice_log import Came, Followed, Told

ADVICE = "ess.advice"
"""The name of the row among a station's figures."""
TITLE = "Advice for the battery"
_LABEL = 11
_FOLLOWED = {
    Followed.YES: "yes", Followed.PARTLY: "in part", Followed.NO: "no", Followed.UNKNOWN: "?",
}  # fmt: skip
_FOLLOWED_END = 20
_MONEY = (("SAVED", 27), ("EXPECTED", 37), ("COST", 44), ("SELF-C.", 53))
"""Columns of what came and their last cells, the most telling first: a narrow sheet leaves out the last."""


def draw_advice_row(width: int, told: Told, *, selected: bool) -> Line:
    """The advice among the figures: what it saves a day, and what is to be set."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    line.put(1, "ESS", Role.TEXT2)
    end = value_end(width)
    line.put(TITLE_START, cut(TITLE, end - 8 - TITLE_START), Role.TEXT1)
    line.right(end, three_digits(told.saving_a_day) if told.change else ABSENT, Role.TEXT1)
    line.put(end + 2, cut(f"{plain(told.currency)} a day", UNIT_WIDTH) if told.change else "", Role.TEXT3)
    after = end + 2 + UNIT_WIDTH
    line.put(after, cut(plain(told.text), max(0, width - after - 1)), Role.TEXT2)
    return line


def draw_advice(width: int, height: int, health: Health, now: float, *, offset: int = 0) -> list[Line]:
    """The advice in full; `offset` rows are scrolled away."""
    sheet = Sheet(width)
    told = health.advice
    if told is None:
        return []
    sheet.head(
        0, 1, width - 2, cut(TITLE.upper(), max(4, width - 4)), f"told {age(now - told.at)} ago" if width >= 44 else ""
    )
    row = _fact(sheet, 1, "", told.text, Role.TEXT1)
    if pv := told.pv:
        span = f"{pv['usual']:.1f} kWh in {len(told.hours)} h; P10 {pv['low']:.1f}, P90 {pv['high']:.1f} kWh"
        row = _fact(sheet, row, "PV", span)
        row = _fact(sheet, row, "spread", pv["words"])
    if told.hours:
        row = _fact(sheet, row, "kept back", f"{told.reserve_kwh:.1f} kWh for outages and the minimum SOC")
    row = _fact(sheet, row, "by whom", "the operator: the console only advises, it sets nothing")
    _outcomes(sheet, row + 1, health.came)
    return sheet.lines[offset : offset + height]


def _outcomes(sheet: Sheet, row: int, came: tuple[Came, ...]) -> None:
    """The last days as a table; money in the tariff's currency."""
    sheet.head(row, 1, sheet.width - 2, cut("WHAT CAME OF IT", max(4, sheet.width - 4)))
    if not came:
        _fact(sheet, row + 1, "", "No day with advice is over yet.", Role.TEXT3)
        return
    row += 1
    sheet.put(row, 1, "DAY", Role.TEXT3)
    sheet.right(row, _FOLLOWED_END, "FOLLOWED", Role.TEXT3)
    shown = [(head, end) for head, end in _MONEY if end < sheet.width - 1]
    for head, end in shown:
        sheet.right(row, end, head, Role.TEXT3)
    for one in came:
        row += 1
        sheet.put(row, 1, f"{one.day:%a %d %b}", Role.TEXT2)
        sheet.right(row, _FOLLOWED_END, _FOLLOWED[one.followed], Role.TEXT1)
        for (_, end), money in zip(shown, (one.saved, one.expected, one.cost, one.usual_cost), strict=False):
            sheet.right(row, end, "?" if money is None else f"{money:.2f}", Role.TEXT2)
        if one.reason:
            sheet.put(row, _MONEY[-1][1] + 3, cut(plain(one.reason), sheet.width - _MONEY[-1][1] - 4), Role.TEXT3)
    words = "SELF-C.: what plain self-consumption would have cost with the loads and the PV that came, by the model."
    _fact(sheet, row + 1, "", words, Role.TEXT3)


def _fact(sheet: Sheet, row: int, label: str, text: str, role: Role = Role.TEXT2) -> int:
    """A label and its wrapped text; gives the row after."""
    start = 1 + _LABEL if label and sheet.width >= 36 else 1
    if label:
        sheet.put(row, 1, cut(label, sheet.width - 2), Role.TEXT3)
        row += start == 1
    for part in wrap(plain(text), max(8, sheet.width - start - 2)) or [""]:
        sheet.put(row, start, cut(part, sheet.width - start - 1), role)
        row += 1
    return row
