"""The registry, the present, and the history of every value, state, gap and poll.

Written so that a write touches few pages: `hot`, the biggest table, only grows at its end and has no index. Its rows
are chained by `previous` per device, and a keyframe now and then says where the chain stands at a moment; so state at
T costs a few rows and recording costs no page of an index per device. Minutes and five-minute rows have time
first in their key for the same reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database


_REGISTRY = (
    """CREATE TABLE station (
        no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, tags TEXT NOT NULL, info TEXT NOT NULL,
        active INTEGER NOT NULL, registered_at REAL NOT NULL) STRICT""",
    """CREATE TABLE device (
        no INTEGER PRIMARY KEY, station_no INTEGER NOT NULL, cls TEXT NOT NULL, instance TEXT NOT NULL,
        first_at REAL NOT NULL, UNIQUE (station_no, cls, instance)) STRICT""",
    """CREATE TABLE series (
        no INTEGER PRIMARY KEY, device_no INTEGER NOT NULL, path TEXT NOT NULL, UNIQUE (device_no, path)) STRICT""",
)
_PRESENT = (
    # revision counts commits of every process; collected_at is the collector's heartbeat.
    "CREATE TABLE pulse (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, collected_at REAL) STRICT",
    "INSERT INTO pulse VALUES (1, 0, NULL)",
    """CREATE TABLE latest (
        series_no INTEGER PRIMARY KEY, value ANY, quality TEXT NOT NULL, reason TEXT NOT NULL,
        changed_at REAL NOT NULL) STRICT""",
    # tip: the last row of the device in hot.
    """CREATE TABLE device_now (
        device_no INTEGER PRIMARY KEY, read_at REAL, cadence_s REAL NOT NULL, failures INTEGER NOT NULL,
        tip INTEGER NOT NULL) STRICT""",
    """CREATE TABLE summary (
        station_no INTEGER PRIMARY KEY, state TEXT NOT NULL, since REAL NOT NULL, reason TEXT NOT NULL,
        overview TEXT, read_at REAL, cadence_s REAL NOT NULL) STRICT""",
)
_VALUES = (
    # One row a poll with changes. body: {"<series no>": entry}, see entries.py; previous: the device's row before it.
    """CREATE TABLE hot (
        id INTEGER PRIMARY KEY, previous INTEGER NOT NULL, at REAL NOT NULL, device_no INTEGER NOT NULL,
        body TEXT NOT NULL) STRICT""",
    # Every entry of the device after its hot row `tip`.
    """CREATE TABLE keyframe (
        id INTEGER PRIMARY KEY, device_no INTEGER NOT NULL, at REAL NOT NULL, tip INTEGER NOT NULL,
        body TEXT NOT NULL) STRICT""",
    "CREATE INDEX keyframe_at ON keyframe (device_no, at, tip)",
    # value NULL: the series holds no text any more, hot says what it holds.
    """CREATE TABLE text_change (
        id INTEGER PRIMARY KEY, series_no INTEGER NOT NULL, at REAL NOT NULL, value TEXT) STRICT""",
    "CREATE INDEX text_change_at ON text_change (series_no, at)",
)
_STATES = (
    """CREATE TABLE station_state (
        id INTEGER PRIMARY KEY, station_no INTEGER NOT NULL, at REAL NOT NULL, state TEXT NOT NULL,
        reason TEXT NOT NULL) STRICT""",
    "CREATE INDEX station_state_at ON station_state (station_no, at)",
    # since: when it came to this state; a service that hangs again when it is retried stays set aside since then.
    """CREATE TABLE service_state (
        id INTEGER PRIMARY KEY, station_no INTEGER NOT NULL, service TEXT NOT NULL, device_no INTEGER,
        at REAL NOT NULL, state TEXT NOT NULL, since REAL NOT NULL, reason TEXT NOT NULL, retry_at REAL) STRICT""",
    "CREATE INDEX service_state_at ON service_state (station_no, service, at)",
    # A device's bus name and cadence from this moment on.
    """CREATE TABLE device_change (
        id INTEGER PRIMARY KEY, device_no INTEGER NOT NULL, at REAL NOT NULL, service TEXT NOT NULL,
        cadence_s REAL NOT NULL) STRICT""",
    "CREATE INDEX device_change_at ON device_change (device_no, at)",
    # A device was not read from `since` (its last reading) to `until` (its next), from `lost_at` on for failing.
    """CREATE TABLE silence (
        id INTEGER PRIMARY KEY, device_no INTEGER NOT NULL, since REAL NOT NULL, lost_at REAL, until REAL) STRICT""",
    "CREATE INDEX silence_since ON silence (device_no, since)",
    "CREATE TABLE downtime (id INTEGER PRIMARY KEY, since REAL NOT NULL, until REAL NOT NULL) STRICT",
)
_ROLLED = (
    """CREATE TABLE poll_minute (
        minute INTEGER NOT NULL, station_no INTEGER NOT NULL, polls INTEGER NOT NULL, errors INTEGER NOT NULL,
        round_trip_sum_s REAL NOT NULL, round_trip_max_s REAL NOT NULL, size_bytes INTEGER NOT NULL,
        last_error TEXT NOT NULL, PRIMARY KEY (minute, station_no)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE overview5 (
        slot INTEGER NOT NULL, station_no INTEGER NOT NULL, samples INTEGER NOT NULL,
        soc_percent REAL, battery_power_w REAL, battery_voltage_v REAL, battery_current_a REAL, pv_power_w REAL,
        pv_dc_power_w REAL, pv_ac_power_w REAL, load_power_w REAL, dc_load_power_w REAL, other_dc_power_w REAL,
        grid_power_w REAL, genset_power_w REAL, cell_spread_v REAL, battery_temperature_c REAL,
        PRIMARY KEY (slot, station_no)) STRICT, WITHOUT ROWID""",
)
_LOGS = (
    """CREATE TABLE event (
        id INTEGER PRIMARY KEY, at REAL NOT NULL, station TEXT, kind TEXT NOT NULL, text TEXT NOT NULL,
        details TEXT NOT NULL) STRICT""",
    "CREATE INDEX event_at ON event (at)",
    "CREATE INDEX event_station ON event (station, at)",
    """CREATE TABLE wanted (
        id INTEGER PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, station TEXT NOT NULL, pattern TEXT NOT NULL,
        until REAL, operator TEXT NOT NULL) STRICT""",
)


def migrate(db: Database) -> None:
    """Make every table of the first version."""
    for statement in (*_REGISTRY, *_PRESENT, *_VALUES, *_STATES, *_ROLLED, *_LOGS):
        db.conn.execute(statement)
