"""The event log as machines get it, newest first: links, alarms, settings, operators, advice and what agents asked."""

from __future__ import annotations

import json
from collections.abc import Sequence

from victron_console.contract.form import Document, Moment, Part, Said
from victron_console.model.clock import iso_utc
from victron_console.store.event_log import KIND_GROUPS
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event

DETAIL_AT_MOST = 400
"""Characters of one detail; the hours of an advice are thousands, and `advice` has them."""


class LogLine(Part):
    """Something that happened."""

    at: Moment
    station: str | None
    """Null where it concerns the console or the collector itself."""
    kind: str
    text: Said
    details: dict[str, Said]
    """What else is known of it, each as text: `who`, `path`, `old` and `new` of a setting."""


class Log(Document):
    """The lines of a span that fit, newest first."""

    since: Moment
    until: Moment
    lines: tuple[LogLine, ...]
    next_offset: int | None
    """Ask with this `offset` and the same `until` for the lines before these; null where there are none."""


def line_of(event: Event) -> LogLine:
    """A line of the log."""
    return LogLine(
        at=iso_utc(event.at),
        station=event.station,
        kind=event.kind,
        text=event.text,
        details={str(name): _told(value) for name, value in event.details.items() if value is not None},
    )


def _told(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= DETAIL_AT_MOST else f"{text[:DETAIL_AT_MOST]}…"


def log(
    reader: Reader,
    now: float,
    as_of: float | None,
    *,
    since: float,
    until: float,
    station: str | None = None,
    kinds: Sequence[str] | None = None,
    text: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Log:
    """The newest lines of a span that fit.

    Args:
        reader: of the store.
        now: the moment that is looked from (UTC epoch, s); nothing later is told.
        as_of: the same where it is a past one; None is live.
        since: begin of the span (UTC epoch, s).
        until: its end.
        station: of one station; None: all, and the console's own.
        kinds: groups of `KIND_GROUPS` or kinds as lines have them; None: all.
        text: looked for in the lines, in any case.
        offset: how many of the newest are left out.
        limit: how many at most.
    """
    if station is not None:
        reader.known_station(station, as_of)
    until = min(until, now)
    wanted = None if kinds is None else [kind for name in kinds for kind in KIND_GROUPS.get(name, (name,))]
    found = reader.events(since, until, station, wanted, text, offset + limit + 1)[offset:]
    return Log(
        at=iso_utc(now),
        live=as_of is None,
        since=iso_utc(since),
        until=iso_utc(until),
        lines=tuple(map(line_of, found[:limit])),
        next_offset=offset + limit if len(found) > limit else None,
    )
