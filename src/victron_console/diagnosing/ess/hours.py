"""A station's hours one after another: load, PV and prices, measured and listed. Forecasts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from victron_console.diagnosing.record.timeline import FloatArray, running_total, steps_s
from victron_console.model.clock import local
from victron_console.model.units import HOUR_S

LEAST_MEASURED = 0.8
"""Share of an hour from which its energy counts as measured."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hours:
    """Consecutive hours, of the past and to come. NaN: not measured, or no price listed."""

    begins: FloatArray
    """UTC epoch, s."""
    load_kwh: FloatArray
    pv_kwh: FloatArray
    buy: FloatArray
    sell: FloatArray
    offset_s: FloatArray
    """Of the local time from UTC."""

    def place(self, moment: float) -> int:
        """Which hour holds a moment; it may lie outside."""
        return int((moment - float(self.begins[0])) // HOUR_S)

    def priced_until(self, n: int) -> int:
        """The first hour from one on that has no price; their number where all have one."""
        missing = np.flatnonzero(~np.isfinite(self.buy[n:] + self.sell[n:]))
        return n + int(missing[0]) if len(missing) else len(self.begins)

    def local_hour(self, n: int) -> int:
        """Of the day, 0 to 23."""
        return int((float(self.begins[n]) + float(self.offset_s[n])) // HOUR_S) % 24

    def local_day(self, n: int) -> int:
        """Days since 1970 on the station's calendar."""
        return int((float(self.begins[n]) + float(self.offset_s[n])) // (24 * HOUR_S))


def consecutive(since: float, until: float) -> FloatArray:
    """The begins of the full hours (UTC) that lie between two moments."""
    first = -(-since // HOUR_S) * HOUR_S
    return np.arange(first, until - HOUR_S + 1.0, HOUR_S, dtype=np.float64)


def offsets(begins: FloatArray, zone: tzinfo | None) -> FloatArray:
    """Of the local time from UTC at moments, s."""
    found = (local(moment, zone).utcoffset() for moment in begins.tolist())
    return np.array([0.0 if offset is None else offset.total_seconds() for offset in found])


def hourly_kwh(at: FloatArray, power_w: FloatArray, begins: FloatArray) -> FloatArray:
    """Energy of the hour from each moment on, kWh; NaN where less than 80 % of it was measured."""
    edges = np.concatenate((begins, begins + HOUR_S))
    count = len(begins)
    energy = np.interp(edges, at, running_total(at, power_w)) / 3.6e6
    seconds = np.interp(edges, at, np.concatenate(([0.0], np.cumsum(steps_s(at, power_w)))))
    kwh = energy[count:] - energy[:count]
    return np.where(seconds[count:] - seconds[:count] >= LEAST_MEASURED * HOUR_S, kwh, np.nan)
