"""What a monthly report says, in rows of words that every format shares. Plain text: each format escapes it itself."""

from __future__ import annotations

from dataclasses import dataclass

from victron_console.diagnosing.ess.advice_log import Came, Followed
from victron_console.diagnosing.finding import Finding
from victron_console.diagnosing.power.energy import Report
from victron_console.diagnosing.report.month import MonthReport
from victron_console.diagnosing.verdict.kept_findings import EnergyRow
from victron_console.insight.alarm_value import alarm_value
from victron_console.model.alert import Occurrence
from victron_console.model.clock import local
from victron_console.model.text import clean

ENERGIES = (
    ("pv", "PV"),
    ("load", "Loads"),
    ("imported", "Bought from the grid"),
    ("exported", "Sold to the grid"),
    ("genset", "Generator"),
    ("charged", "Into the battery"),
    ("discharged", "Out of the battery"),
)
BATTERY = ("soh", "replacement", "capacity", "cycles", "imbalance", "resistance", "thermal", "soc")
GRID = ("grid", "outages")
ADVICE = "Advice for the battery"
BY_MONTH = ("", "PV kWh", "Loads kWh", "Bought kWh", "Sold kWh", "Used on site", "Autarky", "Cost", "Measured")
METHODS_NOTE = (
    "Energies are powers added up over time, never across a gap; the share measured is given beside them. "
    "A replacement is told as a span of months, since no method tells a date. What is not known says why."
)


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and what is to be known of it."""

    name: str
    value: str
    remark: str = ""


def title(month: MonthReport) -> str:
    """Of the whole report."""
    return f"{clean(month.name)}, {month.first_day:%B %Y}" + ("" if month.complete else " (not over yet)")


def energies(month: MonthReport) -> list[Row]:
    """What flowed, and the two shares."""
    total = month.total
    if total is None:
        return [Row("Energy", "not known", "no powers were recorded in this month")]
    measured = f"{total.coverage:.0%} of the time measured"
    rows = [
        Row(name, f"{value:.1f} kWh", measured)
        for key, name in ENERGIES
        if (value := getattr(total.energies, key)) is not None
    ]
    return [
        *rows,
        Row("PV energy used on site", _share(total.self_consumption), "self-consumption"),
        Row("Loads met without grid or generator", _share(total.autarky), "autarky"),
        *_cost(month, total),
    ]


def _cost(month: MonthReport, total: Report) -> list[Row]:
    """What the grid's energy cost; nothing without a tariff."""
    if not month.currency:
        return []
    name = "Grid energy, bought less sold"
    if total.cost is None:
        return [Row(name, "not known", "the tariff names no price for a part of it")]
    return [Row(name, f"{total.cost:.2f} {month.currency}", "by the tariff, without standing charges")]


def by_day(month: MonthReport) -> list[tuple[Report, dict[str, float | None]]]:
    """Each day and its energies in kWh; None where nothing of that day was measured."""
    return [
        (day, {key: getattr(day.energies, key) if day.coverage > 0 else None for key, _ in ENERGIES})
        for day in month.days
    ]


def outages(month: MonthReport) -> list[Row]:
    """The days of the month without grid; empty where there was none or nobody can tell."""
    found = month.kept.outage_days if month.kept else ()
    return [
        Row(f"{day:%a %d %b}", f"{max(1.0, minutes):.0f} min", "no grid")
        for day, minutes in found
        if day.replace(day=1) == month.first_day
    ]


def availability(month: MonthReport) -> list[Row]:
    """How much of the month each part was there; empty where nobody can tell."""
    rows = [one for one in (month.kept.availability if month.kept else ()) if one.first_day == month.first_day]
    return [
        Row(
            clean(one.what),
            f"{100 * one.share:.2f} %",
            f"{one.down_s / 60:.0f} min down, {one.count} times"
            + (f"; nobody can tell of {one.unknown_s / 3600:.0f} h" if one.unknown_s >= 1800 else ""),
        )
        for one in rows
    ]


def by_month(month: MonthReport) -> list[EnergyRow]:
    """The months up to this one, and the year, as last diagnosed; oldest first."""
    rows = month.kept.energy if month.kept else ()
    shown = [row for row in rows if row.period == "month" and row.first_day <= month.first_day]
    return shown + [row for row in rows if row.period == "year" and row.first_day.year == month.first_day.year]


def month_cells(row: EnergyRow) -> tuple[str, ...]:
    """The cells under `BY_MONTH`."""

    def kwh(value: float | None) -> str:
        return "-" if value is None else f"{value:.0f}"

    def share(value: float | None) -> str:
        return "-" if value is None else f"{value:.0%}"

    name = f"{row.first_day:%Y}, in all" if row.period == "year" else f"{row.first_day:%B %Y}"
    name += f", {row.source.upper()}" if row.source else ""
    return (
        name, kwh(row.pv), kwh(row.load), kwh(row.imported), kwh(row.exported), share(row.self_consumption),
        share(row.autarky), "-" if row.cost is None else f"{row.cost:.2f}", share(row.coverage),
    )  # fmt: skip


def health(month: MonthReport, sections: tuple[str, ...]) -> list[Row]:
    """The figures of some sections that are known."""
    if month.kept is None:
        return [Row("Diagnosis", "not made", "the station was not diagnosed by the end of the month")]
    return [_figure(one) for one in _of(month, sections) if one.known]


def not_known(month: MonthReport, sections: tuple[str, ...]) -> str:
    """The figures of some sections that are not known, each reason once; a sentence where nothing is even asked for."""
    if month.kept is not None and not _of(month, sections):
        return "Nothing of it is recorded."
    by_reason: dict[str, list[str]] = {}
    for one in _of(month, sections):
        if not one.known:
            by_reason.setdefault(one.reason, []).append(one.title)
    told = "; ".join(f"{', '.join(titles)} ({reason})" for reason, titles in by_reason.items())
    return f"Not known: {told}." if told else ""


def _of(month: MonthReport, sections: tuple[str, ...]) -> list[Finding]:
    figures = month.kept.figures if month.kept else {}
    return [finding for name, finding in figures.items() if name.split(".")[0] in sections]


def others(month: MonthReport) -> tuple[str, ...]:
    """The sections that are neither of the battery nor of the grid, in their order."""
    names = dict.fromkeys(name.split(".")[0] for name in month.kept.figures) if month.kept else {}
    return tuple(name for name in names if name not in (*BATTERY, *GRID))


def advice(month: MonthReport) -> list[Row]:
    """What came of the advice for the battery: the month in a row, then day by day; empty where there was none."""
    if not month.advice:
        return []
    days = month.advice
    done = [one for one in days if one.followed in (Followed.YES, Followed.PARTLY)]
    told = [one for one in done if one.saved is not None]
    saved, expected = sum(one.saved or 0.0 for one in told), sum(one.expected for one in told)
    counted = f"{len(told)} day{'' if len(told) == 1 else 's'}"
    remark = f"against {expected:.2f} expected, on {counted} that can be reckoned up; the rest is not counted"
    return [
        Row("Days with advice", str(len(days)), f"followed, at least in part, on {len(done)}"),
        Row("Saved by it", f"about {saved:.2f} {days[-1].currency}" if told else "not known", remark),
        *(_day_of_advice(one) for one in days),
    ]


def _day_of_advice(one: Came) -> Row:
    if one.cost is None or one.usual_cost is None:
        return Row(f"{one.day:%a %d %b}", "not known", f"{one.followed}; {one.reason}")
    saved = "" if one.saved is None else f"; saved about {one.saved:.2f}, {one.expected:.2f} expected"
    words = f"{one.followed}; self-consumption would have cost about {one.usual_cost:.2f}{saved}"
    return Row(f"{one.day:%a %d %b}", f"{one.cost:.2f} {one.currency}", words)


def headline(month: MonthReport) -> str:
    """The month in a line: how far the site fed itself, and what is to be said of it."""
    autarky = month.total.autarky if month.total is not None else None
    fed = "" if autarky is None else f"{autarky:.0%} of the loads were met without grid or generator. "
    when = "At the end of the month" if month.complete else "Now"
    return f"{fed}{when}: {month.verdict.text or 'nothing is known of the site.'}"


def diagnosis(month: MonthReport) -> str:
    """The station's tier and its reason in a sentence, and the day they are of."""
    if month.kept is None:
        return "The battery and the inverter were not diagnosed by the end of the month."
    risk = month.kept.risk
    worst = [f"{one.name}: {one.words}" for one in risk.evidence if one.tier]
    known = f"{risk.coverage:.0%} of the evidence is known."
    found = "; ".join(worst) or "Nothing was found"
    return f"Diagnosed on {local(month.kept.at, month.zone):%d %B}: {risk.word}. {found}. {known}"


def alarms(month: MonthReport) -> list[tuple[str, str, str, str]]:
    """Severity, when, how long, and what of each alarm."""
    return [
        (str(one.severity.value), f"{local(one.raised_at, month.zone):%d %b %H:%M}", _lasted(one), _what(one))
        for one in month.alarms
        if one.is_alarm
    ]


def _figure(finding: Finding) -> Row:
    unit, value = f" {finding.unit}" if finding.unit else "", finding.value or 0.0
    if finding.unit == "months" and finding.low is not None and finding.high is not None:
        return Row(finding.title, f"{finding.low:.0f} to {finding.high:.0f} months", finding.confidence)
    ends = (
        ""
        if finding.low is None or finding.high is None
        else f"{_digits(finding.low)} to {_digits(finding.high)}{unit}"
    )
    days = round(finding.window.days)
    window = f"{days} day{'' if days == 1 else 's'}" if days > 0 else ""
    remark = "; ".join(part for part in (ends, finding.confidence, window) if part)
    return Row(finding.title, f"{_digits(value)}{unit}", remark)


def _digits(value: float) -> str:
    """As many decimals as count: `1250`, `83.5`, `1.28`, `0.052`; whole numbers without any."""
    size = abs(value)
    decimals = 0 if size >= 100 or float(value).is_integer() else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:.{decimals}f}"


def _share(share: float | None) -> str:
    return "not known" if share is None else f"{share:.0%}"


def _what(one: Occurrence) -> str:
    words = "" if one.peak_value is None else alarm_value(one, one.peak_value).words
    return clean(f"{one.title}, at worst {words}" if words else one.title)


def _lasted(one: Occurrence) -> str:
    if one.cleared_at is None:
        return "still stands"
    minutes = (one.cleared_at - one.raised_at) / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
