"""A real broker on loopback (mosquitto), and a GX whose answers a test sets.

Each test has a broker of its own: what one that broke off left behind on it (a retained serial number) is seen by no
other. What is judged by time (a heartbeat, a silence) is judged by a clock that the test moves.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiomqtt import Client
from tests.patience import PATIENCE_S, wait_until

from victron_console.config.sources import MqttAccess
from victron_console.model.clock import Clock, ManualClock, SystemClock
from victron_console.sources.mqtt import Mqtt
from victron_console.sources.mqtt_session import Timing
from victron_console.sources.tasks import end

DATA = Path(__file__).parents[1] / "data"
PORTAL = "c0619ab00001"
USER, PASSWORD = "anyone", "let me in"
QUICK = Timing(awake_s=0.2, settle_s=0.1, dump_retry_s=PATIENCE_S)
"""The session's clockwork with the seconds of a test; its limits are those of a station."""
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
        with self.config.with_suffix(".log").open("ab") as log:
            self.process[:] = [subprocess.Popen([_program(), "-c", str(self.config)], stderr=log)]
        wait_until(self._is_ready)

    def _is_ready(self) -> bool:
        assert self.process[0].poll() is None, self.config.with_suffix(".log").read_text()[-2000:]
        return all(map(_is_open, (self.port, self.login_port, self.tls_port)))

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
def logins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a broker lets in by, and its certificate: a folder that brokers read and none writes."""
    folder = tmp_path_factory.mktemp("logins")
    passwords = folder / "passwords"
    passwords.write_text(f"{USER}:{PASSWORD}\nvictron-console:{PASSWORD}\nme@example.org:Token 123abc\n")
    subprocess.run([_program().replace("sbin/", "bin/") + "_passwd", "-U", str(passwords)], check=True)
    for name in ("station.cert.pem", "station.key.pem"):
        shutil.copy(DATA / name, folder / name)
    return folder


@pytest.fixture
def broker(logins: Path, tmp_path: Path) -> Iterator[Broker]:
    """Mosquitto with three listeners, for one test."""
    plain, login, tls = _free_ports(3)
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        f"user {getpass.getuser()}\nper_listener_settings true\n"  # as root it would drop its rights to the folder
        f"listener {plain} 127.0.0.1\nallow_anonymous true\n"
        f"listener {login} 127.0.0.1\nallow_anonymous false\npassword_file {logins}/passwords\n"
        f"listener {tls} 127.0.0.1\nallow_anonymous false\npassword_file {logins}/passwords\n"
        f"certfile {logins}/station.cert.pem\nkeyfile {logins}/station.key.pem\n"
    )
    running = Broker(plain, login, tls, config, [])
    running.start()
    yield running
    running.stop()


class Gx:
    """A GX device on the broker: a test sets what it says and how it behaves."""

    def __init__(self, client: Client, clock: Clock, portal: str = PORTAL) -> None:
        self.state: dict[str, Any] = {**STATE, "system/0/Serial": portal}
        self.deaf = False
        self.heartbeat = True
        self.hidden = ""
        """A class that neither answers nor speaks."""
        self.asked: list[str] = []
        self._client = client
        self._clock = clock
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
        for topic, value in tuple(self.state.items()):
            if topic.split("/")[0] != self.hidden:
                await self.publish(topic, {"value": value})
        options = json.loads(asked)["keepalive-options"] if asked else []
        echo = {key: value for option in options if isinstance(option, dict) for key, value in option.items()}
        await self.publish("full_publish_completed", {"value": int(self._clock.now()), **echo})

    async def _beat(self) -> None:
        while True:
            if self.heartbeat:
                await self.beat()
            await asyncio.sleep(0.1)

    async def beat(self) -> None:
        """Show that the station lives."""
        await self.publish("heartbeat", {"value": int(self._clock.now())})


@asynccontextmanager
async def running_gx(port: int, clock: Clock, portal: str = PORTAL, **login: Any) -> AsyncIterator[Gx]:  # noqa: ANN401  aiomqtt's own
    """A GX on the broker."""
    async with Client("127.0.0.1", port, **login) as client:
        gx = Gx(client, clock, portal)
        task = asyncio.create_task(gx.run())
        try:
            yield gx
        finally:
            await end(task)


@pytest.fixture
async def gx(broker: Broker, clock: ManualClock) -> AsyncIterator[Gx]:
    """The station that most tests look at."""
    async with running_gx(broker.port, clock) as device:
        yield device


@pytest.fixture
def broker_access() -> Callable[..., MqttAccess]:
    """Makes the access to a port of the broker; what is not given is as a station file without it leaves it."""

    def access(port: int, **given: object) -> MqttAccess:
        values: dict[str, Any] = {"host": "127.0.0.1", "port": port, "tls": False, "ca_file": None, "fingerprint": ""}
        values |= {"user": "", "password": "", "portal_id": "", "vrm": False, "deadline_s": PATIENCE_S} | given
        return MqttAccess(**values)

    return access


@pytest.fixture
def clock() -> ManualClock:
    """Stands still at the present until the test moves it."""
    return ManualClock(SystemClock().now())


@pytest.fixture
async def connect(broker_access: Callable[..., MqttAccess], clock: ManualClock) -> AsyncIterator[Callable[..., Mqtt]]:
    """Makes sources that are closed with the test."""
    made: list[Mqtt] = []

    def connected(port: int, *, timing: Timing = QUICK, **given: object) -> Mqtt:
        made.append(Mqtt(broker_access(port, **given), clock, timing=timing))
        return made[-1]

    yield connected
    for source in made:
        await source.close()
