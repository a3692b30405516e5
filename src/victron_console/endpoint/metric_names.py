"""The names of the page for Prometheus: a base unit at the end of each, but percent where Victron's values are percent.

https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MetricName:
    """A metric and what it says."""

    name: str
    help: str
    labels: tuple[str, ...] = ("station",)
    kind: str = "gauge"
    """`gauge`, or `counter`, whose name ends in `_total`."""


FIGURES: Mapping[str, MetricName] = {
    "soc_percent": MetricName("victron_battery_soc_percent", "State of charge, %."),
    "battery_power_w": MetricName("victron_battery_power_watts", "Battery power, + charges."),
    "battery_voltage_v": MetricName("victron_battery_voltage_volts", "Battery voltage."),
    "battery_current_a": MetricName("victron_battery_current_amperes", "Battery current, + charges."),
    "pv_power_w": MetricName("victron_pv_power_watts", "All PV power, + produces."),
    "pv_dc_power_w": MetricName("victron_pv_dc_power_watts", "PV power on the DC bus."),
    "pv_ac_power_w": MetricName("victron_pv_ac_power_watts", "PV power on the AC side."),
    "load_power_w": MetricName("victron_load_power_watts", "AC loads."),
    "dc_load_power_w": MetricName("victron_dc_load_power_watts", "All that draws from the DC bus but inverters."),
    "motor_power_w": MetricName("victron_motor_power_watts", "The part of the DC loads that drives motors."),
    "other_dc_power_w": MetricName("victron_other_dc_power_watts", "The other DC loads."),
    "grid_power_w": MetricName("victron_grid_power_watts", "Grid or shore power, + imports."),
    "genset_power_w": MetricName("victron_genset_power_watts", "Power of AC and DC gensets."),
    "time_to_go_s": MetricName("victron_battery_time_to_go_seconds", "Time until the battery is empty."),
    "cell_spread_v": MetricName("victron_battery_cell_spread_volts", "Highest less lowest cell voltage."),
    "battery_temperature_c": MetricName("victron_battery_temperature_celsius", "Battery temperature."),
    "imbalance_w": MetricName("victron_power_imbalance_watts", "What comes in less what goes out, mean of a minute."),
}
"""By the field of an overview. A sample only while the figure is fresh and not doubtful."""

FIGURE_AGE = MetricName(
    "victron_figure_age_seconds", "How long ago a figure was read, also one that is withheld.", ("station", "figure")
)
FIGURE_WITHHELD = MetricName(
    "victron_figure_withheld", "1 for a figure that has no sample, and why.", ("station", "figure", "quality")
)
STATION_INFO = MetricName(
    "victron_station_info", "1; what a station is called and runs.", ("station", "name", "firmware", "mains")
)
STATION_TAG = MetricName("victron_station_tag", "1 for each tag of a station.", ("station", "tag"))
STATION_STATE = MetricName("victron_station_state", "1 for the state that a station is in.", ("station", "state"))
STATION_SINCE = MetricName("victron_station_state_since_timestamp_seconds", "When it came to that state.")
STATION_READ = MetricName("victron_station_read_timestamp_seconds", "When its figures were last read.")
STATION_SKEW = MetricName("victron_station_clock_skew_seconds", "The station's clock less the collector's.")
STATION_FAILURES = MetricName("victron_station_failed_polls_in_a_row", "Polls that failed in a row.")
AC_INPUT = MetricName("victron_ac_input_connected", "Whether the AC input is connected.", ("station", "type"))
POLLS = MetricName(
    "victron_station_polls_total", "Requests since the collector started.", ("station", "result"), "counter"
)
POLL_SECONDS = MetricName(
    "victron_station_poll_seconds_total", "Round trips of the answered ones, added up.", kind="counter"
)
POLL_BYTES = MetricName("victron_station_received_bytes_total", "Received from a station.", kind="counter")
ALARMS = MetricName(
    "victron_alarms",
    "Alarms that stand and count, by severity; without a station those of the console itself.",
    ("station", "severity"),
)
ALARM = MetricName(
    "victron_alarm",
    "1 for each alarm that is not over, with what operators say of it.",
    ("station", "family", "rule", "source", "severity", "state"),
)
ALARMS_OMITTED = MetricName("victron_alarms_omitted", "Alarms for which this page had no room.", ())

STORE_READABLE = MetricName("victron_store_readable", "1 while the store can be read; 0: nothing else is known.", ())
STORE_BYTES = MetricName("victron_store_size_bytes", "The database on disk.", ())
STORE_WAL_BYTES = MetricName("victron_store_wal_bytes", "Its write-ahead log.", ())
STORE_WRITTEN = MetricName("victron_store_last_write_timestamp_seconds", "When the collector last wrote.", ())
COLLECTOR_STARTED = MetricName("victron_collector_start_timestamp_seconds", "When the collector started.", ())
COLLECTOR_STATIONS = MetricName("victron_collector_stations", "Stations that are configured.", ())
COLLECTOR_LAG = MetricName("victron_collector_write_lag_seconds", "The longest wait for a write of late.", ())
COLLECTOR_DROPPED = MetricName(
    "victron_collector_dropped_updates_total", "Updates given up since the start.", (), "counter"
)
NOTICES_WAITING = MetricName("victron_notices_waiting", "Notices of alarms that are still to be told.", ())

ALL = (
    *FIGURES.values(),
    FIGURE_AGE, FIGURE_WITHHELD, STATION_INFO, STATION_TAG, STATION_STATE, STATION_SINCE, STATION_READ, STATION_SKEW,
    STATION_FAILURES, AC_INPUT, POLLS, POLL_SECONDS, POLL_BYTES, ALARMS, ALARM, ALARMS_OMITTED, STORE_READABLE,
    STORE_BYTES, STORE_WAL_BYTES, STORE_WRITTEN, COLLECTOR_STARTED, COLLECTOR_STATIONS, COLLECTOR_LAG,
    COLLECTOR_DROPPED, NOTICES_WAITING,
)  # fmt: skip
"""Every metric of ours; beside them are the `process_*` of the client library."""
