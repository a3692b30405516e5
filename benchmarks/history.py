"""Size and speed of recorded history, side by side with other stores on the same samples.

One station of 500 paths on ten devices, read each 10 s, 73.5 changed values a poll (`history.md`'s figures); then one
of the recorded systems' rate, 1,500 paths and 15 changed values a poll. `HISTORY_DAYS=7` makes it a week.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.reading import Reading
from victron_console.model.service import ServiceReading
from victron_console.store.reader import Reader
from victron_console.store.rows import StationRecord, StationUpdate
from victron_console.store.upkeep import upkeep
from victron_console.store.writer import Writer

BEGIN = 1_763_596_800.0
"""A Thursday midnight UTC: the begin of a sealed week."""
CADENCE_S = 10
DEVICES = 10
DAY_S, WEEK_S, YEAR_DAYS = 86_400, 604_800, 365
HOUR_POLLS = 3600 // CADENCE_S
NAIVE_POLLS, INDEXED_POLLS = 4000, 1000
"""The naive table grows by the row: so many polls tell its size. With its index it only gets slower from there."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A station's data."""

    name: str
    paths: int
    fast: int
    """Paths that change at every poll, nearly."""
    medium: int
    """Paths that change at every second poll."""


HEAVY = Shape("500 paths, 73.5 changes a poll", 500, 62, 29)
LIGHT = Shape("1,500 paths, 15 changes a poll", 1500, 12, 7)


def samples(shape: Shape, polls: int, seed: int = 1) -> npt.NDArray[np.float64]:
    """Values by poll and path: powers over the day, voltages, currents, counters, and much that stands still."""
    random = np.random.default_rng(seed)
    at = np.arange(polls) * CADENCE_S
    values = np.empty((polls, shape.paths))
    for path in range(shape.paths):
        if path < shape.fast:
            day = np.maximum(0, np.sin(2 * np.pi * (at / DAY_S - 0.25))) * random.uniform(0.3, 1)
            if path % 3 == 0:  # a power, W
                values[:, path] = np.rint(3000 * day + np.cumsum(random.normal(0, 4, polls)) % 400 + 20)
            elif path % 3 == 1:  # a voltage, V
                values[:, path] = np.round(52 + day + random.normal(0, 0.03, polls), 2)
            else:  # a current, A
                values[:, path] = np.round(40 * day - 10 + random.normal(0, 0.6, polls), 1)
        elif path < shape.fast + shape.medium:
            values[:, path] = np.round(
                20 + np.cumsum(random.integers(-1, 2, polls) * (random.random(polls) < 0.75)) / 10, 1
            )
        else:  # changes now and then, or never
            steps = random.random(polls) < random.choice([0.0, 1e-4, 1e-3])
            values[:, path] = np.cumsum(steps) % 7
    return values


def updates(shape: Shape, values: npt.NDArray[np.float64]) -> Iterator[StationUpdate]:
    """The samples as the collector hands them over: one update a poll, each device read at its own moment."""
    random = np.random.default_rng(2)
    keys = [DeviceKey("battery", str(n)) for n in range(DEVICES)]
    members = [list(range(n, shape.paths, DEVICES)) for n in range(DEVICES)]
    for poll, row in enumerate(values.tolist()):
        begin = BEGIN + poll * CADENCE_S
        services = []
        for n, key in enumerate(keys):
            at = round(begin + 0.08 * n + float(random.random()) * 0.02, 3)
            readings = {f"P{path}": Reading(row[path], at) for path in members[n]}
            services.append(ServiceReading(f"x.{key}", key, at, readings))
        yield StationUpdate("alder", begin + 1, services)


def record(path: Path, shape: Shape, values: npt.NDArray[np.float64]) -> float:
    """Record and seal as the collector does; gives the seconds it took."""
    clock = ManualClock(BEGIN)
    writer = Writer(path, clock)
    writer.register([StationRecord("alder", "Alder")])
    took_s = 0.0
    for poll, update in enumerate(updates(shape, values)):
        clock.at = BEGIN + poll * CADENCE_S + 1
        began = time.perf_counter()
        writer.record(update)
        if poll % HOUR_POLLS == HOUR_POLLS - 1:
            upkeep(path, clock)
        took_s += time.perf_counter() - began
    began = time.perf_counter()
    upkeep(path, ManualClock(clock.at + WEEK_S + DAY_S))
    took_s += time.perf_counter() - began
    writer.close()
    with closing(sqlite3.connect(path)) as conn:  # the pages of an hour's hot rows, which the next hour would take
        conn.execute("VACUUM")
    return took_s


def naive(path: Path, values: npt.NDArray[np.float64], *, index: bool) -> float:
    """The table that everyone would begin with: time, station, path, value; to be asked, it needs its index."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("CREATE TABLE sample (at REAL, station TEXT, path TEXT, value REAL)")
    if index:
        conn.execute("CREATE INDEX sample_path ON sample (station, path, at)")
    names = [f"battery/{256 + n % DEVICES}/System/Cell{n}/Voltage" for n in range(values.shape[1])]
    began = time.perf_counter()
    for poll, row in enumerate(values.tolist()):
        at = BEGIN + poll * CADENCE_S
        conn.execute("BEGIN")
        conn.executemany(
            "INSERT INTO sample VALUES (?, 'alder-farm', ?, ?)", [(at, *pair) for pair in zip(names, row, strict=True)]
        )
        conn.execute("COMMIT")
    took_s = time.perf_counter() - began
    conn.close()
    return took_s


def _median_ms(work: Callable[[], object], rounds: int = 9) -> float:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return sorted(took)[rounds // 2] * 1000


def _queries(path: Path, days: float) -> None:
    end = BEGIN + days * DAY_S
    clock = ManualClock(end)
    with closing(Reader(path, clock)) as reader:
        middle = end - days * DAY_S / 2 + 1234
        asked: dict[str, Callable[[], object]] = {
            "whole span, 500 columns": lambda: reader.buckets("alder", "battery/0/P0", BEGIN, end, 500),
            "a year's range, 500 columns": lambda: reader.buckets(
                "alder", "battery/0/P0", end - YEAR_DAYS * DAY_S, end, 500
            ),
            "24 h raw, one series": lambda: reader.history("alder", "battery/1/P1", end - DAY_S, end),
            "state of the station at T": lambda: reader.snapshot("alder", middle),
            "energy of a day": lambda: reader.integral("alder", "battery/0/P0", end - DAY_S, end),
        }
        for name, work in asked.items():
            work()
            print(f"    {name:<32}{_median_ms(work):8.2f} ms")


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


def _compare(shape: Shape, days: float, folder: Path) -> None:
    values = samples(shape, int(days * DAY_S / CADENCE_S))
    raw = values.size
    changes = int(np.count_nonzero(np.diff(values, axis=0))) / (len(values) - 1)
    print(f"  {shape.name}: {days:g} days, {raw / 1e6:.1f} M samples, {changes:.1f} changed a poll")
    ours = folder / "ours.db"
    ours_s = record(ours, shape, values)
    rows = [("victron-console", float(_bytes(ours)), ours_s)]
    for name, polls, index in (("naive table", NAIVE_POLLS, False), ("with its index", INDEXED_POLLS, True)):
        part, file = values[:polls], folder / f"{polls}.db"
        whole = len(values) / len(part)
        naive_s = naive(file, part, index=index)
        rows.append((name, _bytes(file) * whole, naive_s * whole))
    if importlib.util.find_spec("duckdb"):
        rows.append(_duckdb(folder / "duck.db", values))
    for name, size, took_s in rows:
        print(f"    {name:<18}{size / raw:9.3f} B a sample {raw / took_s / 1e6:10.2f} M samples/s")
    start = folder / "start.db"
    record(start, shape, values[:HOUR_POLLS])
    year = _bytes(start) + (_bytes(ours) - _bytes(start)) / (days - 1 / 24) * YEAR_DAYS
    print(f"    {year / 1e6:.0f} MB a station-year: what an hour takes, and by the day what more takes")
    smaller, faster = rows[1][1] / rows[0][1], rows[2][2] / rows[0][2]
    print(f"    {smaller:.0f} times smaller than the naive table, written {faster:.1f} times as fast as with its index")
    _queries(ours, days)


def _duckdb(path: Path, values: npt.NDArray[np.float64]) -> tuple[str, float, float]:
    """Change-only rows, copied an hour at a time from CSV: row by row DuckDB takes a few thousand a second."""
    import duckdb  # type: ignore[import-not-found,unused-ignore]

    part_file = path.with_suffix(".csv")
    took_s = 0.0
    with closing(duckdb.connect(str(path))) as conn:
        conn.execute("CREATE TABLE change (path USMALLINT, at BIGINT, value DOUBLE)")
        for first in range(0, len(values), HOUR_POLLS):
            part = values[max(first - 1, 0) : first + HOUR_POLLS]
            polls, paths = np.nonzero(np.diff(part, axis=0))
            at = (BEGIN + (first + polls) * CADENCE_S) * 1000
            np.savetxt(part_file, np.column_stack((paths, at, part[polls + 1, paths])), ("%d", "%d", "%.10g"), ",")
            began = time.perf_counter()
            conn.execute(f"COPY change FROM '{part_file}' (HEADER false)")
            took_s += time.perf_counter() - began
    part_file.unlink()
    return "DuckDB, changes", _bytes(path), took_s


def main() -> None:
    """Print sizes, rates and query times."""
    days = float(os.environ.get("HISTORY_DAYS", "2"))
    for shape in (HEAVY, LIGHT):
        folder = Path(tempfile.mkdtemp(prefix="victron-console-bench-"))
        try:
            _compare(shape, days, folder)
        finally:
            shutil.rmtree(folder)
    if not importlib.util.find_spec("duckdb"):
        print("  DuckDB is not installed here: left out")
