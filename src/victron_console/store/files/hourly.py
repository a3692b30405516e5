"""Hourly energies of a house in a CSV, as a meter's portal or a spreadsheet gives them, taken for rows of an export."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from math import isfinite

from victron_console.model.quality import Quality
from victron_console.store.files.export import COLUMNS, ExportRow, read_csv

TIMES = ("time", "begin_utc_s")
SERIES = {"load_kwh": "system/0/Ac/Consumption/L1/Power", "pv_kwh": "system/0/Dc/Pv/Power"}
"""What a column is recorded as: the mean power of its step, W."""
LONGEST_STEP_S = 3600.0
MOST_LINES = 2_000_000


def read_rows(lines: Iterable[str], station: str | None) -> Iterator[ExportRow]:
    """The rows of an export, or of a table of energies that `station` is the id for.

    A table names its columns in the first line: `time` (ISO 8601 with its zone) or `begin_utc_s` (seconds since 1970),
    `load_kwh`, `pv_kwh`; others are left out. A line is the energy from its time to the next, at most an hour: what is
    missing between two lines stays unknown.

    Raises:
        ValueError: a line is none of these; the text names it.
    """
    found = iter(lines)
    first = next(found, "")
    names = [name.strip() for name in first.strip().split(",")]
    if tuple(names) == COLUMNS or names[0] not in TIMES:
        yield from read_csv(_again(first, found))
        return
    wanted = [name for name in SERIES if name in names]
    if not wanted:
        raise ValueError(f"line 1: a column {' or '.join(SERIES)} is expected beside {names[0]}")
    if station is None:
        raise ValueError("a table of energies names no station: say which it is with --as ID")
    table = _table(found, names, wanted)
    for name in wanted:
        yield from _powers(station, SERIES[name], table[names[0]], table[name])


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _table(lines: Iterator[str], names: list[str], wanted: list[str]) -> dict[str, list[float | None]]:
    found: dict[str, list[float | None]] = {name: [] for name in (names[0], *wanted)}
    for number, cells in enumerate(csv.reader(lines), start=2):
        if number > MOST_LINES:
            raise ValueError(f"more than {MOST_LINES:,} lines: leave out what is older")
        if not cells:
            continue
        row = dict(zip(names, cells, strict=False))
        try:
            moment = row[names[0]].strip()
            found[names[0]].append(_moment(moment) if names[0] == "time" else _number(moment))
            for name in wanted:
                text = row.get(name, "").strip()
                found[name].append(_number(text) if text else None)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    return found


def _moment(text: str) -> float:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} is a time without its zone: write 2026-05-01T14:00+02:00 or ...Z")
    return moment.timestamp()


def _number(text: str) -> float:
    value = float(text)
    if not isfinite(value) or not 0.0 <= value < 1e10:
        raise ValueError(f"a number from 0 on is expected, got {text[:40]!r}")
    return value


def _powers(station: str, series: str, times: list[float | None], energies: list[float | None]) -> Iterator[ExportRow]:
    """Mean powers, and where nothing is known that."""
    moments = [at for at in times if at is not None]
    steps = [late - early for early, late in pairwise(moments)]
    if any(step <= 0.0 for step in steps):
        raise ValueError("the lines are not in order of time")
    usual = min([LONGEST_STEP_S, *steps])
    for at, step, kwh in zip(moments, [*steps, usual], energies, strict=True):
        length = min(step, LONGEST_STEP_S)
        if kwh is None:
            yield ExportRow(at, station, series, None, Quality.ABSENT)
            continue
        yield ExportRow(at, station, series, round(kwh * 3.6e6 / length, 1), Quality.GOOD)
        if step > length or at == moments[-1]:
            yield ExportRow(at + length, station, series, None, Quality.ABSENT)
