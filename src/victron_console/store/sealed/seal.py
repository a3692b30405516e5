"""Moves hot rows into sealed chunks: the oldest rows first, each step one transaction.

A reader sees either the rows or the blocks. Every block is decoded before its rows go. The writer goes on meanwhile:
numbers of rows are never used again, and a chain ends where its older rows are gone.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf, nextafter
from typing import TYPE_CHECKING

from victron_console.model.device import DeviceKey
from victron_console.store.connection import reading, transaction
from victron_console.store.engines import note_sealed
from victron_console.store.errors import StoreError
from victron_console.store.read.curves import Span
from victron_console.store.read.gaps import silent_spans
from victron_console.store.read.trace import merged
from victron_console.store.sealed import chunks
from victron_console.store.sealed import history as sealed
from victron_console.store.sealed.chunks import Contents, Course, Level, NewChunk
from victron_console.store.value_encoding import Entry, body_of, entries_in, entries_of_rows

if TYPE_CHECKING:
    from sqlite_utils import Database

HOT_S = 3600.0
"""Rows stay hot for this long at least, and up to an hour more: sealing works on whole hours."""
SETTLED_S = HOT_S + Level.HOUR.length_s
"""A period is settled this long after its end: all of it is sealed by then."""
SLICE_ROWS = 20_000
"""Rows of one step: it holds the write lock for a few ms."""
_END = (0, 0.0, "")
"""After the last row, whose numbers begin with 1."""


class Outrun(StoreError):
    """Another process changed the sealed history meanwhile; nothing was done."""


@dataclass(slots=True)
class DeviceRows:
    """The oldest hot rows of a device, and where its chain stands after them."""

    ids: list[int] = field(default_factory=list)
    changes: dict[int, list[tuple[float, Entry]]] = field(default_factory=lambda: defaultdict(list))
    state: dict[int, Entry] = field(default_factory=dict)
    tip: int = 0
    tip_at: float = 0.0

    def take(self, at: float, entries: Mapping[int, Entry]) -> None:
        """These series changed at a moment."""
        for series_no, entry in entries.items():
            self.changes[series_no].append((at, entry))
        self.state.update(entries)


@dataclass(slots=True)
class Replacement:
    """Chunks to be stored, and those whose place they take."""

    new: list[NewChunk] = field(default_factory=list)
    old: list[int] = field(default_factory=list)
    damages: list[tuple[int, int, list[chunks.Damage]]] = field(default_factory=list)
    """Device number, period, what could not be read."""
    late: int = 0
    """Changes given up because their period was pruned before they came."""

    def apply(self, conn: sqlite3.Connection, now: float) -> None:
        """Store everything, inside a transaction.

        Raises:
            Outrun: an old chunk is not there any more.
        """
        for chunk_no in self.old:
            if not chunks.remove(conn, chunk_no):
                raise Outrun("another process sealed at the same time; it goes on with the next turn")
        for chunk in self.new:
            chunks.store(conn, chunk)
        for device_no, period, damages in self.damages:
            chunks.set_aside(conn, device_no, period, damages, now)


def seal_step(db: Database, now: float, rows: int = SLICE_ROWS) -> int:
    """Seal the oldest hot rows.

    Args:
        db: a writable database of the sealing process; not the collector's own connection.
        now: the moment (UTC epoch, s).
        rows: how many at most.

    Returns:
        How many rows were sealed; 0 where none are old enough.

    Raises:
        StoreFull: no space is left; everything is as before.
        StoreError: it cannot be done now; everything is as before.
    """
    replacement = Replacement()
    with reading(db) as conn:
        devices = _oldest(conn, Level.HOUR.period(now - HOT_S), rows)
        for device_no, found in devices.items():
            courses = {no: chunks.course_of(changes) for no, changes in found.changes.items() if changes}
            add(conn, device_no, courses, now, replacement)
    count = sum(len(found.ids) for found in devices.values())
    if count:
        with transaction(db):
            replacement.apply(conn, now)
            note_sealed(conn, max(found.ids[-1] for found in devices.values()))
            ids = [(row_id,) for found in devices.values() for row_id in found.ids]
            if conn.executemany("DELETE FROM hot WHERE id = ?", ids).rowcount != count:
                raise Outrun("another process sealed the same rows; it goes on with the next turn")
            for device_no, found in devices.items():
                _move_keyframe(conn, device_no, found)
    return count


def _oldest(conn: sqlite3.Connection, before: float, rows: int) -> dict[int, DeviceRows]:
    """The oldest rows up to the last one before a moment, by device number.

    Rows are taken in the order they were written, whatever their times say: the clock may have jumped.
    """
    last = conn.execute("SELECT id FROM hot WHERE at < ? ORDER BY id DESC LIMIT 1", (before,)).fetchone()
    devices: dict[int, DeviceRows] = {}
    if last is None:
        return devices
    by_device: dict[int, list[tuple[int, float, str]]] = {}
    for row_id, at, device_no, body in conn.execute(
        "SELECT id, at, device_no, body FROM hot WHERE id <= ? ORDER BY id LIMIT ?", (last[0], rows)
    ):
        by_device.setdefault(device_no, []).append((row_id, at, body))
    for device_no, found in by_device.items():
        devices[device_no] = _taken(conn, device_no, found)
    return devices


def _taken(conn: sqlite3.Connection, device_no: int, rows: list[tuple[int, float, str]]) -> DeviceRows:
    keyframes = conn.execute(
        "SELECT tip, at, body FROM keyframe WHERE device_no = ? AND tip <= ? ORDER BY tip, at, id",
        (device_no, rows[-1][0]),
    ).fetchall()
    device = DeviceRows()
    latest, later = -inf, iter(keyframes)
    keyframe = next(later, None)
    bodies: list[dict[int, Entry]] = entries_of_rows(body for _, _, body in rows)
    for (row_id, at, _), changed in zip([*rows, _END], [*bodies, {}], strict=True):
        while keyframe is not None and (keyframe[0] < row_id or not row_id):
            entries = entries_in(keyframe[2])
            if keyframe[1] < latest:  # the clock went back: from here on these values held, changed or not
                _repeat(device, keyframe[1], entries)
            device.state.update(entries)
            latest = max(latest, keyframe[1])
            keyframe = next(later, None)
        if row_id:
            device.take(at, changed)
            device.ids.append(row_id)
            device.tip, device.tip_at = row_id, at
            latest = max(latest, at)
    return device


def _repeat(device: DeviceRows, at: float, entries: Mapping[int, Entry]) -> None:
    """Say values again that the device still had after the clock went back."""
    for series_no, entry in entries.items():
        changes = device.changes[series_no]
        if not changes or changes[-1] != (at, entry):
            changes.append((at, entry))


def _move_keyframe(conn: sqlite3.Connection, device_no: int, found: DeviceRows) -> None:
    """Let replay begin after what was sealed: the older keyframes have no rows any more."""
    conn.execute("DELETE FROM keyframe WHERE device_no = ? AND tip < ?", (device_no, found.tip))
    if not conn.execute(
        "SELECT 1 FROM keyframe WHERE device_no = ? AND tip = ?", (device_no, found.tip)
    ).fetchone():  # fmt: skip
        conn.execute(
            "INSERT INTO keyframe (device_no, at, tip, body) VALUES (?, ?, ?, ?)",
            (device_no, found.tip_at, found.tip, body_of(found.state)),
        )


def add(conn: sqlite3.Connection, device_no: int, courses: Mapping[int, Course], now: float, to: Replacement) -> None:
    """Prepare the chunks that hold these changes, too: those that are there already are made anew.

    Args:
        conn: inside a read transaction.
        device_no: whose changes.
        courses: by series number.
        now: the moment (UTC epoch, s).
        to: takes the chunks.
    """
    hours: dict[int, dict[int, Course]] = defaultdict(dict)
    for series_no, course in courses.items():
        for hour, part in chunks.split_by_period(course, Level.HOUR):
            hours[hour][series_no] = part
    if not hours:
        return
    first, last = Level.WEEK.period(min(hours)), Level.WEEK.period(max(hours)) + Level.WEEK.length_s
    there = chunks.periods(conn, device_no, first, last)
    for group, place in _placed(sorted(hours), there, now - SETTLED_S):
        parts = [hours[hour] for hour in group]
        contents = Contents()
        if place.number is not None:
            contents = chunks.load(conn, place.number)
            if contents.is_pruned:
                to.late += sum(len(course.times) for part in parts for course in part.values())
                continue
            to.old.append(place.number)
        replace_with(conn, device_no, place.level, place.period, [contents, *map(Contents, parts)], now, to)


@dataclass(frozen=True, slots=True)
class _Place:
    level: Level
    period: int
    number: int | None = None
    """The chunk that is there; None for a new one."""

    def holds(self, at: int) -> bool:
        return self.period <= at < self.period + self.level.length_s


def _placed(hours: list[int], there: list[tuple[int, int, int]], settled: float) -> Iterator[tuple[list[int], _Place]]:
    """Hours by the chunk that holds them: one that is there; a new week where that is over; else a new hour."""
    known = [_Place(Level(level), period, number) for number, level, period in there]
    groups: dict[_Place, list[int]] = defaultdict(list)
    for hour in hours:
        place = next((place for place in known if place.holds(hour)), None)
        if place is None:
            week = _Place(Level.WEEK, Level.WEEK.period(hour))
            is_over = week.period + Level.WEEK.length_s <= settled
            is_empty = not any(week.holds(place.period) for place in known)
            place = week if is_over and is_empty else _Place(Level.HOUR, hour)
        groups[place].append(hour)
    for place, group in groups.items():
        yield group, place


def replace_with(
    conn: sqlite3.Connection, device_no: int, level: Level, period: int, contents: list[Contents], now: float,
    to: Replacement,
) -> None:  # fmt: skip
    """Prepare one chunk of several contents of one device, the older ones first."""
    parts: dict[int, list[Course]] = defaultdict(list)
    for content in contents:
        for series_no, course in content.courses.items():
            parts[series_no].append(course)
        if content.damages:
            to.damages.append((device_no, period, content.damages))
    if not parts:
        return
    courses = {series_no: chunks.joined(found) for series_no, found in parts.items()}
    silent: list[Span] = []
    carried: dict[int, float] = {}
    if level is not Level.HOUR:
        silent = _silent(conn, device_no, period, level, now)
        held, _ = sealed.values_at(conn, device_no, nextafter(period, -inf))
        carried = {no: float(entry) for no, entry in held.items() if isinstance(entry, int | float)}
    to.new.append(chunks.build(device_no, level, period, courses, silent, carried))


def _silent(conn: sqlite3.Connection, device_no: int, period: int, level: Level, now: float) -> list[Span]:
    station_no, cls, instance = conn.execute(
        "SELECT station_no, cls, instance FROM device WHERE no = ?", (device_no,)
    ).fetchone()
    spans = silent_spans(conn, station_no, DeviceKey(cls, instance), now, None)
    return merged([span for span in spans if span[0] < period + level.length_s and span[1] > period])
