"""The recorded series: which there are and what they hold, and one of them over time with its gaps."""

from __future__ import annotations

import re
from fnmatch import translate
from math import floor, log10

from victron_console.catalogue import catalogue
from victron_console.contract.form import Document, Moment, Number, Page, Part, Said, Value, page_of, written
from victron_console.model.clock import iso_utc
from victron_console.model.device import split_series
from victron_console.model.nearest import nearest
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.snapshot import Snapshot
from victron_console.model.units import DAY_S
from victron_console.store.answers import Gap, Point
from victron_console.store.errors import CannotAnswer
from victron_console.store.read.reader import Reader

MOST_POINTS = 2000
MOST_GAPS = 200
_WILD = frozenset("*?[")
_PIECE_S = DAY_S
_DIGITS = 6
"""Of a mean: no device measures finer."""


class FoundSeries(Part):
    """A recorded series and what it holds at the moment."""

    series: Said
    """Class, instance and path: what `read_series` takes."""
    name: Said
    """What its path is called."""
    device: Said
    value: Value
    meaning: Said | None
    """Of a value that is one of an enum, flag or alarm."""
    unit: str
    quality: Quality
    reason: Said
    """Why its value is not good."""
    read_at: Moment | None
    """When its device was last read; a value that did not change is as old as that."""


class SeriesFound(Document):
    """The series of a station that fit, by name."""

    id: str
    pattern: Said
    page: Page
    series: tuple[FoundSeries, ...]


class SeriesPoint(Part):
    """One column of a series. Means are weighted by time, over the part of the column that has values."""

    at: Moment
    """Its begin."""
    mean: Number
    low: Number
    high: Number
    last: Number


class SeriesChange(Part):
    """A series took this value and kept it until the next change."""

    at: Moment
    value: Value
    meaning: Said | None
    quality: Quality
    reason: Said


class SeriesGap(Part):
    """A span in which nothing was received."""

    since: Moment
    until: Moment | None
    """Null where it lasts."""
    kind: str
    device: str | None
    """Null where it is the whole station."""
    reason: Said


class SeriesRead(Document):
    """A series over a span, in equal columns or by its changes."""

    id: str
    series: Said
    name: Said
    unit: str
    since: Moment
    until: Moment
    step_s: Number
    """Length of a column; null where the changes themselves are told."""
    points: tuple[SeriesPoint | None, ...]
    """Of a number: each column, oldest first; null where nothing was received in it. Else empty."""
    changes: tuple[SeriesChange, ...]
    """Of a text, and where changes were asked for: the first carries what held at `since`."""
    next_since: Moment | None
    """Ask with this as `since` for the changes after these; null where all are told."""
    gaps: tuple[SeriesGap, ...]
    """Spans of which nothing is known, the oldest first."""


def find_series(
    reader: Reader, station: str, pattern: str, now: float, as_of: float | None, offset: int = 0, limit: int = 50
) -> SeriesFound:
    """The series of a station whose name fits a glob, or has the words in it or in what it is called.

    Raises:
        UnknownStation: the store never had it.
    """
    snapshot = reader.snapshot(station, as_of)
    fits = re.compile(translate(pattern if _WILD & set(pattern) else f"*{pattern}*"), re.IGNORECASE).match
    found = sorted(
        (key, path)
        for key, device in snapshot.devices.items()
        for path in device.readings
        if fits(key.series(path)) or fits(catalogue().name(key.cls, path))
    )
    return SeriesFound(
        at=iso_utc(now),
        live=as_of is None,
        id=station,
        pattern=pattern,
        page=page_of(len(found), offset, limit),
        series=tuple(_found(snapshot, key.series(path)) for key, path in found[offset : offset + limit]),
    )


def _found(snapshot: Snapshot, series: str) -> FoundSeries:
    key, path = split_series(series)
    reading: Reading = snapshot.read(key, path)
    device, metric = snapshot.devices[key], catalogue().metric(key.cls, path)
    return FoundSeries(
        series=series,
        name=catalogue().name(key.cls, path),
        device=device.name,
        value=reading.value,
        meaning=_meaning(series, reading.value),
        unit=metric.unit if metric else "",
        quality=reading.quality,
        reason=reading.reason,
        read_at=written(device.read_at),
    )


def _meaning(series: str, value: object) -> str | None:
    key, path = split_series(series)
    metric = catalogue().metric(key.cls, path)
    return catalogue().enum_text(metric, value) if isinstance(value, int | float | str) else None


def read_series(
    reader: Reader,
    station: str,
    series: str,
    since: float,
    until: float,
    now: float,
    as_of: float | None,
    *,
    points: int = 100,
    by_change: bool = False,
) -> SeriesRead:
    """A series over a span.

    Args:
        reader: of the store.
        station: whose.
        series: class, instance and path.
        since: begin of the span (UTC epoch, s).
        until: its end; what is later than `now` is left out.
        now: the moment that is looked from.
        as_of: the same where it is a past one; None is live.
        points: how many columns, or changes, at most.
        by_change: each change instead of columns.

    Raises:
        UnknownStation: the store never had it.
        CannotAnswer: it has no such series, which names the nearest, or the span is none.
    """
    until, points = min(until, now), max(1, min(points, MOST_POINTS))
    if until <= since:
        raise CannotAnswer("the span ends before it begins, or has not begun yet")
    rows = {row.name: row for row in reader.series(station)}
    if series not in rows:
        raise CannotAnswer(f"{station} has no series {series}{nearest(series, list(rows))}")
    key, path = split_series(series)
    by_change = by_change or isinstance(rows[series].value, str)
    changes = _changes(reader, station, series, since, until, points + 1) if by_change else []
    columns = [] if by_change else reader.buckets(station, series, since, until, points, as_of)
    step_s = (until - since) / points
    metric = catalogue().metric(key.cls, path)
    gaps = [one for one in reader.gaps(station, since, until, as_of) if one.device in (None, key)]
    return SeriesRead(
        at=iso_utc(now),
        live=as_of is None,
        id=station,
        series=series,
        name=catalogue().name(key.cls, path),
        unit=metric.unit if metric else "",
        since=iso_utc(since),
        until=iso_utc(until),
        step_s=step_s if columns else None,
        points=tuple(
            None
            if one is None
            else SeriesPoint(
                at=iso_utc(since + n * step_s), mean=_digits(one.mean), low=one.low, high=one.high, last=one.last
            )
            for n, one in enumerate(columns)
        ),
        changes=tuple(_change(series, one) for one in changes[:points]),
        next_since=iso_utc(changes[points].at) if len(changes) > points else None,
        gaps=tuple(map(_gap, gaps[:MOST_GAPS])),
    )


def _changes(reader: Reader, station: str, series: str, since: float, until: float, count: int) -> list[Point]:
    """The first changes of a span. It is read piece by piece: a year of some series is millions."""
    found: list[Point] = []
    begin, length_s = since, _PIECE_S
    while begin < until and len(found) < count:
        piece = reader.history(station, series, begin, min(begin + length_s, until))
        # The first point of a piece says what held at its begin, which is no change.
        found += [point for point in piece if point.at > begin or not found]
        begin += length_s
        length_s *= 2 if len(piece) < count else 1
    return found[:count]


def _change(series: str, point: Point) -> SeriesChange:
    return SeriesChange(
        at=iso_utc(point.at),
        value=point.value,
        meaning=_meaning(series, point.value),
        quality=point.quality,
        reason=point.reason,
    )


def _gap(gap: Gap) -> SeriesGap:
    return SeriesGap(
        since=iso_utc(gap.since),
        until=written(gap.until),
        kind=gap.kind.value,
        device=None if gap.device is None else str(gap.device),
        reason=gap.reason,
    )


def _digits(value: float) -> float:
    return value if value == 0.0 else round(value, _DIGITS - 1 - floor(log10(abs(value))))
