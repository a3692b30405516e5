"""A real broker on loopback (mosquitto), and a GX whose answers a test sets."""

from __future__ import annotations

import asyncio
import getpass
import json
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiomqtt import Client, MqttError

from victron_console.config.sources import MqttAccess
from victron_console.model.clock import SystemClock
from victron_console.sources.mqtt import Mqtt
from victron_console.sources.mqtt_session import Timing
from victron_console.sources.tasks import end

DATA = Path(__file__).parents[1] / "data"
PORTAL = "c0619ab00001"
USER, PASSWORD = "anyone", "let me in"
QUICK = Timing(awake_s=0.2, heartbeat_s=0.8, dump_retry_s=0.5, settle_s=0.1, quiet_s=0.6, ping_s=5)
"""The session's clockwork with the seconds of a test."""
STATE = {
    "system/0/Serial": PORTAL,
    "system/0/Dc/Battery/Power": 238,
    "system/0/Dc/Battery/Soc": 81.0,
    "battery/258/Dc/0/Voltage": 52.1,
    "battery/258/Dc/0/Current": -3.2,
    "battery/258/Soc": 81.0,
    "tank/21/Level": 40,
    "settings/0/Settings/SystemSetup/SystemName": "Alder",
}


@dataclass(frozen=True)
class Broker:
    """Where mosquitto listens: open, with a login, and with TLS."""

    port: int
    login_port: int
    tls_port: int
    config: Path
    process: list[subprocess.Popen[bytes]]

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        deadline = time.monotonic() + 10
        while not all(map(_is_open, (self.port, self.login_port, self.tls_port))):
            if not self.process or self.process[0].poll() is not None:
                with self.config.with_suffix(".log").open("ab") as log:
                    self.process[:] = [subprocess.Popen([_program(), "-c", str(self.config)], stderr=log)]
            assert time.monotonic() < deadline, self.config.with_suffix(".log").read_text()[-2000:]
            time.sleep(0.02)

    def stop(self) -> None:
        """End it at once."""
        for process in self.process:
            process.kill()
            process.wait()
        self.process.clear()


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _program() -> str:
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("mosquitto is not installed (apt-get install mosquitto): nothing to test MQTT against")
    return found


def _free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Mosquitto with three listeners, for all tests of this process."""
    program = _program()
    folder = tmp_path_factory.mktemp("mosquitto")
    passwords = folder / "passwords"
    passwords.write_text(f"{USER}:{PASSWORD}\nvictron-console:{PASSWORD}\nme@example.org:Token 123abc\n")
    subprocess.run([program.replace("sbin/", "bin/") + "_passwd", "-U", str(passwords)], check=True)
    for name in ("station.cert.pem", "station.key.pem"):
        shutil.copy(DATA / name, folder / name)
    plain, login, tls = _free_ports(3)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"user {getpass.getuser()}\nper_listener_settings true\n"  # as root it would drop its rights to the folder
        f"listener {plain} 127.0.0.1\nallow_anonymous true\n"
        f"listener {login} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n"
        f"listener {tls} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n"
        f"certfile {folder}/station.cert.pem\nkeyfile {folder}/station.key.pem\n"
    )
    running = Broker(plain, login, tls, config, [])
    running.start()
    yield running
    running.stop()


class Gx:
    """A GX device on the broker: a test sets what it says and how it behaves."""

    def __init__(self, client: Client, portal: str = PORTAL) -> None:
        self.state: dict[str, Any] = {**STATE, "system/0/Serial": portal}
        self.deaf = False
        self.heartbeat = True
        self.hidden = ""
        """A class that neither answers nor speaks."""
        self.asked: list[str] = []
        self._client = client
        self._portal = portal

    async def run(self) -> None:
        """Answer keep-alives and beat until cancelled."""
        await self._client.subscribe(f"R/{self._portal}/keepalive")
        await self.publish("system/0/Serial", {"value": self._portal}, retain=True)
        beating = asyncio.create_task(self._beat())
        try:
            async for message in self._client.messages:
                asked = message.payload.decode() if isinstance(message.payload, bytes) else ""
                self.asked.append(asked)
                if not self.deaf and "suppress-republish" not in asked:
                    await self._dump(asked)
        finally:
            await end(beating)

    async def say(self, topic: str, value: object) -> None:
        """Change a value and publish it."""
        self.state[topic] = value
        await self.publish(topic, {"value": value})

    async def leave(self, prefix: str) -> None:
        """Take a device off the bus."""
        for topic in [topic for topic in self.state if topic.startswith(prefix)]:
            del self.state[topic]
            await self.raw(topic, b"")

    async def publish(self, topic: str, data: object, *, retain: bool = False) -> None:
        """Publish JSON on one of the station's topics."""
        await self.raw(topic, json.dumps(data).encode(), retain=retain)

    async def raw(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish whatever bytes."""
        await self._client.publish(f"N/{self._portal}/{topic}", payload, retain=retain)

    async def _dump(self, asked: str) -> None:
        for topic, value in self.state.items():
            if topic.split("/")[0] != self.hidden:
                await self.publish(topic, {"value": value})
        options = json.loads(asked)["keepalive-options"] if asked else []
        echo = {key: value for option in options if isinstance(option, dict) for key, value in option.items()}
        await self.publish("full_publish_completed", {"value": int(SystemClock().now()), **echo})

    async def _beat(self) -> None:
        while True:
            if self.heartbeat:
                await self.publish("heartbeat", {"value": int(SystemClock().now())})
            await asyncio.sleep(0.1)


@asynccontextmanager
async def running_gx(port: int, portal: str = PORTAL, **login: Any) -> AsyncIterator[Gx]:  # noqa: ANN401  aiomqtt's own
    """A GX on the broker; its retained serial number goes with it."""
    async with Client("127.0.0.1", port, **login) as client:
        gx = Gx(client, portal)
        task = asyncio.create_task(gx.run())
        try:
            yield gx
        finally:
            await end(task)
            with suppress(MqttError):
                await gx.raw("system/0/Serial", b"", retain=True)


@pytest.fixture
async def gx(broker: Broker) -> AsyncIterator[Gx]:
    """The station that most tests look at."""
    async with running_gx(broker.port) as device:
        yield device


@pytest.fixture
def broker_access() -> Callable[..., MqttAccess]:
    """Makes the access to a port of the broker; what is not given is as a station file without it leaves it."""

    def access(port: int, **given: object) -> MqttAccess:
        values: dict[str, Any] = {"host": "127.0.0.1", "port": port, "tls": False, "ca_file": None, "fingerprint": ""}
        values |= {"user": "", "password": "", "portal_id": "", "vrm": False, "deadline_s": 2.0} | given
        return MqttAccess(**values)

    return access


@pytest.fixture
async def connect(broker_access: Callable[..., MqttAccess]) -> AsyncIterator[Callable[..., Mqtt]]:
    """Makes sources that are closed with the test."""
    made: list[Mqtt] = []

    def connected(port: int, *, timing: Timing = QUICK, **given: object) -> Mqtt:
        made.append(Mqtt(broker_access(port, **given), SystemClock(), timing=timing))
        return made[-1]

    yield connected
    for source in made:
        await source.close()


async def until(condition: Callable[[], object], within_s: float = 5.0) -> None:
    """Wait for a state, not for a time."""

    async def holds() -> object:
        return condition()

    await until_async(holds, within_s)


async def until_async(condition: Callable[[], Awaitable[object]], within_s: float = 5.0) -> None:
    """Wait for a state that has to be asked for."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110  what is waited for sets no event
            await asyncio.sleep(0.02)
