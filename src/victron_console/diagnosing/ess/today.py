"""What today tells of the hours to come: the level of its loads, those of the last hours, and its sun, each against
the days before.

The numbers are own judgement, chosen by the continuous ranked probability score of net energy 3 to 36 hours ahead, at
hours all over ten months of six houses (five of CityLearn 2022, the one of EMHASS): together with newer days counting
more they take 12 % off it, and on each of the six.
"""

from __future__ import annotations

import numpy as np

from victron_console.diagnosing.record.timeline import FloatArray

DAY = 24
LEVEL_SHARE = 0.3
"""Power of the loads' last 24 hours over those before another day, by which its loads are scaled."""
RECENT_HOURS, RECENT_SHARE, RECENT_FADES_H = 2, 0.6, 4.0
"""Loads of the last hours above those of another day go on at this share and fade with this time."""
SUN_HOURS, SUN_FADES_H, MOST_SUN = 3, 6.0, 3.0
"""The sun of the last hours against that of another day scales its rest, at most this much, and fades likewise."""
LITTLE = 0.1
"""Of the usual day's loads or the best day's sun, added to both sides of a ratio: little is not told apart."""


def loads_of_today(rows: FloatArray, load_kwh: FloatArray, now: int) -> FloatArray:
    """Loads of the days before brought to the level of today, kWh.

    Args:
        rows: what followed each of the days before, the latest first.
        load_kwh: by the hour; nothing is read from `now` on.
        now: the first hour ahead.
    """
    days = _means_before(load_kwh, now, DAY, len(rows))
    little = LITTLE * float(np.nanmean(days)) if np.isfinite(days).any() else 0.0
    level = _ratios(days, little) ** LEVEL_SHARE
    recent = _means_before(load_kwh, now, RECENT_HOURS, len(rows))
    more = np.nan_to_num(RECENT_SHARE * (recent[0] - recent[1:]))
    fading = np.exp(-(np.arange(rows.shape[1]) + 0.5) / RECENT_FADES_H)
    brought: FloatArray = np.maximum(0.0, rows * level[:, None] + more[:, None] * fading)
    return brought


def sun_of_today(rows: FloatArray, pv_kwh: FloatArray, now: int) -> FloatArray:
    """PV of the days before brought to the sun of today; arguments as of `loads_of_today`."""
    suns = _means_before(pv_kwh, now, SUN_HOURS, len(rows))
    little = LITTLE * float(np.nanmax(suns)) if np.isfinite(suns).any() else 0.0
    ratio = np.clip(_ratios(suns, little), 1.0 / MOST_SUN, MOST_SUN)
    fading = np.exp(-(np.arange(rows.shape[1]) + 0.5) / SUN_FADES_H)
    brought: FloatArray = rows * (1.0 + (ratio[:, None] - 1.0) * fading)
    return brought


def _means_before(value: FloatArray, now: int, hours: int, days: int) -> FloatArray:
    """Of the hours before now, and before the same hour of each day before; NaN where one of them is not known."""
    found = []
    for lag in range(days + 1):
        end = now - DAY * lag
        found.append(float(value[end - hours : end].mean()) if end >= hours else np.nan)
    return np.array(found)


def _ratios(means: FloatArray, little: float) -> FloatArray:
    """Today over each day before; 1 where it is not known, or where there is nothing of either."""
    below = means[1:] + little
    known = np.isfinite(below) & np.isfinite(means[0]) & (below > 0.0)
    return np.where(known, (means[0] + little) / np.where(known, below, 1.0), 1.0)
