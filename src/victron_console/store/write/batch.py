"""The rows of one transaction, gathered over all updates and written with one `executemany` a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from victron_console.model.units import MINUTE_S
from victron_console.store.event_log import add_events
from victron_console.store.records import Event, PollSample
from victron_console.store.write.registry import Averages, Device, Numbers, Station

if TYPE_CHECKING:
    from sqlite_utils import Database

Row = tuple[Any, ...]

OVERVIEW_FIELDS = (
    "soc_percent",
    "battery_power_w",
    "battery_voltage_v",
    "battery_current_a",
    "pv_power_w",
    "pv_dc_power_w",
    "pv_ac_power_w",
    "load_power_w",
    "dc_load_power_w",
    "other_dc_power_w",
    "grid_power_w",
    "genset_power_w",
    "cell_spread_v",
    "battery_temperature_c",
)
"""The columns of `overview5`."""


def _insert(table: str, *columns: str, verb: str = "INSERT") -> str:
    return f"{verb} INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


_REPLACE = "INSERT OR REPLACE"
_DEVICE = _insert("device", "no", "station_no", "cls", "instance", "first_at")
_SERIES = _insert("series", "no", "device_no", "path")
_LATEST = _insert("latest", "series_no", "value", "quality", "reason", "changed_at", verb=_REPLACE)
_HOT = _insert("hot", "id", "previous", "at", "device_no", "body")
_KEYFRAME = _insert("keyframe", "device_no", "at", "tip", "body")
_TEXT = _insert("text_change", "series_no", "at", "value")
_DEVICE_CHANGE = _insert("device_change", "device_no", "at", "service", "cadence_s")
_DEVICE_NOW = _insert("device_now", "device_no", "read_at", "cadence_s", "failures", "tip", verb=_REPLACE)
_SILENCE = _insert("silence", "id", "device_no", "since", "lost_at", "until")
_SILENCE_END = "UPDATE silence SET until = ? WHERE id = ?"
_STATION_STATE = _insert("station_state", "station_no", "at", "state", "reason")
_LINK_STATE = _insert("link_state", "station_no", "at", "body")
_SERVICE_STATE = _insert(
    "service_state", "station_no", "service", "device_no", "at", "state", "since", "reason", "retry_at"
)
_JUDGEMENT = _insert("judgement", "station_no", "at", "signs_conflict", "imbalance_w", verb=_REPLACE)
_SUMMARY = _insert(
    "summary", "station_no", "state", "since", "reason", "overview", "read_at", "cadence_s", "memory", verb=_REPLACE
)
_OVERVIEW = _insert("overview5", "slot", "station_no", "samples", *OVERVIEW_FIELDS, verb=_REPLACE)
_POLLS = (
    _insert(
        "poll_minute", "minute", "station_no", "polls", "errors", "round_trip_sum_s", "round_trip_max_s", "size_bytes",
        "last_error",
    )
    + " ON CONFLICT DO UPDATE SET polls = polls + excluded.polls, errors = errors + excluded.errors, "
    "round_trip_sum_s = round_trip_sum_s + excluded.round_trip_sum_s, "
    "round_trip_max_s = max(round_trip_max_s, excluded.round_trip_max_s), "
    "size_bytes = size_bytes + excluded.size_bytes, "
    "last_error = CASE excluded.errors WHEN 0 THEN last_error ELSE excluded.last_error END"
)  # fmt: skip


@dataclass(slots=True)
class Batch:
    """Rows by table. What changes more than once in a transaction is kept by key: only its last state counts."""

    numbers: Numbers
    devices: list[Row] = field(default_factory=list)
    series: list[Row] = field(default_factory=list)
    latest: list[Row] = field(default_factory=list)
    hot: list[Row] = field(default_factory=list)
    keyframes: list[Row] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)
    device_changes: list[Row] = field(default_factory=list)
    silences: list[Row] = field(default_factory=list)
    ended_silences: list[Row] = field(default_factory=list)
    station_states: list[Row] = field(default_factory=list)
    link_states: list[Row] = field(default_factory=list)
    service_states: list[Row] = field(default_factory=list)
    judgements: list[Row] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    touched: dict[int, Device] = field(default_factory=dict)
    stations: dict[int, Station] = field(default_factory=dict)
    averages: dict[tuple[int, int], Averages] = field(default_factory=dict)
    minutes: dict[tuple[int, int], list[Any]] = field(default_factory=dict)

    def add_polls(self, station_no: int, polls: Iterable[PollSample]) -> None:
        """Sum polls up by minute."""
        for poll in polls:
            row = self.minutes.setdefault((int(poll.at // MINUTE_S) * MINUTE_S, station_no), [0, 0, 0.0, 0.0, 0, ""])
            row[0] += 1
            row[4] += poll.size_bytes
            if poll.ok:
                row[2] += poll.round_trip_s
                row[3] = max(row[3], poll.round_trip_s)
            else:
                row[1] += 1
                row[5] = poll.error

    def write(self, db: Database) -> None:
        """Write every row, inside the caller's transaction."""
        for sql, rows in self._statements():
            if rows:
                db.conn.executemany(sql, rows)
        if self.events:
            add_events(db, self.events)

    def _statements(self) -> tuple[tuple[str, list[Row]], ...]:
        return (
            (_DEVICE, self.devices),
            (_SERIES, self.series),
            (_LATEST, self.latest),
            (_HOT, self.hot),
            (_KEYFRAME, self.keyframes),
            (_TEXT, self.texts),
            (_DEVICE_CHANGE, self.device_changes),
            (_SILENCE, self.silences),
            (_SILENCE_END, self.ended_silences),
            (_STATION_STATE, self.station_states),
            (_LINK_STATE, self.link_states),
            (_SERVICE_STATE, self.service_states),
            (_JUDGEMENT, self.judgements),
            (_DEVICE_NOW, [(d.no, d.read_at, d.cadence_s, d.failures, d.tip) for d in self.touched.values()]),
            (_SUMMARY, [_summary_row(station) for station in self.stations.values()]),
            (_OVERVIEW, [(slot, no, a.samples, *means(a)) for (slot, no), a in self.averages.items()]),
            (_POLLS, [(minute, no, *row) for (minute, no), row in self.minutes.items()]),
        )


def _summary_row(station: Station) -> Row:
    s = station
    return s.no, s.state, s.since, s.reason, s.overview, s.read_at, s.cadence_s, s.memory


def means(averages: Averages) -> list[float | None]:
    """The mean of each overview field, None where the slot had no value of it."""
    return [
        averages.sums[name] / averages.counts[name] if averages.counts.get(name) else None for name in OVERVIEW_FIELDS
    ]
