"""Will it make it to sunrise? The state of charge projected to the end of the night, as a range.

Each day of the last two weeks is played on from the present state of charge: what the battery was asked for then,
brought to the loads and the sun of today. The range is what came of it in eight of ten; later days count more. It
starts from the last state of charge known, which for a lost station may be hours old.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from victron_console.insight.battery_panel import battery_panel
from victron_console.insight.day_courses import day_courses, quantile_of_days
from victron_console.insight.half_hours import Days, HalfHour, days_before
from victron_console.insight.overview.battery_roles import battery_roles
from victron_console.insight.overview.figures import system_of
from victron_console.insight.sun import SunTimes, next_night
from victron_console.model.overview import Overview
from victron_console.model.snapshot import Snapshot
from victron_console.model.units import DAY_S, HALF_HOUR_S

MAINS = ("grid", "shore")
PAST_DAYS = 14
"""How far back is worth handing in: more days know more of the weather and less of the season (own judgement)."""
OLDEST_S = 4 * DAY_S
"""Further than this nothing is projected: the weather of those days is not known (own judgement)."""
LOW_QUANTILE, HIGH_QUANTILE = 0.1, 0.9
"""The range is to hold eight nights of ten."""
RUNS_DRY_SHARE = 1 / 3
"""Empty is told where this share of the days ends so: less than half, for an empty battery costs more than a false
word (on the loads of six real houses as many such nights went untold at 15 h as were told in vain; own judgement)."""
ROUNDING_PERCENT = 0.5
"""The state of charge is told in whole percents."""
CAPACITY_SPREAD = 0.10
"""Nameplate against what a battery holds (age, temperature), until the record tells the energy of a percent (own
judgement)."""


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """The state of charge expected at a moment (UTC epoch, s), %: the middle, and one night of ten lower and higher."""

    at: float
    low_percent: float
    percent: float
    high_percent: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """The projection. Where `reason` is not empty there is none, and it says what is missing."""

    sunrise_at: float
    soc_low_percent: float | None = None
    """One night of ten ends lower."""
    soc_percent: float | None = None
    """The middle: as many nights end above it as below."""
    soc_high_percent: float | None = None
    """One night of ten ends higher."""
    empty_at: float | None = None
    """By when one of three days had reached the floor before sunrise (UTC epoch, s); None: not empty tonight."""
    empty_earliest_at: float | None = None
    """By when one of ten had: the low end of the range."""
    floor_percent: float = 0.0
    basis: str = ""
    """What it rests on: `5 days`, `the last hours`."""
    notes: tuple[str, ...] = ()
    """What was assumed, as half sentences."""
    reason: str = ""
    course: tuple[CoursePoint, ...] = ()
    """From the last state of charge known to sunrise, each half hour."""


@dataclass(frozen=True, slots=True)
class Dawn:
    """What is expected of the battery until sunrise. Charges in percent, times UTC epoch s."""

    low_percent: float | None = None
    high_percent: float | None = None
    empty_at: float | None = None
    """When the battery goes empty, where that is before sunrise."""
    sunrise_at: float | None = None
    course: tuple[CoursePoint, ...] = ()
    """How it gets there."""


def site_outlook(
    snapshot: Snapshot,
    shown: Overview,
    past: Sequence[HalfHour],
    *,
    capacity_ah: float | None = None,
    capacity_kwh: float | None = None,
    site_floor_percent: float | None = None,
    zone: tzinfo | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Outlook:
    """The projection of a station from what is known of it and its station file; the rest as in `outlook`.

    The energy of the pack is that of its file, else its Ah at the present voltage, within 5 % of the nominal one for
    LiFePO4.
    """
    panel = battery_panel(snapshot, shown, capacity=capacity_ah, site_floor_percent=site_floor_percent)
    owner = system_of(snapshot) or battery_roles(snapshot).monitor
    soc_at = owner.read_at if owner and owner.read_at is not None else snapshot.at
    volts = shown.battery_voltage_v
    if capacity_kwh is None and panel.capacity_ah and volts:
        capacity_kwh = panel.capacity_ah * volts / 1000.0
    projected = outlook(
        soc_percent=shown.credible("soc_percent"),
        soc_at=soc_at,
        past=past,
        capacity_wh=None if capacity_kwh is None else 1000.0 * capacity_kwh,
        floor_percent=panel.floor_percent,
        night=next_night(snapshot.at, zone, latitude, longitude, past),
    )
    if shown.ac_input.connected and shown.ac_input.type in MAINS and projected.empty_earliest_at is not None:
        # The floor is where ESS hands the loads to the mains: a battery that rests on it is not empty.
        notes = (*projected.notes, "rests on its floor, the mains carry the loads")
        return replace(projected, empty_at=None, empty_earliest_at=None, notes=notes)
    return projected


def outlook(
    *,
    soc_percent: float | None,
    soc_at: float,
    past: Sequence[HalfHour],
    capacity_wh: float | None,
    floor_percent: float | None,
    night: SunTimes,
) -> Outlook:
    """The state of charge at sunrise and when the floor is reached, mains or not.

    Args:
        soc_percent: the last state of charge known.
        soc_at: when it was (UTC epoch, s); the projection starts there.
        past: the half hours before, best of `PAST_DAYS`; what is not before `soc_at` is left out.
        capacity_wh: what the battery holds by its nameplate; None: only by what the record tells of it.
        floor_percent: where the site stops discharging; None is 0.
        night: the coming or present night.
    """
    if soc_percent is None:
        return Outlook(night.sunrise_at, reason="no state of charge")
    if night.sunrise_at - soc_at > OLDEST_S:
        return Outlook(night.sunrise_at, reason="the last state of charge is days old")
    floor = floor_percent or 0.0
    days = days_before(soc_at, past, floor)
    energies = _energies(days, capacity_wh)
    if not energies:
        return Outlook(night.sunrise_at, reason="set the capacity")
    if not any(watts is not None for watts in days.asked_w):
        return Outlook(night.sunrise_at, reason="no battery power recorded yet")
    ends = [
        _walk(soc_percent, soc_at, night, floor, course, energy, weight)
        for weight, course in day_courses(days, math.ceil((night.sunrise_at - soc_at) / HALF_HOUR_S))
        for energy in energies
    ]
    empty = {share: _reached(ends, share) for share in (RUNS_DRY_SHARE, LOW_QUANTILE)}
    course = _expected(ends, soc_percent, soc_at, night, floor, days.count)
    return Outlook(
        sunrise_at=night.sunrise_at,
        soc_low_percent=course[-1].low_percent,
        soc_percent=course[-1].percent,
        soc_high_percent=course[-1].high_percent,
        empty_at=empty[RUNS_DRY_SHARE],
        empty_earliest_at=empty[LOW_QUANTILE],
        floor_percent=floor,
        basis=f"{days.count} day{'s' if days.count > 1 else ''}" if days.count else "the last hours",
        notes=_notes(night, soc_at, floor_percent),
        course=course,
    )


def _expected(
    ends: Sequence[_End], soc_percent: float, soc_at: float, night: SunTimes, floor: float, days: int
) -> tuple[CoursePoint, ...]:
    """Where the ends stand at each step, from the last state of charge known on."""
    points = [CoursePoint(soc_at, soc_percent, soc_percent, soc_percent)]
    for step in range(len(ends[0].course)):
        there = [(end.course[step], end.weight) for end in ends]
        low, middle, high = (quantile_of_days(there, share, days) for share in (LOW_QUANTILE, 0.5, HIGH_QUANTILE))
        points.append(
            CoursePoint(
                min(night.sunrise_at, soc_at + (step + 1) * HALF_HOUR_S),
                max(min(floor, soc_percent), middle - math.hypot(middle - low, ROUNDING_PERCENT)),
                middle,
                min(100.0, middle + math.hypot(high - middle, ROUNDING_PERCENT)),
            )
        )
    return tuple(points)


def _notes(night: SunTimes, soc_at: float, floor_percent: float | None) -> tuple[str, ...]:
    return tuple(
        note
        for note in (
            night.note,
            "until sunset: charge as on the days before, by the sun of today" if soc_at < night.sunset_at else "",
            "no floor known: 0 %" if floor_percent is None else "",
        )
        if note
    )


@dataclass(frozen=True, slots=True)
class _Energy:
    """What one percent of charge gives and takes, Wh."""

    gives: float
    takes: float


def _energies(days: Days, capacity_wh: float | None) -> list[_Energy]:
    """One where the record tells it; by the nameplate a range of what the battery may hold."""
    gives, takes = days.discharged_wh or days.charged_wh, days.charged_wh or days.discharged_wh
    if gives and takes:
        return [_Energy(gives, takes)]
    if not capacity_wh or capacity_wh <= 0:
        return []
    holds = [capacity_wh * (1.0 + spread) / 100 for spread in (-CAPACITY_SPREAD, 0.0, CAPACITY_SPREAD)]
    return [_Energy(wh, wh) for wh in holds]


@dataclass(frozen=True, slots=True)
class _End:
    weight: float
    course: tuple[float, ...]
    """State of charge after each step, %."""
    empty_at: float | None


def _walk(
    soc: float, start: float, night: SunTimes, floor: float, course: Sequence[float], energy: _Energy, weight: float
) -> _End:
    """Step to sunrise. At the floor the site stops discharging; a site below it is empty now and stays there."""
    soc = min(100.0, max(0.0, soc))
    stop = min(floor, soc)
    at, empty_at = start, start if soc <= floor else None
    walked: list[float] = []
    for watts in course:
        step_s = min(HALF_HOUR_S, night.sunrise_at - at)
        # After sunset nothing charges that the days before can promise: a genset may not start, prices change.
        if watts > 0 and at >= night.sunset_at:
            watts = 0.0
        percent = watts * step_s / 3600 / (energy.takes if watts > 0 else energy.gives)
        if soc + percent <= floor < soc:
            empty_at = empty_at or at + step_s * (soc - floor) / -percent
        soc = max(stop, min(100.0, soc + percent))
        walked.append(soc)
        at += step_s
    return _End(weight, tuple(walked), empty_at)


def _reached(ends: Sequence[_End], share: float) -> float | None:
    """When this share of the ends had reached the floor; None where fewer ever do."""
    whole, passed = sum(end.weight for end in ends), 0.0
    for at, weight in sorted((end.empty_at, end.weight) for end in ends if end.empty_at is not None):
        passed += weight
        if passed >= share * whole:
            return at
    return None
