"""The AC inputs as wired, from whatever tells them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from victron_console.insight.overview.ac_side import (
    WiredInput,
    ac_input,
    ac_inputs,
    frequency_hz,
    input_power_w,
    inverter_units,
    mains,
    mean_voltage_v,
    output_power_w,
    rs_units,
    runs_alone,
)
from victron_console.insight.overview.figures import named_device, on_bus, system_of
from victron_console.model.overview import AcInput
from victron_console.model.snapshot import DeviceState, Snapshot

Build = Callable[..., Snapshot]


def test_the_connected_input_feeds_and_the_other_is_only_wired(build: Build) -> None:
    system = {
        "Ac/ActiveIn/Source": 3,
        "Ac/In/0/Source": 2,
        "Ac/In/0/Connected": 0,
        "Ac/In/1/Source": 3,
        "Ac/In/1/Connected": 1,
    }
    station = build({"system/0": system})
    assert ac_inputs(station) == [WiredInput(1, "genset", False), WiredInput(2, "shore", True)]
    assert ac_input(station) == AcInput("shore", True)


def test_an_inverter_that_runs_alone_names_what_is_wired(build: Build) -> None:
    system = {"Ac/ActiveIn/Source": 240, "Ac/In/0/Source": 3, "Ac/In/0/Connected": 0}
    assert ac_input(build({"system/0": system})) == AcInput("shore", False)


def test_older_firmware_is_read_from_the_inverter_and_the_settings(build: Build) -> None:
    vebus = {"Ac/NumberOfAcInputs": 2, "Ac/ActiveIn/ActiveInput": 1, "Ac/ActiveIn/Connected": 1}
    settings = {"Settings/SystemSetup/AcInput1": 1, "Settings/SystemSetup/AcInput2": 2}
    station = build({"system/0": {"Ac/Grid/L1/Power": 5.0}, "vebus/1": vebus, "settings/0": settings})
    assert ac_inputs(station) == [WiredInput(1, "grid", False), WiredInput(2, "genset", True)]


def test_an_active_source_that_no_list_names_is_an_input(build: Build) -> None:
    assert ac_input(build({"system/0": {"Ac/ActiveIn/Source": 1, "Ac/In/NumberOfAcInputs": 0}})) == AcInput(
        "grid", True
    )


def test_a_site_without_ac_input_has_none(build: Build) -> None:
    assert (
        ac_input(build({"system/0": {"Ac/ActiveIn/Source": 240}, "vebus/1": {"Ac/NumberOfAcInputs": 0}})) == AcInput()
    )


def test_an_input_keeps_its_number_where_the_first_is_not_used(build: Build) -> None:
    system = {"Ac/In/0/Source": 3, "Ac/In/0/Connected": 1, "Ac/In/0/ServiceName": "com.victronenergy.vebus.test1"}
    settings = {"Settings/SystemSetup/AcInput1": 0, "Settings/SystemSetup/AcInput2": 3}
    quattro = {"Ac/NumberOfAcInputs": 2, "Ac/ActiveIn/ActiveInput": 1, "Ac/ActiveIn/Connected": 1}
    station = build({"system/0": system, "vebus/1": quattro, "settings/0": settings})
    assert ac_inputs(station) == [WiredInput(2, "shore", True)]


QUATTRO: dict[str, Any] = {
    "Ac/NumberOfAcInputs": 2, "Ac/ActiveIn/ActiveInput": 1, "Ac/ActiveIn/Connected": 1,
    "Ac/In/1/L1/P": 11.0, "Ac/In/2/L1/P": 22.0, "Ac/In/2/L2/P": 2.0, "Ac/In/2/L1/V": 0.0, "Ac/In/2/L2/V": 232.0,
    "Ac/In/2/L3/V": 230.0, "Ac/In/2/L1/F": 0.0, "Ac/In/2/L2/F": 50.2,
}  # fmt: skip
BOTH = {"Settings/SystemSetup/AcInput1": 1, "Settings/SystemSetup/AcInput2": 2}


def unit_of(snapshot: Snapshot) -> DeviceState:
    return inverter_units(snapshot)[0]


def test_a_unit_is_read_at_the_input_that_is_active(build: Build) -> None:
    unit = unit_of(build({"multi/1": QUATTRO}))
    assert input_power_w(unit) == 24.0
    assert (mean_voltage_v(unit, "Ac/ActiveIn"), frequency_hz(unit, "Ac/ActiveIn")) == (231.0, 50.2)
    alone = unit_of(build({"multi/1": QUATTRO | {"Ac/ActiveIn/ActiveInput": 240}}))
    assert input_power_w(alone) == 11.0
    assert input_power_w(unit_of(build({"multi/1": QUATTRO | {"Ac/ActiveIn/L1/P": 5.0}}))) == 5.0
    assert input_power_w(unit_of(build({"inverter/1": {"Ac/ActiveIn/P": 7.0}}))) == 7.0


def test_a_side_without_voltage_is_dead(build: Build) -> None:
    dead = unit_of(build({"vebus/1": {"Ac/Out/L1/V": 0.0, "Ac/Out/L1/F": 0.0}}))
    assert (mean_voltage_v(dead, "Ac/Out"), frequency_hz(dead, "Ac/Out")) == (None, None)
    assert (mean_voltage_v(None, "Ac/Out"), frequency_hz(None, "Ac/Out")) == (None, None)
    assert output_power_w(unit_of(build({"inverter/1": {"Ac/Out/P": 7.0}}))) == 7.0


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ({}, [WiredInput(1, "grid", False), WiredInput(2, "genset", True)]),
        ({"Ac/ActiveIn/Connected": 0}, [WiredInput(1, "grid", False), WiredInput(2, "genset", False)]),
        ({"Ac/ActiveIn/ActiveInput": 0}, [WiredInput(1, "grid", True), WiredInput(2, "genset", False)]),
        ({"Ac/NumberOfAcInputs": 1}, [WiredInput(1, "grid", False)]),
        ({"Ac/NumberOfAcInputs": 3}, [WiredInput(1, "grid", False), WiredInput(2, "genset", True)]),
        ({"Ac/In/1/Type": 3, "Ac/In/2/Type": 0}, [WiredInput(1, "shore", False)]),
    ],
)
def test_the_inputs_of_a_unit_are_as_it_says_else_as_the_settings_say(
    build: Build, unit: dict[str, Any], expected: list[WiredInput]
) -> None:
    assert ac_inputs(build({"vebus/1": QUATTRO | unit, "settings/0": BOTH})) == expected


def test_the_unit_that_system_names_is_the_one(build: Build) -> None:
    system = {"VebusService": "com.victronenergy.vebus.test9"}
    station = build({"system/0": system, "vebus/8": {}, "vebus/9": {}})
    assert [str(unit.key) for unit in inverter_units(station)] == ["vebus/9"]
    assert [str(unit.key) for unit in inverter_units(build({"vebus/8": {}, "vebus/9": {}}))] == ["vebus/8"]
    several = build({"multi/0": {}, "inverter/1": {}})
    assert [str(unit.key) for unit in inverter_units(several)] == ["inverter/1", "multi/0"]
    assert rs_units(several) == inverter_units(several)


@pytest.mark.parametrize(
    ("inputs", "name"),
    [(((1, 0), (3, 1)), "shore"), (((3, 1), (1, 0)), "shore"), (((1, 1), (3, 0)), "grid"), (((3, 0), (1, 1)), "grid"),
     (((2, 1), (3, 0)), "shore"), (((2, 1),), "grid"), ((), "grid")],
)  # fmt: skip
def test_the_mains_are_called_as_the_connected_input_else_as_the_first(
    build: Build, inputs: tuple[tuple[int, int], ...], name: str
) -> None:
    system = {
        f"Ac/In/{n}/{key}": value
        for n, wired in enumerate(inputs)
        for key, value in zip(("Source", "Connected"), wired, strict=True)
    }
    assert mains(build({"system/0": system})) == name


def test_an_inverter_runs_alone_by_its_own_word_or_by_that_of_system(build: Build) -> None:
    assert runs_alone(build({"system/0": {"Ac/ActiveIn/Source": 240}}))
    assert runs_alone(build({"vebus/1": {"Ac/ActiveIn/ActiveInput": 240}}))
    assert not runs_alone(build({"system/0": {"Ac/ActiveIn/Source": 1}, "vebus/1": {"Ac/ActiveIn/ActiveInput": 0}}))
    assert not runs_alone(build({"vebus/1": {"Ac/ActiveIn/ActiveInput": 240}}, gone=("vebus/1",)))


def test_a_name_means_what_is_on_the_bus_before_what_left(build: Build) -> None:
    bus = "com.victronenergy.battery.ttyO1"
    devices: dict[str, dict[str, Any]] = {"battery/1": {}, "battery/2": {}, "battery/3": {"DeviceInstance": 1}}
    station = build(devices, services={"battery/1": bus, "battery/2": bus}, gone=("battery/1",))

    def named(name: str, within: Snapshot = station) -> str:
        found = named_device(within, name)
        return str(found.key) if found else ""

    assert named(bus) == "battery/2"
    assert named("com.victronenergy.battery/1") == "battery/3"
    assert named("com.victronenergy.battery/9") == named("") == named("com.victronenergy.vebus/1") == ""
    left = build(devices, services={"battery/1": bus}, gone=("battery/1", "battery/3"))
    assert named(bus, left) == "battery/1"


def test_of_some_devices_those_count_that_are_on_the_bus_unless_all_left(build: Build) -> None:
    def counting(*gone: str) -> list[str]:
        devices = build({"battery/1": {}, "battery/2": {}}, gone=gone).devices.values()
        return [device.key.instance for device in on_bus(list(devices))]

    assert (counting(), counting("battery/1"), counting("battery/1", "battery/2")) == (["1", "2"], ["2"], ["1", "2"])


def test_system_is_taken_whatever_its_instance(build: Build) -> None:
    other = build({"system/1": {"Ac/ActiveIn/Source": 240}})
    assert system_of(other) is not None and runs_alone(other)
    assert system_of(build({"system/0": {}}, gone=("system/0",))) is not None
    both = system_of(build({"system/0": {}, "system/1": {}}))
    assert both is not None and both.key.instance == "0"
