"""Reads the moments that an operator types. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from victron_console.model.clock import local

_AGO = re.compile(r"([+-])(\d+(?:\.\d+)?) ?(s|min|m|h|d)")
_UNIT_S = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_YESTERDAY = "yesterday "


def parse_moment(typed: str, now: float, here: float | None = None) -> float | None:
    """The moment (UTC epoch, s) that was typed; None where it is none.

    `03:14` is the last one before `now`, `yesterday 03:14` and `2026-11-22 03:14` say the day, and `-2h` or `+30m`
    counts from `here`, the moment that is looked at. Times are in the operator's own zone, unless one is written.
    """
    typed = typed.strip()
    if ago := _AGO.fullmatch(typed):
        seconds = float(ago[2]) * _UNIT_S[ago[3]]
        return (now if here is None else here) + (seconds if ago[1] == "+" else -seconds)
    today = local(now)
    if typed.startswith(_YESTERDAY):
        wanted = _time_of(typed.removeprefix(_YESTERDAY))
        return None if wanted is None else _on(today - timedelta(days=1), wanted)
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return _last(_time_of(typed), today)
    return (moment if moment.tzinfo else moment.replace(tzinfo=today.tzinfo)).timestamp()


def _time_of(typed: str) -> time | None:
    try:
        return time.fromisoformat(typed.strip().rjust(5, "0"))  # `3:14` is a time, too
    except ValueError:
        return None


def _last(wanted: time | None, today: datetime) -> float | None:
    if wanted is None:
        return None
    moment = _on(today, wanted)
    return moment if moment <= today.timestamp() else _on(today - timedelta(days=1), wanted)


def _on(day: datetime, wanted: time) -> float:
    return datetime.combine(day.date(), wanted, day.tzinfo).timestamp()
