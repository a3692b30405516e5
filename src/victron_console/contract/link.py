"""How the links to the stations stand: their last hour, and of one station its services and minutes."""

from __future__ import annotations

from victron_console.contract.form import Document, Moment, Number, Page, Part, Said, page_of, written
from victron_console.contract.log import LogLine, line_of
from victron_console.contract.stations import WORST_FIRST
from victron_console.insight.fleet import at_moment
from victron_console.model.clock import iso_utc
from victron_console.model.limits import SKEW_LIMIT_S
from victron_console.model.station import ServiceState, StationState
from victron_console.model.units import DAY_S, HOUR_S, MINUTE_S
from victron_console.store.answers import LinkTotals, ServiceRow, StationRow
from victron_console.store.event_log import KIND_GROUPS
from victron_console.store.read.reader import Reader
from victron_console.store.records import LinkState

LINES = 20
_SERVICE_LINES = tuple(kind for kind in KIND_GROUPS["links"] if kind != "collector")


class StationLink(Part):
    """The link to a station. Figures of polls are of the last hour; null where nothing was asked in it."""

    id: str
    name: Said
    state: str
    since: Moment
    reason: Said
    read_at: Moment | None
    cadence_s: Number
    """Seconds between two reads of its fastest service."""
    api: Said
    """What answers there."""
    polls: int | None
    errors: int | None
    errors_percent: Number
    round_trip_mean_s: Number
    round_trip_max_s: Number
    received_bytes_s: Number
    failures: int
    """Polls that failed in a row."""
    next_try_at: Moment | None
    last_error: Said
    last_error_at: Moment | None
    clock_skew_s: Number
    """The station's clock minus ours; null where it gives no time."""
    clock_is_off: bool | None
    """Whether that is too far; null where it is not known."""
    services_aside: int
    """Services that do not answer and are asked ever more seldom."""


class Service(Part):
    """One service of a station."""

    service: Said
    device: str | None
    """Null where it hung before it was ever read."""
    state: str
    since: Moment | None
    reason: Said
    retry_at: Moment | None
    read_at: Moment | None
    cadence_s: Number
    failures: int
    quality: str


class Minute(Part):
    """A station's polls of one minute."""

    at: Moment
    polls: int
    errors: int
    round_trip_mean_s: Number
    round_trip_max_s: Number
    size_bytes: int
    last_error: Said


class Links(Document):
    """The links of all stations, the worst first, or that of one with its services."""

    page: Page
    links: tuple[StationLink, ...]
    services: tuple[Service, ...]
    """Of the one station that was asked for; else empty."""
    minutes: tuple[Minute, ...]
    """Of the same, its last hour; a minute in which nothing was asked is left out."""
    log: tuple[LogLine, ...]
    """Of the same, what happened to its link in the last day, newest first."""


def links(
    reader: Reader, now: float, as_of: float | None, station: str | None = None, offset: int = 0, limit: int = 10_000
) -> Links:
    """The links of all stations, or of one.

    Raises:
        UnknownStation: the store never had it.
    """
    states, hours = reader.links(as_of), reader.link_totals(now - HOUR_S, now)
    rows = [row for row in at_moment(reader.stations(as_of), now) if station in (None, row.id)]
    rows.sort(key=lambda row: (WORST_FIRST.index(row.status.state), row.name))
    services = reader.services(station, as_of) if station is not None else []
    found = [
        _link(row, states.get(row.id, LinkState()), hours.get(row.id), _aside(reader, row, as_of))
        for row in rows[offset : offset + limit]
    ]
    minutes = reader.link(station, now - HOUR_S, now, as_of) if station is not None else []
    lines = reader.events(now - DAY_S, now, station, _SERVICE_LINES, limit=LINES) if station is not None else []
    return Links(
        at=iso_utc(now),
        live=as_of is None,
        page=page_of(len(rows), offset, limit),
        links=tuple(found),
        services=tuple(map(_service, services)),
        minutes=tuple(
            Minute(
                at=iso_utc(one.at), polls=one.polls, errors=one.errors, round_trip_mean_s=one.round_trip_mean_s,
                round_trip_max_s=one.round_trip_max_s, size_bytes=one.size_bytes, last_error=one.last_error,
            )
            for one in minutes
        ),
        log=tuple(map(line_of, lines)),
    )  # fmt: skip


def _aside(reader: Reader, row: StationRow, as_of: float | None) -> int:
    """Services set aside: only a degraded station has any."""
    if row.status.state is not StationState.DEGRADED:
        return 0
    return sum(one.state is ServiceState.SET_ASIDE for one in reader.services(row.id, as_of))


def _link(row: StationRow, state: LinkState, hour: LinkTotals | None, aside: int) -> StationLink:
    return StationLink(
        id=row.id,
        name=row.name,
        state=str(row.status.state),
        since=iso_utc(row.status.since),
        reason=row.status.reason,
        read_at=written(row.read_at),
        cadence_s=row.cadence_s,
        api=state.api,
        polls=hour.polls if hour else None,
        errors=hour.errors if hour else None,
        errors_percent=round(hour.errors * 100 / hour.polls, 2) if hour and hour.polls else None,
        round_trip_mean_s=hour.round_trip_mean_s if hour else None,
        round_trip_max_s=hour.round_trip_max_s if hour and hour.round_trip_mean_s is not None else None,
        received_bytes_s=round(hour.size_bytes / (MINUTE_S * hour.minutes), 1) if hour and hour.minutes else None,
        failures=state.failures,
        next_try_at=written(state.next_try_at),
        last_error=state.last_error,
        last_error_at=written(state.last_error_at),
        clock_skew_s=state.clock_skew_s,
        clock_is_off=None if state.clock_skew_s is None else abs(state.clock_skew_s) > SKEW_LIMIT_S,
        services_aside=aside,
    )


def _service(row: ServiceRow) -> Service:
    return Service(
        service=row.service,
        device=None if row.key is None else str(row.key),
        state=row.state.value,
        since=written(row.since),
        reason=row.reason,
        retry_at=written(row.retry_at),
        read_at=written(row.read_at),
        cadence_s=row.cadence_s,
        failures=row.failures,
        quality=row.quality.value,
    )
