"""Repairs the spans without values that an earlier version of the program stored wrongly."""

from __future__ import annotations

import sqlite3

_NEXT_READING = (
    "SELECT min(at) FROM (SELECT o.until AS at FROM silence o WHERE o.device_no = silence.device_no "
    "AND o.until > silence.since AND o.until < 9e999 "
    "UNION ALL SELECT b.since FROM block b JOIN series ON no = b.series_no "
    "WHERE device_no = silence.device_no AND b.since > silence.since)"
)


def repair_silences(conn: sqlite3.Connection) -> None:
    """Give silences that an import once ended at infinity their end, or open them again; inside a transaction.

    A device has one open silence, the first: the next reading ends it.
    """
    if conn.execute("UPDATE silence SET until = (" + _NEXT_READING + ") WHERE until = 9e999").rowcount:
        conn.execute(
            "DELETE FROM silence WHERE until IS NULL AND EXISTS (SELECT 1 FROM silence o "
            "WHERE o.device_no = silence.device_no AND o.until IS NULL AND o.since < silence.since)"
        )
