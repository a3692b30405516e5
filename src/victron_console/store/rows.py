"""What goes into the store and what comes out of it, as plain data. Times are UTC epoch seconds everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.reading import Scalar
from victron_console.model.service import ServiceReading
from victron_console.model.station import ServiceState, StationStatus

# ---- written by the collector


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


# ---- read by everyone


@dataclass(frozen=True, slots=True)
class StationRow:
    """One station of the fleet."""

    id: str
    name: str
    tags: tuple[str, ...]
    info: Mapping[str, Any]
    status: StationStatus
    overview: Overview | None
    """The figures last computed. None in the past (`as_of`): compute them from `Reader.snapshot(id, as_of)`."""
    read_at: float | None
    """When any of its services was last read; None where none ever was."""
    cadence_s: float
    """Seconds between two reads of its fastest service."""


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service of a station."""

    service: str
    """Its bus name."""
    key: DeviceKey | None
    """None where it hung before it was ever read."""
    state: ServiceState
    since: float | None
    """When it came to this state; None where it was never in another."""
    reason: str
    retry_at: float | None
    read_at: float | None
    cadence_s: float
    failures: int
    quality: Quality
    """GOOD, STALE, LOST or GONE: what its age makes of its values. ABSENT: it is on the bus and gives none."""


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One series and the value last stored of it."""

    name: str
    value: Scalar
    quality: Quality
    """As stored: GOOD, ABSENT or IMPLAUSIBLE."""
    reason: str
    changed_at: float
    first_at: float
    """When its device was first read: nothing of it is older."""


@dataclass(frozen=True, slots=True)
class Point:
    """A series took this value at this moment and kept it until its next point."""

    at: float
    value: Scalar
    quality: Quality
    reason: str = ""

    @property
    def number(self) -> float | None:
        """The value where it is a good number, else None."""
        if self.quality is not Quality.GOOD or self.value is None or isinstance(self.value, str):
            return None
        return float(self.value)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One column of a chart. The mean is weighted by time, over the part of the column that has values."""

    low: float
    mean: float
    high: float
    last: float


@dataclass(frozen=True, slots=True)
class Rollup:
    """One hour of a series."""

    at: float
    """Its begin."""
    low: float
    mean: float
    """Weighted by time."""
    high: float
    last: float
    covered_s: float
    """How much of the hour was known."""
    count: int
    """How often the series took a value."""


@dataclass(frozen=True, slots=True)
class Integral:
    """A series added up over time, never over a gap: of a power in W it is an energy in J."""

    positive: float
    """Of what was above zero."""
    negative: float
    """Of what was below zero, without its sign."""
    covered_s: float
    """How much of the span was known."""


class GapKind(StrEnum):
    """Why there are no values."""

    STALE = "stale"
    """Not read for longer than three cadences, without failing."""
    LOST = "lost"
    """Three polls and more failed."""
    SET_ASIDE = "set aside"
    GONE = "gone"
    COLLECTOR_DOWN = "collector down"


@dataclass(frozen=True, slots=True)
class Gap:
    """A span without values: from the last one before it to the first one after it."""

    since: float
    until: float | None
    """None where it lasts."""
    kind: GapKind
    device: DeviceKey | None
    """None where it is the whole station."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LinkMinute:
    """A station's polls of one minute."""

    at: float
    """Begin of the minute."""
    polls: int
    errors: int
    round_trip_mean_s: float | None
    """Of the polls that succeeded; None where none did."""
    round_trip_max_s: float | None
    size_bytes: int
    last_error: str


@dataclass(frozen=True, slots=True)
class LinkTotals:
    """A station's polls over several minutes."""

    minutes: int
    """Minutes that had polls."""
    polls: int
    errors: int
    round_trip_mean_s: float | None
    """Of the polls that succeeded; None where none did."""
    round_trip_max_s: float
    size_bytes: int


class WantedKind(StrEnum):
    """What an operator asks of the collector."""

    PIN = "pin"
    """Keep the history of a series, whatever its level."""
    UNPIN = "unpin"
    FOCUS = "focus"
    """Poll a station each 1-2 s for a while."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish of an operator that holds."""

    id: int
    at: float
    kind: WantedKind
    station: str
    pattern: str
    """The series or glob that is pinned; empty for a focus."""
    until: float | None
    """None where it has no end."""
    operator: str


@dataclass(frozen=True, slots=True)
class StoreSize:
    """What the database takes on disk, and when the collector last wrote to it (UTC epoch, s)."""

    size_bytes: int
    wal_bytes: int
    last_at: float | None


@dataclass(frozen=True, slots=True)
class StoreStats:
    """The state of the database, for `store stats`."""

    path: str
    schema_version: int
    sqlite_version: str
    size_bytes: int
    wal_bytes: int
    page_size: int
    free_pages: int
    rows: Mapping[str, int]
    """Rows by table."""
    first_at: float | None
    """The oldest change kept."""
    last_at: float | None
    """When the collector last wrote."""


@dataclass(frozen=True, slots=True)
class Retention:
    """What of the recorded changes is kept; without limits everything."""

    keep_s: float | None = None
    """Weeks that ended longer ago lose their changes."""
    max_bytes: int | None = None
    """The oldest weeks lose theirs until no more than this is in use, or none is left."""


@dataclass(slots=True)
class Pruned:
    """What was given up."""

    blocks: int = 0
    changes: int = 0
    until: float = 0.0
    """The end of the last week that lost changes (UTC epoch, s)."""
    event: int | None = None
    """The row of the event log that tells of it."""


@dataclass(slots=True)
class Upkeep:
    """What one turn of sealing did."""

    rows: int = 0
    """Hot rows sealed."""
    merged: int = 0
    """Days and weeks made."""
    damaged: int = 0
    """Blocks that could not be decoded and were set aside."""
    pruned: Pruned = field(default_factory=Pruned)
    trouble: str = ""
    """Why it ended early, as a sentence."""
