"""A monthly report as one HTML page: styles and pictures inside, nothing loaded, every foreign text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from victron_console.diagnosing.report import words
from victron_console.diagnosing.report.month import MonthReport
from victron_console.diagnosing.report.svg import Bars, band, bars
from victron_console.diagnosing.report.words import Row
from victron_console.model.clock import iso_utc

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #11161b; max-width: 52em; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.5em } h2 { font-size: 1.1em; margin-top: 1.8em; border-bottom: 1px solid #c3cad1 }
table { border-collapse: collapse; width: 100% } td, th { padding: .15em .6em .15em 0; text-align: left;
vertical-align: top } td.value { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
td.remark, p.note, svg text { color: #5a6570; font-size: .9em } svg { width: 100%; height: auto }
svg text { fill: #5a6570; font-size: 11px }
.critical { color: #98101a; font-weight: bold } .warning { color: #8f6400; font-weight: bold }
table.months th + th { text-align: right }
section.station + section.station { page-break-before: always }
"""
PV, LOAD, GRID, GENSET = "#6c7637", "#33363f", "#483e7c", "#784933"
"""The hues of these kinds of energy on light ground, as the console's light theme has them."""


def page(months: Sequence[MonthReport]) -> str:
    """The reports of one or several stations as one page."""
    title = words.title(months[0]) if len(months) == 1 else f"{months[0].first_day:%B %Y}, {len(months)} sites"
    body = "\n".join(_station(month) for month in months)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _station(month: MonthReport) -> str:
    parts = [
        f"<h1>{escape(words.title(month))}</h1>",
        f"<p><strong>{escape(words.headline(month))}</strong></p>",
        f"<p>{escape(words.diagnosis(month))}</p>",
        "<h2>Energy</h2>",
        _table(words.energies(month)),
        _energy_picture(month),
        _by_month(month),
        "<h2>Battery</h2>",
        _charge_picture(month),
        *_figures(month, words.BATTERY),
    ]
    if month.kept is not None:
        parts += ["<h2>Grid</h2>", _table(words.outages(month)), *_figures(month, words.GRID)]
        if there := words.availability(month):
            parts += ["<h2>Availability</h2>", _table(there)]
        parts += ["<h2>Inverter, PV, GX and link</h2>", *_figures(month, words.others(month))]
    if advice := words.advice(month):
        parts += [f"<h2>{words.ADVICE}</h2>", _table(advice)]
    parts += ["<h2>Alarms</h2>", _alarms(month), "<h2>How this is made</h2>"]
    parts += [f'<p class="note">{escape(words.METHODS_NOTE)} Made {iso_utc(month.made_at)[:16]} UTC.</p>']
    return f'<section class="station">{"".join(parts)}</section>'


def _figures(month: MonthReport, sections: tuple[str, ...]) -> list[str]:
    note = words.not_known(month, sections)
    return [_table(words.health(month, sections)), f'<p class="note">{escape(note)}</p>' if note else ""]


def _table(rows: Sequence[Row]) -> str:
    cells = "".join(
        f'<tr><td>{escape(row.name)}</td><td class="value">{escape(row.value)}</td>'
        f'<td class="remark">{escape(row.remark)}</td></tr>'
        for row in rows
    )
    return f"<table>{cells}</table>"


def _by_month(month: MonthReport) -> str:
    rows = words.by_month(month)
    if not rows:
        return ""
    heads = "".join(f"<th>{escape(head)}</th>" for head in words.BY_MONTH)
    cells = "".join(
        "<tr>"
        + "".join(f'<td class="{"value" if n else ""}">{escape(text)}</td>' for n, text in enumerate(texts))
        + "</tr>"
        for texts in map(words.month_cells, rows)
    )
    return f'<table class="months"><tr>{heads}</tr>{cells}</table>'


def _alarms(month: MonthReport) -> str:
    rows = words.alarms(month)
    if not rows:
        return "<p>None in this month.</p>"
    cells = "".join(
        f'<tr><td class="{escape(severity)}">{escape(severity)}</td><td>{escape(at)}</td><td>{escape(lasted)}</td>'
        f"<td>{escape(what)}</td></tr>"
        for severity, at, lasted, what in rows
    )
    return f"<table><tr><th></th><th>when</th><th>lasted</th><th>what</th></tr>{cells}</table>"


def _energy_picture(month: MonthReport) -> str:
    days = words.by_day(month)
    if month.total is None or not days:
        return ""
    chosen = (
        ("PV", PV, "pv"), ("loads", LOAD, "load"), ("grid", GRID, "imported"), ("generator", GENSET, "genset")
    )  # fmt: skip
    all_series = [Bars(name, colour, [energy[key] for _, energy in days]) for name, colour, key in chosen]
    series = [one for one in all_series if any(one.values)]
    swatches = " ".join(f'<span style="color:{one.colour}">&#9632;</span> {escape(one.name)}' for one in series)
    picture = bars("Energy by day", "kWh", [str(day.first_day.day) for day, _ in days], series)
    return f'{picture}<p class="note">kWh by day: {swatches}</p>'


def _charge_picture(month: MonthReport) -> str:
    ends = [(day.low, day.high) if day.low is not None and day.high is not None else None for day in month.charge]
    if not any(ends):
        return "<p>The state of charge was not recorded.</p>"
    picture = band(
        "State of charge by day, lowest to highest", "%", [str(d.day.day) for d in month.charge], ends, 100.0
    )
    return f'{picture}<p class="note">State of charge by day, lowest to highest, %</p>'
