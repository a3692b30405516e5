"""What load, PV and prices may come in the next hours: days of the station's own past, as they were.

A mean of past days is unbiased but has no peaks, a median has neither; the days themselves have all of it, and what
belongs together stays together. How much each of them tells is found for each station by trying it on its last
fortnight; they are brought to the loads and the sun of today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from victron_console.diagnosing.ess.hours import Hours
from victron_console.diagnosing.ess.storage import Horizon
from victron_console.diagnosing.ess.today import loads_of_today, sun_of_today
from victron_console.diagnosing.finding import Method
from victron_console.diagnosing.record.timeline import FloatArray

DAY = 24
TRIED_DAYS = 14
"""Days on which the choices of past days are tried: two of each weekday (own judgement)."""
LEAST_DAYS = 2
"""Fewer days of past are no forecast."""
LEAST_COMPARED = 5
"""Days that could be tried, or held against a weather forecast, before what they say is believed (own judgement)."""
LEAST_MEASURED = 0.5
"""Share of its hours from which a day is a scenario; the others are filled with the mean (own judgement)."""
PRICE_DAYS = 7
"""How many days before stand for prices that are not listed yet: one of each weekday."""
LONGEST_LAG = 28
RECIPES: Mapping[str, Mapping[int, float]] = {
    "the last 28 days, newer ones more": {lag: 0.5 ** (lag / 7.0) for lag in range(1, LONGEST_LAG + 1)},
    "the last 14 days": dict.fromkeys(range(1, 15), 1.0),
    "the last 7 days": dict.fromkeys(range(1, 8), 1.0),
    "the last 28 days": dict.fromkeys(range(1, LONGEST_LAG + 1), 1.0),
    "the last 3 days and the same weekday of 4 weeks": dict.fromkeys((1, 2, 3, 7, 14, 21, 28), 1.0),
}
"""How much the day so many days back counts as a scenario (own judgement which; each station tries them). The first is
taken while too little is known to try them."""
GUESSED_RATIOS = (0.6, 0.8, 1.0, 1.1, 1.25)
"""What comes of a weather forecast while too few days could be compared (own judgement)."""
METHOD = Method(
    name="past days as scenarios, those that told the last fortnight best",
    inputs=("load power", "PV power", "prices of the days before where none are listed"),
    source="Least continuous ranked probability score (Gneiting and Raftery 2007) of the energy summed up over the "
    "day, over the last 14 days, each forecast only from what was before it.",
)


@dataclass(frozen=True, slots=True, eq=False)
class SunForecast:
    """PV by the hour from a weather forecast, and what came of it on the days before."""

    kwh: FloatArray
    """Plain: not set right by the past."""
    ratios: Mapping[int, float] = field(default_factory=dict)
    """Own yield over the plain forecast, by how many days ago."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Scenarios of the coming hours."""

    hours: Horizon
    """A row a day of the last four weeks, brought to today, the latest first."""
    weights: FloatArray
    """How likely each of them is, 0 for most of them maybe; their sum is 1."""
    listed: int
    """For so many hours, from the first on, the prices are certain."""
    words: str
    """What load and PV rest on."""
    compared: int
    """Days on which a weather forecast was held against the yield; 0: none was used, or its spread is guessed."""


def outlook(hours: Hours, now: int, count: int, listed_until: int, sun: SunForecast | None = None) -> Outlook | None:
    """The coming hours from what was known when one began; None where not even two days were measured.

    Args:
        hours: of load and PV nothing is read from `now` on, of prices nothing from `listed_until` on.
        now: the first hour to forecast.
        count: how many; it ends before where no price is known or was a week before.
        listed_until: the first hour without a certain price.
        sun: PV by the weather, as many hours; None: the past days' PV.
    """
    counts, words = _chosen(hours, now)
    load = _ahead(hours.load_kwh, hours.offset_s, now, count)
    whole = np.isfinite(load).mean(axis=1) >= LEAST_MEASURED
    if whole.sum() < LEAST_DAYS:
        return None
    load = loads_of_today(_filled(np.where(whole[:, None], load, np.nan)), hours.load_kwh, now)
    pv, compared = _pv(hours, now, count, sun)
    buy, sell = (_prices(price, now, count, listed_until) for price in (hours.buy, hours.sell))
    known = np.isfinite(load + pv + buy + sell).all(axis=0)
    end = count if known.all() else int(np.argmin(known))
    if end == 0:
        return None
    if (counts[whole] > 0.0).sum() < LEAST_DAYS:
        counts = np.ones(LONGEST_LAG)
    rows = np.flatnonzero(whole)
    days = Horizon(buy=buy, sell=sell, load_kwh=load, pv_kwh=pv).part(0, end).rows(rows)
    listed = min(end, max(0, listed_until - now))
    return Outlook(days, counts[rows] / counts[rows].sum(), listed, _words(words, sun, compared), compared)


def _pv(hours: Hours, now: int, count: int, sun: SunForecast | None) -> tuple[FloatArray, int]:
    """PV of each of the last days, or by the weather with the yield of each; and how many of these are known."""
    if sun is None:
        return sun_of_today(_filled(_ahead(hours.pv_kwh, None, now, count)), hours.pv_kwh, now), 0
    ratios, compared = _ratios(sun)
    return ratios[:, None] * sun.kwh[None, :], compared


def _words(days: str, sun: SunForecast | None, compared: int) -> str:
    if sun is None:
        return f"load and PV as on {days}"
    if compared:
        usual = sum(sun.ratios.values()) / len(sun.ratios)
        return f"load as on {days}, PV by own yield of {compared} days, {usual:.2f} of the plain forecast"
    return f"load as on {days}, spread of PV guessed: {len(sun.ratios)} of {LEAST_COMPARED} days could be compared"


def _chosen(hours: Hours, now: int) -> tuple[FloatArray, str]:
    """How much each day back counts by what told the last fortnight best, and what that is called."""
    blocks = _blocks(hours, now)
    each = {
        words: np.array([counts.get(lag, 0.0) for lag in range(1, LONGEST_LAG + 1)])
        for words, counts in RECIPES.items()
    }
    scores = {words: _score(blocks, counts) for words, counts in each.items()}
    known = {words: score for words, score in scores.items() if np.isfinite(score)}
    words = min(known, key=lambda one: known[one]) if known else next(iter(RECIPES))
    return each[words], words


def _blocks(hours: Hours, now: int) -> FloatArray:
    """Net load summed up from the hour of day of `now`, a row a day before it, the latest first; NaN in gaps."""
    days = TRIED_DAYS + LONGEST_LAG
    net = (hours.load_kwh - np.nan_to_num(hours.pv_kwh))[max(0, now - days * DAY) : now]
    net = np.concatenate((np.full(days * DAY - len(net), np.nan), net))
    return np.cumsum(net.reshape(days, DAY)[::-1], axis=1)


def _score(blocks: FloatArray, counts: FloatArray) -> float:
    """The continuous ranked probability score of days before a day, mean over the days tried; NaN where too few."""
    tried = np.arange(TRIED_DAYS)
    lags = np.flatnonzero(counts) + 1
    members = np.stack([blocks[tried + lag] for lag in lags])
    usable = np.isfinite(blocks[tried, -1]) & (np.isfinite(members[:, :, -1]).sum(axis=0) >= len(lags) / 2)
    if usable.sum() < LEAST_COMPARED:
        return np.nan
    weights = (counts[lags - 1] / counts.sum())[:, None, None]
    came, members = blocks[tried][usable], _filled(members[:, usable])
    error = (weights * np.abs(members - came)).sum(axis=0).mean()
    # The mean distance of two members from their order: no table of all pairs is needed.
    order = np.argsort(members, axis=0)
    ordered, own = np.take_along_axis(members, order, axis=0), weights[:, 0, 0][order]
    apart = (own * ordered * (2.0 * np.cumsum(own, axis=0) - own - 1.0)).sum(axis=0).mean()
    return float(error - apart)


def _ahead(value: FloatArray, offset_s: FloatArray | None, now: int, count: int) -> FloatArray:
    """What followed each of the last days, a row each; what would already lie ahead is taken from a day earlier still.

    Args:
        value: by the hour.
        offset_s: of the local time; None: by the sun, which knows no change of the clock.
        now: the first hour ahead.
        count: of the hours.
    """
    rows = []
    for lag in range(1, LONGEST_LAG + 1):
        place = now - DAY * lag + np.arange(count)
        if offset_s is not None and now - DAY * lag >= 0:
            place = place + round(float(offset_s[now] - offset_s[now - DAY * lag]) / 3600.0)
        late = np.maximum(0, -(-(place - now + 1) // DAY))
        place = place - DAY * late
        rows.append(np.where(place >= 0, value[np.maximum(place, 0)], np.nan))
    return np.stack(rows)


def _filled(rows: FloatArray) -> FloatArray:
    """Gaps take the mean of the other days; NaN where no day has the hour."""
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    mean = np.where(count > 0, np.where(known, rows, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
    return np.where(known, rows, mean)


def _ratios(sun: SunForecast) -> tuple[FloatArray, int]:
    """Yield over forecast of each day: its own, else the known ones in turn; and how many are known."""
    known = [sun.ratios[lag] for lag in sorted(sun.ratios)]
    compared = len(known) if len(known) >= LEAST_COMPARED else 0
    others = known if compared else list(GUESSED_RATIOS)
    own = sun.ratios if compared else {}
    return np.array([own.get(lag, others[lag % len(others)]) for lag in range(1, LONGEST_LAG + 1)]), compared


def _prices(price: FloatArray, now: int, count: int, listed_until: int) -> FloatArray:
    """Certain prices for all days; where none is listed those of the week before, each in another scenario."""
    place = now + np.arange(count)
    listed = np.where(place < min(listed_until, len(price)), price[np.minimum(place, len(price) - 1)], np.nan)
    found = np.repeat(listed[None, :], LONGEST_LAG, axis=0)
    open_ = np.flatnonzero(~np.isfinite(listed))
    for row in range(LONGEST_LAG):
        back = place[open_] - DAY * (row % PRICE_DAYS + 1)
        back = back - DAY * np.maximum(0, -(-(back - listed_until + 1) // DAY))
        found[row, open_] = np.where(back >= 0, price[np.maximum(back, 0)], np.nan)
    return _filled(found)
