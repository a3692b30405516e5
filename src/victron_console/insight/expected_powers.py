"""Loads and PV expected until sunrise, each as a range: the days before, brought to the loads and the sun of today."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.insight.day_courses import FEW_DAYS, GUESSED_FACTORS, power_courses, quantile_of_days
from victron_console.insight.half_hours import HalfHour, days_before
from victron_console.insight.sunrise import HIGH_QUANTILE, LOW_QUANTILE
from victron_console.model.units import HALF_HOUR_S


@dataclass(frozen=True, slots=True)
class PowerPoint:
    """A power expected at a moment (UTC epoch, s), W: the middle, and what one day of ten is below and above."""

    at: float
    low_w: float
    usual_w: float
    high_w: float


@dataclass(frozen=True, slots=True)
class ExpectedPowers:
    """Each half hour, in its middle; empty where nothing can be expected."""

    load: tuple[PowerPoint, ...] = ()
    pv: tuple[PowerPoint, ...] = ()
    """Without the half hours in which no day had any."""


def expected_powers(past: Sequence[HalfHour], at: float, until: float) -> ExpectedPowers:
    """Loads and PV from a moment on.

    Args:
        past: the half hours before, best of `sunrise.PAST_DAYS`, with the loads that are to be expected.
        at: where it begins (UTC epoch, s).
        until: where it ends.
    """
    days = days_before(at, past, 0.0)  # the floor is about the battery alone
    courses = power_courses(days, math.ceil(max(0.0, until - at) / HALF_HOUR_S))
    load = _points([(course.weight, course.load_w) for course in courses], days.count, at)
    pv = _points([(course.weight, course.pv_w) for course in courses], days.count, at)
    return ExpectedPowers(load, tuple(point for point in pv if point.high_w > 0))


def _points(courses: Sequence[tuple[float, Sequence[float | None]]], days: int, at: float) -> tuple[PowerPoint, ...]:
    factors = GUESSED_FACTORS if days < FEW_DAYS else (1.0,)
    found = []
    for step in range(len(courses[0][1]) if courses else 0):
        known = ((watts, weight) for weight, course in courses if (watts := course[step]) is not None)
        spread = [(watts * factor, weight) for watts, weight in known for factor in factors]
        if spread:
            shares = (LOW_QUANTILE, 0.5, HIGH_QUANTILE)
            low, usual, high = (max(0.0, quantile_of_days(spread, share, days)) for share in shares)
            found.append(PowerPoint(at + (step + 0.5) * HALF_HOUR_S, low, usual, high))
    return tuple(found)
