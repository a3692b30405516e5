"""A fleet over HTTP: CPU, memory and age of values of a collector at 10 to 1,000 stations, beside a bare asyncio loop.

The collector is a process of its own at each size. The stations are another one that only hands out answers made
beforehand: twelve sites of the simulator in turn, each service as it was at eight moments. The bare loop makes the same
requests with nothing but an asyncio protocol and the JSON parser: what the whole pipeline takes is held against it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic_core import from_json

from victron_console.cli.running import event_loop_factory, look_for_garbage_rarely
from victron_console.collector.fleet import Fleet
from victron_console.config import station_from
from victron_console.config.watch import FixedStations
from victron_console.model.clock import SystemClock
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.simulated import SteppedFleet

ONLY_BY_NAME = True
SIZES = (10, 100, 300, 1000)
SITES = 12
MOMENTS = 8
STEP_S = 10.0
PORTS = 16
"""A port can be asked some 28,000 times a minute: each connection keeps a number of ours for that long."""
LONGEST_START_S = 180.0
SETTLE_S = 10.0
MEASURED_S = 40.0
BARE_REQUESTS = 2000


# ---- the stations, in a process of their own


class _Site:
    """What one simulated site answers: the head's place is filled in later, the bodies are whole."""

    def __init__(self, moments: list[dict[str, dict[str, object]]]) -> None:
        services = sorted(moments[0])
        listed = {"services": services, "count": len(services), "success": True}
        self.calls = {
            "/": [_body({"name": "Victron DBus API Server", "version": "3.2.0"})],
            "/services": [_body(listed)],
            "/health": [_body({"success": True})],
        }
        for service in services:
            answers = [{"service": service, "path": "/", "value": m[service], "success": True} for m in moments]
            self.calls[f"/value?service={service}&path=%2F"] = [_body(answer) for answer in answers]


def _body(answer: object) -> bytes:
    return json.dumps(answer, indent=2).encode()


def _sites() -> list[_Site]:
    fleet = SteppedFleet(demo_specs(SITES), SystemClock().now(), warm_up_s=600)
    at, moments = SystemClock().now(), []
    for _ in range(MOMENTS):
        at += STEP_S
        fleet.step_to(at, STEP_S)
        moments.append([{service: dict(tree) for service, tree in s.services().items()} for s in fleet.stations])
    return [_Site([moment[n] for moment in moments]) for n in range(SITES)]


class _Server(asyncio.Protocol):
    """One connection, as the device's server has it: one answer of HTTP/1.0, then closed."""

    sites: list[_Site]
    requests = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        target = data.split(b" ", 2)[1].decode()
        _, number, call = target.split("/", 2)
        _Server.requests += number.isdigit()
        if number == "count":
            body = str(_Server.requests).encode()
        else:
            bodies = self.sites[int(number) % SITES].calls["/" + call]
            body = bodies[int(time.time() / STEP_S) % len(bodies)]
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()).encode()
        head = (
            b"HTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6\r\nDate: " + date + b"\r\nContent-type: application/json\r\n\r\n"
        )
        self._transport.write(head + body)
        self._transport.close()


async def _serve() -> None:
    _Server.sites = _sites()
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(_Server, "127.0.0.1", 0, backlog=1024) for _ in range(PORTS)]
    services = [[call for call in site.calls if call.startswith("/value")] for site in _Server.sites]
    print(json.dumps([[server.sockets[0].getsockname()[1] for server in servers], services]), flush=True)
    await asyncio.Event().wait()


# ---- the bare loop


class _Bare(asyncio.Protocol):
    """One request and its whole answer."""

    def __init__(self, target: str, done: asyncio.Future[bytes]) -> None:
        self._request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        self._done = done
        self._chunks: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(b"".join(self._chunks))


async def _ask(port: int, target: str) -> bytes:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bytes] = loop.create_future()
    await loop.create_connection(lambda: _Bare(target, done), "127.0.0.1", port)
    return (await done).split(b"\r\n\r\n", 1)[1]


async def _bare_ms(served: _Served) -> float:
    """CPU of this process a request, ms."""
    dice = random.Random(1)
    numbers = [dice.randrange(SITES) for _ in range(BARE_REQUESTS)]
    targets = [f"/{n}{dice.choice(served.calls[n])}" for n in numbers]

    async def ask_each(part: int, of: int) -> None:
        for n, target in list(enumerate(targets))[part::of]:
            from_json(await _ask(served.ports[n % PORTS], target))

    began = time.process_time()
    await asyncio.gather(*(ask_each(part, 20) for part in range(20)))
    return (time.process_time() - began) / BARE_REQUESTS * 1000


# ---- the collector, in a process of its own


@dataclass(frozen=True, slots=True)
class _Served:
    """Where the stations are, and what each site can be asked for its values."""

    ports: list[int]
    calls: list[list[str]]


@dataclass(frozen=True, slots=True)
class _Measured:
    """What a collector took, and what its store then said."""

    cpu_share: float
    memory_mb: float
    requests: int
    seconds: float
    live: int
    ages_s: list[float]
    """Seconds since the newest values of each station were asked for."""


async def _collect(ports: list[int], stations: int, folder: Path) -> _Measured:
    store = folder / "fleet.db"
    configs = (
        {"id": f"s{n}", "name": f"Site {n}", "url": f"http://127.0.0.1:{ports[n % PORTS]}/{n}"} for n in range(stations)
    )
    fleet = Fleet(FixedStations(tuple(map(station_from, configs))), store, SystemClock(), random=random.Random(1))
    task = asyncio.create_task(fleet.run())
    patience = time.monotonic() + LONGEST_START_S
    known, before, busy_s, busy_before_s = 0, -1, 0.0, 0.0
    while not task.done() and time.monotonic() < patience:
        if stations <= known == before and busy_s > 0.9 * busy_before_s:
            break  # every value was read once, and every rule is bound
        cpu = time.process_time()
        await asyncio.sleep(SETTLE_S)
        known, before = series_read(store), known
        busy_s, busy_before_s = time.process_time() - cpu, busy_s
    asked, cpu, began = int(await _ask(ports[0], "/count/")), time.process_time(), time.monotonic()
    await asyncio.sleep(MEASURED_S)
    seconds = time.monotonic() - began
    share, asked = (time.process_time() - cpu) / seconds, int(await _ask(ports[0], "/count/")) - asked
    live, ages_s = _rows(store)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return _Measured(share, _memory_mb(), asked, seconds, live, ages_s)


def _rows(store: Path) -> tuple[int, list[float]]:
    """The stations that are live, and the age of each one's values, s."""
    now = time.time()
    try:
        with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT state, read_at FROM summary").fetchall()
    except sqlite3.OperationalError:
        return 0, []
    return sum(state == "live" for state, _ in rows), sorted(now - at for _, at in rows if at is not None)


def series_read(store: Path) -> int:
    """How many series were read once: while they grow, the fleet is still at its first pictures."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM series").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def _memory_mb() -> float:
    """The largest resident size of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


@contextlib.contextmanager
def served_stations() -> Iterator[_Served]:
    """The stations, in a process of their own."""
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.fleet", "serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield _Served(*json.loads(server.stdout.readline()))
    finally:
        server.kill()
        server.communicate()


def _measure(served: _Served, stations: int) -> _Measured:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        words = [sys.executable, "-m", "benchmarks.fleet", "collect", json.dumps(served.ports), str(stations), folder]
        told = subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True)
    return _Measured(**json.loads(told.stdout))


def _row(stations: int, it: _Measured, bare_ms: float) -> str:
    each_ms = it.cpu_share * it.seconds / max(1, it.requests) * 1000
    p99 = it.ages_s[int(0.99 * (len(it.ages_s) - 1))] if it.ages_s else float("nan")
    return (
        f"  {stations:8,}{it.requests / it.seconds:13.0f}{100 * it.cpu_share:11.1f} %{each_ms:14.2f} ms"
        f"{each_ms / bare_ms:8.1f} x{it.memory_mb:9.0f} MB{p99:10.1f} s{it.live:9,} of {stations:,}"
    )


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print a line for each size of fleet."""
    with served_stations() as served, asyncio.Runner() as runner:
        bare_ms = min(runner.run(_bare_ms(served)) for _ in range(3))
        loop = "asyncio's" if event_loop_factory() is None else "uvloop's"
        print(f"  bare loop: {bare_ms:.2f} ms a request; {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
        print(f"  the collector turns in {loop} loop")
        print("  stations   requests/s   one core   CPU a request   x bare   memory   age p99   live")
        for stations in sizes:
            print(_row(stations, _measure(served, stations), bare_ms), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(_serve())
    elif sys.argv[1:2] == ["collect"]:
        logging.disable()
        look_for_garbage_rarely()
        with asyncio.Runner(loop_factory=event_loop_factory()) as runner:
            measured = runner.run(_collect(json.loads(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
        print(json.dumps({name: getattr(measured, name) for name in _Measured.__slots__}))
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
