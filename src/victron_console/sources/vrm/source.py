"""A station as Victron's portal has it: values come as often as its GX sends them, mostly each quarter of an hour.

The portal is asked once for each time the GX sends. Every value bears the moment it was sent, so its age is told right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import httpx

from victron_console.config.vrm_source import VrmSourceSettings
from victron_console.model.clock import Clock, local
from victron_console.sources.base import (
    Discovery,
    Misconfigured,
    NoSuchService,
    ServiceReading,
    SourceError,
    Traffic,
    Unreachable,
)
from victron_console.sources.changed_services import ChangedServices
from victron_console.sources.naming import DeviceNames, KnownDevice
from victron_console.sources.vrm.client import PortalBusy, VrmClient
from victron_console.sources.vrm.diagnostics import SentDevice, read_diagnostics
from victron_console.sources.vrm.pace import Pause

SILENT_TIMES = 3
"""A site that missed so many times of sending is silent; so is a device that so many were sent without."""
SENT_AFTER_S = 30.0
"""The portal has what a GX sends after so long at the latest (judgement)."""
LEAST_WAIT_S = 120.0
"""Between two questions, however overdue the site is."""
FIRST_TURN_S, LONGEST_TURN_S = 60.0, 5.0
"""So long the first question and later ones wait for their turn; meanwhile they keep one of the fleet's few places for
requests. At a start all sites of a token ask together, and `collect --once` asks no second time."""
AHEAD_S = 300.0
"""So far the clock of a GX may be ahead of ours."""


class VrmPortal:
    """One station's values, as they were last sent."""

    def __init__(
        self,
        settings: VrmSourceSettings,
        clock: Clock,
        *,
        known: Mapping[str, KnownDevice] | None = None,
        pause: Pause = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Args:
        settings: the site and how often its GX sends.
        clock: the time.
        known: devices that services (by bus name) were in an earlier run; they keep their keys.
        pause: waits so many seconds.
        transport: stands in for the network.
        """
        self._site, self._every_s = settings.site, settings.every_s
        self._clock = clock
        self._client = VrmClient(settings.access(), clock, pause=pause, transport=transport, tries=1)
        self._names = DeviceNames(known)
        self._changed = ChangedServices()
        self._sent: Mapping[str, SentDevice] = {}
        self._newest_at = 0.0
        self._error: SourceError | None = None
        """Why the portal gave nothing when it was last asked."""
        self._ask_at = clock.monotonic()

    @property
    def traffic(self) -> Traffic:
        """What it has moved so far."""
        return self._client.traffic

    async def discover(self) -> Discovery:
        """The site's devices; asks the portal where the GX should have sent since it was last asked.

        Raises:
            Unreachable: the site sent nothing for three times as long as it should.
            Misconfigured: the portal does not let this user see it.
            SourceError: as `VrmClient.get`.
        """
        if self._clock.monotonic() >= self._ask_at:
            self._error = await self._ask_again()
        if isinstance(self._error, Misconfigured):
            raise self._error
        if self._newest_at < self._clock.now() - SILENT_TIMES * self._every_s:
            if self._error is not None:
                raise self._error
            since = f"{local(self._newest_at):%Y-%m-%d %H:%M}"
            raise Unreachable(f"Site {self._site} sent the portal nothing since {since}: its GX is off or offline.")
        self._names.on_bus(self._sent)
        return Discovery(
            tuple(sorted(self._sent)),
            api=f"sent each {self._every_s / 60:g} min, read at VRM",
            via="VRM",
            changed=self._changed,
            every_s=self._every_s,
            newest_at=self._newest_at,
            is_partial=True,
        )

    async def _ask_again(self) -> SourceError | None:
        """Ask; where that fails, why: what was sent before is as old as it says and goes on being used."""
        longest_s = LONGEST_TURN_S if self._newest_at else FIRST_TURN_S
        if (wait_s := self._client.wait_s) > longest_s:
            self._ask_at = self._clock.monotonic() + wait_s
            return PortalBusy(f"{self._client.place} is asked for other sites of this token first.")
        self._ask_at = self._clock.monotonic() + LEAST_WAIT_S
        try:
            await self._ask()
        except SourceError as error:
            return error
        return None

    async def _ask(self) -> None:
        found = await read_diagnostics(self._client, self._site, self._clock.now() + AHEAD_S)
        now = self._clock.now()
        newest_at = min(now, max(device.at for device in found.values()))
        oldest_at = newest_at - SILENT_TIMES * self._every_s
        sent = {service: device for service, device in found.items() if device.at >= oldest_at}
        for service in [name for name in sent if name not in self._sent or sent[name].at > self._sent[name].at]:
            self._changed.note(service, self._clock.monotonic())
        self._sent, self._newest_at = sent, newest_at
        due_s = newest_at + self._every_s + SENT_AFTER_S - now
        self._ask_at = self._clock.monotonic() + max(LEAST_WAIT_S, due_s)

    async def read(self, service: str) -> ServiceReading:
        """The values of a device as they were last sent.

        Raises:
            NoSuchService: the site sends nothing of it any more.
        """
        device = self._sent.get(service)
        if device is None:
            raise NoSuchService(f"Site {self._site} sends the portal nothing of {service} any more.")
        key = self._names.key(service, device.readings, device.instance)
        at = min(device.at, self._clock.now())
        readings = {path: replace(reading, at=min(reading.at, at)) for path, reading in device.readings.items()}
        return ServiceReading(service, key, at, readings)

    async def recovered(self) -> None:
        """Nothing holds the portal up.

        Raises:
            SourceError: never.
        """

    async def listens(self) -> bool | None:
        """There is no look that costs the portal nothing."""
        return None

    async def close(self) -> None:
        """Nothing stays open."""


def make(settings: VrmSourceSettings, clock: Clock, known: Mapping[str, KnownDevice]) -> VrmPortal:
    """The source, for settings of its own kind."""
    return VrmPortal(settings, clock, known=known)
