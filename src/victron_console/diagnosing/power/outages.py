"""Interruptions of the supply: when, how long, how often, what reserve they ask for. Moments are UTC epoch seconds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, tzinfo

import numpy as np

from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.diagnosing.record.timeline import (
    GAP_STEPS,
    BoolArray,
    FloatArray,
    checked,
    local_days,
    usual_step_s,
)
from victron_console.model.clock import local
from victron_console.model.units import DAY_S, HOUR_S

METHOD = Method(
    name="spans in which the station says that its grid input is not connected",
    inputs=("AC-in connected, or GridLost",),
    source="Minutes a year as in SAIDI, of one customer; planned disconnections by the owner look the same.",
)
COUNT = Figure("Outages", "", METHOD)
MINUTES = Figure("Outage minutes", "min", METHOD)
READY_FOR = Figure("Outage to be ready for", "h", METHOD)


@dataclass(frozen=True, slots=True)
class Outage:
    """One interruption."""

    since: float
    until: float | None
    """None where it lasts."""
    exact: bool = True
    """False where the station was silent at its end: it may have lasted longer than seen."""

    def seconds(self, now: float) -> float:
        """Its length so far."""
        return (now if self.until is None else self.until) - self.since


@dataclass(frozen=True, slots=True)
class Outages:
    """The interruptions of a record."""

    events: tuple[Outage, ...]
    count: Finding
    minutes: Finding
    """Of the record; the rate a year is in its confidence."""
    reserve_hours: Finding
    """95 % of the outages were shorter."""
    calendar: tuple[tuple[date, float], ...]
    """Local days with an outage and its minutes."""
    by_hour: tuple[int, ...]
    """How many began in each local hour, 24 numbers."""

    @property
    def a_day(self) -> float:
        """Outages a day."""
        days = self.count.window.days
        return (self.count.value or 0.0) / days if days > 0 else 0.0


def outages(at: FloatArray, connected: FloatArray, zone: tzinfo | None = None) -> Outages:
    """Find the interruptions.

    Args:
        at: moments (UTC epoch, s, ascending).
        connected: 1 while the grid is there, 0 while it is not, NaN in gaps and where it is no outage: a boat at sea.
        zone: of the calendar.

    Raises:
        ValueError: the arrays do not belong together.
    """
    checked(at, connected)
    known = np.isfinite(connected)
    if not known.any():
        reason = "the station does not say whether its grid input is connected"
        count, minutes, reserve = (figure.unknown(reason) for figure in (COUNT, MINUTES, READY_FOR))
        return Outages((), count, minutes, reserve, (), (0,) * 24)
    at, connected = at[known], connected[known]
    events = _events(at, connected > 0.5)
    until = float(at[-1])
    window = Window(since=float(at[0]), until=until, count=len(events), what="outages")
    lengths = np.array([event.seconds(until) for event in events])
    lost_min = float(lengths.sum()) / 60.0
    rate = lost_min / max(window.days, 1.0) * 365.25
    hours = Counter(local(event.since, zone).hour for event in events)
    reserve_h = float(np.quantile(lengths, 0.95)) / HOUR_S if len(lengths) else 0.0
    return Outages(
        events=events,
        count=COUNT.value(float(len(events)), window=window),
        minutes=MINUTES.value(lost_min, window=window, confidence=f"{rate:.0f} min a year at this rate"),
        reserve_hours=READY_FOR.value(
            reserve_h,
            window=window,
            confidence=f"95 % of {len(lengths)} outages were shorter",
        ),
        calendar=_calendar(events, until, zone),
        by_hour=tuple(hours.get(hour, 0) for hour in range(24)),
    )


def _events(at: FloatArray, there: BoolArray) -> tuple[Outage, ...]:
    longest_s = GAP_STEPS * usual_step_s(at)
    found = []
    begins = np.flatnonzero(~there & np.concatenate(([True], there[:-1])))
    ends = np.flatnonzero(there & np.concatenate(([False], ~there[:-1])))
    for begin in begins.tolist():
        later = ends[ends > begin]
        if not len(later):
            found.append(Outage(float(at[begin]), None))
            continue
        end = int(later[0])
        silent = float(at[end] - at[end - 1]) > longest_s
        found.append(Outage(float(at[begin]), float(at[end - 1] if silent else at[end]), exact=not silent))
    return tuple(found)


def _calendar(events: tuple[Outage, ...], now: float, zone: tzinfo | None) -> tuple[tuple[date, float], ...]:
    minutes: dict[date, float] = {}
    for event in events:
        until = event.since + max(event.seconds(now), 1.0)
        for day, begin, end in local_days(event.since, min(until, event.since + 366 * DAY_S), zone):
            part = max(0.0, min(end, until) - max(begin, event.since)) / 60.0
            if part > 0:
                minutes[day] = minutes.get(day, 0.0) + part
    return tuple(sorted(minutes.items()))
