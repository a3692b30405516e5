"""The projection to sunrise played through the past, against what came and against the night before."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from victron_console.insight.half_hours import RESTS_WITHIN_PERCENT, HalfHour
from victron_console.insight.sun import next_night
from victron_console.insight.sunrise import PAST_DAYS, outlook
from victron_console.model.clock import local, moment_of
from victron_console.model.station_info import Location
from victron_console.model.units import DAY_S, HALF_HOUR_S

HOURS = (12, 15, 18, 21, 0, 3)
"""Local, at which the projection is asked."""
NEAR_S = 2 * HALF_HOUR_S
"""Half hours further apart say nothing of a moment between them: one may be missing."""


@dataclass(frozen=True, slots=True)
class Projected:
    """One night, as it was projected and as it ended; percent of charge."""

    low: float
    middle: float
    high: float
    naive: float
    """As the last night went from the same hour on."""
    is_told_empty: bool
    came: float
    was_empty: bool


@dataclass(frozen=True, slots=True)
class HourOfProjection:
    """How the projections of one hour of the day did."""

    nights: tuple[Projected, ...]

    @property
    def mae_points(self) -> float | None:
        """Mean error of the middle."""
        return _mean([abs(night.middle - night.came) for night in self.nights])

    @property
    def naive_mae_points(self) -> float | None:
        """The same of "as last night"."""
        return _mean([abs(night.naive - night.came) for night in self.nights])

    @property
    def coverage_percent(self) -> float | None:
        """How often the range held a night that did not end on the floor; nominal 80."""
        return _percent([night.low <= night.came <= night.high for night in self.nights if not night.was_empty])

    @property
    def missed_empty_percent(self) -> float | None:
        """Of the nights that ended on the floor, those not announced."""
        return _percent([not night.is_told_empty for night in self.nights if night.was_empty])

    @property
    def false_empty_percent(self) -> float | None:
        """False alarms: of the nights that did not end on the floor, those announced to."""
        return _percent([night.is_told_empty for night in self.nights if not night.was_empty])


def sunrise_backtest(
    past: Sequence[HalfHour], since: float, until: float, place: Location, zone: tzinfo | None,
    capacity_wh: float | None, floor_percent: float, progress: Callable[[float], None] = lambda share: None,
) -> dict[int, HourOfProjection]:  # fmt: skip
    """Project each night of a span from each of `HOURS`, only from what was before.

    Args:
        past: of the battery, oldest first, with the days before the span.
        since: begin of the span (UTC epoch, s).
        until: its end.
        place: of the station, for its sunrise.
        zone: of its hours.
        capacity_wh: of the battery.
        floor_percent: where it stops discharging.
        progress: is told the share done.
    """
    found: dict[int, list[Projected]] = {hour: [] for hour in HOURS}
    times = [half.at for half in past]
    day = local(since, zone).date()
    while (begin := _moment(day, 0, zone)) < until:
        for hour in HOURS:
            at = _moment(day, hour, zone)
            if since <= at < until and (night := _projected(past, times, at, place, zone, capacity_wh, floor_percent)):
                found[hour].append(night)
        progress((begin - since) / (until - since))
        day += timedelta(days=1)
    return {hour: HourOfProjection(tuple(nights)) for hour, nights in found.items()}


def _projected(
    past: Sequence[HalfHour], times: Sequence[float], at: float, place: Location, zone: tzinfo | None,
    capacity_wh: float | None, floor_percent: float,
) -> Projected | None:  # fmt: skip
    """One projection; None where it cannot be made or held against anything."""
    known = past[bisect_left(times, at - PAST_DAYS * DAY_S) : bisect_left(times, at)]
    night = next_night(at, zone, place.latitude, place.longitude, known)
    now, came = _soc(past, times, at), _soc(past, times, night.sunrise_at)
    before, before_came = _soc(past, times, at - DAY_S), _soc(past, times, night.sunrise_at - DAY_S)
    if now is None or came is None or before is None or before_came is None:
        return None
    told = outlook(
        soc_percent=now, soc_at=at, past=known, capacity_wh=capacity_wh, floor_percent=floor_percent, night=night
    )
    low, middle, high = told.soc_low_percent, told.soc_percent, told.soc_high_percent
    if low is None or middle is None or high is None:
        return None
    naive = min(100.0, max(min(floor_percent, now), now + before_came - before))
    # By the half hour before sunrise: the one after it may charge already.
    last = past[bisect_left(times, night.sunrise_at) - 1].soc_percent
    was_empty = last is not None and last <= floor_percent + RESTS_WITHIN_PERCENT
    return Projected(low, middle, high, naive, told.empty_at is not None, came, was_empty)


def _soc(past: Sequence[HalfHour], times: Sequence[float], at: float) -> float | None:
    """The state of charge at a moment, between the means around it."""
    after = bisect_left(times, at)
    if not 0 < after < len(past) or times[after] - times[after - 1] > NEAR_S:
        return None
    before, then = past[after - 1].soc_percent, past[after].soc_percent
    if before is None or then is None:
        return None
    return before + (then - before) * (at - times[after - 1]) / (times[after] - times[after - 1])


def _moment(day: date, hour: int, zone: tzinfo | None) -> float:
    return moment_of(datetime.combine(day, time(hour)), zone)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _percent(found: Sequence[bool]) -> float | None:
    return 100.0 * sum(found) / len(found) if found else None
