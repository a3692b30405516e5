"""The state of the database, and what the configuration keeps of it."""

from __future__ import annotations

from dataclasses import asdict

from victron_console.config import HistorySettings
from victron_console.contract.form import Number, Part, Versioned
from victron_console.store.answers import StoreStats


class Retained(Part):
    """What the store may give up: the oldest changes by the week."""

    keep_changes_s: int | None
    """Older ones go; null: none for their age."""
    max_size_bytes: int | None
    """The oldest go above so much in use; null: none for their size."""


class Stats(Versioned):
    """What `store stats --json` prints."""

    path: str
    schema_version: int
    sqlite_version: str
    size_bytes: int
    """Of the file."""
    wal_bytes: int
    """Of the log beside it, which is not merged in yet."""
    page_size: int
    free_pages: int
    """Pages of the file that hold nothing."""
    rows: dict[str, int]
    """By table."""
    first_at: Number
    """The oldest change kept (UTC epoch, s); null where there is none."""
    last_at: Number
    """When the collector last wrote (UTC epoch, s)."""
    retention: Retained


def stats(found: StoreStats, keep: HistorySettings) -> Stats:
    """The state of the database as a document."""
    kept = Retained(keep_changes_s=keep.keep_changes, max_size_bytes=keep.max_size)
    return Stats(**asdict(found), retention=kept)
