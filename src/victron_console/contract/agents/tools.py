"""What agents can ask, as one table. Each tool is the function that the command of its name prints the answer of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from victron_console.contract.advice import advice
from victron_console.contract.agents import arguments as given
from victron_console.contract.agents.asking import Call
from victron_console.contract.alarms import alarm_life, alarms
from victron_console.contract.audit import audits
from victron_console.contract.form import Document
from victron_console.contract.health import health
from victron_console.contract.incidents import incidents_document
from victron_console.contract.jobs import jobs
from victron_console.contract.link import links
from victron_console.contract.log import log
from victron_console.contract.past.backtests import played
from victron_console.contract.peers import explained, peers
from victron_console.contract.report import month, month_before
from victron_console.contract.series import find_series, read_series
from victron_console.contract.station_now import station_now
from victron_console.contract.status import fleet
from victron_console.contract.why import why_answer, why_document


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that can be asked."""

    about: str
    """What it answers, for whoever chooses between tools."""
    takes: type[given.Arguments]
    form: str
    """Of its answer."""
    answer: Callable[[Call, Any], Document]
    long: bool = False
    """It reads for seconds: piece by piece, or what is written meanwhile could not be merged in."""


def _fleet(call: Call, it: given.Paged) -> Document:
    return fleet(call.reader, call.now, call.as_of, it.offset, it.limit)


def _station_now(call: Call, it: given.OfStation) -> Document:
    return station_now(call.reader, call.station(it.station).id, call.now, call.as_of)


def _why(call: Call, it: given.WhyAsked) -> Document:
    station = call.station(it.station).id
    answer = why_answer(call.reader, station, call.now, call.as_of, it.question, it.alarm)
    return why_document(answer, live=call.as_of is None)


def _alarms(call: Call, it: given.PagedStations) -> Document:
    return alarms(call.reader, call.now, call.as_of, call.station_or_none(it.station), it.offset, it.limit)


def _alarm_life(call: Call, it: given.OneAlarm) -> Document:
    return alarm_life(call.reader, it.id, call.now, call.as_of)


def _incidents(call: Call, it: given.IncidentsAsked) -> Document:
    since, station = call.moment(it.since), call.station_or_none(it.station)
    return incidents_document(call.reader, since, call.now, call.as_of, station, it.offset, it.limit)


def _find_series(call: Call, it: given.SeriesSought) -> Document:
    station = call.station(it.station).id
    return find_series(call.reader, station, it.pattern, call.now, call.as_of, it.offset, it.limit)


def _read_series(call: Call, it: given.SeriesAsked) -> Document:
    station, since, until = call.station(it.station).id, call.moment(it.since), call.moment(it.until)
    return read_series(
        call.reader, station, it.series, since, until, call.now, call.as_of, points=it.points, by_change=it.by_change
    )


def _diagnosis(call: Call, it: given.OfStation) -> Document:
    return health(call.reader, call.station(it.station), call.now, call.as_of)


def _explain_figure(call: Call, it: given.FigureAsked) -> Document:
    return explained(call.reader, call.station(it.station), it.figure, call.now, call.as_of)


def _peers(call: Call, it: given.FigureCompared) -> Document:
    return peers(call.reader, call.now, call.as_of, it.figure, it.limit)


def _log(call: Call, it: given.LogAsked) -> Document:
    return log(
        call.reader, call.now, call.as_of, since=call.moment(it.since), until=call.moment(it.until),
        station=call.station_or_none(it.station), kinds=it.kinds or None, text=it.text, offset=it.offset,
        limit=it.limit,
    )  # fmt: skip


def _audit(call: Call, it: given.OfStation) -> Document:
    return audits(call.reader, [call.station(it.station).id], call.setup.rules(), call.now, call.as_of)


def _report(call: Call, it: given.MonthAsked) -> Document:
    row = call.station(it.station)
    first_day = month_before(call.now) if it.month is None else date.fromisoformat(f"{it.month}-01")
    if call.as_of is not None and first_day > month_before(call.as_of):
        raise ValueError("of a past moment only the months that were over then are told: leave as_of out")
    return month(call.reader, row.id, first_day, call.now)


def _advice(call: Call, it: given.OfStation) -> Document:
    return advice(call.reader, call.station(it.station), call.now, call.as_of)


def _backtest(call: Call, it: given.PastPlayed) -> Document:
    station, since, until = call.station(it.station).id, call.moment(it.since), call.moment(it.until)
    return played(call.reader, station, it.what, since, until, call.setup.config, call.setup.rules, call.told)


def _jobs(call: Call, it: given.OfStations) -> Document:
    return jobs(call.reader, call.now, call.as_of, call.station_or_none(it.station))


def _link(call: Call, it: given.PagedStations) -> Document:
    return links(call.reader, call.now, call.as_of, call.station_or_none(it.station), it.offset, it.limit)


TOOLS: Mapping[str, Tool] = {
    "fleet": Tool(
        "All stations in short, those first that want somebody: sums, states, alarms, tiers. Begin here.",
        given.Paged, "fleet", _fleet,
    ),
    "station_now": Tool(
        "One station: its verdict, every figure with unit, age, quality and source, alarms, tier, jobs, devices.",
        given.OfStation, "station-now", _station_now,
    ),
    "why": Tool(
        "Why a station does what it does (does not charge, imports, …): what limits it, with the values behind it.",
        given.WhyAsked, "why", _why,
    ),
    "alarms": Tool(
        "The alarms that stand or cleared unseen, the most urgent first, with what to do about each.",
        given.PagedStations, "alarms", _alarms,
    ),
    "alarm_life": Tool(
        "One alarm from raise to clear: its log, who did what, the settings changed before it, how often it came.",
        given.OneAlarm, "alarm-life", _alarm_life,
    ),
    "incidents": Tool(
        "Alarms by incident, the last begun first: the first of a cause, what followed, what was changed before it.",
        given.IncidentsAsked, "incidents", _incidents,
    ),
    "find_series": Tool(
        "The recorded series of a station that fit a glob or words, with what each holds.",
        given.SeriesSought, "series-find", _find_series,
    ),
    "read_series": Tool(
        "A recorded series over time in equal columns (mean, low, high) or by its changes. A column without values "
        "is null; `gaps` says why nothing was received.",
        given.SeriesAsked, "series-read", _read_series,
    ),
    "diagnosis": Tool(
        "What the past says of a station: its tier with the evidence, and the figures with their ranges.",
        given.OfStation, "health", _diagnosis,
    ),
    "explain_figure": Tool(
        "One figure of a diagnosis: its method, window and range, how it went, how it stands among its peers.",
        given.FigureAsked, "figure", _explain_figure,
    ),
    "peers": Tool(
        "The stations ranked by the figures that they are compared by, with who stands out.",
        given.FigureCompared, "peers", _peers,
    ),
    "log": Tool(
        "What happened, newest first: alarms, links, settings with old and new value, operators, advice, agents.",
        given.LogAsked, "log", _log,
    ),
    "audit": Tool(
        "How a station is set up, check by check, and what to change.",
        given.OfStation, "audits", _audit,
    ),
    "report": Tool(
        "A month of a station: energies, self-consumption, autarky, cost, charge by day, alarms.",
        given.MonthAsked, "month", _report, long=True,
    ),
    "advice": Tool(
        "What is advised for a station's battery by the hour, and what came of the last days' advice. Sets nothing.",
        given.OfStation, "advice", _advice,
    ),
    "backtest": Tool(
        "What the advice, the projection to sunrise or the alert rules would have said of the past. Takes a while.",
        given.PastPlayed, "played", _backtest, long=True,
    ),
    "jobs": Tool(
        "Maintenance that is open, done lately or proposed by the diagnoses, and the visits that it makes.",
        given.OfStations, "jobs", _jobs,
    ),
    "link": Tool(
        "How the links to the stations stand; of one station also its services and its last hour.",
        given.PagedStations, "link", _link,
    ),
}  # fmt: skip
"""By name."""
