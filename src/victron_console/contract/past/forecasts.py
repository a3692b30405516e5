"""Forecasts of load and PV against what came, as a document."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from victron_console.contract.form import Number, Part, Versioned
from victron_console.model.external.hourly_forecast import LOAD, PV
from victron_console.store.read.reader import Reader

if TYPE_CHECKING:
    from victron_console.diagnosing.ess.forecast_backtest import ForecastScore, Scores
    from victron_console.diagnosing.ess.station_backtest import Home


class ForecastsOfSource(Part):
    """How one source's forecasts of one quantity did, each the last that was issued before the day began."""

    days: int
    hour_error_kwh: Number
    """Mean error of an hour."""
    day_error_percent: Number
    """Mean error of a day's sum, of what came in the mean."""
    naive_day_error_percent: Number
    """The same of "as the day before", on the same days."""
    bias_percent: Number
    """Told less came, of what came."""
    coverage_percent: Number
    """How often P10 to P90 held an hour; 80 would be right. Null where the source tells no range."""


class ForecastsPlayed(Versioned):
    """What `backtest forecast --json` prints, by source: `own` as it was told, `vrm` the portal's, and `played`, what
    our method says now of what was known then."""

    load: dict[str, ForecastsOfSource]
    pv: dict[str, ForecastsOfSource]


def play_forecasts(reader: Reader, home: Home, since: float, until: float, progress: Callable[[float], None]) -> Scores:
    """The forecasts of load and PV of a span against what came, by quantity and source.

    Raises:
        ValueError: no day is recorded whole in that time.
    """
    from victron_console.diagnosing.ess.station_backtest import play_forecasts as play

    return play(reader, home, since, until, progress)


def forecasts_played(found: Scores) -> ForecastsPlayed:
    """How the forecasts did, as a document."""

    def of(quantity: str) -> dict[str, ForecastsOfSource]:
        return {source: _forecasts(score) for (what, source), score in found.items() if what == quantity}

    return ForecastsPlayed(load=of(LOAD), pv=of(PV))


def _forecasts(score: ForecastScore) -> ForecastsOfSource:
    return ForecastsOfSource(
        days=len(score.days),
        hour_error_kwh=round(score.hour_error_kwh, 3),
        day_error_percent=_rounded(score.day_error_percent, 1),
        naive_day_error_percent=_rounded(score.naive_day_error_percent, 1),
        bias_percent=_rounded(score.bias_percent, 1),
        coverage_percent=_rounded(score.coverage_percent, 1),
    )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
