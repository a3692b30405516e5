"""One simulated station on an MQTT broker, with the manners of Venus OS's own publisher (dbus-flashmq).

Asleep but for its retained serial number until a keep-alive comes, then one dump of everything, changes as they happen
and a heartbeat; 60 s after the last keep-alive it falls silent. All at QoS 0. Read-only: a write is not even heard.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping

from aiomqtt import Client

from victron_console.model.clock import Clock
from victron_console.model.device import class_of
from victron_console.simulator.publish.values import Tree
from victron_console.simulator.scenario import Faults

AWAKE_S = 60.0
HEARTBEAT_S = 3.0
STEP_S = 1.0
"""The devices of a station publish once a second."""


class MqttStation:
    """A station's publisher. `run` it until it is cancelled."""

    def __init__(
        self,
        bus: Callable[[], Mapping[str, Tree]],
        faults: Callable[[], Faults],
        now: Callable[[], float],
        clock: Clock,
    ) -> None:
        """Args:
        bus: the services now, by bus name; one is `com.victronenergy.system` with the portal id as its `Serial`.
        faults: what is wrong now: lost communication silences the station, a hung class its devices.
        now: the station's own time, UTC epoch in seconds.
        clock: measures how long it stays awake.
        """
        self.portal = str(bus()["com.victronenergy.system"]["Serial"])
        self._bus = bus
        self._faults = faults
        self._now = now
        self._clock = clock
        self._awake_until = 0.0
        self._told: dict[str, str] = {}

    async def run(self, host: str, port: int) -> None:
        """Publish until cancelled.

        Raises:
            MqttError: the broker is not there, or went away.
        """
        async with Client(host, port) as client:
            await client.subscribe(f"R/{self.portal}/keepalive")
            await client.publish(f"N/{self.portal}/system/0/Serial", _payload(self.portal), retain=True)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._answer(client))
                group.create_task(self._publish_changes(client))
                group.create_task(self._beat(client))

    @property
    def _silent(self) -> bool:
        return self._clock.monotonic() >= self._awake_until or self._faults().comms_lost

    async def _answer(self, client: Client) -> None:
        """Take keep-alives; those that ask for it get everything."""
        async for message in client.messages:
            asked = message.payload.decode(errors="replace") if isinstance(message.payload, bytes) else ""
            was_asleep = self._silent
            self._awake_until = self._clock.monotonic() + AWAKE_S
            if was_asleep:
                self._told = self._topics()
            if "suppress-republish" in asked or self._silent:
                continue
            self._told = self._topics()
            for topic, payload in self._told.items():
                await client.publish(topic, payload)
            said = {"value": int(self._now())} | _echo(asked)
            await client.publish(f"N/{self.portal}/full_publish_completed", json.dumps(said))

    async def _publish_changes(self, client: Client) -> None:
        """What changed, once a second; of a service that left, an empty payload on each of its topics."""
        while True:
            await asyncio.sleep(STEP_S)
            if self._silent:
                continue
            before, self._told = self._told, self._topics()
            for topic, payload in self._told.items():
                if before.get(topic) != payload:
                    await client.publish(topic, payload)
            for topic in before.keys() - self._told.keys():
                await client.publish(topic, b"")

    async def _beat(self, client: Client) -> None:
        while True:
            if not self._silent:
                await client.publish(f"N/{self.portal}/heartbeat", _payload(int(self._now())))
            await asyncio.sleep(HEARTBEAT_S)

    def _topics(self) -> dict[str, str]:
        """Every topic with its payload; a hung service shows what was last heard of it."""
        hung = self._faults().hung_class
        topics: dict[str, str] = {}
        for service, tree in self._bus().items():
            cls = class_of(service)
            root = f"N/{self.portal}/{cls}/{_instance(tree)}/"
            if cls == hung:
                topics |= {topic: payload for topic, payload in self._told.items() if topic.startswith(root)}
            else:
                topics |= {root + path: _payload(None if value == [] else value) for path, value in tree.items()}
        return topics


def _instance(tree: Tree) -> str:
    instance = tree.get("DeviceInstance")
    return str(instance if isinstance(instance, int) else tree.get("Identifier") or 0)


def _payload(value: object) -> str:
    return json.dumps({"value": value}, ensure_ascii=False)


def _echo(asked: str) -> dict[str, object]:
    """The token that a keep-alive wants back."""
    try:
        options = json.loads(asked).get("keepalive-options", [])
        found = [option for option in options if isinstance(option, dict)]
    except (ValueError, AttributeError, TypeError):
        return {}
    return {key: value for option in found for key, value in option.items()}
