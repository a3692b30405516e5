"""A station over its D-Bus HTTP API. Owns what the calls mean; `wire` has the manners, `values` what a value is worth.

Read-only: the API can write values, this source has no way to.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping

import httpx

from victron_console.config.sources import HttpAccess, HttpSettings
from victron_console.model.clock import Clock
from victron_console.model.device import BUS_PREFIX, class_of
from victron_console.model.reading import Reading
from victron_console.model.text import clean
from victron_console.sources.base import (
    BadAnswer,
    BusDead,
    Discovery,
    Misconfigured,
    NoSuchService,
    ServiceReading,
    TimedOut,
    Traffic,
)
from victron_console.sources.naming import DeviceNames, KnownDevice
from victron_console.sources.values import MAX_PATHS, read_tree
from victron_console.sources.wire import Answer, Wire

log = logging.getLogger(__name__)

IDENTITY = "Victron DBus API Server"
MAX_SERVICES = 200
HELD_S = 20.0
"""A 404 that took longer is what the server says of a service that hung: it gives one up after 25 to 50 s."""
FREE_DEADLINE_S = 60.0
"""A hung service holds the whole server about 50 s."""
_BUS_NAME = re.compile(re.escape(BUS_PREFIX) + r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


class HttpApi:
    """One station's values, read one service at a time.

    Nothing but the identity is asked of a server that has not said it is the API, and nothing but its health of one
    that timed out, until it has answered that: it may be held by a hung service for 50 s.
    """

    def __init__(
        self,
        access: HttpAccess,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        free_deadline_s: float = FREE_DEADLINE_S,
        known: Mapping[str, KnownDevice] | None = None,
    ) -> None:
        """Args:
        access: where, how to get in, and the seconds an ordinary request may take.
        clock: names the moment of each reading.
        transport: what carries the requests; None is the network.
        free_deadline_s: seconds to wait for a server that a hung service holds.
        known: devices that services (by bus name) were in an earlier run; they keep their keys.
        """
        self.traffic = Traffic()
        self._deadline_s = access.deadline_s
        self._free_deadline_s = free_deadline_s
        self._wire = Wire(access, clock, self.traffic, transport)
        self._names = DeviceNames(known)
        self._api = ""
        self._may_be_held = False
        self._shortened: set[str] = set()
        self._last: dict[str, tuple[int, Mapping[str, Reading]]] = {}
        """A hash of the last answer of each service, and its readings."""

    async def discover(self) -> Discovery:
        """Who answers there and which services it has.

        Raises:
            Misconfigured: something else than the API answers, or the login or certificate is wrong.
            BusDead: the API knows no service.
            SourceError: as it fits.
        """
        with self.traffic.counting_errors():
            await self._wait_if_held()
            await self._identify()
            answer = await self._ask("/services")
            services = self._services(self._object(answer))
            self._names.on_bus(services)
            self._last = {service: last for service, last in self._last.items() if service in services}
            return Discovery(services, self._api, answer.clock_skew_s)

    async def read(self, service: str) -> ServiceReading:
        """All values of a service. After a `TimedOut` it waits for the server first, as `recovered` does.

        Raises:
            TimedOut: the service hung, or the link is slow. Call `recovered` before anything else.
            NoSuchService: it left the bus, gave no values, or hung until the server gave up.
            SourceError: as it fits.
        """
        with self.traffic.counting_errors():
            await self._wait_if_held()
            if not self._api:
                await self._identify()
            answer = await self._ask("/value", service=service, path="/")
            readings = self._readings(answer, service)
            return ServiceReading(
                service=service,
                key=self._names.key(service, readings),
                at=answer.at,
                readings=readings,
                round_trip_s=answer.round_trip_s,
                size_bytes=len(answer.body),
                clock_skew_s=answer.clock_skew_s,
            )

    async def recovered(self) -> None:
        """Wait until the server is free: one `/health`, which touches no D-Bus, with a limit of a minute.

        Raises:
            SourceError: it is not free within that, or not there at all.
        """
        with self.traffic.counting_errors():
            await self._wait_until_free()

    async def listens(self) -> bool | None:
        """None: an idle connection blocks the server for everyone."""
        return None

    async def close(self) -> None:
        """Let go of everything. May be called twice."""
        await self._wire.close()

    async def _wait_if_held(self) -> None:
        if self._may_be_held:
            await self._wait_until_free()

    async def _wait_until_free(self) -> None:
        self._may_be_held = True
        answer = await self._wire.get("/health", self._free_deadline_s)
        if answer.status >= 500:  # of a proxy that gave up waiting; anything else the server had to be free for
            raise BadAnswer(f"{answer.place} answered HTTP {answer.status}: the device may still be busy.")
        self._may_be_held = False

    async def _ask(self, call: str, **query: str) -> Answer:
        try:
            return await self._wire.get(call, self._deadline_s, query)
        except (TimedOut, asyncio.CancelledError):  # the server goes on with what nobody waits for
            self._may_be_held = True
            raise

    async def _identify(self) -> None:
        """Ask who answers. A server that was the API once may fail for a while; one that never was is another."""
        answer = await self._ask("/")
        try:
            said = self._object(answer)
        except BadAnswer as error:
            if self._api or answer.status >= 500 or not _is_whole_text(answer.body):
                raise
            raise self._another_program(f"HTTP {answer.status}") from error
        name = clean(str(said.get("name", "")), 60)
        if IDENTITY not in name:
            raise self._another_program(f"`{name}`" if name else "JSON without a name")
        self._api = f"{name} {clean(str(said.get('version', '')), 30)}".strip()

    def _another_program(self, said: str) -> Misconfigured:
        return Misconfigured(
            f"{self._wire.place} answers, but not as {IDENTITY} ({said}): another program listens there. "
            f"Check the address; port 8088 is also the default of venus-influx-loader."
        )

    def _object(self, answer: Answer) -> dict[str, object]:
        """The JSON object of an answer of status 200.

        Raises:
            BadAnswer: it is something else.
        """
        try:
            data = answer.json()
        except BadAnswer:
            if answer.status == 200:
                raise
            data = None
        if answer.status != 200:
            raise BadAnswer(f"{answer.place} answered HTTP {answer.status}{_why(data)}.")
        if not isinstance(data, dict):
            raise BadAnswer(f"{answer.place} gave JSON that is no object: it counts as a failed poll.")
        if data.get("success") is False:
            raise BadAnswer(f"{answer.place} says that it failed{_why(data)}.")
        return data

    def _services(self, data: dict[str, object]) -> tuple[str, ...]:
        listed = data.get("services")
        if not isinstance(listed, list):
            raise BadAnswer(f"{self._wire.place} gave no list of services: it counts as a failed poll.")
        if not listed:
            raise BusDead(
                f"The API of {self._wire.place} answers but sees no service: the D-Bus of the device is down, "
                f"and it may need a restart."
            )
        names = sorted({name for name in listed if isinstance(name, str) and _is_bus_name(name)})
        if not names:
            raise BadAnswer(f"{self._wire.place} lists no service of Victron's: it counts as a failed poll.")
        if len(names) < len(listed) or len(names) > MAX_SERVICES:
            self._note_shortened("/services", f"{len(names[:MAX_SERVICES])} of {len(listed)} names")
        return tuple(names[:MAX_SERVICES])

    def _readings(self, answer: Answer, service: str) -> Mapping[str, Reading]:
        """What a service gave. An answer with the bytes of the last one is not parsed, and gives the same mapping."""
        said, before = self._last.get(service, (0, {}))
        saying = hash((answer.status, answer.body))
        if before and saying == said:
            return before
        readings = read_tree(class_of(service), self._tree(answer, service), answer.at, before)
        self._last[service] = saying, readings
        return readings

    def _tree(self, answer: Answer, service: str) -> dict[str, object]:
        if answer.status == 404 and _is_of_api(answer):
            if answer.round_trip_s > HELD_S:
                raise TimedOut(f"{service} on {answer.place} did not respond until the server gave it up.")
            raise NoSuchService(f"{service} on {answer.place} left the bus or does not respond to it.")
        tree = self._object(answer).get("value")
        if not isinstance(tree, dict):
            raise BadAnswer(f"{answer.place} gave no values for {service}: it counts as a failed poll.")
        if not tree:  # what the server makes of a daemon that hung; as a reading it would make old values look fresh
            raise NoSuchService(f"{service} on {answer.place} is there but gives no values.")
        if len(tree) > MAX_PATHS:
            self._note_shortened(service, f"the first {MAX_PATHS} of {len(tree)} paths")
        return tree

    def _note_shortened(self, what: str, kept: str) -> None:
        if what not in self._shortened:
            self._shortened.add(what)
            log.warning("%s: %s gives more than can be used, kept %s", self._wire.place, what, kept)


def _is_bus_name(name: str) -> bool:
    """Whether D-Bus allows the name (255 ASCII characters at most): anything else cannot be a service."""
    return len(name) <= 255 and _BUS_NAME.fullmatch(name) is not None


def _is_of_api(answer: Answer) -> bool:
    """Whether a 404 is the API's own and not that of a proxy before it."""
    try:
        data = answer.json()
    except BadAnswer:
        return False
    return isinstance(data, dict) and data.get("success") is False


def _is_whole_text(body: bytes) -> bool:
    """Whether a body that is no JSON object came whole: a JSON text that breaks off says nothing of who sent it."""
    return bool(body.strip()) and body.lstrip()[:1] != b"{"


def _why(data: object) -> str:
    error = data.get("error") if isinstance(data, dict) else None
    return f": {clean(error, 120)}" if isinstance(error, str) and error else ""


def make(settings: HttpSettings, clock: Clock, known: Mapping[str, KnownDevice]) -> HttpApi:
    """The source of `[station.http]`."""
    return HttpApi(settings.access(), clock, known=known)
