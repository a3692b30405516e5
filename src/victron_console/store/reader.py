"""Answers for everyone who shows or judges: live, or as it was at any moment. It never writes.

One reader a thread. Every method sees one state of the store, whatever is written meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from fnmatch import fnmatchcase
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from victron_console.model.alert import Ack, AlertView, Occurrence
from victron_console.model.alert_record import NoticeRecord
from victron_console.model.clock import Clock, SystemClock
from victron_console.model.device import DeviceKey, split_series
from victron_console.model.snapshot import Snapshot
from victron_console.store import (
    alerts,
    diagnoses,
    fleet,
    jobs,
    link_states,
    logs,
    presence,
    promises,
    silences,
    size,
    trace,
)
from victron_console.store.connection import open_readable, rest_of
from victron_console.store.diagnoses import DiagnosisRow, StepRow
from victron_console.store.errors import decoding, explaining
from victron_console.store.jobs import JobRow
from victron_console.store.promises import Promise
from victron_console.store.rows import (
    Bucket,
    CollectorState,
    Event,
    Gap,
    Integral,
    LinkMinute,
    LinkState,
    LinkTotals,
    Point,
    Rollup,
    SeriesRow,
    ServiceRow,
    StationRow,
    StoreSize,
    StoreStats,
    Wanted,
)
from victron_console.store.schema import check

if TYPE_CHECKING:
    from victron_console.store.curves import Curve, Floats, Means, Pieces, Span


class Reader:
    """A read-only connection. `as_of` is a moment (UTC epoch, s) to look back to; None is live."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        """Open the store.

        Args:
            path: the store.
            clock: what `live` means; the system's where none is given.

        Raises:
            StoreMissing: there is no such file yet.
            StoreTooNew, StoreTooOld: another version of the program made it.
            StoreError: it cannot be read.
        """
        self.path = path
        self.db, self._rest = open_readable(path)
        """For reads that other layers add (alerts)."""
        self._clock = clock or SystemClock()
        self._seen: tuple[int, int] | None = None
        try:
            check(self.db, path)
        except BaseException:
            self.db.close()
            raise

    def close(self) -> None:
        """Let go of the store. May be called twice."""
        self.db.close()

    def _look_anew(self) -> None:
        """Open a store anew that was read as it lay and does not rest any more: a collector began to write it."""
        if self._rest is not None and rest_of(self.path) != self._rest:
            self.db.close()
            self.db, self._rest = open_readable(self.path)
            self._seen = self._seen and (-1, self._seen[1])

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        self._look_anew()
        conn = self.db.conn
        with explaining(self.path), decoding(self.path):
            conn.execute("BEGIN")
            try:
                yield conn
            finally:
                conn.execute("COMMIT")

    def changed(self) -> bool:
        """Whether anything was committed since the last call; True the first time. Costs microseconds: ask often."""
        self._look_anew()
        with explaining(self.path), decoding(self.path):
            version = self.db.conn.execute("PRAGMA data_version").fetchone()[0]
            if self._seen and self._seen[0] == version:
                return False
            # data_version also moves when a checkpoint runs.
            revision = self.db.conn.execute("SELECT revision FROM pulse").fetchone()[0]
        before, self._seen = self._seen, (version, revision)
        return before is None or before[1] != revision

    def stations(self, as_of: float | None = None) -> list[StationRow]:
        """The configured stations by name."""
        with self._reading() as conn:
            return fleet.station_rows(conn, as_of)

    def station(self, station: str, as_of: float | None = None) -> StationRow | None:
        """One station, also one that is configured no more; None where the store never had it."""
        with self._reading() as conn:
            return fleet.station_row(conn, station, as_of)

    def snapshot(self, station: str, as_of: float | None = None) -> Snapshot:
        """All values of a station, judged now or at `as_of`.

        A reading's `at` is when its device was last read. In the past that is exact at gaps and where that read changed
        anything; else it is within one cadence: reads that changed nothing leave no row.

        Raises:
            UnknownStation: the store never had it.
        """
        now = self._clock.now() if as_of is None else as_of
        with self._reading() as conn:
            return fleet.snapshot(conn, station, now, as_of)

    def snapshots(self, station: str, moments: Sequence[float]) -> list[Snapshot]:
        """What `snapshot` gives for each of some past moments, in order of time and at a small part of the cost.

        What changed between the first and the last is held in memory: ask for an hour or so at once.

        Raises:
            UnknownStation: the store never had it.
        """
        from victron_console.store import sequence

        with self._reading() as conn:
            return sequence.snapshots(conn, station, moments)

    def history(self, station: str, series: str, since: float, until: float) -> list[Point]:
        """The changes of a series from `since` to `until`; the first point carries what held at `since`.

        Empty where the series is not known. Where nothing was received a value does not end here: see `gaps`.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        split_series(series)  # before the store is read: a wrong name is no damage
        with self._reading() as conn:
            found = fleet.series_numbers(conn, fleet.station_number(conn, station), series)
            return trace.points(conn, *found, since, until) if found else []

    def buckets(
        self, station: str, series: str, since: float, until: float, count: int, as_of: float | None = None
    ) -> list[Bucket | None]:
        """A series in `count` equal columns, as known at `as_of`; None where nothing was received.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        if count <= 0 or until <= since:
            return [None] * max(count, 0)
        from victron_console.store import (
            charts,
            curves,
        )  # here and below: numpy, for which the first paint does not wait

        edges = charts.edges_of(since, until, count)
        parts = self._pieces(station, series, edges, as_of=as_of)
        return charts.buckets(curves.columns(parts, edges)) if parts else [None] * count

    def columns(self, station: str, series: str, since: float, until: float, count: int) -> Means | None:
        """Equal columns in arrays for who computes with them, always from the changes; None: no such series.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        from victron_console.store import charts, curves

        found = self._curve(station, series, since, until)
        return curves.means(*found, charts.edges_of(since, until, count)) if found else None

    def _curve(self, station: str, series: str, since: float, until: float) -> tuple[Curve, list[Span]] | None:
        """The changes of a known series, and when nothing was received of it up to now."""
        from victron_console.store import charts

        now = self._clock.now()
        key, _ = split_series(series)
        with self._reading() as conn:
            no = fleet.station_number(conn, station)
            found = fleet.series_numbers(conn, no, series)
            if found is None:
                return None
            silent = silences.silent_spans(conn, no, key, now, None)
            return charts.curve(conn, *found, since, until), trace.merged([*silent, (now, inf)])

    def rollup(self, station: str, series: str, since: float, until: float) -> list[Rollup]:
        """The whole hours of a span, those of which something is known. Kept when the changes are pruned.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        from victron_console.store import charts, curves

        edges = charts.whole_hours(since, until)
        parts = self._pieces(station, series, edges) if len(edges) > 1 else None
        return charts.rollups(curves.columns(parts, edges)) if parts else []

    def integral(self, station: str, series: str, since: float, until: float) -> Integral:
        """A series added up over a span; of a power in W the energy in J. Nothing is added over gaps.

        Raises:
            UnknownStation: the store never had it.
            ValueError: `series` is no series name.
        """
        from victron_console.store import charts

        parts = self._pieces(station, series, charts.edges_of(since, until, 1), fine=True) if since < until else None
        return charts.integral(parts) if parts else Integral(0.0, 0.0, 0.0)

    def _pieces(
        self, station: str, series: str, edges: Floats, *, fine: bool = False, as_of: float | None = None
    ) -> Pieces | None:
        """A known series between the edges, up to now or `as_of`, and without its gaps."""
        from victron_console.store import charts

        now = self._clock.now() if as_of is None else as_of
        key, _ = split_series(series)
        with self._reading() as conn:
            no = fleet.station_number(conn, station)
            found = fleet.series_numbers(conn, no, series)
            if found is None:
                return None
            silent = silences.silent_spans(conn, no, key, now, as_of)
            return charts.pieces(conn, *found, [*silent, (now, inf)], edges, fine=fine)

    def overview_history(
        self, station: str, field: str, since: float, until: float, count: int, as_of: float | None = None
    ) -> list[float | None]:
        """An overview field in `count` equal columns, from five-minute means; None where nothing fresh was known.

        Only means whose five minutes were over, now or at `as_of`: one that still grows would tell of later.

        Raises:
            UnknownStation: the store never had it.
            ValueError: the field has no five-minute rows.
        """
        logs.require_means(field)
        now = self._clock.now() if as_of is None else as_of
        with self._reading() as conn:
            return logs.overview_means(conn, fleet.station_number(conn, station), field, since, until, count, now)

    def overview_slots(
        self, station: str, fields: Sequence[str], since: float, until: float
    ) -> list[tuple[float | None, ...]]:
        """The begin (UTC epoch, s) of each five minutes that have figures and the means of these overview fields.

        Raises:
            UnknownStation: the store never had it.
            ValueError: a field has no five-minute rows.
        """
        for field in fields:
            logs.require_means(field)
        with self._reading() as conn:
            return logs.overview_slots(conn, fleet.station_number(conn, station), fields, since, until)

    def cadences(self, station: str, key: DeviceKey) -> list[tuple[float, float]]:
        """From when on a device was read how often: moment (UTC epoch, s) and seconds between two reads, oldest first.

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            return presence.cadences(conn, fleet.station_number(conn, station), key)

    def gaps(self, station: str, since: float, until: float, as_of: float | None = None) -> list[Gap]:
        """The gaps of a station and its devices that touch a span, by their begin. They may overlap.

        Raises:
            UnknownStation: the store never had it.
        """
        now = self._clock.now() if as_of is None else as_of
        with self._reading() as conn:
            return silences.gaps(conn, fleet.station_number(conn, station), since, until, now, as_of)

    def events(
        self,
        since: float,
        until: float,
        station: str | None = None,
        kinds: Sequence[str] | None = None,
        text: str | None = None,
        limit: int = 500,
    ) -> list[Event]:
        """The newest events that fit, newest first."""
        with self._reading() as conn:
            return logs.events(conn, since, until, station, kinds, text, limit)

    def services(self, station: str, as_of: float | None = None) -> list[ServiceRow]:
        """The services of a station by bus name, also those that hung before they were ever read.

        Raises:
            UnknownStation: the store never had it.
        """
        now = self._clock.now() if as_of is None else as_of
        with self._reading() as conn:
            return fleet.service_rows(conn, fleet.station_number(conn, station), now, as_of)

    def link(self, station: str, since: float, until: float, as_of: float | None = None) -> list[LinkMinute]:
        """A station's polls by the minute; a minute appears once it is over.

        Raises:
            UnknownStation: the store never had it.
        """
        now = self._clock.now() if as_of is None else as_of
        with self._reading() as conn:
            return logs.link(conn, fleet.station_number(conn, station), since, min(until, now))

    def links(self, as_of: float | None = None) -> dict[str, LinkState]:
        """How the links of the configured stations stand; a station that was never polled is not among them."""
        with self._reading() as conn:
            return link_states.links(conn, inf if as_of is None else as_of)

    def link_totals(self, since: float, until: float) -> dict[str, LinkTotals]:
        """The polls of every station over the whole minutes of a span; without polls it is not among them."""
        with self._reading() as conn:
            return link_states.totals(conn, since, until, self._clock.now())

    def collector(self, as_of: float | None = None) -> CollectorState | None:
        """How the collector itself is; None where none ever said so."""
        with self._reading() as conn:
            return link_states.collector(conn, inf if as_of is None else as_of)

    def series(self, station: str, glob: str = "*") -> list[SeriesRow]:
        """The series of a station whose name fits, by name, with the values last stored.

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            rows = fleet.series_rows(conn, fleet.station_number(conn, station))
        return [row for row in rows if fnmatchcase(row.name, glob)]

    def alerts(self, as_of: float | None = None) -> list[AlertView]:
        """The alarms as they stand, with what operators say of them, oldest first."""
        now = self._clock.now() if as_of is None else as_of
        with self._reading() as conn:
            tags = {row.id: row.tags for row in fleet.station_rows(conn, as_of)}
            return alerts.alert_views(self.db, now, tags, as_of)

    def alert(self, occurrence: int, as_of: float | None = None) -> AlertView | None:
        """One alarm with what operators said of it up to then; None where there is none of that number."""
        now = self._clock.now() if as_of is None else as_of
        with self._reading() as conn:
            tags = {row.id: row.tags for row in fleet.station_rows(conn, as_of)}
            return alerts.alert_view(self.db, occurrence, now, tags, as_of)

    def alert_history(
        self, since: float, until: float, station: str | None = None, as_of: float | None = None
    ) -> list[Occurrence]:
        """Alarms that stood at some time of a span, oldest first; at most up to `as_of`, as they were then."""
        until = until if as_of is None else min(until, as_of)
        with self._reading():
            return alerts.alert_history(self.db, since, until, station, as_of)

    def acks(self, since: float, until: float) -> list[Ack]:
        """Acknowledgements of a span, oldest first."""
        with self._reading() as conn:
            return alerts.acks(conn, since, until)

    def notices(self, station: str, limit: int = 100) -> list[NoticeRecord]:
        """What a station's GX notified of, newest first, long after its own ring has dropped it."""
        with self._reading():
            return alerts.notices(self.db, station, limit)

    def wanted(self, station: str | None = None, as_of: float | None = None) -> list[Wanted]:
        """The pins and focuses that hold, of one station or of all."""
        with self._reading() as conn:
            return logs.wanted(conn, station, self._clock.now() if as_of is None else as_of)

    def diagnoses(self, as_of: float | None = None) -> dict[str, DiagnosisRow]:
        """What the last diagnosis of each configured station found; one never diagnosed is not among them."""
        with self._reading() as conn:
            return diagnoses.latest(conn, inf if as_of is None else as_of)

    def diagnosis_course(self, station: str, since: float, until: float) -> list[DiagnosisRow]:
        """The diagnoses of a station in a span, oldest first; one a day.

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            return diagnoses.course(conn, station, since, until)

    def load_steps(self, station: str, battery: str) -> list[StepRow]:
        """The load steps gathered of a battery, by the spans that were read.

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            return diagnoses.load_steps(conn, station, battery)

    def promises(self, station: str, since: date) -> list[Promise]:
        """What forecasts promised of a station's local days from one on, oldest first.

        Raises:
            UnknownStation: the store never had it.
        """
        with self._reading() as conn:
            return promises.promises(conn, station, since)

    def jobs(self, as_of: float | None = None, *, done_since: float | None = None) -> list[JobRow]:
        """The maintenance jobs that are open, and those done since a moment."""
        with self._reading() as conn:
            return jobs.jobs(conn, inf if as_of is None else as_of, done_since=done_since)

    def size(self) -> StoreSize:
        """What the database takes on disk and when it was last written."""
        with self._reading() as conn:
            return size.size(conn, self.path)

    def stats(self) -> StoreStats:
        """Size and content of the database. It counts rows, which takes a while in a big one."""
        with self._reading() as conn:
            return size.stats(conn, self.path)
