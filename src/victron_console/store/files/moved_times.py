"""Moves everything in a store by whole days: for a store that was recorded once and is shown as if it were now.

A time is known by its value: every number within the span that the store was recorded in is one, wherever it stands.
That holds for a store recorded at a date at which no other number of it lies, and goes on holding with new tables.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from victron_console.model.units import DAY_S
from victron_console.store.connection import transaction
from victron_console.store.sealed import codec, rollup

if TYPE_CHECKING:
    from sqlite_utils import Database

_NUMBER = re.compile(r"(?<![\w.])\d{10}(?:\.\d+)?(?![\w])")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"(?<![\w-])\d{4}-\d{2}-\d{2}(?![\d-])")
_SPOKEN = re.compile(rf"\b({'|'.join(_WEEKDAYS)}) (?:(\d\d) ({'|'.join(_MONTHS)})\b|(?=\d\d:\d\d))")
"""`Fri 18 Sep`, and the day of `Fri 03:00`, as the log writes them."""
_EPOCH = date(1970, 1, 1).toordinal()
DAYS = {"diagnosis": ("day", 0), "promise": ("day", _EPOCH), "external_day": ("day", _EPOCH)}
"""Columns that count days, and the number of 1970-01-01 in them."""
_TABLES = "SELECT name, wr FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
TEXTS = ("TEXT", "ANY")
CHECKSUMS = frozenset({"crc"})
"""Columns of numbers that may be any."""


@dataclass(frozen=True, slots=True)
class Move:
    """By how much the times of a span are moved."""

    since: float
    until: float
    """The span that the store was recorded in, UTC epoch, s; where it is moved to must not overlap it."""
    days: int

    @property
    def seconds(self) -> int:
        """The same in seconds."""
        return self.days * int(DAY_S)

    def in_text(self, text: str) -> str:
        """Numbers and dates of the span in a text, JSON or prose."""
        return _SPOKEN.sub(self._spoken, _DATE.sub(self._date, _NUMBER.sub(self._number, text)))

    def in_data(self, data: Any) -> Any:  # noqa: ANN401 - any JSON
        """The same in JSON that is read already."""
        return json.loads(self.in_text(json.dumps(data, ensure_ascii=False)))

    def _number(self, found: re.Match[str]) -> str:
        whole, point, rest = found[0].partition(".")
        return f"{int(whole) + self.seconds}{point}{rest}" if self.since <= int(whole) <= self.until else found[0]

    def _spoken(self, found: re.Match[str]) -> str:
        weekday, day, month = found.groups()
        if month is None:
            return f"{_WEEKDAYS[(_WEEKDAYS.index(weekday) + self.days) % 7]} "
        begin = date.fromordinal(_EPOCH + int(self.since // DAY_S))
        near = [begin + timedelta(days=n) for n in range(int((self.until - self.since) // DAY_S) + 1)]
        told = (int(day), _MONTHS.index(month) + 1)
        there = next((each for each in near if (each.day, each.month) == told), None)
        return found[0] if there is None else f"{there + timedelta(days=self.days):%a %d %b}"

    def _date(self, found: re.Match[str]) -> str:
        try:
            day = date.fromisoformat(found[0])
        except ValueError:
            return found[0]
        first, last = (date.fromordinal(_EPOCH + int(at // DAY_S)) for at in (self.since, self.until))
        return (day + timedelta(days=self.days)).isoformat() if first <= day <= last else found[0]


Columns = Mapping[str, Sequence[str]]
"""Columns by table."""


def columns_with_times(db: Database, move: Move) -> dict[str, list[str]]:
    """Where times of the span stand: found out once, it is known for every copy of the store."""
    found: dict[str, list[str]] = {}
    for table, columns, _ in _tables(db.conn):
        for name, kind in columns:
            if name not in CHECKSUMS and _holds_times(db.conn, table, name, kind, move):
                found.setdefault(table, []).append(name)
    return found


def move_times(db: Database, move: Move, where: Columns) -> None:
    """Move all times of a store, in one transaction.

    Args:
        db: writable.
        move: by how much.
        where: as `columns_with_times` told of it.

    Raises:
        StoreError: it cannot be written; nothing was done.
    """
    with transaction(db):
        conn = db.conn
        for table, columns, key in _tables(conn):
            for name, kind in columns:
                if name in where.get(table, ()):
                    _move_numbers(conn, table, name, move)
                    if kind in TEXTS:
                        _rewrite(conn, table, key, name, lambda old: move.in_text(old) if isinstance(old, str) else old)
        for table, (column, first) in DAYS.items():
            span = (first + move.since // DAY_S, first + move.until // DAY_S)
            conn.execute(
                f"UPDATE {table} SET {column} = {column} + ? WHERE {column} BETWEEN ? AND ?", (move.days, *span)
            )
        _rewrite(conn, "diagnosis", ["station_no", "day"], "body", lambda body: _repacked(body, move))
        _rewrite(conn, "block", ["rowid"], "rollup", lambda hours: hours and rollup.moved(hours, move.seconds))
        _move_clocks(conn, move)
        _move_blocks(conn, move)


def _tables(conn: sqlite3.Connection) -> list[tuple[str, list[tuple[str, str]], list[str]]]:
    """Each table with the names and types of its columns, and with those that its rows are known by."""
    found = []
    for table, is_clustered in conn.execute(_TABLES).fetchall():
        columns = conn.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,)).fetchall()
        key = [name for name, _, pk in columns if pk] if is_clustered else ["rowid"]
        found.append((table, [(name, kind) for name, kind, _ in columns], key))
    return found


def _holds_times(conn: sqlite3.Connection, table: str, column: str, kind: str, move: Move) -> bool:
    numbers = f"typeof({column}) IN ('integer', 'real') AND {column} BETWEEN ? AND ?"
    if conn.execute(f'SELECT 1 FROM "{table}" WHERE {numbers} LIMIT 1', (move.since, move.until)).fetchone():
        return True
    if kind not in TEXTS:
        return False
    texts = conn.execute(f"SELECT {column} FROM \"{table}\" WHERE typeof({column}) = 'text'")
    return any(move.in_text(text) != text for (text,) in texts)


def _move_numbers(conn: sqlite3.Connection, table: str, column: str, move: Move) -> None:
    conn.execute(
        f'UPDATE "{table}" SET {column} = {column} + ? '
        f"WHERE typeof({column}) IN ('integer', 'real') AND {column} BETWEEN ? AND ?",
        (move.seconds, move.since, move.until),
    )


def _rewrite(
    conn: sqlite3.Connection, table: str, key: Sequence[str], column: str, written: Callable[[Any], Any]
) -> None:
    """Put new values in the place of old ones."""
    rows = conn.execute(f'SELECT {column}, {", ".join(key)} FROM "{table}"').fetchall()
    changed = [(new, *of) for old, *of in rows if (new := written(old)) != old]
    conn.executemany(f'UPDATE "{table}" SET {column} = ? WHERE {" AND ".join(f"{name} = ?" for name in key)}', changed)


def _repacked(body: bytes, move: Move) -> bytes:
    return zlib.compress(move.in_text(zlib.decompress(body).decode()).encode())


def _move_clocks(conn: sqlite3.Connection, move: Move) -> None:
    """The moments of sealed chunks. Devices that are read together share theirs."""

    def moved(clock: bytes) -> bytes:
        return codec.encoded_clock(codec.decoded_clock(clock) + move.seconds)

    clocks = {clock: moved(clock) for (clock,) in conn.execute("SELECT DISTINCT clock FROM chunk").fetchall()}
    conn.executemany(
        "UPDATE chunk SET clock = ?, crc = ? WHERE no = ?",
        [
            (clocks[clock], crc32(clocks[clock]), no)
            for no, clock in conn.execute("SELECT no, clock FROM chunk").fetchall()
        ],
    )


def _move_blocks(conn: sqlite3.Connection, move: Move) -> None:
    """Sealed values that are moments: the last of them, which stands beside the block, was moved already."""
    rows = conn.execute(
        "SELECT id, body FROM block WHERE body IS NOT NULL AND cast(last AS REAL) BETWEEN ? AND ?",
        (move.since + move.seconds, move.until + move.seconds),
    ).fetchall()
    for block_id, body in rows:
        column = codec.decoded(body)
        within = (column.numbers >= move.since) & (column.numbers <= move.until)
        numbers = np.where(within, column.numbers + move.seconds, column.numbers)
        fresh = codec.encoded(codec.Column(column.positions, column.kinds, numbers, column.others))
        conn.execute("UPDATE block SET body = ?, crc = ? WHERE id = ?", (fresh, crc32(fresh), block_id))
