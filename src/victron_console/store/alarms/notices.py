"""What is still to be told of alarms, and who was told what and when. The collector's alone to write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from victron_console.model.alert import NoticeSent, Severity
from victron_console.model.alert_record import KeptNotice, NoticeDue
from victron_console.store.alarms.occurrences import COLUMNS, from_row
from victron_console.store.connection import transaction
from victron_console.store.event_log import add_events
from victron_console.store.records import Event

if TYPE_CHECKING:
    from sqlite_utils import Database


def put_due(conn: sqlite3.Connection, due: Iterable[NoticeDue]) -> None:
    """Keep what is still to be told, and let go of what is not any more; inside a transaction."""
    for it in due:
        if it.event:
            conn.execute(  # what waited for the store may have been told meanwhile
                "INSERT OR REPLACE INTO notice_due SELECT :occurrence, :way, :event, :tries WHERE NOT EXISTS "
                "(SELECT 1 FROM notice_sent WHERE occurrence = :occurrence AND way = :way AND event = :event)",
                {"occurrence": it.occurrence, "way": it.way, "event": it.event, "tries": it.tries},
            )
        else:
            conn.execute("DELETE FROM notice_due WHERE occurrence = ? AND way = ?", (it.occurrence, it.way))


def waiting(conn: sqlite3.Connection) -> int:
    """How many notices are still to be told, those that are tried again among them."""
    return int(conn.execute("SELECT count(*) FROM notice_due").fetchone()[0])


def record_notices(db: Database, due: Sequence[NoticeDue], sent: Sequence[NoticeSent], events: Sequence[Event]) -> None:
    """Keep what was told and what is still to be told, with its lines of the log, together or not at all.

    Raises:
        StoreError: it cannot be written; nothing was.
    """
    with transaction(db):
        put_due(db.conn, due)
        for it in sent:
            if not _count_again(db.conn, it):
                db.conn.execute(
                    "INSERT INTO notice_sent (occurrence, way, at, event, severity, tries, times) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (it.occurrence, it.way, it.at, it.event, it.severity.value, it.tries, it.times),
                )
        add_events(db, events)


def _count_again(conn: sqlite3.Connection, it: NoticeSent) -> bool:
    """Of reminders the last is kept, with their number: an alarm may stand for months. False where it is the first."""
    return it.event == "repeated" and bool(
        conn.execute(
            "UPDATE notice_sent SET at = ?, severity = ?, tries = ?, times = times + ? "
            "WHERE occurrence = ? AND way = ? AND event = 'repeated'",
            (it.at, it.severity.value, it.tries, it.times, it.occurrence, it.way),
        ).rowcount
    )


def kept_notices(conn: sqlite3.Connection) -> list[KeptNotice]:
    """What a new collector goes on from: of all that is still to be told, and of alarms that stand and were told."""
    columns = ", ".join(f"o.{name}" for name in COLUMNS.split(", "))
    rows = conn.execute(
        f"SELECT way, event, tries, {columns} FROM notice_due d JOIN occurrence o ON o.id = d.occurrence "
        f"UNION ALL SELECT DISTINCT way, '', 0, {columns} FROM notice_sent s JOIN occurrence o ON o.id = s.occurrence "
        "WHERE o.cleared_at IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM notice_due d WHERE d.occurrence = s.occurrence AND d.way = s.way)"
    ).fetchall()
    found = []
    for way, event, tries, *row in rows:
        occurrence = from_row(row)
        told = [it for it in sent_of(conn, occurrence.id) if it.way == way]
        severity = max((it.severity for it in told), default=None, key=_weight)
        told_at = max((it.at for it in told), default=None)
        found.append(KeptNotice(occurrence, way, event, tries, severity, told_at))
    return found


def sent_of(conn: sqlite3.Connection, occurrence: int, until: float = float("inf")) -> list[NoticeSent]:
    """What was told of an alarm by a moment (UTC epoch, s), oldest first."""
    rows = conn.execute(
        "SELECT occurrence, way, at, event, severity, tries, times FROM notice_sent "
        "WHERE occurrence = ? AND at <= ? ORDER BY at, id",
        (occurrence, until),
    )
    return [
        NoticeSent(number, way, at, event, Severity(level), *counts) for number, way, at, event, level, *counts in rows
    ]


def _weight(severity: Severity) -> int:
    return severity.weight
