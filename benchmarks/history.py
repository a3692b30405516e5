"""Size and speed of recorded history, side by side with other stores on the same samples.

One station of 500 paths on ten devices, read each 10 s, 73.5 changed values a poll (figures of real stations); then one
of the recorded systems' rate, 1,500 paths and 15 changed values a poll. `HISTORY_DAYS=7` makes it a week. At last a
year of one station: its answers, and the console that draws it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import _stores, _year
from benchmarks._samples import BEGIN, CADENCE_S, DAY_S, HEAVY, HOUR_POLLS, LIGHT, Shape, samples, updates
from benchmarks._stores import Measured, Values, file_bytes
from victron_console.model.clock import ManualClock
from victron_console.store.read.reader import Reader
from victron_console.store.records import StationRecord
from victron_console.store.sealed.upkeep import upkeep
from victron_console.store.write.writer import Writer

WEEK_S, YEAR_DAYS = 604_800, 365
PLAIN_POLLS, INDEXED_POLLS = 4000, 1000
"""A table grows by the row: so many polls tell its size and speed. With its index it only gets slower from there."""
NOTES = (
    "Every store gets the same values at the same moments: each device has its own, to the ms.",
    "victron-console   one transaction a poll; sealing and merging are in its time",
    "naive table       plain tuples, one transaction a poll; waits for the disk as little as victron-console does.",
    "                  Of both the CPU time counts, so that other programs do not; of those below the time they took",
    "DuckDB            changes only, copied from CSV by the hour",
    "VictoriaMetrics   JSON by the hour over its HTTP API; its last merge is not in its time, its caches not in its",
    "                  size. At round 10 s: as if all values had come at one moment, which loses when they were read",
)


def record(path: Path, shape: Shape, values: Values) -> Measured:
    """Record and seal as the collector does."""
    clock = ManualClock(BEGIN)
    writer = Writer(path, clock)
    writer.register([StationRecord("alder", "Alder")])
    took_s = 0.0
    for poll, update in enumerate(updates(shape, values)):
        clock.at = BEGIN + poll * CADENCE_S + 1
        began = time.process_time()
        writer.record(update)
        if poll % HOUR_POLLS == HOUR_POLLS - 1:
            upkeep(path, clock)
        took_s += time.process_time() - began
    began = time.process_time()
    upkeep(path, ManualClock(clock.at + WEEK_S + DAY_S))
    took_s += time.process_time() - began
    writer.close()
    with closing(sqlite3.connect(path)) as conn:  # the pages of an hour's hot rows, which the next hour would take
        conn.execute("VACUUM")
    return Measured("victron-console", file_bytes(path), took_s)


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
            "24 h raw, one series": lambda: reader.history("alder", "battery/1/P1", end - DAY_S, end),
            "state of the station at T": lambda: reader.snapshot("alder", middle),
            "energy of a day": lambda: reader.integral("alder", "battery/0/P0", end - DAY_S, end),
        }
        for name, work in asked.items():
            work()
            print(f"    {name:<32}{_median_ms(work):8.2f} ms")


def _scaled(part: Measured, values: Values, polls: int) -> Measured:
    """What so many polls of a table took, for all of them."""
    whole = max(1.0, len(values) / polls)
    return replace(part, size_bytes=round(part.size_bytes * whole), took_s=part.took_s * whole)


def _compare(shape: Shape, days: float, folder: Path) -> None:
    values = samples(shape, int(days * DAY_S / CADENCE_S))
    raw = values.size
    changes = int(np.count_nonzero(np.diff(values, axis=0))) / (len(values) - 1)
    print(f"  {shape.name}: {days:g} days, {raw / 1e6:.1f} M samples, {changes:.1f} changed a poll")
    ours = record(folder / "ours.db", shape, values)
    plain = _scaled(_stores.naive(folder / "plain.db", values[:PLAIN_POLLS], index=False), values, PLAIN_POLLS)
    indexed = _scaled(_stores.naive(folder / "indexed.db", values[:INDEXED_POLLS], index=True), values, INDEXED_POLLS)
    others = list(_stores.others(folder, values))
    for one in (ours, plain, indexed, *others):
        rate = raw / one.took_s / 1e6
        print(f"    {one.name:<40}{one.size_bytes / raw:9.3f} B a sample {rate:10.2f} M samples/s")
    start = record(folder / "start.db", shape, values[:HOUR_POLLS])
    year = start.size_bytes + (ours.size_bytes - start.size_bytes) / (days - 1 / 24) * YEAR_DAYS
    print(f"    {year / 1e6:.0f} MB a station-year: what an hour takes, and by the day what more takes")
    for one in (plain, indexed):
        print(
            f"    {one.size_bytes / ours.size_bytes:.0f} times smaller than the {one.name}, "
            f"written {one.took_s / ours.took_s:.1f} times as fast"
        )
    victoria = [one for one in others if one.name.startswith("VictoriaMetrics")]
    for is_round in (False, True):
        same = [one for one in victoria if one.name.endswith("10 s") is is_round]
        if same:
            best = min(same, key=lambda one: one.size_bytes)
            print(f"    {ours.size_bytes / best.size_bytes:.2f} of the size of {best.name}")
    _queries(folder / "ours.db", days)


def main() -> None:
    """Print sizes, rates and query times."""
    days = float(os.environ.get("HISTORY_DAYS", "2"))
    for note in NOTES:
        print(f"  {note}")
    for shape in (HEAVY, LIGHT):
        folder = Path(tempfile.mkdtemp(prefix="victron-console-bench-"))
        try:
            _compare(shape, days, folder)
        finally:
            shutil.rmtree(folder)
    if absent := _stores.missing():
        print(f"  not installed here, left out: {', '.join(absent)}")
    _year.measure()
