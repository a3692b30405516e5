"""The rows of one transaction, gathered over all updates and written with one `executemany` a table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from victron_console.store.records import PollSample
from victron_console.store.write.registry import Averages, Device, Numbers, Station

Row = tuple[Any, ...]

MINUTE_S = 60
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
    heard: list[Row] = field(default_factory=list)
    station_states: list[Row] = field(default_factory=list)
    link_states: list[Row] = field(default_factory=list)
    service_states: list[Row] = field(default_factory=list)
    judgements: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
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

    def write(self, conn: sqlite3.Connection) -> None:
        """Write every row, inside the caller's transaction."""
        for sql, rows in self._statements():
            if rows:
                conn.executemany(sql, rows)

    def _statements(self) -> Iterable[tuple[str, list[Row]]]:
        yield "INSERT INTO device (no, station_no, cls, instance, first_at) VALUES (?, ?, ?, ?, ?)", self.devices
        yield "INSERT INTO series (no, device_no, path) VALUES (?, ?, ?)", self.series
        yield (
            "INSERT OR REPLACE INTO latest (series_no, value, quality, reason, changed_at) VALUES (?, ?, ?, ?, ?)",
            (self.latest),
        )
        yield "INSERT INTO hot (id, previous, at, device_no, body) VALUES (?, ?, ?, ?, ?)", self.hot
        yield "INSERT INTO keyframe (device_no, at, tip, body) VALUES (?, ?, ?, ?)", self.keyframes
        yield "INSERT INTO text_change (series_no, at, value) VALUES (?, ?, ?)", self.texts
        yield "INSERT INTO device_change (device_no, at, service, cadence_s) VALUES (?, ?, ?, ?)", self.device_changes
        yield "INSERT INTO silence (id, device_no, since, lost_at, until) VALUES (?, ?, ?, ?, ?)", self.silences
        yield "UPDATE silence SET until = ? WHERE id = ?", self.heard
        yield "INSERT INTO station_state (station_no, at, state, reason) VALUES (?, ?, ?, ?)", self.station_states
        yield "INSERT INTO link_state (station_no, at, body) VALUES (?, ?, ?)", self.link_states
        yield (
            (
                "INSERT INTO service_state (station_no, service, device_no, at, state, since, reason, retry_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            ),
            self.service_states,
        )
        yield (
            "INSERT OR REPLACE INTO judgement (station_no, at, signs_conflict, imbalance_w) VALUES (?, ?, ?, ?)",
            self.judgements,
        )
        yield "INSERT INTO event (at, station, kind, text, details) VALUES (?, ?, ?, ?, ?)", self.events
        yield (
            "INSERT OR REPLACE INTO device_now (device_no, read_at, cadence_s, failures, tip) VALUES (?, ?, ?, ?, ?)",
            [(d.no, d.read_at, d.cadence_s, d.failures, d.tip) for d in self.touched.values()],
        )
        yield (
            (
                "INSERT OR REPLACE INTO summary (station_no, state, since, reason, overview, read_at, cadence_s, "
                "memory) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            ),
            [
                (s.no, s.state, s.since, s.reason, s.overview, s.read_at, s.cadence_s, s.memory)
                for s in self.stations.values()
            ],
        )
        yield (
            (
                f"INSERT OR REPLACE INTO overview5 (slot, station_no, samples, {', '.join(OVERVIEW_FIELDS)}) "
                f"VALUES (?, ?, ?, {', '.join('?' * len(OVERVIEW_FIELDS))})"
            ),
            [(slot, no, a.samples, *means(a)) for (slot, no), a in self.averages.items()],
        )
        yield (
            (
                "INSERT INTO poll_minute (minute, station_no, polls, errors, round_trip_sum_s, round_trip_max_s, "
                "size_bytes, last_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "polls = polls + excluded.polls, errors = errors + excluded.errors, "
                "round_trip_sum_s = round_trip_sum_s + excluded.round_trip_sum_s, "
                "round_trip_max_s = max(round_trip_max_s, excluded.round_trip_max_s), "
                "size_bytes = size_bytes + excluded.size_bytes, "
                "last_error = CASE excluded.errors WHEN 0 THEN last_error ELSE excluded.last_error END"
            ),
            [(minute, no, *row) for (minute, no), row in self.minutes.items()],
        )


def means(averages: Averages) -> list[float | None]:
    """The mean of each overview field, None where the slot had no value of it."""
    return [
        averages.sums[name] / averages.counts[name] if averages.counts.get(name) else None for name in OVERVIEW_FIELDS
    ]
