"""Reads everything back: the pages of the database, every sealed block, every hot row. It changes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from victron_console.model.clock import iso_utc
from victron_console.store.sealed.chunks import checked_clock, checked_column
from victron_console.store.sealed.codec import CannotDecode
from victron_console.store.sealed.rollup import decoded_hours
from victron_console.store.value_encoding import entries_in


@dataclass(slots=True)
class Verified:
    """What was read, and what is wrong."""

    blocks: int = 0
    changes: int = 0
    hot_rows: int = 0
    set_aside: int = 0
    """Damaged blocks found earlier, kept out of the history."""
    faults: list[str] = field(default_factory=list)
    """A sentence each; empty where all is well."""


def verify(conn: sqlite3.Connection) -> Verified:
    """Check the whole store.

    Args:
        conn: inside a read transaction: a writer may go on meanwhile.
    """
    found = Verified()
    found.faults += [
        f"the database's pages: {text}; restore a backup"
        for (text,) in conn.execute("PRAGMA integrity_check(20)")
        if text != "ok"
    ]
    for fault in _sealed(conn, found):
        found.faults.append(fault)
    for row_id, body in conn.execute("SELECT id, body FROM hot ORDER BY id"):
        found.hot_rows += 1
        try:
            entries_in(body)
        except (ValueError, TypeError, IndexError, AttributeError):
            found.faults.append(f"hot row {row_id} cannot be read")
    found.set_aside = conn.execute("SELECT count(*) FROM damaged").fetchone()[0]
    return found


def _sealed(conn: sqlite3.Connection, found: Verified) -> Iterator[str]:
    chunks = conn.execute(
        "SELECT c.no, c.crc, c.clock, c.period, s.id || ' ' || d.cls || '/' || d.instance FROM chunk c "
        "JOIN device d ON d.no = c.device_no JOIN station s ON s.no = d.station_no ORDER BY c.no"
    ).fetchall()
    for number, crc, clock, period, device in chunks:
        where = f"{device} from {iso_utc(period)}" if 0 < period < 2**32 else f"{device} from {period}"
        try:
            times = checked_clock(clock, crc)
        except CannotDecode as error:
            yield f"{where}, all series: {error}; they cannot be read"
            continue
        for path, block_crc, hours, body, last in conn.execute(
            "SELECT path, crc, rollup, body, last FROM block JOIN series ON no = series_no WHERE chunk_no = ?",
            (number,),
        ):
            found.blocks += 1
            try:
                found.changes += _block(body, block_crc, hours, last, len(times))
            except (CannotDecode, ValueError) as error:
                yield f"{where}, {path}: {error}; its values of that time cannot be read"


def _block(body: bytes | None, crc: int, hours: bytes | None, last: str, polls: int) -> int:
    """Decode one block; gives how many changes it holds."""
    if hours is not None:
        decoded_hours(hours)
    if body is None:
        return 0
    column = checked_column(body, crc, polls)
    if json.dumps(column.entry(len(column) - 1), ensure_ascii=False) != last:
        raise CannotDecode("its last value does not fit")
    return len(column)
