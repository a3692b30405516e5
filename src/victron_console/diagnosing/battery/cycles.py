"""How much a battery is used: equivalent full cycles, depth of discharge, C-rate. Current in A, + charging."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import rainflow

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.timeline import FloatArray, checked, middle, steps_s, turning_points
from victron_console.diagnosing.record.trend import mad
from victron_console.model.units import DAY_S

SMALLEST_SWING_PERCENT = 2.0
"""Smaller turns of the SOC are jitter."""
CALM_PERCENT = 0.3
SMOOTHED_OVER = 9
"""Samples: 45 minutes of five-minute means."""
DEPTHS_PERCENT = (2.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0)
"""Edges of the histogram of depths."""
LEAST_DAYS = 7.0
COULOMBS = Method(
    name="discharged ampere-hours over the nominal capacity",
    inputs=("battery current", "nominal capacity"),
    source="Ah over Ah, never kWh over Ah; History/ChargeCycles is no check, its counting rules differ by BMS.",
)
RAINFLOW = Method(
    name="rainflow count of the SOC, turns above 2 %",
    inputs=("battery SOC",),
    source="ASTM E1049 rainflow counting as in the rainflow package.",
)
FULL_CYCLES = Figure("Equivalent full cycles", "cycles", COULOMBS)
CHARGING = Figure("Charging rate, 95 % below", "C", COULOMBS)
DISCHARGING = Figure("Discharging rate, 95 % below", "C", COULOMBS)


@dataclass(frozen=True, slots=True)
class Depths:
    """How many cycles reached which depth."""

    edges_percent: tuple[float, ...]
    cycles: tuple[float, ...]
    """Between each two edges; half cycles count half."""


@dataclass(frozen=True, slots=True)
class Cycles:
    """Use of a battery over a window."""

    full_cycles: Finding
    """Equivalent full cycles by ampere-hours."""
    full_cycles_by_soc: Finding
    """The same from the SOC: 5 % apart at most, or one of the two is wrong."""
    per_year: Finding
    depths: Depths
    charge_rate: Finding
    """95 % of the charging time is below this C-rate."""
    discharge_rate: Finding

    @property
    def agree(self) -> bool | None:
        """Whether both counts lie within 5 %; None where one is missing."""
        ours, theirs = self.full_cycles.value, self.full_cycles_by_soc.value
        if ours is None or theirs is None or max(ours, theirs) < 5.0:
            return None
        return abs(ours - theirs) <= 0.05 * max(ours, theirs)


def cycles(at: FloatArray, current_a: FloatArray, soc_percent: FloatArray, nominal_ah: float | None) -> Cycles:
    """Count the use of a battery.

    Args:
        at: moments (UTC epoch, s, ascending).
        current_a: + charging; NaN in gaps.
        soc_percent: 0 to 100; NaN in gaps.
        nominal_ah: the nominal capacity; None where nobody told.

    Raises:
        ValueError: the arrays do not belong together.
    """
    checked(at, current_a, soc_percent)
    window = Window(since=float(at[0]), until=float(at[-1]), count=len(at)) if len(at) else Window(since=0, until=0)
    seconds = steps_s(at, current_a)
    full, rates = _by_charge(seconds, current_a, nominal_ah, window)
    by_soc, depths = _by_soc(soc_percent, window)
    return Cycles(full, by_soc, _per_year(full, float(seconds.sum()) / 86_400.0, window), depths, *rates)


def _by_charge(
    seconds: FloatArray, current_a: FloatArray, nominal_ah: float | None, window: Window
) -> tuple[Finding, tuple[Finding, Finding]]:
    if not nominal_ah or not seconds.any():
        reason = "the nominal capacity is not known: set it"
        if nominal_ah:
            was_there = np.isfinite(current_a).any()
            reason = "battery current never without a gap" if was_there else "no battery current recorded"
        count, charge, discharge = (figure.unknown(reason) for figure in (FULL_CYCLES, CHARGING, DISCHARGING))
        return count, (charge, discharge)
    mean_a = middle(current_a)
    full = float(np.sum(np.maximum(-mean_a, 0.0) * seconds)) / 3600.0 / nominal_ah
    charge = _rate(CHARGING, mean_a[(seconds > 0) & (mean_a > 0.01 * nominal_ah)] / nominal_ah, window)
    discharge = _rate(DISCHARGING, -mean_a[(seconds > 0) & (mean_a < -0.01 * nominal_ah)] / nominal_ah, window)
    return FULL_CYCLES.value(full, window=window), (charge, discharge)


def _rate(figure: Figure, rates: FloatArray, window: Window) -> Finding:
    if not len(rates):
        return figure.insufficient("never seen", window)
    middle_rate, high = (float(rate) for rate in np.quantile(rates, (0.5, 0.95)))
    words = f"median {middle_rate:.2f} C, highest {float(rates.max()):.2f} C"
    return figure.value(high, window=window, confidence=words)


def _by_soc(soc_percent: FloatArray, window: Window) -> tuple[Finding, Depths]:
    figure = Figure("Equivalent full cycles by SOC", "cycles", RAINFLOW)
    course, threshold = _calmed(soc_percent)
    turns = course[turning_points(course, threshold)]
    edges = np.array(DEPTHS_PERCENT)
    if len(turns) < 2:
        return figure.unknown("no SOC recorded"), Depths(DEPTHS_PERCENT, (0.0,) * (len(edges) - 1))
    counted = np.array(rainflow.count_cycles(turns.tolist())).reshape(-1, 2)
    full = float(np.sum(counted[:, 0] * counted[:, 1])) / 100.0
    histogram, _ = np.histogram(np.clip(counted[:, 0], 0.0, 100.0), edges, weights=counted[:, 1])
    found = figure.value(full, window=window)
    return found, Depths(DEPTHS_PERCENT, tuple(float(count) for count in histogram))


def _calmed(soc_percent: FloatArray) -> tuple[FloatArray, float]:
    """The known SOC, smoothed where it jitters, and the smallest swing that is more than what jitter is left."""
    course = soc_percent[np.isfinite(soc_percent)]
    if len(course) < 10 * SMOOTHED_OVER:
        return course, SMALLEST_SWING_PERCENT
    noise = mad(np.diff(course, 2)) / np.sqrt(6.0)  # what a second difference makes of white noise
    if noise <= CALM_PERCENT:
        return course, SMALLEST_SWING_PERCENT
    smooth = np.convolve(course, np.full(SMOOTHED_OVER, 1.0 / SMOOTHED_OVER), mode="valid")
    return smooth, max(SMALLEST_SWING_PERCENT, 8.0 * noise / np.sqrt(SMOOTHED_OVER))


def _per_year(full: Finding, measured_days: float, window: Window) -> Finding:
    figure = Figure("Equivalent full cycles a year", "cycles/year", COULOMBS)
    if full.value is None:
        return figure.unknown(full.reason)
    if measured_days < LEAST_DAYS:
        reason = f"{measured_days:.1f} days measured, 7 are needed"
        return figure.insufficient(reason, window, window.until + (7.0 - measured_days) * DAY_S)
    rate = full.value / measured_days * 365.25
    return figure.value(rate, window=window)
