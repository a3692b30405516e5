"""Which values are shown, in which order, under which head."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.console.paths.data import PINNED, PathRow, PathTree, Wish, path_rows, path_tree
from victron_console.model.device import DeviceKey
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.sources.values import read_tree

NOW = 1_800_000_000.0
DEVICES: dict[str, dict[str, Any]] = {
    "settings/0": {"Settings/CGwacs/BatteryLife/MinimumSocLimit": 10},
    "battery/12": {"Soc": 81, "CustomName": "Aft"},
    "battery/2": {"Soc": 80, "Dc/0/Current": float("inf"), "Alarms/LowVoltage": 1, "Alarms/LowSoc": 0},
    "system/0": {"Dc/Battery/Soc": 81, "Dc/Battery/TimeToGo": []},
}


def tree(*pins: str) -> PathTree:
    states = {}
    for name, values in DEVICES.items():
        key = DeviceKey.parse(name)
        states[key] = DeviceState(key, f"com.victronenergy.{key.cls}", read_tree(key.cls, values, NOW), NOW)
    return path_tree(Snapshot("alder", NOW, states), pins)


def ids(rows: list[PathRow]) -> list[str]:
    return [row.id for row in rows]


def test_devices_are_closed_at_first_the_system_before_the_others_and_its_settings_last() -> None:
    assert ids(path_rows(tree(), Wish())) == ["system/0", "battery/2", "battery/12", "settings/0"]


def test_an_opened_device_shows_its_values_by_path() -> None:
    assert ids(path_rows(tree(), Wish().toggled("battery/12")))[2:5] == [
        "battery/12",
        "battery/12/CustomName",
        "battery/12/Soc",
    ]
    assert Wish().toggled("battery/12").toggled("battery/12") == Wish()


def test_a_filter_opens_what_fits_and_hides_the_rest() -> None:
    assert ids(path_rows(tree(), Wish("soc !alarms"))) == [
        "system/0",
        "system/0/Dc/Battery/Soc",
        "battery/2",
        "battery/2/Soc",
        "battery/12",
        "battery/12/Soc",
        "settings/0",
        "settings/0/Settings/CGwacs/BatteryLife/MinimumSocLimit",
    ]


def test_a_filter_finds_by_the_catalogues_name_and_by_the_devices_name() -> None:
    assert ids(path_rows(tree(), Wish("state charge system"))) == ["system/0", "system/0/Dc/Battery/Soc"]
    assert ids(path_rows(tree(), Wish("aft soc"))) == ["battery/12", "battery/12/Soc"]


def test_words_that_occur_nowhere_are_taken_as_an_abbreviation() -> None:
    assert ids(path_rows(tree(), Wish("ttg"))) == ["system/0", "system/0/Dc/Battery/TimeToGo"]
    assert ids(path_rows(tree(), Wish("b2lvolt"))) == ["battery/2", "battery/2/Alarms/LowVoltage"]
    assert path_rows(tree(), Wish("qqq")) == []


def test_pinned_values_stand_on_top_and_are_marked_where_they_belong() -> None:
    rows = path_rows(tree("battery/*/Soc"), Wish().toggled("battery/2"))
    assert ids(rows)[:3] == [PINNED, f"{PINNED} battery/2/Soc", f"{PINNED} battery/12/Soc"]
    assert [row.id for row in rows if row.pinned] == [*ids(rows)[1:3], "battery/2/Soc"]


def test_only_abnormal_shows_doubtful_values_and_alarms_that_stand() -> None:
    rows = path_rows(tree(), Wish(abnormal_only=True))
    assert ids(rows) == ["battery/2", "battery/2/Alarms/LowVoltage", "battery/2/Dc/0/Current"]


def test_values_that_are_absent_can_be_left_out() -> None:
    rows = path_rows(tree(), Wish(without_absent=True).toggled("system/0"))
    assert ids(rows)[:3] == ["system/0", "system/0/Dc/Battery/Soc", "battery/2"]


@pytest.mark.slow
@given(st.text(max_size=8), st.sets(st.sampled_from(sorted(DEVICES))), st.booleans(), st.booleans())
def test_every_value_stands_under_the_head_of_its_own_device(
    words: str, opened: set[str], abnormal: bool, without_absent: bool
) -> None:
    head = ""
    rows = path_rows(tree(), Wish(words.strip(), frozenset(opened), abnormal, without_absent))
    for row in rows:
        if row.value is None:
            head = row.id
        else:
            assert str(row.value.key) == head
    assert len(set(ids(rows))) == len(rows)
