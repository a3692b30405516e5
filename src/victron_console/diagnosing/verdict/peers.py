"""One figure over a fleet: rank, percentile and who stands out. Knows no figure by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from victron_console.diagnosing.finding import Method
from victron_console.diagnosing.record.trend import mad

OUTLIER_MADS = 3.0
LEAST_FOR_OUTLIERS = 5
LEAST_FOR_PERCENTILE = 8
LEAST_SPREAD = 0.01
"""Of the size of a figure: what differs by less is equal to who reads it, however small the spread of the others."""
METHOD = Method(
    name="distance from the median in scaled median absolute deviations",
    inputs=("the same figure of stations of one kind",),
    source="Beyond 3 stands out, from 5 stations; percentiles from 8 on. Compare like with like (chemistry, age, use).",
)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A station among its peers."""

    station: str
    value: float
    rank: int
    """1 is best."""
    percentile: float | None
    """Share of peers it is at least as good as, 0 to 100; None with fewer than 8."""
    deviation: float | None
    """Scaled MADs above (+) or below (-) the median; None with fewer than 5 or where all are equal."""
    outlier: bool


def ranked(values: Mapping[str, float | None], *, higher_is_better: bool = True) -> list[Ranked]:
    """The stations that have the figure, best first; equal ones share a rank.

    Args:
        values: by station; None and NaN are left out, not ranked last.
        higher_is_better: the direction of the ranking; outliers are found on both sides.
    """
    known = {station: value for station, value in values.items() if value is not None and np.isfinite(value)}
    if not known:
        return []
    numbers = np.array(list(known.values()))
    worth = numbers if higher_is_better else -numbers
    middle, spread = float(np.median(numbers)), 0.0
    if len(numbers) >= LEAST_FOR_OUTLIERS and (measured := mad(numbers)) > 0:
        spread = max(measured, LEAST_SPREAD * float(np.median(np.abs(numbers))))
    rows = []
    for (station, value), own in zip(known.items(), worth, strict=True):
        deviation = (value - middle) / spread if spread > 0 else None
        percentile = 100.0 * float(np.mean(worth <= own)) if len(worth) >= LEAST_FOR_PERCENTILE else None
        outlier = deviation is not None and abs(deviation) > OUTLIER_MADS
        rows.append(Ranked(station, value, 1 + int(np.sum(worth > own)), percentile, deviation, outlier))
    return sorted(rows, key=lambda row: (row.rank, row.station))
