"""The rows of occurrences, and what each of them said at an earlier moment. The engine's alone to write."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from victron_console.model.alert import AlertKey, Occurrence, Severity

COLUMNS = (
    "id, station, family, scope, rule, severity, title, response, source, started_at, raised_at, cleared_at, "
    "announced_at, reason, last_value, peak_value, unit, limit_text, count, stale, flapping, suppressed_by, origins, "
    "link, incident"
)
_NAMES = COLUMNS.split(", ")
_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in _NAMES[1:])
_MARKS = ", ".join("?" * len(_NAMES))
_OF_ITS_OWN = ("id", "station", "family", "scope", "started_at", "raised_at", "cleared_at", "last_value", "peak_value")
"""What a version does not repeat: it never changes, or is told by other rows."""
_VERSION = "SELECT severity, count, stale, flapping, suppressed_by, body FROM occurrence_version WHERE occurrence = ? "


def put(conn: sqlite3.Connection, it: Occurrence, now: float) -> None:
    """Write an occurrence as it is now, and what that changes for who looks back; inside a transaction."""
    row = _row(it)
    found = conn.execute(f"SELECT {COLUMNS} FROM occurrence WHERE id = ?", (it.id,)).fetchone()
    before = dict(zip(_NAMES, found, strict=True)) if found is not None else None
    if before is None or _content(before) != _content(row):
        conn.execute(
            "INSERT INTO occurrence_version (occurrence, at, severity, count, stale, flapping, suppressed_by, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                it.id, now, row["severity"], row["count"], row["stale"], row["flapping"], row["suppressed_by"],
                json.dumps(_content(row), ensure_ascii=False, separators=(",", ":")),
            ),
        )  # fmt: skip
    if before is None or (before["last_value"], before["peak_value"]) != (row["last_value"], row["peak_value"]):
        conn.execute(
            "INSERT OR REPLACE INTO occurrence_value VALUES (?, ?, ?, ?)",
            (it.id, now, row["last_value"], row["peak_value"]),
        )
    conn.execute(
        f"INSERT INTO occurrence ({COLUMNS}) VALUES ({_MARKS}) ON CONFLICT (id) DO UPDATE SET {_UPDATES}",
        [row[name] for name in _NAMES],
    )


def _row(it: Occurrence) -> dict[str, Any]:
    return {
        "id": it.id, "station": it.key.station, "family": it.key.family, "scope": it.key.scope, "rule": it.rule,
        "severity": it.severity.value, "title": it.title, "response": it.response, "source": it.source,
        "started_at": it.started_at, "raised_at": it.raised_at, "cleared_at": it.cleared_at,
        "announced_at": it.announced_at, "reason": it.reason, "last_value": it.last_value,
        "peak_value": it.peak_value, "unit": it.unit, "limit_text": it.limit, "count": it.count,
        "stale": int(it.stale), "flapping": int(it.flapping), "suppressed_by": it.suppressed_by,
        "origins": json.dumps(it.origins), "link": int(it.link), "incident": it.incident,
    }  # fmt: skip


def _content(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _OF_ITS_OWN}


def from_row(row: sqlite3.Row) -> Occurrence:
    """The occurrence of a row of `COLUMNS`."""
    return _occurrence(dict(zip(_NAMES, row, strict=True)))


def _occurrence(it: dict[str, Any]) -> Occurrence:
    key = AlertKey(it.pop("station"), it.pop("family"), it.pop("scope"))
    return Occurrence(
        **it
        | {
            "key": key,
            "severity": Severity(it["severity"]),
            "limit": it.pop("limit_text"),
            "stale": bool(it["stale"]),
            "flapping": bool(it["flapping"]),
            "link": bool(it["link"]),
            "origins": tuple(json.loads(it["origins"])),
        }
    )


def as_it_was(conn: sqlite3.Connection, it: Occurrence, at: float) -> Occurrence:
    """The occurrence as it stood at a moment that lies after its raise.

    Of one from before its words and values were kept, the words are those of now and its value is not known.
    """
    if it.cleared_at is not None and it.cleared_at <= at:
        return it  # nothing changes it any more
    # Where the store could not be written at once, the first version is a little younger than the raise.
    version = (
        conn.execute(f"{_VERSION} AND at <= ? ORDER BY at DESC, rowid DESC LIMIT 1", (it.id, at)).fetchone()
        or conn.execute(f"{_VERSION} ORDER BY at, rowid LIMIT 1", (it.id,)).fetchone()
    )
    value = conn.execute(
        "SELECT last_value, peak_value FROM occurrence_value WHERE occurrence = ? AND at <= ? ORDER BY at DESC LIMIT 1",
        (it.id, at),
    ).fetchone()
    last_value, peak_value = value or (None, None)
    it = replace(it, cleared_at=None, last_value=last_value, peak_value=peak_value)
    if version is None:
        return it
    severity, count, stale, flapping, suppressed_by, body = version
    if body:
        return _occurrence(_row(it) | json.loads(body))
    return replace(
        it, severity=Severity(severity), count=count, stale=bool(stale), flapping=bool(flapping),
        suppressed_by=suppressed_by,
    )  # fmt: skip
