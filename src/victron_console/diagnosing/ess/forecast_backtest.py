"""Forecasts of load and PV against what came: those issued before each day began, and the day before as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from victron_console.diagnosing.ess.hours import Hours
from victron_console.diagnosing.ess.scenarios import DAY, SunForecast, outlook
from victron_console.diagnosing.ess.station_forecast import own_forecast
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.external.hourly_forecast import HIGHS, LOAD, LOWS, PV, HourlyForecast, issued_before
from victron_console.model.units import DAY_S

OLDEST_S = 1.5 * DAY_S
"""Of an issue before a day begins (own judgement)."""
PLAYED = "played"
"""What our method says now of what was known then."""


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """One local day of one quantity, by the hour, kWh."""

    told: FloatArray
    low: FloatArray
    """P10; NaN where none is told."""
    high: FloatArray
    came: FloatArray
    before: FloatArray
    """What came on the day before."""


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """How the days of one source and quantity did."""

    days: tuple[ForecastDay, ...]

    @property
    def hour_error_kwh(self) -> float:
        """Mean error of an hour."""
        return float(np.mean([np.abs(day.told - day.came) for day in self.days]))

    @property
    def day_error_percent(self) -> float | None:
        """Mean error of a day's sum, of what came in the mean."""
        return self._share(abs(float((day.told - day.came).sum())) for day in self.days)

    @property
    def naive_day_error_percent(self) -> float | None:
        """The same of "as the day before"."""
        return self._share(abs(float((day.before - day.came).sum())) for day in self.days)

    @property
    def bias_percent(self) -> float | None:
        """Mean of a day's sum told less came, of what came in the mean."""
        return self._share(float((day.told - day.came).sum()) for day in self.days)

    @property
    def coverage_percent(self) -> float | None:
        """How often P10 to P90 held an hour with anything in it; None where no range is told. 80 would be right."""
        held = [
            (day.low - 1e-6 <= day.came) & (day.came <= day.high + 1e-6)
            for day in self.days
            if np.isfinite(day.low + day.high).all()
        ]
        some = [(day.high > 0.0) | (day.came > 0.0) for day in self.days if np.isfinite(day.low + day.high).all()]
        chosen = np.concatenate([one[keep] for one, keep in zip(held, some, strict=True)]) if held else np.zeros(0)
        return 100.0 * float(chosen.mean()) if len(chosen) else None

    def _share(self, errors: Iterator[float]) -> float | None:
        came = sum(float(day.came.sum()) for day in self.days)
        return 100.0 * sum(errors) / came if came > 0.0 else None


Scores = Mapping[tuple[str, str], ForecastScore]
"""By quantity (`load_kwh`, `pv_kwh`) and source."""


def forecast_backtest(
    hours: Hours, since: int, until: int, issued: Mapping[str, list[HourlyForecast]],
    sun: Callable[[int], SunForecast | None] = lambda hour: None,
    progress: Callable[[float], None] = lambda share: None,
) -> Scores:  # fmt: skip
    """Hold each source's last issue before a local day began against the day; days that were not measured are left out.

    Args:
        hours: with the weeks before the span; its prices are not read.
        since: the first hour of the span.
        until: the hour after its last.
        issued: by source, in the order they were issued.
        sun: gives PV by the weather as it was forecast when an hour began, for what is played now.
        progress: is told the share done.
    """
    found: dict[tuple[str, str], list[ForecastDay]] = {}
    for n in range(since, until - DAY + 1):
        progress((n + 1 - since) / max(1, until - since))
        if hours.local_hour(n) != 0 or n < DAY:
            continue
        for source, forecast in (*_told(hours, n, issued), (PLAYED, _played(hours, n, sun(n)))):
            for quantity, values in ((LOAD, hours.load_kwh), (PV, hours.pv_kwh)):
                if forecast is not None and (day := _day(forecast, quantity, values, n, float(hours.begins[n]))):
                    found.setdefault((quantity, source), []).append(day)
    return {key: ForecastScore(tuple(days)) for key, days in sorted(found.items())}


def _told(
    hours: Hours, n: int, issued: Mapping[str, list[HourlyForecast]]
) -> Sequence[tuple[str, HourlyForecast | None]]:
    begin = float(hours.begins[n])
    last = {source: issued_before(each, begin) for source, each in issued.items()}
    return [(source, one) for source, one in last.items() if one is not None and one.issued_at >= begin - OLDEST_S]


def _played(hours: Hours, n: int, sun: SunForecast | None) -> HourlyForecast | None:
    begin = float(hours.begins[n])
    ahead = outlook(hours, n, DAY, n + DAY, sun)
    return None if ahead is None else own_forecast(ahead, begin, begin)


def _day(forecast: HourlyForecast, quantity: str, values: FloatArray, n: int, begin: float) -> ForecastDay | None:
    """None where the day or the one before was not measured whole, or is not told whole."""
    told, low, high = (
        np.array([np.nan if value is None else value for value in forecast.values(name, begin, DAY)])
        for name in (quantity, LOWS[quantity], HIGHS[quantity])
    )
    came, before = values[n : n + DAY], values[n - DAY : n]
    if not np.isfinite(told).all() or not np.isfinite(came).all() or not np.isfinite(before).all():
        return None
    return ForecastDay(told, low, high, came, before)
