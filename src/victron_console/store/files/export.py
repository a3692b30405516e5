"""History as rows for other programs: `time, station, series, value, quality`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from math import ceil, inf, isfinite
from typing import Protocol

from victron_console.model.clock import iso_utc
from victron_console.model.device import split_series
from victron_console.model.quality import Quality
from victron_console.model.reading import Scalar
from victron_console.model.text import FORMULA
from victron_console.store.answers import Gap, GapKind, Point, SeriesRow
from victron_console.store.read.reader import Reader
from victron_console.store.read.trace import Span, merged

COLUMNS = ("time", "station", "series", "value", "quality")
_WINDOW_S = 86_400.0
"""A series is read a day at a time, so that a year of it never lies in memory ..."""
_QUIET_WINDOW_S = 32 * 86_400.0
"""... and up to so much where it does not change: ten years without it are a hundred reads, not thousands."""
MOST_ROW = 2**20
"""Characters of a row that is read; it holds five fields, of which a text and a reason have 16,384 at most."""
_INT64 = 2**63
"""Of whole numbers, in SQLite."""
_VALUE, _GAP_ENDS, _GAP_BEGINS = range(3)


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A series took this value; with quality `lost` and no value: nothing was received from here on."""

    at: float
    station: str
    series: str
    value: Scalar
    quality: Quality
    reason: str = ""
    """Why it is implausible."""


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
                yield ExportRow(point.at, station, name, point.value, point.quality, point.reason)


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
    begin, window_s = max(since, row.first_at), _WINDOW_S
    first = True
    while begin <= until:
        end = min(begin + window_s, until)
        points = reader.history(station, row.name, begin, end)
        window_s = min(window_s * 2, _QUIET_WINDOW_S) if len(points) <= 1 else _WINDOW_S
        for point in points:
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
            yield Point(at, None, Quality.LOST) if is_silent else replace(held, at=at)


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


class Sink(Protocol):
    """What takes text: an open file, or what passes it on."""

    def write(self, text: str, /) -> object:
        """Take a part."""
        ...


def write_csv(rows: Iterable[ExportRow], file: Sink) -> None:
    """Rows with a header; times in ISO 8601 UTC, no value as an empty field; `read_csv` gives them back.

    A text that could be taken for a number, for nothing, or by a spreadsheet for a formula is written as JSON, in
    quotes. The reason of an implausible value stands behind its quality: `implausible: out of range`.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        quality = f"{row.quality}: {row.reason}" if row.reason else row.quality
        writer.writerow((iso_utc(row.at), row.station, _cell(row.series), _cell(row.value), quality))


def _cell(value: Scalar) -> Scalar:
    if value is None:
        return ""
    if isinstance(value, str) and (value.startswith(FORMULA) or _as_number(value) != value):
        return json.dumps(value, ensure_ascii=False)
    return value


def _as_number(text: str) -> Scalar:
    """What an unquoted field says."""
    if not text or text[0] == '"':
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _scalar(cell: str) -> Scalar:
    """What a field says.

    Raises:
        ValueError: it is no text, or a number that no store holds.
    """
    if cell[:1] == '"':
        text = json.loads(cell)
        if not isinstance(text, str):
            raise ValueError(f"{cell[:40]} is no text")
        return text
    value = _as_number(cell)
    if (isinstance(value, int) and not -_INT64 <= value < _INT64) or (isinstance(value, float) and not isfinite(value)):
        raise ValueError(f"{cell[:40]} is a number that no store holds")
    return value


def _moment(text: str) -> float:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} is a time without its zone: an export says Z")
    return moment.timestamp()


def read_csv(file: Iterable[str]) -> Iterator[ExportRow]:
    """The rows that `write_csv` wrote.

    Raises:
        ValueError: a line is none of ours; the text names it.
    """
    held = 0

    def counted() -> Iterator[str]:
        nonlocal held
        for line in file:  # in quotation marks a row goes on over any number of lines
            held += len(line)
            if held > MOST_ROW:
                raise ValueError("a row is longer than any that we write: is a quotation mark left open?")
            yield line

    lines = csv.reader(counted())
    try:
        if tuple(next(lines, ())) != COLUMNS:
            raise ValueError(f"this is no export of ours: its first line is not {','.join(COLUMNS)}")
        held = 0
        for cells in lines:
            held = 0
            yield _row(cells)
    except (ValueError, OverflowError, csv.Error) as error:
        raise ValueError(f"line {lines.line_num}: {error}") from error


def _row(cells: Sequence[str]) -> ExportRow:
    time, station, series, value, said = cells
    quality, _, reason = said.partition(": ")
    name = str(_scalar(series))
    split_series(name)
    return ExportRow(_moment(time), station, name, _scalar(value), Quality(quality), reason)


def write_json_lines(rows: Iterable[ExportRow], file: Sink) -> None:
    """One JSON object a line; times in ISO 8601 UTC, no value as null; `reason` where there is one."""
    for row in rows:
        values = (iso_utc(row.at), row.station, row.series, row.value, row.quality)
        line = dict(zip(COLUMNS, values, strict=True)) | ({"reason": row.reason} if row.reason else {})
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
