"""A station that can be reached two ways: over the second one as long as the first fails. One station, one history.

It owns which of the two is asked. Device names are the same over both, so nothing else has to know.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

from victron_console.model.clock import Clock
from victron_console.model.service import ServiceReading
from victron_console.sources.base import Discovery, Source, SourceError, Traffic, Unreachable

FIRST_RETRY_S = 60.0
LAST_RETRY_S = 900.0
"""While the second way works, the first is tried again after 60 s, 120 s ... up to this."""


@dataclass(frozen=True, slots=True)
class Way:
    """One of the two sources and what it is called in the log: `HTTP`, `MQTT`."""

    name: str
    source: Source


class Fallback:
    """The first source, and the second while the first fails. It changes only where the services are looked up."""

    def __init__(self, first: Way, second: Way, clock: Clock) -> None:
        self.first, self.second = first, second
        self._now = first
        self._before: Way | None = None
        self._clock = clock
        self._reason = ""
        self._failures = 0
        self._retry_at = 0.0
        self._read_at = -inf
        """Of the newest values that were read, either way (UTC epoch, s)."""

    @property
    def traffic(self) -> Traffic:
        """What both have moved together."""
        first, second = self.first.source.traffic, self.second.source.traffic
        kinds = first.by_kind.keys() | second.by_kind.keys()
        return Traffic(
            requests=first.requests + second.requests,
            errors=first.errors + second.errors,
            bytes_in=first.bytes_in + second.bytes_in,
            by_kind={kind: first.by_kind.get(kind, 0) + second.by_kind.get(kind, 0) for kind in kinds},
        )

    async def discover(self) -> Discovery:
        """The services, over the first way if that works or is due for another try, else over the second.

        Raises:
            SourceError: that of the first way where neither works.
        """
        if self._now is self.first or self._clock.monotonic() >= self._retry_at:
            try:
                found = await self.first.source.discover()
            except SourceError as error:
                self._note_failure(error)
                first_error: SourceError | None = error
            else:
                if self._now is self.second:
                    await self.second.source.close()
                return self._over(self.first, found)
        else:
            first_error = None
        try:
            found = await self.second.source.discover()
            if self._now is self.first and found.newest_at is not None and found.newest_at <= self._read_at:
                raise Unreachable(f"{self.second.name} has nothing yet of the time since.")
        except SourceError as error:
            self._now = self.first
            raise first_error or error from error
        return self._over(self.second, found)

    async def read(self, service: str) -> ServiceReading:
        """The values of a service, the way its name was found. Raises as the source that is asked."""
        found = await self._now.source.read(service)
        self._read_at = max(self._read_at, found.at)
        return found

    async def recovered(self) -> None:
        """Wait for the source that is asked. Raises as that does."""
        await self._now.source.recovered()

    async def listens(self) -> bool | None:
        """Whether somebody listens at the source that is asked."""
        return await self._now.source.listens()

    async def close(self) -> None:
        """Let go of both. May be called twice."""
        await self.first.source.close()
        await self.second.source.close()

    def _note_failure(self, error: SourceError) -> None:
        self._reason = str(error)
        wait_s = min(LAST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(self._failures, 10))
        self._failures += 1
        self._retry_at = self._clock.monotonic() + wait_s

    def _over(self, way: Way, found: Discovery) -> Discovery:
        """What was found, with a word where it came another way than before."""
        self._now, before, self._before = way, self._before, way
        if way is self.first:
            self._failures = 0
        if before is way or (before is None and way is self.first):
            switched = ""
        elif way is self.first:
            switched = f"read over {way.name} again"
        else:
            switched = f"read over {way.name} as long as {self.first.name} fails: {self._reason}"
        return replace(found, via=way.name, switched=switched)
