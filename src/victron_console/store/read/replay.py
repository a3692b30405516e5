"""The values of a device as they were at a moment: a keyframe and the hot changes after it, or sealed history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from victron_console.store.sealed import history as sealed
from victron_console.store.value_encoding import Entry, entries_in, entries_of_rows

# A row only ever follows older ones; were that ever wrong, the walk would have no end.
_CHAIN = """
    WITH RECURSIVE chain (id, previous, at, body) AS (
        SELECT id, previous, at, body FROM hot WHERE id = :start AND id > :stop
        UNION ALL
        SELECT hot.id, hot.previous, hot.at, hot.body FROM chain JOIN hot ON hot.id = chain.previous
        WHERE chain.previous > :stop AND chain.previous < chain.id)
    SELECT at, body FROM chain WHERE at <= :until AND instr(body, :holding) ORDER BY id"""


@dataclass(frozen=True, slots=True)
class Keyframe:
    """All entries of a device, by series number, after its hot row `tip`."""

    tip: int
    entries: dict[int, Entry]
    at: float | None = None
    """When it was written: its device was read then, or something changed then that is sealed by now."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a device held at a moment."""

    entries: dict[int, Entry]
    """All of it but texts, by series number."""
    changed_at: float | None
    """When something last changed before: it was read then at the latest. None where nothing is known."""


def keyframe_before(conn: sqlite3.Connection, device_no: int, at: float) -> Keyframe:
    """The last keyframe at or before a moment; an empty one where there is none."""
    row = conn.execute(
        "SELECT tip, body, at FROM keyframe WHERE device_no = ? AND at <= ? ORDER BY at DESC, tip DESC LIMIT 1",
        (device_no, at),
    ).fetchone()
    return Keyframe(row[0], entries_in(row[1]), row[2]) if row else Keyframe(0, {})


def keyframes_between(
    conn: sqlite3.Connection, device_no: int, since: float, until: float
) -> list[tuple[float, Keyframe]]:
    """The keyframes after a moment, up to and with another; of several at one moment the last."""
    rows = conn.execute(
        "SELECT at, tip, body FROM keyframe WHERE device_no = ? AND at > ? AND at <= ? ORDER BY at, tip",
        (device_no, since, until),
    )
    last = {at: Keyframe(tip, entries_in(body), at) for at, tip, body in rows}
    return list(last.items())


def changes_between(
    conn: sqlite3.Connection, device_no: int, after: Keyframe, until: float, series_no: int | None = None
) -> Iterator[tuple[float, dict[int, Entry]]]:
    """The changes of a device after a keyframe, oldest first, up to and with a moment.

    Args:
        conn: inside a read transaction.
        device_no: whose changes.
        after: from `keyframe_before`.
        until: UTC epoch, s.
        series_no: only rows that hold this series.
    """
    later = conn.execute(
        "SELECT tip FROM keyframe WHERE device_no = ? AND at > ? AND tip > ? ORDER BY at, tip LIMIT 1",
        (device_no, until, after.tip),
    ).fetchone()
    end = later or conn.execute("SELECT tip FROM device_now WHERE device_no = ?", (device_no,)).fetchone()
    # A key in JSON cannot be mistaken: a quote inside a text is written with a backslash.
    holding = "" if series_no is None else f'"{series_no}":'
    rows = conn.execute(_CHAIN, {"start": end[0], "stop": after.tip, "until": until, "holding": holding}).fetchall()
    bodies = entries_of_rows(body for _, body in rows)
    yield from ((at, entries) for (at, _), entries in zip(rows, bodies, strict=True))


def changes_before(
    conn: sqlite3.Connection, keyframe: Keyframe, since: float, until: float, series_no: int
) -> Iterator[tuple[float, Entry]]:
    """Changes of a series in a span that were written before the keyframe of its begin, the newest first.

    There are such only where the clock went back: what was recorded then lies later in time and earlier in the chain.
    """
    row_id, is_tip = keyframe.tip, True
    while row := conn.execute("SELECT previous, at, body FROM hot WHERE id = ?", (row_id,)).fetchone():
        previous, at, body = row
        if since < at <= until and series_no in (entries := entries_in(body)):
            yield at, entries[series_no]
        if (at <= since and not is_tip) or previous is None or previous >= row_id:
            return
        row_id, is_tip = previous, False


def held_at(conn: sqlite3.Connection, device_no: int, at: float) -> Held:
    """Every entry of a device at a moment but texts, and when one of them last changed."""
    keyframe = keyframe_before(conn, device_no, at)
    if keyframe.tip or keyframe.entries:
        values, changed_at = dict(keyframe.entries), keyframe.at
    else:  # where no keyframe is old enough its hot rows are sealed; they leave one at their end
        values, changed_at = sealed.values_at(conn, device_no, at)
    for moment, changed in changes_between(conn, device_no, keyframe, at):
        values.update(changed)
        changed_at = moment
    return Held(values, changed_at)


def texts_at(conn: sqlite3.Connection, station_no: int, at: float) -> dict[int, str]:
    """The series of a station that held a text at a moment, by series number."""
    rows = conn.execute(
        "SELECT series.no, (SELECT value FROM text_change WHERE series_no = series.no AND at <= ? "
        "ORDER BY at DESC, id DESC LIMIT 1) AS held FROM series JOIN device ON device.no = device_no "
        "WHERE station_no = ? AND held IS NOT NULL",
        (at, station_no),
    )
    return dict(rows.fetchall())
