"""A station over the MQTT broker of its GX device, or Victron's own. Values come by themselves; reading asks nobody.

It reconnects when it is asked for something and has no living connection, so the backoff is the collector's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from victron_console.config.sources import MqttAccess, MqttSettings
from victron_console.model.clock import Clock
from victron_console.model.device import class_of
from victron_console.sources.base import Discovery, NoSuchService, ServiceReading, SourceError, TimedOut, Traffic
from victron_console.sources.changed_services import ChangedServices
from victron_console.sources.mqtt_connection import listens
from victron_console.sources.mqtt_failures import no_heartbeat
from victron_console.sources.mqtt_session import Session, Timing
from victron_console.sources.naming import DeviceNames, KnownDevice

DEFAULT_TIMING = Timing()


class Mqtt:
    """One station's values, as its topics build them up."""

    def __init__(
        self,
        access: MqttAccess,
        clock: Clock,
        *,
        timing: Timing = DEFAULT_TIMING,
        known: Mapping[str, KnownDevice] | None = None,
    ) -> None:
        """Args:
        access: the broker, how to get in, and the seconds an answer may take.
        clock: names the moments of readings.
        timing: the session's clockwork; another one than the contract's is for tests.
        known: devices that services (by bus name) were in an earlier run; they keep their keys.
        """
        self._names = DeviceNames(known)
        self.traffic = Traffic()
        self._access = access
        self._clock = clock
        self._timing = timing
        self._changed = ChangedServices()
        self._session: Session | None = None
        self._heart_stopped = False
        """It was lost for want of a heartbeat: a new connection must show one before it is believed."""

    async def discover(self) -> Discovery:
        """The station and its devices; connects first where there is no connection.

        Raises:
            Misconfigured: the login, the certificate or the portal id is wrong.
            SourceError: as it fits.
        """
        with self.traffic.counting_errors():
            if self._session is None:
                self._session = await self._opened()
            else:
                await self._checked(self._session)
                await self._session.round_trip()
            session = self._session
            self._names.on_bus(session.tree.devices)
            return Discovery(
                tuple(sorted(session.tree.devices)),
                api=f"Venus OS MQTT, portal id {session.portal}",
                clock_skew_s=session.clock_skew_s,
                via="MQTT",
                changed=self._changed,
            )

    async def read(self, service: str) -> ServiceReading:
        """The values of a device as they are known now.

        Raises:
            TimedOut: the device fell silent although the station lives.
            NoSuchService: it left the bus.
            SourceError: the connection or the heartbeat is lost.
        """
        with self.traffic.counting_errors():
            if self._session is None:
                self._session = await self._opened()
            session = self._session
            await self._checked(session)
            device = session.tree.devices.get(service)
            if device is None:
                raise NoSuchService(f"{service} on {session.place} left the bus.")
            silent_s = session.tree.silent_s(device, self._clock.monotonic())
            if silent_s is not None:
                raise TimedOut(
                    f"{session.place} had nothing of {device.key} for {silent_s:.0f} s although the station lives: "
                    f"the {class_of(service)} service may hang."
                )
            readings, size_bytes = session.tree.read(device)
            key = self._names.key(service, readings, device.key.instance)
            return ServiceReading(service, key, self._clock.now(), readings, size_bytes=size_bytes)

    async def recovered(self) -> None:
        """A device that hangs holds up no other: there is nothing to wait for.

        Raises:
            SourceError: the connection or the heartbeat is lost.
        """
        if self._session is not None:
            await self._checked(self._session)

    async def listens(self) -> bool | None:
        """Whether the broker takes connections; it is left again at once, before any login."""
        return await listens(self._access)

    async def close(self) -> None:
        """Let go of everything. May be called twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _opened(self) -> Session:
        session = Session(self._access, self._clock, self.traffic, self._note, self._timing)
        await session.open()
        if self._heart_stopped:
            try:
                async with asyncio.timeout(self._access.deadline_s):
                    await session.heartbeat_seen.wait()
            except TimeoutError:
                await session.close()
                raise no_heartbeat(session.place, session.portal, self._access.deadline_s) from None
        self._heart_stopped = False
        return session

    async def _checked(self, session: Session) -> None:
        """Raises what `check` raises, and lets go of a session that is of no use any more."""
        try:
            session.check()
        except SourceError:
            self._heart_stopped = session.is_connected
            await self.close()
            raise

    def _note(self, service: str) -> None:
        self._changed.note(service, self._clock.monotonic())


def make(settings: MqttSettings, clock: Clock, known: Mapping[str, KnownDevice]) -> Mqtt:
    """The source of `[station.mqtt]`."""
    return Mqtt(settings.access(), clock, known=known)
