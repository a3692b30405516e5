"""Our energies of a day beside those of somebody else, and why they differ. Pure.

Sums of flows are compared and never single flows: how the portal splits a quarter of an hour is not published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from enum import StrEnum
from statistics import median

import numpy as np

from victron_console.catalogue.vrm import EnergyKind
from victron_console.diagnosing.external.quarters import Quarters
from victron_console.diagnosing.record.timeline import BoolArray, FloatArray
from victron_console.model.clock import local
from victron_console.model.external.external_day import QUARTER_S, ExternalDay

SHARE, LEAST_KWH = 0.03, 0.3
"""A day's energies agree within 3 % or 0.3 kWh (own judgement: meters count in steps of 0.1 kWh, losses are counted
on one side or the other)."""
COMPARABLE = 0.1
"""Of a day's quarters both must have, for it to be compared."""
ONE_QUARTER = 0.8
"""Of a difference in one quarter of an hour is an event and no drift."""
NOTHING_KWH, SOMETHING_KWH = 0.02, 0.1
"""A quarter of an hour with less, or with more, than this."""
LEAST_DAYS, STEADY = 3, 0.03
"""So many days whose ratio strays less than this tell of another meter."""
JUMP_TIMES = 3.0
"""A counter that jumped books a multiple of what was made."""


class Why(StrEnum):
    """Why two records of a day differ."""

    COUNTERS = "counters against powers"
    OUR_GAP = "a gap of ours"
    THEIR_GAP = "a gap of theirs"
    RESET = "a counter reset"
    JUMP = "a counter that jumped"
    EXCHANGED = "a meter exchanged"
    RATIO = "another meter"
    UNKNOWN = "not explained"


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of energy on one local day."""

    day: date
    kind: EnergyKind
    ours: float | None
    """kWh of what was recorded; None where nothing was."""
    theirs: float | None
    agrees: bool | None
    """None where too little of the day is in both."""
    why: Why | None = None
    """Why it differs, or cannot be compared."""
    words: str = ""
    counted: float | None = None
    """Ours by counters, kWh, where powers and counters differ too; None else."""

    @property
    def difference(self) -> float | None:
        """Ours less theirs, kWh."""
        return None if self.ours is None or self.theirs is None else self.ours - self.theirs


@dataclass(frozen=True, slots=True)
class Known:
    """What our own record tells of the devices on a day."""

    exchanged: str = ""
    """Which meter became another one."""
    reset: str = ""
    """Which counter fell."""


def tolerance(*kwh: float) -> float:
    """How far energies of a day may be apart and agree, kWh."""
    return max(LEAST_KWH, SHARE * max(kwh))


@dataclass(frozen=True, slots=True)
class Day:
    """A local day."""

    date: date
    since: float
    until: float
    """Begin and end (UTC epoch, s)."""
    zone: tzinfo | None


def compare_day(day: Day, ours: Quarters, counted: Quarters, theirs: Quarters, known: Known) -> list[Compared]:
    """Each kind that both measure, on a local day.

    Args:
        day: which.
        ours: by powers, as our reports tell it.
        counted: ours as the portal counts.
        theirs: the portal's.
        known: what else our record tells of the day.
    """

    def part(quarters: Quarters, kind: EnergyKind) -> FloatArray:
        return quarters.part(kind, day.since, day.until)

    return [
        _compared(day, kind, part(ours, kind), part(counted, kind), part(theirs, kind), known)
        for kind in EnergyKind
        if kind in ours.kwh and kind in theirs.kwh
    ]


def _compared(
    day: Day, kind: EnergyKind, own: FloatArray, counted: FloatArray, other: FloatArray, known: Known
) -> Compared:
    have, has = np.isfinite(own), np.isfinite(other)
    both = have & has
    ours = float(np.nansum(own)) if have.any() else None
    theirs = float(np.nansum(other)) if has.any() else None
    if both.sum() < COMPARABLE * len(own):
        return Compared(day.date, kind, ours, theirs, None, *_gap(day, have, has))
    assert ours is not None and theirs is not None
    if _near(ours, theirs):
        return Compared(day.date, kind, ours, theirs, True, *_lost(day, counted, other))
    if _near(own[both].sum(), other[both].sum()):
        return Compared(day.date, kind, ours, theirs, False, *_gap(day, have, has))
    like = float(np.nansum(counted))
    if _near(like, theirs):
        words = f"our own counters say {like:.2f}, too"
        return Compared(day.date, kind, ours, theirs, False, Why.COUNTERS, words)
    both = np.isfinite(counted) & has
    if not both.all() and _near(counted[both].sum(), other[both].sum()):
        return Compared(day.date, kind, ours, theirs, False, *_gap(day, have, has))
    at = day.since + QUARTER_S * np.flatnonzero(both).astype(np.float64)
    return Compared(day.date, kind, ours, theirs, False, *_event(day, at, counted[both], other[both], known), like)


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= tolerance(one, other)


def _gap(day: Day, have: BoolArray, has: BoolArray) -> tuple[Why, str]:
    """Whose gap is the longer, and from when to when."""
    ours_missing, theirs_missing = has & ~have, have & ~has
    if not (ours_missing.any() or theirs_missing.any()):
        return Why.OUR_GAP, "neither has anything"
    whose = Why.OUR_GAP if ours_missing.sum() >= theirs_missing.sum() else Why.THEIR_GAP
    missing = np.flatnonzero(ours_missing if whose is Why.OUR_GAP else theirs_missing)
    if len(missing) == len(have):
        return whose, "the whole day"
    hours = len(missing) * QUARTER_S / 3600
    return whose, f"{hours:g} h between {_clock(day, missing[0])} and {_clock(day, missing[-1] + 1)}"


def _lost(day: Day, own: FloatArray, other: FloatArray) -> tuple[Why, str] | tuple[None, str]:
    """A single quarter of which nothing was booked amid others: too little to count on the day, but a sign."""
    booked = other > NOTHING_KWH
    amid = booked[:-2] & booked[2:] & (other[1:-1] < NOTHING_KWH) & (own[1:-1] > SOMETHING_KWH)
    if amid.sum() != 1:
        return None, ""
    n = int(np.argmax(amid)) + 1
    return Why.RESET, _nothing_booked(day, n, float(own[n]))


def _event(day: Day, at: FloatArray, mine: FloatArray, his: FloatArray, known: Known) -> tuple[Why, str]:
    """What differs where both have values."""
    if known.exchanged:
        return Why.EXCHANGED, known.exchanged
    apart: FloatArray = mine - his
    n = int(np.argmax(np.abs(apart)))
    quarter = round((at[n] - day.since) / QUARTER_S)
    if abs(apart[n]) > LEAST_KWH and abs(apart.sum() - apart[n]) <= (1 - ONE_QUARTER) * abs(apart[n]):
        if apart[n] > 0 and his[n] < NOTHING_KWH:
            return Why.RESET, known.reset or _nothing_booked(day, quarter, float(mine[n]))
        if his[n] > JUMP_TIMES * mine[n]:
            return Why.JUMP, f"{his[n]:.1f} kWh booked at once at {_clock(day, quarter)}, ours {mine[n]:.1f}"
    return (Why.RESET, known.reset) if known.reset else (Why.UNKNOWN, "")


def _nothing_booked(day: Day, quarter: int, kwh: float) -> str:
    return f"nothing booked of {kwh:.2f} kWh at {_clock(day, quarter)}"


def steady_ratio(rows: Sequence[Compared]) -> float | None:
    """Theirs over ours of days that are not explained, where it is the same on all of them: another meter's."""
    ratios = [row.theirs / row.counted for row in rows if row.counted and row.theirs]
    if len(ratios) < LEAST_DAYS:
        return None
    middle = median(ratios)
    strays = median(abs(ratio - middle) for ratio in ratios)
    return middle if strays <= STEADY * middle and abs(middle - 1.0) > SHARE else None


def other_zone(days: Sequence[ExternalDay], borders: Mapping[date, float], zone: tzinfo | None) -> str:
    """How the days of somebody else lie beside ours where they are not the same; empty where they are.

    Args:
        days: theirs.
        borders: when each of our days begins (UTC epoch, s).
        zone: of ours.
    """
    off = [day for day in days if day.day in borders and _begin(day) != borders[day.day]]
    if not off or len(off) * 2 < len([day for day in days if day.day in borders]):
        return ""
    day = off[-1]
    hours = (_begin(day) - borders[day.day]) / 3600.0
    return (
        f"their days, of {day.zone}, begin {abs(hours):g} h {'later' if hours > 0 else 'sooner'} than those of {zone}"
    )


def _begin(day: ExternalDay) -> float:
    return day.told_at if day.told_at is not None else day.since


def _clock(day: Day, quarter: int) -> str:
    return f"{local(day.since + quarter * QUARTER_S, day.zone):%H:%M}"
