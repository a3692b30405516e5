"""Records what the collector brings: only what changed, everything of one call in one transaction.

One writer a store, in one thread, under the lease. It judges nothing: states and figures come with the update.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from victron_console.model.clock import Clock
from victron_console.model.quality import STALE_AT_LEAST_S
from victron_console.model.station import FRESH, StationState
from victron_console.store.connection import open_writable, transaction
from victron_console.store.errors import UnknownStation, decoding
from victron_console.store.read import link_states
from victron_console.store.records import CollectorState, Event, StationRecord, StationUpdate
from victron_console.store.schema import migrate
from victron_console.store.write.batch import Batch
from victron_console.store.write.changes import (
    take_cadence,
    take_failures,
    take_memory,
    take_overview,
    take_service,
    take_service_change,
)
from victron_console.store.write.registry import (
    DEFAULT_CADENCE_S,
    MAX_DEVICES,
    MAX_SERIES,
    Numbers,
    Station,
    load_station,
)
from victron_console.store.write.silences import repair_silences

_OVERFLOW = (
    f"It has named more than {MAX_DEVICES} devices or {MAX_SERIES:,} series; new ones are not recorded. "
    "Check what answers at its address."
)


class Writer:
    """The one connection that records. Make and use it in one thread."""

    def __init__(self, path: Path, clock: Clock, *, durable: bool = False) -> None:
        """Open the store, make or migrate it, and note how long no collector was there.

        Args:
            path: the store; made where there is none.
            clock: names the moment of the start.
            durable: wait for the disk at every commit; otherwise a power cut may lose the last ones.

        Raises:
            StoreError: it cannot be opened, migrated or written.
        """
        self.path = path
        self.db = open_writable(path, durable=durable, create=True, checkpoints=True)
        """For what is written beside the readings in the same process, through `transaction`."""
        self._clock = clock
        self._stations: dict[str, Station] = {}
        self._numbers: Numbers | None = None
        try:
            self.backup = migrate(self.db, path)
            """The copy made before a migration, None where there was none."""
            self._note_downtime()
        except BaseException:
            self.db.close()
            raise

    def _note_downtime(self) -> None:
        """A span without a collector; one shorter than any value takes to go stale is none."""
        now = self._clock.now()
        with transaction(self.db) as db:
            since = db.table("pulse").get(1)["collected_at"]
            if since is not None and now - since > STALE_AT_LEAST_S:
                db.table("downtime").insert({"since": since, "until": now})
            db.table("pulse").update(1, {"collected_at": now})
            repair_silences(db.conn)

    def register(self, stations: Sequence[StationRecord]) -> None:
        """Make these the fleet. A station that is not among them any more keeps its history, out of sight.

        Raises:
            StoreError: the store cannot be written.
        """
        now = self._clock.now()
        with transaction(self.db) as db:
            db.execute("UPDATE station SET active = 0 WHERE active = 1")  # imported ones (2) stay in view
            table = db.table("station")
            held = {row["id"]: row for row in table.rows}
            table.insert_all(
                (
                    {"no": None, "registered_at": now}
                    | held.get(station.id, {})
                    | {"id": station.id, "name": station.name, "tags": station.tags, "info": dict(station.info)}
                    | {"active": 1}
                    for station in stations
                ),
                replace=True,
            )
            new = "FROM station WHERE no NOT IN (SELECT station_no FROM summary)"
            db.execute(
                f"INSERT INTO station_state (station_no, at, state, reason) SELECT no, ?, ?, '' {new}",
                (now, StationState.STARTING),
            )
            db.execute(
                f"INSERT INTO summary (station_no, state, since, reason, cadence_s) SELECT no, ?, ?, '', ? {new}",
                (StationState.STARTING, now, DEFAULT_CADENCE_S),
            )

    def record(self, update: StationUpdate) -> None:
        """Record one update; see `record_all`."""
        self.record_all((update,))

    def record_all(self, updates: Sequence[StationUpdate]) -> None:
        """Record updates in one transaction; once this returns, a killed process loses none of it.

        Raises:
            StoreFull: no space is left; nothing was kept, and the next call works once there is.
            UnknownStation: a station was never registered.
            StoreError: the store cannot be written; nothing was kept.
        """
        try:
            with transaction(self.db):
                batch = self._batch()
                for update in updates:
                    self._take(update, batch)
                batch.write(self.db)
                self.db.conn.execute("UPDATE pulse SET collected_at = ?", (self._clock.now(),))
        except BaseException:
            # What is remembered ran ahead of what is stored: read it anew when it is next needed.
            self._stations.clear()
            self._numbers = None
            raise

    def note(self, events: Sequence[Event]) -> None:
        """Put into the log what concerns no station's update: faults of the configuration, the collector itself.

        Raises:
            StoreError: the store cannot be written.
        """
        if not events:
            return
        with transaction(self.db):
            batch = self._batch()
            batch.events += events
            batch.write(self.db)

    def record_collector(self, state: CollectorState) -> None:
        """Record how the collector itself is.

        Raises:
            StoreError: the store cannot be written.
        """
        with transaction(self.db):
            batch = self._batch()
            batch.link_states.append(link_states.row_of(link_states.COLLECTOR, self._clock.now(), state))
            batch.write(self.db)

    def close(self) -> None:
        """Let go of the store. May be called twice."""
        self.db.close()

    def _batch(self) -> Batch:
        self._numbers = self._numbers or Numbers.read(self.db.conn)
        return Batch(self._numbers)

    def _station(self, station_id: str) -> Station:
        if station_id not in self._stations:
            with decoding(self.path):
                found = load_station(self.db.conn, station_id)
            if found is None:
                raise UnknownStation(f"{station_id} is not in the store: register it before recording it")
            self._stations[station_id] = found
        return self._stations[station_id]

    def _take(self, update: StationUpdate, batch: Batch) -> None:
        station = self._station(update.station)
        batch.stations[station.no] = station
        for reading in update.services:
            take_service(station, reading, update.cadences.get(reading.key), batch)
        for key, cadence_s in update.cadences.items():
            if device := station.devices.get(key):
                take_cadence(device, cadence_s, update.at, batch)
        for key, failures in update.failures.items():
            if device := station.devices.get(key):
                take_failures(device, failures, update.at, batch)
        for change in update.service_changes:
            take_service_change(station, change, batch)
        if update.status is not None:
            status = update.status
            station.state, station.since, station.reason = status.state, status.since, status.reason
            batch.station_states.append((station.no, station.since, station.state, station.reason))
        if update.overview is not None:
            station.overview = update.overview.to_text()
            if station.state in FRESH:
                take_overview(self.db.conn, station, update.overview, update.at, batch)
        if update.memory is not None:
            take_memory(station, update.memory, batch)
        if update.link is not None:
            batch.link_states.append(link_states.row_of(station.no, update.at, update.link))
        batch.add_polls(station.no, update.polls)
        batch.events += update.events
        if station.overflowed and not station.overflow_told:
            self._tell_overflow(station, update, batch)

    def _tell_overflow(self, station: Station, update: StationUpdate, batch: Batch) -> None:
        """Say once in the life of a store that a station has more than is recorded of one."""
        station.overflow_told = True
        told = "SELECT 1 FROM event WHERE station = ? AND kind = 'store' AND text = ?"
        if self.db.conn.execute(told, (update.station, _OVERFLOW)).fetchone() is None:
            batch.events.append(Event(update.at, update.station, "store", _OVERFLOW))
