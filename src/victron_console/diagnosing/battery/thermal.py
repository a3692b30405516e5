"""Heat and cold of a battery: what the temperature costs, hours too hot, charging in the cold, peaks that rise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.timeline import (
    MONTH_S,
    WEEK_S,
    FloatArray,
    IntArray,
    checked,
    day_numbers,
    grouped,
    medians,
    middle,
    steps_s,
)
from victron_console.diagnosing.record.trend import block_bootstrap
from victron_console.model.units import DAY_S

ACTIVATION_EV = 0.45
BOLTZMANN_EV_PER_K = 8.617e-5
REFERENCE_K = 298.15
ZERO_C_K = 273.15
Q10_RANGE = (1.4, 2.0)
WARM_C, HOT_C = 35.0, 45.0
COLD_C = 5.0
COLD_CHARGE_C = 0.05
TREND_WEEKS = 26
TREND_WEEKS_WITHOUT_AMBIENT = 56
"""13 months: without an outside temperature only the same season can be compared."""
STRESS = Method(
    name="mean of the Arrhenius factor over time, 25 °C is 1",
    inputs=("battery temperature",),
    source="0.45 eV for LFP calendar ageing (0.4 to 0.5); range: a factor of 1.4 to 2.0 per 10 K, whole life in BLAST.",
)
HOURS = Method(
    name="time by temperature", inputs=STRESS.inputs, source="Limits of 35 and 45 °C are usual (own judgement)."
)
COLD = Method(
    name="charging above 0.05 C below 5 °C",
    inputs=("lowest cell temperature", "battery current"),
    source="Lithium plates on cold cells; most BMS forbid charging below 0 to 5 °C.",
)
PEAKS = Method(
    name="weekly median of daily peaks, less outside temperature, load and season; Theil-Sen with block bootstrap",
    inputs=("battery temperature", "battery current", "outside temperature if there is one"),
    source="A failing fan, a loose link or an ageing pack warm up at the same weather and load (own judgement).",
)
AGEING = Figure("Ageing by temperature", "times", STRESS)
APART = Figure("Temperature spread of the cells", "K", HOURS)
COLD_CHARGING = Figure("Charging in the cold", "events", COLD)
RISE = Figure("Temperature peaks rise", "K/month", PEAKS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeatRecord:
    """Temperatures of a battery, °C, on common moments; NaN in gaps."""

    at: FloatArray
    celsius: FloatArray
    """The hottest cell where known."""
    coldest_c: FloatArray | None = None
    current_a: FloatArray | None = None
    """+ charging."""
    ambient_c: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Thermal:
    """What heat and cold do to a battery."""

    stress: Finding
    warm_hours: Finding
    hot_hours: Finding
    spread: Finding
    """Hottest less coldest cell, 95 % of the time below, K."""
    cold_charging: Finding
    peak_trend: Finding
    """K a month; `low` is the bound that an alarm may use."""


def thermal(record: HeatRecord, nominal_ah: float | None, zone: tzinfo | None = None) -> Thermal:
    """Judge the temperatures of a battery.

    Raises:
        ValueError: the arrays do not belong together.
    """
    given = [value for value in (record.coldest_c, record.current_a, record.ambient_c) if value is not None]
    checked(record.at, record.celsius, *given)
    if not np.isfinite(record.celsius).any():
        return _nothing("the battery reports no temperature")
    seconds = steps_s(record.at, record.celsius)
    window = Window(since=float(record.at[0]), until=float(record.at[-1]), count=int(np.sum(seconds > 0)))
    if not seconds.any():
        return _nothing("no two temperatures without a gap between them")
    return Thermal(
        stress=_stress(middle(record.celsius), seconds, window),
        warm_hours=_hours(record, seconds, WARM_C, window),
        hot_hours=_hours(record, seconds, HOT_C, window),
        spread=_spread(record, window),
        cold_charging=_cold(record, nominal_ah, window),
        peak_trend=_peaks(record, zone, window),
    )


def _stress(celsius: FloatArray, seconds: FloatArray, window: Window) -> Finding:
    """The mean of the factor, not the factor of the mean: 15 and 35 °C in turn wear more than 25 °C."""
    factor = np.exp(ACTIVATION_EV / BOLTZMANN_EV_PER_K * (1.0 / REFERENCE_K - 1.0 / (celsius + ZERO_C_K)))
    total = float(seconds.sum())
    ends = [float(np.sum(q10 ** ((celsius - 25.0) / 10.0) * seconds)) / total for q10 in Q10_RANGE]
    return AGEING.value(
        float(np.sum(factor * seconds)) / total,
        window=window,
        low=min(ends),
        high=max(ends),
        confidence="range of 1.4 to 2.0 per 10 K",
    )


def _hours(record: HeatRecord, seconds: FloatArray, limit_c: float, window: Window) -> Finding:
    hours = float(np.sum(seconds[middle(record.celsius) > limit_c])) / 3600.0
    words = f"highest {float(np.nanmax(record.celsius)):.1f} °C in {seconds.sum() / DAY_S:.0f} measured days"
    return _above(limit_c).value(hours, window=window, confidence=words)


def _spread(record: HeatRecord, window: Window) -> Finding:
    if record.coldest_c is None:
        return APART.unknown("the battery does not report its coldest cell")
    spread = record.celsius - record.coldest_c
    spread = spread[np.isfinite(spread)]
    if not len(spread):
        return APART.unknown("the battery does not report its coldest cell")
    value = float(np.quantile(spread, 0.95))
    return APART.value(value, window=window, confidence="watch 5 K, warn 10 K")


def _cold(record: HeatRecord, nominal_ah: float | None, window: Window) -> Finding:
    if record.current_a is None or not nominal_ah:
        return COLD_CHARGING.unknown("no battery current recorded, or no nominal capacity known")
    lowest = record.celsius if record.coldest_c is None else record.coldest_c
    with np.errstate(invalid="ignore"):
        cold = (lowest < COLD_C) & (record.current_a > COLD_CHARGE_C * nominal_ah)
    begins = int(cold[0]) + int(np.sum(cold[1:] & ~cold[:-1]))
    hours = float(np.sum(steps_s(record.at, record.current_a)[cold[1:]])) / 3600.0
    words = f"{hours:.1f} h" + (f", down to {float(np.min(lowest[cold])):.1f} °C" if begins else "")
    return COLD_CHARGING.value(float(begins), window=window, confidence=words)


def _peaks(record: HeatRecord, zone: tzinfo | None, window: Window) -> Finding:
    days = day_numbers(record.at, zone)
    peaks = [(day, float(part.max())) for day, part in grouped(days, record.celsius) if len(part) >= 3]
    at = np.array([float(day) * DAY_S for day, _ in peaks])
    weeks, values = medians(at, np.array([peak for _, peak in peaks]), WEEK_S, 3)
    needed = TREND_WEEKS if record.ambient_c is not None else TREND_WEEKS_WITHOUT_AMBIENT
    if len(weeks) < needed:
        reason = f"{len(weeks)} weeks with peaks; {needed} are needed"
        reason += "" if record.ambient_c is not None else " without an outside temperature"
        return RISE.insufficient(reason, window, window.after_days(7.0 * needed))
    cleaned = _without_causes(record, days, (at[0], weeks), values)
    slope = block_bootstrap(weeks, cleaned)
    return RISE.value(slope.per_month, window=window, low=slope.low, high=slope.high, confidence="one-sided 5 % bounds")


def _without_causes(
    record: HeatRecord, days: IntArray, weeks: tuple[float, FloatArray], peaks: FloatArray
) -> FloatArray:
    """Weekly peaks less what weather, load and season explain; the trend is in the fit and stays in the result."""
    first, middles = weeks
    months = (middles - middles[0]) / MONTH_S
    causes = []
    if record.ambient_c is not None:
        causes.append(_weekly_mean(days, record.ambient_c, first, middles))
    if record.current_a is not None:
        causes.append(_weekly_mean(days, record.current_a**2, first, middles))
    if len(middles) >= TREND_WEEKS_WITHOUT_AMBIENT:
        year = 2.0 * np.pi * middles / (365.25 * DAY_S)
        causes += [np.cos(year), np.sin(year)]
    causes = [cause - cause.mean() for cause in causes if float(np.ptp(cause)) > 0]
    if not causes:
        return peaks
    matrix = np.column_stack([np.ones(len(months)), months, *causes])
    found, *_ = np.linalg.lstsq(matrix, peaks, rcond=None)
    cleaned: FloatArray = peaks - np.column_stack(causes) @ found[2:]
    return cleaned


def _weekly_mean(days: IntArray, value: FloatArray, first: float, middles: FloatArray) -> FloatArray:
    """Mean of each week of the peaks; weeks without a value take their neighbours'."""
    numbers = ((days * DAY_S - first) // WEEK_S).astype(np.int64)
    rows = [(first + (week + 0.5) * WEEK_S, float(part.mean())) for week, part in grouped(numbers, value)]
    if not rows:
        return np.zeros(len(middles))
    at, means = np.array(rows).T
    at_middles: FloatArray = np.interp(middles, at, means)
    return at_middles


def _above(limit_c: float) -> Figure:
    return Figure(f"Time above {limit_c:.0f} °C", "h", HOURS)


def _nothing(reason: str) -> Thermal:
    return Thermal(
        AGEING.unknown(reason),
        _above(35.0).unknown(reason),
        _above(45.0).unknown(reason),
        APART.unknown(reason),
        COLD_CHARGING.unknown(reason),
        RISE.unknown(reason),
    )
