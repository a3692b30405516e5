"""Takes an export or an evidence bundle into the store: values, gaps, texts and events, as they were.

Values go straight into sealed history, so what is there already keeps its place, whatever comes first.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.model.clock import Clock, iso_utc
from victron_console.model.device import DeviceKey, split_series
from victron_console.model.progress import Tell, untold
from victron_console.model.quality import Quality
from victron_console.model.text import MAX_JSON_TEXT, clean
from victron_console.store.connection import open_writable, reading, transaction
from victron_console.store.errors import UnreadableImport
from victron_console.store.event_log import add_events
from victron_console.store.files.export import ExportRow
from victron_console.store.files.hourly import read_rows
from victron_console.store.files.import_log import import_events, import_judgements
from victron_console.store.files.import_places import (
    device_number,
    keep_latest,
    read_until,
    refuse_id,
    refuse_name,
    series_number,
    station_number,
    widen_span,
)
from victron_console.store.files.import_source import About, ImportSource, opened
from victron_console.store.lease import Lease
from victron_console.store.records import Event
from victron_console.store.sealed import chunks
from victron_console.store.sealed.seal import SETTLED_S, Replacement, add, seal_step
from victron_console.store.sealed.upkeep import upkeep_lock
from victron_console.store.value_encoding import Entry, entry_from, same
from victron_console.store.write.writer import Writer

if TYPE_CHECKING:
    from sqlite_utils import Database

PART = 200_000
"""Changes of a device that are stored in one transaction."""
AHEAD_S = 86_400.0
"""The clock of another machine may be ahead of ours; what is further ahead would pass for fresh for ever."""

Change = tuple[float, Entry]


@dataclass(slots=True)
class Imported:
    """What came in."""

    stations: list[str] = field(default_factory=list)
    series: int = 0
    changes: int = 0
    gaps: int = 0
    events: int = 0
    late: int = 0
    """Changes left out: their week was pruned here."""


@dataclass(slots=True)
class _Part:
    """What is known of one device and not stored yet."""

    changes: dict[int, list[Change]] = field(default_factory=lambda: defaultdict(list))
    texts: list[tuple[int, float, str | None]] = field(default_factory=list)
    silences: set[tuple[float, float | None]] = field(default_factory=set)
    first_at: float = inf
    """Of its rows, a gap's too."""
    value_at: float = inf
    """Of its values."""
    last_at: float = -inf
    count: int = 0


def import_file(path: Path, source: Path, clock: Clock, station: str | None = None, tell: Tell = untold) -> Imported:
    """Import an export (CSV), a bundle (zip) or a table of energies (CSV) while no collector runs.

    Args:
        path: the store; made where there is none.
        source: the file.
        clock: names the moment.
        station: the id to take it in as, where the file holds one station.
        tell: told how far it is.

    Raises:
        LeaseHeld: a collector writes this store.
        UnreadableImport: the file is none of ours, or damaged; what came before the damage is in.
        ValueError: the id to take it in as is none.
        StoreError: it cannot be written.
    """
    if station is not None:
        refuse_id(station)
    done, now = Imported(), clock.now()
    with opened(source) as found, _opened(path, clock) as db:
        if (
            latest := max([now, *(event.at for event in found.events), *(at for at, _ in found.judgements)])
        ) > now + AHEAD_S:
            raise UnreadableImport(f"{source}: an event at {iso_utc(latest)} lies in the future")
        try:
            _take(db, _checked(read_rows(_told(found, tell), station), station, now), found.about, now, done)
        except ValueError as error:
            raise UnreadableImport(f"{source}: {error}") from error
        if done.stations:
            done.events = import_events(db, found.events, done.stations[0])
            import_judgements(db, found.judgements, done.stations[0])
    return done


def _told(found: ImportSource, tell: Tell) -> Iterator[str]:
    done = 0
    for line in found.lines:
        done += len(line)
        tell(min(1.0, done / max(1, found.size)))
        yield line


def import_rows(path: Path, rows: Iterable[ExportRow], clock: Clock, origin: str = "") -> Imported:
    """Import what `export` gives of another store, or rows made like it, while no collector runs.

    Args:
        path: the store; made where there is none.
        rows: in the order of `export`.
        clock: names the moment.
        origin: where they come from, for the log of each station; empty: nothing is said.

    Raises:
        LeaseHeld: a collector writes this store.
        StoreError: it cannot be written.
    """
    done, now = Imported(), clock.now()
    with _opened(path, clock) as db:
        _take(db, _checked(rows, None, now), About(), now, done)
        if origin:
            with transaction(db):
                add_events(db, [Event(now, it, "station", f"past taken in: {origin}") for it in done.stations])
    return done


@contextmanager
def _opened(path: Path, clock: Clock) -> Iterator[Database]:
    with Lease(path, clock):
        Writer(path, clock).close()  # makes or migrates it
        with upkeep_lock(path), closing(open_writable(path)) as db:
            while seal_step(db, clock.now() + SETTLED_S):
                pass  # what is hot must not come beside sealed values of the same time
            yield db


def _checked(rows: Iterable[ExportRow], station: str | None, now: float) -> Iterator[ExportRow]:
    """The rows as they are to be stored, by station, series and time as `export` writes them.

    Raises:
        ValueError: a row is none that a collector recorded.
    """
    before: ExportRow | None = None
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if before is None or (row.station, row.series) != (before.station, before.series):
            if (row.station, row.series) in seen:
                raise ValueError(f"the rows of {row.series} are not together: leave them in the order of the export")
            refuse_name(row.station, row.series)
            if station is not None and before is not None and row.station != before.station:
                raise ValueError("it holds several stations: import it without another id")
            seen.add((row.station, row.series))
        elif row.at < before.at:
            raise ValueError(f"the rows of {row.series} are not in order of time: leave them as they were exported")
        if row.at > now + AHEAD_S:
            raise ValueError(f"{row.series} at {iso_utc(row.at)} lies in the future")
        before = row
        value = clean(row.value, MAX_JSON_TEXT) if isinstance(row.value, str) else row.value
        yield replace(row, station=station or row.station, value=value, reason=clean(row.reason, MAX_JSON_TEXT))


def _take(db: Database, rows: Iterable[ExportRow], about: About, now: float, done: Imported) -> None:
    part, place, before = _Part(), ("", DeviceKey("", "")), ("", "")
    series_no, device_no, silent_since = 0, 0, None
    held: Entry = None
    is_known = False
    ends: dict[str, float] = {}
    heard: dict[int, str] = {}
    for row in rows:
        if (row.station, row.series) != before:
            key, path = split_series(row.series)
            if (row.station, key) != place:
                _store(db, device_no, part, now, done)
                part, place = _Part(), (row.station, key)
                device_no = _place(db, row.station, key, about, now, done)
            series_no = _series(db, device_no, path)
            before, silent_since, is_known = (row.station, row.series), None, False
            done.series += 1
        part.first_at = min(part.first_at, row.at)
        ends[row.station] = max(ends.get(row.station, -inf), row.at)
        if row.quality is Quality.LOST:
            silent_since = row.at
            part.silences.add((row.at, None))
            heard.pop(device_no, None)
            continue
        part.last_at = max(part.last_at, row.at)
        heard[device_no] = row.station
        entry = entry_from(row.value, row.quality, row.reason)
        if silent_since is not None:
            part.silences.discard((silent_since, None))
            part.silences.add((silent_since, row.at))
            silent_since = None
            if is_known and same(entry, held):
                continue  # said again because the gap ended
        part.value_at = min(part.value_at, row.at)
        _add(part, series_no, row.at, entry, held if is_known else None)
        held, is_known = entry, True
        if part.count >= PART:
            _store(db, device_no, part, now, done)
            part = replace(part, changes=defaultdict(list), texts=[], count=0)
    _store(db, device_no, part, now, done)
    read_until(db, {device: ends[station] for device, station in heard.items()})


def _add(part: _Part, series_no: int, at: float, entry: Entry, held: Entry) -> None:
    part.count += 1
    if isinstance(entry, str):
        part.texts.append((series_no, at, entry))
        return
    if isinstance(held, str):
        part.texts.append((series_no, at, None))
    part.changes[series_no].append((at, entry))


def _store(db: Database, device_no: int, part: _Part, now: float, done: Imported) -> None:
    """Keep a part of a device, all of it or nothing."""
    if not part.count and not part.silences:
        return
    replacement = Replacement()
    courses = {no: chunks.course_of(changes) for no, changes in part.changes.items()}
    with reading(db) as conn:
        add(conn, device_no, courses, now, replacement)
    with transaction(db):
        conn = db.conn
        replacement.apply(conn, now)
        conn.executemany(
            "INSERT INTO text_change (series_no, at, value) SELECT :no, :at, :text WHERE NOT EXISTS "
            "(SELECT 1 FROM text_change WHERE series_no = :no AND at = :at AND value IS :text)",
            ({"no": no, "at": at, "text": text} for no, at, text in part.texts),
        )
        if part.value_at < inf:  # else the file holds nothing but silence, and ends none
            conn.execute(
                "UPDATE silence SET until = :at WHERE device_no = :no AND until IS NULL AND since < :at",
                {"no": device_no, "at": part.value_at},
            )
        for since, until in sorted(part.silences, key=lambda span: span[0]):
            if since < part.value_at:
                continue  # the file begins in a gap: what it ended is not in it
            _silence(conn, device_no, since, until, done)
        latest: dict[int, Change] = {no: changes[-1] for no, changes in part.changes.items()}
        for no, at, text in part.texts:
            if text is not None and (no not in latest or at > latest[no][0]):
                latest[no] = (at, text)
        keep_latest(conn, latest)
        widen_span(conn, device_no, part.first_at, part.last_at)
    done.changes += part.count - replacement.late
    done.late += replacement.late


def _silence(conn: sqlite3.Connection, device_no: int, since: float, until: float | None, done: Imported) -> None:
    if conn.execute("SELECT 1 FROM silence WHERE device_no = ? AND since = ?", (device_no, since)).fetchone():
        return
    if until is None:  # the file ends with it; it ended where what is known already goes on
        until = conn.execute(
            "SELECT min(since) FROM block JOIN series ON no = series_no WHERE device_no = ? AND since > ?",
            (device_no, since),
        ).fetchone()[0]
    conn.execute("INSERT INTO silence (device_no, since, until) VALUES (?, ?, ?)", (device_no, since, until))
    done.gaps += 1


def _place(db: Database, station: str, key: DeviceKey, about: About, now: float, done: Imported) -> int:
    """The number of a device, made where it is new."""
    with transaction(db):
        station_no = station_number(db.conn, station, about, now)
        number = device_number(db.conn, station_no, key, about, now)
    if station not in done.stations:
        done.stations.append(station)
    return number


def _series(db: Database, device_no: int, path: str) -> int:
    with transaction(db):
        return series_number(db.conn, device_no, path)
