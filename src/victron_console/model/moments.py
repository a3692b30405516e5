"""Reads the moments that an operator types. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from victron_console.model.clock import local, moment_of

_AGO = re.compile(r"([+-]?)(\d+(?:\.\d+)?) ?(s|min|m|h|d|w)")
_UNIT_S = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DAYS_BACK = {"today": 0, "yesterday": 1}


def parse_moment(typed: str, now: float, here: float | None = None) -> float | None:
    """The moment (UTC epoch, s) that was typed; None where it is none, or one before 1970.

    `03:14` is the last one before `now`, `yesterday 03:14` and `2026-11-22 03:14` say the day, which alone is its
    begin. `7d` is so long ago, and `-2h` or `+30m` counts from `here`, the moment that is looked at. Times are in the
    operator's own zone, unless one is written. Where clocks are put back a time comes twice: it is the second one,
    unless that has not come yet. One that clocks were put forward over is that much later.
    """
    try:
        moment = _typed(typed.strip(), now, here)
        if moment is not None:
            local(moment)  # a zone may lead out of the calendar
    except (ValueError, OverflowError):  # no calendar goes as far as a time zone or `-9999999999d` may lead
        return None
    return moment if moment is not None and moment >= 0 else None


def _typed(typed: str, now: float, here: float | None) -> float | None:
    if ago := _AGO.fullmatch(typed):
        seconds = float(ago[2]) * _UNIT_S[ago[3]]
        begin = now if here is None or not ago[1] else here
        return begin + (seconds if ago[1] == "+" else -seconds)
    day, _, rest = typed.partition(" ")
    if (days_back := _DAYS_BACK.get(day)) is not None:
        wanted = _time_of(rest or "00:00")
        return None if wanted is None else _back(days_back, wanted, now)
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        wanted = _time_of(typed)
        found = (_back(days, wanted, now) for days in (0, 1)) if wanted is not None else iter(())
        return next((at for at in found if at <= now), None)
    return _last_of(moment, now)


def _back(days: int, wanted: time, now: float) -> float:
    """A time of day so many days ago."""
    day = local(now, wanted.tzinfo).date() - timedelta(days=days)
    return _last_of(datetime.combine(day, wanted), now)


def _last_of(moment: datetime, now: float) -> float:
    if moment.tzinfo is not None:
        return moment.timestamp()
    first, second = (moment_of(moment.replace(fold=fold)) for fold in (0, 1))
    return second if first < second <= now else first


def _time_of(typed: str) -> time | None:
    try:
        return time.fromisoformat(typed.strip().rjust(5, "0"))  # `3:14` is a time, too
    except ValueError:
        return None
