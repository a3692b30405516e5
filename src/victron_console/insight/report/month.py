"""The facts of one station's month, read from the store. Judges nothing anew and knows no format."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

import numpy as np

from victron_console.insight.diagnostics.energy import Period, Powers, Report, at_times, report
from victron_console.insight.diagnostics.kept import Kept, unpack
from victron_console.insight.diagnostics.timeline import DAY_S, FloatArray, zone_of
from victron_console.model.alert import Occurrence
from victron_console.model.clock import local
from victron_console.store.errors import UnknownStation
from victron_console.store.reader import Reader

SLOT_S = 300.0


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
    row = reader.station(station)
    if row is None:
        raise UnknownStation(f"{station} is not in the store: `victron-console status` lists what is")
    zone = zone_of(row.info)
    since, end = _midnight(first_day, zone), _midnight(_next_month(first_day), zone)
    if since >= now:
        raise ValueError(f"{first_day:%Y-%m} has not begun yet: name a month that has")
    until = min(end, now)
    # One column beyond each end: energy is added up between the middles of columns.
    count = max(1, round((until - since) / SLOT_S)) + 2
    begin = since - SLOT_S
    at = begin + SLOT_S * (np.arange(count, dtype=np.float64) + 0.5)
    powers = _powers(reader, station, at, begin, begin + count * SLOT_S)
    measured = any(each is not None for each in (powers.pv, powers.load, powers.grid, powers.genset, powers.battery))
    total = next((one for one in report(powers, Period.MONTH, zone) if one.first_day == first_day), None)
    found = reader.diagnoses(until + DAY_S).get(station)
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
        kept=unpack(found.body) if found is not None else None,
    )


def _midnight(day: date, zone: tzinfo | None) -> float:
    moment = datetime(day.year, day.month, day.day, tzinfo=zone)
    return (moment if zone else moment.astimezone()).timestamp()


def _next_month(first_day: date) -> date:
    return first_day + timedelta(days=monthrange(first_day.year, first_day.month)[1])


def _powers(reader: Reader, station: str, at: FloatArray, since: float, until: float) -> Powers:
    def column(field: str) -> FloatArray | None:
        values = reader.overview_history(station, field, since, until, len(at))
        found = np.array([np.nan if value is None else value for value in values])
        return found if np.isfinite(found).any() else None

    load, dc_load, battery = column("load_power_w"), column("dc_load_power_w"), column("battery_power_w")
    if load is not None and dc_load is not None:
        load = load + np.nan_to_num(dc_load)
    return Powers(
        at=at,
        pv=column("pv_power_w"),
        load=dc_load if load is None else load,
        grid=column("grid_power_w"),
        genset=at_times(column("genset_power_w"), battery),
        other=at_times(column("other_dc_power_w"), battery),
        battery=battery,
    )


def _charge(
    reader: Reader, station: str, first_day: date, zone: tzinfo | None, until: float
) -> tuple[ChargeOfDay, ...]:
    days = []
    day = first_day
    while day < _next_month(first_day) and _midnight(day, zone) < until:
        begin, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        values = [v for v in reader.overview_history(station, "soc_percent", begin, end, 288) if v is not None]
        days.append(ChargeOfDay(day, min(values, default=None), max(values, default=None)))
        day += timedelta(days=1)
    return tuple(days)
