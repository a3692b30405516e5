"""A monthly report as Markdown: headings and tables, every foreign text escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from victron_console.diagnosing.report import words
from victron_console.diagnosing.report.month import MonthReport
from victron_console.diagnosing.report.words import Row
from victron_console.model.clock import iso_utc

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~<>])")


def text(months: Sequence[MonthReport]) -> str:
    """The reports of one or several stations, one after another."""
    return "\n\n---\n\n".join("\n".join(_station(month)) for month in months) + "\n"


def plain(foreign: str) -> str:
    """Text that Markdown and the HTML in it read as text."""
    return _SPECIAL.sub(r"\\\1", foreign.replace("&", "&amp;").replace("\n", " "))


def _station(month: MonthReport) -> list[str]:
    lines = [f"# {plain(words.title(month))}", "", f"**{plain(words.headline(month))}**", ""]
    lines += [plain(words.diagnosis(month)), "", "## Energy", ""]
    lines += _table(words.energies(month))
    if month.total is not None:
        lines += _by_day(month)
    if rows := words.by_month(month):
        lines += ["", f"| {' | '.join(words.BY_MONTH)} |", "|---" + "|---:" * (len(words.BY_MONTH) - 1) + "|"]
        lines += [f"| {' | '.join(words.month_cells(row))} |" for row in rows]
    lines += ["", "## Battery", "", *_figures(month, words.BATTERY)]
    if month.kept is not None:
        lines += ["", "## Grid", "", *(_table(dark) if (dark := words.outages(month)) else ())]
        lines += _figures(month, words.GRID)
        if there := words.availability(month):
            lines += ["", "## Availability", "", *_table(there)]
        lines += ["", "## Inverter, PV, GX and link", ""]
        lines += _figures(month, words.others(month))
    if advice := words.advice(month):
        lines += ["", f"## {words.ADVICE}", "", *_table(advice)]
    lines += ["", "## Alarms", ""]
    alarms = words.alarms(month)
    lines += [f"- {plain(' '.join(parts))}" for parts in alarms] or ["None in this month."]
    return [*lines, "", "## How this is made", "", words.METHODS_NOTE, f"Made {iso_utc(month.made_at)[:16]} UTC."]


def _figures(month: MonthReport, sections: tuple[str, ...]) -> list[str]:
    rows, note = words.health(month, sections), words.not_known(month, sections)
    return [*(_table(rows) if rows else ()), *(["", plain(note)] if note else ())]


def _by_day(month: MonthReport) -> list[str]:
    heads = ("Day", "PV kWh", "Loads kWh", "Bought kWh", "Used on site", "Autarky", "Cost", "Measured")
    lines = ["", f"| {' | '.join(heads)} |", f"|---{'|---:' * (len(heads) - 1)}|"]
    for day, energy in words.by_day(month):
        cells = [_kwh(energy[key]) for key in ("pv", "load", "imported")]
        cells += [_percent(day.self_consumption), _percent(day.autarky), "-" if day.cost is None else f"{day.cost:.2f}"]
        lines.append(f"| {day.first_day} | {' | '.join(cells)} | {day.coverage:.0%} |")
    return lines


def _table(rows: Sequence[Row]) -> list[str]:
    cells = [f"| {plain(row.name)} | {plain(row.value)} | {plain(row.remark)} |" for row in rows]
    return ["| | | |", "|---|---:|---|", *cells]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"


def _kwh(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
