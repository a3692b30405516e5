"""Apparent resistance from load steps: dV/dI within one poll, brought to 25 °C and 50 % SOC. Current + charging.

It holds the ohmic part, some of the first slow part and the cables: only its growth against its own beginning counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.timeline import MONTH_S, WEEK_S, FloatArray, checked, grouped
from victron_console.diagnosing.record.trend import BASELINE_DAYS, centre, huber_centre, mad
from victron_console.model.units import DAY_S

STEP_C = 0.1
QUIET_C = 0.02
LONGEST_POLL_S = 15.0
REFERENCE_K = 298.15
ZERO_C_K = 273.15
REFERENCE_SOC = 0.5
STEPS_A_WEEK = 30
RECENT_WEEKS = 4
METHOD = Method(
    name="median dV/dI of load steps above 0.1 C within one poll, at 25 °C and 50 % SOC",
    inputs=("battery voltage and current of the same service", "temperature", "SOC"),
    source=(
        "On CALCE cells it follows the tester's resistance (rank correlation 0.95 to 0.97) at 1.7 times its size: "
        "growth counts, not the ohms. Warn at 1.5 times (own judgement)."
    ),
)
APPARENT = Figure("Apparent resistance", "mΩ", METHOD)
GROWTH = Figure("Resistance growth", "times", METHOD)


@dataclass(frozen=True, slots=True, eq=False)
class LoadSteps:
    """Load steps, one a place in each array: keep them, they are few; the samples they come from are many."""

    at: FloatArray
    ohm: FloatArray
    celsius: FloatArray
    soc_percent: FloatArray

    def __add__(self, other: LoadSteps) -> LoadSteps:
        """Both, in the order of time."""
        return joined((self, other))

    def since(self, moment: float) -> LoadSteps:
        """Those from a moment on."""
        kept = self.at >= moment
        return LoadSteps(self.at[kept], self.ohm[kept], self.celsius[kept], self.soc_percent[kept])


def joined(parts: Sequence[LoadSteps]) -> LoadSteps:
    """All the load steps in the order of time."""
    columns = [np.concatenate([np.zeros(0), *(getattr(part, name) for part in parts)]) for name in COLUMNS]
    order = np.argsort(columns[0], kind="stable")
    return LoadSteps(*(column[order] for column in columns))


COLUMNS = ("at", "ohm", "celsius", "soc_percent")
NO_STEPS = LoadSteps(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True)
class Resistance:
    """Apparent resistance and its growth."""

    milliohm: Finding
    """Of the last weeks, mΩ, relative in meaning."""
    ratio: Finding
    """Against the first 90 days; 1.5 is a warning."""
    weekly_at: tuple[float, ...] = ()
    weekly_milliohm: tuple[float, ...] = ()


def load_steps(
    at: FloatArray,
    voltage_v: FloatArray,
    current_a: FloatArray,
    nominal_ah: float,
    celsius: FloatArray | None = None,
    soc_percent: FloatArray | None = None,
) -> LoadSteps:
    """The clean load steps in a fast record (polls of 1 to 15 s).

    Args:
        at: moments (UTC epoch, s, ascending).
        voltage_v: of the battery, of the same service and the same read as the current.
        current_a: + charging.
        nominal_ah: to scale what is a step and what is quiet.
        celsius: of the battery.
        soc_percent: 0 to 100.

    Raises:
        ValueError: the arrays do not belong together.
    """
    checked(at, voltage_v, current_a)
    if len(at) < 4:
        return NO_STEPS
    nothing = np.full(len(at), np.nan)
    changes = np.diff(current_a)
    with np.errstate(invalid="ignore", divide="ignore"):
        soon = np.diff(at) <= LONGEST_POLL_S
        quiet = (np.abs(changes) < QUIET_C * nominal_ah) & soon
        big = (np.abs(changes) >= STEP_C * nominal_ah) & soon
        ohm = np.diff(voltage_v) / changes
        found = np.flatnonzero(quiet[:-2] & big[1:-1] & quiet[2:] & (ohm[1:-1] > 0)) + 1
    warmth = nothing if celsius is None else celsius
    charge = nothing if soc_percent is None else soc_percent
    return LoadSteps(at[found + 1], ohm[found], warmth[found], charge[found])


def resistance(steps: LoadSteps) -> Resistance:
    """Weekly resistance at reference conditions and its growth."""
    if not len(steps.at):
        reason = "no load steps recorded (polls of 15 s and less)"
        return Resistance(APPARENT.unknown(reason), GROWTH.unknown(reason))
    reference = _at_reference(steps)
    weeks = ((steps.at - steps.at[0]) // WEEK_S).astype(np.int64)
    weekly = [(key, part) for key, part in grouped(weeks, reference) if len(part) >= STEPS_A_WEEK]
    at = np.array([steps.at[0] + (key + 0.5) * WEEK_S for key, _ in weekly])
    ohm = np.array([huber_centre(part) for _, part in weekly])
    window = Window(since=float(steps.at[0]), until=float(steps.at[-1]), count=len(steps.at), what="load steps")
    if not len(at):
        reason = f"{len(steps.at)} load steps, no week with {STEPS_A_WEEK}"
        return Resistance(APPARENT.insufficient(reason, window), GROWTH.insufficient(reason, window))
    now = centre(ohm[-RECENT_WEEKS:])
    found = APPARENT.value(
        now.value * 1e3,
        window=window,
        low=now.low * 1e3,
        high=now.high * 1e3,
        confidence=f"median of {now.count} weeks; only its growth is meaningful",
    )
    return Resistance(found, _ratio(at, ohm, window), tuple(at.tolist()), tuple((ohm * 1e3).tolist()))


def _ratio(at: FloatArray, ohm: FloatArray, window: Window) -> Finding:
    first = ohm[at < window.since + BASELINE_DAYS * DAY_S]
    if window.days < BASELINE_DAYS + RECENT_WEEKS * 7 or len(first) < RECENT_WEEKS or len(ohm) < 2 * RECENT_WEEKS:
        reason = f"{len(ohm)} weeks with {STEPS_A_WEEK} steps in {window.days:.0f} days; 90 days and 4 weeks are needed"
        return GROWTH.insufficient(reason, window, window.after_days(BASELINE_DAYS + 7 * RECENT_WEEKS))
    now, base = centre(ohm[-RECENT_WEEKS:]), centre(first)
    value = now.value / base.value
    half = value * float(np.hypot(now.half_width / now.value, base.half_width / base.value))
    return GROWTH.value(
        value,
        window=window,
        low=value - half,
        high=value + half,
        confidence=f"95 % interval; first 90 days against the last {RECENT_WEEKS} weeks",
    )


def _at_reference(steps: LoadSteps) -> FloatArray:
    """Each step's resistance as it were at 25 °C and 50 %: log R = a + b/T + c SOC + growth, fitted without outliers.

    The growth is in the fit so that a season does not take the blame for ageing, and is left in the result.
    """
    columns = [np.ones(len(steps.at)), (steps.at - steps.at[0]) / MONTH_S]
    inverse = 1.0 / (steps.celsius + ZERO_C_K) - 1.0 / REFERENCE_K
    charge = steps.soc_percent / 100.0 - REFERENCE_SOC
    conditions = [part for part in (inverse, charge) if np.isfinite(part).all() and float(np.ptp(part)) > 0.0]
    if not conditions or len(steps.at) < STEPS_A_WEEK:
        return steps.ohm
    matrix = np.column_stack(columns + conditions)
    target = np.log(steps.ohm)
    keep = np.ones(len(target), dtype=bool)
    fit = np.zeros(matrix.shape[1])
    for _ in range(3):
        fit, *_ = np.linalg.lstsq(matrix[keep], target[keep], rcond=None)
        residual = target - matrix @ fit
        keep = np.abs(residual - np.median(residual)) < 4.0 * max(mad(residual), 1e-9)
    corrected: FloatArray = np.exp(target - np.column_stack(conditions) @ fit[2:])
    return corrected
