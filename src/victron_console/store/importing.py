"""Takes an export or an evidence bundle into the store: values, gaps, texts and events, as they were.

Values go straight into sealed history, so what is there already keeps its place, whatever comes first.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from victron_console.model.clock import Clock
from victron_console.model.device import DeviceKey, split_series
from victron_console.model.quality import Quality
from victron_console.model.station import StationState
from victron_console.store import bundle, chunks
from victron_console.store.connection import open_writable, reading, transaction
from victron_console.store.entries import Entry, entry_from, judged
from victron_console.store.errors import UnreadableImport
from victron_console.store.export import ExportRow, read_csv
from victron_console.store.lease import Lease
from victron_console.store.registry import DEFAULT_CADENCE_S
from victron_console.store.seal import Replacement, add
from victron_console.store.upkeep import upkeep_lock
from victron_console.store.writer import Writer

if TYPE_CHECKING:
    from sqlite_utils import Database

IMPORTED = 2
"""`station.active` of stations that no configuration names and that stay in view."""
PART = 200_000
"""Changes of a device that are stored in one transaction."""

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


def import_file(path: Path, source: Path, clock: Clock, station: str | None = None) -> Imported:
    """Import an export (CSV) or a bundle (zip) while no collector runs.

    Args:
        path: the store; made where there is none.
        source: the file.
        clock: names the moment.
        station: the id to take it in as, where the file holds one station.

    Raises:
        LeaseHeld: a collector writes this store.
        UnreadableImport: the file is none of ours, or damaged; what came before the damage is in.
        StoreError: it cannot be written.
    """
    done = Imported()
    with _opened(path, clock) as db, ExitStack() as files:
        about: dict[str, Any] = {}
        if source.suffix == ".zip":
            texts = bundle.read_bundle(source)
            about = json.loads(texts[bundle.STATION])
            lines: Iterable[str] = io.StringIO(texts[bundle.VALUES], newline="")
        else:
            lines = files.enter_context(source.open(encoding="utf-8", newline=""))
        try:
            _take(db, _renamed(read_csv(lines), station), about, clock.now(), done)
        except (ValueError, UnicodeDecodeError) as error:
            raise UnreadableImport(f"{source}: {error}") from error
        if about:
            _take_events(db, json.loads(texts[bundle.EVENTS]), station or about["id"], done)
    return done


@contextmanager
def _opened(path: Path, clock: Clock) -> Iterator[Database]:
    with Lease(path, clock):
        Writer(path, clock).close()  # makes or migrates it
        with upkeep_lock(path), closing(open_writable(path)) as db:
            yield db


def _renamed(rows: Iterable[ExportRow], station: str | None) -> Iterator[ExportRow]:
    first: str | None = None
    for row in rows:
        first = first or row.station
        if station is not None and row.station != first:
            raise ValueError("it holds several stations: import it without another id")
        yield row if station is None else replace(row, station=station)


def _take(db: Database, rows: Iterable[ExportRow], about: dict[str, Any], now: float, done: Imported) -> None:
    part, place, before = _Part(), ("", DeviceKey("", "")), ""
    series_no, device_no, silent_since = 0, 0, None
    held: Entry = None
    for row in rows:
        if row.station + row.series != before:
            key, path = split_series(row.series)
            if (row.station, key) != place:
                _store(db, device_no, part, now, done)
                part, place = _Part(), (row.station, key)
                device_no = _device(db, row.station, key, about, now, done)
            series_no = _series(db, device_no, path)
            before, silent_since, held = row.station + row.series, None, None
            done.series += 1
        part.first_at = min(part.first_at, row.at)
        if row.quality is Quality.LOST:
            silent_since = row.at
            part.silences.add((row.at, None))
            continue
        if silent_since is not None:
            part.silences.discard((silent_since, None))
            part.silences.add((silent_since, row.at))
            silent_since = None
            if (row.value, row.quality) == judged(held)[:2]:
                continue  # said again because the gap ended
        entry = entry_from(row.value, row.quality, row.reason)
        part.value_at, part.last_at = min(part.value_at, row.at), max(part.last_at, row.at)
        _add(part, series_no, row.at, entry, held)
        held = entry
        if part.count >= PART:
            _store(db, device_no, part, now, done)
            part = replace(part, changes=defaultdict(list), texts=[], count=0)
    _store(db, device_no, part, now, done)


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
            "INSERT INTO text_change (series_no, at, value) SELECT ?1, ?2, ?3 WHERE NOT EXISTS "
            "(SELECT 1 FROM text_change WHERE series_no = ?1 AND at = ?2 AND value IS ?3)",
            part.texts,
        )
        conn.execute(
            "UPDATE silence SET until = ?2 WHERE device_no = ?1 AND until IS NULL AND since < ?2",
            (device_no, part.value_at),
        )
        for since, until in sorted(part.silences, key=lambda span: span[0]):
            if since < part.value_at:
                continue  # the file begins in a gap: what it ended is not in it
            _silence(conn, device_no, since, until, done)
        latest: dict[int, Change] = {no: changes[-1] for no, changes in part.changes.items()}
        for no, at, text in part.texts:
            if text is not None and (no not in latest or at > latest[no][0]):
                latest[no] = (at, text)
        _newest(conn, latest)
        _device_seen(conn, device_no, part)
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


def _newest(conn: sqlite3.Connection, latest: dict[int, Change]) -> None:
    conn.executemany(
        "INSERT INTO latest (series_no, value, quality, reason, changed_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET value = excluded.value, quality = excluded.quality, reason = excluded.reason, "
        "changed_at = excluded.changed_at WHERE excluded.changed_at >= changed_at",
        [(no, *judged(entry), at) for no, (at, entry) in latest.items()],
    )


def _device_seen(conn: sqlite3.Connection, device_no: int, part: _Part) -> None:
    """When the device was read first and last, as far as the rows tell."""
    conn.execute("UPDATE device SET first_at = min(first_at, ?) WHERE no = ?", (part.first_at, device_no))
    conn.execute("UPDATE device_change SET at = min(at, ?) WHERE id = (SELECT id FROM device_change "
                 "WHERE device_no = ? ORDER BY at, id LIMIT 1)", (part.first_at, device_no))  # fmt: skip
    conn.execute("UPDATE device_now SET read_at = max(ifnull(read_at, 0), ?) WHERE device_no = ?",
                 (part.last_at, device_no))  # fmt: skip
    conn.execute(
        "UPDATE summary SET read_at = max(ifnull(read_at, 0), ?) WHERE station_no = "
        "(SELECT station_no FROM device WHERE no = ?)",
        (part.last_at, device_no),
    )


def _device(db: Database, station: str, key: DeviceKey, about: dict[str, Any], now: float, done: Imported) -> int:
    """The number of a device, made where it is new."""
    with transaction(db):
        conn = db.conn
        station_no = _station(conn, station, about, now)
        if station not in done.stations:
            done.stations.append(station)
        row = conn.execute(
            "SELECT no FROM device WHERE station_no = ? AND cls = ? AND instance = ?",
            (station_no, key.cls, key.instance),
        ).fetchone()
        if row:
            return int(row[0])
        told: dict[str, Any] = next((s for s in about.get("services", ()) if s["device"] == str(key)), {})
        service = told.get("service", f"com.victronenergy.{key.cls}.imported{key.instance}")
        cadence_s = told.get("cadence_s", DEFAULT_CADENCE_S)
        cursor = conn.execute(
            "INSERT INTO device (station_no, cls, instance, first_at) VALUES (?, ?, ?, ?)",
            (station_no, key.cls, key.instance, now),
        )
        number = cursor.lastrowid
        assert number is not None
        conn.execute("INSERT INTO device_change (device_no, at, service, cadence_s) VALUES (?, ?, ?, ?)",
                     (number, now, service, cadence_s))  # fmt: skip
        conn.execute("INSERT INTO device_now (device_no, read_at, cadence_s, failures, tip) VALUES (?, NULL, ?, 0, 0)",
                     (number, cadence_s))  # fmt: skip
        return number


def _station(conn: sqlite3.Connection, station: str, about: dict[str, Any], now: float) -> int:
    row = conn.execute("SELECT no FROM station WHERE id = ?", (station,)).fetchone()
    if row:
        return int(row[0])
    name, tags, info = about.get("name", station), about.get("tags", []), about.get("info", {})
    cursor = conn.execute(
        "INSERT INTO station (id, name, tags, info, active, registered_at) VALUES (?, ?, ?, ?, ?, ?)",
        (station, name, json.dumps(tags), json.dumps(info), IMPORTED, now),
    )
    conn.execute("INSERT INTO station_state (station_no, at, state, reason) VALUES (?, ?, ?, 'imported')",
                 (cursor.lastrowid, now, StationState.LOST))  # fmt: skip
    conn.execute(
        "INSERT INTO summary (station_no, state, since, reason, cadence_s) VALUES (?, ?, ?, 'imported', ?)",
        (cursor.lastrowid, StationState.LOST, now, DEFAULT_CADENCE_S),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _series(db: Database, device_no: int, path: str) -> int:
    with transaction(db):
        conn = db.conn
        conn.execute("INSERT OR IGNORE INTO series (device_no, path) VALUES (?, ?)", (device_no, path))
        row = conn.execute("SELECT no FROM series WHERE device_no = ? AND path = ?", (device_no, path)).fetchone()
        return int(row[0])


def _take_events(db: Database, found: dict[str, Any], station: str, done: Imported) -> None:
    with transaction(db):
        for event in found["events"]:
            row = (event["at"], station, event["kind"], event["text"], json.dumps(event["details"]))
            if not db.conn.execute(
                "SELECT 1 FROM event WHERE at = ? AND station = ? AND kind = ? AND text = ?", row[:4]
            ).fetchone():  # fmt: skip
                db.conn.execute("INSERT INTO event (at, station, kind, text, details) VALUES (?, ?, ?, ?, ?)", row)
                done.events += 1
