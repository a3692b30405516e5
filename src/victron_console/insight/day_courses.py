"""What the days before would ask of a battery from now on: each with the loads and the sun of today. W, + charges.

The numbers are own judgement, and none is a fine one: each of those of loads, sun and age, made about half or half as
much again to twice as large, moves the error at sunrise by less than 2 %. That was asked at 15, 18 and 21 h on 50
days of six houses of CityLearn 2022 and the one of EMHASS, by their hourly loads and PV with a modelled battery of 10
kWh: 6.4 points of charge, against 12.3 of "as last night".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.insight.half_hours import SLOTS_A_DAY, Days, usual_of_slot
from victron_console.model.units import HALF_HOUR_S

HALF_LIFE_DAYS = 7.0
"""A day this much older counts half."""
RECENT_SLOTS, RECENT_SHARE, RECENT_S = 4, 0.6, 7200.0
"""Loads above those of another day in the last two hours go on at this share of it and fade with this time."""
SUN_SLOTS, MOST_SUN = 6, 3.0
"""The sun of the last three hours against that of another day scales the rest of it, at most this much."""
DIM = 0.1
"""Of the best day's sun, added to both: two dark mornings do not make a bright afternoon."""
FEW_DAYS, GUESSED_SPREAD = 5, 0.25
"""While fewer days are known the load is taken to vary by this share."""
GUESSED_FACTORS = (1.0 - GUESSED_SPREAD, 1.0, 1.0 + GUESSED_SPREAD)


def day_courses(days: Days, steps: int) -> list[tuple[float, list[float]]]:
    """Weight and battery power (W, + charges) of each half hour to come, as each of the days before had it."""
    if not days.count:
        recent = [watts for watts in days.asked_w[:RECENT_SLOTS] if watts is not None]
        recent = recent or [next(watts for watts in days.asked_w if watts is not None)]
        courses = [(1.0, [sum(recent) / len(recent)] * steps)]
    else:
        usual = usual_of_slot(days.asked_w)
        courses = [(0.5 ** (n / HALF_LIFE_DAYS), _course(days, n, usual, steps)) for n in range(days.count)]
    if len(courses) >= FEW_DAYS:
        return courses
    return [(weight, [watts * factor for watts in course]) for weight, course in courses for factor in GUESSED_FACTORS]


@dataclass(frozen=True, slots=True)
class PowerCourse:
    """Loads and PV of each half hour to come, as one of the days before had them, W; None where that is unknown."""

    weight: float
    load_w: tuple[float | None, ...]
    pv_w: tuple[float | None, ...]


def power_courses(days: Days, steps: int) -> list[PowerCourse]:
    """One a day: its loads with what of today's excess goes on, its sun as strong as today's."""
    found = []
    for day in range(days.count):
        more_w, sun = RECENT_SHARE * _more_load(days, day), _more_sun(days, day)
        back = [SLOTS_A_DAY - 1 - step % SLOTS_A_DAY + day * SLOTS_A_DAY for step in range(steps)]
        load = (_at(days.load_w, place) for place in back)
        pv = (_at(days.pv_w, place) for place in back)
        found.append(
            PowerCourse(
                0.5 ** (day / HALF_LIFE_DAYS),
                tuple(w if w is None else max(0.0, w + more_w * _faded(step)) for step, w in enumerate(load)),
                tuple(w if w is None else w * sun for w in pv),
            )
        )
    return found


def _course(days: Days, day: int, usual: Sequence[float | None], steps: int) -> list[float]:
    """What a day back (0: the last 24 hours) would ask for from now on, with the loads and the sun of today."""
    more_w = RECENT_SHARE * _more_load(days, day) / days.discharging_share
    sun = _more_sun(days, day)
    course: list[float] = []
    for step in range(steps):
        place = SLOTS_A_DAY - 1 - step % SLOTS_A_DAY
        back = place + day * SLOTS_A_DAY
        watts = _at(days.asked_w, back)
        if watts is None:
            watts = usual[place]
        if watts is None:
            watts = course[-1] if course else 0.0
        course.append(watts + (sun - 1.0) * (_at(days.pv_w, back) or 0.0) * days.charging_share)
    return [watts - more_w * _faded(step) for step, watts in enumerate(course)]


def _faded(step: int) -> float:
    """What is left at a half hour to come of the loads that today has more."""
    return math.exp(-(step + 0.5) * HALF_HOUR_S / RECENT_S)


def _more_load(days: Days, day: int) -> float:
    """By how many W the loads of the last hours exceed those of a day back; by the battery where they are not known."""
    then = (day + 1) * SLOTS_A_DAY
    for known, sign in ((days.load_w, 1.0), ([None if w is None else min(0.0, w) for w in days.asked_w], -1.0)):
        now_w, then_w = _mean(known, 0, RECENT_SLOTS), _mean(known, then, RECENT_SLOTS)
        if now_w is not None and then_w is not None:
            return sign * (now_w - then_w)
    return 0.0


def _more_sun(days: Days, day: int) -> float:
    """The sun of today against a day back, as a factor."""
    now_w = _mean(days.pv_w, 0, SUN_SLOTS)
    others = [_mean(days.pv_w, (n + 1) * SLOTS_A_DAY, SUN_SLOTS) for n in range(days.count)]
    then_w, best_w = others[day], max((watts for watts in others if watts is not None), default=0.0)
    if now_w is None or then_w is None:
        return 1.0
    dim_w = DIM * max(best_w, now_w, 1.0)
    return min(MOST_SUN, max(1.0 / MOST_SUN, (now_w + dim_w) / (then_w + dim_w)))


def _at(values: Sequence[float | None], place: int) -> float | None:
    return values[place] if place < len(values) else None


def _mean(values: Sequence[float | None], place: int, count: int) -> float | None:
    known = [value for value in values[place : place + count] if value is not None]
    return sum(known) / len(known) if known else None


def quantile_of_days(values: Sequence[tuple[float, float]], share: float, days: int) -> float:
    """Of values with weights, as wide as the few days they come from make it: q (n + 1) of n (Weibull's position)."""
    ordered = sorted(values)
    weights = [0.5 ** (n / HALF_LIFE_DAYS) for n in range(max(days, 1))]
    count: float = sum(weights) ** 2 / sum(weight * weight for weight in weights)
    wanted = (share * (count + 1) - 0.5) / count
    whole = sum(weight for _, weight in ordered)
    passed = 0.0
    below: tuple[float, float] | None = None
    for value, weight in ordered:
        place = (passed + weight / 2) / whole
        if place >= wanted:
            if below is None:
                return value
            return below[1] + (wanted - below[0]) / (place - below[0]) * (value - below[1])
        passed, below = passed + weight, (place, value)
    return ordered[-1][0]
