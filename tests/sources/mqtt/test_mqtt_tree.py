"""Topics become devices; what is new, what is doubtful and what hangs is told from the messages alone."""

from __future__ import annotations

import gzip
import json
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.insight.overview.overview import overview
from victron_console.model.device import DeviceKey
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.sources.changed_services import GATHER_S, ChangedServices
from victron_console.sources.mqtt_tree import MAX_DEVICES, Tree
from victron_console.sources.naming import DeviceNames
from victron_console.sources.values import read_tree

CAPTURES = Path(__file__).parents[4] / "shared" / "captures"
BATTERY = "com.victronenergy.battery.258"


def tell(tree: Tree, topic: str, value: object, now: float = 0.0) -> str | None:
    return tree.take(f"N/p/{topic}", json.dumps({"value": value}).encode(), 1_800_000_000.0 + now, now)


def test_what_is_not_shown_by_default_is_kept_but_is_no_news() -> None:
    tree = Tree("p")
    assert tell(tree, "battery/258/Soc", 80.0) == BATTERY
    tell(tree, "battery/258/Mgmt/Connection", "a")
    tree.read(tree.devices[BATTERY])
    assert tell(tree, "battery/258/Mgmt/Connection", "b") is None
    assert tree.devices[BATTERY].readings["Mgmt/Connection"].value == "b"


def test_a_value_that_creeps_is_news_once_it_left_the_deadband_of_what_was_read() -> None:
    tree = Tree("p")
    tell(tree, "system/0/Dc/Battery/Power", 1000)
    tree.read(tree.devices["com.victronenergy.system"])
    assert [tell(tree, "system/0/Dc/Battery/Power", 1000 + step) for step in (4, 8, 40)] == [
        None,
        None,
        "com.victronenergy.system",
    ]


def test_a_devices_own_alarm_and_an_absent_value_are_news_at_once() -> None:
    tree = Tree("p")
    for path in ("Soc", "Alarms/Custom"):
        tell(tree, f"battery/258/{path}", 0)
    tree.read(tree.devices[BATTERY])
    assert tell(tree, "battery/258/Alarms/Custom", 2) == BATTERY
    assert tell(tree, "battery/258/Soc", None) == BATTERY


def test_names_from_a_station_are_cleaned_and_bounded() -> None:
    tree = Tree("p")
    assert tell(tree, "nonsense/99999/[/nope]\x1b]0;owned\x07", 1) is not None
    device = tree.devices["com.victronenergy.nonsense.99999"]
    assert list(device.readings) == ["[/nope]�]0;owned�"]
    for number in range(MAX_DEVICES + 50):
        tell(tree, f"tank/{number}/Level", 1)
    assert len(tree.devices) == MAX_DEVICES
    assert tree.refused == 51


def test_a_lively_device_under_load_that_stops_hangs_even_if_the_station_repeats_its_values() -> None:
    tree = Tree("p")
    for second in range(30):
        tell(tree, "battery/258/Dc/0/Power", 100 + second, float(second))
        tell(tree, "tank/21/Level", 40, float(second // 10 * 10))
    battery, tank = tree.devices[BATTERY], tree.devices["com.victronenergy.tank.21"]
    assert tree.silent_s(battery, 80.0) is None
    assert set(tree.suspects(95.0)) == {BATTERY, "com.victronenergy.tank.21"}
    tree.begin_dump()
    tell(tree, "battery/258/Dc/0/Power", 129, 95.0)
    tell(tree, "tank/21/Level", 40, 95.0)
    tree.end_dump(95.1, whole=True)
    assert tree.silent_s(battery, 95.2) == pytest.approx(66.2)
    assert tree.silent_s(tank, 95.2) is None
    assert not tree.suspects(95.2)


def test_a_device_at_rest_may_be_silent() -> None:
    tree = Tree("p")
    for second in range(30):
        tell(tree, "battery/258/Dc/0/Power", 29 - second, float(second))
    assert tree.silent_s(tree.devices[BATTERY], 300.0) is None


def test_a_device_that_is_missing_in_a_whole_dump_is_silent_and_one_missing_in_a_broken_off_dump_is_not() -> None:
    tree = Tree("p")
    tell(tree, "tank/21/Level", 40, 0.0)
    tank = tree.devices["com.victronenergy.tank.21"]
    tree.begin_dump()
    tree.end_dump(70.0, whole=False)
    assert tree.silent_s(tank, 70.0) is None
    tree.begin_dump()
    tree.end_dump(80.0, whole=True)
    assert tree.silent_s(tank, 81.0) == 81.0
    tell(tree, "tank/21/Level", 41, 82.0)
    assert tree.silent_s(tank, 83.0) is None


@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_message_raises_and_none_is_taken_for_a_good_value_by_mistake(payload: bytes, path: str) -> None:
    tree = Tree("p")
    tree.take(f"N/p/battery/258/{path}", payload, 0.0, 0.0)
    for device in tree.devices.values():
        for reading in device.readings.values():
            assert reading.quality is not Quality.GOOD or b'"value"' in payload


def test_news_wait_for_what_comes_with_them_and_wake_once() -> None:
    changed, woken = ChangedServices(), []
    changed.wake = lambda: woken.append(True)
    assert changed.next_moment() == inf
    changed.note("a", 10.0)
    changed.note("b", 10.02)
    assert changed.next_moment() == 10.0 + GATHER_S
    assert changed.take() == {"a", "b"}
    assert changed.next_moment() == inf
    assert woken == [True]


@pytest.mark.parametrize(
    ("recording", "series", "ahead_s"),
    [
        ("mqtt-ess-3phase-pv-motorhome", "ess-3phase-pv-motorhome", 1.27),
        ("mqtt-hybrid-genset-24v-keepalive-expires", "hybrid-genset-24v", 1.43),
    ],
)
def test_a_recording_ends_with_the_figures_that_the_http_series_of_the_same_run_has_then(
    recording: str, series: str, ahead_s: float
) -> None:
    """`ahead_s`: how far the series' clock was ahead, from changes in both, and half a second of its sampling."""
    if not CAPTURES.is_dir():
        pytest.skip("the recorded stations (../shared/captures) are not here")
    messages = [m for m in _lines(CAPTURES / f"{recording}.jsonl.gz") if m.get("topic", "").startswith("N/")]
    tree = Tree("c0619ab00001")
    for message in messages:
        tree.take(message["topic"], message["payload"].encode(), 0.0, message["t"])
    last_s = messages[-1]["t"] + ahead_s
    names = DeviceNames()
    http: dict[DeviceKey, DeviceState] = {}
    for service, values in _series_until(CAPTURES / f"{series}.series.jsonl.gz", last_s).items():
        readings = read_tree(service.split(".")[2], values, 0.0)
        key = names.key(service, readings)
        http[key] = DeviceState(key, service, readings, read_at=0.0)
    mqtt = {d.key: DeviceState(d.key, d.service, d.readings, read_at=0.0) for d in tree.devices.values()}
    assert mqtt.keys() - {DeviceKey("tank", "3")} == http.keys()
    assert _figures(mqtt) == _figures(http)


def _lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _series_until(path: Path, last_s: float) -> dict[str, dict[str, object]]:
    services: dict[str, dict[str, object]] = {}
    for line in _lines(path):
        if line["t"] <= last_s:
            services.setdefault(line["service"], {}).update(line["changed"])
    return services


def _figures(devices: dict[DeviceKey, DeviceState]) -> Overview:
    return overview(Snapshot("a-station", 0.0, devices))
