"""The past of a site at the portal: what it tells of whole local days, by quarter of an hour and by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo

from victron_console.catalogue.vrm import FLOWS, MEANS
from victron_console.model.clock import local, midnight
from victron_console.model.external.external_day import QUARTER_S, ExternalDay, Spread
from victron_console.sources.base import BadAnswer
from victron_console.sources.vrm.client import VrmClient
from victron_console.sources.vrm.sites import number_of

SOURCE = "vrm"
LARGEST_KWH = 1e6
"""Of a day or less; more is no energy."""
MS = 1000.0
_NEAR_S = 11 * 3600.0
"""A day of the portal that begins so near to ours is the same one, if by another zone."""
_T = TypeVar("_T")
Points = Mapping[str, Mapping[float, tuple[float, ...]]]
"""By code and moment (UTC epoch, s)."""


async def read_days(
    client: VrmClient, site: int, days: Sequence[date], zone: ZoneInfo, asked_at: float
) -> list[ExternalDay]:
    """Consecutive local days, at most as many as the portal answers at once; each comes, also without anything in it.

    Args:
        client: of the account.
        site: its number at the portal.
        days: at least one.
        zone: the site's.
        asked_at: now (UTC epoch, s).

    Raises:
        SourceError: as `VrmClient.get`.
    """
    borders = [midnight(day, zone) for day in (*days, days[-1] + timedelta(days=1))]
    fine = await _points(client, site, "15mins", borders, (*FLOWS, *(mean.code for mean in MEANS)))
    coarse = await _points(client, site, "days", borders, FLOWS)
    energies = {code: _energies(fine.get(code, {})) for code in FLOWS}
    means = {mean.code: _means(fine.get(mean.code, {})) for mean in MEANS}
    found: list[ExternalDay] = []
    for day, (since, until) in zip(days, pairwise(borders), strict=True):
        told, told_at = _told(coarse, since)
        found.append(
            ExternalDay(
                SOURCE, day, since, until, zone.key, asked_at, told, told_at,
                _all_within(energies, since, until), _all_within(means, since, until),
            )
        )  # fmt: skip
    return found


async def _points(
    client: VrmClient, site: int, interval: str, borders: Sequence[float], codes: Iterable[str]
) -> Points:
    answer = await client.get(
        f"/installations/{site}/stats",
        {"type": "custom", "interval": interval, "start": int(borders[0]), "end": int(borders[-1]),
         "attributeCodes[]": list(codes)},
    )  # fmt: skip
    return points_of(answer.get("records"), client.place)


def points_of(records: object, place: str) -> Points:
    """The points of an answer by code; a code with nothing, `false` or an empty list, is left out.

    Raises:
        BadAnswer: it has another shape than published.
    """
    if records is None or records is False or records == []:
        return {}
    if isinstance(records, list):  # by instance: a site has one
        records = records[0].get("stats") if len(records) == 1 and isinstance(records[0], dict) else None
    if not isinstance(records, dict):
        raise BadAnswer(f"{place} gives statistics in another shape than published.")
    return {
        str(code): dict(_good(rows)) for code, rows in records.items() if isinstance(rows, list) and rows
    }  # fmt: skip


def _good(rows: Sequence[object]) -> Iterator[tuple[float, tuple[float, ...]]]:
    """The rows that are points; of two of one moment the later one holds."""
    for row in rows:
        if not isinstance(row, list) or len(row) < 2:
            continue
        at, *values = (number_of(each) for each in row[:4])
        known = tuple(value for value in values if value is not None)
        if at is not None and len(known) == len(values):
            yield at / MS, known


def _energies(points: Mapping[float, tuple[float, ...]]) -> dict[float, float]:
    """kWh; what is negative or more than any site makes is none."""
    return {at: values[0] for at, values in points.items() if 0.0 <= values[0] <= LARGEST_KWH}


def _means(points: Mapping[float, tuple[float, ...]]) -> dict[float, Spread]:
    found: dict[float, Spread] = {}
    for at, (mean, *rest) in points.items():
        low, high = rest if len(rest) == 2 else (mean, mean)
        found[at] = (mean, min(low, mean), max(high, mean))
    return found


def _all_within(by_code: Mapping[str, Mapping[float, _T]], since: float, until: float) -> dict[str, dict[int, _T]]:
    """What lies in a span, by number of the quarter from its begin on, in order; codes without any are left out."""
    found = {
        code: {int((at - since) // QUARTER_S): values[at] for at in sorted(values) if since <= at < until}
        for code, values in by_code.items()
    }
    return {code: values for code, values in found.items() if values}


def _told(coarse: Points, since: float) -> tuple[dict[str, float], float | None]:
    """The portal's own sums of the day that begins nearest to a moment, and when it begins."""
    told: dict[str, float] = {}
    begins = set()
    for code in FLOWS:
        sums = _energies(coarse.get(code, {}))
        at = min(sums, key=lambda at: abs(at - since), default=None)
        if at is not None and abs(at - since) < _NEAR_S:
            told[code] = sums[at]
            begins.add(at)
    return told, min(begins, default=None)


def yesterday(now: float, zone: ZoneInfo) -> date:
    """The last local day that is over."""
    return local(now, zone).date() - timedelta(days=1)
