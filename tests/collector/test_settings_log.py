from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from victron_console.collector.settings_log import settings_changes
from victron_console.model.reading import Reading, Scalar
from victron_console.sources.values import read_tree
from victron_console.store.records import Event

AT = 1_800_000_000.0
CAPTURES = Path(__file__).resolve().parents[2].parent / "shared" / "captures"


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Event]:
    return settings_changes("alder", AT, read_tree("settings", before, AT - 300), read_tree("settings", after, AT))


def test_a_changed_setting_is_told_with_old_and_new_value_in_words() -> None:
    minimum, state = "Settings/CGwacs/BatteryLife/MinimumSocLimit", "Settings/CGwacs/BatteryLife/State"
    found = changes({minimum: 10.0, state: 10}, {minimum: 25.0, state: 9})
    assert [event.text for event in found] == [
        "Minimum SOC (user): 10 % became 25 %",
        "ESS state: Self-consumption (BatteryLife off) became Keep batteries charged",
    ]
    assert found[0].details == {"path": minimum, "old": 10.0, "new": 25.0}
    assert {(event.kind, event.station, event.at) for event in found} == {("setting", "alder", AT)}


@pytest.mark.parametrize(("old", "new"), [(25, 25.0), (6.52742, 6.527420043945), ("/UTC", "/UTC"), ([], [])])
def test_the_same_value_in_another_form_is_no_change(old: Scalar, new: Scalar) -> None:
    assert changes({"Settings/System/TimeZone": old}, {"Settings/System/TimeZone": new}) == []


def test_a_value_that_came_or_went_within_a_setting_is_a_change() -> None:
    found = changes({"Settings/SystemSetup/AcInput1": []}, {"Settings/SystemSetup/AcInput1": 1})
    assert found[0].text.endswith("no value became Grid")


def test_a_setting_that_an_update_brought_or_took_is_no_change() -> None:
    assert changes({"Settings/Old": 1}, {"Settings/New": 1}) == []


@pytest.mark.parametrize(
    "path",
    [
        "Settings/Gui/Gauges/Pv/Power/Max",
        "Settings/Generator0/AccumulatedDaily",
        "Settings/Generator1/LastServiceReset",
        "Settings/DigitalInput/3/Count",
        "Settings/CGwacs/BatteryLife/DischargedTime",
        "Settings/DynamicEss/Schedule/0/Soc",
        "Settings/System/LastSeen",
        "FirmwareVersion",
    ],
)
def test_what_the_device_writes_by_itself_is_not_told(path: str) -> None:
    assert changes({path: 1}, {path: 2}) == []


def test_of_a_secret_only_that_it_changed_is_told() -> None:
    found = changes({"Settings/LoadSheddingApi/Token": "hush"}, {"Settings/LoadSheddingApi/Token": "louder"})
    assert [event.text for event in found] == ["Load shedding API token changed"]
    assert "hush" not in repr(found)
    assert "louder" not in repr(found)


@pytest.mark.parametrize("name", ["hybrid-genset-24v", "ess-3phase-pv-motorhome"])
def test_recorded_stations_tell_no_change_that_nobody_made(name: str) -> None:
    file = CAPTURES / f"{name}.series.jsonl.gz"
    if not file.exists():
        pytest.skip(f"the captured stations are not here: {CAPTURES}")
    tree: dict[str, Any] = {}
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if line["service"] == "com.victronenergy.settings":
                before, tree = tree, {**tree, **line["changed"]}
                assert changes(before, tree) == []
    assert tree


@pytest.mark.parametrize(("before", "after", "told"), [(10, 11, 0), (4, 5, 0), (10, 9, 1), (5, 10, 1), (1, 2, 1)])
def test_an_ess_that_comes_to_its_minimum_is_no_changed_setting(before: int, after: int, told: int) -> None:
    one, other = ({"Settings/CGwacs/BatteryLife/State": Reading(value, 0.0)} for value in (before, after))
    assert len(settings_changes("alder", 0.0, one, other)) == told
