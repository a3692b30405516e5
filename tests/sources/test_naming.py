"""Devices keep their names, and with them their history, when services come, go and are renamed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.model.device import DeviceKey, split_series
from victron_console.model.reading import Reading
from victron_console.sources.naming import DeviceNames, KnownDevice
from victron_console.sources.values import qualify

BATTERY = "com.victronenergy.battery."


def said(**values: object) -> dict[str, Reading]:
    """Readings of a service."""
    return {path: qualify("battery", path, raw, 0.0) for path, raw in values.items()}


def test_instance_then_identifier_then_zero_name_a_device() -> None:
    names = DeviceNames()
    assert names.key(f"{BATTERY}ttyO0", said(DeviceInstance=258)) == DeviceKey("battery", "258")
    assert names.key("com.victronenergy.vecan.can1", said(Identifier="vecan1")) == DeviceKey("vecan", "vecan1")
    assert names.key("com.victronenergy.settings", {}) == DeviceKey("settings", "0")


def test_a_second_service_of_the_same_name_gets_the_rest_of_its_bus_name() -> None:
    names = DeviceNames()
    assert str(names.key("com.victronenergy.adc.first", {})) == "adc/0"
    assert str(names.key("com.victronenergy.adc.builtin", {})) == "adc/0@builtin"
    assert str(names.key("com.victronenergy.adc", {})) == "adc/0@adc"
    assert str(names.key("com.victronenergy.adc.first", {})) == "adc/0"


def test_a_renamed_service_keeps_its_device() -> None:
    names = DeviceNames()
    names.on_bus([f"{BATTERY}ttyUSB0"])
    before = names.key(f"{BATTERY}ttyUSB0", said(DeviceInstance=288))
    names.on_bus([f"{BATTERY}ttyUSB1"])
    assert names.key(f"{BATTERY}ttyUSB1", said(DeviceInstance=288)) == before


def test_a_renamed_service_with_a_suffix_keeps_its_device_by_its_serial() -> None:
    names = DeviceNames()
    names.on_bus([f"{BATTERY}a", f"{BATTERY}b"])
    names.key(f"{BATTERY}a", said(DeviceInstance=0, Serial="A1"))
    before = names.key(f"{BATTERY}b", said(DeviceInstance=0, Serial="B1"))
    names.on_bus([f"{BATTERY}a", f"{BATTERY}c"])
    assert names.key(f"{BATTERY}c", said(DeviceInstance=0, Serial="B1")) == before


def test_a_service_keeps_its_suffix_when_the_first_holder_leaves() -> None:
    names = DeviceNames()
    names.on_bus([f"{BATTERY}a", f"{BATTERY}b"])
    names.key(f"{BATTERY}a", {})
    second = names.key(f"{BATTERY}b", {})
    names.on_bus([f"{BATTERY}b"])
    assert names.key(f"{BATTERY}b", {}) == second


def test_an_instance_that_cannot_be_read_for_once_does_not_rename_a_device() -> None:
    names = DeviceNames()
    before = names.key(f"{BATTERY}a", said(DeviceInstance=258))
    assert names.key(f"{BATTERY}a", said(DeviceInstance=[])) == before
    assert names.key(f"{BATTERY}a", said(DeviceInstance=float("nan"))) == before


def test_a_device_given_another_instance_keeps_its_key_and_with_it_history_and_alarms() -> None:
    names = DeviceNames()
    names.key(f"{BATTERY}a", said(DeviceInstance=1))
    assert str(names.key(f"{BATTERY}a", said(DeviceInstance=2))) == "battery/1"
    assert str(names.key(f"{BATTERY}b", said(DeviceInstance=1))) == "battery/1@b"


def test_another_device_on_the_same_port_is_another_one_by_its_serial() -> None:
    names = DeviceNames()
    names.key(f"{BATTERY}a", said(DeviceInstance=1, Serial="A1"))
    assert str(names.key(f"{BATTERY}a", said(DeviceInstance=2, Serial="B1"))) == "battery/2"
    assert str(names.key(f"{BATTERY}b", said(DeviceInstance=1, Serial="A1"))) == "battery/1"


def test_a_device_on_another_port_with_another_instance_is_known_by_its_serial_also_after_a_restart() -> None:
    names = DeviceNames({f"{BATTERY}ttyUSB0": KnownDevice(DeviceKey("battery", "288"), "HQ2201ABCDE")})
    names.on_bus([f"{BATTERY}ttyUSB1"])
    readings = said(DeviceInstance=289, Serial="HQ2201ABCDE")
    assert names.key(f"{BATTERY}ttyUSB1", readings) == DeviceKey("battery", "288")


def test_names_of_an_earlier_run_hold_whatever_is_read_first() -> None:
    first = DeviceNames()
    keys = {service: first.key(service, {}) for service in (f"{BATTERY}a", f"{BATTERY}b")}
    second = DeviceNames({service: KnownDevice(key) for service, key in keys.items()})
    second.on_bus(list(keys))
    assert {service: second.key(service, {}) for service in reversed(keys)} == keys


def test_a_device_renamed_while_nobody_looked_is_found_again() -> None:
    names = DeviceNames({f"{BATTERY}ttyUSB0": KnownDevice(DeviceKey("battery", "288"))})
    names.on_bus([f"{BATTERY}ttyUSB1"])
    assert names.key(f"{BATTERY}ttyUSB1", said(DeviceInstance=288)) == DeviceKey("battery", "288")


services = st.sampled_from([f"{BATTERY}{name}" for name in ("a", "b", "c", "battery")] + [BATTERY.rstrip(".")])
instances = st.sampled_from([{}, {"DeviceInstance": 0}, {"DeviceInstance": 1}, {"Identifier": "0@a/b"}])


@pytest.mark.slow
@given(st.lists(st.tuples(st.sets(services, min_size=1), instances), max_size=12))
def test_services_on_the_bus_never_share_a_name_and_keep_theirs(
    rounds: list[tuple[set[str], dict[str, object]]],
) -> None:
    names = DeviceNames()
    for present, values in rounds:
        names.on_bus(present)
        keys = {service: names.key(service, said(**values)) for service in sorted(present)}
        assert len(set(keys.values())) == len(present)
        assert {service: names.key(service, said(**values)) for service in sorted(present)} == keys
        for key in keys.values():
            assert split_series(key.series("Soc")) == (key, "Soc")
