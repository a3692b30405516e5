"""Reads the moments that an operator types. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from victron_console.model.clock import local


def parse_moment(typed: str, now: float) -> float | None:
    """The moment (UTC epoch, s) of `03:14`, the last one before `now`, or of `2026-11-22 03:14`; None where it is none.

    Times are in the operator's own zone, unless one is written.
    """
    here = local(now)
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        return _time_of_day(typed.strip(), here)
    return (moment if moment.tzinfo else moment.replace(tzinfo=here.tzinfo)).timestamp()


def _time_of_day(typed: str, here: datetime) -> float | None:
    try:
        wanted = time.fromisoformat(typed)
    except ValueError:
        return None
    moment = datetime.combine(here.date(), wanted, here.tzinfo)
    return (moment if moment <= here else moment - timedelta(days=1)).timestamp()
