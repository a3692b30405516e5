"""Sealed history: per device and period one chunk with the moments, and in it one block a series that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_table

if TYPE_CHECKING:
    from sqlite_utils import Database


def migrate(db: Database) -> None:
    """Add the tables."""
    # level 1 hour, 2 day, 3 week; period: its begin. The periods of a device's chunks never overlap.
    # clock: when the device was read and had changed, see sealed/codec.py; since, until: its first and last moment.
    make_table(
        db, "chunk",
        {"no": int, "device_no": int, "level": int, "period": int, "since": float, "until": float, "crc": int,
         "clock": bytes},
        pk="no",
    )  # fmt: skip
    db.table("chunk").create_index(["device_no", "period"], "chunk_period")
    # since, until: first and last change; last: the entry after it, as JSON. rollup: see rollup.py, NULL where the
    # changes are no more than it would be. body: see sealed/codec.py, NULL once pruned. crc: the body's crc32.
    make_table(
        db, "block",
        {"id": int, "series_no": int, "chunk_no": int, "since": float, "until": float, "changes": int, "last": str,
         "crc": int, "rollup": bytes, "body": bytes},
        pk="id", nullable=("rollup", "body"),
    )  # fmt: skip
    db.table("block").create_index(["series_no", "since"], "block_series")
    db.table("block").create_index(["chunk_no"], "block_chunk")
    # What could not be decoded when its chunk was merged, kept as it was found.
    make_table(
        db, "damaged",
        {"id": int, "at": float, "device_no": int, "series_no": int, "period": int, "reason": str, "body": bytes},
        pk="id", nullable=("series_no",),
    )  # fmt: skip
