"""MQTT: CPU of a collector that 200 stations tell 20 values a second each, and the time from message to screen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from aiomqtt import Client

from victron_console.collector.fleet import Fleet
from victron_console.config import station_from
from victron_console.config.watch import FixedStations
from victron_console.console.kit.view import FleetView
from victron_console.console.live.watch import StoreWatch
from victron_console.model.clock import SystemClock
from victron_console.model.device import class_of
from victron_console.model.station import StationState
from victron_console.simulator.fleet import demo_specs
from victron_console.simulator.simulated import SteppedFleet as Simulated
from victron_console.simulator.station import Station
from victron_console.store.read.reader import Reader
from victron_console.store.write.writer import Writer

STATIONS = 200
MESSAGES_PER_S = 20
BURSTS_PER_S = 4
MEASURED_S = 20.0
LONGEST_START_S = 90.0
SETTLE_S = 5.0
LONE_MESSAGES = 50
CLASSES = ("system", "battery", "vebus", "solarcharger")
"""The devices that speak all the time; one process cannot answer for 200 whole stations."""
POWER = "system/0/Dc/Battery/Power"


def portal(number: int) -> str:
    """The portal id of a station of the benchmark."""
    return f"c0619ab{number:05x}"


# ---- the stations, in a process of their own


def topics_of(station: Station) -> dict[str, object]:
    """All topics of a station, without their root."""
    return {
        f"{class_of(service)}/{tree.get('DeviceInstance', 0)}/{path}": None if value == [] else value
        for service, tree in station.services().items()
        if class_of(service) in CLASSES
        for path, value in tree.items()
    }


class Out:
    """A connection that only publishes, packets in bulk: a client library would be the bottleneck of 200 stations."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00")
        self._socket.recv(4)

    def publish(self, messages: Iterable[tuple[str, object]]) -> None:
        """Send them all; each value as Venus OS puts it."""
        self._socket.sendall(b"".join(_packet(topic, json.dumps(data).encode()) for topic, data in messages))


def _packet(topic: str, payload: bytes) -> bytes:
    """A PUBLISH of MQTT 3.1.1 at QoS 0."""
    name = topic.encode()
    size = len(name) + 2 + len(payload)
    length = bytes([size]) if size < 128 else bytes([size % 128 | 128, size // 128])
    return b"\x30" + length + len(name).to_bytes(2) + name + payload


async def publish(port: int, stations: int, lone_file: Path | None) -> None:
    """Answer keep-alives; then tell values at the rate of the benchmark, or lone ones with their times to a file."""
    state = topics_of(Simulated(demo_specs(1), SystemClock().now(), warm_up_s=60).stations[0])
    moving = [topic for topic, value in state.items() if isinstance(value, float)]
    out = Out(port)
    async with Client("127.0.0.1", port) as client:
        await client.subscribe("R/+/keepalive")
        tasks = [asyncio.create_task(_answer(client, out, state)), asyncio.create_task(_beat(out, stations))]
        if lone_file is None:
            await _tell_all(out, stations, [POWER, *moving])
        else:
            await _tell_lone(out, lone_file)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answer(client: Client, out: Out, state: Mapping[str, object]) -> None:
    async for message in client.messages:
        asked = message.payload.decode() if isinstance(message.payload, bytes) else ""
        root = f"N/{message.topic.value.split('/')[1]}"
        if "suppress-republish" not in asked:
            echo = json.loads(asked)["keepalive-options"][0]
            out.publish((f"{root}/{topic}", {"value": value}) for topic, value in state.items())
            out.publish([(f"{root}/full_publish_completed", {"value": int(time.time()), **echo})])


async def _beat(out: Out, stations: int) -> None:
    while True:
        out.publish((f"N/{portal(number)}/heartbeat", {"value": int(time.time())}) for number in range(stations))
        await asyncio.sleep(3)


async def _tell_all(out: Out, stations: int, topics: Sequence[str]) -> None:
    dice, due, count = random.Random(1), time.monotonic(), 0
    while True:
        for number in range(stations):
            count += MESSAGES_PER_S // BURSTS_PER_S
            told = (topics[(count + n) % 20] for n in range(MESSAGES_PER_S // BURSTS_PER_S))
            out.publish((f"N/{portal(number)}/{topic}", {"value": round(dice.uniform(100, 4000), 1)}) for topic in told)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due += 1 / BURSTS_PER_S / stations


async def _tell_lone(out: Out, file: Path) -> None:
    dice = random.Random(1)
    await asyncio.sleep(8)
    with file.open("w") as sent:
        for number in range(LONE_MESSAGES):
            await asyncio.sleep(dice.uniform(1.1, 1.5))
            power = 1000 + 50 * number
            sent.write(f"{power} {time.time()}\n")
            out.publish([(f"N/{portal(0)}/{POWER}", {"value": power})])


# ---- the console, in another


async def watch(store: Path) -> None:
    """Print each new battery power of the first station with the moment that the screens are given it."""
    seen: set[float] = set()

    def arrived(view: FleetView) -> None:
        power = view.sites[0].overview.battery_power_w if view.sites else None
        if power is not None and power not in seen:
            seen.add(power)
            print(f"{power:.0f} {time.time()}", flush=True)

    await StoreWatch(store, SystemClock()).run(arrived)


# ---- the collector, here


@contextlib.contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the context."""
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


async def collect(port: int, stations: int, store: Path, seconds: float) -> tuple[float, int]:
    """CPU share of one core once all is up, and stations live."""
    mqtt = {"host": "127.0.0.1", "port": port, "tls": False}
    files = FixedStations(
        tuple(
            station_from({"id": f"s{n}", "name": f"S{n}", "mqtt": {**mqtt, "portal_id": portal(n)}})
            for n in range(stations)
        )
    )
    fleet = Fleet(files, store, SystemClock(), random=random.Random(1))
    Writer(store, SystemClock()).close()
    task = asyncio.create_task(fleet.run())
    for _ in range(int(LONGEST_START_S)):
        await asyncio.sleep(1)
        if _live(store) == stations:
            break
    await asyncio.sleep(SETTLE_S)
    cpu, began = time.process_time(), time.monotonic()
    await asyncio.sleep(seconds)
    share = (time.process_time() - cpu) / (time.monotonic() - began)
    live = _live(store)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return share, live


def _live(store: Path) -> int:
    with contextlib.closing(Reader(store, SystemClock())) as reader:
        return sum(row.status.state is StationState.LIVE for row in reader.stations())


def main() -> None:
    """Measure and print."""
    logging.disable()
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        print("mosquitto is not installed: not measured")
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    me = (sys.executable, "-m", "benchmarks.mqtt")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        config = Path(folder) / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n")
        config.parent.chmod(0o755)
        with running(program, "-c", str(config)):
            time.sleep(0.5)
            with running(*me, "publish", str(port), str(STATIONS)):
                share, live = asyncio.run(collect(port, STATIONS, Path(folder) / "load.db", MEASURED_S))
            each_us = share / (STATIONS * MESSAGES_PER_S) * 1e6
            print(
                f"{live} of {STATIONS} stations, {STATIONS * MESSAGES_PER_S} messages a second: {100 * share:.0f} % of "
                f"one core, {each_us:.0f} us a message (wanted: at most 50 %)"
            )
            _print_latency(*_lone_messages(me, port, Path(folder)))


def _lone_messages(me: Sequence[str], port: int, folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """When each lone value was sent and when the screens had it."""
    sent_file, store = folder / "sent.txt", folder / "lone.db"
    with running(*me, "publish", str(port), "1", str(sent_file)), running(*me, "watch", str(store)) as watching:
        asyncio.run(collect(port, 1, store, 10 + 1.5 * LONE_MESSAGES))
        watching.kill()
        shown = watching.stdout.read() if watching.stdout else ""
    return _moments(sent_file.read_text()), _moments(shown)


def _moments(text: str) -> dict[str, float]:
    return {power: float(at) for power, at in (line.split() for line in text.splitlines())}


def _print_latency(sent: dict[str, float], shown: dict[str, float]) -> None:
    delays_ms = sorted(1000 * (shown[power] - at) for power, at in sent.items() if power in shown)
    p99 = delays_ms[int(0.99 * (len(delays_ms) - 1))]
    print(
        f"from message to screen, {len(delays_ms)} of {len(sent)} lone changes: median "
        f"{statistics.median(delays_ms):.0f} ms, p99 {p99:.0f} ms, longest {delays_ms[-1]:.0f} ms (wanted: at most 500)"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["publish"]:
        asyncio.run(publish(int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]) if len(sys.argv) > 4 else None))
    elif sys.argv[1:2] == ["watch"]:
        asyncio.run(watch(Path(sys.argv[2])))
    else:
        main()
