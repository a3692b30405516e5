"""What came of a day's advice: whether it was followed, what the day cost, and what self-consumption would have cost.

Energies in kWh an hour. The cost as it went is measured; that of self-consumption is run through the same battery model
as the advice, against the loads and the PV that came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from victron_console.diagnosing.ess.advice_log import Followed, HourAdvised
from victron_console.diagnosing.ess.storage import Horizon, Mode, Storage, end_value, self_consumption
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.insight.overview.balance import BalanceVerdict, judge

NOTICED_KWH = 0.1
"""An hour with less shows no intent."""
FULL_FORCE = 0.25
"""Of the advised power, from which an hour counts as charged or sold: plans are made for means, batteries taper."""
REACHED_PERCENT = 3.0
MOSTLY, HARDLY = 0.75, 0.25
"""Shares of the advised hours from which it was followed, and up to which it was not (own judgement)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lived:
    """The hours of a day as they came; NaN where an hour was not measured."""

    hours: Horizon
    """Prices, loads and PV."""
    imported: FloatArray
    exported: FloatArray
    charged: FloatArray
    discharged: FloatArray
    soc_percent: FloatArray
    """At the begin of each hour and at the end of the last: one more than hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What can be said of a day."""

    followed: Followed
    seen: int
    """Advised hours in which the battery did so."""
    judged: int
    """Advised hours in which it can be told."""
    cost: float | None = None
    usual_cost: float | None = None
    saved: float | None = None
    """With wear, and with what was left in the battery; None where not followed."""
    reason: str = ""
    """Why there is no cost."""


def outcome(lived: Lived, advised: Sequence[HourAdvised | None], storage: Storage, unfit: str = "") -> Outcome:
    """Look back at a day.

    Args:
        lived: the day.
        advised: what was in force in each of its hours; None: nothing.
        storage: the battery, with the floor that was advised with.
        unfit: why no cost can be told, where the caller knows a reason.
    """
    answers = [
        _seen(lived, n, Mode(hour.mode), abs(hour.power_w) / 1000.0, hour.soc_percent)
        for n, hour in enumerate(advised)
        if hour is not None and hour.mode != Mode.SELF
    ]
    known = [answer for answer in answers if answer is not None]
    share = sum(known) / len(known) if known else 0.0
    followed = Followed.YES if share >= MOSTLY else Followed.PARTLY if share > HARDLY else Followed.NO
    found = Outcome(followed=followed if known else Followed.UNKNOWN, seen=sum(known), judged=len(known))
    if reason := unfit or _missing(lived):
        return replace(found, reason=reason)
    return _costed(found, lived, storage)


def _costed(found: Outcome, lived: Lived, storage: Storage) -> Outcome:
    hours = lived.hours
    begin, end = (storage.capacity_kwh * float(lived.soc_percent[n]) / 100.0 for n in (0, -1))
    cost = float(np.sum(lived.imported * hours.buy - lived.exported * hours.sell))
    usual = self_consumption(hours, replace(storage, wear_per_kwh=0.0), begin)
    usual_wear = storage.wear_per_kwh * float(np.sum(np.maximum(0.0, -usual.battery_kwh)))
    wear = storage.wear_per_kwh * float(np.sum(lived.discharged))
    usual_cost = float(usual.cost)
    saved = usual_cost - cost + usual_wear - wear + end_value(hours, storage) * (end - float(usual.stored_kwh))
    told = found.followed in (Followed.YES, Followed.PARTLY)
    return replace(found, cost=cost, usual_cost=usual_cost, saved=saved if told else None)


def _missing(lived: Lived) -> str:
    """Why a day cannot be reckoned up; empty where it can."""
    count = len(lived.imported)
    for name, values in (
        ("grid power", lived.imported), ("the load", lived.hours.load_kwh), ("PV power", lived.hours.pv_kwh),
        ("battery power", lived.charged),
    ):  # fmt: skip
        if missing := int(np.sum(~np.isfinite(values))):
            return f"{name} was not measured in {missing} of {count} hours"
    if not np.isfinite(lived.soc_percent[[0, -1]]).all():
        return "the state of charge is not known at both ends of the day"
    came = float(np.sum(lived.hours.pv_kwh + lived.imported + lived.discharged))
    went = float(np.sum(lived.hours.load_kwh + lived.exported + lived.charged))
    if judge(came * 1000.0 / count, went * 1000.0 / count) is BalanceVerdict.UNBALANCED:
        return f"the meters do not agree: {came:.1f} kWh came in, {went:.1f} went out"
    return ""


def _seen(lived: Lived, n: int, mode: Mode, power_kw: float, soc_percent: float) -> bool | None:
    """Whether the battery did in an hour what was advised; None where it cannot be told."""
    charged, discharged = float(lived.charged[n]), float(lived.discharged[n])
    surplus = float(lived.hours.pv_kwh[n] - lived.hours.load_kwh[n])
    if not np.isfinite((charged, discharged, surplus)).all():
        return None
    if mode not in (Mode.HOLD, Mode.EXPORT) and not np.isfinite(lived.imported[n]):
        return None
    least = max(NOTICED_KWH, FULL_FORCE * power_kw)
    if mode is Mode.GRID_CHARGE:
        if charged - max(0.0, surplus) >= least and float(lived.imported[n]) >= NOTICED_KWH:
            return True
        there = float(lived.soc_percent[n]) >= soc_percent - REACHED_PERCENT
        return None if there else False  # as full as the plan wants it: nothing was left to do
    if mode is Mode.SELL:
        return discharged - max(0.0, -surplus) >= least and float(lived.exported[n]) >= NOTICED_KWH
    if mode is Mode.EXPORT:
        return None if surplus < 2 * NOTICED_KWH else charged < NOTICED_KWH
    if mode is Mode.NO_FEED_IN:
        return None if surplus < 2 * NOTICED_KWH else float(lived.exported[n]) < NOTICED_KWH
    if surplus > -2 * NOTICED_KWH:
        return None  # nothing was missing that the battery could have given
    return discharged < NOTICED_KWH
