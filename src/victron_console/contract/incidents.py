"""The incidents as machines get them: what began, what followed from it, and what was changed shortly before."""

from __future__ import annotations

from victron_console.alerts.incidents import BEFORE_S, CHANGE_KINDS, Incident, incidents
from victron_console.contract.form import Document, Moment, Page, Part, Said, page_of
from victron_console.contract.log import LogLine, line_of
from victron_console.insight.alarm_value import alarm_value
from victron_console.model.alert import Occurrence
from victron_console.model.clock import iso_utc
from victron_console.store.read.reader import Reader

CHANGES_AT_MOST = 2000


class IncidentAlarm(Part):
    """An alarm of an incident."""

    id: int
    family: str
    source: Said | None
    """The device that it is about, as class and instance."""
    priority: str
    """`!!` act now, `!` act today, `x` a link."""
    title: Said
    response: Said
    value: Said
    """With its unit, as last known; empty where it has none."""
    started_at: Moment
    raised_at: Moment
    cleared_at: Moment | None


class IncidentPart(Part):
    """Alarms of one station and cause."""

    incident: int
    """As the alarms have it."""
    station: str | None
    """Null for an alarm of the console itself."""
    name: Said | None
    stands: bool
    """Whether an alarm of it does."""
    first: IncidentAlarm
    """The one that explains the others."""
    followed: tuple[IncidentAlarm, ...]
    """In the order in which they were raised."""
    before: tuple[LogLine, ...]
    """What changed at the station in the ten minutes before, newest first: it may be why, and is not said to be."""


class Incidents(Document):
    """The incidents of a span, the last begun first."""

    since: Moment
    page: Page
    incidents: tuple[IncidentPart, ...]


def found_incidents(
    reader: Reader, since: float, now: float, as_of: float | None, station: str | None = None
) -> list[Incident]:
    """The incidents of which an alarm stood since a moment (UTC epoch, s), of all stations or one."""
    history = [it for it in reader.alert_history(since, now, station, as_of) if it.is_alarm]
    begun = min((it.started_at for it in history), default=since)
    changes = reader.events(begun - BEFORE_S, now, station, CHANGE_KINDS, limit=CHANGES_AT_MOST)
    return incidents(history, changes)


def incidents_document(
    reader: Reader,
    since: float,
    now: float,
    as_of: float | None,
    station: str | None = None,
    offset: int = 0,
    limit: int = 20,
) -> Incidents:
    """A part of the incidents since a moment (UTC epoch, s)."""
    names = {row.id: row.name for row in reader.stations(as_of)}
    found = found_incidents(reader, since, now, as_of, station)
    return Incidents(
        at=iso_utc(now),
        live=as_of is None,
        since=iso_utc(since),
        page=page_of(len(found), offset, limit),
        incidents=tuple(_part(it, names.get(it.first.key.station)) for it in found[offset : offset + limit]),
    )


def _part(incident: Incident, name: str | None) -> IncidentPart:
    first = incident.first
    return IncidentPart(
        incident=first.incident_id,
        station=first.key.station or None,
        name=name,
        stands=any(it.active for it in (first, *incident.followed)),
        first=_alarm(first),
        followed=tuple(map(_alarm, incident.followed)),
        before=tuple(map(line_of, incident.before)),
    )


def _alarm(it: Occurrence) -> IncidentAlarm:
    return IncidentAlarm(
        id=it.id,
        family=it.key.family,
        source=it.key.scope or None,
        priority=it.priority,
        title=it.title,
        response=it.response,
        value=alarm_value(it).words,
        started_at=iso_utc(it.started_at),
        raised_at=iso_utc(it.raised_at),
        cleared_at=None if it.cleared_at is None else iso_utc(it.cleared_at),
    )
