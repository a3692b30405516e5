"""A station's forecasts against what came: what tomorrow is promised, and what the last days were promised and brought.

Reads only; who calls it keeps what is promised.
"""

from __future__ import annotations

from datetime import timedelta, tzinfo

import numpy as np

from victron_console.diagnosing.ess.forecast import BIAS_DAYS, irradiation, plain_kwh
from victron_console.diagnosing.power.pv import may_be_curtailed, whole_days
from victron_console.diagnosing.record.five_minutes import FiveMinutes
from victron_console.diagnosing.record.timeline import FloatArray, local_days
from victron_console.model.clock import local
from victron_console.model.units import DAY_S, SLOT_S
from victron_console.sources.open_meteo import IrradianceForecast
from victron_console.store.promises import Promise
from victron_console.store.read.reader import Reader


def promise_of_tomorrow(forecast: IrradianceForecast, now: float, zone: tzinfo | None) -> Promise | None:
    """What a forecast promises the next local day; None where it does not reach to its end."""
    day = local(now, zone).date() + timedelta(days=1)
    since, until = next((begin, end) for each, begin, end in local_days(now, now + DAY_S + 7200.0, zone) if each == day)
    kwh_m2 = irradiation(np.array(forecast.begins), np.array(forecast.w_m2), since, until)
    return None if kwh_m2 is None else Promise(day, forecast.fetched_at, kwh_m2)


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
