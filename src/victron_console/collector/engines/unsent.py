"""Reads from the store what an engine lacks. Each function asks one state of the store and changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf, nextafter

from victron_console.collector.engines.samples import Sample, SeriesDirectory, sample_of
from victron_console.model.quality import silent_after_s
from victron_console.model.units import HOUR_S
from victron_console.store.engines import Unsent, oldest_unsent
from victron_console.store.read.replay import Keyframe, changes_between
from victron_console.store.sealed.history import changes_of_device
from victron_console.store.value_encoding import Entry, entries_of_rows, entry_from

ROWS_AT_ONCE = 1000
"""Hot rows, each the changes of one poll of one device."""
TEXTS_AT_ONCE = 2000
SPANS_AT_ONCE = 200


@dataclass(slots=True)
class Waiting:
    """What is to be sent next, and how far the engine is once it has it."""

    samples: list[Sample] = field(default_factory=list)
    hot_after: int = 0
    text_after: int = 0
    is_news: bool = False
    """Whether there is anything, be it nothing that is to be sent."""
    is_all: bool = True
    """Whether nothing hot is left after it."""
    since: float = inf
    """When the first of it was recorded (UTC epoch, s)."""


def waiting(conn: sqlite3.Connection, hot_after: int, text_after: int, directory: SeriesDirectory) -> Waiting:
    """The hot changes and those of texts after the rows of these numbers, in the order in which they were recorded."""
    directory.refresh(conn)
    found = Waiting(hot_after=hot_after, text_after=text_after)
    rows = conn.execute(
        "SELECT id, at, body FROM hot WHERE id > ? ORDER BY id LIMIT ?", (hot_after, ROWS_AT_ONCE)
    ).fetchall()
    for (row_id, at, _), entries in zip(rows, entries_of_rows(body for _, _, body in rows), strict=True):
        found.hot_after, found.since = row_id, min(found.since, at)
        for no, entry in entries.items():
            if (series := directory.get(no)) is not None:
                found.samples.append(sample_of(series, at, entry))
    texts = _texts_after(conn, text_after) if directory.has_texts else []
    for text_id, no, at, text in texts:
        found.text_after = text_id
        if (series := directory.get(no)) is not None:
            found.samples.append(sample_of(series, at, text))
    found.is_news = bool(rows or texts)
    found.is_all = len(rows) < ROWS_AT_ONCE and len(texts) < TEXTS_AT_ONCE
    return found


def _texts_after(conn: sqlite3.Connection, text_after: int) -> list[tuple[int, int, float, str]]:
    return conn.execute(
        "SELECT id, series_no, at, value FROM text_change WHERE id > ? AND value IS NOT NULL ORDER BY id LIMIT ?",
        (text_after, TEXTS_AT_ONCE),
    ).fetchall()


def unchanged(conn: sqlite3.Connection, directory: SeriesDirectory, now: float) -> Iterator[Sample]:
    """What the devices that are heard still say, each value at the moment at which its device was last read.

    A value that changed at that very reading is sent as a change.
    """
    rows = conn.execute("SELECT device_no, read_at, cadence_s, failures FROM device_now WHERE read_at IS NOT NULL")
    for device_no, read_at, cadence_s, failures in rows.fetchall():
        if failures or now - read_at > silent_after_s(cadence_s):
            continue
        values = conn.execute(
            "SELECT series_no, value, quality, reason FROM latest WHERE changed_at < ? AND series_no IN "
            "(SELECT no FROM series WHERE device_no = ?)",
            (read_at, device_no),
        )
        for no, value, quality, reason in values:
            if not isinstance(value, str) and (series := directory.get(no)) is not None:
                yield sample_of(series, read_at, entry_from(value, quality, reason))


@dataclass(slots=True)
class SealedPart:
    """Sealed changes that are to be sent, and the spans that they are all of."""

    samples: list[Sample] = field(default_factory=list)
    spans: list[Unsent] = field(default_factory=list)


def sealed_part(conn: sqlite3.Connection, engine: str, directory: SeriesDirectory, most: int) -> SealedPart:
    """About so many of the oldest sealed changes that an engine lacks, one device after the other."""
    directory.refresh(conn)
    found = SealedPart()
    for span in oldest_unsent(conn, engine, SPANS_AT_ONCE):
        before, until = nextafter(span.since, -inf), span.since
        while before < span.until and len(found.samples) < most:
            until = min(span.until, before + HOUR_S)
            for at, entries in changes_of_device(conn, span.device_no, before, until):
                found.samples += _samples(directory, at, entries)
            before = until
        found.spans.append(Unsent(span.device_no, span.since, until))
        if len(found.samples) >= most:
            break
    return found


def recorded(
    conn: sqlite3.Connection, directory: SeriesDirectory, device_no: int, since: float, until: float
) -> Iterator[Sample]:
    """Every change of a device from a moment on, up to and without another: sealed ones, hot ones and texts."""
    before, last = nextafter(since, -inf), nextafter(until, -inf)
    for at, entries in changes_of_device(conn, device_no, before, last):
        yield from _samples(directory, at, entries)
    for at, entries in changes_between(conn, device_no, Keyframe(0, {}), last):
        if at > before:
            yield from _samples(directory, at, entries)
    if not directory.has_texts:
        return
    texts = conn.execute(
        "SELECT series_no, at, value FROM text_change WHERE at >= ? AND at < ? AND value IS NOT NULL "
        "AND series_no IN (SELECT no FROM series WHERE device_no = ?) ORDER BY at",
        (since, until, device_no),
    )
    for no, at, text in texts:
        yield from _samples(directory, at, {no: text})


def _samples(directory: SeriesDirectory, at: float, entries: Mapping[int, Entry]) -> Iterator[Sample]:
    for no, entry in entries.items():
        if (series := directory.get(no)) is not None:
            yield sample_of(series, at, entry)
