"""Arrays over time: intervals without gaps, local days, weekly medians, turning points. NaN is: nothing received.

Moments are UTC epoch seconds, ascending. Nothing here bridges a gap.
"""

from __future__ import annotations

from datetime import date, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from victron_console.model.clock import local, midnight
from victron_console.model.units import DAY_S

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

WEEK_S = 7 * DAY_S
MONTH_S = 30.4375 * DAY_S
"""The mean month: rates "a month" are per this."""
GAP_STEPS = 3.0
"""A hole longer than this many usual steps is a gap (docs/facts/figures.md#energy)."""


def checked(at: FloatArray, *values: FloatArray) -> None:
    """See that arrays belong together.

    Raises:
        ValueError: lengths differ or the moments do not ascend.
    """
    if any(len(value) != len(at) for value in values):
        raise ValueError(f"arrays of one length are needed: {len(at)} moments, {[len(v) for v in values]} values")
    if len(at) > 1 and not np.all(np.diff(at) > 0):
        raise ValueError("moments must ascend without repeating: sort them and drop doubles first")


def usual_step_s(at: FloatArray) -> float:
    """The median distance of two moments, s; 0 with fewer than two."""
    return float(np.median(np.diff(at))) if len(at) > 1 else 0.0


def steps_s(at: FloatArray, *values: FloatArray, max_gap_s: float | None = None) -> FloatArray:
    """Length of each interval between two moments, s; 0 where it is a gap or an end of it has a NaN.

    Args:
        at: the moments.
        values: arrays that must be known at both ends.
        max_gap_s: longer intervals are gaps; None: three usual steps.
    """
    lengths = np.diff(at)
    if max_gap_s is None:
        max_gap_s = GAP_STEPS * usual_step_s(at)
    good = lengths <= max_gap_s + 1e-6
    for value in values:
        known = np.isfinite(value)
        good &= known[1:] & known[:-1]
    return np.where(good, lengths, 0.0)


def middle(value: FloatArray) -> FloatArray:
    """Mean of both ends of each interval; 0 where one is NaN (such an interval has length 0)."""
    return np.nan_to_num((value[1:] + value[:-1]) / 2.0)


def running_total(at: FloatArray, value: FloatArray, max_gap_s: float | None = None) -> FloatArray:
    """The integral of a value from the first moment to each, in value x s, by trapezoids; flat in gaps."""
    parts = middle(value) * steps_s(at, value, max_gap_s=max_gap_s)
    return np.concatenate(([0.0], np.cumsum(parts))) if len(at) else np.zeros(0)


def local_days(since: float, until: float, zone: tzinfo | None) -> list[tuple[date, float, float]]:
    """The local days that touch a span, each with its begin and end (UTC epoch, s): 23 to 25 hours long."""
    day, last = local(since, zone).date(), local(until, zone).date()
    borders = []
    while day <= last:
        following = day + timedelta(days=1)
        borders.append((day, midnight(day, zone), midnight(following, zone)))
        day = following
    return borders


def day_numbers(at: FloatArray, zone: tzinfo | None = None) -> IntArray:
    """For each moment the ordinal of its local day."""
    if not len(at):
        return np.zeros(0, dtype=np.int64)
    days = local_days(float(at[0]), float(at[-1]), zone)
    starts = np.array([start for _, start, _ in days])
    return days[0][0].toordinal() + np.searchsorted(starts, at, side="right").astype(np.int64) - 1


def grouped(groups: IntArray, value: FloatArray) -> list[tuple[int, FloatArray]]:
    """The known values of each group, groups ascending (as days and weeks of ascending moments are)."""
    known = np.isfinite(value)
    groups, value = groups[known], value[known]
    if not len(groups):
        return []
    cuts = np.flatnonzero(np.diff(groups)) + 1
    keys = groups[np.concatenate(([0], cuts))]
    return [(int(key), part) for key, part in zip(keys, np.split(value, cuts), strict=True)]


def medians(at: FloatArray, value: FloatArray, period_s: float, least: int = 1) -> tuple[FloatArray, FloatArray]:
    """Medians of equal periods from the first moment on: middle of each period, median of its known values.

    Periods with fewer than `least` known values are left out.
    """
    if not len(at):
        return np.zeros(0), np.zeros(0)
    periods = ((at - at[0]) // period_s).astype(np.int64)
    found = [(key, float(np.median(part))) for key, part in grouped(periods, value) if len(part) >= least]
    moments = np.array([at[0] + (key + 0.5) * period_s for key, _ in found])
    return moments, np.array([value for _, value in found])


def turning_points(value: FloatArray, threshold: float) -> IntArray:
    """Indices where a course turns by more than `threshold`, with its two ends: smaller wiggles are passed over."""
    known = np.flatnonzero(np.isfinite(value))
    if len(known) < 2:
        return known
    course = value[known].tolist()
    turns: list[int] = []
    high = low = direction = 0
    for n, here in enumerate(course):
        if direction >= 0 and here > course[high]:
            high = n
        if direction <= 0 and here < course[low]:
            low = n
        if direction >= 0 and course[high] - here > threshold:
            turns.append(high)
            direction, low = -1, n
        elif direction <= 0 and here - course[low] > threshold:
            turns.append(low)
            direction, high = 1, n
    return known[np.array(sorted({0, *turns, len(course) - 1}), dtype=np.int64)]
