"""The registry, the present, and the history of every value, state, gap and poll.

Written so that a write touches few pages: `hot`, the biggest table, only grows at its end and has no index. Its rows
are chained by `previous` per device, and a keyframe now and then says where the chain stands at a moment; so state at
T costs a few rows and recording costs no page of an index per device. Minutes and five-minute rows have time
first in their key for the same reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from victron_console.store.migrations.tables import make_clustered_table, make_table

if TYPE_CHECKING:
    from sqlite_utils import Database

_OVERVIEW_FIGURES = (
    "soc_percent", "battery_power_w", "battery_voltage_v", "battery_current_a", "pv_power_w", "pv_dc_power_w",
    "pv_ac_power_w", "load_power_w", "dc_load_power_w", "other_dc_power_w", "grid_power_w", "genset_power_w",
    "cell_spread_v", "battery_temperature_c",
)  # fmt: skip


def migrate(db: Database) -> None:
    """Make every table of the first version."""
    _make_registry(db)
    _make_present(db)
    _make_values(db)
    _make_states(db)
    _make_sums(db)
    _make_logs(db)


def _make_registry(db: Database) -> None:
    make_table(
        db, "station",
        {"no": int, "id": str, "name": str, "tags": str, "info": str, "active": int, "registered_at": float}, pk="no",
    )  # fmt: skip
    db.table("station").create_index(["id"], "station_id", unique=True)
    make_table(db, "device", {"no": int, "station_no": int, "cls": str, "instance": str, "first_at": float}, pk="no")
    db.table("device").create_index(["station_no", "cls", "instance"], "device_name", unique=True)
    make_table(db, "series", {"no": int, "device_no": int, "path": str}, pk="no")
    db.table("series").create_index(["device_no", "path"], "series_path", unique=True)


def _make_present(db: Database) -> None:
    # revision counts commits of every process; collected_at is the collector's heartbeat.
    db.execute(  # sqlite-utils makes no CHECK
        "CREATE TABLE pulse (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL, "
        "collected_at REAL) STRICT"
    )
    db.table("pulse").insert({"id": 1, "revision": 0, "collected_at": None})
    make_table(
        db, "latest", {"series_no": int, "value": "ANY", "quality": str, "reason": str, "changed_at": float},
        pk="series_no", nullable=("value",),
    )  # fmt: skip
    # tip: the last row of the device in hot.
    make_table(
        db, "device_now", {"device_no": int, "read_at": float, "cadence_s": float, "failures": int, "tip": int},
        pk="device_no", nullable=("read_at",),
    )  # fmt: skip
    make_table(
        db, "summary",
        {"station_no": int, "state": str, "since": float, "reason": str, "overview": str, "read_at": float,
         "cadence_s": float},
        pk="station_no", nullable=("overview", "read_at"),
    )  # fmt: skip


def _make_values(db: Database) -> None:
    # One row a poll with changes. body: {"<series no>": entry}, see value_encoding.py; previous: the device's row
    # before it.
    make_table(db, "hot", {"id": int, "previous": int, "at": float, "device_no": int, "body": str}, pk="id")
    # Every entry of the device after its hot row `tip`.
    make_table(db, "keyframe", {"id": int, "device_no": int, "at": float, "tip": int, "body": str}, pk="id")
    db.table("keyframe").create_index(["device_no", "at", "tip"], "keyframe_at")
    # value NULL: the series holds no text any more, hot says what it holds.
    make_table(
        db, "text_change", {"id": int, "series_no": int, "at": float, "value": str}, pk="id", nullable=("value",)
    )
    db.table("text_change").create_index(["series_no", "at"], "text_change_at")


def _make_states(db: Database) -> None:
    make_table(db, "station_state", {"id": int, "station_no": int, "at": float, "state": str, "reason": str}, pk="id")
    db.table("station_state").create_index(["station_no", "at"], "station_state_at")
    # since: when it came to this state; a service that hangs again when it is retried stays set aside since then.
    make_table(
        db, "service_state",
        {"id": int, "station_no": int, "service": str, "device_no": int, "at": float, "state": str, "since": float,
         "reason": str, "retry_at": float},
        pk="id", nullable=("device_no", "retry_at"),
    )  # fmt: skip
    db.table("service_state").create_index(["station_no", "service", "at"], "service_state_at")
    # A device's bus name and cadence from this moment on.
    make_table(
        db, "device_change", {"id": int, "device_no": int, "at": float, "service": str, "cadence_s": float}, pk="id"
    )
    db.table("device_change").create_index(["device_no", "at"], "device_change_at")
    # A device was not read from `since` (its last reading) to `until` (its next), from `lost_at` on for failing.
    make_table(
        db, "silence", {"id": int, "device_no": int, "since": float, "lost_at": float, "until": float},
        pk="id", nullable=("lost_at", "until"),
    )  # fmt: skip
    db.table("silence").create_index(["device_no", "since"], "silence_since")
    make_table(db, "downtime", {"id": int, "since": float, "until": float}, pk="id")


def _make_sums(db: Database) -> None:
    make_clustered_table(
        db, "poll_minute",
        {"minute": int, "station_no": int, "polls": int, "errors": int, "round_trip_sum_s": float,
         "round_trip_max_s": float, "size_bytes": int, "last_error": str},
        pk=("minute", "station_no"),
    )  # fmt: skip
    make_clustered_table(
        db, "overview5",
        {"slot": int, "station_no": int, "samples": int, **dict.fromkeys(_OVERVIEW_FIGURES, float)},
        pk=("slot", "station_no"), nullable=_OVERVIEW_FIGURES,
    )  # fmt: skip


def _make_logs(db: Database) -> None:
    make_table(
        db, "event", {"id": int, "at": float, "station": str, "kind": str, "text": str, "details": str},
        pk="id", nullable=("station",),
    )  # fmt: skip
    db.table("event").create_index(["at"], "event_at")
    db.table("event").create_index(["station", "at"], "event_station")
    make_table(
        db, "wanted",
        {"id": int, "at": float, "kind": str, "station": str, "pattern": str, "until": float, "operator": str},
        pk="id", nullable=("until",),
    )  # fmt: skip
