"""The protocol of a source and the ways in which it can fail. The collector knows no more of a source than this."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from victron_console.model.service import ServiceReading
from victron_console.sources.changed_services import ChangedServices

__all__ = [
    "BadAnswer",
    "BusDead",
    "Discovery",
    "Misconfigured",
    "NoSuchService",
    "ServiceReading",
    "Source",
    "SourceError",
    "TimedOut",
    "Traffic",
    "Unreachable",
]


class SourceError(Exception):
    """A poll that gave nothing. The text is a sentence for the operator: what is wrong and what to do."""


class Unreachable(SourceError):
    """No connection: refused, no route, no such host name, closed without an answer."""


class TimedOut(SourceError):
    """No whole answer within the deadline. The server may still be busy with it: see `Source.recovered`."""


class BadAnswer(SourceError):
    """An answer that cannot be used: not JSON, cut off, too big, an error status."""


class BusDead(SourceError):
    """The API answers but the D-Bus behind it does not: an outage, not an empty station."""


class NoSuchService(SourceError):
    """The service is not on the bus, or hung until the server gave up: the API answers the same to both."""


class Misconfigured(SourceError):
    """It will not get better by itself: another program on the port, a refused login, another certificate."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a station says of itself."""

    services: tuple[str, ...]
    """Bus names such as `com.victronenergy.battery.ttyO0`, cleaned."""
    api: str = ""
    """Name and version of what answers: `Victron DBus API Server 3.2.0`."""
    clock_skew_s: float | None = None
    """The station's clock minus ours, from the `Date` header or the heartbeat; None where it gives none."""
    via: str = ""
    """How it was reached, where that may change: `HTTP`, `MQTT`. Its services may bear other bus names then."""
    switched: str = ""
    """Why it is reached another way than before, as a sentence; empty where it is not."""
    changed: ChangedServices | None = None
    """Where values come by themselves: what changed. Reading a service then asks nobody; None where it does."""
    every_s: float = 0.0
    """No value is renewed more often than this, however often it is read."""
    newest_at: float | None = None
    """When the newest value was given (UTC epoch, s); None: now."""
    is_partial: bool = False
    """Whether the station may have services that are not told of here."""


@dataclass(slots=True)
class Traffic:
    """What a source has moved since it was made; the collector reads differences."""

    requests: int = 0
    errors: int = 0
    bytes_in: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    """Errors by class name."""

    @contextmanager
    def counting_errors(self) -> Iterator[None]:
        """Count the source error that ends this context, if one does."""
        try:
            yield
        except SourceError as error:
            kind = type(error).__name__
            self.errors += 1
            self.by_kind[kind] = self.by_kind.get(kind, 0) + 1
            raise


class Source(Protocol):
    """One station's values. Calls come one at a time, in sequence."""

    @property
    def traffic(self) -> Traffic:
        """What it has moved so far."""
        ...

    async def discover(self) -> Discovery:
        """Who answers there and which services it has.

        Raises:
            SourceError: with the narrowest class that fits.
        """
        ...

    async def read(self, service: str) -> ServiceReading:
        """All values of a service.

        Raises:
            SourceError: `TimedOut` where it hung, `NoSuchService` where it left, else as it fits.
        """
        ...

    async def recovered(self) -> None:
        """Wait until the station's server is free again after a `TimedOut`, without asking it for any value.

        Raises:
            SourceError: it is not free within a minute, or not there at all.
        """
        ...

    async def listens(self) -> bool | None:
        """Whether somebody takes connections there, by a look that costs the station nothing.

        None where there is no such look: a server of one thread is blocked by a connection that asks for nothing.
        """
        ...

    async def close(self) -> None:
        """Let go of everything. May be called twice; who asks after it connects anew."""
        ...
