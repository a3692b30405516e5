"""The plan as advice: what to set, what it is expected to save, why, and when to change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from victron_console.diagnosing.ess.forecast import LOAD, PV, PvOutlook
from victron_console.diagnosing.ess.plan import (
    Cost,
    Horizon,
    Mode,
    Plan,
    Storage,
    end_value,
    follow,
    modes,
    plan,
    self_consumption,
)
from victron_console.diagnosing.finding import Method, Status
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.units import HOUR_S

LEAST_GAIN_SHARE = 0.05
LEAST_GAIN_A_DAY = 0.05
OLDEST_STATE_S = 900.0
METHOD = Method(
    name="linear programme over 36 hours (HiGHS), run as modes against P10, P50 and P90 of PV",
    inputs=("tariff", "own load of 4 weeks", "Open-Meteo irradiance", "SOC", "outages for the reserve"),
    source="Saving is against the ESS's own self-consumption; below 5 % or 0.05 a day nothing is advised.",
)


@dataclass(frozen=True, slots=True)
class AdvisedSpan:
    """Some hours in one mode."""

    since: float
    until: float
    mode: Mode
    power_w: float
    """Mean battery power of the plan, + charging."""
    soc_percent: float
    """Of the capacity, at the end."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to set on a station. The console never sets it itself."""

    status: Status
    reason: str
    steps: tuple[AdvisedSpan, ...] = ()
    """Empty where nothing should be changed."""
    saving_a_day: float | None = None
    saving_low: float | None = None
    """P10: with little sun or much, whichever is worse for the advice."""
    saving_high: float | None = None
    reserve_kwh: float = 0.0
    methods: tuple[Method, ...] = (METHOD, LOAD, PV)

    @property
    def change(self) -> bool:
        """Whether anything should be set otherwise than now."""
        return bool(self.steps)


def reserve_kwh(storage: Storage, floor_percent: float, outage_hours: float, critical_load_kw: float) -> float:
    """Energy to keep: the minimum SOC, and what a usual long outage (95 %) takes; at most the whole capacity."""
    outage = outage_hours * critical_load_kw / storage.discharge_efficiency
    return min(storage.capacity_kwh, storage.capacity_kwh * floor_percent / 100.0 + outage)


def advise(
    begins: FloatArray,
    hours: Horizon,
    pv: PvOutlook,
    storage: Storage,
    *,
    stored_kwh: float | None,
    state_age_s: float,
) -> Advice:
    """Advice for the coming hours.

    Args:
        begins: begin of each hour (UTC epoch, s).
        hours: prices and load; its PV is replaced by the outlook's.
        pv: expected PV in three cases.
        storage: the battery with its reserve.
        stored_kwh: what it holds now; None where the SOC is not known.
        state_age_s: how old that is: no advice on stale data.
    """
    if stored_kwh is None or not state_age_s <= OLDEST_STATE_S:
        return Advice(Status.UNKNOWN, "no advice: the state of charge is not known or stale")
    if not np.isfinite(hours.load_kwh).all():
        return Advice(
            Status.INSUFFICIENT, "no advice: the load of some coming hours was never seen; 2 weeks are needed"
        )
    usual = replace(hours, pv_kwh=pv.usual)
    course = plan(usual, storage, stored_kwh)
    chosen = modes(course, usual)
    cases = [replace(hours, pv_kwh=kwh) for kwh in (pv.low, pv.usual, pv.high)]
    savings = [expected_saving(course, chosen, case, storage, stored_kwh) for case in cases]
    days = len(begins) * HOUR_S / 86_400.0
    saving = savings[1] / days
    advice = Advice(
        Status.OK, _reason(chosen, hours), _steps(begins, course, chosen, storage), saving_a_day=saving,
        saving_low=min(savings) / days, saving_high=max(savings) / days, reserve_kwh=storage.reserve_kwh,
    )  # fmt: skip
    if worthwhile(savings, abs(self_consumption(usual, storage, stored_kwh).cost), days):
        return advice
    words = (
        f"no change: {max(0.0, saving):.2f} a day is not worth it (from {LEAST_GAIN_A_DAY:.2f} and 5 % on, and safe)"
    )
    return replace(advice, reason=words, steps=())


def worthwhile(savings: Sequence[float], usual_cost: float, days: float) -> bool:
    """Whether a plan is worth setting: 5 % and 0.05 a day, and no bad case that loses more than the usual one gains.

    Args:
        savings: in the low, the usual and the high case of PV, over all the days.
        usual_cost: what self-consumption costs over the days, in the usual case.
        days: length of the plan.
    """
    gain = savings[1]
    return gain >= LEAST_GAIN_A_DAY * days and gain >= LEAST_GAIN_SHARE * usual_cost and min(savings) >= -gain


def expected_saving(course: Plan, chosen: list[Mode], case: Horizon, storage: Storage, stored_kwh: float) -> float:
    """Of the plan against self-consumption in one case; energy left over counts at its value."""
    value = end_value(case, storage)

    def worth(outcome: Cost) -> float:
        return value * outcome.stored_kwh - outcome.cost

    advised = follow(course, chosen, case, storage, stored_kwh)
    return worth(advised) - worth(self_consumption(case, storage, stored_kwh))


def _steps(begins: FloatArray, course: Plan, chosen: list[Mode], storage: Storage) -> tuple[AdvisedSpan, ...]:
    found: list[AdvisedSpan] = []
    first = 0
    for n in range(1, len(chosen) + 1):
        if n < len(chosen) and chosen[n] is chosen[first]:
            continue
        part = slice(first, n)
        watts = float(np.mean(course.charge_kwh[part] - course.discharge_kwh[part])) * 1000.0
        soc = 100.0 * float(course.stored_kwh[n - 1]) / storage.capacity_kwh
        found.append(AdvisedSpan(float(begins[first]), float(begins[n - 1]) + HOUR_S, chosen[first], watts, soc))
        first = n
    return tuple(found)


def _reason(chosen: list[Mode], hours: Horizon) -> str:
    """Why, by the prices of the hours in which it does something else than usual."""
    told = []
    for mode, words in (
        (Mode.GRID_CHARGE, "charges while energy costs {low:.2f} instead of up to {top:.2f}"),
        (Mode.HOLD, "keeps its charge while energy costs {low:.2f} for hours at up to {top:.2f}"),
        (Mode.SELL, "sells above what it is worth here"),
    ):
        prices = [float(price) for price, own in zip(hours.buy, chosen, strict=True) if own is mode]
        if prices:
            told.append(words.format(low=float(np.mean(prices)), top=float(hours.buy.max())))
    return "the battery " + " and ".join(told) if told else "the battery follows the sun"
