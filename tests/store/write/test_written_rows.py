"""Every row that news of a station writes; and that a restart between any two changes none of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.conftest import NOON, service_reading

from victron_console.model.clock import ManualClock
from victron_console.model.device import DeviceKey
from victron_console.model.judgement import Judgement, PollMemory
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.reading import Reading
from victron_console.model.station import ServiceState, StationState, StationStatus
from victron_console.store.records import (
    CollectorState,
    Event,
    LinkState,
    PollSample,
    ServiceChange,
    StationRecord,
    StationUpdate,
)
from victron_console.store.write.writer import Writer

T = NOON // 300 * 300
BATTERY, SYSTEM = DeviceKey("battery", "1"), DeviceKey("system", "0")
HUNG = "com.victronenergy.vebus.ttyS4"

Rows = list[tuple[object, ...]]

COLUMNS = {
    "summary": "station_no, state, since, reason, read_at, cadence_s, memory",
    "link_state": "station_no, at",
    "overview5": "slot, station_no, samples, soc_percent, battery_power_w, pv_power_w",
}
"""What is looked at of a table; all where it is not named."""


def updates() -> Iterator[StationUpdate]:
    """One of each kind of news, ten seconds apart."""
    live = StationStatus(StationState.LIVE, T, "")
    memory = PollMemory(T, 1, T, 10.0, 9.0, Judgement(False, 0.0))
    figures = Overview(soc_percent=50.0, battery_power_w=-100.0, pv_power_w=7.0, flags={"pv_power_w": "doubtful"})
    at = T
    yield StationUpdate(
        "alder", at, [service_reading("battery/1", {"Soc": 50, "Name": "House", "Left": 1, "Bad": None}, at)],
        cadences={BATTERY: 5.0}, status=live, overview=figures, memory=memory,
        polls=[PollSample(at, True, 0.25, 100), PollSample(at + 1, False, 9.0, 3, "refused")],
        link=LinkState("api 1", 0.5), events=[Event(at, "alder", "station", "live")],
    )  # fmt: skip
    at = T + 10
    soc = Reading(180.0, at, Quality.IMPLAUSIBLE, "above 100 %")
    yield StationUpdate(
        "alder", at, [service_reading("battery/1", {"Soc": soc, "Name": "Home", "Bad": 1.5}, at)],
        overview=Overview(soc_percent=60.0), memory=PollMemory(at, 2, T, 10.0, 9.0, Judgement(True, 0.0)),
        polls=[PollSample(at, True, 0.75, 50)],
    )  # fmt: skip
    at = T + 20
    yield StationUpdate(
        "alder", at, [service_reading("system/0", {"P": 1.25}, at)], failures={BATTERY: 2},
        service_changes=[ServiceChange(HUNG, None, ServiceState.SET_ASIDE, at, "no answer", at + 60)],
        polls=[PollSample(at, False, 9.0, 0, "refused"), PollSample(at, False, 9.0, 0, "no answer")],
        memory=PollMemory(at, 3, T, 10.0, 9.0, Judgement(True, 0.0)),
    )  # fmt: skip
    at = T + 30
    yield StationUpdate(
        "alder", at, failures={BATTERY: 3},
        service_changes=[
            ServiceChange(HUNG, None, ServiceState.SET_ASIDE, at, "no answer again", at + 120),
            ServiceChange("com.victronenergy.battery.tty1", BATTERY, ServiceState.GONE, at),
        ],
    )  # fmt: skip
    at = T + 40
    yield StationUpdate(
        "alder", at, [service_reading("system/0", {"P": 1.25}, at)], failures={BATTERY: 4},
        status=StationStatus(StationState.LOST, at, "unreachable"), overview=Overview(soc_percent=99.0),
    )  # fmt: skip
    at = T + 70
    yield StationUpdate(
        "alder", at, [service_reading("battery/1", {"Soc": 50, "Name": None, "Bad": 1.5}, at)],
        cadences={SYSTEM: 60.0}, status=StationStatus(StationState.LIVE, at), overview=Overview(soc_percent=70.0),
        service_changes=[ServiceChange(HUNG, None, ServiceState.LIVE, at)], memory=PollMemory(),
    )  # fmt: skip


def recorded(path: Path, *, restarted: bool) -> dict[str, Rows]:
    """All rows by table after the updates, from one writer or from a new one for each."""
    clock = ManualClock(T)
    writer = Writer(path, clock)
    writer.register([StationRecord("alder", "Alder Farm")])
    for update in updates():
        clock.at = update.at
        if restarted:
            writer.close()
            writer = Writer(path, clock)
        writer.record(update)
    writer.record_collector(CollectorState(T, 1))
    tables = ("device", "series", "latest", "hot", "keyframe", "text_change", "device_change", "device_now", "silence",
              "station_state", "link_state", "service_state", "judgement", "summary", "overview5", "poll_minute",
              "event")  # fmt: skip
    conn = writer.db.conn
    rows = {table: [tuple(row) for row in conn.execute(f"SELECT {COLUMNS.get(table, '*')} FROM {table}")]
            for table in tables}  # fmt: skip
    writer.close()
    return rows


@pytest.mark.parametrize("restarted", [False, True], ids=["one writer", "a new writer for each"])
def test_each_table_has_its_rows(restarted: bool, tmp_path: Path) -> None:
    rows = recorded(tmp_path / "store.db", restarted=restarted)
    for table, expected in EXPECTED.items():
        assert rows[table] == expected, table


FORGOTTEN = (
    '{"read_at":null,"conflicting_polls":0,"since":null,"in_w":null,"out_w":null,'
    '"judgement":{"signs_conflict":false,"imbalance_w":null}}'
)
"""A memory with nothing in it, as it is written."""

EXPECTED: dict[str, Rows] = {
    "device": [
        (1, 1, "battery", "1", T),
        (2, 1, "system", "0", T + 20),
    ],
    "series": [
        (1, 1, "Soc"),
        (2, 1, "Name"),
        (3, 1, "Left"),
        (4, 1, "Bad"),
        (5, 2, "P"),
    ],
    "latest": [
        (1, 50, "good", "", T + 70),
        (2, None, "absent", "", T + 70),
        (3, None, "absent", "", T + 10),
        (4, 1.5, "good", "", T + 10),
        (5, 1.25, "good", "", T + 20),
    ],
    "hot": [
        (1, 0, T, 1, '{"1":50,"3":1,"4":null}'),
        (2, 1, T + 10, 1, '{"1":[180.0,"above 100 %"],"4":1.5,"3":null}'),
        (3, 0, T + 20, 2, '{"5":1.25}'),
        (4, 2, T + 70, 1, '{"1":50,"2":null}'),
    ],
    "text_change": [
        (1, 2, T, "House"),
        (2, 2, T + 10, "Home"),
        (3, 2, T + 70, None),
    ],
    "device_change": [
        (1, 1, T, "com.victronenergy.battery.tty1", 5.0),
        (2, 2, T + 20, "com.victronenergy.system.tty0", 10.0),
        (3, 2, T + 70, "com.victronenergy.system.tty0", 60.0),
    ],
    "device_now": [
        (1, T + 70, 5.0, 0, 4),
        (2, T + 40, 60.0, 0, 3),
    ],
    "silence": [
        (1, 1, T + 10, T + 30, T + 70),
    ],
    "station_state": [
        (1, 1, T, "starting", ""),
        (2, 1, T, "live", ""),
        (3, 1, T + 40, "lost", "unreachable"),
        (4, 1, T + 70, "live", ""),
    ],
    "link_state": [
        (0, T + 70),
        (1, T),
    ],
    "service_state": [
        (1, 1, "com.victronenergy.vebus.ttyS4", None, T + 20, "set aside", T + 20, "no answer", T + 80),
        (2, 1, "com.victronenergy.vebus.ttyS4", None, T + 30, "set aside", T + 20, "no answer again", T + 150),
        (3, 1, "com.victronenergy.battery.tty1", 1, T + 30, "gone", T + 30, "", None),
        (4, 1, "com.victronenergy.vebus.ttyS4", None, T + 70, "live", T + 70, "", None),
    ],
    "judgement": [
        (1, T, 0, 0.0),
        (1, T + 10, 1, 0.0),
    ],
    "summary": [
        (1, "live", T + 70, "", T + 70, 5.0, FORGOTTEN),
    ],
    "overview5": [
        (T, 1, 3, 60.0, -100.0, None),
    ],
    "poll_minute": [
        (T, 1, 5, 3, 1.0, 0.75, 153, "no answer"),
    ],
    "event": [
        (1, T, "alder", "station", "live", "{}"),
    ],
}
"""By table, in the order of writing."""
