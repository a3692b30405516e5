"""The devices' own alarms: which leaves are alarms, their level, their words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from victron_console.insight.device_alarms import CRITICAL, WARNING, DeviceAlarm, count_by_level, device_alarms
from victron_console.model.device import DeviceKey
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]


@pytest.mark.parametrize(
    ("device", "path", "value", "level"),
    [
        ("vebus/1", "Alarms/LowBattery", 1, WARNING),
        ("vebus/1", "Alarms/LowBattery", 2, CRITICAL),
        ("vebus/1", "Alarms/LowBattery", 7, CRITICAL),
        ("vebus/1", "Alarms/LowBattery", 0, None),
        ("vebus/1", "Alarms/LowBattery", [], None),
        ("vebus/1", "VebusError", 17, CRITICAL),
        ("solarcharger/1", "ErrorCode", 33, CRITICAL),
        ("solarcharger/1", "ErrorCode", 66, WARNING),
        ("battery/1", "Errors/SmartLithium/Voltage", 1, CRITICAL),
        ("platform/0", "Device/DataPartitionError", 1, CRITICAL),
        ("alternator/1", "Error/0/Id", "e-23", CRITICAL),
        ("alternator/1", "Error/0/Id", "", None),
        ("tank/3", "Alarms/Low/State", 1, WARNING),
        ("tank/3", "Alarms/Low/Active", 10, None),
        ("digitalinput/1", "Alarm", 2, CRITICAL),
        ("settings/0", "Settings/Alarm/Vebus/LowBattery", 1, None),
        ("battery/1", "Soc", 2, None),
    ],
)
def test_the_level_of_a_value(device: str, path: str, value: object, level: str | None, build: Build) -> None:
    found = device_alarms(build({device: {path: value}}))
    assert [alarm.level for alarm in found] == ([level] if level else [])


def test_an_alarm_says_what_it_is_in_words(build: Build) -> None:
    (known,) = device_alarms(build({"battery/3": {"Alarms/LowCellVoltage": 1}}))
    assert known == DeviceAlarm(
        DeviceKey("battery", "3"), "Alarms/LowCellVoltage", WARNING, "Low cell voltage: Warning", 1
    )
    (unknown,) = device_alarms(build({"battery/3": {"Alarms/FooBarLow": 2}}))
    assert unknown.text == "Foo bar low: 2"


def test_critical_ones_come_first_and_are_counted(build: Build) -> None:
    found = device_alarms(
        build({"battery/1": {"Alarms/LowSoc": 1}, "vebus/2": {"Alarms/Overload": 2, "Alarms/Ripple": 1}})
    )
    assert [alarm.path for alarm in found] == ["Alarms/Overload", "Alarms/LowSoc", "Alarms/Ripple"]
    assert count_by_level(found) == {CRITICAL: 1, WARNING: 2}


def test_a_device_that_left_the_bus_raises_nothing_more(build: Build) -> None:
    assert device_alarms(build({"battery/1": {"Alarms/LowSoc": 2}}, gone=("battery/1",))) == []


def test_an_impossible_value_is_no_alarm(build: Build) -> None:
    assert device_alarms(build({"vebus/1": {"Alarms/LowBattery": float("inf")}})) == []
