"""The inverter's losses by operating point: a fitted curve, its efficiency at fixed points, its trend. Powers in W.

Efficiency of a day says more of the loads than of the inverter: 57 % at 50 W is healthy. Only the curve is judged, and
only against its own beginning: a DC gain error of 2 % moves it by 1.8 points.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.timeline import WEEK_S, BoolArray, FloatArray, checked
from victron_console.diagnosing.record.trend import BASELINE_DAYS, Centre, centre, mad
from victron_console.model.units import DAY_S

INVERTING = 9.0
NO_INPUT_W = 20.0
STEADY = 0.10
GRID_W = (250.0, 500.0, 1000.0, 2000.0)
GRID_WEIGHT = (0.25, 0.35, 0.30, 0.10)
LEAST_A_WEEK = 100
LEAST_WEEKS = 4
METHOD = Method(
    name="losses c + b·P + a·P² fitted to steady inverting, efficiency at 250/500/1000/2000 W",
    inputs=("battery power less DC loads", "AC-out power", "AC-in power", "inverter state"),
    source=(
        "On a measured Siemens curve (bslib) the mean efficiency moved 13.6 points by the loads alone, this figure by "
        "0.04 a week; weights 25/35/30/10 %."
    ),
)
REFERENCE = Figure("Efficiency at reference points", "%", METHOD)
IDLE = Figure("Loss without load", "W", METHOD)
LOST = Figure("Efficiency lost", "points", METHOD)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InverterRecord:
    """Means over about a minute, on common moments; NaN in gaps."""

    at: FloatArray
    dc_w: FloatArray
    """What the inverter takes from DC, + while inverting: battery V x I less other DC users and PV on DC."""
    ac_out_w: FloatArray
    ac_in_w: FloatArray
    """0 where there is no input."""
    state: FloatArray | None = None
    """9 is inverting; None where not recorded."""


@dataclass(frozen=True, slots=True)
class LossCurve:
    """loss = c + b P + a P², none below 0."""

    idle_w: float
    linear: float
    square_per_w: float

    def efficiency(self, ac_w: float) -> float:
        """AC over DC at this AC power, 0 to 1."""
        return ac_w / (ac_w + self.idle_w + self.linear * ac_w + self.square_per_w * ac_w * ac_w)

    def reference(self, reach_w: float) -> float:
        """Weighted efficiency in percent at the fixed points that the load ever reaches."""
        points = [(p, w) for p, w in zip(GRID_W, GRID_WEIGHT, strict=True) if p <= reach_w] or [(GRID_W[0], 1.0)]
        return 100.0 * sum(self.efficiency(p) * w for p, w in points) / sum(w for _, w in points)


@dataclass(frozen=True, slots=True)
class Efficiency:
    """How an inverter converts."""

    reference: Finding
    """Of the last four weeks."""
    idle: Finding
    drop: Finding
    """Points lost against the first 90 days; `low` is the bound that an alarm may use."""
    curve: LossCurve | None = None
    weekly_at: tuple[float, ...] = ()
    weekly_percent: tuple[float, ...] = ()


def efficiency(record: InverterRecord) -> Efficiency:
    """Judge the inverter.

    Raises:
        ValueError: the arrays do not belong together.
    """
    others = [record.state] if record.state is not None else []
    checked(record.at, record.dc_w, record.ac_out_w, record.ac_in_w, *others)
    if not np.isfinite(record.dc_w).any() or not np.isfinite(record.ac_out_w).any():
        return _nothing(lambda figure: figure.unknown("no DC or AC-out power recorded"))
    good = _usable(record)
    at, dc_w, ac_w = record.at[good], record.dc_w[good], record.ac_out_w[good]
    window = Window(since=float(record.at[0]), until=float(record.at[-1]), count=len(at), what="steady means")
    if len(at) < LEAST_A_WEEK:
        reason = f"{len(at)} steady means of inverting alone; {LEAST_A_WEEK} are needed: this site hardly inverts alone"
        return _nothing(lambda figure: figure.not_identifiable(reason, window))
    reach_w = float(np.quantile(ac_w, 0.98))
    weekly_at, weekly = _weekly(at, dc_w, ac_w, reach_w)
    if not len(weekly):
        few = f"no week with {LEAST_A_WEEK} steady means of inverting"
        return _nothing(lambda figure: figure.insufficient(few, window))
    return _summed(at, dc_w, ac_w, (weekly_at, weekly, reach_w), window)


def _nothing(make: Callable[[Figure], Finding]) -> Efficiency:
    reference, idle, drop = map(make, (REFERENCE, IDLE, LOST))
    return Efficiency(reference, idle, drop)


def _summed(
    at: FloatArray, dc_w: FloatArray, ac_w: FloatArray, weeks: tuple[FloatArray, FloatArray, float], window: Window
) -> Efficiency:
    weekly_at, weekly, reach_w = weeks
    latest = at > at[-1] - LEAST_WEEKS * WEEK_S
    curve = fit(dc_w[latest], ac_w[latest])
    now = centre(weekly[-LEAST_WEEKS:])
    words = f"points up to {reach_w:.0f} W; compare with itself only, a meter 2 % off moves it by 1.8"
    return Efficiency(
        reference=REFERENCE.value(now.value, window=window, low=now.low, high=now.high, confidence=words),
        idle=IDLE.value(curve.idle_w, window=window),
        drop=_drop(weekly_at, weekly, now, window),
        curve=curve,
        weekly_at=tuple(weekly_at.tolist()),
        weekly_percent=tuple(weekly.tolist()),
    )


def fit(dc_w: FloatArray, ac_w: FloatArray) -> LossCurve:
    """The loss curve through DC and AC powers, with far values losing weight (Huber) and no negative term."""
    scale = 1000.0
    matrix = np.column_stack((np.ones(len(ac_w)), ac_w / scale, (ac_w / scale) ** 2))
    loss = dc_w - ac_w
    weight = np.ones(len(loss))
    found = np.zeros(3)
    for _ in range(4):
        found, _ = nnls(matrix * weight[:, None], loss * weight)
        residual = loss - matrix @ found
        cut = 1.345 * max(mad(residual), 1e-6)
        weight = np.sqrt(np.minimum(1.0, cut / np.maximum(np.abs(residual), 1e-9)))
    return LossCurve(float(found[0]), float(found[1]) / scale, float(found[2]) / scale**2)


def _usable(record: InverterRecord) -> BoolArray:
    """Inverting alone and steady: no AC-in, within 10 % of the mean before and after."""
    with np.errstate(invalid="ignore"):
        good = (record.dc_w > 0) & (record.ac_out_w > NO_INPUT_W) & (np.abs(record.ac_in_w) < NO_INPUT_W)
        if record.state is not None:
            good &= record.state == INVERTING
        change = np.abs(np.diff(record.ac_out_w)) <= STEADY * np.maximum(record.ac_out_w[1:], record.ac_out_w[:-1])
    calm = np.concatenate(([True], change)) & np.concatenate((change, [True]))
    usable: BoolArray = good & calm
    return usable


def _weekly(at: FloatArray, dc_w: FloatArray, ac_w: FloatArray, reach_w: float) -> tuple[FloatArray, FloatArray]:
    weeks = ((at - at[0]) // WEEK_S).astype(np.int64)
    rows = []
    for week in np.unique(weeks):
        part = weeks == week
        if part.sum() >= LEAST_A_WEEK:
            rows.append((at[0] + (week + 0.5) * WEEK_S, fit(dc_w[part], ac_w[part]).reference(reach_w)))
    found = np.array(rows).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _drop(at: FloatArray, weekly: FloatArray, now: Centre, window: Window) -> Finding:
    first = weekly[at < at[0] + BASELINE_DAYS * DAY_S]
    if len(first) < LEAST_WEEKS or len(weekly) < len(first) + LEAST_WEEKS:
        reason = f"{len(weekly)} weeks with a curve; {LEAST_WEEKS} in the first 90 days and {LEAST_WEEKS} after needed"
        return LOST.insufficient(reason, window, window.after_days(BASELINE_DAYS + 7 * LEAST_WEEKS))
    base = centre(first)
    value = base.value - now.value
    # One-sided 5 %: 1.645 of the 1.96 that the intervals are made with.
    half = float(np.hypot(base.half_width, now.half_width)) * 1.645 / 1.96
    return LOST.value(
        value,
        window=window,
        low=value - half,
        high=value + half,
        confidence=f"first 90 days against the last {LEAST_WEEKS} weeks, one-sided 5 % bounds",
    )
