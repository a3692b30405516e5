"""Which devices a station had at a moment, when they were last read, and what state their services were in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from victron_console.model.device import DeviceKey
from victron_console.model.quality import LOST_FAILURES, Quality, freshness
from victron_console.model.station import ServiceState

LIVE = float("inf")
"""The moment that every row lies before."""

# One step in the index for each service, however many changes it went through.
_STANDINGS = """
    WITH RECURSIVE name (service) AS (
        SELECT min(service) FROM service_state WHERE station_no = :station
        UNION ALL
        SELECT (SELECT min(s.service) FROM service_state s WHERE s.station_no = :station AND s.service > name.service)
        FROM name WHERE name.service IS NOT NULL)
    SELECT s.service, device_no, state, since, reason, retry_at FROM name JOIN service_state s ON s.id = (
        SELECT id FROM service_state l WHERE l.station_no = :station AND l.service = name.service AND l.at <= :as_of
        ORDER BY l.at DESC, l.id DESC LIMIT 1)"""


@dataclass(frozen=True, slots=True)
class ServiceStanding:
    """The last state change of a service."""

    service: str
    device_no: int | None
    state: ServiceState
    since: float
    reason: str
    retry_at: float | None


@dataclass(frozen=True, slots=True)
class Presence:
    """A device as it stood at a moment."""

    no: int
    key: DeviceKey
    service: str
    cadence_s: float
    read_at: float | None
    failures: int
    tip: int
    """Its last row in `hot`, as of now."""
    standing: ServiceStanding | None
    """None where its service never was in another state than live."""

    @property
    def state(self) -> ServiceState:
        """Live where nothing else was ever said."""
        return self.standing.state if self.standing else ServiceState.LIVE

    def read_by(self, changed_at: float | None) -> Presence:
        """The same where something of it changed at a moment: it was not last read before that."""
        if changed_at is None or self.read_at is None or changed_at <= self.read_at:
            return self
        return replace(self, read_at=changed_at)

    def quality_at(self, moment: float) -> Quality:
        """GOOD, STALE, LOST or GONE."""
        gone, hangs = self.state is ServiceState.GONE, self.state is ServiceState.SET_ASIDE
        return freshness(self.read_at, self.cadence_s, self.failures, gone, moment, unanswered=hangs)


def standings(conn: sqlite3.Connection, station_no: int, as_of: float | None) -> dict[str, ServiceStanding]:
    """The last state change of each service that ever had one, by bus name."""
    rows = conn.execute(_STANDINGS, {"station": station_no, "as_of": LIVE if as_of is None else as_of})
    return {
        service: ServiceStanding(service, device_no, ServiceState(state), since, reason, retry_at)
        for service, device_no, state, since, reason, retry_at in rows
    }


def hanging_services(conn: sqlite3.Connection, station_no: int, as_of: float | None) -> tuple[str, ...]:
    """The bus names of the services that were set aside because they did not answer."""
    last = standings(conn, station_no, as_of).values()
    return tuple(standing.service for standing in last if standing.state is ServiceState.SET_ASIDE)


def presences(conn: sqlite3.Connection, station_no: int, as_of: float | None) -> list[Presence]:
    """All devices that the station had by then."""
    by_service = standings(conn, station_no, as_of)
    rows = _live(conn, station_no) if as_of is None else _past(conn, station_no, as_of)
    return [
        Presence(no, DeviceKey(cls, instance), service, cadence_s, read_at, failures, tip, by_service.get(service))
        for no, cls, instance, service, cadence_s, read_at, failures, tip in rows
    ]


def cadences(conn: sqlite3.Connection, station_no: int, key: DeviceKey) -> list[tuple[float, float]]:
    """From when on a device was read how often (UTC epoch, s; s), oldest first."""
    rows = conn.execute(
        "SELECT at, c.cadence_s FROM device_change c JOIN device d ON d.no = c.device_no "
        "WHERE station_no = ? AND cls = ? AND instance = ? ORDER BY at, id",
        (station_no, key.cls, key.instance),
    ).fetchall()
    return [(at, cadence_s) for n, (at, cadence_s) in enumerate(rows) if n == 0 or rows[n - 1][1] != cadence_s]


_Row = tuple[int, str, str, str, float, float | None, int, int]


def _live(conn: sqlite3.Connection, station_no: int) -> list[_Row]:
    return conn.execute(
        "SELECT no, cls, instance, (SELECT service FROM device_change c WHERE c.device_no = device.no "
        "ORDER BY at DESC, id DESC LIMIT 1), cadence_s, read_at, failures, tip "
        "FROM device JOIN device_now ON device_no = no WHERE station_no = ? ORDER BY no",
        (station_no,),
    ).fetchall()


def _past(conn: sqlite3.Connection, station_no: int, as_of: float) -> Iterator[_Row]:
    """Times of reads that changed nothing are not kept: between two gaps a device was read within its cadence."""
    rows = conn.execute(
        "SELECT d.no, cls, instance, first_at, n.read_at, n.tip, c.service, c.cadence_s, s.since, s.lost_at, s.until "
        "FROM device d JOIN device_now n ON n.device_no = d.no "
        "JOIN device_change c ON c.id = (SELECT id FROM device_change WHERE device_no = d.no AND at <= :as_of "
        "ORDER BY at DESC, id DESC LIMIT 1) "
        "LEFT JOIN silence s ON s.id = (SELECT id FROM silence WHERE device_no = d.no AND since <= :as_of "
        "ORDER BY since DESC, id DESC LIMIT 1) WHERE station_no = :station ORDER BY d.no",
        {"station": station_no, "as_of": as_of},
    )
    for no, cls, instance, first_at, last_read_at, tip, service, cadence_s, since, lost_at, until in rows:
        silent = since is not None and (until is None or until > as_of)
        if last_read_at is not None and last_read_at <= as_of:
            read_at = last_read_at
        elif silent:
            read_at = since
        else:
            read_at = max(first_at, until or 0.0, as_of - cadence_s)
        failures = LOST_FAILURES if silent and lost_at is not None and lost_at <= as_of else 0
        yield no, cls, instance, service, cadence_s, read_at, failures, tip
