"""Keeps what the alert engine changes, gives it back after a restart, and joins it with what operators say.

The engine's rows are written by the collector alone; operators' rows by any console (operator/alarm_actions.py).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from victron_console.model.alert import (
    Ack,
    AlertEvent,
    AlertKey,
    AlertView,
    Comment,
    Maintenance,
    Occurrence,
    Severity,
    Shelf,
)
from victron_console.model.alert_record import AlertChanges, KeptAlerts, LevelRecord, NoticeRecord
from victron_console.model.limits import FLAP_WINDOW_S
from victron_console.store.alarms.notices import put_due, sent_of
from victron_console.store.alarms.occurrences import COLUMNS, as_it_was, from_row, put
from victron_console.store.connection import transaction
from victron_console.store.event_log import add_events
from victron_console.store.read.presence import LIVE
from victron_console.store.records import Event

if TYPE_CHECKING:
    from sqlite_utils import Database

RAISES = ("raised", "raised again")
IMPORTED = "imported"
"""In the details of a line of the log that came with a file: nothing goes on from it."""


def record_alerts(db: Database, changes: AlertChanges, now: float) -> None:
    """Keep one step's changes, state and log together or neither; and log shelves that have ended by themselves.

    Args:
        db: the writer's database.
        changes: what the step gave.
        now: the moment (UTC epoch, s).

    Raises:
        StoreError: it cannot be written; nothing was.
    """
    ended = _ended_shelves(db.conn, now)
    if changes.empty and not ended:
        return
    with transaction(db):
        conn = db.conn
        for shelf_id, until, station, key in ended:
            db.table("shelf_end").insert({"shelf": shelf_id, "at": until, "who": ""}, ignore=True)
            log(db, AlertEvent(until, "unshelved", station, key, "The time of the shelf is over", who=""))
        for occurrence in sorted(changes.occurrences, key=lambda it: it.active):  # closed ones first: one open a key
            put(conn, occurrence, now)
        log(db, *changes.events)
        for level in changes.levels:
            _put_level(conn, level)
        put_due(conn, changes.due)
        db.table("alert_notice").insert_all(map(_notice_row, changes.notices), ignore=True)


def kept_alerts(db: Database, now: float) -> KeptAlerts:
    """What the engine needs to go on where it stood."""
    conn = db.conn
    marks = ", ".join("?" * len(RAISES))
    raises = conn.execute(
        f"SELECT at, details FROM event WHERE kind IN ({marks}) AND at > ? AND at <= ? ORDER BY at, id",
        (*RAISES, now - FLAP_WINDOW_S, now),
    )
    return KeptAlerts(
        [from_row(row) for row in conn.execute(f"SELECT {COLUMNS} FROM occurrence WHERE cleared_at IS NULL")],
        [_level(row) for row in conn.execute("SELECT * FROM alert_track")],
        [(key, at) for at, details in raises if (key := _raised_key(details)) is not None],
        conn.execute("SELECT ifnull(max(id), 0) + 1 FROM occurrence").fetchone()[0],
    )


def _raised_key(details: str) -> AlertKey | None:
    """Whose raise a line of the log tells; None where it was imported, or tells none: flapping is not worth a stop."""
    try:
        told = json.loads(details)
        return None if IMPORTED in told else AlertKey.parse(told["key"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def alert_views(
    db: Database, now: float, tags: Mapping[str, Iterable[str]], as_of: float | None = None, cleared_for_s: float = 0.0
) -> list[AlertView]:
    """The alarms as they stand: open ones, cleared ones that nobody acknowledged, and those cleared a moment ago.

    Args:
        db: a reader's database.
        now: the moment, for shelves and maintenance (UTC epoch, s).
        tags: the tags of each station, for maintenance of a tag.
        as_of: a past moment to look back to; None is live.
        cleared_for_s: how long an acknowledged alarm stays in the list after it cleared.
    """
    at = LIVE if as_of is None else as_of
    conn = db.conn
    found = [
        from_row(row)
        for row in conn.execute(
            f"SELECT {COLUMNS} FROM occurrence WHERE raised_at <= :at AND (cleared_at IS NULL OR cleared_at > :since "
            "OR (response <> '' AND severity <> 'info' AND NOT EXISTS (SELECT 1 FROM alert_ack a "
            "WHERE a.occurrence = occurrence.id AND a.at <= :at AND (a.severity = occurrence.severity "
            "OR a.severity = 'critical')))) ORDER BY raised_at, id",
            {"at": at, "since": (now if as_of is None else as_of) - cleared_for_s},
        )
    ]
    if as_of is not None:
        found = [as_it_was(conn, occurrence, as_of) for occurrence in found]
    return _joined(conn, found, now, tags, as_of)


def alert_view(
    db: Database, occurrence: int, now: float, tags: Mapping[str, Iterable[str]], as_of: float | None = None
) -> AlertView | None:
    """One occurrence with everything said of it; None where there is none of that number, or was none at `as_of`."""
    row = db.conn.execute(f"SELECT {COLUMNS} FROM occurrence WHERE id = ?", (occurrence,)).fetchone()
    found = from_row(row) if row else None
    if found is None or (as_of is not None and found.raised_at > as_of):
        return None
    return _joined(db.conn, [found if as_of is None else as_it_was(db.conn, found, as_of)], now, tags, as_of)[0]


def alert_history(
    db: Database, since: float, until: float, station: str | None = None, as_of: float | None = None
) -> list[Occurrence]:
    """Occurrences that were open in a span, oldest first: for marks on charts and the alarm rates.

    With `as_of`, which is not before `until`, each is what it was then.
    """
    where = "raised_at <= ? AND (cleared_at IS NULL OR cleared_at >= ?)" + (" AND station = ?" if station else "")
    rows = db.conn.execute(
        f"SELECT {COLUMNS} FROM occurrence WHERE {where} ORDER BY raised_at, id",
        (until, since, *([station] if station else [])),
    )
    found = [from_row(row) for row in rows]
    return found if as_of is None else [as_it_was(db.conn, it, as_of) for it in found]


def acks(conn: sqlite3.Connection, since: float, until: float) -> list[Ack]:
    """Acknowledgements of a span, oldest first."""
    rows = conn.execute(
        "SELECT occurrence, severity, at, who, comment FROM alert_ack WHERE at >= ? AND at <= ? ORDER BY at",
        (since, until),
    )
    return [Ack(no, at, who, Severity(severity), comment) for no, severity, at, who, comment in rows]


def notices(db: Database, station: str, limit: int = 100) -> list[NoticeRecord]:
    """What a GX notified of, newest first, long after its ring has dropped it."""
    rows = db.conn.execute("SELECT * FROM alert_notice WHERE station = ? ORDER BY at DESC LIMIT ?", (station, limit))
    return [
        NoticeRecord(of, service, trigger, at, text, device, Severity(severity), bool(acknowledged))
        for of, service, trigger, at, text, device, severity, acknowledged in rows
    ]


def log(db: Database, *events: AlertEvent) -> None:
    """Write lines of the alarm log; inside a transaction."""
    add_events(db, map(_log_line, events))


def _log_line(event: AlertEvent) -> Event:
    details = {
        "key": event.key,
        "occurrence": event.occurrence,
        "severity": event.severity.value if event.severity else None,
        "who": event.who,
        **event.details,
    }
    said = {name: value for name, value in details.items() if value not in (None, "")}
    return Event(event.at, event.station or None, event.kind, event.text, said)


def _notice_row(notice: NoticeRecord) -> dict[str, Any]:
    n = notice
    return {"station": n.station, "service": n.service, "trigger_path": n.trigger, "at": n.at, "text": n.text,
            "device": n.device, "severity": n.severity.value, "acknowledged": n.acknowledged}  # fmt: skip


def shelves(conn: sqlite3.Connection, at: float) -> list[Shelf]:
    """Shelves that hold at a moment, oldest first."""
    rows = conn.execute(
        "SELECT s.id, s.at, s.until, s.who, s.reason, s.severity, s.key, e.at, s.occurrence "
        "FROM shelf s LEFT JOIN shelf_end e ON e.shelf = s.id "
        "WHERE s.key IS NOT NULL AND s.at <= :at AND s.until > :at AND (e.at IS NULL OR e.at > :at) ORDER BY s.id",
        {"at": at},
    )
    return [
        Shelf(no, since, until, who, reason, Severity(severity), AlertKey.parse(key), *rest)
        for no, since, until, who, reason, severity, key, *rest in rows
    ]


def maintenances(conn: sqlite3.Connection, at: float) -> list[Maintenance]:
    """Maintenance that holds at a moment, oldest first."""
    rows = conn.execute(
        "SELECT m.id, m.start, m.until, m.who, m.reason, m.station, m.tag, e.at "
        "FROM maintenance m LEFT JOIN maintenance_end e ON e.maintenance = m.id "
        "WHERE m.start <= :at AND m.until > :at AND (e.at IS NULL OR e.at > :at) ORDER BY m.id",
        {"at": at},
    )
    return [Maintenance(*row) for row in rows]


def _put_level(conn: sqlite3.Connection, level: LevelRecord) -> None:
    if level.phase == "normal":
        conn.execute("DELETE FROM alert_track WHERE station = ? AND rule = ? AND scope = ? AND severity = ?", level.key)
        return
    conn.execute(
        "INSERT OR REPLACE INTO alert_track VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*level.key, str(level.alert), level.phase, level.since, level.started, level.seen),
    )


def _level(row: tuple[str, str, str, str, str, str, float, float, float]) -> LevelRecord:
    station, rule, scope, severity, alert, phase, since, started, seen = row
    return LevelRecord(station, rule, scope, Severity(severity), AlertKey.parse(alert), phase, since, started, seen)


def _joined(
    conn: sqlite3.Connection,
    found: list[Occurrence],
    now: float,
    tags: Mapping[str, Iterable[str]],
    as_of: float | None,
) -> list[AlertView]:
    """With what operators say. Live that is all of it: a clock that was set back makes nothing unsaid.

    What hides an alarm holds only from its own moment on: after such a step it is rather shown once more.
    """
    at = LIVE if as_of is None else as_of
    acks: dict[int, list[Ack]] = {}
    comments: dict[int, list[Comment]] = {}
    for it in found:
        for no, severity, when, who, comment in conn.execute(
            "SELECT * FROM alert_ack WHERE occurrence = ? AND at <= ? ORDER BY at", (it.id, at)
        ):
            acks.setdefault(no, []).append(Ack(no, when, who, Severity(severity), comment))
        for _, no, when, who, text in conn.execute(
            "SELECT * FROM alert_comment WHERE occurrence = ? AND at <= ? ORDER BY at, id", (it.id, at)
        ):
            comments.setdefault(no, []).append(Comment(no, when, who, text))
    put_aside, works = shelves(conn, now), maintenances(conn, now)
    return [
        AlertView(
            it,
            acks.get(it.id, ()),
            comments.get(it.id, ()),
            next((shelf for shelf in put_aside if shelf.covers(it, now)), None),
            next((work for work in works if work.covers(it.key.station, tags.get(it.key.station, ()), now)), None),
            sent_of(conn, it.id, at),
        )
        for it in found
    ]


def _ended_shelves(conn: sqlite3.Connection, now: float) -> list[tuple[int, float, str, str]]:
    rows = conn.execute(
        "SELECT id, until, key FROM shelf "
        "WHERE key IS NOT NULL AND until <= ? AND id NOT IN (SELECT shelf FROM shelf_end)",
        (now,),
    )
    return [(no, until, AlertKey.parse(key).station, key) for no, until, key in rows]
