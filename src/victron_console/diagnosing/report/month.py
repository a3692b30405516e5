"""The facts of one station's month, read from the store. Judges nothing anew and knows no format."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo

from victron_console.diagnosing.ess.advice_log import CAME, KIND, Came, came_of
from victron_console.diagnosing.power.energy import Period, Report, report
from victron_console.diagnosing.record.five_minutes import FiveMinutes
from victron_console.diagnosing.record.prices import priced
from victron_console.diagnosing.verdict.health_words import health_words
from victron_console.diagnosing.verdict.kept_findings import Kept, unpack
from victron_console.diagnosing.verdict.known_site import DIAGNOSIS_HOLDS_S, read_verdict
from victron_console.insight.fleet import at_moment
from victron_console.insight.moment import station_moment
from victron_console.insight.verdict.clause import SiteVerdict
from victron_console.insight.verdict.site_verdict import Known, site_verdict
from victron_console.model.alert import Occurrence
from victron_console.model.clock import local, midnight
from victron_console.model.units import DAY_S, SLOT_S
from victron_console.store.read.reader import Reader

MOST_LINES = 100
"""Of what came of advice: one a day."""


@dataclass(frozen=True, slots=True)
class ChargeOfDay:
    """The state of charge of a local day, percent; None where it was not measured."""

    day: date
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class MonthReport:
    """One station's month."""

    station: str
    name: str
    first_day: date
    made_at: float
    zone: tzinfo | None
    complete: bool
    """False where the month is not over."""
    total: Report | None
    """None where nothing was measured."""
    days: tuple[Report, ...]
    charge: tuple[ChargeOfDay, ...]
    alarms: tuple[Occurrence, ...]
    """By when they were raised."""
    kept: Kept | None
    """What was last found of the station by the end of the month; None where it was not diagnosed."""
    verdict: SiteVerdict = field(default_factory=SiteVerdict)
    """What is to be said of it: at the end of the month, or now where that is not over."""
    advice: tuple[Came, ...] = ()
    """What came of the advice for its battery, by day."""
    currency: str = ""
    """Of the costs; empty without a tariff."""


def month_before(now: float) -> date:
    """First day of the last month that is over, by the operator's clock."""
    return (local(now).date().replace(day=1) - timedelta(days=1)).replace(day=1)


def month_of(reader: Reader, station: str, first_day: date, now: float) -> MonthReport:
    """The facts of a station's month, by its local days.

    Raises:
        UnknownStation: the store never had it.
        ValueError: the month has not begun.
        StoreError: the store cannot be read.
    """
    row = reader.known_station(station)
    zone = row.zone
    since, end = midnight(first_day, zone), midnight(_next_month(first_day), zone)
    if since >= now:
        raise ValueError(f"{first_day:%Y-%m} has not begun yet: name a month that has")
    until = min(end, now)
    # One column beyond each end: energy is added up between the middles of columns.
    count = max(1, round((until - since) / SLOT_S)) + 1
    powers, currency = priced(
        FiveMinutes(reader, station, since - SLOT_S, since + count * SLOT_S).powers(),
        reader.path,
        station,
        row.info,
        zone,
    )
    measured = any(each is not None for each in (powers.pv, powers.load, powers.grid, powers.genset, powers.battery))
    total = next((one for one in report(powers, Period.MONTH, zone) if one.first_day == first_day), None)
    found = reader.diagnoses(until + DAY_S).get(station)
    kept = unpack(found.body) if found is not None else None
    return MonthReport(
        station=station,
        name=row.name,
        first_day=first_day,
        made_at=now,
        zone=zone,
        complete=until == end,
        total=total if measured and total and total.coverage > 0 else None,
        days=tuple(one for one in report(powers, Period.DAY, zone) if one.first_day.replace(day=1) == first_day),
        charge=_charge(reader, station, first_day, zone, until),
        alarms=tuple(sorted(reader.alert_history(since, until, station), key=lambda one: one.raised_at)),
        kept=kept,
        verdict=_verdict(reader, station, until, now, kept),
        advice=_advice(reader, station, first_day, since, now),
        currency=currency,
    )


def _verdict(reader: Reader, station: str, until: float, now: float, kept: Kept | None) -> SiteVerdict:
    """What was to be said of the station at the end of the month, without what was expected of its last night then."""
    as_of = until if until < now else None
    moment = station_moment(reader, station, as_of)
    if moment is None:
        return SiteVerdict()
    row = at_moment([moment.row], until)[0]
    if as_of is None:
        return read_verdict(reader, row, reader.alerts(), now)
    alerts = [view for view in reader.alerts(as_of) if view.occurrence.key.station == station]
    recent = kept if kept is not None and kept.at > until - DIAGNOSIS_HOLDS_S else None
    known = Known(health=health_words(recent.risk, recent.at) if recent is not None else ())
    return site_verdict(row, alerts, known, until)


def _next_month(first_day: date) -> date:
    return first_day + timedelta(days=monthrange(first_day.year, first_day.month)[1])


def _advice(reader: Reader, station: str, first_day: date, since: float, now: float) -> tuple[Came, ...]:
    """A day is looked back at when it is over, the last of a month in the next one."""
    log = reader.events(since, min(now, since + 40 * DAY_S), station, [KIND], CAME, limit=MOST_LINES)
    came = {one.day: one for event in reversed(log) if (one := came_of(event)) is not None}
    return tuple(came[day] for day in sorted(came) if day.replace(day=1) == first_day)


def _charge(
    reader: Reader, station: str, first_day: date, zone: tzinfo | None, until: float
) -> tuple[ChargeOfDay, ...]:
    days = []
    day = first_day
    while day < _next_month(first_day) and midnight(day, zone) < until:
        begin, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        values = [v for v in reader.overview_history(station, "soc_percent", begin, end, 288) if v is not None]
        days.append(ChargeOfDay(day, min(values, default=None), max(values, default=None)))
        day += timedelta(days=1)
    return tuple(days)
