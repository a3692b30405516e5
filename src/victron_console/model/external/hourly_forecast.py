"""What somebody expected of a station's coming hours, as it stood when it was issued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from victron_console.model.units import HOUR_S

OWN, PORTAL, WEATHER = "own", "vrm", "open-meteo"
"""Who issues: ourselves with the advice, Victron's portal, the weather service."""
LOAD, PV = "load_kwh", "pv_kwh"
LOWS = {LOAD: "load_low_kwh", PV: "pv_low_kwh"}
HIGHS = {LOAD: "load_high_kwh", PV: "pv_high_kwh"}
"""P10 and P90 of the same, where they are told."""
BUY, SELL = "buy", "sell"
"""Prices a kWh that were listed then."""
IRRADIANCE = "irradiance_w_m2"
"""Mean of the hour on the array's plane."""


@dataclass(frozen=True, slots=True)
class HourlyForecast:
    """Consecutive hours of one issue."""

    source: str
    issued_at: float
    """UTC epoch, s."""
    since: float
    """Begin of the first hour (UTC epoch, s)."""
    series: Mapping[str, tuple[float | None, ...]]
    """Values by quantity (`load_kwh`, `pv_kwh`, ...), an hour each; None is not told."""

    def values(self, quantity: str, begin: float, count: int) -> tuple[float | None, ...]:
        """Hours from a moment (UTC epoch, s) on; None where it tells nothing of them."""
        known = self.series.get(quantity, ())
        first = round((begin - self.since) / HOUR_S)
        return tuple(known[n] if 0 <= n < len(known) else None for n in range(first, first + count))


def issued_before(forecasts: list[HourlyForecast], moment: float) -> HourlyForecast | None:
    """The last one that was there at a moment (UTC epoch, s); they are in the order they were issued."""
    return next((one for one in reversed(forecasts) if one.issued_at <= moment), None)
