"""One connection to a broker that carries a station: login, portal id, keep-alive, full dumps, heartbeat.

Read-only: the one topic it publishes on is `R/<portal>/keepalive`. What the values mean is the tree's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from aiomqtt import Message, MqttError

from victron_console.config.sources import MqttAccess
from victron_console.model.clock import Clock
from victron_console.sources import mqtt_failures
from victron_console.sources.base import SourceError, Traffic
from victron_console.sources.hidden import Hidden
from victron_console.sources.mqtt_connection import connected, leave, place_of
from victron_console.sources.mqtt_guard import GuardedClient
from victron_console.sources.mqtt_tree import QUIET_S, Tree
from victron_console.sources.tasks import end
from victron_console.sources.values import parse_json

SERIALS = "N/+/system/0/Serial"
"""Its value is the portal id; the one topic that a GX retains."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The clockwork of a session, s. The defaults are those of the contract."""

    awake_s: float = 25.0
    """Between two keep-alives; the station falls silent 60 s after the last."""
    heartbeat_s: float = 10.0
    """Without a heartbeat for so long the station does not live; it sends one each 3 s."""
    dump_retry_s: float = 3.0
    """A full dump that did not end by then was not granted: asked for again."""
    repair_s: float = 900.0
    """Between two full dumps that repair what was lost on the way: nothing else does at QoS 0."""
    settle_s: float = 0.3
    """For retained portal ids to come in; a second one means that the station must be named."""
    quiet_s: float = QUIET_S
    ping_s: int = 20


class Session:
    """One connection. `open` it; `check` it before its tree is believed; `close` it."""

    def __init__(
        self, access: MqttAccess, clock: Clock, traffic: Traffic, on_change: Callable[[str], None], timing: Timing
    ) -> None:
        self.place = place_of(access)
        self.portal = access.portal_id
        self.tree = Tree(self.portal)
        self.clock_skew_s: float | None = None
        self.heartbeat_seen = asyncio.Event()
        self._access = access
        self._clock = clock
        self._traffic = traffic
        self._on_change = on_change
        self._timing = timing
        self._client: GuardedClient | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._error: SourceError | None = None
        self._alive_at = clock.monotonic()
        self._found: dict[str, None] = {}
        self._named = asyncio.Event()
        self._dumped = asyncio.Event()
        self._echo = ""
        self._dump_due = 0.0

    # ---- what the source asks

    async def open(self) -> None:
        """Connect, find the station and take a full dump of it.

        Raises:
            SourceError: with the narrowest class that fits; nothing is left open.
        """
        try:
            self._traffic.requests += 1
            self._client = await connected(self._access, self._receive, self._timing.ping_s)
            await self._find_station()
            self.tree = Tree(self.portal, quiet_s=self._timing.quiet_s, hidden=Hidden.of_mqtt(self._access))
            await self._subscribe(f"N/{self.portal}/#")
            await self._first_dump()
        except MqttError as error:
            failure = self._explained(error)
            await self.close()
            raise failure from error
        except BaseException:
            await self.close()
            raise
        self._alive_at = self._clock.monotonic()
        self._tasks = [
            asyncio.create_task(self._told(work), name=f"mqtt {self.portal}")
            for work in (self._stay_connected(), self._stay_awake())
        ]

    @property
    def is_connected(self) -> bool:
        """Whether the connection stands, whatever comes over it."""
        return self._error is None

    def check(self) -> None:
        """Raises SourceError where what was received cannot be believed to hold any more."""
        if self._error is not None:
            raise self._error
        silent_s = self._clock.monotonic() - self._alive_at
        if silent_s > self._timing.heartbeat_s:
            raise mqtt_failures.no_heartbeat(self.place, self.portal, silent_s)

    async def round_trip(self) -> None:
        """Ask the broker something and wait for its answer.

        Raises:
            SourceError: it gave none, or is not connected.
        """
        try:
            await self._subscribe(f"N/{self.portal}/#")
        except MqttError as error:
            raise self._explained(error) from error

    async def close(self) -> None:
        """End the connection. May be called twice."""
        tasks, self._tasks = self._tasks, []
        for (
            task
        ) in tasks:  # each by itself: whoever waits for both would pass a cancellation on once, and it may be lost
            await end(task)
        client, self._client = self._client, None
        if client is not None:
            await leave(client)

    def _explained(self, error: Exception) -> SourceError:
        """What went wrong; where we ended the connection ourselves, why, whatever came of it."""
        refusal = self._client.refusal if self._client is not None else None
        return mqtt_failures.explain(refusal or error, self.place)

    async def _subscribe(self, topics: str) -> None:
        if self._client is None:
            raise MqttError("not connected")
        self._traffic.requests += 1
        await self._client.subscribe(topics)

    # ---- the station

    async def _find_station(self) -> None:
        """Learn the portal id, or which ids there are in case the given one is wrong. VRM refuses the wide filter."""
        if self._access.vrm:
            return
        await self._subscribe(SERIALS)
        if self.portal:
            return
        try:
            async with asyncio.timeout(self._access.deadline_s):
                await self._named.wait()
        except TimeoutError:
            raise mqtt_failures.no_station(self.place, self._access.deadline_s) from None
        await asyncio.sleep(self._timing.settle_s)
        if len(self._found) > 1:
            raise mqtt_failures.several_stations(self.place, list(self._found))
        self.portal = next(iter(self._found))

    async def _first_dump(self) -> None:
        """Ask for everything until it came whole: of all clients together only three dumps a second are granted.

        As long as something new comes, a slow link is given its time. A station that gives its values but never says
        that this was all (its firmware is old, or its connection breaks) is taken as it is.
        """
        deadline_s = self._access.deadline_s
        size = -1
        while self.tree.size > size:
            size = self.tree.size
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(deadline_s):
                    while not await self._dump():
                        pass
                return
        if any(device.key.cls == "system" for device in self.tree.devices.values()):
            return
        if self._found and self.portal not in self._found:
            raise mqtt_failures.other_stations(self.place, self.portal, list(self._found))
        raise mqtt_failures.no_answer(self.place, self.portal, deadline_s)

    async def _dump(self) -> bool:
        """Have every topic repeated; returns whether all came."""
        self._echo = secrets.token_hex(6)
        self._dumped.clear()
        self.tree.begin_dump()
        await self._keep_awake({"full-publish-completed-echo": self._echo})
        size = -1
        while not self._dumped.is_set() and self.tree.size > size:
            size = self.tree.size
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._timing.dump_retry_s):
                    await self._dumped.wait()
        if not self._dumped.is_set():
            self.tree.end_dump(self._clock.monotonic(), whole=False)
            return False
        self._dump_due = self._clock.monotonic() + self._timing.repair_s
        return True

    async def _keep_awake(self, option: object) -> None:
        """The only thing that is ever published."""
        if self._client is None:
            raise MqttError("not connected")
        self._traffic.requests += 1
        await self._client.publish(f"R/{self.portal}/keepalive", json.dumps({"keepalive-options": [option]}))

    async def _told(self, work: Coroutine[None, None, None]) -> None:
        """Do what keeps the session alive; what fails is told by `check`."""
        try:
            await work
        except MqttError as error:
            self._error = self._error or self._explained(error)
            for service in self.tree.devices:  # whoever reads next learns of it at once
                self._on_change(service)

    async def _stay_connected(self) -> None:
        assert self._client is not None
        async for _ in self._client.messages:  # none comes this way; it ends with the connection
            pass

    async def _stay_awake(self) -> None:
        while True:
            await asyncio.sleep(self._timing.awake_s)
            now = self._clock.monotonic()
            if now >= self._dump_due or self.tree.suspects(now):
                await self._dump()
            else:
                await self._keep_awake("suppress-republish")

    # ---- what comes in

    def _receive(self, message: Message) -> None:
        topic, payload = message.topic.value, message.payload
        if not isinstance(payload, bytes):
            return
        self._traffic.bytes_in += len(topic) + len(payload)
        what = topic.partition("/")[2].partition("/")
        if what[2] == "system/0/Serial":
            self._take_serial(what[0], payload)
        if what[0] != self.portal or message.retain:  # a GX retains no value: what is retained is nobody's
            return
        if what[2] == "heartbeat":
            self._note_alive(payload)
        elif what[2] == "full_publish_completed":
            self._note_dumped(payload)
        else:
            now = self._clock.monotonic()
            if service := self.tree.take(topic, payload, self._clock.now(), now):
                self._on_change(service)

    def _take_serial(self, portal: str, payload: bytes) -> None:
        if payload and _object(payload).get("value") == portal:
            self._found[portal] = None
            self._named.set()

    def _note_alive(self, payload: bytes) -> None:
        self._alive_at = self._clock.monotonic()
        self.heartbeat_seen.set()
        self._note_clock(_object(payload).get("value"))

    def _note_dumped(self, payload: bytes) -> None:
        said = _object(payload)
        if said.get("full-publish-completed-echo", self._echo) != self._echo:
            return  # another client's; devices without the echo (Venus OS before 3.50) give none
        self.tree.end_dump(self._clock.monotonic(), whole=True)
        self._note_clock(said.get("value"))
        self._dumped.set()

    def _note_clock(self, epoch: object) -> None:
        if isinstance(epoch, int | float) and not isinstance(epoch, bool) and abs(epoch) < 2**53:
            self.clock_skew_s = epoch + 0.5 - self._clock.now()


def _object(payload: bytes) -> dict[str, object]:
    try:
        data = parse_json(payload)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
