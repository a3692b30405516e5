"""Reads everything back: the pages of the database, every sealed block, every hot row. It changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from victron_console.model.clock import iso_utc
from victron_console.model.progress import Tell, untold
from victron_console.model.text import clean
from victron_console.store.sealed.chunks import checked_clock, checked_column
from victron_console.store.sealed.codec import CannotDecode
from victron_console.store.sealed.rollup import decoded_hours
from victron_console.store.sqlite import sqlite3
from victron_console.store.value_encoding import entries_in

if TYPE_CHECKING:
    from sqlite_utils import Database


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


def verify(db: Database, tell: Tell = untold) -> Verified:
    """Check the whole store. What cannot be read ends no more than the check of itself.

    Args:
        db: inside a read transaction: a writer may go on meanwhile.
        tell: told how far it is.
    """
    found = Verified()
    for what, check in _CHECKS.items():
        try:
            for fault in check(db, found, tell):
                found.faults.append(fault)
        except (sqlite3.Error, ValueError, TypeError, LookupError, OverflowError) as error:
            found.faults.append(f"{what} cannot be read on: {clean(str(error))}")
    return found


def _pages(db: Database, found: Verified, _: Tell) -> Iterator[str]:
    """The database's pages; where something is wrong, table by table, since SQLite itself names only pages."""
    if list(_integrity(db, "")) == ["ok"]:
        return
    is_named = False
    for table in db.table_names():
        for text in _integrity(db, f"('{table}')"):
            if text != "ok":
                is_named = True
                yield f"table {table}: {text}"
    if not is_named:
        yield from (f"the database's pages: {text}" for text in _integrity(db, ""))


def _integrity(db: Database, of: str) -> Iterator[str]:
    try:
        for (text,) in db.execute(f"PRAGMA integrity_check{of}"):
            yield " ".join(str(text).split())
    except sqlite3.DatabaseError as error:
        yield str(error)


def _hot(db: Database, found: Verified, _: Tell) -> Iterator[str]:
    for row_id, body in db.execute("SELECT id, body FROM hot ORDER BY id"):
        found.hot_rows += 1
        try:
            entries_in(body)
        except (ValueError, TypeError, IndexError, AttributeError):
            yield f"hot row {row_id} cannot be read"


def _set_aside(db: Database, found: Verified, _: Tell) -> Iterator[str]:
    found.set_aside = db.table("damaged").count
    return iter(())


def _sealed(db: Database, found: Verified, tell: Tell) -> Iterator[str]:
    chunks = db.execute(
        "SELECT c.no, c.crc, c.clock, c.period, s.id || ' ' || d.cls || '/' || d.instance FROM chunk c "
        "JOIN device d ON d.no = c.device_no JOIN station s ON s.no = d.station_no ORDER BY c.no"
    ).fetchall()
    for place, (number, crc, clock, period, device) in enumerate(chunks):
        tell(place / len(chunks))
        where = f"{device} from {iso_utc(period)}" if 0 < period < 2**32 else f"{device} from {period}"
        try:
            times = checked_clock(clock, crc)
        except CannotDecode as error:
            yield f"{where}, all series: {error}; they cannot be read"
            continue
        for path, block_crc, hours, body, last in db.execute(
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


_CHECKS: dict[str, Callable[[Database, Verified, Tell], Iterator[str]]] = {
    "the database's pages": _pages,
    "the sealed history": _sealed,
    "the recent history": _hot,
    "what was set aside": _set_aside,
}
