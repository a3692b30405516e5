"""The spread of the cells: how wide, which cell, why, and whether it grows. Voltages in V, spreads in mV.

Judged at 20 to 90 % charge and light current only: at the top and under load a spread is normal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

import numpy as np
from scipy.stats import theilslopes

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.timeline import (
    WEEK_S,
    BoolArray,
    FloatArray,
    checked,
    day_numbers,
    grouped,
    medians,
)
from victron_console.diagnosing.record.trend import block_bootstrap, centre
from victron_console.model.units import DAY_S

MIDDLE_SOC = (20.0, 90.0)
TOP_SOC = 95.0
LIGHT_C = 0.1
RECENT_DAYS = 30.0
SPLIT_DAYS = 90.0
TREND_DAYS = 180.0
CONFIRMED_DAYS = 365.0
JUDGED_FROM_MV = 20.0
LEAST_A_WEEK = 3
SPREAD = Method(
    name="median of highest minus lowest cell at 20 to 90 % SOC and below 0.1 C",
    inputs=("battery Max/MinCellVoltage", "SOC", "current"),
    source="LFP: watch above 30 mV, warn above 100 mV at rest (own judgement); 50 to 150 mV are normal near full.",
)
GROWTH = Method(
    name="Theil-Sen of weekly medians, 5 % bound by moving-block bootstrap of 4 weeks",
    inputs=SPREAD.inputs,
    source=(
        "Simulated: no false alarm in a year of slow noise with a season, 12 to 15 % in half a year: "
        "`suspected` before 365 days, `confirmed` after. Drift of charge without balancing is the usual "
        "cause, resistance the rarer one."
    ),
)
WEAKEST = Method(
    name="share of days on which the same cell is lowest",
    inputs=("battery MinVoltageCellId",),
    source="A healthy pack changes its lowest cell from day to day; a weak cell stays (own judgement).",
)
SPLIT = Method(
    name="spread = s0 + dR·|I|, medians by current, Theil-Sen",
    inputs=SPREAD.inputs,
    source="s0 tells of balance, dR of one cell's resistance (ageing or a loose link).",
)
MIDDLE = Figure("Cell spread", "mV", SPREAD)
NEAR_FULL = Figure("Cell spread near full", "mV", SPREAD)
GROWING = Figure("Cell spread growth", "mV/month", GROWTH)
SAME_CELL = Figure("Same cell lowest", "share", WEAKEST)
AT_REST = Figure("Cell spread at rest", "mV", SPLIT)
BY_LOAD = Figure("Resistance difference of cells", "mΩ", SPLIT)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """What the cells of a pack say."""

    spread: Finding
    top_spread: Finding
    growth: Finding
    """mV a month; `low` is the bound that an alarm may use."""
    weakest: Finding
    """Share of days of the cell named in its confidence."""
    at_rest: Finding
    """s0, mV."""
    resistance_difference: Finding
    """dR, mΩ."""
    weekly_at: tuple[float, ...] = ()
    weekly_mv: tuple[float, ...] = ()

    @property
    def alarm_mv_per_month(self) -> float | None:
        """The growth an alarm may act on: the lower bound, or at most 0 while the spread is below 20 mV."""
        if self.growth.low is None or self.spread.value is None:
            return None
        return self.growth.low if self.spread.value > JUDGED_FROM_MV else min(self.growth.low, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """What a BMS says of its cells, on common moments; NaN in gaps."""

    at: FloatArray
    highest_v: FloatArray
    lowest_v: FloatArray
    soc_percent: FloatArray
    current_a: FloatArray
    lowest_id: FloatArray | None = None
    """A number for each cell name; the caller keeps the names."""


def imbalance(cells: Cells, nominal_ah: float | None, zone: tzinfo | None = None) -> Imbalance:
    """Judge the spread of a pack's cells.

    Args:
        cells: the record.
        nominal_ah: to know what a light current is; None: no figure.
        zone: of the days for the weakest cell.

    Raises:
        ValueError: the arrays do not belong together.
    """
    checked(cells.at, cells.highest_v, cells.lowest_v, cells.soc_percent, cells.current_a)
    spread_mv = (cells.highest_v - cells.lowest_v) * 1000.0
    if not nominal_ah or not np.isfinite(spread_mv).any():
        return _nothing("the battery reports no cells" if nominal_ah else "the nominal capacity is not known: set it")
    with np.errstate(invalid="ignore"):
        light = np.abs(cells.current_a) < LIGHT_C * nominal_ah
        inner = (cells.soc_percent >= MIDDLE_SOC[0]) & (cells.soc_percent <= MIDDLE_SOC[1])
        top = cells.soc_percent > TOP_SOC
    recent = cells.at > cells.at[-1] - RECENT_DAYS * DAY_S
    spread = _level(MIDDLE, cells.at, spread_mv, inner & light & recent)
    weekly_at, weekly = medians(cells.at, np.where(inner & light, spread_mv, np.nan), WEEK_S, LEAST_A_WEEK)
    latest = cells.at > cells.at[-1] - SPLIT_DAYS * DAY_S
    at_rest, difference = _split(cells, spread_mv, inner & latest)
    return Imbalance(
        spread=spread,
        top_spread=_level(NEAR_FULL, cells.at, spread_mv, top & light & recent),
        growth=_growth(weekly_at, weekly),
        weakest=_weakest(cells, inner, zone),
        at_rest=at_rest,
        resistance_difference=difference,
        weekly_at=tuple(weekly_at.tolist()),
        weekly_mv=tuple(weekly.tolist()),
    )


def _level(figure: Figure, at: FloatArray, spread_mv: FloatArray, where: BoolArray) -> Finding:
    where = where & np.isfinite(spread_mv)
    window = Window(since=float(at[-1]) - RECENT_DAYS * DAY_S, until=float(at[-1]), count=int(where.sum()))
    if window.count < 10:
        reason = (
            f"{window.count} samples in the last {RECENT_DAYS:.0f} days at such charge and light current, 10 needed"
        )
        return figure.insufficient(reason, window)
    found = centre(spread_mv[where])
    return figure.value(
        found.value, window=window, low=found.low, high=found.high, confidence="median with its 95 % interval"
    )


def _growth(at: FloatArray, weekly_mv: FloatArray) -> Finding:
    days = float(at[-1] - at[0]) / DAY_S + 7.0 if len(at) else 0.0
    window = Window(since=float(at[0]), until=float(at[-1]), count=len(at), what="weeks") if len(at) else None
    if window is None or days < TREND_DAYS or len(at) < TREND_DAYS / 14.0:
        reason = f"{len(at)} weeks with values in {days:.0f} days; {TREND_DAYS:.0f} days are needed"
        ready_at = window.after_days(TREND_DAYS) if window else None
        return GROWING.insufficient(reason, window or Window(since=0.0, until=0.0), ready_at)
    slope = block_bootstrap(at, weekly_mv)
    word = "confirmed" if days >= CONFIRMED_DAYS else "suspected"
    return GROWING.value(
        slope.per_month,
        window=window,
        low=slope.low,
        high=slope.high,
        confidence=f"{word}: {days:.0f} days; one-sided 5 % bounds",
    )


def _weakest(cells: Cells, inner: BoolArray, zone: tzinfo | None) -> Finding:
    if cells.lowest_id is None or not np.isfinite(cells.lowest_id[inner]).any():
        return SAME_CELL.unknown("the battery does not say which cell is lowest")
    recent = inner & (cells.at > cells.at[-1] - RECENT_DAYS * DAY_S)
    days = grouped(day_numbers(cells.at[recent], zone), cells.lowest_id[recent])
    window = Window(since=float(cells.at[-1]) - RECENT_DAYS * DAY_S, until=float(cells.at[-1]), count=len(days),
                    what="days")  # fmt: skip
    if len(days) < 7:
        ready_at = window.until + (7 - len(days)) * DAY_S
        return SAME_CELL.insufficient(f"{len(days)} days, 7 are needed", window, ready_at)
    of_days = [_commonest(values) for _, values in days]
    cell = _commonest(np.array(of_days))
    share = of_days.count(cell) / len(of_days)
    return SAME_CELL.value(share, window=window, confidence=f"cell number {cell:.0f}")


def _commonest(values: FloatArray) -> float:
    names, counts = np.unique(values, return_counts=True)
    return float(names[np.argmax(counts)])


def _split(cells: Cells, spread_mv: FloatArray, where: BoolArray) -> tuple[Finding, Finding]:
    where = where & np.isfinite(spread_mv) & np.isfinite(cells.current_a)
    amperes, spread = np.abs(cells.current_a[where]), spread_mv[where]
    window = Window(since=float(cells.at[-1]) - SPLIT_DAYS * DAY_S, until=float(cells.at[-1]), count=len(spread))
    edges = np.unique(np.quantile(amperes, np.linspace(0, 1, 13))) if len(spread) >= 200 else np.zeros(0)
    if len(edges) < 6:
        reason = f"{len(spread)} samples at too few different currents; 200 at 6 currents are needed"
        return AT_REST.insufficient(reason, window), BY_LOAD.insufficient(reason, window)
    classes = np.clip(np.searchsorted(edges, amperes, side="right") - 1, 0, len(edges) - 2)
    order = np.argsort(classes, kind="stable")
    points = [
        (float(np.median(part[:, 0])), float(np.median(part[:, 1])))
        for part in np.split(
            np.column_stack((amperes, spread))[order], np.flatnonzero(np.diff(classes[order])) + 1
        )
    ]  # fmt: skip
    x, y = np.array(points).T
    fit = theilslopes(y, x, 0.9)
    return (
        AT_REST.value(float(fit.intercept), window=window),
        BY_LOAD.value(
            float(fit.slope),
            window=window,
            low=float(fit.low_slope),
            high=float(fit.high_slope),
            confidence="90 % interval of the slope",
        ),
    )


def _nothing(reason: str) -> Imbalance:
    return Imbalance(
        spread=MIDDLE.unknown(reason),
        top_spread=NEAR_FULL.unknown(reason),
        growth=GROWING.unknown(reason),
        weakest=SAME_CELL.unknown(reason),
        at_rest=AT_REST.unknown(reason),
        resistance_difference=BY_LOAD.unknown(reason),
    )
