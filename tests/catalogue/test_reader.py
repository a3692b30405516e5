from __future__ import annotations

from collections import Counter

import pytest

from victron_console.catalogue import Kind, Tier, catalogue


def test_placeholders_match_phases_and_numbers_only() -> None:
    metric = catalogue().metric
    assert metric("system", "/Ac/Grid/L2/Power") is metric("system", "Ac/Grid/L1/Power")
    assert metric("system", "Ac/Grid/L4/Power") is None
    relay = metric("system", "Relay/0/State")
    assert relay is not None
    assert relay.kind is Kind.FLAG


def test_any_device_has_a_custom_name() -> None:
    metric = catalogue().metric("battery", "CustomName")
    assert metric is not None
    assert metric.tier is Tier.RARE


@pytest.mark.parametrize(("number", "text"), [(9, "Inverting"), (252.0, "External control"), (9999, "9999")])
def test_enum_numbers_get_words_and_unknown_ones_are_shown_as_they_are(number: float, text: str) -> None:
    metric = catalogue().metric("system", "SystemState/State")
    assert catalogue().enum_text(metric, number) == text


def test_a_bit_mask_names_each_of_its_bits() -> None:
    metric = catalogue().metric("solarcharger", "DeviceOffReason")
    text = catalogue().enum_text(metric, 1028)
    assert text is not None
    assert text.count(",") == 1


@pytest.mark.parametrize(
    ("cls", "path", "expected"),
    [
        ("vebus", "Alarms/GridLost", True),
        ("vebus", "/VebusError", True),
        ("battery", "Alarms/NeverHeardOf", True),
        ("tank", "Alarms/Low/State", True),
        ("tank", "Alarms/Low/Enable", False),
        ("tank", "Alarms/High/Delay", False),
        ("battery", "Distributor/A/Fuse/3/Alarms/Blown", True),
        ("settings", "Settings/Alarm/System/GridLost", False),
    ],
)
def test_alarm_paths_are_told_from_alarm_settings(cls: str, path: str, expected: bool) -> None:
    assert catalogue().is_alarm(cls, path) is expected


def test_every_enum_a_metric_names_exists() -> None:
    missing = {m.enum for m in catalogue().metrics if m.enum} - set(catalogue().enums)
    assert not missing


def test_every_path_and_every_key_is_there_once() -> None:
    metrics = catalogue().metrics
    names = Counter([f"{metric.service} {metric.path}" for metric in metrics] + [metric.key for metric in metrics])
    assert [name for name, count in names.items() if count > 1] == []
