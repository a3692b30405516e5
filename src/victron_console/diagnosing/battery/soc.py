"""Whether the reported state of charge can be true, and when the battery was last full. Current in A, + charging."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.timeline import FloatArray, checked, running_total, steps_s
from victron_console.model.units import DAY_S

RECENT_S = DAY_S
LEAST_MEASURED = 0.8
MOST_DOUBT_PERCENT = 5.0
"""A counted charge that is worse known than this, half of what alarms, judges no SOC (own judgement)."""
FULL_PERCENT = 99.0
SYNC_PERCENT = 97.0
"""Reaching this from below may be the BMS setting itself to full: what the SOC does there is no error of the day."""
RESIDUAL = Method(
    name="largest difference of reported SOC and counted charge within a day",
    inputs=("battery SOC", "current", "capacity"),
    source="Over a day a sensor offset of 0.2 A makes some percent on 100 Ah; 10 are more than that (own judgement).",
)
FULL = Method(
    name="last time at 99 % and more",
    inputs=("battery SOC",),
    source="LFP needs a full charge now and then for its SOC and balance, lead-acid every two weeks.",
)


@dataclass(frozen=True, slots=True)
class SocTruth:
    """What can be said of the reported SOC."""

    residual: Finding
    """Percentage points, never negative."""
    days_since_full: Finding


def soc_truth(
    at: FloatArray, soc_percent: FloatArray, current_a: FloatArray, capacity_ah: float | None, blind_s: float = 0.0
) -> SocTruth:
    """Compare the last day's SOC with the charge counted, and look for the last full charge.

    Args:
        at: moments (UTC epoch, s, ascending).
        soc_percent: as reported.
        current_a: + charging.
        capacity_ah: what the battery holds: own figure where there is one, else nominal.
        blind_s: how long a current is held that was read once: 0 where it is a mean of many reads.

    Raises:
        ValueError: the arrays do not belong together.
    """
    checked(at, soc_percent, current_a)
    residual = _residual(at, soc_percent, current_a, capacity_ah, blind_s)
    return SocTruth(residual, _since_full(at, soc_percent))


def _residual(
    at: FloatArray, soc: FloatArray, current_a: FloatArray, capacity_ah: float | None, blind_s: float
) -> Finding:
    figure = Figure("SOC against counted charge", "%", RESIDUAL)
    if not capacity_ah or not np.isfinite(soc).any() or not np.isfinite(current_a).any():
        return figure.unknown("SOC, current or capacity of the battery is not known")
    recent = at > at[-1] - RECENT_S
    at, soc, current_a = at[recent], soc[recent], current_a[recent]
    window = Window(since=float(at[0]), until=float(at[-1]), count=len(at))
    measured_s = float(steps_s(at, soc, current_a).sum())
    if measured_s < LEAST_MEASURED * RECENT_S:
        reason = f"{measured_s / 3600:.1f} h of the last day were measured, 19 are needed"
        return figure.insufficient(reason, window, window.until + LEAST_MEASURED * RECENT_S - measured_s)
    doubt = 100.0 * _doubt_ah(current_a, blind_s) / capacity_ah
    if doubt > MOST_DOUBT_PERCENT:
        reason = (
            f"read each {blind_s / 60.0:.0f} min, too seldom for this current: its charge is known to {doubt:.0f} %"
        )
        return figure.insufficient(reason, window)
    counted = 100.0 * running_total(at, current_a) / 3600.0 / capacity_ah
    error = np.where(soc < SYNC_PERCENT, soc - counted, np.nan)
    error = error[np.isfinite(error)]
    value = float(np.ptp(error)) if len(error) else 0.0
    return figure.value(value, window=window)


def _doubt_ah(current_a: FloatArray, blind_s: float) -> float:
    """What a held current may be wrong by: it comes late by up to a read, and each of its jumps at an unknown moment.

    The first is the whole swing for the time between two reads, the second two standard deviations of all jumps.
    """
    known = current_a[np.isfinite(current_a)]
    jumps_a = 2.0 * float(np.sqrt(np.sum(np.diff(known) ** 2) / 12.0))
    return blind_s * (float(np.ptp(known)) + jumps_a) / 3600.0


def _since_full(at: FloatArray, soc: FloatArray) -> Finding:
    figure = Figure("Days since full", "days", FULL)
    if not np.isfinite(soc).any():
        return figure.unknown("the battery reports no SOC")
    window = Window(since=float(at[0]), until=float(at[-1]), count=len(at))
    with np.errstate(invalid="ignore"):
        full = np.flatnonzero(soc >= FULL_PERCENT)
    if not len(full):
        return figure.insufficient(f"not full in the {window.days:.0f} days recorded", window)
    days = (float(at[-1]) - float(at[full[-1]])) / DAY_S
    return figure.value(days, window=window)
