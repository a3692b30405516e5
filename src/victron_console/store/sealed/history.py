"""Reads sealed history. What is damaged costs its block: it reads as an implausible value over the block's time.

numpy and pcodec are imported when the first block is decoded: the console's first paint needs neither.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from victron_console.store.value_encoding import Entry

if TYPE_CHECKING:
    from victron_console.store.read.curves import Floats, Pieces
    from victron_console.store.sealed.chunks import Course
    from victron_console.store.sealed.codec import Column

log = logging.getLogger(__name__)

Change = tuple[float, Entry]
DAMAGED: Entry = (None, "its stored block is damaged")

_BLOCK = "b.since, b.until, b.last, b.crc, b.rollup, b.body, b.id, b.chunk_no"


class Clocks:
    """The clocks of chunks, each read and decoded once: all series of a device share one."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._known: dict[int, Floats] = {}

    def of(self, chunk_no: int) -> Floats:
        """The moments of a chunk.

        Raises:
            CannotDecode: it is damaged.
        """
        if chunk_no not in self._known:
            from victron_console.store.sealed.chunks import checked_clock

            clock, crc = self._conn.execute("SELECT clock, crc FROM chunk WHERE no = ?", (chunk_no,)).fetchone()
            self._known[chunk_no] = checked_clock(clock, crc)
        return self._known[chunk_no]


@dataclass(frozen=True, slots=True)
class Block:
    """The changes of one series in one chunk, as stored."""

    clocks: Clocks
    since: float
    """Its first change."""
    until: float
    """Its last."""
    last_json: str
    crc: int
    rollup: bytes | None
    body: bytes | None
    id: int
    chunk_no: int

    @property
    def last(self) -> Entry:
        """The entry after its last change."""
        return _entry(self.last_json)

    def course(self) -> Course | None:
        """Its changes; None where they are damaged or were pruned."""
        from victron_console.store.sealed.chunks import Course

        found = self._decoded()
        return Course(found[0][found[1].positions], found[1]) if found else None

    def _decoded(self) -> tuple[Floats, Column] | None:
        """The moments of its chunk, and where in them it changed to what."""
        from victron_console.store.sealed.chunks import checked_column
        from victron_console.store.sealed.codec import CannotDecode

        if self.body is None:
            return None
        try:
            times = self.clocks.of(self.chunk_no)
            return times, checked_column(self.body, self.crc, len(times))
        except CannotDecode as error:
            log.warning("block %d of the sealed history is damaged: %s; see `store verify`", self.id, error)
            return None

    def hours(self) -> Pieces | None:
        """Its hourly figures; None where it has none, or they are damaged."""
        from victron_console.store.sealed.codec import CannotDecode
        from victron_console.store.sealed.rollup import decoded_hours

        if self.rollup is None:
            return None
        try:
            return decoded_hours(self.rollup)
        except CannotDecode as error:
            log.warning("block %d of the sealed history is damaged: %s; see `store verify`", self.id, error)
            return None

    def changes(self, since: float = -inf, until: float = inf) -> list[Change]:
        """Its changes in a span, after the last one at or before it; of a pruned one the mean of each hour."""
        if found := self._decoded():
            times, column = found
            # A moment's place in the clock tells where it is in the column, whose own moments are not looked up for it.
            places = times.searchsorted((since, until), side="right").astype(column.positions.dtype)
            begin, end = column.positions.searchsorted(places)
            part = slice(max(0, int(begin) - 1), int(end))
            return list(zip(times[column.positions[part]].tolist(), column.entries(part), strict=True))
        p = self.hours() if self.body is None else None
        if p is None:
            return [(self.since, DAMAGED), (self.until, self.last)]
        means = zip(p.begins.tolist(), p.mean.tolist(), p.covered_s.tolist(), strict=True)
        inside = [(max(begin, self.since), mean if known_s else None) for begin, mean, known_s in means]
        return [*(change for change in inside if change[0] < self.until), (self.until, self.last)]


def _entry(text: str) -> Entry:
    entry = json.loads(text)
    return (entry[0], entry[1]) if isinstance(entry, list) else entry


def blocks(
    conn: sqlite3.Connection, series_no: int, since: float, until: float, *, hours: bool = False
) -> Iterator[Block]:
    """The blocks of a series with changes in a span, and the last one before it; oldest first.

    Args:
        conn: inside a read transaction.
        series_no: whose blocks.
        since: begin of the span (UTC epoch, s).
        until: its end.
        hours: leave the changes of those out that have hourly figures: that much less is read.
    """
    first = conn.execute(
        "SELECT since FROM block WHERE series_no = ? AND since <= ? ORDER BY since DESC LIMIT 1", (series_no, since)
    ).fetchone()
    columns = _BLOCK.replace("b.body", "iif(b.rollup IS NULL, b.body, NULL)") if hours else _BLOCK
    rows = conn.execute(
        f"SELECT {columns} FROM block b WHERE b.series_no = ? AND b.since BETWEEN ? AND ? ORDER BY b.since",
        (series_no, first[0] if first else since, until),
    )
    clocks = Clocks(conn)
    return (Block(clocks, *row) for row in rows)


def changes(conn: sqlite3.Connection, series_no: int, since: float, until: float) -> list[Change]:
    """The sealed changes of a series up to the end of a span, from the last one at or before its begin on."""
    found: list[Change] = []
    for block in blocks(conn, series_no, since, until):
        found += [(block.until, block.last)] if block.until <= since else block.changes(since, until)
    begin = max(0, bisect_right(found, since, key=lambda change: change[0]) - 1)
    end = bisect_right(found, until, key=lambda change: change[0])
    return found[begin:end]


def values_at(conn: sqlite3.Connection, device_no: int, at: float) -> tuple[dict[int, Entry], float | None]:
    """What the sealed history says of every series of a device at a moment, by number, and when one last changed."""
    rows = conn.execute(
        f"SELECT s.no, {_BLOCK} FROM block b JOIN series s ON s.no = b.series_no WHERE s.device_no = ? AND b.id = ("
        "SELECT id FROM block l WHERE l.series_no = s.no AND l.since <= ? ORDER BY l.since DESC LIMIT 1)",
        (device_no, at),
    )
    clocks = Clocks(conn)
    found = {series_no: _change_at(Block(clocks, *row), at) for series_no, *row in rows}
    values = {series_no: entry for series_no, (_, entry) in found.items()}
    return values, max((moment for moment, _ in found.values()), default=None)


def changes_of_device(
    conn: sqlite3.Connection, device_no: int, since: float, until: float
) -> list[tuple[float, dict[int, Entry]]]:
    """The sealed changes of a device after a moment, up to and with another, by series number; oldest first."""
    rows = conn.execute(
        f"SELECT s.no, {_BLOCK} FROM series s JOIN block b ON b.series_no = s.no "
        "WHERE s.device_no = ? AND b.since <= ? AND b.until > ?",
        (device_no, until, since),
    ).fetchall()
    clocks = Clocks(conn)
    found = [
        (at, {series_no: entry})
        for series_no, *row in rows
        for at, entry in Block(clocks, *row).changes(since, until)
        if since < at <= until
    ]
    return sorted(found, key=lambda change: change[0])


def _change_at(block: Block, at: float) -> Change:
    """The last change up to a moment."""
    if block.until <= at:
        return block.until, block.last
    held = [change for change in block.changes(at, at) if change[0] <= at]
    return held[-1] if held else (block.since, DAMAGED)
