"""When the sun rises and sets at a station. Without a place its PV tells, else a plain morning is assumed and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo

from astral import Observer
from astral.sun import sunrise, sunset

from victron_console.insight.half_hours import SLOTS_A_DAY, HalfHour
from victron_console.model.clock import local
from victron_console.model.units import DAY_S, HALF_HOUR_S

ASSUMED_SUNRISE, ASSUMED_SUNSET = time(6, 30), time(18, 30)
"""Local times for a station whose place nobody told."""
LIT_SHARE = 0.02
"""Of the most PV of a fortnight: more is day, less is dusk or what a meter shows at night (own judgement)."""
LEAST_DARK_SLOTS = 4
"""A shorter night is none: PV that stands still, or the sun of a polar summer (own judgement)."""


@dataclass(frozen=True, slots=True)
class SunTimes:
    """The next sunrise and the sunset before it (UTC epoch, s); `note` says what was assumed, else it is empty."""

    sunrise_at: float
    sunset_at: float
    note: str = ""


def next_night(
    at: float, zone: tzinfo | None, latitude: float | None, longitude: float | None, past: Sequence[HalfHour] = ()
) -> SunTimes:
    """The night that a moment is in or before: its sunset, which may be past, and the sunrise that ends it.

    Args:
        at: the moment (UTC epoch, s).
        zone: the station's time zone; None is the operator's own.
        latitude: degrees, + north; None where not known.
        longitude: degrees, + east; None where not known.
        past: the days before; where no place is known their PV tells when the sun shone.
    """
    note = "no place set: sunrise taken as 06:30"
    if latitude is not None and longitude is not None:
        if found := _calculated(at, Observer(latitude, longitude)):
            return found
        note = "the sun does not rise and set here now: 06:30 taken"
    elif found := _seen(at, past):
        return found
    today = local(at, zone).date()
    mornings = [_moment(today + timedelta(days=n), ASSUMED_SUNRISE, zone) for n in range(3)]
    rise_at = next(moment for moment in mornings if moment > at)
    evening = local(rise_at, zone).date() - timedelta(days=1)
    return SunTimes(rise_at, _moment(evening, ASSUMED_SUNSET, zone), note)


def _calculated(at: float, observer: Observer) -> SunTimes | None:
    """The night by the sun's position; None where the sun stays up or down (astral raises ValueError)."""
    # By UTC the sun may rise twice on one date and not at all on the next; by the sun's own clock it never does.
    solar = timezone(timedelta(hours=round(observer.longitude / 15)))
    today = local(at, solar).date()
    try:
        for day in (today + timedelta(days=n) for n in range(-1, 3)):
            rise_at = sunrise(observer, day, tzinfo=solar).timestamp()
            if rise_at > at:
                sets = (sunset(observer, day - timedelta(days=n), tzinfo=solar).timestamp() for n in range(3))
                return SunTimes(rise_at, next(moment for moment in sets if moment < rise_at))
    except ValueError:
        return None
    return None


def _seen(at: float, past: Sequence[HalfHour]) -> SunTimes | None:
    """The night by the first and the last PV of the days before, to the half hour; None where they do not tell."""
    known = [(int(half.at % DAY_S // HALF_HOUR_S), half.pv_w) for half in past if half.pv_w is not None]
    lit_w = LIT_SHARE * max((watts for _, watts in known), default=0.0)
    lit = sorted({slot for slot, watts in known if watts > lit_w})
    if not lit or len({slot for slot, _ in known}) < SLOTS_A_DAY:
        return None
    # The hours are of UTC, of which a day may begin at noon: the night is the longest darkness around the clock.
    dark, rise = max(
        ((slot - before - 1) % SLOTS_A_DAY, slot) for before, slot in zip([lit[-1], *lit], lit, strict=False)
    )
    if dark < LEAST_DARK_SLOTS:
        return None
    rise_at = at + ((rise * HALF_HOUR_S - at) % DAY_S or DAY_S)
    return SunTimes(rise_at, rise_at - dark * HALF_HOUR_S, "no place set: sunrise by the first PV")


def _moment(day: date, at: time, zone: tzinfo | None) -> float:
    return datetime.combine(day, at, tzinfo=zone).timestamp()
