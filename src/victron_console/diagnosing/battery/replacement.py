"""When a battery will have to be replaced: a window of scenarios from a knee to plain calendar ageing, never a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from victron_console.diagnosing.battery.soh import SohTrend
from victron_console.diagnosing.finding import Figure, Finding, Method

ENDS_OF_LIFE = (80.0, 70.0)
"""SOH in percent at which a battery is taken for worn out: both are shown."""
NO_WINDOW_FROM = 93.0
BAND = ((82.0, 0.70, 1.45), (85.0, 0.62, 1.75), (87.0, 0.55, 1.85), (90.0, 0.46, 2.3), (92.0, 0.42, 2.8))
"""SOH, and what to multiply the straight-line time by for the early and the late end."""
ROUNDED_LOW, ROUNDED_HIGH = 0.5, 1.0
"""A whole percent may stand for half of one less; for one more where the BMS cuts off its decimals."""
METHOD = Method(
    name="straight line of the last 3 SOH steps, widened to the range of known courses",
    inputs=("battery Soh",),
    source=(
        "Band fitted to laboratory cells (77 HUST, 123 MIT) and 28 simulated home profiles (BLAST), which it holds in "
        "88 to 100 % of cases. No public data follow home-storage LFP to its end: scenario range, not a 90 % interval."
    ),
)


@dataclass(frozen=True, slots=True)
class Replacement:
    """Months until each end of life, and what overrides any date."""

    windows: tuple[Finding, ...]
    """For 80 and 70 %: `low` is the early end, to plan by, `high` the late end, `value` the straight line."""
    inspect_now: tuple[str, ...]
    """Reasons to look at the battery now, whatever its trend says."""

    @property
    def early_months(self) -> float | None:
        """The early end for 80 %, to plan by; None where there is no window."""
        return self.windows[0].low if self.windows[0].known else None


def replacement(trend: SohTrend, inspect_now: Sequence[str] = ()) -> Replacement:
    """The window for each end of life.

    Args:
        trend: of the reported SOH.
        inspect_now: what else was found that no date may soften: grown resistance, modules offline, low cells.
    """
    return Replacement(tuple(_window(trend, end) for end in ENDS_OF_LIFE), tuple(inspect_now))


def months_left(soh_percent: float, end_percent: float, loss_per_month: float) -> tuple[float, float, float]:
    """Early, straight-line and late months until the SOH has fallen to `end_percent` at this loss (% a month, > 0).

    The ends hold the rounding of the SOH too: where a point is left, that is half of it.
    """
    least, straight, most = (
        max(0.0, soh_percent + rounded - end_percent) / loss_per_month for rounded in (-ROUNDED_LOW, 0.0, ROUNDED_HIGH)
    )
    soh, early, late = np.array(BAND).T
    return least * float(np.interp(soh_percent, soh, early)), straight, most * float(np.interp(soh_percent, soh, late))


def _window(trend: SohTrend, end: float) -> Finding:
    figure, loss = Figure(f"Time to {end:.0f} % SOH", "months", METHOD), trend.loss
    soh = trend.latest_percent
    if soh is not None and soh <= end:
        return figure.value(0.0, window=loss.window, low=0.0, high=0.0, confidence=f"SOH {soh:.0f} % is reached")
    if soh is not None and soh >= NO_WINDOW_FROM:
        return figure.insufficient(f"no date: healthy at {soh:.0f} %", loss.window)
    if soh is None or not loss.known or loss.value is None:
        reason = f"no date, not enough history: {loss.reason}"
        return figure.insufficient(reason, loss.window, loss.ready_at)
    early, straight, late = months_left(soh, end, loss.value)
    words = "scenario range (knee … calendar); plan by the early end"
    if end < ENDS_OF_LIFE[0]:
        words += "; below 80 % untested, few cells were followed there"
    return figure.value(straight, window=loss.window, low=early, high=late, confidence=words)
