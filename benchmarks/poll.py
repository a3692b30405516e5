"""CPU of one poll of a station's `system` service, against a bare asyncio loop with the same JSON parser."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from pydantic_core import from_json

from victron_console.config import station_from
from victron_console.insight.overview.overview import overview
from victron_console.model.clock import SystemClock
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.simulated import SteppedFleet
from victron_console.sources.open_source import open_source
from victron_console.store.records import StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

POLLS = 300
ROUNDS = 5
SYSTEM = "com.victronenergy.system"

_SERVER = """
import asyncio, sys
value, root = (open(f, "rb").read() for f in sys.argv[1:3])
async def answer(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    body = root if head.startswith(b"GET / ") else value
    writer.write(b"HTTP/1.0 200 OK\\r\\nContent-type: application/json\\r\\n\\r\\n" + body)
    await writer.drain()
    writer.close()
async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


async def _bare(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /value?service={SYSTEM}&path=/ HTTP/1.0\r\n\r\n".encode())
    body = await reader.read()
    writer.close()
    await writer.wait_closed()
    from_json(body.split(b"\r\n\r\n", 1)[1])


async def _cpu_ms(work: Callable[[], Awaitable[object]]) -> float:
    """CPU of this process a call, ms; the server's is its own."""
    await work()
    began = time.process_time()
    for _ in range(POLLS):
        await work()
    return (time.process_time() - began) / POLLS * 1000


def _system_tree() -> dict[str, object]:
    station = SteppedFleet(demo_specs(3)[2:], SystemClock().now(), warm_up_s=600).stations[0]
    return dict(station.services()[SYSTEM])


async def _measure(port: int, store: Path) -> None:
    clock = SystemClock()
    source = open_source(station_from({"id": "alder", "name": "Alder", "url": f"http://127.0.0.1:{port}"}), clock)
    writer = Writer(store, clock)
    writer.register([StationRecord("alder", "Alder")])

    async def whole() -> None:
        read = await source.read(SYSTEM)
        device = DeviceState(read.key, SYSTEM, read.readings, read_at=read.at)
        shown = overview(Snapshot("alder", clock.now(), {read.key: device}))
        writer.record(StationUpdate("alder", clock.now(), [read], overview=shown))

    bare, client, all_of_it = [], [], []
    for _ in range(ROUNDS):
        bare.append(await _cpu_ms(lambda: _bare(port)))
        client.append(await _cpu_ms(lambda: source.read(SYSTEM)))
        all_of_it.append(await _cpu_ms(whole))
    writer.close()
    await source.close()
    floor = statistics.median(bare)
    for name, values in (("bare loop", bare), ("source", client), ("source, figures and store", all_of_it)):
        print(f"  {name:<28}{statistics.median(values):6.2f} ms   {statistics.median(values) / floor:5.1f} x")


def main() -> None:
    """Print the CPU a poll of each, and how many times the bare loop's that is."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / "value.json", Path(folder) / "root.json"]
        answer = {"service": SYSTEM, "path": "/", "value": _system_tree(), "success": True}
        files[0].write_text(json.dumps(answer, indent=2))
        files[1].write_text(json.dumps({"name": "Victron DBus API Server", "version": "3.2.0"}))
        server = subprocess.Popen([sys.executable, "-c", _SERVER, *map(str, files)], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            asyncio.run(_measure(int(server.stdout.readline()), Path(folder) / "store.db"))
        finally:
            server.terminate()
            server.wait()
