"""The same samples in other stores: what people would use else. Each gets what is fastest and smallest for it."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks._samples import BEGIN, CADENCE_S, DEVICES, HOUR_POLLS, moments

Values = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]
"""By poll and device, ms."""

NAIVE_POLLS, INDEXED_POLLS = 4000, 1000
"""The naive table grows by the row: so many polls tell its size. With its index it only gets slower from there."""
VICTORIA = "victoria-metrics"
_STARTS_S, _MERGES_S = 30.0, 120.0
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Measured:
    """What one store made of all the samples."""

    name: str
    size_bytes: float
    took_s: float


def names(paths: int) -> list[str]:
    """Of the series, as a station would have them."""
    return [f"battery/{256 + n % DEVICES}/System/Cell{n}/Voltage" for n in range(paths)]


def file_bytes(path: Path) -> int:
    """Of a database with what lies beside it."""
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


def naive(path: Path, values: Values, *, index: bool) -> Measured:
    """The table that everyone would begin with: time, station, path, value; to be asked, it needs its index.

    It gets plain tuples, one transaction a poll, and as little waiting for the disk as ours.
    """
    part = values[: INDEXED_POLLS if index else NAIVE_POLLS]
    conn = sqlite3.connect(path, isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = NORMAL")
    conn.execute("CREATE TABLE sample (at REAL, station TEXT, path TEXT, value REAL)")
    if index:
        conn.execute("CREATE INDEX sample_path ON sample (station, path, at)")
    paths = names(values.shape[1])
    began = time.process_time()
    for poll, row in enumerate(part.tolist()):
        at = BEGIN + poll * CADENCE_S
        conn.execute("BEGIN")
        conn.executemany(
            "INSERT INTO sample VALUES (?, 'alder-farm', ?, ?)", [(at, *pair) for pair in zip(paths, row, strict=True)]
        )
        conn.execute("COMMIT")
    took_s = time.process_time() - began
    conn.close()
    whole = len(values) / len(part)
    return Measured("naive, with index" if index else "naive table", file_bytes(path) * whole, took_s * whole)


def others(folder: Path, values: Values) -> Iterator[Measured]:
    """Those that are installed here. VictoriaMetrics is given round times, too, as if it had asked the station."""
    own = moments(len(values))
    if find_spec("duckdb"):
        yield _duckdb(folder / "duck.db", values, own)
    if shutil.which(VICTORIA):
        every_10_s = np.broadcast_to((own[:, :1] // (1000 * CADENCE_S)) * 1000 * CADENCE_S, own.shape)
        for times, said in ((own, ""), (every_10_s, " at round 10 s")):
            for changes_only, what in ((False, "all"), (True, "changes")):
                name = f"VictoriaMetrics, {what}{said}"
                yield _victoria(folder / name, values, times, name, changes_only=changes_only)


def missing() -> list[str]:
    """Those that are not."""
    return [
        name
        for name, found in (("DuckDB", find_spec("duckdb")), ("VictoriaMetrics", shutil.which(VICTORIA)))
        if not found
    ]


def _duckdb(path: Path, values: Values, times: Times) -> Measured:
    """Change-only rows, copied an hour at a time from CSV: row by row DuckDB takes a few thousand a second."""
    import duckdb  # type: ignore[import-not-found,unused-ignore]

    part_file = path.with_suffix(".csv")
    took_s = 0.0
    with closing(duckdb.connect(str(path))) as conn:
        conn.execute('CREATE TABLE change (path USMALLINT, "at" BIGINT, value DOUBLE)')
        for first in range(0, len(values), HOUR_POLLS):
            part = values[max(first - 1, 0) : first + HOUR_POLLS]
            polls, paths = np.nonzero(np.diff(part, axis=0))
            at = times[first + polls, paths % DEVICES]
            np.savetxt(part_file, np.column_stack((paths, at, part[polls + 1, paths])), ("%d", "%d", "%.10g"), ",")
            began = time.perf_counter()
            conn.execute(f"COPY change FROM '{part_file}' (HEADER false)")
            took_s += time.perf_counter() - began
    part_file.unlink()
    return Measured("DuckDB, changes", file_bytes(path), took_s)


def _victoria(folder: Path, values: Values, times: Times, name: str, *, changes_only: bool) -> Measured:
    """An hour at a time over /api/v1/import; the time of its merge and the size of its caches count not."""
    with _Victoria(folder) as server:
        took_s = 0.0
        for first in range(0, len(values), HOUR_POLLS):
            body = b"".join(_lines(values, times, first, changes_only=changes_only))
            began = time.perf_counter()
            server.ask("/api/v1/import", body)
            took_s += time.perf_counter() - began
        began = time.perf_counter()
        server.ask("/internal/force_flush")
        took_s += time.perf_counter() - began
        server.merge()
    kept = [file for part in ("data", "indexdb") for file in (folder / part).rglob("*") if file.is_file()]
    return Measured(name, sum(file.stat().st_size for file in kept), took_s)


def _lines(values: Values, times: Times, first: int, *, changes_only: bool) -> Iterator[bytes]:
    """One hour of each series as VictoriaMetrics takes it."""
    part, at = values[first : first + HOUR_POLLS], times[first : first + HOUR_POLLS]
    before = values[first - 1] if first else np.full(values.shape[1], np.nan)
    changed = np.diff(part, axis=0, prepend=before[None, :]) != 0
    for path, name in enumerate(names(values.shape[1])):
        kept = changed[:, path] if changes_only else slice(None)
        if found := part[kept, path].tolist():
            metric = {"__name__": name, "station": "alder-farm"}
            line = {"metric": metric, "values": found, "timestamps": at[kept, path % DEVICES].tolist()}
            yield json.dumps(line).encode() + b"\n"


class _Victoria:
    """A server of one's own, that only this machine can ask."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._arguments = [
            VICTORIA, f"-storageDataPath={folder}", f"-httpListenAddr={self._address}", "-retentionPeriod=100y",
            "-loggerLevel=ERROR",
        ]  # fmt: skip

    def __enter__(self) -> _Victoria:
        self._process = subprocess.Popen(self._arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + _STARTS_S
        while True:
            try:
                self.ask("/health")
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > end or self._process.poll() is not None:
                    self.__exit__()
                    raise
                time.sleep(0.05)
            else:
                return self

    def ask(self, path: str, body: bytes | None = None) -> str:
        """What it answers."""
        with _DIRECT.open(f"http://{self._address}{path}", body, timeout=600) as answer:
            return str(answer.read().decode())

    def merge(self) -> None:
        """Make it as small as it gets."""
        self.ask("/internal/force_merge")
        end = time.monotonic() + _MERGES_S
        while True:
            time.sleep(0.2)  # it begins after it has answered
            if not self._is_merging() or time.monotonic() > end:
                return

    def _is_merging(self) -> bool:
        lines = self.ask("/metrics").splitlines()
        return any(line.startswith("vm_active_") and "merge" in line and line.split()[-1] != "0" for line in lines)

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)  # it writes what it still holds
        self._process.wait(timeout=60)
