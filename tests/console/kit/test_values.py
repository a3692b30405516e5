"""What a value reads as, and that the three marks mean one thing each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from victron_console.console.kit.figures import power_figure
from victron_console.console.kit.values import value_text
from victron_console.console.site.devices import device_lines
from victron_console.model.device import DeviceKey
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.sources.values import qualify, read_tree

NOW = 1_763_900_000.0


def lines(devices: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    states = {}
    for name, tree in devices.items():
        key = DeviceKey.parse(name)
        service = f"com.victronenergy.{key.cls}.test{key.instance}"
        states[key] = DeviceState(key=key, service=service, readings=read_tree(key.cls, tree, NOW), read_at=NOW)
    return {line.label: line.facts for line in device_lines(Snapshot("made", NOW, states))}


@pytest.mark.parametrize(
    ("cls", "path", "raw", "text"),
    [
        ("genset", "Engine/OperatingHours", 16_045_438, "185.7 d"),
        ("battery", "TimeToGo", 45_000, "12.5 h"),
        ("battery", "TimeToGo", 90, "90 s"),
        ("battery", "TimeToGo", 0, "0 s"),
        ("solarcharger", "History/Daily/1/TimeInBulk", 1439, "24.0 h"),
        ("logger", "Vrm/TimeLastContact", 0, "never"),
        ("logger", "Vrm/TimeLastContact", 1e15, "?"),
        ("tank", "Level", "97", "?97"),
        ("tank", "Level", 104, "?104.0 %"),
        ("tank", "Level", [], "-"),
        ("temperature", "Temperature", "-3,5", "?-3,5"),
        ("battery", "ErrorCode", 44, "44"),
    ],
)
def test_a_value_reads_as_what_it_is(cls: str, path: str, raw: object, text: str) -> None:
    assert value_text(cls, path, qualify(cls, path, raw, NOW)) == text


def test_can_statistics_read_as_counters() -> None:
    raw = '[{"linkinfo": {"info_data": {"state": "ERROR-ACTIVE"}}, "stats64": {"rx": {"packets": 9, "errors": 1}}}]'
    path = "CanBus/Interface/can0/Statistics"
    assert value_text("platform", path, qualify("platform", path, raw, NOW)) == "ERROR-ACTIVE  rx 9, 1 errors"


def test_a_tank_and_a_sensor_that_say_what_cannot_be_are_doubted_not_lost() -> None:
    found = lines(
        {
            "tank/3": {"FluidType": 5, "Level": "97", "CustomName": "Black"},
            "tank/4": {"FluidType": 5, "Level": [], "Status": 2, "CustomName": "Spare"},
            "tank/5": {"FluidType": 5, "Level": 104.0, "CustomName": "Third"},
            "temperature/4": {"Temperature": "-3,5", "CustomName": "Freezer"},
            "temperature/5": {"Temperature": -273.0, "CustomName": "Unused"},
        }
    )
    tanks = next(facts for label, facts in found.items() if label.startswith("BLACK"))
    assert list(tanks) == [
        "tank 1 ?97 %", "Spare - short-circuited", "Third ?104 %",
    ]  # fmt: skip
    assert found["TEMPERATURE"] == ("Freezer ?-3,5 C",)


def test_a_doubted_power_without_a_number_is_not_absent() -> None:
    assert power_figure(None, doubtful=True).text == "? "
    assert power_figure(None).text == "- "


def test_the_packs_of_a_bank_have_a_line_each_that_says_what_they_do() -> None:
    total = {"Dc/0/Voltage": 26.6, "Soc": 91.0, "NumberOfBmses": "1/1", "CustomName": "Totals"}
    waiting = {"Dc/0/Voltage": 27.9, "Soc": 99.0, "Soh": 100.0, "State": 16, "CustomName": "Bank B"}
    assert lines({"battery/0": total, "battery/2": waiting})["PACK"] == ("Bank B", "Pre-charging", "99 %", "27.9 V")


def test_a_dc_genset_and_one_that_a_relay_starts_say_what_they_do() -> None:
    running = {"StatusCode": 8, "Engine/Speed": 2600, "Engine/CoolantTemperature": 81.0, "Dc/0/Power": 2870.0}
    assert lines({"dcgenset/0": running})["GENSET"] == ("Running", "2600 rpm", "81 C", "2.87k")
    assert lines({"generator/0": {"State": 2}})["START/STOP"] == ("Warm-up",)
    assert "START/STOP" not in lines({"generator/0": {"State": 0}})


def test_a_unit_that_discharges_is_not_said_to_charge() -> None:
    unit = {"Mode": 3, "State": 4, "Dc/0/Power": -900.0}
    assert lines({"vebus/1": unit})["MULTI"] == ("On",)
    assert lines({"vebus/1": unit | {"Dc/0/Power": 900.0}})["MULTI"] == ("On", "Absorption")
