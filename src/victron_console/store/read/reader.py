"""Answers for everyone who shows or judges: live, or as it was at any moment. It never writes.

One reader a thread. Every method sees one state of the store, whatever is written meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from math import inf

from victron_console.model.alert import Ack, AlertView, Occurrence
from victron_console.model.alert_record import NoticeRecord
from victron_console.model.judgement import Judgement, PollMemory
from victron_console.model.snapshot import Snapshot
from victron_console.store import diagnoses, engines
from victron_console.store.alarms import engine_rows as alerts
from victron_console.store.alarms import notices as telling
from victron_console.store.answers import (
    LinkMinute,
    LinkTotals,
    SeriesRow,
    ServiceRow,
    StationRow,
    StoredMoment,
    StoreSize,
    StoreStats,
)
from victron_console.store.diagnoses import DiagnosisRow, StepRow
from victron_console.store.engines import EngineState
from victron_console.store.errors import UnknownStation
from victron_console.store.operator import jobs, wanted
from victron_console.store.operator.jobs import JobRow
from victron_console.store.operator.wanted import Wanted
from victron_console.store.read import fleet, judgements, link_states, logs, size
from victron_console.store.read.other_records import OtherRecords
from victron_console.store.records import CollectorState, Event, LinkState


class Reader(OtherRecords):
    """A read-only connection. `as_of` is a moment (UTC epoch, s) to look back to; None is live."""

    def stations(self, as_of: float | None = None) -> list[StationRow]:
        """The configured stations by name."""
        with self._reading() as conn:
            return fleet.station_rows(conn, as_of)

    def station(self, station: str, as_of: float | None = None) -> StationRow | None:
        """One station, also one that is configured no more; None where the store never had it."""
        with self._reading() as conn:
            return fleet.station_row(conn, station, as_of)

    def known_station(self, station: str, as_of: float | None = None) -> StationRow:
        """One station, also one that is configured no more.

        Raises:
            UnknownStation: the store never had it.
        """
        row = self.station(station, as_of)
        if row is None:
            raise self.unknown_station(station)
        return row

    def unknown_station(self, station: str) -> UnknownStation:
        """That the store never had a station of that id, as a sentence with the nearest."""
        with self._reading() as conn:
            return fleet.unknown_station(conn, station)

    def moment(self, station: str, as_of: float | None = None) -> StoredMoment | None:
        """A station with all its values and what was judged of them; None where the store never had it."""
        with self._reading() as conn:
            row = fleet.station_row(conn, station, as_of)
            if row is None:
                return None
            snapshot = fleet.snapshot(conn, station, self._clock.now() if as_of is None else as_of, as_of)
            return StoredMoment(row, snapshot, judgements.judgement(conn, station, as_of))

    def judgements(self, station: str, since: float, until: float) -> list[tuple[float, Judgement]]:
        """From when on (UTC epoch, s) which judgement of its polls held in a span, oldest first."""
        with self._reading() as conn:
            return judgements.judgements(conn, station, since, until)

    def poll_memory(self, station: str) -> PollMemory:
        """What judging the station's next poll needs of those before; empty where there was none."""
        with self._reading() as conn:
            return judgements.poll_memory(conn, station)

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
        from victron_console.store.read import sequence

        with self._reading() as conn:
            return sequence.snapshots(conn, station, moments)

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

    def engines(self) -> list[EngineState]:
        """How far the configured engines have what was recorded, by name."""
        with self._reading() as conn:
            return engines.engine_states(conn)

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

    def notices_waiting(self) -> int:
        """How many notices of alarms are still to be told outside the console."""
        with self._reading() as conn:
            return telling.waiting(conn)

    def wanted(self, station: str | None = None, as_of: float | None = None) -> list[Wanted]:
        """The pins and focuses that hold, of one station or of all."""
        with self._reading() as conn:
            return wanted.wanted(conn, station, self._clock.now() if as_of is None else as_of)

    def diagnoses(self, as_of: float | None = None) -> dict[str, DiagnosisRow]:
        """What the last diagnosis of each configured station found; one never diagnosed is not among them."""
        with self._reading() as conn:
            return diagnoses.latest(conn, inf if as_of is None else as_of)

    def diagnosed_at(self, as_of: float | None = None) -> dict[str, float]:
        """When each configured station was last diagnosed (UTC epoch, s); one never diagnosed is not among them."""
        with self._reading() as conn:
            return diagnoses.latest_at(conn, inf if as_of is None else as_of)

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
        with self._reading():
            return size.stats(self.db, self.path)
