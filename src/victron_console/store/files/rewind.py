"""Takes a store back to a moment: what was recorded after it goes, and its present is what it was then.

Only what polls bring is taken back; alarms, operators' rows and diagnoses of after the moment must not be there.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from victron_console.store.connection import transaction
from victron_console.store.read.replay import held_at, keyframe_before, texts_at
from victron_console.store.value_encoding import judged

if TYPE_CHECKING:
    from sqlite_utils import Database

RECORDED = {
    "hot": "at", "keyframe": "at", "text_change": "at", "station_state": "at", "service_state": "at",
    "device_change": "at", "link_state": "at", "judgement": "at", "event": "at", "overview5": "slot",
    "poll_minute": "minute",
}  # fmt: skip
"""The tables that polls fill, and the column of the moment."""


def rewind(db: Database, at: float) -> None:
    """Take a store back whose changes after the moment are not sealed yet.

    Raises:
        StoreError: it cannot be written; nothing was done.
    """
    with transaction(db):
        conn = db.conn
        present = [_Present.of(conn, no, at) for (no,) in conn.execute("SELECT no FROM station").fetchall()]
        tips = {no: _tip(conn, no, at) for (no,) in conn.execute("SELECT device_no FROM device_now").fetchall()}
        for table, column in RECORDED.items():
            conn.execute(f"DELETE FROM {table} WHERE {column} > ?", (at,))
        for station in present:
            station.write(conn)
        conn.executemany(
            "UPDATE device_now SET tip = ?, read_at = min(read_at, ?) WHERE device_no = ?",
            [(tip, at, no) for no, tip in tips.items()],
        )
        conn.execute("UPDATE summary SET read_at = min(read_at, ?), memory = NULL", (at,))
        conn.execute("UPDATE pulse SET collected_at = ?", (at,))


def _tip(conn: sqlite3.Connection, device_no: int, at: float) -> int:
    last = conn.execute("SELECT max(id) FROM hot WHERE device_no = ? AND at <= ?", (device_no, at)).fetchone()[0]
    return int(last or keyframe_before(conn, device_no, at).tip)


class _Present:
    """What the series of a station held at a moment."""

    def __init__(self, held: dict[int, object], since: float) -> None:
        self._held = held
        self._since = since

    @classmethod
    def of(cls, conn: sqlite3.Connection, station_no: int, at: float) -> _Present:
        """Read it, before anything goes."""
        held: dict[int, object] = {}
        for (device_no,) in conn.execute("SELECT no FROM device WHERE station_no = ?", (station_no,)).fetchall():
            series = conn.execute("SELECT no FROM series WHERE device_no = ?", (device_no,)).fetchall()
            entries = held_at(conn, device_no, at).entries
            held |= {no: entries.get(no) for (no,) in series}
        return cls(held | texts_at(conn, station_no, at), at)

    def write(self, conn: sqlite3.Connection) -> None:
        """Make it the present; a change that came later is dated to the moment."""
        conn.executemany(
            "UPDATE latest SET value = ?, quality = ?, reason = ?, changed_at = min(changed_at, ?) WHERE series_no = ?",
            [(*judged(entry), self._since, no) for no, entry in self._held.items()],  # type: ignore[arg-type]
        )
