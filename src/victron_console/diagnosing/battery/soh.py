"""The trend of the state of health that the BMS reports, from the moments its whole number fell in the battery's life.

Own capacity is another series (`capacity`) and is never mixed in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from victron_console.diagnosing.battery.soh_past import SohPast, SohStep
from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.timeline import MONTH_S, FloatArray, checked, medians
from victron_console.model.units import DAY_S

STEPS = 3
LEAST_DAYS = 180.0
MEDIAN_DAYS = 7
REPLACED_BY_PERCENT = 3.0
"""A rise of this much that lasts is another battery or a recalibrated BMS: what was before says nothing of it."""
STEP_DOUBT_PERCENT = 0.15
"""How well the value at a step is known: rounding edge and noise (own judgement)."""
METHOD = Method(
    name="slope over the last 3 steps of the BMS's SOH",
    inputs=("battery Soh",),
    source=(
        "Theil-Sen on a rounded SOH returns exactly 0 in 92 % of 90-day windows (simulated); the time of a step is "
        "exact to days. Healthy home batteries lose 0.17 to 0.25 % a month (RWTH fleet mean 2 to 3 % a year)."
    ),
)
REPORTED = Method(
    name="median of the last 7 days as the BMS reports it",
    inputs=("battery Soh",),
    source="Every maker defines its SOH otherwise; compare a battery with itself, not with another make.",
)
LOSS = Figure("SOH loss", "%/month", METHOD)
LEVEL = Figure("State of health (BMS)", "%", REPORTED)


@dataclass(frozen=True, slots=True)
class SohTrend:
    """The reported state of health and how fast it falls."""

    loss: Finding
    """% a month, positive is worse."""
    level: Finding
    """The median of the last week, %."""
    steps: tuple[SohStep, ...]
    days: float
    """How long the present battery has been seen."""
    replaced_at: float | None = None
    """When the figure last rose for good: what was recorded before is of another battery. None: never."""
    past: SohPast | None = None
    """What to remember of the present battery until the next time."""

    @property
    def latest_percent(self) -> float | None:
        """The level, where the battery reports one."""
        return self.level.value


def soh_trend(at: FloatArray, soh_percent: FloatArray, before: SohPast | None = None) -> SohTrend:
    """How fast the reported SOH falls.

    Args:
        at: moments (UTC epoch, s, ascending).
        soh_percent: as the BMS says, usually whole numbers; NaN in gaps.
        before: what was remembered of it; steps older than these moments are taken from there.

    Raises:
        ValueError: the arrays do not belong together.
    """
    checked(at, soh_percent)
    days, daily = medians(at, soh_percent, DAY_S)
    if not len(days):
        nothing = "the battery reports no SOH"
        return SohTrend(LOSS.unknown(nothing), LEVEL.unknown(nothing), (), 0.0, past=before)
    whole = float(days[0])
    days, smooth = _of_present_battery(days, _running_median(daily))
    steps, first_seen = _steps(days, smooth), float(days[0])
    is_new = days[0] > whole or (before is not None and _is_another(before, float(days[0]), float(smooth[0])))
    if before is not None and not is_new:
        first_seen = min(first_seen, before.since)
        steps = (*_remembered(before, float(smooth[0])), *steps)
    seen_days = (float(days[-1]) - first_seen) / DAY_S + 1.0
    until = float(at[-1])
    since = max(float(at[0]), until - MEDIAN_DAYS * DAY_S)
    count = min(MEDIAN_DAYS, int((days > days[-1] - MEDIAN_DAYS * DAY_S).sum()))
    week = Window(since=since, until=until, count=count, what="days with a value")
    level = LEVEL.value(float(smooth[-1]), window=week)
    replaced_at = float(days[0]) if is_new else None
    past = SohPast(first_seen, float(days[-1]), float(smooth[-1]), steps)
    return SohTrend(_loss(past), level, steps, seen_days, replaced_at, past)


def _is_another(before: SohPast, at: float, percent: float) -> bool:
    """Whether what begins here is another battery than the one remembered."""
    return at > before.until and percent - before.percent >= REPLACED_BY_PERCENT


def _remembered(before: SohPast, first_percent: float) -> tuple[SohStep, ...]:
    """The steps down to where the record begins; its own are all below."""
    return tuple(step for step in before.steps if step.shown_percent >= np.floor(first_percent + 0.5))


def _loss(past: SohPast) -> Finding:
    steps, seen_days = past.steps, (past.until - past.since) / DAY_S + 1.0
    window = Window(since=past.since, until=past.until, count=len(steps), what="steps")
    if seen_days < LEAST_DAYS or len(steps) < STEPS:
        reason = f"{len(steps)} steps in {seen_days:.0f} days; {STEPS} steps and {LEAST_DAYS:.0f} days are needed"
        by_rate = window.after_days(LEAST_DAYS) if len(steps) >= STEPS else window.when_counted(STEPS)
        return LOSS.insufficient(reason, window, by_rate and max(by_rate, window.after_days(LEAST_DAYS)))
    first, last = steps[-STEPS], steps[-1]
    months = (last.at - first.at) / MONTH_S
    fall = first.percent - last.percent
    # No step since the last one bounds the present rate: a battery that stands still is not told by its worst year.
    since_last = max((past.until - last.at) / MONTH_S, 1e-9)
    fastest = (1.0 + 2 * STEP_DOUBT_PERCENT) / since_last
    return LOSS.value(
        min(fall / months, fastest),
        window=replace(window, since=first.at, count=STEPS),
        low=min(max(0.0, fall - 2 * STEP_DOUBT_PERCENT) / months, fastest),
        high=min((fall + 2 * STEP_DOUBT_PERCENT) / months, fastest),
        confidence=f"the last {STEPS} of {len(steps)} steps, each known to {STEP_DOUBT_PERCENT} %; "
        f"none for {since_last:.1f} months",
    )


def _running_median(daily: FloatArray) -> FloatArray:
    """Median of each day and the six before it: a step shows some days late, each by the same."""
    padded = np.concatenate((np.full(MEDIAN_DAYS - 1, daily[0]), daily))
    found: FloatArray = np.median(np.lib.stride_tricks.sliding_window_view(padded, MEDIAN_DAYS), axis=1)
    return found


def _of_present_battery(days: FloatArray, smooth: FloatArray) -> tuple[FloatArray, FloatArray]:
    """From the last lasting rise on."""
    if len(smooth) <= MEDIAN_DAYS:
        return days, smooth
    rise = smooth[MEDIAN_DAYS:] - smooth[:-MEDIAN_DAYS]
    jumps = np.flatnonzero(rise >= REPLACED_BY_PERCENT)
    start = int(jumps[-1]) + MEDIAN_DAYS if len(jumps) else 0
    return days[start:], smooth[start:]


def _steps(days: FloatArray, smooth: FloatArray) -> tuple[SohStep, ...]:
    """The first day of each new lowest value. What stood at the beginning began before it and is no step."""
    lowest = np.minimum.accumulate(np.floor(smooth + 0.5))
    falls = np.flatnonzero(np.diff(lowest) < 0) + 1
    delay_s = (MEDIAN_DAYS // 2) * DAY_S
    return tuple(SohStep(float(days[n]) - delay_s, float(lowest[n])) for n in falls)
