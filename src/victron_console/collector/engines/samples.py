"""What is sent to an engine: one value of a series at the moment of its reading, and what tells the series."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from victron_console.catalogue import catalogue
from victron_console.config import EngineSettings
from victron_console.model.quality import Quality
from victron_console.model.reading import Scalar
from victron_console.store.value_encoding import Entry, judged

UNKNOWN_LEVEL = 3
"""Of a path that the catalogue does not have."""


@dataclass(frozen=True, slots=True)
class SentSeries:
    """A series with all that is said of it beside its values."""

    no: int
    station: str
    name: str
    """The station's, in its file."""
    site_name: str
    """What the device calls its site; where it gives no name the station file's."""
    portal_id: str
    """Of VRM; where it is not known the station's id."""
    cls: str
    instance: str
    path: str
    unit: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One value at one moment."""

    series: SentSeries
    at_ms: int
    """When the device was read, UTC epoch, ms."""
    value: Scalar
    quality: Quality
    """GOOD, ABSENT or IMPLAUSIBLE."""


def sample_of(series: SentSeries, at: float, entry: Entry) -> Sample:
    """An entry of the store as a sample; `at` is UTC epoch, s."""
    value, quality, _ = judged(entry)
    return Sample(series, round(at * 1000), value, quality)


class SeriesDirectory:
    """The series that an engine is sent, by their number in the store. For one thread, like the connection it reads."""

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self.has_texts = settings.kind == "influx"
        """Whether the engine keeps texts beside numbers."""
        self._known: dict[int, SentSeries] = {}
        self._last = 0
        self._stations: list[tuple[int, str, str, str]] = []
        self._told: dict[int, tuple[str, str]] = {}
        """What each station's devices call the site, and its portal id."""

    def get(self, series_no: int) -> SentSeries | None:
        """The series; None where it is not to be sent."""
        return self._known.get(series_no)

    def refresh(self, conn: sqlite3.Connection) -> None:
        """Take up what is new since the last call, inside a read transaction: series, or names and tags of stations."""
        stations = conn.execute("SELECT no, id, name, tags FROM station ORDER BY no").fetchall()
        if stations != self._stations:
            self._stations, self._last = stations, 0
        rows = self._new_series(conn)
        told = {no: _told_by_devices(conn, no) for no in {row[1] for row in rows}}
        if any(self._told.get(no, names) != names for no, names in told.items()):
            self._last = 0  # what was there before bears the new name, too
            rows = self._new_series(conn)
        self._told |= told
        if not self._last:
            self._known.clear()
        self._take(rows)

    def _new_series(self, conn: sqlite3.Connection) -> list[tuple[int, int, str, str, str]]:
        return conn.execute(
            "SELECT series.no, station_no, cls, instance, path FROM series JOIN device ON device.no = device_no "
            "WHERE series.no > ? ORDER BY series.no",
            (self._last,),
        ).fetchall()

    def _take(self, rows: list[tuple[int, int, str, str, str]]) -> None:
        stations = {
            no: (station, name)
            for no, station, name, tags in self._stations
            if self._settings.wants_station(station, tuple(json.loads(tags)))
        }
        for no, station_no, cls, instance, path in rows:
            self._last = no
            metric = catalogue().metric(cls, path)
            level = metric.level if metric else UNKNOWN_LEVEL
            if station_no not in stations or not self._settings.wants_series(f"{cls}/{instance}/{path}", level):
                continue
            station, name = stations[station_no]
            site_name, portal_id = self._told.get(station_no, ("", ""))
            told = site_name or name, portal_id or station
            unit = metric.unit if metric else ""
            self._known[no] = SentSeries(no, station, name, *told, cls, instance, path, unit)


def _told_by_devices(conn: sqlite3.Connection, station_no: int) -> tuple[str, str]:
    """What a station's devices call the site, and its portal id; empty where they do not say."""
    name = _text(conn, station_no, "settings", "Settings/SystemSetup/SystemName")
    return name, _text(conn, station_no, "system", "Serial")


def _text(conn: sqlite3.Connection, station_no: int, cls: str, path: str) -> str:
    """A text that a device of a station gives now."""
    row = conn.execute(
        "SELECT value FROM latest JOIN series ON series.no = series_no JOIN device ON device.no = device_no "
        "WHERE station_no = ? AND cls = ? AND path = ? AND value IS NOT NULL ORDER BY device.no LIMIT 1",
        (station_no, cls, path),
    ).fetchone()
    return str(row[0]).strip() if row else ""
