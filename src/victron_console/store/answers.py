"""What the store answers, as plain data. Times are UTC epoch seconds everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from victron_console.model.device import DeviceKey
from victron_console.model.judgement import Judgement
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.reading import Scalar
from victron_console.model.snapshot import Snapshot
from victron_console.model.station import ServiceState, StationStatus
from victron_console.model.station_info import StationInfo, zone_named


@dataclass(frozen=True, slots=True)
class StationRow:
    """One station of the fleet."""

    id: str
    name: str
    tags: tuple[str, ...]
    info: StationInfo
    status: StationStatus
    overview: Overview | None
    """The figures last computed. None in the past (`as_of`): `insight.moment` works them out from its values then."""
    read_at: float | None
    """When any of its services was last read; None where none ever was."""
    cadence_s: float
    """Seconds between two reads of its fastest service."""

    @property
    def zone(self) -> ZoneInfo | None:
        """Its time zone: the station file's, else the GX's own; None where neither is known: the operator's."""
        return zone_named(self.info.location.timezone, self.overview.gx_timezone if self.overview else None)


@dataclass(frozen=True, slots=True)
class StoredMoment:
    """What the store keeps of a station at a moment, all of one state of the store."""

    row: StationRow
    snapshot: Snapshot
    judgement: Judgement | None
    """What the polls up to then came to; None where nobody judged them."""


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
