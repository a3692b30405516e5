"""The advice for an ESS as it was last told, by the hour, and what came of the last days'. It sets nothing."""

from __future__ import annotations

from victron_console.contract.form import Document, Moment, Number, Part, Said
from victron_console.contract.report import AdviceCame, advice_came
from victron_console.diagnosing.ess.advice_log import CAME, HOLDS_S, KIND, Told, came_of, told_of
from victron_console.diagnosing.ess.advice_needs import wants_advice
from victron_console.model.clock import iso_utc
from victron_console.model.units import DAY_S, HOUR_S
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader

CAME_DAYS = 14
_LINES = 100


class AdvisedHour(Part):
    """What is advised for one hour; prices per kWh."""

    since: Moment
    until: Moment
    mode: str
    power_w: Number
    """Mean battery power of the plan, + charging."""
    soc_percent: Number
    """At the end of its step."""
    buy: Number
    sell: Number


class Advised(Part):
    """An advice as it was told."""

    told_at: Moment
    text: Said
    change: bool
    """Whether it advises anything else than self-consumption."""
    saving_a_day: Number
    reserve_kwh: Number
    """Kept for outages."""
    floor_kwh: Number
    """Where the ESS itself stops discharging."""
    pv_low_kwh: Number
    """With `pv_high_kwh` the P10 to P90 of the PV of all its hours."""
    pv_usual_kwh: Number
    pv_high_kwh: Number
    pv_days: int | None
    """Days that the forecast was held against."""
    rests_on: Said
    hours: tuple[AdvisedHour, ...]


class AdviceNow(Document):
    """The advice that holds for a station, and what came of the last days'."""

    id: str
    name: Said
    currency: Said
    advice: Advised | None
    reason: str
    """Why there is none; empty where there is."""
    came: tuple[AdviceCame, ...]
    """The latest first."""


def advice(reader: Reader, row: StationRow, now: float, as_of: float | None) -> AdviceNow:
    """What was advised for a station's battery at `now`, which is `as_of` where that is given."""
    lines = reader.events(now - HOLDS_S, now, row.id, [KIND], limit=_LINES)
    told = next((one for event in lines if (one := told_of(event)) is not None), None)
    back = reader.events(now - CAME_DAYS * DAY_S, now, row.id, [KIND], CAME, limit=_LINES)
    came = [day for event in back if (day := came_of(event)) is not None]
    return AdviceNow(
        at=iso_utc(now),
        live=as_of is None,
        id=row.id,
        name=row.name,
        currency=told.currency if told is not None else came[0].currency if came else "",
        advice=None if told is None else _advised(told),
        reason="" if told is not None else _why_none(row),
        came=tuple(map(advice_came, came)),
    )


def _why_none(row: StationRow) -> str:
    if wants_advice(row.info):
        return "nothing was advised since yesterday: a collector advises hourly while it runs"
    return "its station file does not say what advice needs: see docs/health.md#advice-for-an-ess"


def _advised(told: Told) -> Advised:
    pv = told.pv
    return Advised(
        told_at=iso_utc(told.at),
        text=told.text,
        change=told.change,
        saving_a_day=told.saving_a_day,
        reserve_kwh=told.reserve_kwh,
        floor_kwh=told.floor_kwh,
        pv_low_kwh=pv.get("low"),
        pv_usual_kwh=pv.get("usual"),
        pv_high_kwh=pv.get("high"),
        pv_days=pv.get("days"),
        rests_on=str(pv.get("words", "")),
        hours=tuple(
            AdvisedHour(
                since=iso_utc(begin), until=iso_utc(begin + HOUR_S), mode=one.mode, power_w=one.power_w,
                soc_percent=one.soc_percent, buy=one.buy, sell=one.sell,
            )
            for begin, one in sorted(told.hours.items())
        ),
    )  # fmt: skip
