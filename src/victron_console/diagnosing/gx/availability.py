"""How much of each month a site, its supply, its devices and the link to it were there. Moments are UTC epoch, s. Pure.

Availability is up time over up and down time (IEC 60050-192); of the supply that is the average service availability
index of IEEE 1366 for one customer. Time of which nobody can tell is in neither, and is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import groupby

import numpy as np

from victron_console.diagnosing.record.timeline import BoolArray, FloatArray, local_days
from victron_console.diagnosing.verdict.kept_findings import AvailabilityRow

Span = tuple[float, float]
MONTHS = 13
"""That are told: a year and the one that runs."""
SITE, LINK, SUPPLY = "site: inverter gives power", "link: station answers", "supply: mains are there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """When something was down, and when nobody could tell."""

    what: str
    since: float
    """When it was first seen."""
    down: Sequence[Span] = ()
    """May overlap."""
    unknown: Sequence[Span] = ()
    may_leave: bool = False
    """A device may be taken out for good: a month in which it never was there is none of its."""


def availability(presences: Iterable[Presence], until: float, zone: tzinfo | None) -> list[AvailabilityRow]:
    """A row a month of what was there for some of it, the months oldest first, the last 13."""
    found = []
    for one in presences:
        if one.since >= until:
            continue
        down, unknown = _merged(one.down), _merged(one.unknown)
        for month, begin, end in _months(one.since, until, zone)[-MONTHS:]:
            dark_s = _length(unknown, begin, end)
            down_s = _length(down, begin, end) - _length(_both(down, unknown), begin, end)
            up_s = end - begin - dark_s - down_s
            count = sum(begin <= first < end for first, _ in down)
            if up_s > 0.0 or (down_s > 0.0 and not one.may_leave):
                found.append(AvailabilityRow(one.what, month, up_s, max(0.0, down_s), dark_s, count))
    return found


def spans_where(at: FloatArray, is_so: BoolArray, step_s: float) -> list[Span]:
    """The spans of a record's columns (their middles) in which something is so."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_so, [False]))))
    return [
        (float(at[first]) - step_s / 2, float(at[last - 1]) + step_s / 2)
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    ]


def _months(since: float, until: float, zone: tzinfo | None) -> list[tuple[date, float, float]]:
    days = [day for day in local_days(since, until, zone) if day[1] < until]
    months = []
    for month, part in groupby(days, key=lambda day: day[0].replace(day=1)):
        own = list(part)
        months.append((month, max(since, own[0][1]), min(until, own[-1][2])))
    return months


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif end > begin:
            merged.append((begin, end))
    return merged


def _both(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """Where both are; each in order and without overlap."""
    found, n = [], 0
    for begin, end in first:
        while n < len(second) and second[n][1] <= begin:
            n += 1
        for later in second[n:]:
            if later[0] >= end:
                break
            found.append((max(begin, later[0]), min(end, later[1])))
    return found


def _length(spans: Sequence[Span], begin: float, end: float) -> float:
    return sum(max(0.0, min(last, end) - max(first, begin)) for first, last in spans)
