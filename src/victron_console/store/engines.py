"""What databases for time series have of the store and what they still lack: the store is the queue for each of them.

An engine has every row of `hot` up to a number. Rows that are sealed before it has them are kept in mind as spans of
their devices. So nothing is lost however long it is away, and nothing is kept twice for its sake.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nextafter
from typing import TYPE_CHECKING

from victron_console.store.connection import transaction

if TYPE_CHECKING:
    from sqlite_utils import Database

REFUSALS_KEPT = 1000
"""Of an engine, the newest; all are counted."""

_TOP = "SELECT max((SELECT ifnull(max(id), 0) FROM hot), (SELECT ifnull(max(tip), 0) FROM device_now))"


@dataclass(frozen=True, slots=True)
class EngineState:
    """How far an engine has what was recorded. Times are UTC epoch s."""

    name: str
    hot_after: int
    """The last hot row that it has for certain."""
    text_after: int
    """The last change of a text that it has for certain."""
    sent: int
    """Samples that it took since it was first configured, those that were sent again among them."""
    refused: int
    """Samples that it refused for good."""
    sent_at: float | None
    """When it last took any."""
    failing_since: float | None
    """Since when it takes nothing; None while it does."""
    error: str
    """Why it last took nothing, as a sentence."""
    waiting_rows: int
    """Hot rows that it lacks: each has the changes of one poll of one device."""
    sealed_devices: int
    """Devices of which it lacks changes that are sealed by now."""
    waiting_since: float | None
    """The oldest change that it lacks; None where it has all."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """Changes of a device that an engine lacks and that are sealed by now; both moments are included."""

    device_no: int
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A sample that an engine refused for good."""

    at: float
    """When it was refused."""
    series: str
    """The station's id and the series."""
    moment: float
    """Of the sample."""
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class EngineProgress:
    """What an engine has taken, to be kept."""

    name: str
    sent: int = 0
    hot_after: int | None = None
    text_after: int | None = None
    spans: Sequence[Unsent] = ()
    """Of each of these devices all up to the end was sent."""
    refusals: Sequence[Refusal] = ()


def add_engine(db: Database, name: str) -> None:
    """Begin to keep in mind what an engine lacks: all that is still hot, the last hour at least.

    One that was there before goes on where it was.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db) as opened:
        _add(opened.conn, name)


def _add(conn: sqlite3.Connection, name: str) -> None:
    conn.execute(
        "INSERT OR IGNORE INTO engine (name, active, hot_after, text_after, sent, refused, error) "
        "VALUES (?, 1, 0, 0, 0, 0, '')",
        (name,),
    )


def set_active(db: Database, names: Sequence[str]) -> None:
    """Make these the engines that are shown. Of others that were there it goes on being kept in mind what they lack.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db) as opened:
        conn = opened.conn
        conn.execute("UPDATE engine SET active = 0")
        for name in names:
            _add(conn, name)
            conn.execute("UPDATE engine SET active = 1 WHERE name = ?", (name,))
        # A store that was restored or mended may number its rows anew: then what is hot is sent again.
        conn.execute(f"UPDATE engine SET hot_after = 0 WHERE hot_after > ({_TOP})")
        conn.execute("UPDATE engine SET text_after = 0 WHERE text_after > (SELECT ifnull(max(id), 0) FROM text_change)")


def forget(db: Database, name: str) -> bool:
    """Keep nothing in mind for an engine any more; False where there is none of that name.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db) as opened:
        opened.conn.execute("DELETE FROM engine_unsent WHERE engine = ?", (name,))
        opened.conn.execute("DELETE FROM engine_refusal WHERE engine = ?", (name,))
        return opened.conn.execute("DELETE FROM engine WHERE name = ?", (name,)).rowcount == 1


def engine_states(conn: sqlite3.Connection, *, all_known: bool = False) -> list[EngineState]:
    """How far the configured engines are, by name; with `all_known` those, too, that are configured no more."""
    rows = conn.execute(
        "SELECT name, hot_after, text_after, sent, refused, sent_at, failing_since, error, "
        "max(0, (SELECT ifnull(max(id), 0) FROM hot) - hot_after), "
        "(SELECT count(*) FROM engine_unsent WHERE engine = name), "
        "(SELECT at FROM hot WHERE id > hot_after ORDER BY id LIMIT 1), "
        "(SELECT min(since) FROM engine_unsent WHERE engine = name) "
        f"FROM engine {'' if all_known else 'WHERE active '}ORDER BY name"
    ).fetchall()
    return [
        EngineState(*(*known, min((at for at in (hot_at, sealed_at) if at is not None), default=None)))
        for *known, hot_at, sealed_at in rows
    ]


def engine_position(conn: sqlite3.Connection, name: str) -> tuple[int, int] | None:
    """The last hot row and the last change of a text that an engine has; None for one that was never added."""
    row: tuple[int, int] | None = conn.execute(
        "SELECT hot_after, text_after FROM engine WHERE name = ?", (name,)
    ).fetchone()
    return row


def oldest_unsent(conn: sqlite3.Connection, name: str, most: int) -> list[Unsent]:
    """The sealed spans that an engine lacks, the oldest first."""
    rows = conn.execute(
        "SELECT device_no, since, until FROM engine_unsent WHERE engine = ? ORDER BY since LIMIT ?", (name, most)
    )
    return [Unsent(*row) for row in rows]


def refusals(conn: sqlite3.Connection, name: str, most: int) -> list[Refusal]:
    """The samples that an engine refused last, the newest first."""
    rows = conn.execute(
        "SELECT at, series, moment, value, reason FROM engine_refusal WHERE engine = ? ORDER BY id DESC LIMIT ?",
        (name, most),
    )
    return [Refusal(*row) for row in rows]


def record_progress(db: Database, progress: EngineProgress, at: float) -> None:
    """Keep what an engine has taken.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db) as opened:
        conn, name = opened.conn, progress.name
        conn.execute(
            "UPDATE engine SET sent = sent + :sent, refused = refused + :refused, failing_since = NULL, "
            "sent_at = CASE WHEN :sent THEN :at ELSE sent_at END, hot_after = max(hot_after, ifnull(:hot, 0)), "
            "text_after = max(text_after, ifnull(:text, 0)) WHERE name = :name",
            {"sent": progress.sent, "refused": len(progress.refusals), "at": at, "hot": progress.hot_after,
             "text": progress.text_after, "name": name},
        )  # fmt: skip
        keys = [(name, span.device_no) for span in progress.spans]
        # A span that was made longer at its begin by now stays: older changes were sealed meanwhile.
        conn.executemany(
            "UPDATE engine_unsent SET since = ? WHERE engine = ? AND device_no = ? AND since = ?",
            [(nextafter(span.until, inf), *key, span.since) for span, key in zip(progress.spans, keys, strict=True)],
        )
        conn.executemany("DELETE FROM engine_unsent WHERE engine = ? AND device_no = ? AND since > until", keys)
        if progress.refusals:
            conn.executemany(
                "INSERT INTO engine_refusal (engine, at, series, moment, value, reason) VALUES (?, ?, ?, ?, ?, ?)",
                [(name, r.at, r.series, r.moment, r.value, r.reason) for r in progress.refusals],
            )
            conn.execute(
                "DELETE FROM engine_refusal WHERE engine = :name AND id <= (SELECT id FROM engine_refusal "
                "WHERE engine = :name ORDER BY id DESC LIMIT 1 OFFSET :kept)",
                {"name": name, "kept": REFUSALS_KEPT},
            )


def record_failure(db: Database, name: str, error: str, at: float) -> None:
    """Keep that an engine takes nothing, since when and why.

    Raises:
        StoreError: the store cannot be written.
    """
    with transaction(db) as opened:
        _add(opened.conn, name)  # it may never have been reached
        opened.conn.execute(
            "UPDATE engine SET failing_since = ifnull(failing_since, ?), error = ? WHERE name = ?", (at, error, name)
        )


def note_sealed(conn: sqlite3.Connection, last: int) -> None:
    """Keep in mind what engines lack of the hot rows up to one that are sealed away now, inside their transaction."""
    conn.execute(
        "INSERT INTO engine_unsent (engine, device_no, since, until) "
        "SELECT name, device_no, min(at), max(at) FROM engine JOIN hot ON hot.id > hot_after AND hot.id <= :last "
        "WHERE true GROUP BY name, device_no "
        "ON CONFLICT DO UPDATE SET since = min(since, excluded.since), until = max(until, excluded.until)",
        {"last": last},
    )
    conn.execute("UPDATE engine SET hot_after = :last WHERE hot_after < :last", {"last": last})
