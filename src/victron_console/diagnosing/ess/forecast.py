"""PV from a weather forecast: plain, and what came of it on the days before."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.units import HOUR_S

BIAS_DAYS = 14
"""On which forecasts are held against the yield: long enough for some weather, short enough for one season (own
judgement)."""
RATIO_RANGE = (0.05, 3.0)
"""Of yield to forecast, as far as it is believed (own judgement)."""
LEAST_PROMISED_H = 0.1
"""Full-load hours; a day that is promised less says nothing of the ratio (own judgement)."""
PANEL_PERFORMANCE = 0.85
"""Of the energy by nameplate: PVWatts takes losses of 14 % (Dobos 2014, NREL/TP-6A20-62641). The ratios mend it."""


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


def yield_ratios(promised: FloatArray, came: FloatArray, kwp: float) -> Mapping[int, float]:
    """Own yield over the plain forecast, by how many days ago.

    Args:
        promised: by the plain forecast, kWh of the last days, oldest first; NaN where none was kept.
        came: the same, measured; NaN where it was not, or PV was held back.
        kwp: size of the array.
    """
    known = np.isfinite(promised) & np.isfinite(came) & (promised > LEAST_PROMISED_H * kwp)
    ratios = np.clip(came[known] / promised[known], *RATIO_RANGE)
    return dict(zip((len(promised) - np.flatnonzero(known)).tolist(), ratios.tolist(), strict=True))
