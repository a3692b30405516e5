"""Energies, self-consumption and autarky of a station by year, month and day, as last diagnosed."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.health.station import TITLE_START, UNIT_WIDTH, value_end
from victron_console.console.kit.format import ABSENT
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut, plain
from victron_console.diagnosing.verdict.kept_findings import EnergyRow

ENERGY = "energy.table"
"""The name of the row among a station's figures."""
TITLE = "Energy and autarky"
_COLUMNS = (
    ("PV", 18), ("LOADS", 26), ("BOUGHT", 34), ("AUTARKY", 43), ("SELF-C.", 52), ("COST", 61), ("SOLD", 69),
    ("SEEN", 76),
)  # fmt: skip
"""Heads and last cells, the most telling first: a narrow sheet leaves out the last."""
_WHOLE = 0.9


def draw_energy_row(width: int, rows: Sequence[EnergyRow], *, selected: bool) -> Line:
    """The autarky of the last month that is over, or of the present one."""
    line = Line(width, Role.SELECTION if selected else Role.BACKGROUND)
    if selected:
        line.put(0, ">", Role.TEXT1, bold=True)
    line.put(1, "energy", Role.TEXT2)
    end = value_end(width)
    line.put(TITLE_START, cut(TITLE, end - 8 - TITLE_START), Role.TEXT1)
    months = [row for row in rows if row.period == "month" and not row.source]
    shown = months[-2] if len(months) > 1 else months[-1] if months else None
    if shown is None:
        return line
    line.right(end, _share(shown.autarky), Role.TEXT1)
    line.put(end + 2, f"in {shown.first_day:%b}", Role.TEXT3)
    words = f"PV {_kwh(shown.pv)}, loads {_kwh(shown.load)}, bought {_kwh(shown.imported)} kWh"
    line.put(end + 2 + UNIT_WIDTH, cut(words, max(0, width - end - 3 - UNIT_WIDTH)), Role.TEXT3)
    return line


def draw_energy(
    width: int, height: int, rows: Sequence[EnergyRow], currency: str = "", *, offset: int = 0
) -> list[Line]:
    """The table; `offset` rows are scrolled away."""
    sheet = Sheet(width)
    units = f"kWh, {plain(currency)}" if currency else "kWh"
    sheet.head(0, 1, width - 2, cut(f"{TITLE.upper()}, {units}", max(4, width - 4)))
    columns = [(head, end) for head, end in _COLUMNS if end < width - 1]
    for head, end in columns:
        sheet.right(1, end, head, Role.TEXT3)
    row = 2
    for period, form in (("year", "%Y"), ("month", "%b %Y"), ("day", "%a %d %b")):
        own = sorted((one for one in rows if one.period == period), key=lambda one: one.first_day, reverse=True)
        for one in own:
            sheet.put(row, 1, f"{one.first_day:{form}}{' *' if one.source else ''}", Role.TEXT2)
            texts = (
                _kwh(one.pv), _kwh(one.load), _kwh(one.imported), _share(one.autarky), _share(one.self_consumption),
                _cost(one.cost), _kwh(one.exported), _share(one.coverage),
            )  # fmt: skip
            for (_, end), text in zip(columns, texts, strict=False):
                sheet.right(row, end, text, Role.TEXT1 if one.coverage >= _WHOLE else Role.TEXT3)
            row += 1
        row += bool(own)
    words = [
        "Faint: less than 90 % of that time was measured (SEEN).",
        "COST: bought less sold, by the tariff."
        if currency
        else "COST wants a tariff: ess.tariff_file or prices.source.",
    ]
    if sources := sorted({one.source.upper() for one in rows if one.source}):
        words.append(f"* recorded by {', '.join(sources)}, which has more of that time than we.")
    for text in words:
        sheet.put(row, 1, cut(text, width - 2), Role.TEXT3)
        row += 1
    return sheet.lines[offset : offset + height]


def _kwh(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _cost(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.2f}"


def _share(share: float | None) -> str:
    return ABSENT if share is None else f"{share:.0%}"
