"""Energies of days, months and years as somebody else recorded them, for times of which our own record tells less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby

from victron_console.catalogue.vrm import SUMS, EnergyKind
from victron_console.diagnosing.verdict.kept_findings import EnergyRow
from victron_console.model.external.external_day import ExternalDay

MORE = 0.1
"""So much more of a period somebody else must have seen than we, for his row to stand beside ours."""
DAYS, MONTHS = 14, 12
"""So far back single days and months are listed; all years are."""
SMALLEST_KWH = 0.1
"""A ratio over less energy than this says nothing."""
FIRST_DAYS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "month": lambda day: day.replace(day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


def with_external(
    own: Sequence[EnergyRow], days: Sequence[ExternalDay], began: date, today: date
) -> tuple[EnergyRow, ...]:
    """Our rows, and of the same periods those of somebody else where he has seen more, or where we have none.

    Args:
        own: by day, month and year, oldest first in each.
        days: his, oldest first.
        began: the first local day of our record; what our rows say was measured is of the time since.
        today: the local day, not yet over.
    """
    seen = {(row.period, row.first_day): row.coverage * _share_since(row, began, today) for row in own}
    oldest = {"day": today - timedelta(days=DAYS), "month": (today - timedelta(days=MONTHS * 30.4)).replace(day=1)}
    added = [
        row
        for period, first_of in FIRST_DAYS.items()
        for row in _rows(period, first_of, days, today)
        if row.first_day >= oldest.get(period, date.min)
        and row.coverage >= seen.get((period, row.first_day), 0.0) + MORE
    ]
    order = list(FIRST_DAYS)
    return tuple(sorted((*own, *added), key=lambda row: (order.index(row.period), row.first_day, row.source)))


def _share_since(row: EnergyRow, began: date, today: date) -> float:
    """The part of a period that is not before our record."""
    last = _last(row.period, row.first_day, today)
    return max(0, (last - max(began, row.first_day)).days + 1) / max(1, (last - row.first_day).days + 1)


def _rows(
    period: str, first_of: Callable[[date], date], days: Sequence[ExternalDay], today: date
) -> Iterable[EnergyRow]:
    for first, group in groupby(days, key=lambda day: first_of(day.day)):
        some = list(group)
        if any(day.seen() for day in some):
            yield _row(period, first, some, _last(period, first, today))


def _last(period: str, first: date, today: date) -> date:
    """The last day of a period, or yesterday where it is not over."""
    after = {"day": first + timedelta(days=1), "month": (first + timedelta(days=32)).replace(day=1)}
    return min(after.get(period, first.replace(year=first.year + 1)), today) - timedelta(days=1)


def _row(period: str, first: date, days: Sequence[ExternalDay], last: date) -> EnergyRow:
    def flow(*codes: str) -> float:
        return sum(sum(day.energies.get(code, {}).values()) for day in days for code in codes)

    pv, load = flow(*SUMS[EnergyKind.PV]), flow(*SUMS[EnergyKind.LOAD])
    bought_in, charged = flow("Gb", "gb"), flow(*SUMS[EnergyKind.CHARGED])
    from_store = flow("Bc") * (bought_in / charged if charged > 0 else 0.0)
    bought = flow("Gc", "gc") + from_store
    quarters = 96 * max(1, (last - first).days + 1)  # near enough: hours of summer time level out over a year
    return EnergyRow(
        period, first, pv, load, flow(*SUMS[EnergyKind.IMPORTED]), flow(*SUMS[EnergyKind.EXPORTED]),
        1.0 - flow("Pg") / pv if pv >= SMALLEST_KWH else None,
        max(0.0, 1.0 - bought / load) if load >= SMALLEST_KWH else None,
        round(min(1.0, sum(len(day.seen()) for day in days) / quarters), 4),
        source=days[0].source,
    )  # fmt: skip
