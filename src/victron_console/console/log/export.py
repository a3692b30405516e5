"""The log as rows for another program."""

from __future__ import annotations

from collections.abc import Iterable

from victron_console.console.kit.event_words import event_text
from victron_console.console.kit.export import Table
from victron_console.model.clock import iso_utc
from victron_console.store.records import Event


def log_table(events: Iterable[Event]) -> Table:
    """The lines of the log that are loaded, newest first."""
    return Table(
        ("time", "station", "kind", "text"),
        tuple((iso_utc(event.at), event.station, event.kind, event_text(event)) for event in events),
    )
