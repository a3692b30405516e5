"""What load and PV to expect by the hour: from the station's own past, and from a weather forecast set right by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from victron_console.diagnosing.finding import Method
from victron_console.diagnosing.record.timeline import WEEK_S, FloatArray, running_total, steps_s
from victron_console.model.clock import local
from victron_console.model.units import DAY_S, HOUR_S

SAME_WEEKDAYS = 4
LEAST_PAST = 2
BIAS_DAYS = 14
LEAST_BIAS_DAYS = 5
BIAS_RANGE = (0.3, 1.7)
GUESSED_SPREAD = (0.6, 1.0, 1.25)
"""P10, P50 and P90 over the forecast while too few days can be compared (own judgement)."""
PANEL_PERFORMANCE = 0.85
LEAST_MEASURED = 0.8
LOAD = Method(
    name="median of the same hour of the last 4 same weekdays",
    inputs=("load power",),
    source="A persistent forecast that needs no training; hours missing there take the median of all recent days.",
)
PV = Method(
    name="forecast irradiance on the array x kWp x 0.85, times own yield over forecast of 14 days",
    inputs=("Open-Meteo irradiance", "PV power", "kWp, tilt and azimuth"),
    source="Open-Meteo GTI (free for non-commercial use, CC BY 4.0); P10 and P90 are the spread of own daily ratios, "
    "days on which PV was held back left out; guessed (0.6 to 1.25 of the forecast) below 5 days.",
)


@dataclass(frozen=True, slots=True)
class PvOutlook:
    """Expected PV energy of each hour, kWh, in three cases."""

    low: FloatArray
    """P10: 9 of 10 days bring more."""
    usual: FloatArray
    high: FloatArray
    bias: float
    """Own yield over the plain forecast."""
    days: int
    """How many days bias and spread rest on; 0: they are guessed."""
    compared: int = 0
    """How many of the last days could be compared, too few where `days` is 0."""

    @property
    def words(self) -> str:
        """Which of the two it is: own experience, or a guess and why."""
        if self.days:
            return f"own yield of {self.days} days, {self.bias:.2f} of the plain forecast"
        return f"guessed: {self.compared} of {LEAST_BIAS_DAYS} days could be compared"


def hourly_kwh(at: FloatArray, power_w: FloatArray, begins: FloatArray) -> FloatArray:
    """Energy of the hour from each moment on, kWh; NaN where less than 80 % of it was measured."""
    edges = np.concatenate((begins, begins + HOUR_S))
    count = len(begins)
    energy = np.interp(edges, at, running_total(at, power_w)) / 3.6e6
    seconds = np.interp(edges, at, np.concatenate(([0.0], np.cumsum(steps_s(at, power_w)))))
    kwh = energy[count:] - energy[:count]
    return np.where(seconds[count:] - seconds[:count] >= LEAST_MEASURED * HOUR_S, kwh, np.nan)


def load_outlook(at: FloatArray, load_w: FloatArray, begins: FloatArray, zone: tzinfo | None = None) -> FloatArray:
    """Expected load of each coming hour, kWh; NaN where the past knows nothing of it.

    Args:
        at: moments of the past (UTC epoch, s, ascending).
        load_w: load; NaN in gaps.
        begins: begin of each coming hour.
        zone: of weekday and hour: a change of the clock moves people, not the sun.
    """
    if not len(at):
        return np.full(len(begins), np.nan)
    offsets = np.array([_offset_s(moment, zone) for moment in begins.tolist()])
    now = float(at[-1])
    recent = at > now - (SAME_WEEKDAYS + 2) * WEEK_S
    at, load_w = at[recent], load_w[recent]
    result = np.full(len(begins), np.nan)
    weekly = _past(at, load_w, begins, offsets, [n * WEEK_S for n in range(1, SAME_WEEKDAYS + 2)], now, zone)
    daily = _past(at, load_w, begins, offsets, [n * DAY_S for n in range(1, 15)], now, zone)
    for n in range(len(begins)):
        own = weekly[:, n][np.isfinite(weekly[:, n])][:SAME_WEEKDAYS]
        other = daily[:, n][np.isfinite(daily[:, n])]
        chosen = own if len(own) >= LEAST_PAST else np.concatenate((own, other))
        if len(chosen):
            result[n] = np.median(chosen)
    return result


def plain_kwh(kwh_m2: FloatArray, kwp: float) -> FloatArray:
    """What an irradiation on the array's plane yields before anything is known of the array, kWh."""
    return kwh_m2 * kwp * PANEL_PERFORMANCE


def irradiation(begins: FloatArray, w_m2: FloatArray, since: float, until: float) -> float | None:
    """What a forecast by the hour promises a square metre between two moments, kWh; None where it does not cover them.

    Args:
        begins: begin of each hour (UTC epoch, s).
        w_m2: mean irradiance of the hour.
        since: such as local midnight, which need not be a full hour of UTC.
        until: the end.
    """
    seconds = np.clip(np.minimum(begins + HOUR_S, until) - np.maximum(begins, since), 0.0, None)
    if seconds.sum() < until - since - 1.0:
        return None
    return float(np.sum(seconds * w_m2)) / 3.6e6


def pv_outlook(forecast_w_m2: FloatArray, kwp: float, past: tuple[FloatArray, FloatArray] | None = None) -> PvOutlook:
    """Expected PV of each coming hour.

    Args:
        forecast_w_m2: mean irradiance on the array in each coming hour.
        kwp: size of the array.
        past: daily energies of the last days, kWh: what the plain forecast promised and what came; None: none kept.
    """
    plain = plain_kwh(np.maximum(forecast_w_m2, 0.0) / 1000.0, kwp)
    ratios = np.zeros(0)
    bias, compared = 1.0, 0
    if past is not None:
        promised, came = (values[-BIAS_DAYS:] for values in past)
        known = np.isfinite(promised) & np.isfinite(came) & (promised > 0.1 * kwp)
        compared = int(known.sum())
        if compared >= LEAST_BIAS_DAYS:
            bias = float(np.clip(came[known].sum() / promised[known].sum(), *BIAS_RANGE))
            ratios = came[known] / promised[known]
    low, usual, high = np.quantile(ratios, (0.1, 0.5, 0.9)) if len(ratios) else GUESSED_SPREAD
    centre = bias if len(ratios) else usual
    return PvOutlook(
        plain * min(float(low), centre), plain * centre, plain * max(float(high), centre), bias, len(ratios), compared
    )


def _past(
    at: FloatArray, load_w: FloatArray, begins: FloatArray, offsets: FloatArray, backs: list[float], now: float,
    zone: tzinfo | None,
) -> FloatArray:  # fmt: skip
    """The same local hours some weeks or days earlier, a row each, the latest first; NaN where they are yet to come."""
    rows = []
    for back in backs:
        then = begins - back
        then = then + offsets - np.array([_offset_s(moment, zone) for moment in then.tolist()])
        kwh = hourly_kwh(at, load_w, then)
        rows.append(np.where(then + HOUR_S <= now, kwh, np.nan))
    return np.vstack(rows)


def _offset_s(moment: float, zone: tzinfo | None) -> float:
    offset = local(moment, zone).utcoffset()
    return offset.total_seconds() if offset else 0.0
