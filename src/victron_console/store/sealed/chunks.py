"""One device's sealed period: built from the courses of its series, verified, stored, and taken apart again.

It decides nothing about when: seal.py and merge.py do. Every stored block was decoded once before it was stored.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from operator import itemgetter
from zlib import crc32

import numpy as np

from victron_console.model.units import HOUR_S
from victron_console.store.errors import StoreDamaged
from victron_console.store.read.curves import Curve, Floats, Span
from victron_console.store.sealed import codec as sealed_codec
from victron_console.store.sealed import rollup
from victron_console.store.sealed.codec import CannotDecode, Column
from victron_console.store.value_encoding import Entry, same

ROLLED_FROM = 3
"""Series with more changes an hour than this get hourly figures; of others the changes are as few."""
_AT = itemgetter(0)

BlockRow = tuple[int, float, float, int, str, int, bytes | None, bytes | None]
"""Series number, first and last change, changes, last entry, checksum, hourly figures, the changes (None: pruned)."""


class Level(IntEnum):
    """How long a chunk's period is."""

    HOUR = 1
    DAY = 2
    WEEK = 3

    @property
    def length_s(self) -> int:
        """The period, s; periods begin at multiples of it since 1970."""
        return {Level.HOUR: 3600, Level.DAY: 86_400, Level.WEEK: 604_800}[self]

    def period(self, at: float) -> int:
        """The begin of the period that a moment lies in."""
        return int(at // self.length_s) * self.length_s


@dataclass(frozen=True, slots=True)
class Course:
    """The changes of one series in order of time; the column's positions say nothing yet."""

    times: Floats
    column: Column

    @property
    def curve(self) -> Curve:
        """Its numbers over time."""
        return Curve(self.times, self.column.numbers)


def course_of(changes: Sequence[tuple[float, Entry]]) -> Course:
    """The course of some changes, sorted by time; those of one moment stay in their order."""
    moments, entries = zip(*sorted(changes, key=_AT), strict=True)
    times = np.array(moments, np.float64)
    return Course(times, sealed_codec.column_of(np.zeros(len(times), np.uint32), entries))


def joined(courses: Sequence[Course]) -> Course:
    """Courses of one series as one; where moments are equal the earlier course comes first.

    What one of them says again of the same moment is kept once: an export may be imported twice.
    """
    if len(courses) == 1:
        return courses[0]
    times = np.concatenate([course.times for course in courses])
    column = sealed_codec.joined([course.column for course in courses])
    order = np.argsort(times, kind="stable")
    again = np.flatnonzero(np.diff(times[order]) == 0) + 1
    repeated = [i for i in again if same(column.entry(order[i]), column.entry(order[i - 1]))]
    order = np.delete(order, repeated)
    return Course(times[order], sealed_codec.reordered(column, order, column.positions))


@dataclass(frozen=True, slots=True)
class Damage:
    """Something stored that cannot be read."""

    series_no: int | None
    """None where it is the clock, and with it the whole chunk."""
    reason: str
    body: bytes


@dataclass(slots=True)
class Contents:
    """What a chunk holds."""

    courses: dict[int, Course] = field(default_factory=dict)
    damages: list[Damage] = field(default_factory=list)
    is_pruned: bool = False
    """The changes of a series were given up, its hourly figures are kept: nothing can be added to it."""


def periods(conn: sqlite3.Connection, device_no: int, since: float, until: float) -> list[tuple[int, int, int]]:
    """Number, level and period of a device's chunks that touch a span, oldest first."""
    return conn.execute(
        "SELECT no, level, period FROM chunk WHERE device_no = ? AND period > ? AND period < ? "
        "AND period + CASE level WHEN 1 THEN 3600 WHEN 2 THEN 86400 ELSE 604800 END > ? ORDER BY period",
        (device_no, since - Level.WEEK.length_s, until, since),
    ).fetchall()


def load(conn: sqlite3.Connection, chunk_no: int) -> Contents:
    """Everything in a chunk; what is damaged is told and left out."""
    contents = Contents()
    clock, crc = conn.execute("SELECT clock, crc FROM chunk WHERE no = ?", (chunk_no,)).fetchone()
    rows = conn.execute("SELECT series_no, crc, body FROM block WHERE chunk_no = ? ORDER BY id", (chunk_no,))
    try:
        times = checked_clock(clock, crc)
    except CannotDecode as error:
        contents.damages.append(Damage(None, str(error), clock))
        contents.damages += [Damage(no, "its clock is damaged", body) for no, _, body in rows if body is not None]
        return contents
    for series_no, block_crc, body in rows:
        if body is None:
            contents.is_pruned = True
            continue
        try:
            column = checked_column(body, block_crc, len(times))
        except CannotDecode as error:
            contents.damages.append(Damage(series_no, str(error), body))
        else:
            contents.courses[series_no] = Course(times[column.positions], column)
    return contents


def checked_clock(clock: bytes, crc: int) -> Floats:
    """A stored clock.

    Raises:
        CannotDecode: its bytes are not those that were stored.
    """
    if crc32(clock) != crc:
        raise CannotDecode("the checksum of a clock does not fit")
    return sealed_codec.decoded_clock(clock)


def checked_column(body: bytes, crc: int, polls: int) -> Column:
    """A stored column whose clock has so many moments.

    Raises:
        CannotDecode: its bytes are not those that were stored.
    """
    if crc32(body) != crc:
        raise CannotDecode("the checksum of a block does not fit")
    column = sealed_codec.decoded(body)
    if len(column) and int(column.positions[-1]) >= polls:
        raise CannotDecode("a block is longer than its clock")
    return column


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk ready to be stored, verified."""

    device_no: int
    level: Level
    period: int
    clock: bytes
    since: float
    until: float
    blocks: Sequence[BlockRow]


def build(
    device_no: int, level: Level, period: int, courses: Mapping[int, Course], silent: Sequence[Span],
    carried: Mapping[int, float],
) -> NewChunk:  # fmt: skip
    """Encode a chunk and decode it again to be sure.

    Args:
        device_no: whose.
        level: hour, day or week.
        period: its begin.
        courses: by series number, none empty.
        silent: when nothing was received of the device, in order and not overlapping.
        carried: numbers that held when the period began, by series number.

    Raises:
        StoreDamaged: what was encoded does not come back as it was.
    """
    clock = np.unique(np.concatenate([course.times for course in courses.values()]))
    blocks: list[BlockRow] = []
    for series_no, course in sorted(courses.items()):
        positions = np.searchsorted(clock, course.times).astype(np.uint32)
        column = Column(positions, course.column.kinds, course.column.numbers, course.column.others)
        body = sealed_codec.encoded(column)
        crc = crc32(body)
        if not sealed_codec.equal(checked_column(body, crc, len(clock)), column):
            raise StoreDamaged(f"series {series_no} of {period} would not come back as it was: it stays unsealed")
        hours = None
        if level is not Level.HOUR and len(column) > ROLLED_FROM * level.length_s / HOUR_S:
            hours = _rolled(course.curve, silent, period, level, carried.get(series_no))
        last = json.dumps(column.entry(len(column) - 1), ensure_ascii=False)
        blocks.append((series_no, float(course.times[0]), float(course.times[-1]), len(column), last, crc, hours, body))
    packed = sealed_codec.encoded_clock(clock)
    if not np.array_equal(sealed_codec.decoded_clock(packed), clock):
        raise StoreDamaged(f"the clock of {period} would not come back as it was: it stays unsealed")
    return NewChunk(device_no, level, period, packed, float(clock[0]), float(clock[-1]), blocks)


def _rolled(curve: Curve, silent: Sequence[Span], period: int, level: Level, carried: float | None) -> bytes | None:
    if not np.any(np.isfinite(curve.numbers)):
        return None
    if carried is not None:
        curve = Curve(np.append(float(period), curve.times), np.append(carried, curve.numbers))
    return rollup.encoded_hours(rollup.hourly(curve, silent, period, period + level.length_s))


def store(conn: sqlite3.Connection, chunk: NewChunk) -> None:
    """Write a chunk, inside a transaction."""
    cursor = conn.execute(
        "INSERT INTO chunk (device_no, level, period, since, until, crc, clock) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (chunk.device_no, chunk.level, chunk.period, chunk.since, chunk.until, crc32(chunk.clock), chunk.clock),
    )
    assert cursor.lastrowid is not None
    store_blocks(conn, cursor.lastrowid, chunk.blocks)


def store_blocks(conn: sqlite3.Connection, chunk_no: int, blocks: Sequence[BlockRow]) -> None:
    """Write blocks of a chunk, inside a transaction."""
    conn.executemany(
        "INSERT INTO block (series_no, since, until, changes, last, crc, rollup, body, chunk_no) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*block, chunk_no) for block in blocks],
    )


def remove(conn: sqlite3.Connection, chunk_no: int) -> bool:
    """Take a chunk away, inside a transaction; False where another process already has."""
    conn.execute("DELETE FROM block WHERE chunk_no = ?", (chunk_no,))
    return conn.execute("DELETE FROM chunk WHERE no = ?", (chunk_no,)).rowcount == 1


def set_aside(conn: sqlite3.Connection, device_no: int, period: int, damages: Sequence[Damage], now: float) -> None:
    """Keep what could not be read, inside a transaction, and log it."""
    conn.executemany(
        "INSERT INTO damaged (at, device_no, series_no, period, reason, body) VALUES (?, ?, ?, ?, ?, ?)",
        [(now, device_no, damage.series_no, period, damage.reason, damage.body) for damage in damages],
    )


def split_by_period(course: Course, level: Level) -> Iterator[tuple[int, Course]]:
    """A course by the periods of a level."""
    if level.period(float(course.times[0])) == level.period(float(course.times[-1])):
        yield level.period(float(course.times[0])), course
        return
    starts = np.floor_divide(course.times, level.length_s)
    for start in np.unique(starts):
        rows = np.flatnonzero(starts == start)
        column = sealed_codec.reordered(course.column, rows, course.column.positions[rows])
        yield int(start) * level.length_s, Course(course.times[rows], column)
