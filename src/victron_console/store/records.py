"""What the collector puts into the store, as plain data. Times are UTC epoch seconds everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from victron_console.model.device import DeviceKey
from victron_console.model.judgement import PollMemory
from victron_console.model.overview import Overview
from victron_console.model.service import ServiceReading
from victron_console.model.station import ServiceState, StationStatus


@dataclass(frozen=True, slots=True)
class StationRecord:
    """A configured station, as the store keeps it. Nothing secret belongs here: every viewer can read it."""

    id: str
    name: str
    info: Mapping[str, Any] = field(default_factory=dict)
    """The public part of its configuration, JSON-able: location, contact, battery, grid, pv, notes ..."""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PollSample:
    """How one request to a station went."""

    at: float
    ok: bool
    round_trip_s: float = 0.0
    size_bytes: int = 0
    error: str = ""
    """Why it failed, as a sentence; empty where it did not."""


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """A service changed its state: it hung and was set aside, it left the bus, it is back."""

    service: str
    key: DeviceKey | None
    """None where the service hung before it was ever read."""
    state: ServiceState
    at: float
    reason: str = ""
    retry_at: float | None = None
    """When a service set aside is asked again."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for the event log."""

    at: float
    station: str | None
    """None where it concerns the console or the collector itself."""
    kind: str
    """One short word that filters go by: `station`, `service`, `collector`, `config` ..."""
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the link to a station stands, beside what its polls say. Times are UTC epoch s."""

    api: str = ""
    """Name and version of what answers there."""
    clock_skew_s: float | None = None
    """The station's clock minus ours; None where it gives no time."""
    failures: int = 0
    """Polls that failed in a row."""
    next_try_at: float | None = None
    """When it is tried again after a failure; None while it answers."""
    last_error: str = ""
    """Why a poll last failed, also long ago; empty where none did since the collector started."""
    last_error_at: float | None = None


@dataclass(frozen=True, slots=True)
class CollectorState:
    """How the collector itself is."""

    started_at: float
    stations: int = 0
    lag_s: float = 0.0
    """The longest that what was read lately waited for being written, beyond the usual half second."""
    dropped: int = 0
    """Updates given up since it started."""
    last_trouble: str = ""
    """Why the store could last not be written, as a sentence; told once it can be again."""
    last_trouble_at: float | None = None


@dataclass(frozen=True, slots=True)
class StationUpdate:
    """What one station brought since its last update. Everything but the station and the time may be left out."""

    station: str
    at: float
    services: Sequence[ServiceReading] = ()
    status: StationStatus | None = None
    """Given when it changed."""
    overview: Overview | None = None
    """Given whenever it was computed anew; five-minute rows are made of these while the station is fresh."""
    cadences: Mapping[DeviceKey, float] = field(default_factory=dict)
    """Effective seconds between two reads, for devices where it changed."""
    failures: Mapping[DeviceKey, int] = field(default_factory=dict)
    """Polls that failed in a row, for devices where one failed. A device's next reading sets it to 0 by itself."""
    service_changes: Sequence[ServiceChange] = ()
    polls: Sequence[PollSample] = ()
    events: Sequence[Event] = ()
    link: LinkState | None = None
    """Given when it changed."""
    memory: PollMemory | None = None
    """What judging the next poll needs; given with the overview. Its judgement is recorded where it changed."""

    @property
    def is_empty(self) -> bool:
        """Whether it brings nothing."""
        brought = self.services or self.service_changes or self.polls or self.events
        return not (brought or self.status or self.link or self.overview)
