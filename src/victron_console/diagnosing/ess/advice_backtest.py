"""The past played through the advice: each made from what was known then, followed, and held against what came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from victron_console.diagnosing.ess.advice import Advice, advise
from victron_console.diagnosing.ess.decision import savings
from victron_console.diagnosing.ess.hours import Hours
from victron_console.diagnosing.ess.plan import plan
from victron_console.diagnosing.ess.scenarios import SunForecast
from victron_console.diagnosing.ess.storage import USUAL, Horizon, Setting, Storage, end_value, run
from victron_console.diagnosing.record.timeline import FloatArray, IntArray
from victron_console.model.units import HOUR_S

PUBLISHED_HOUR = 14
"""Local; by then the prices of the next day are known: the European day-ahead auction is published about 13 h."""
LEAST_POSSIBLE = 0.005
"""Share of the bill without a battery below which there was no saving to take: a share of it would be noise."""
COSTS = ("no_battery", "self_consumption", "advice", "perfect")


@dataclass(frozen=True, slots=True)
class Costs:
    """What some days cost by four ways; what the battery gained or lost in store counts at its value."""

    no_battery: float
    self_consumption: float
    advice: float
    perfect: float

    @property
    def captured_percent(self) -> float | None:
        """Share of the possible saving taken; None where there was none to take."""
        possible = self.self_consumption - self.perfect
        if possible <= LEAST_POSSIBLE * abs(self.no_battery):
            return None
        return 100.0 * (self.self_consumption - self.advice) / possible


@dataclass(frozen=True, slots=True)
class ToldDay:
    """The advice of one afternoon and what it came to, a day."""

    day: date
    expected: float
    low: float
    high: float
    came: float

    @property
    def held(self) -> bool:
        """Whether its P10 to P90 holds what came."""
        return self.low <= self.came <= self.high


@dataclass(frozen=True, slots=True)
class AdviceBacktest:
    """What came of following the advice."""

    total: Costs
    days: tuple[tuple[date, Costs], ...]
    told: tuple[ToldDay, ...]
    """Of the days on which a change was advised in the afternoon."""
    failed: int
    """Hours for which no advice could be given."""
    missing: int
    """Hours left out: load, PV or price is not known."""
    reasons: tuple[str, ...] = ()
    """Why no advice could be given."""

    @property
    def coverage_percent(self) -> float | None:
        """How often P10 to P90 of the saving held it; None where nothing was advised."""
        return 100.0 * sum(one.held for one in self.told) / len(self.told) if self.told else None

    @property
    def losing_days_percent(self) -> float | None:
        """How often an advised change cost more than self-consumption."""
        return 100.0 * sum(one.came < 0.0 for one in self.told) / len(self.told) if self.told else None

    def months(self) -> list[tuple[date, Costs]]:
        """The costs by month, each by its first day."""
        found: dict[date, list[Costs]] = {}
        for day, costs in self.days:
            found.setdefault(day.replace(day=1), []).append(costs)
        return [
            (month, Costs(*(sum(getattr(one, name) for one in each) for name in COSTS)))
            for month, each in found.items()
        ]


@dataclass(frozen=True, slots=True, eq=False)
class _Played:
    """The span hour by hour: money, and what is stored at its end."""

    cost: FloatArray
    stored_kwh: FloatArray


def advice_backtest(
    hours: Hours, since: int, until: int, storage: Storage, stored_kwh: float, *, is_listed: bool,
    sun: Callable[[int], SunForecast | None] = lambda hour: None,
    progress: Callable[[float], None] = lambda share: None,
) -> AdviceBacktest:  # fmt: skip
    """Play a span.

    Args:
        hours: with the weeks before the span, and if they are known some after it.
        since: the first hour of the span.
        until: the hour after its last.
        storage: the battery.
        stored_kwh: in it at the begin.
        is_listed: whether prices come as a list a day ahead; else they are known for ever.
        sun: gives PV by the weather as it was forecast when an hour began, where it was.
        progress: is told the share done.
    """
    whole = np.isfinite(hours.load_kwh + hours.pv_kwh + hours.buy + hours.sell)
    told: list[ToldDay] = []
    reasons: dict[str, int] = {}
    cost, stored_after = np.zeros(until - since), np.zeros(until - since)
    stored = stored_kwh
    for n in range(since, until):
        setting = USUAL
        if whole[n]:
            advice = _advice(hours, n, storage, stored, sun(n), is_listed=is_listed)
            setting = advice.settings[0] if advice.settings else USUAL
            if advice.outlook is None:
                reasons[advice.reason] = reasons.get(advice.reason, 0) + 1
            elif advice.change and hours.local_hour(n) == PUBLISHED_HOUR:
                told += _told(hours, whole, n, advice, storage, stored)
            done = run([setting], _horizon(hours, slice(n, n + 1)), storage, stored)
            cost[n - since], stored = float(done.cost), float(done.stored_kwh)
        stored_after[n - since] = stored
        progress((n + 1 - since) / (until - since))
    span = np.flatnonzero(whole[since:until]) + since
    ways = _other_ways(hours, span, since, until, storage, stored_kwh)
    ways["advice"] = _Played(cost, stored_after)
    return _summed(hours, span, since, ways, storage, stored_kwh, tuple(told), reasons)


def _advice(
    hours: Hours, n: int, storage: Storage, stored: float, sun: SunForecast | None, *, is_listed: bool
) -> Advice:
    listed = hours.priced_until(n)
    if is_listed:
        days = 2 if hours.local_hour(n) >= PUBLISHED_HOUR else 1
        listed = min(listed, n + 24 * days - hours.local_hour(n))
    return advise(hours, n, listed, storage, stored_kwh=stored, state_age_s=0.0, sun=sun)


def _told(hours: Hours, whole: FloatArray, n: int, advice: Advice, storage: Storage, stored: float) -> list[ToldDay]:
    """What the advice of an hour came to, had it been followed to its end; nothing where that is not known."""
    assert advice.outlook is not None and advice.saving_a_day is not None
    count = advice.outlook.hours.buy.shape[-1]
    if n + count > len(hours.begins) or not whole[n : n + count].all():
        return []
    settings: list[Setting] = [*advice.settings, *[USUAL] * (count - len(advice.settings))]
    came = float(savings(settings, _horizon(hours, slice(n, n + count)), storage, stored)) / (count / 24.0)
    low, high = advice.saving_low or 0.0, advice.saving_high or 0.0
    return [ToldDay(_day(hours.local_day(n)), advice.saving_a_day, low, high, came)]


def _horizon(hours: Hours, span: slice | IntArray) -> Horizon:
    return Horizon(buy=hours.buy[span], sell=hours.sell[span], load_kwh=hours.load_kwh[span], pv_kwh=hours.pv_kwh[span])


def _other_ways(
    hours: Hours, span: IntArray, since: int, until: int, storage: Storage, stored_kwh: float
) -> dict[str, _Played]:
    """Without a battery, as the ESS does by itself, and with all known beforehand."""
    known = _horizon(hours, span)
    without = np.maximum(-known.surplus_kwh, -storage.export_kw)
    usual_cost, usual_stored = np.zeros(len(span)), np.zeros(len(span))
    stored = stored_kwh
    for n in range(len(span)):
        done = run([USUAL], known.part(n, n + 1), storage, stored)
        stored = float(done.stored_kwh)
        usual_cost[n], usual_stored[n] = float(done.cost), stored
    best = plan(known, storage, stored_kwh)

    def placed(cost: FloatArray, stored_after: FloatArray) -> _Played:
        all_cost = np.zeros(until - since)
        all_cost[span - since] = cost
        last = np.maximum.accumulate(np.where(np.isin(np.arange(since, until), span), np.arange(until - since), -1))
        at = np.full(until - since, stored_kwh)
        at[span - since] = stored_after
        return _Played(all_cost, np.where(last >= 0, at[np.maximum(last, 0)], stored_kwh))

    return {
        "no_battery": placed(without * np.where(without > 0.0, known.buy, known.sell), np.full(len(span), stored_kwh)),
        "self_consumption": placed(usual_cost, usual_stored),
        "perfect": placed(best.cost, best.stored_kwh),
    }


def _summed(
    hours: Hours, span: IntArray, since: int, ways: dict[str, _Played], storage: Storage, stored_kwh: float,
    told: tuple[ToldDay, ...], reasons: dict[str, int],
) -> AdviceBacktest:  # fmt: skip
    value = end_value(_horizon(hours, span), storage)
    count = len(ways["advice"].cost)
    days = np.array([hours.local_day(since + n) for n in range(count)])
    net = {name: way.cost - value * np.diff(way.stored_kwh, prepend=stored_kwh) for name, way in ways.items()}
    each = [
        (_day(day), Costs(*(float(net[name][days == day].sum()) for name in COSTS))) for day in np.unique(days).tolist()
    ]
    return AdviceBacktest(
        total=Costs(*(float(net[name].sum()) for name in COSTS)), days=tuple(each), told=told,
        failed=sum(reasons.values()), missing=count - len(span), reasons=tuple(reasons),
    )  # fmt: skip


def _day(number: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + number)


def first_hour(hours: Hours, moment: float) -> int:
    """The first hour that begins at or after a moment, within the hours there are."""
    return int(np.clip(-(-(moment - float(hours.begins[0])) // HOUR_S), 0, len(hours.begins)))
