from __future__ import annotations

import pytest

from victron_console.model.device import DeviceKey, class_of, split_series, suffix_of


def test_series_are_named_as_victrons_mqtt_names_them() -> None:
    assert DeviceKey("battery", "258").series("/Dc/0/Voltage") == "battery/258/Dc/0/Voltage"
    assert split_series("battery/258/Dc/0/Voltage") == (DeviceKey("battery", "258"), "Dc/0/Voltage")


@pytest.mark.parametrize("text", ["", "battery", "battery/258", "battery//Dc", "/258/Dc"])
def test_what_is_no_series_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected class/instance/path"):
        split_series(text)


def test_class_and_suffix_of_a_bus_name() -> None:
    assert class_of("com.victronenergy.battery.socketcan_can0") == "battery"
    assert suffix_of("com.victronenergy.battery.socketcan_can0") == "socketcan_can0"
    assert class_of("com.victronenergy.system") == "system"
    assert suffix_of("com.victronenergy.system") == ""


def test_a_device_key_reads_back_what_it_writes() -> None:
    assert DeviceKey.parse(str(DeviceKey("adc", "0@adc"))) == DeviceKey("adc", "0@adc")
    with pytest.raises(ValueError, match="class/instance"):
        DeviceKey.parse("battery")
