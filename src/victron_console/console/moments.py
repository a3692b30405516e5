"""Reads the moments that an operator types. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from victron_console.model.clock import local, moment_of


def parse_moment(typed: str, now: float) -> float | None:
    """The moment (UTC epoch, s) of `03:14`, the last one before `now`, or of `2026-11-22 03:14`; None where it is none.

    Times are in the operator's own zone, unless one is written. Where clocks are put back a time comes twice: it is the
    second one, unless that has not come yet. One that clocks were put forward over is that much later.
    """
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        return _time_of_day(typed.strip(), now)
    return _last_of(moment, now)


def _last_of(moment: datetime, now: float) -> float:
    if moment.tzinfo is not None:
        return moment.timestamp()
    first, second = (moment_of(moment.replace(fold=fold)) for fold in (0, 1))
    return second if first < second <= now else first


def _time_of_day(typed: str, now: float) -> float | None:
    try:
        wanted = time.fromisoformat(typed)
    except ValueError:
        return None
    today: date = local(now, wanted.tzinfo).date()
    found = (_last_of(datetime.combine(today - timedelta(days=back), wanted), now) for back in (0, 1))
    return next((at for at in found if at <= now), None)
