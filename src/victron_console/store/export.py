"""History as rows for other programs: `time, station, series, value, quality`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from math import ceil, inf
from typing import TextIO

from victron_console.model.clock import iso_utc
from victron_console.model.device import split_series
from victron_console.model.quality import Quality
from victron_console.model.reading import Scalar
from victron_console.store.reader import Reader
from victron_console.store.rows import Gap, GapKind, Point, SeriesRow
from victron_console.store.trace import Span, merged

COLUMNS = ("time", "station", "series", "value", "quality")
_WINDOW_S = 86_400.0
"""A series is read a day at a time, so that a year of it never lies in memory."""
_VALUE, _GAP_ENDS, _GAP_BEGINS = range(3)


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A series took this value; with quality `lost` and no value: nothing was received from here on."""

    at: float
    station: str
    series: str
    value: Scalar
    quality: Quality


def export(
    reader: Reader,
    stations: Iterable[str],
    globs: Sequence[str],
    since: float,
    until: float,
    every_s: float | None = None,
) -> Iterator[ExportRow]:
    """The history of some series, by station, series and time.

    Without `every_s`: one row a change, a row of quality `lost` where a gap begins, and the value again where it ends.
    With it: one row a step, at multiples of `every_s` since 1970, with the value that held then.

    Args:
        reader: the store.
        stations: their ids.
        globs: series names; `*` stands for any text, with slashes too.
        since: begin (UTC epoch, s); a series begins where its device was first read.
        until: end, not in the future.
        every_s: seconds between two rows.

    Raises:
        UnknownStation: the store never had one of them.
    """
    for station in stations:
        gaps = reader.gaps(station, since, until)
        names = {row.name: row for glob in globs for row in reader.series(station, glob)}
        for name, row in sorted(names.items()):
            rows = _changes(_points(reader, station, row, since, until), _silent(gaps, row, until))
            for point in rows if every_s is None else _steps(rows, until, every_s):
                yield ExportRow(point.at, station, name, point.value, point.quality)


def _silent(gaps: Iterable[Gap], row: SeriesRow, until: float) -> list[Span]:
    """When nothing was received of a series. Set aside is none by itself: it turns stale when its last values do."""
    device, _ = split_series(row.name)
    kinds = (GapKind.STALE, GapKind.LOST, GapKind.GONE)
    spans = [
        (g.since, inf if g.until is None or g.until > until else g.until)
        for g in gaps
        if g.device == device and g.kind in kinds
    ]
    return merged(spans)


def _points(reader: Reader, station: str, row: SeriesRow, since: float, until: float) -> Iterator[Point]:
    begin = max(since, row.first_at)
    first = True
    while begin <= until:
        end = min(begin + _WINDOW_S, until)
        for point in reader.history(station, row.name, begin, end):
            if first or point.at > begin:  # what holds at the begin of a later window was a row of the one before
                yield point
            first = False
        if end == until:
            return
        begin = end


def _changes(points: Iterable[Point], silent: Sequence[Span]) -> Iterator[Point]:
    """Points and gaps in one line of rows."""
    # At one moment a gap begins after the last value before it, and ends with the first value after it.
    values = ((point.at, _VALUE, point) for point in points)
    ends = ((end, _GAP_ENDS, None) for _, end in silent)
    begins = ((begin, _GAP_BEGINS, None) for begin, _ in silent)
    held: Point | None = None
    is_silent = False
    for at, what, point in merge(values, ends, begins, key=lambda mark: mark[:2]):
        if what == _GAP_BEGINS:
            is_silent = True
        elif what == _GAP_ENDS:
            is_silent = False
        elif point is not None:
            is_first, held = held is None, point
            if is_silent and not is_first:
                continue  # read in the moment the gap ends: its row is next
        if held is not None and at < inf:
            yield Point(at, None, Quality.LOST) if is_silent else Point(at, held.value, held.quality)


def _steps(rows: Iterable[Point], until: float, every_s: float) -> Iterator[Point]:
    """What held at each multiple of `every_s`."""
    held: Point | None = None
    step = 0
    for row in rows:
        if held is None:
            step = ceil(row.at / every_s)
        else:
            # In the moment that a gap begins, what was just read still held.
            while step * every_s < row.at or (step * every_s == row.at and row.quality is Quality.LOST):
                yield replace(held, at=step * every_s)
                step += 1
        held = row
    while held is not None and step * every_s <= until:
        yield replace(held, at=step * every_s)
        step += 1


def write_csv(rows: Iterable[ExportRow], file: TextIO) -> None:
    """Rows with a header; times in ISO 8601 UTC, no value as an empty field."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        value = "" if row.value is None else row.value
        writer.writerow((iso_utc(row.at), row.station, row.series, value, row.quality))


def write_json_lines(rows: Iterable[ExportRow], file: TextIO) -> None:
    """One JSON object a line; times in ISO 8601 UTC, no value as null."""
    for row in rows:
        values = (iso_utc(row.at), row.station, row.series, row.value, row.quality)
        file.write(json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False) + "\n")
