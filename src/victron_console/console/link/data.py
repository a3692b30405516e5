"""What the Link screen asks the store: every link's last hour, one station's services, and the collector itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from victron_console.console.kit.view import Site
from victron_console.model.limits import SKEW_LIMIT_S
from victron_console.model.station import ServiceState, StationState
from victron_console.model.units import DAY_S, HOUR_S
from victron_console.store.answers import LinkMinute, LinkTotals, ServiceRow, StoreSize
from victron_console.store.engines import EngineState
from victron_console.store.lease import Holder, lease_holder
from victron_console.store.read.reader import Reader
from victron_console.store.records import CollectorState, Event, LinkState

MINUTES = 60
LOG_KINDS = ("link", "service", "clock")
LOG_EVENTS = 40
ERRORS_PERCENT = 5.0

_STATES = (
    StationState.MISCONFIGURED,
    StationState.LOST,
    StationState.STALE,
    StationState.STARTING,
    StationState.DEGRADED,
    StationState.LIVE,
)


@dataclass(frozen=True, slots=True)
class Link:
    """One station's link as its row shows it."""

    site: Site
    state: LinkState = field(default_factory=LinkState)
    hour: LinkTotals | None = None
    """None where nothing was asked in the last hour."""
    aside: int = 0
    """Services set aside."""

    @property
    def errors_percent(self) -> float | None:
        """Polls of the last hour that failed."""
        return self.hour.errors * 100 / self.hour.polls if self.hour and self.hour.polls else None

    @property
    def received_bytes_s(self) -> float | None:
        """Bytes each second over the last hour's minutes."""
        return self.hour.size_bytes / (60 * self.hour.minutes) if self.hour else None

    @property
    def clock_is_off(self) -> bool:
        """Whether the station's clock is too far from ours."""
        return self.state.clock_skew_s is not None and abs(self.state.clock_skew_s) > SKEW_LIMIT_S


@dataclass(frozen=True, slots=True)
class LinkDetail:
    """The station under the cursor."""

    station: str
    services: tuple[ServiceRow, ...] = ()
    minutes: tuple[LinkMinute | None, ...] = ()
    """The last hour by minute, oldest first; None where nothing was asked."""
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnHealth:
    """The collector and the store."""

    holder: Holder | None = None
    """Who writes the store; None where nobody does, or in the past."""
    collector: CollectorState | None = None
    size: StoreSize | None = None
    engines: tuple[EngineState, ...] = ()
    """What takes the record over; none in the past."""


@dataclass(frozen=True, slots=True)
class LinkData:
    """All that the screen shows beside the fleet's view."""

    states: Mapping[str, LinkState] = field(default_factory=dict)
    hours: Mapping[str, LinkTotals] = field(default_factory=dict)
    aside: Mapping[str, int] = field(default_factory=dict)
    detail: LinkDetail | None = None
    own: OwnHealth = field(default_factory=OwnHealth)


def read_links(
    reader: Reader, degraded: Sequence[str], chosen: str | None, now: float, as_of: float | None
) -> LinkData:
    """The links at `now`, which is `as_of` where that is given.

    Args:
        reader: the store.
        degraded: the stations of which a service is set aside: only theirs are counted.
        chosen: the station under the cursor.
        now: the moment (UTC epoch, s).
        as_of: the moment looked back to; None is live.
    """
    return LinkData(
        states=reader.links(as_of),
        hours=reader.link_totals(now - HOUR_S, now),
        aside={
            station: sum(row.state is ServiceState.SET_ASIDE for row in reader.services(station, as_of))
            for station in degraded
        },
        detail=_detail(reader, chosen, now, as_of) if chosen and reader.station(chosen, as_of) else None,
        own=OwnHealth(
            holder=lease_holder(reader.path) if as_of is None else None,
            collector=reader.collector(as_of),
            size=reader.size() if as_of is None else None,
            engines=tuple(reader.engines()) if as_of is None else (),
        ),
    )


def _detail(reader: Reader, station: str, now: float, as_of: float | None) -> LinkDetail:
    known = {int(minute.at): minute for minute in reader.link(station, now - HOUR_S, now, as_of)}
    last = int(now // 60) * 60
    return LinkDetail(
        station,
        tuple(reader.services(station, as_of)),
        tuple(known.get(last - 60 * back) for back in range(MINUTES, 0, -1)),
        tuple(reader.events(now - DAY_S, now, station=station, kinds=LOG_KINDS, limit=LOG_EVENTS)),
    )


def links(sites: Sequence[Site], data: LinkData) -> list[Link]:
    """The stations' links, the worst first."""
    found = [
        Link(site, data.states.get(site.id, LinkState()), data.hours.get(site.id), data.aside.get(site.id, 0))
        for site in sites
    ]
    return sorted(found, key=_rank)


def _rank(link: Link) -> tuple[int, bool, bool, float, float, str]:
    errors = link.errors_percent or 0.0
    return (
        _STATES.index(link.site.state),
        not link.state.failures,
        not link.clock_is_off,
        -errors if errors >= ERRORS_PERCENT else 0.0,
        -(link.hour.round_trip_mean_s or 0.0) if link.hour else 0.0,
        link.site.name.casefold(),
    )
