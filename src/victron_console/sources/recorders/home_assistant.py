"""Reads the database of Home Assistant's recorder: states by change, and its means of five minutes and of an hour.

The schema is that of home-assistant/core, components/recorder/db_schema.py, since version 2023.4. Only read, by one
state of the file; whoever made it may be hostile.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from urllib.parse import quote

from victron_console.model.text import clean

HOUR_S, FIVE_MINUTES_S = 3600.0, 300.0
UNKNOWN = ("unavailable", "unknown", "")
"""States of an entity of which nothing is known."""
LATEST_S = 2.0**32
LONGEST_UNIT = 20
_HEADER = b"SQLite format 3\x00"
_TABLES = {
    "states_meta": {"metadata_id", "entity_id"},
    "states": {"state", "last_updated_ts", "metadata_id", "attributes_id"},
    "state_attributes": {"attributes_id", "shared_attrs"},
    "statistics_meta": {"id", "statistic_id", "unit_of_measurement"},
    "statistics": {"metadata_id", "start_ts", "mean", "state"},
    "statistics_short_term": {"metadata_id", "start_ts", "mean", "state"},
}


class NoRecorder(ValueError):
    """The file is no database of the recorder that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class EntityPoint:
    """What an entity was from a moment on."""

    at: float
    """UTC epoch, s."""
    value: float | None
    """In `unit`; None where nothing is known from here on."""
    unit: str
    until: float = inf
    """It speaks of the time up to here (UTC epoch, s): of a mean its end; infinity for a state, which holds on."""


@dataclass(slots=True)
class Recorder:
    """An opened database."""

    conn: sqlite3.Connection
    _units: dict[int, str] = field(default_factory=dict)

    def entities(self) -> list[str]:
        """The entities that it has states or statistics of, by name."""
        rows = self.conn.execute(
            "SELECT entity_id FROM states_meta UNION SELECT statistic_id FROM statistics_meta ORDER BY 1"
        )
        return [name for (name,) in rows if isinstance(name, str) and clean(name) == name]

    def points(self, entity: str) -> Iterator[EntityPoint]:
        """What is known of an entity, oldest first: means of an hour, then of five minutes, then states by change."""
        begin = self._first(
            "SELECT last_updated_ts FROM states s JOIN states_meta m ON m.metadata_id = s.metadata_id "
            "WHERE m.entity_id = ? AND last_updated_ts IS NOT NULL ORDER BY last_updated_ts LIMIT 1", entity,
        )  # fmt: skip
        five = self._first(
            "SELECT start_ts FROM statistics_short_term s JOIN statistics_meta m ON m.id = s.metadata_id "
            "WHERE statistic_id = ? AND start_ts IS NOT NULL ORDER BY start_ts LIMIT 1", entity,
        )  # fmt: skip
        yield from self._means("statistics", entity, HOUR_S, min(five, begin))
        yield from self._means("statistics_short_term", entity, FIVE_MINUTES_S, begin)
        yield from self._states(entity)

    def _first(self, question: str, entity: str) -> float:
        row = self.conn.execute(question, (entity,)).fetchone()
        return row[0] if row and _is_moment(row[0]) else inf

    def _means(self, table: str, entity: str, length_s: float, before: float) -> Iterator[EntityPoint]:
        """Of a counter its reading at the end of each."""
        rows = self.conn.execute(
            f"SELECT start_ts, mean, state, unit_of_measurement FROM {table} s "
            "JOIN statistics_meta m ON m.id = s.metadata_id WHERE statistic_id = ? ORDER BY start_ts",
            (entity,),
        )
        for start, mean, reading, unit in rows:
            if not _is_moment(start) or start + length_s > before:
                continue
            at, value = (start + length_s, reading) if mean is None else (start, mean)
            if isinstance(value, int | float):
                yield EntityPoint(at, float(value), _unit(unit), at + length_s)

    def _states(self, entity: str) -> Iterator[EntityPoint]:
        rows = self.conn.execute(
            "SELECT last_updated_ts, state, attributes_id FROM states s "
            "JOIN states_meta m ON m.metadata_id = s.metadata_id WHERE m.entity_id = ? "
            "ORDER BY last_updated_ts, state_id",
            (entity,),
        )
        for at, state, attributes in rows:
            if not _is_moment(at) or not isinstance(state, str):
                continue
            if state in UNKNOWN:
                yield EntityPoint(at, None, "")
                continue
            try:
                value = float(state)
            except ValueError:
                continue
            yield EntityPoint(at, value, self._unit_of(attributes))

    def _unit_of(self, attributes: object) -> str:
        if not isinstance(attributes, int):
            return ""
        if attributes not in self._units:
            row = self.conn.execute(
                "SELECT shared_attrs FROM state_attributes WHERE attributes_id = ?", (attributes,)
            ).fetchone()
            try:
                told = json.loads(row[0]) if row else {}
            except (ValueError, TypeError, RecursionError):
                told = {}
            self._units[attributes] = _unit(told.get("unit_of_measurement")) if isinstance(told, dict) else ""
        return self._units[attributes]


@contextmanager
def opened_recorder(file: Path) -> Iterator[Recorder]:
    """Open a database of the recorder; Home Assistant may run on it meanwhile.

    Raises:
        NoRecorder: it is none, is damaged, or cannot be read now.
    """
    try:
        with file.open("rb") as start:
            if start.read(len(_HEADER)) != _HEADER:
                raise NoRecorder(f"{file} is no SQLite database: it is called home-assistant_v2.db")
        with closing(sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True, timeout=10.0)) as conn:
            conn.execute("PRAGMA trusted_schema = OFF")
            conn.execute("PRAGMA query_only = ON")
            conn.execute("BEGIN")
            _check(conn, file)
            yield Recorder(conn)
    except sqlite3.Error as error:
        hint = "copy it while Home Assistant stands still, with the files that end in -wal and -shm"
        raise NoRecorder(f"{file} cannot be read: {clean(str(error), 120)}; {hint}") from error
    except OSError as error:
        raise NoRecorder(f"{file} cannot be read: {error.strerror}") from error


def _check(conn: sqlite3.Connection, file: Path) -> None:
    """Refuse what has other tables, or views in their place."""
    for table, columns in _TABLES.items():
        found = conn.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        plain = found is not None and found[0] == "table" and str(found[1]).upper().startswith("CREATE TABLE")
        has = {row[1] for row in conn.execute(f"PRAGMA table_info({table})")} if plain else set()
        if missing := sorted(columns - has):
            raise NoRecorder(
                f"{file} has no {table}.{missing[0]}: it is no database of Home Assistant's recorder, or of one before "
                "2023.4, which a start of a newer version brings up to date"
            )


def _is_moment(at: object) -> bool:
    return isinstance(at, int | float) and 0 < at < LATEST_S


def _unit(unit: object) -> str:
    return clean(unit, LONGEST_UNIT) if isinstance(unit, str) else ""
