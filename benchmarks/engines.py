"""Handing over to an engine: the CPU of one collector of 300 stations with an engine and without it, in turn.

The engine is a process that takes requests as VictoriaMetrics answers them and throws them away.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.fleet import LONGEST_START_S, PORTS, SETTLE_S, series_read, served_stations
from victron_console.cli.running import look_for_garbage_rarely
from victron_console.collector.fleet import Fleet
from victron_console.config import EngineSettings, LoadResult, StationConfig, station_from
from victron_console.model.clock import SystemClock
from victron_console.store.connection import open_writable
from victron_console.store.engines import engine_states

ONLY_BY_NAME = True
STATIONS = 300
TURNS = 3
TURN_S = 20.0
"""Of each turn with and without; before it as long as it takes to send what waited."""
CAUGHT_UP_S = 12.0


class _Sink(BaseHTTPRequestHandler):
    """An engine that keeps nothing."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'flag{name="dedup.minScrapeInterval", value="1ms", is_set="true"} 1\nvm_app_start_timestamp 1\n'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class _Files:
    """Stations, and an engine that comes and goes."""

    def __init__(self, stations: tuple[StationConfig, ...], url: str) -> None:
        self._stations = stations
        plain = {"name": "engine", "kind": "victoriametrics", "url": url, "rate": 100_000}
        self._engine = EngineSettings.model_validate(plain)
        self._has_engine = self._is_edited = False

    def put(self, *, engine: bool) -> None:
        self._has_engine, self._is_edited = engine, True

    def changed(self) -> bool:
        edited, self._is_edited = self._is_edited, False
        return edited

    def reload(self) -> LoadResult:
        return LoadResult(stations=self._stations, engines=(self._engine,) if self._has_engine else ())


@contextlib.contextmanager
def _sink() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.engines", "sink"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


async def _collect(ports: list[int], stations: int, url: str, store: Path) -> None:
    configs = (
        {"id": f"s{n}", "name": f"Site {n}", "url": f"http://127.0.0.1:{ports[n % PORTS]}/{n}"} for n in range(stations)
    )
    files = _Files(tuple(map(station_from, configs)), url)
    task = asyncio.create_task(Fleet(files, store, SystemClock(), random=random.Random(1)).run())
    patience, known, before = time.monotonic() + LONGEST_START_S, 0, -1
    while time.monotonic() < patience and not stations <= known == before:
        await asyncio.sleep(SETTLE_S)
        known, before = series_read(store), known
    shares: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(2 * TURNS):
        has_engine = turn % 2 == 1
        files.put(engine=has_engine)
        await asyncio.sleep(CAUGHT_UP_S)
        cpu, began = time.process_time(), time.monotonic()
        await asyncio.sleep(TURN_S)
        shares[has_engine].append((time.process_time() - cpu) / (time.monotonic() - began))
    with contextlib.closing(open_writable(store)) as db:
        sent = engine_states(db.conn, all_known=True)[0].sent
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    without, with_it = (statistics.median(shares[it]) for it in (False, True))
    print(f"  {stations} stations: {100 * without:.1f} % of a core without an engine, {100 * with_it:.1f} % with one")
    print(f"  that took {sent:,} samples: {100 * (with_it / without - 1):+.1f} %", flush=True)


def main(stations: int = STATIONS) -> None:
    """Print the share of a core without and with an engine."""
    with served_stations() as served, _sink() as url, tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "benchmarks.engines", "collect", json.dumps(served.ports), str(stations), url]
        subprocess.run([*words, folder], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["sink"]:
        with ThreadingHTTPServer(("127.0.0.1", 0), _Sink) as listening:
            print(listening.server_address[1], flush=True)
            listening.serve_forever()
    elif sys.argv[1:2] == ["collect"]:
        logging.disable()
        look_for_garbage_rarely()
        asyncio.run(_collect(json.loads(sys.argv[2]), int(sys.argv[3]), sys.argv[4], Path(sys.argv[5]) / "fleet.db"))
    else:
        main(*map(int, sys.argv[1:2]))
