"""A month of a site as machines get it: energies, charge, alarms, advice and what was found by its end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from victron_console.alerts.alarm_json import sentence
from victron_console.contract.form import Document, Moment, Number, Part, Said, written
from victron_console.contract.tier import Tier, tier_of
from victron_console.model.alert import AlertView, Occurrence
from victron_console.model.clock import iso_utc
from victron_console.store.read.reader import Reader

if TYPE_CHECKING:
    from victron_console.diagnosing.ess.advice_log import Came
    from victron_console.diagnosing.power.energy import Report as EnergyReport
    from victron_console.diagnosing.report.month import MonthReport

ALARMS_TOLD = 200


class Energy(Part):
    """What flowed in a period, kWh; null where nothing of it is measured."""

    first_day: date
    pv: Number
    load: Number
    imported: Number
    exported: Number
    genset: Number
    charged: Number
    discharged: Number
    self_consumption: Number
    """Share of the PV used on site, 0 to 1."""
    autarky: Number
    """Share of the loads met without grid or genset, 0 to 1."""
    cost: Number
    """Of the grid's energy less what it earned; null where prices are missing."""
    coverage: Number
    """Share of the period that was measured, 0 to 1."""


class DayCharge(Part):
    """The state of charge of a local day, percent."""

    day: date
    low: Number
    high: Number


class MonthAlarm(Part):
    """An alarm of the month."""

    id: int
    severity: str
    sentence: Said
    raised_at: Moment
    cleared_at: Moment | None


class AdviceCame(Part):
    """What came of a local day's advice for the battery; money in the tariff's currency."""

    day: date
    followed: str
    expected: Number
    """What the advice was to save."""
    saved: Number
    """Null where it cannot be told or was not followed."""
    cost: Number
    """Bought less sold, as measured."""
    usual_cost: Number
    """The same, had the battery followed the sun."""
    reason: Said


class Month(Document):
    """The facts of a station's month, by its local days."""

    id: str
    name: Said
    first_day: date
    complete: bool
    """False where the month is not over."""
    method: str
    """How energies are made."""
    currency: str
    total: Energy | None
    """Null where nothing was measured."""
    days: tuple[Energy, ...]
    charge: tuple[DayCharge, ...]
    alarms: tuple[MonthAlarm, ...]
    """By when they were raised, the first ones."""
    alarms_total: int
    advice: tuple[AdviceCame, ...]
    verdict: Said
    """What was to be said of it at its end, or now where it is not over."""
    tier: Tier


class Report(Document):
    """The months of sites."""

    months: tuple[Month, ...]


def month_before(now: float) -> date:
    """First day of the last month that is over, by the operator's clock."""
    from victron_console.diagnosing.report.month import month_before as before

    return before(now)


def month(reader: Reader, station: str, first_day: date, now: float) -> Month:
    """A station's month.

    Raises:
        UnknownStation: the store never had it.
        ValueError: the month has not begun.
    """
    from victron_console.diagnosing.report.month import month_of

    return month_document(month_of(reader, station, first_day, now))


def month_document(found: MonthReport) -> Month:
    """The facts of a month as a document."""
    from victron_console.diagnosing.power.energy import METHOD

    return Month(
        at=iso_utc(found.made_at),
        live=not found.complete,
        id=found.station,
        name=found.name,
        first_day=found.first_day,
        complete=found.complete,
        method=f"{METHOD.name}. {METHOD.source}",
        currency=found.currency,
        total=None if found.total is None else _energy(found.total),
        days=tuple(map(_energy, found.days)),
        charge=tuple(DayCharge(day=one.day, low=one.low, high=one.high) for one in found.charge),
        alarms=tuple(_alarm(one, found.name) for one in found.alarms[:ALARMS_TOLD]),
        alarms_total=len(found.alarms),
        advice=tuple(map(advice_came, found.advice)),
        verdict=found.verdict.text,
        tier=tier_of(found.kept),
    )  # fmt: skip


def advice_came(one: Came) -> AdviceCame:
    """What came of a day's advice."""
    return AdviceCame(
        day=one.day,
        followed=str(one.followed),
        expected=one.expected,
        saved=one.saved,
        cost=one.cost,
        usual_cost=one.usual_cost,
        reason=one.reason,
    )


def _energy(found: EnergyReport) -> Energy:
    kwh = found.energies
    return Energy(
        first_day=found.first_day,
        pv=kwh.pv,
        load=kwh.load,
        imported=kwh.imported,
        exported=kwh.exported,
        genset=kwh.genset,
        charged=kwh.charged,
        discharged=kwh.discharged,
        self_consumption=found.self_consumption,
        autarky=found.autarky,
        cost=found.cost,
        coverage=found.coverage,
    )


def _alarm(it: Occurrence, name: str) -> MonthAlarm:
    return MonthAlarm(
        id=it.id,
        severity=str(it.severity),
        sentence=sentence(AlertView(it), name),
        raised_at=iso_utc(it.raised_at),
        cleared_at=written(it.cleared_at),
    )
