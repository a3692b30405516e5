"""Adds lines to the log, which is one for the collector, the alarms and what operators do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from victron_console.store.records import Event

if TYPE_CHECKING:
    from sqlite_utils import Database


def add_events(db: Database, events: Iterable[Event]) -> int | None:
    """Write lines, inside a transaction; gives the number of the last, None where there were none."""
    rows = [
        {"at": event.at, "station": event.station, "kind": event.kind, "text": event.text,
         "details": dict(event.details)}
        for event in events
    ]  # fmt: skip
    return db.table("event").insert_all(rows).last_rowid if rows else None
