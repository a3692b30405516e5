"""Brings what can be read of a damaged store into a sound one, and what was recorded since along with it.

Rows are copied table by table. Where pages are lost, what lies before and behind them in the order of the table's key
is read from both ends, and between these by halves. The store of that time becomes the store again, since it is by far
the larger; what a new one recorded meanwhile is taken into it, and that file is kept beside.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.model.clock import Clock
from victron_console.model.progress import Tell, untold
from victron_console.model.station import StationState
from victron_console.model.text import clean
from victron_console.store.connection import open_readable, open_writable, reading, transaction
from victron_console.store.errors import StoreDamaged, StoreMissing, StoreReadOnly, explaining
from victron_console.store.event_log import add_events
from victron_console.store.files.export import export
from victron_console.store.files.import_log import import_judgements
from victron_console.store.files.importing import import_rows
from victron_console.store.files.set_aside import move
from victron_console.store.lease import Lease, lease_file
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event
from victron_console.store.schema import migrate
from victron_console.store.sqlite import sqlite3
from victron_console.store.write.registry import DEFAULT_CADENCE_S

if TYPE_CHECKING:
    from sqlite_utils import Database

_MOST_TRIES = 20_000
"""Reads that may fail in one table: then what is left of it is given up."""
_MOST_EVENTS = 1_000_000
_PAGE = 5_000
"""Rows that are read and written at once."""
_INT64 = 2**63
_BELONG = (
    ("device", "station_no", "station"),
    ("series", "device_no", "device"),
    ("chunk", "device_no", "device"),
    ("block", "chunk_no", "chunk"),
    ("block", "series_no", "series"),
    ("hot", "device_no", "device"),
    ("keyframe", "device_no", "device"),
    ("device_now", "device_no", "device"),
    ("device_change", "device_no", "device"),
    ("silence", "device_no", "device"),
    ("latest", "series_no", "series"),
    ("text_change", "series_no", "series"),
    ("summary", "station_no", "station"),
    ("judgement", "station_no", "station"),
)
"""A table, its column and the table whose `no` that is: rows of what is lost cannot be read either."""
_JSON_ROWS = (("hot", "body"), ("keyframe", "body"), ("link_state", "body"), ("event", "details"), ("block", "last"))
"""Rows that are worth nothing where this column is no JSON any more."""
_JSON_VALUES = (
    ("station", "tags", "'[]'"),
    ("station", "info", "'{}'"),
    ("summary", "overview", "NULL"),
    ("summary", "memory", "NULL"),
    ("occurrence", "origins", "'[]'"),
    ("occurrence_version", "body", "''"),
)
"""Columns that are emptied where they are none, and how."""


Part = list[tuple[object, ...]]


@dataclass(slots=True)
class Salvaged:
    """What came over."""

    rows: dict[str, int] = field(default_factory=dict)
    """Rows by table."""
    lost: dict[str, str] = field(default_factory=dict)
    """By table what could not be read, as a phrase; empty where all could."""
    kept: Path | None = None
    """The store that was written since, kept beside; None where there was none."""
    changes: int = 0
    """Changes recorded since, taken in from it."""


def salvage(damaged: Path, store: Path, clock: Clock, tell: Tell = untold) -> Salvaged:
    """Make the store again of what can be read of a damaged one, while no collector runs.

    Args:
        damaged: as it was moved aside; it stays, called `….salvaged`.
        store: the store's name; what bears it now is taken in and kept beside as `….before-salvage`.
        clock: names the moment.
        tell: told how far it is.

    Raises:
        LeaseHeld: a collector writes this store.
        StoreMissing: there is no such file.
        StoreDamaged: not even its list of tables can be read.
        StoreError: the new store cannot be written.
    """
    if not damaged.exists():
        raise StoreMissing(f"{damaged} does not exist: name a store that was moved aside")
    made = store.with_name(f"{store.name}.recovered")
    done = Salvaged()
    with Lease(store, clock):
        _remove(made)
        try:
            _recover(damaged, made, done, tell)
            if store.exists() and store.resolve() != damaged.resolve():
                _take_in(store, made, clock, done)
                done.kept = move(store, store.with_name(f"{store.name}.before-salvage"))
            move(damaged, damaged.with_name(f"{damaged.name}.salvaged"))
            move(made, store)
        except OSError as error:
            raise StoreReadOnly(f"{made} cannot be made or renamed ({error.strerror}): check the folder") from error
        finally:
            _remove(made)
    return done


def _remove(path: Path) -> None:
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", ".upkeep")), lease_file(path)):
        file.unlink(missing_ok=True)


def _recover(damaged: Path, made: Path, done: Salvaged, tell: Tell) -> None:
    source, _ = open_readable(damaged)
    with closing(source), closing(open_writable(made, create=True)) as target:
        migrate(target, made)
        source.execute(
            "PRAGMA writable_schema = ON"
        )  # then a table that is damaged in the list hides none of the others
        with reading(source), explaining(made):
            try:
                found = set(source.table_names())
            except sqlite3.Error as error:
                raise StoreDamaged(f"{damaged}: not even its list of tables can be read: {error}") from error
            tables = target.table_names()
            for place, table in enumerate(tables):
                tell(place / len(tables))
                if table in found and not table.startswith("_"):
                    _copy(source, target, table, done)
        _mend(target, done)


def _copy(source: Database, target: Database, table: str, done: Salvaged) -> None:
    columns = [column.name for column in target.table(table).columns]
    try:
        columns = [name for name in columns if name in source.table(table).columns_dict]
    except sqlite3.Error as error:
        done.lost[table] = f"all of it ({clean(str(error))})"
        return
    rows = _Rows(source.conn, table, columns, "rowid" if target.table(table).use_rowid else "")
    insert = f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    refused = 0
    for part in rows.parts():
        with transaction(target):
            for row in part:
                try:
                    target.conn.execute(insert, row)
                except sqlite3.IntegrityError:  # a value of another type than the column's: a flipped bit
                    refused += 1
    done.rows[table] = target.table(table).count
    if refused or rows.failed:
        done.lost[table] = ", ".join(filter(None, (rows.failed, f"{refused} rows that do not fit" if refused else "")))


class _Rows:
    """The rows of a table that can be read, in parts."""

    def __init__(self, conn: sqlite3.Connection, table: str, columns: list[str], key: str) -> None:
        self._conn = conn
        self._table = table
        self._key = key or columns[0]
        """A whole number: the rowid, or the first column of the key of a table without one."""
        self._columns = ", ".join(columns)
        self._tries = _MOST_TRIES
        self.failed = ""
        """What could not be read, as a phrase."""

    def parts(self) -> Iterator[Part]:
        """Parts of some thousand rows, each row at least once."""
        yield from self._between(0, _INT64 - 1)

    def _between(self, low: int, high: int) -> Iterator[Part]:
        """The rows whose key lies from one number to another: from both ends, then each half of what is left."""
        spans = [(low, high)]
        while spans:
            low, high = spans.pop()
            up = yield from self._run(low, high, upwards=True)
            if up is None:
                continue
            down = yield from self._run(up, high, upwards=False)
            if down is None:
                continue
            if self._tries <= 0:
                self.failed = f"rows {up} to {down}"
                return
            if up >= down:
                self.failed = self.failed or "rows on pages that are lost"
                continue
            middle = (up + down) // 2
            spans += [(up, middle), (middle + 1, down)]

    def _run(self, low: int, high: int, *, upwards: bool) -> Generator[Part, None, int | None]:
        """Read from one end; returns the key at which it fails, None where it came through."""
        order = "" if upwards else "DESC"
        sql = (
            f"SELECT {self._key}, {self._columns} FROM {self._table} "
            f"WHERE {self._key} BETWEEN ? AND ? ORDER BY {self._key} {order}"
        )
        part: Part = []
        reached = low if upwards else high
        failed = False
        try:
            for key, *row in self._conn.execute(sql, (low, high)):
                reached = key
                part.append(tuple(row))
                if len(part) >= _PAGE:
                    yield part
                    part = []
        except sqlite3.Error:
            self._tries -= 1
            failed = True
        if part:
            yield part
        return reached if failed else None


def _mend(db: Database, done: Salvaged) -> None:
    """Close the chains of hot rows over those that are lost, and give devices and stations their present again."""
    with transaction(db):
        for table, column in _JSON_ROWS:
            _drop(db, table, f"NOT json_valid({column})", "that cannot be decoded", done)
        for table, column, empty in _JSON_VALUES:
            db.execute(f"UPDATE {table} SET {column} = {empty} WHERE {column} <> '' AND NOT json_valid({column})")
        for table, column, owner in _BELONG:
            _drop(db, table, f"{column} NOT IN (SELECT no FROM {owner})", f"whose {owner} is lost", done)
        db.execute(
            "WITH chain AS (SELECT id, lag(id, 1, 0) OVER (PARTITION BY device_no ORDER BY id) AS before FROM hot) "
            "UPDATE hot SET previous = before FROM chain WHERE chain.id = hot.id AND previous <> before "
            "AND before <> 0"
        )
        db.execute(
            "INSERT OR IGNORE INTO device_now (device_no, read_at, cadence_s, failures, tip) "
            "SELECT no, NULL, ?, 0, 0 FROM device",
            (DEFAULT_CADENCE_S,),
        )
        db.execute(
            "INSERT INTO device_change (device_no, at, service, cadence_s) SELECT no, first_at, '', ? FROM device "
            "WHERE no NOT IN (SELECT device_no FROM device_change)",
            (DEFAULT_CADENCE_S,),
        )
        db.execute(
            "UPDATE device_now SET tip = max(tip, ifnull((SELECT max(id) FROM hot WHERE hot.device_no = "
            "device_now.device_no), 0))"
        )
        db.execute(
            "INSERT OR IGNORE INTO summary (station_no, state, since, reason, cadence_s) "
            "SELECT no, ?, registered_at, '', ? FROM station",
            (StationState.LOST, DEFAULT_CADENCE_S),
        )


def _drop(db: Database, table: str, where: str, why: str, done: Salvaged) -> None:
    if gone := db.table(table).count_where(where):
        db.table(table).delete_where(where)
        done.lost[table] = ", ".join(filter(None, (done.lost.get(table), f"{gone} rows {why}")))
        done.rows[table] = db.table(table).count


def _take_in(store: Path, made: Path, clock: Clock, done: Salvaged) -> None:
    """What was recorded since: every series with its gaps, the judgements, the log. Alarms go on by the log's names."""
    now = clock.now()
    with closing(Reader(store, clock)) as since:
        stations = [row.id for row in since.stations()]
        rows = export(since, stations, ("*",), 0.0, now)
        done.changes = import_rows(made, rows, clock).changes
        events = since.events(0.0, inf, limit=_MOST_EVENTS)
        judged = {station: since.judgements(station, 0.0, now) for station in stations}
    with closing(open_writable(made)) as db:
        for station, judgements in judged.items():
            import_judgements(db, judgements, station)
        _take_in_log(db, events)


def _take_in_log(db: Database, events: Sequence[Event]) -> None:
    with transaction(db):
        known = "at = ? AND station IS ? AND kind = ? AND text = ?"
        add_events(
            db,
            (
                event
                for event in reversed(events)
                if not db.table("event").count_where(known, (event.at, event.station, event.kind, event.text))
            ),
        )
