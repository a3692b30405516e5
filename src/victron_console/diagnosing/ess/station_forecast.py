"""A station's forecasts against what came: what tomorrow is promised, and what the last days were promised and brought.

Reads only; who calls it keeps what is promised.
"""

from __future__ import annotations

from datetime import timedelta, tzinfo

import numpy as np

from victron_console.diagnosing.ess.forecast import BIAS_DAYS, irradiation, plain_kwh
from victron_console.diagnosing.ess.scenarios import Outlook
from victron_console.diagnosing.power.pv import may_be_curtailed, whole_days
from victron_console.diagnosing.record.five_minutes import FiveMinutes
from victron_console.diagnosing.record.timeline import FloatArray, local_days
from victron_console.model.clock import local
from victron_console.model.external.hourly_forecast import (
    BUY,
    HIGHS,
    IRRADIANCE,
    LOAD,
    LOWS,
    OWN,
    PV,
    SELL,
    WEATHER,
    HourlyForecast,
)
from victron_console.model.units import DAY_S, HOUR_S, SLOT_S
from victron_console.sources.open_meteo import IrradianceForecast
from victron_console.store.promises import Promise
from victron_console.store.read.reader import Reader


def promise_of_tomorrow(forecast: IrradianceForecast, now: float, zone: tzinfo | None) -> Promise | None:
    """What a forecast promises the next local day; None where it does not reach to its end."""
    day = local(now, zone).date() + timedelta(days=1)
    since, until = next((begin, end) for each, begin, end in local_days(now, now + DAY_S + 7200.0, zone) if each == day)
    kwh_m2 = irradiation(np.array(forecast.begins), np.array(forecast.w_m2), since, until)
    return None if kwh_m2 is None else Promise(day, forecast.fetched_at, kwh_m2)


def own_forecast(ahead: Outlook, since: float, now: float) -> HourlyForecast:
    """What the scenarios of an advice say by the hour: their mean, P10 and P90, and the prices that are listed.

    Args:
        ahead: as it was advised by.
        since: begin of its first hour (UTC epoch, s).
        now: when (UTC epoch, s).
    """
    listed = slice(0, ahead.listed)
    series: dict[str, FloatArray] = {BUY: ahead.hours.buy[0, listed], SELL: ahead.hours.sell[0, listed]}
    for quantity, rows in ((LOAD, ahead.hours.load_kwh), (PV, ahead.hours.pv_kwh)):
        series[quantity] = ahead.weights @ rows
        series[LOWS[quantity]], series[HIGHS[quantity]] = hour_range(rows, ahead.weights)
    return HourlyForecast(OWN, now, since, {name: tuple(each.tolist()) for name, each in series.items()})


def hour_range(rows: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """P10 and P90 of each hour over scenarios with weights."""
    order = np.argsort(rows, axis=0)
    ordered, own = np.take_along_axis(rows, order, axis=0), weights[order]
    place = np.cumsum(own, axis=0) - own / 2.0
    ends = [
        np.array([np.interp(share, place[:, n], ordered[:, n]) for n in range(rows.shape[1])]) for share in (0.1, 0.9)
    ]
    return ends[0], ends[1]


def weather_forecast(forecast: IrradianceForecast) -> HourlyForecast:
    """An answer of the weather service as it is kept; hours that it leaves out are not told."""
    known = dict(zip(forecast.begins, forecast.w_m2, strict=True))
    since = min(known)
    count = round((max(known) - since) / HOUR_S) + 1
    values = tuple(known.get(since + n * HOUR_S) for n in range(count))
    return HourlyForecast(WEATHER, forecast.fetched_at, since, {IRRADIANCE: values})


def promised_and_came(
    reader: Reader, station: str, now: float, zone: tzinfo | None, kwp: float
) -> tuple[FloatArray, FloatArray]:
    """Of each of the last 14 whole local days, oldest first, what the plain forecast promised and what came, kWh.

    NaN where no forecast was kept, where the day was not measured whole, and where PV may have been held back: a full
    battery that nothing is sold from says nothing of the sun.

    Raises:
        StoreError: the store cannot be read.
    """
    today = local(now, zone).date()
    days = [today - timedelta(days=back) for back in range(BIAS_DAYS, 0, -1)]
    promised = {row.day: row.kwh_m2 for row in reader.promises(station, days[0])}
    until = now - now % SLOT_S
    past = FiveMinutes(reader, station, until - (BIAS_DAYS + 2) * DAY_S, until)
    curtailed = may_be_curtailed(past.figure("soc_percent"), past.figure("grid_power_w"))
    came = {day.first_day: day.energies.pv for day in whole_days(past.at, past.figure("pv_power_w"), zone, curtailed)}
    return (
        plain_kwh(np.array([promised.get(day, np.nan) for day in days]), kwp),
        np.array([np.nan if (kwh := came.get(day)) is None else kwh for day in days]),
    )
