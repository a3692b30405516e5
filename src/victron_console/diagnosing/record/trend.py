"""Slopes and medians that a few wild values cannot bend, and how sure they are. Knows no battery and no grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from victron_console.diagnosing.record.timeline import MONTH_S, FloatArray

MAD_TO_SIGMA = 1.4826
MEDIAN_TO_MEAN_ERROR = 1.2533
"""The standard error of a median over that of a mean, for normal errors."""
BASELINE_DAYS = 90.0
"""The first days of a record: what came later is held against them (own judgement: a season, so that no wear hides)."""
RESAMPLES = 400
SEED = 20_240


@dataclass(frozen=True, slots=True)
class Slope:
    """A robust slope and its one-sided 5 % and 95 % bounds, per month."""

    per_month: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Centre:
    """A median with its 95 % interval from the median absolute deviation."""

    value: float
    low: float
    high: float
    count: int

    @property
    def half_width(self) -> float:
        """Half the interval."""
        return (self.high - self.low) / 2.0


def mad(value: FloatArray) -> float:
    """Median absolute deviation scaled to a standard deviation."""
    return float(np.median(np.abs(value - np.median(value)))) * MAD_TO_SIGMA


def centre(value: FloatArray) -> Centre:
    """The median of at least one value, with its 95 % interval."""
    half = 1.96 * MEDIAN_TO_MEAN_ERROR * mad(value) / np.sqrt(len(value))
    found = float(np.median(value))
    return Centre(found, found - float(half), found + float(half), len(value))


def huber_centre(value: FloatArray, cut: float = 1.345) -> float:
    """Huber's location: the mean of what lies near, wild values held at `cut` standard deviations."""
    found, scale = float(np.median(value)), mad(value)
    if scale == 0.0:
        return found
    for _ in range(20):
        moved = float(np.mean(np.clip(value, found - cut * scale, found + cut * scale)))
        if abs(moved - found) < 1e-9 * scale:
            break
        found = moved
    return found


def theil_sen(at: FloatArray, value: FloatArray) -> float:
    """Theil-Sen slope per month."""
    from scipy.stats import theilslopes  # half a second to load, and who only compares stations needs none of it

    return float(theilslopes(value, at / MONTH_S).slope)


def block_bootstrap(at: FloatArray, value: FloatArray, block: int = 4, resamples: int = RESAMPLES) -> Slope:
    """Theil-Sen slope with bounds from a moving-block bootstrap of its residuals.

    Blocks keep neighbours together: seasons and slow noise are not taken for certainty, as Mann-Kendall would
    (22 to 47 % false alarms on such noise). The draw is seeded: the same data give the same bounds.

    Args:
        at: middles of the periods, at least two blocks of them.
        value: their medians.
        block: periods of a block.
        resamples: how many courses are drawn.
    """
    months = (at - at[0]) / MONTH_S
    slope = theil_sen(at, value)
    residual = value - slope * months
    residual -= np.median(residual)
    count = len(value)
    draws = np.random.default_rng(SEED).integers(0, count - block + 1, size=(resamples, -(-count // block)))
    places = (draws[:, :, None] + np.arange(block)).reshape(resamples, -1)[:, :count]
    first, second = np.triu_indices(count, k=1)
    span = months[second] - months[first]
    noise = residual[places]
    slopes = np.median((noise[:, second] - noise[:, first]) / span, axis=1)
    low, high = np.quantile(slopes, (0.05, 0.95))
    return Slope(slope, slope - float(high), slope - float(low))
