"""What the screens show: the fleet at one moment, as frozen data. Owns no widget and asks no station anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from textual.message import Message

from victron_console.insight.sunrise import Dawn as Dawn
from victron_console.insight.verdict.clause import SiteVerdict
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import worst
from victron_console.model.station import StationState
from victron_console.store.records import Event


class Mark(StrEnum):
    """The worst thing to be said of a site, in the order of urgency. The values are the words of the header."""

    NOW = "now"
    TODAY = "today"
    LOST = "lost"
    CLEARED = "cleared"
    ACKED_NOW = "acked !!"
    ACKED_TODAY = "acked !"
    ACKED_LINK = "acked x"
    STALE = "stale"
    STARTING = "starting"
    SHELVED = "shelved"
    HELD = "held"
    MAINTENANCE = "maint"
    NONE = ""


ACKED = (Mark.ACKED_NOW, Mark.ACKED_TODAY, Mark.ACKED_LINK)
STANDING = (Mark.NOW, Mark.TODAY, Mark.LOST, Mark.CLEARED, *ACKED)
"""Marks of alarms that the page lists; shelved and held ones are on the alarms screen."""
URGENCY = {mark: rank for rank, mark in enumerate(Mark)}


@dataclass(frozen=True, slots=True)
class Site:
    """One station as the fleet shows it. Figures of a stale or lost station are the last ones known."""

    id: str
    name: str
    overview: Overview = field(default_factory=Overview)
    quality: Quality = Quality.GOOD
    """GOOD, STALE or LOST: how far the figures are of now."""
    older: dict[str, Quality] = field(default_factory=dict)
    """Overview fields whose own devices are not read as the station is, and what that makes of them."""
    state: StationState = StationState.LIVE
    since: float = 0.0
    reason: str = ""
    read_at: float | None = None
    tags: tuple[str, ...] = ()
    place: str = ""
    mark: Mark = Mark.NONE
    alarms: int = 0
    """Alarms behind the mark."""
    verdict: SiteVerdict = field(default_factory=SiteVerdict)
    """What is to be said of it, the worst first."""
    beyond: dict[str, Mark] = field(default_factory=dict)
    """Overview field (or `dawn`, `fuel`) beyond a limit, and how urgent that is."""
    dawn: Dawn | None = None
    soc_trend: tuple[float | None, ...] = ()
    """State of charge of the last 24 hours, oldest first; None where nothing was received."""
    energy_today_kwh: float | None = None
    yield_kwh_per_kwp: float | None = None
    genset_hours_today: float | None = None
    fuel_percent: float | None = None
    vrm_age_s: float | None = None
    """Infinite where the station never spoke to VRM."""
    round_trip_s: float | None = None
    errors: int | None = None
    note: str = ""

    @property
    def trust(self) -> Quality:
        """How its figures may be drawn: as its quality says, and as lost where it was never read."""
        return self.quality if self.read_at is not None else Quality.LOST

    def quality_of(self, *names: str) -> Quality:
        """How far one figure, or the worst of some, is of now: no better than its station and its own devices."""
        return worst((self.quality, *(self.older.get(name, Quality.GOOD) for name in names)))

    def trust_of(self, *names: str) -> Quality:
        """How one figure, or the worst of some, may be drawn."""
        return worst((self.trust, *(self.older.get(name, Quality.GOOD) for name in names)))

    @property
    def fresh(self) -> bool:
        """Whether the figures are of now and may be summed."""
        return self.quality is Quality.GOOD


@dataclass(frozen=True, slots=True)
class Alarm:
    """One row of an alarm list."""

    id: str
    mark: Mark
    """NOW, TODAY or LOST as long as it is not seen; CLEARED, one of ACKED, SHELVED or HELD after that."""
    since: float
    station: str
    site: str
    what: str
    until: float | None = None
    """When it cleared; None as long as it stands."""
    source: str = ""
    value: str = ""
    unit: str = ""
    limit: str = ""
    count: int = 1
    first: bool = False
    """The first-out of a group."""
    response: str = ""
    who: str = ""
    figure: str = ""
    """The overview field (or `dawn`, `fuel`) that it is about; empty where it is about none."""
    family: str = ""
    held_by: str = ""
    """The family of the alarm of the same site that explains this one."""
    fold: str = ""
    """What it and the same alarms of other sites are called together: `6 stations: Grid lost`."""
    stale: bool = False
    """Its value is the last one known."""
    announced: bool = True
    """Whether it may be told: not as long as the alarm that explains it may still come."""
    flapping: bool = False
    incident: str = ""
    """The alarm that its incident began with, itself where it is that one; empty where none is known."""
    along: int = 0
    """Alarms of its incident that its row stands for beside it."""
    under: bool = False
    """Whether its row stands under that of the alarm that its incident began with."""

    @property
    def rank(self) -> int:
        """How urgent its mark is; 0 is the most urgent."""
        return URGENCY[self.mark]

    @property
    def listed(self) -> bool:
        """Whether it has a row; what another one explains is only counted."""
        return self.mark not in (Mark.HELD, Mark.NONE)


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One row of the list."""

    alarm: Alarm
    members: tuple[Alarm, ...]
    """The alarms it stands for: more than one where several sites raised the same at once, or of one incident."""

    @property
    def id(self) -> str:
        """What tells the rows apart."""
        return self.alarm.id

    @property
    def ids(self) -> tuple[str, ...]:
        """Of the alarms it stands for, its own first."""
        return (self.id, *(member.id for member in self.members))

    @property
    def title(self) -> str:
        """What it is called: `Grid lost +2`."""
        return f"{self.alarm.what} +{self.alarm.along}" if self.alarm.along else self.alarm.what


@dataclass(frozen=True, slots=True)
class FleetView:
    """The whole fleet at one moment."""

    at: float
    """The moment shown (UTC epoch, s)."""
    sites: tuple[Site, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    """The most urgent first."""
    events: tuple[Event, ...] = ()
    """The newest lines of the log, newest first."""
    replay: bool = False
    """Whether `at` was chosen by the operator, not the clock."""
    alarms_per_hour: int = 0
    alarms_in_10_min: int = 0
    received_bytes_s: float = 0.0
    poll_s: float = 10.0

    def site(self, station: str | None) -> Site | None:
        """The site of that id."""
        return next((site for site in self.sites if site.id == station), None)

    def counts(self) -> Counter[Mark]:
        """Sites by their mark."""
        return Counter(site.mark for site in self.sites)


def alarm_counts(alarms: Sequence[Alarm]) -> Counter[Mark]:
    """Alarms by their mark."""
    return Counter(alarm.mark for alarm in alarms)


class FleetChanged(Message):
    """The fleet is not as it was. Carries the whole view, so that an older message may be dropped for a newer."""

    def __init__(self, view: FleetView) -> None:
        super().__init__()
        self.view = view

    def can_replace(self, message: Message) -> bool:
        """Whether this message says all that an earlier one said."""
        return isinstance(message, FleetChanged)
