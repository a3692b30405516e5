"""What a bundle says beside values: lines of the event log, and what the station's polls were judged to be."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from victron_console.model.judgement import Judgement
from victron_console.store.alarms.engine_rows import IMPORTED
from victron_console.store.connection import transaction
from victron_console.store.event_log import add_events
from victron_console.store.files.import_source import LoggedEvent
from victron_console.store.read.judgements import judgement
from victron_console.store.records import Event

if TYPE_CHECKING:
    from sqlite_utils import Database


def import_events(db: Database, events: Iterable[LoggedEvent], station: str) -> int:
    """Add the lines of the log that are not there yet; gives how many."""
    count = 0
    with transaction(db):
        table, known = db.table("event"), "at = ? AND station = ? AND kind = ? AND text = ?"
        for event in events:
            if not table.count_where(known, (event.at, station, event.kind, event.text)):
                # Marked: the alert engine goes on from its own lines of the log, and these are somebody else's.
                marked = event.details | {IMPORTED: True}
                add_events(db, [Event(event.at, station, event.kind, event.text, marked)])
                count += 1
    return count


def import_judgements(db: Database, judgements: Iterable[tuple[float, Judgement]], station: str) -> None:
    """Keep from when on (UTC epoch, s) what was judged of a station's polls, where that is not known already."""
    with transaction(db):
        for at, judged in judgements:
            if judgement(db.conn, station, at) != judged:
                db.conn.execute(
                    "INSERT OR IGNORE INTO judgement (station_no, at, signs_conflict, imbalance_w) "
                    "SELECT no, ?, ?, ? FROM station WHERE id = ?",
                    (at, int(judged.signs_conflict), judged.imbalance_w, station),
                )
