"""What to set, what it is expected to save, why, and when to change nothing. Of one moment; reads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from victron_console.diagnosing.ess.decision import NO_RESERVE, Decision, Reserve, decide, savings
from victron_console.diagnosing.ess.hours import Hours
from victron_console.diagnosing.ess.scenarios import METHOD as SCENARIOS
from victron_console.diagnosing.ess.scenarios import Outlook, SunForecast, outlook
from victron_console.diagnosing.ess.storage import USUAL, Mode, Setting, Storage
from victron_console.diagnosing.finding import Method, Status
from victron_console.diagnosing.record.timeline import FloatArray, IntArray
from victron_console.model.units import HOUR_S

HORIZON = 36
"""Hours: on an afternoon a day-ahead list ends at the next midnight but one, 34 hours on at 14 h."""
OLDEST_STATE_S = 900.0
"""Of a state of charge to advise on: a quarter of the first hour that is planned (own judgement)."""
LEAST_ODDS = 2.0
"""Expected gain over expected loss of the scenarios (the omega ratio of Keating and Shadwick 2002) from which a change
is advised (own judgement)."""
MOST_CORRELATED = 0.9
"""From day to day, as far as it is believed of four weeks (own judgement)."""
LEAST_OUTAGES = 5
"""Fewer are no distribution (own judgement)."""
LOST_LOAD_PRICES = 30.0
"""A kWh that an outage leaves unserved, in buying prices: surveys of homes find 5 to 15 EUR (CEPA for ACER 2018)."""
DECISION = Method(
    name="stochastic dynamic programming over 36 hours in the modes of an ESS",
    inputs=("tariff", "SOC", "capacity and powers", "outages"),
    source="Least expected cost over the scenarios; saving is against the ESS's own self-consumption, wear included. "
    "Advised where the expected gain is twice the expected loss.",
)


@dataclass(frozen=True, slots=True)
class AdvisedSpan:
    """Some hours in one mode."""

    since: float
    until: float
    mode: Mode
    power_w: float
    """Mean battery power expected, + charging."""
    soc_percent: float
    """Of the capacity, at the end."""


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """What to set on a station. The console never sets it itself."""

    status: Status
    reason: str
    steps: tuple[AdvisedSpan, ...] = ()
    """Empty where nothing should be changed."""
    settings: tuple[Setting, ...] = ()
    """By the hour, as long as there are prices; empty where nothing should be changed."""
    saving_a_day: float | None = None
    """Expected."""
    saving_low: float | None = None
    """P10 over load, PV and prices not listed yet, of days that the settings were not chosen for."""
    saving_high: float | None = None
    """P90."""
    reserve_kwh: float = 0.0
    outlook: Outlook | None = None
    methods: tuple[Method, ...] = (DECISION, SCENARIOS)

    @property
    def change(self) -> bool:
        """Whether anything should be set otherwise than now."""
        return bool(self.steps)


@dataclass(frozen=True, slots=True)
class OutageRecord:
    """What is known of the interruptions of the supply."""

    count: int = 0
    days: float = 0.0
    """That were looked at."""
    long_hours: float = 0.0
    """95 % of them were shorter."""


def outage_reserve(storage: Storage, seen: OutageRecord, load_kw: float, usual_price: float) -> Reserve:
    """What to keep for an outage, and what it is worth: how often one comes times what unserved energy costs.

    The owner's own minimum SOC is the floor of the storage; this comes on top, and it never costs more than the outages
    it is for. A few outages are no distribution: then nothing is kept.
    """
    if seen.count < LEAST_OUTAGES or seen.days <= 0.0:
        return NO_RESERVE
    kwh = storage.floor_kwh + seen.long_hours * load_kw / storage.discharge_efficiency
    an_hour = seen.count / (seen.days * 24.0)
    return Reserve(min(storage.capacity_kwh, kwh), an_hour * LOST_LOAD_PRICES * max(0.0, usual_price))


def advise(
    hours: Hours, now: int, listed_until: int, storage: Storage, *, stored_kwh: float | None, state_age_s: float,
    sun: SunForecast | None = None, reserve: Reserve = NO_RESERVE, horizon: int = HORIZON,
) -> Advice:  # fmt: skip
    """Advice for the coming hours.

    Args:
        hours: the station's; of those to come only listed prices are read.
        now: the present hour.
        listed_until: the first hour without a certain price.
        storage: the battery.
        stored_kwh: what it holds now; None where the SOC is not known.
        state_age_s: how old that is: no advice on stale data.
        sun: PV by a weather forecast.
        reserve: for outages.
        horizon: so many hours are looked ahead.
    """
    if stored_kwh is None or not state_age_s <= OLDEST_STATE_S:
        return Advice(Status.UNKNOWN, "no advice: the state of charge is not known or stale")
    if listed_until <= now:
        return Advice(Status.UNKNOWN, "no advice: the list of prices has ended")
    ahead = outlook(hours, now, horizon, listed_until, sun)
    if ahead is None:
        return Advice(Status.INSUFFICIENT, "no advice: load or PV of the past is not known, 2 whole days are needed")
    if ahead.listed == 0:
        return Advice(Status.UNKNOWN, "no advice: the list of prices does not hold the present hour")
    decision = _decided(ahead, np.arange(len(ahead.weights)), storage, stored_kwh, reserve)
    told = _told(decision, ahead)
    changes = any(one.mode is not Mode.SELF for one in told)
    gains = unseen_savings(ahead, storage, stored_kwh, reserve) if changes else np.zeros(len(ahead.weights))
    days = len(told) / 24.0
    low, high = (end / days for end in saving_range(gains))
    advice = Advice(
        Status.OK, _reason(told, ahead), _steps(hours.begins[now:], decision, ahead.listed, storage),
        settings=tuple(told[: ahead.listed]), saving_a_day=float(gains.mean()) / days, saving_low=low,
        saving_high=high, reserve_kwh=reserve.kwh, outlook=ahead,
    )  # fmt: skip
    if changes and worthwhile(savings(told, ahead.hours, storage, stored_kwh), storage, ahead.weights):
        return advice
    return replace(advice, reason=_why_not(advice, told), steps=(), settings=())


def _told(decision: Decision, ahead: Outlook) -> list[Setting]:
    """The settings as far as prices are listed; the ESS is left to itself past them."""
    return [*decision.settings[: ahead.listed], *[USUAL] * (len(decision.settings) - ahead.listed)]


def unseen_savings(ahead: Outlook, storage: Storage, stored_kwh: float, reserve: Reserve) -> FloatArray:
    """What such advice saves on each day of the last four weeks, brought to today, where it is decided without it.

    On the days that a setting was chosen for it looks better and surer than it is (the optimizer's curse: Smith and
    Winkler 2006): it is decided on every other day and told of the rest.
    """
    count = len(ahead.weights)
    found = np.zeros(count)
    for unseen in (np.arange(0, count, 2), np.arange(1, count, 2)):
        seen = np.setdiff1d(np.arange(count), unseen)
        told = _told(_decided(ahead, seen, storage, stored_kwh, reserve), ahead)
        found[unseen] = savings(told, ahead.hours.rows(unseen), storage, stored_kwh)
    return found


def saving_range(savings_by_day: FloatArray) -> tuple[float, float]:
    """P10 and P90 over consecutive days, as wide as they tell no more than makes them.

    Quantiles stand at the places q (n + 1) of n values (Weibull). Days go in runs, so that n of them tell as much as
    n (1 - r) / (1 + r) independent ones, r their correlation from day to day (Bayley and Hammersley 1946).
    """
    count = len(savings_by_day)
    apart = savings_by_day - savings_by_day.mean()
    spread = float(apart @ apart)
    r = min(MOST_CORRELATED, max(0.0, float(apart[1:] @ apart[:-1]) / spread)) if spread > 0.0 else 0.0
    worth = max(2.0, count * (1.0 - r) / (1.0 + r))
    places = (np.arange(count) + 0.5) / count
    low, high = (
        float(np.interp((share * (worth + 1.0) - 0.5) / worth, places, np.sort(savings_by_day))) for share in (0.1, 0.9)
    )
    return low, high


def _decided(ahead: Outlook, rows: IntArray, storage: Storage, stored_kwh: float, reserve: Reserve) -> Decision:
    """The decision by some of the days, by those of them that count."""
    if ahead.weights[rows].sum() > 0.0:
        rows = rows[ahead.weights[rows] > 0.0]
    weights = np.maximum(ahead.weights[rows], 1e-12)
    return decide(ahead.hours.rows(rows), storage, stored_kwh, reserve, weights / weights.sum())


def worthwhile(gains: FloatArray, storage: Storage, weights: FloatArray | None = None) -> bool:
    """Whether a change is worth setting: it gains more than a hundredth of a kWh's wear, and twice what it may lose.

    Args:
        gains: by scenario.
        storage: the battery.
        weights: how likely each scenario is, in all 1; None: all alike.
    """
    weights = np.full(len(gains), 1.0 / len(gains)) if weights is None else weights
    expected = float(gains @ weights)
    loss = float(np.maximum(-gains, 0.0) @ weights)
    return expected > 0.01 * storage.wear_per_kwh and expected + loss >= LEAST_ODDS * loss


def _why_not(advice: Advice, told: Sequence[Setting]) -> str:
    if all(one.mode is Mode.SELF for one in told):
        return "no change: with these prices self-consumption costs least"
    saving, low = advice.saving_a_day or 0.0, advice.saving_low or 0.0
    if low < 0.0:
        return f"no change: {saving:.2f} a day expected are not worth what a bad day loses ({low:.2f})"
    return f"no change: {max(0.0, saving):.2f} a day are not worth it beside the battery's wear"


def _steps(begins: FloatArray, decision: Decision, count: int, storage: Storage) -> tuple[AdvisedSpan, ...]:
    found: list[AdvisedSpan] = []
    first = 0
    modes = [one.mode for one in decision.settings]
    for n in range(1, count + 1):
        if n < count and modes[n] is modes[first]:
            continue
        watts = float(np.mean(decision.battery_kwh[first:n])) * 1000.0
        soc = 100.0 * float(decision.stored_kwh[n - 1]) / storage.capacity_kwh
        found.append(AdvisedSpan(float(begins[first]), float(begins[n - 1]) + HOUR_S, modes[first], watts, soc))
        first = n
    return tuple(found) if any(step.mode is not Mode.SELF for step in found) else ()


def _reason(told: Sequence[Setting], ahead: Outlook) -> str:
    """Why, by the prices of the hours in which it does something else than usual."""
    buy, sell = ahead.hours.buy.mean(axis=0), ahead.hours.sell.mean(axis=0)
    words = []
    for mode, prices, phrase in (
        (Mode.GRID_CHARGE, buy, "charges while energy costs {mean:.2f} instead of up to {top:.2f}"),
        (Mode.HOLD, buy, "keeps its charge while energy costs {mean:.2f} for hours at up to {top:.2f}"),
        (Mode.SELL, sell, "sells at {mean:.2f}, above what it is worth here"),
        (Mode.EXPORT, sell, "leaves room while the sun sells at {mean:.2f}"),
        (Mode.NO_FEED_IN, sell, "gives nothing away while selling costs money ({mean:.2f})"),
    ):
        own = [float(price) for price, one in zip(prices, told, strict=True) if one.mode is mode]
        if own:
            words.append(phrase.format(mean=float(np.mean(own)), top=float(buy.max())))
    return "the battery " + " and ".join(words) if words else "the battery follows the sun"
