"""Adds lines to the log, which is one for the collector, the alarms and what operators do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from victron_console.store.records import Event

if TYPE_CHECKING:
    from sqlite_utils import Database

KIND_GROUPS: Mapping[str, tuple[str, ...]] = {
    "alarms": (
        "raised", "raised again", "cleared", "escalated", "eased", "flapping", "quiet", "steady", "stale", "fresh",
        "suppressed", "released", "requalified", "notification", "told", "not told",
    ),
    "operators": (
        "acknowledged", "ack taken back", "commented", "shelved", "unshelved", "maintenance", "maintenance ended",
    ),
    "links": ("link", "service", "station", "clock", "collector"),
    "settings": ("setting", "parameter", "config"),
    "advice": ("advice", "prices"),
    "agents": ("agent",),
}  # fmt: skip
"""What the log can be narrowed to, and the kinds of lines in each."""


def add_events(db: Database, events: Iterable[Event]) -> int | None:
    """Write lines, inside a transaction; gives the number of the last, None where there were none."""
    rows = [
        {"at": event.at, "station": event.station, "kind": event.kind, "text": event.text,
         "details": dict(event.details)}
        for event in events
    ]  # fmt: skip
    return db.table("event").insert_all(rows).last_rowid if rows else None
