"""What a single value is worth, whatever a station sends."""

from __future__ import annotations

import json
import math
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.model.quality import Quality
from victron_console.model.reading import Reading, Scalar
from victron_console.model.text import MAX_JSON_TEXT, clean
from victron_console.sources import values
from victron_console.sources.values import MAX_PATHS, clean_path, qualify, read_tree

AT = 1_760_000_000.0
SOC = ("battery", "Soc")
VOLTAGE = ("battery", "Dc/0/Voltage")
STATE = ("system", "SystemState/State")
ALARM = ("battery", "Alarms/LowVoltage")
FLAG = ("any", "Connected")
NAME = ("battery", "CustomName")
UNKNOWN = ("battery", "Not/In/The/Catalogue")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("path", [SOC, NAME, UNKNOWN], ids=["number", "text", "unknown"])
@pytest.mark.parametrize("raw", [[], None], ids=["empty list", "null"])
def test_no_value_is_absent_not_zero_and_not_an_error(path: tuple[str, str], raw: object) -> None:
    assert qualify(*path, raw, AT) == Reading(None, AT, Quality.ABSENT)


@pytest.mark.parametrize(
    ("path", "raw", "value"),
    [
        (SOC, 99.80000305175781, 99.8),
        (SOC, 100.3, 100.3),
        (VOLTAGE, -1, -1),
        (VOLTAGE, 260.5, 260.5),
        (("battery", "System/MaxCellVoltage"), 4.3, 4.3),
        (("battery", "System/NrOfModulesOffline"), 2, 2),
        (STATE, 256, 256),
        (ALARM, 2, 2),
        (FLAG, True, 1),
        (FLAG, False, 0),
        (NAME, "House ", "House "),
        (NAME, 7, 7),
        (NAME, True, 1),
        (UNKNOWN, "1/2", "1/2"),
        (UNKNOWN, [1, 2], "[1, 2]"),
        (UNKNOWN, {"a": 1.5}, '{"a": 1.5}'),
        (("battery", "Dc/0/Temperature"), -40.0, -40.0),
        (("genset", "Engine/Load"), 120, 120),
    ],
)
def test_plausible_values_are_good(path: tuple[str, str], raw: object, value: Scalar) -> None:
    assert qualify(*path, raw, AT) == Reading(value, AT)


@pytest.mark.parametrize(
    ("path", "raw", "value", "reason"),
    [
        (SOC, math.nan, "nan", "finite"),
        (VOLTAGE, -math.inf, "-inf", "finite"),
        (UNKNOWN, math.inf, "inf", "finite"),
        (SOC, "81.0", "81.0", "text where a number belongs"),
        (STATE, "", "", "text where a number belongs"),
        (ALARM, [1, 2], "[1, 2]", "a list where a number belongs"),
        (SOC, {"a": 1}, '{"a": 1}', "an object where a number belongs"),
        (SOC, 101.0, 101.0, "0 to 100 %"),
        (SOC, -3, -3, "0 to 100 %"),
        (SOC, 10**30, str(10**30), "larger"),
        (UNKNOWN, -(2**63), str(-(2**63)), "larger"),
        pytest.param(UNKNOWN, 10**5000, "a number of more than 40 digits", "larger", id="10**5000"),
        (VOLTAGE, 1e300, "a number of more than 40 digits", "larger"),
    ],
)
def test_impossible_values_are_implausible_and_say_why(
    path: tuple[str, str], raw: object, value: Scalar, reason: str
) -> None:
    reading = qualify(*path, raw, AT)
    assert (reading.value, reading.quality) == (value, Quality.IMPLAUSIBLE)
    assert reason in reading.reason
    assert reading.number is None


@pytest.mark.parametrize("path", [("vebus", "Dc/0/Temperature"), ("unknownclass", "Deep/Temperature")])
@pytest.mark.parametrize("raw", [-273.0, -273, -100.0])
def test_a_temperature_far_below_any_weather_is_no_sensor(path: tuple[str, str], raw: float) -> None:
    assert qualify(*path, raw, AT).quality is Quality.ABSENT


def test_json_in_text_is_cleaned_inside_so_that_parsing_it_brings_no_escape_back() -> None:
    text = json.dumps({"name\x1b": "\x1b[2Jred\u202e", "deep": [{"n": "a\nb"}]})
    reading = qualify("system", "AvailableBatteries", text, AT)
    assert json.loads(reading.text) == {"name\ufffd": "\ufffd[2Jred\ufffd", "deep": [{"n": "a\ufffdb"}]}


def test_json_text_longer_than_a_name_is_kept_whole() -> None:
    text = json.dumps([{"ifname": "can0", "flags": ["UP"] * 200}])
    assert qualify("platform", "CanBus/Interface/can0/Statistics", text, AT) == Reading(text, AT)


def test_lists_keep_what_json_can_hold() -> None:
    reading = qualify("system", "Batteries", [{"soc": math.nan, "power": 5, "id": 2**70}], AT)
    assert json.loads(reading.text) == [{"soc": None, "power": 5, "id": None}]


def test_a_structure_deeper_than_sense_ends_in_null() -> None:
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    assert qualify(*UNKNOWN, deep, AT).text == "[" * 32 + "null" + "]" * 32


def test_of_a_structure_without_end_no_more_is_copied_than_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned: list[str] = []

    def counted(text: str, limit: int = MAX_JSON_TEXT) -> str:
        cleaned.append(text)
        return clean(text, limit)

    monkeypatch.setattr(values, "clean", counted)
    for endless in ([""] * 1_000_000, [[""] * 1000] * 1000, dict.fromkeys(map(str, range(100_000)), "")):
        cleaned.clear()
        reading = qualify(*UNKNOWN, endless, AT)
        assert len(reading.text) == MAX_JSON_TEXT and reading.text.endswith("…")
        assert len(cleaned) < 20_000


def test_a_tree_is_read_by_clean_paths_without_leading_slash() -> None:
    readings = read_tree("battery", {"/Soc": 81.0, "Evil/\x1b[2J": 1, "": 2, "Soc2/": []}, AT)
    assert list(readings) == ["Soc", "Evil/\ufffd[2J", "Soc2"]
    assert readings["Soc"].number == 81.0


def test_one_bad_value_leaves_the_others_good() -> None:
    readings = read_tree("battery", {"Soc": math.nan, "Dc/0/Voltage": 52.1}, AT)
    assert readings["Soc"].quality is Quality.IMPLAUSIBLE
    assert readings["Dc/0/Voltage"] == Reading(52.1, AT)


def test_a_service_without_end_is_cut() -> None:
    assert len(read_tree("battery", {f"P/{n}": n for n in range(MAX_PATHS + 1)}, AT)) == MAX_PATHS


@pytest.mark.slow
@given(raw=json_values, path=st.sampled_from([SOC, VOLTAGE, STATE, ALARM, FLAG, NAME, UNKNOWN]))
def test_any_json_value_gives_a_storable_reading(raw: object, path: tuple[str, str]) -> None:
    reading = qualify(*path, raw, AT)
    assert reading.at == AT
    assert bool(reading.reason) == (reading.quality is Quality.IMPLAUSIBLE)
    if isinstance(reading.value, str):
        assert len(reading.value) <= MAX_JSON_TEXT
        assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in reading.value)
        reading.value.encode()
    elif reading.value is not None:
        assert type(reading.value) in (int, float)
        assert abs(reading.value) <= 2**53


@given(st.text())
def test_a_clean_path_has_no_control_character_and_no_slash_at_its_ends(raw: str) -> None:
    path = clean_path(raw)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in path)
    assert path == path.strip("/")


def test_json_behind_blanks_is_cleaned_inside_too() -> None:
    reading = qualify("system", "Note", ' \t{"a": "\\u001b[2J\\u202e"}', 0.0)
    assert reading.value == '{"a": "\ufffd[2J\ufffd"}'


@given(st.lists(st.dictionaries(st.sampled_from(("Soc", "Dc/0/Voltage", "CustomName", "Alarms/LowSoc")), json_values)))
def test_readings_that_are_handed_on_are_those_that_would_be_made_anew(trees: list[dict[str, Any]]) -> None:
    before: dict[str, Reading] = {}
    for n, tree in enumerate(trees):
        anew, handed_on = read_tree("battery", tree, AT + n), read_tree("battery", tree, AT + n, before)
        assert list(map(judged, handed_on.values())) == list(map(judged, anew.values()))
        before = handed_on


def judged(reading: Reading) -> tuple[object, ...]:
    """All but the moment; of a value that stands that is the first one."""
    return repr(reading.value), reading.quality, reading.reason


@pytest.mark.parametrize("raw", [81.0, 81, 81.04, True, "Pylontech", None, math.nan, 181.0])
def test_the_reading_of_a_value_that_stands_is_handed_on(raw: object) -> None:
    before = read_tree("battery", {"Soc": raw}, AT)
    assert read_tree("battery", {"Soc": raw}, AT + 10, before)["Soc"] is before["Soc"]
    assert read_tree("battery", {"Soc": 12.0}, AT + 10, before)["Soc"] == Reading(12.0, AT + 10)
