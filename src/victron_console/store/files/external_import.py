"""Takes what others recorded of a station into the store, from a file: beside our own record and never into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO

from victron_console.model.clock import Clock
from victron_console.model.external.external_day import ExternalDay
from victron_console.store.connection import open_writable, reading, transaction
from victron_console.store.errors import UnknownStation, UnreadableImport
from victron_console.store.external import ExternalSpan, external_days, external_spans, record_external
from victron_console.store.files.import_places import refuse_id, station_number
from victron_console.store.files.import_source import About
from victron_console.store.files.vrm_csv import SOURCE, read_vrm_csv
from victron_console.store.lease import Lease
from victron_console.store.read.fleet import station_number as known_number
from victron_console.store.write.writer import Writer

MOST_BYTES = 512 * 2**20


def import_vrm_csv(path: Path, file: Path, station: str, clock: Clock, columns: Sequence[str] = ()) -> ExternalSpan:
    """Take in a download of Victron's portal; of times that an earlier one has too, this one holds.

    Args:
        path: the store; made where there is none. A collector may run where it has the station.
        file: the download.
        station: whose it is; made where the store has none of that id.
        clock: names the moment.
        columns: as for `read_vrm_csv`.

    Returns:
        What of that source is in now.

    Raises:
        UnreadableImport: it is no such download; nothing of it is in.
        LeaseHeld: the station is to be made while a collector runs.
        StoreError: the store cannot be written.
    """
    refuse_id(station)
    if file.stat().st_size > MOST_BYTES:
        raise UnreadableImport(f"{file}: more than {MOST_BYTES >> 20} MB are no download of a site's energies")
    try:
        with _decoded(file) as lines:
            days = list(read_vrm_csv(lines, clock.now(), columns))
    except (ValueError, UnicodeError) as error:
        raise UnreadableImport(f"{file}: {error}") from error
    _make_station(path, station, clock)
    with closing(open_writable(path)) as db:
        with reading(db) as conn:
            before = external_days(conn, station, SOURCE, days[0].day, days[-1].day + timedelta(days=1))
        known = {day.day: day for day in before}
        record_external(db, station, [_joined(known[day.day], day) if day.day in known else day for day in days])
        return next(span for span in external_spans(db.conn, station) if span.source == SOURCE)


def _joined(old: ExternalDay, new: ExternalDay) -> ExternalDay:
    """A day of which two downloads have a part each; of what both have the new one holds."""
    again = new.seen()
    energies = {
        code: {n: kwh for n, kwh in old.energies.get(code, {}).items() if n not in again}
        | dict(new.energies.get(code, {}))
        for code in {*old.energies, *new.energies}
    }
    return replace(new, energies=energies, told={code: sum(each.values()) for code, each in energies.items()})


@contextmanager
def _decoded(file: Path) -> Iterator[IO[str]]:
    """The file as text: UTF-8, else what an old spreadsheet program saves."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            while lines.read(2**20):
                pass
        encoding = "utf-8-sig"
    except UnicodeDecodeError:
        encoding = "cp1252"
    with file.open(encoding=encoding, newline="") as lines:
        yield lines


def _make_station(path: Path, station: str, clock: Clock) -> None:
    if path.exists():
        try:
            with closing(open_writable(path)) as db:
                known_number(db.conn, station)
                return
        except UnknownStation:
            pass
    with Lease(path, clock), closing(Writer(path, clock)) as writer, transaction(writer.db):
        station_number(writer.db.conn, station, About(), clock.now())
