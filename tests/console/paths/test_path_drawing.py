"""One row of the list and the detail under it: columns, marks, and what is said of a value that is not good."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from victron_console.console.kit.palette import Ink, Role
from victron_console.console.paths.data import PathRow, PathTree, Wish, path_rows, path_tree
from victron_console.console.paths.detail import (
    PathTrend,
    draw_detail,
)
from victron_console.console.paths.row import cut_before, draw_heads, draw_row
from victron_console.model.device import DeviceKey
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.station import ServiceState
from victron_console.sources.values import read_tree
from victron_console.store.answers import Bucket

NOW = 1_800_000_000.0
KEY = DeviceKey("battery", "2")
WIDTHS = (40, 60, 80, 120, 198)


def tree(values: dict[str, Any], age_s: float = 4.0, **state: Any) -> PathTree:  # noqa: ANN401
    device = DeviceState(KEY, "com.victronenergy.battery.ttyO0", read_tree("battery", values, NOW - age_s), NOW - age_s)
    return path_tree(Snapshot("alder", NOW, {KEY: replace(device, **state)}))


def value_row(values: dict[str, Any], age_s: float = 4.0, **state: Any) -> PathRow:  # noqa: ANN401
    return path_rows(tree(values, age_s, **state), Wish().toggled("battery/2"))[1]


def drawn(row: PathRow, width: int = 80) -> str:
    return draw_row(width, row, NOW, selected=False).text.rstrip()


def detail(row: PathRow, height: int = 10, trend: PathTrend | None = None) -> list[str]:
    return [line.text.rstrip() for line in draw_detail(80, height, row, trend, NOW)]


def test_numbers_end_in_one_column_and_units_begin_in_one() -> None:
    heads, volts, soc = draw_heads(80).text, drawn(value_row({"Dc/0/Voltage": 49.8})), drawn(value_row({"Soc": 81.2}))
    assert heads.index("VALUE") + 4 == volts.index("49.80") + 4 == soc.index("81.2") + 3
    assert volts.index(" V ") == soc.index(" % ")
    assert volts.endswith(" 5s")


@pytest.mark.parametrize(
    ("values", "age_s", "state", "shown"),
    [
        ({"Dc/0/Voltage": 49.8}, 4, {}, "49.80 V"),
        ({"Dc/0/Voltage": 0.0}, 4, {}, "0 V"),
        ({"Dc/0/Voltage": []}, 4, {}, "-"),
        ({"Dc/0/Voltage": 49.8}, 100, {}, "~49.80 V"),
        ({"Dc/0/Voltage": 49.8}, 100, {"failures": 3}, "--- lost"),
        ({"Dc/0/Voltage": 49.8}, 4, {"state": ServiceState.GONE}, "--- gone"),
        ({"Alarms/LowVoltage": 2}, 4, {}, "2 Alarm"),
        ({"Unheard/Of": 0.20000000298023224}, 4, {}, "0.2"),
        ({"CustomName": ""}, 4, {}, '""'),
    ],
)
def test_every_quality_has_its_mark(values: dict[str, Any], age_s: float, state: dict[str, Any], shown: str) -> None:
    assert f" {shown} " in drawn(value_row(values, age_s, **state)) + " "


def test_a_doubtful_value_wears_its_mark_and_tells_why() -> None:
    row = value_row({"Dc/0/Voltage": float("nan")})
    assert "?" in drawn(row)
    assert row.value is not None
    assert row.value.reading.reason in "\n".join(detail(row))


def test_an_alarm_of_the_device_is_the_only_colour() -> None:
    def roles(values: dict[str, Any]) -> set[Ink]:
        row = value_row(values)
        return {cell[1] for cell in draw_row(80, row, NOW, selected=False)._cells}

    assert Role.NOW_TEXT in roles({"Alarms/LowVoltage": 2})
    assert Role.TODAY_TEXT in roles({"Alarms/LowVoltage": 1})
    assert roles({"Soc": 5.0}) <= {Role.TEXT1, Role.TEXT2, Role.TEXT3}


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_drawn_over_another_column(width: int) -> None:
    long = "Settings/" + "/".join(["VeryLongSegment"] * 10) + "/End"
    text = drawn(value_row({long: "x" * 500}), width)
    assert len(text) <= width
    assert text.rstrip().endswith("5s")
    assert width < 60 or "/End " in text


def test_of_a_long_path_the_end_is_kept() -> None:
    assert cut_before("Settings/CGwacs/MinimumSocLimit", 12) == "<mumSocLimit"
    assert cut_before("Soc", 12) == "Soc"
    assert cut_before("Soc", 0) == ""
    assert cut_before("日本語", 4) == "<語"


def test_the_detail_tells_meaning_time_bus_name_and_the_last_hour() -> None:
    row = value_row({"Dc/0/Current": -12.5})
    buckets = tuple(Bucket(value, value, value, value) if value else None for value in (-20.0, None, -12.5))
    lines = detail(row, trend=PathTrend("battery/2/Dc/0/Current", buckets))
    assert lines[0].endswith("battery/2/Dc/0/Current")
    assert "-12.5 A   good" in lines[1]
    assert "▁·▇  -20.0 A to -12.5 A" in lines[2]
    assert "+ = charging" in lines[3]
    assert lines[4] == " com.victronenergy.battery.ttyO0 /Dc/0/Current"


def test_the_trend_of_another_value_is_never_shown() -> None:
    row = value_row({"Dc/0/Current": -12.5})
    assert "reading" in detail(row, trend=PathTrend("battery/2/Soc", (Bucket(1, 1, 1, 1),)))[2]


def test_a_lost_value_is_told_in_the_detail_as_the_last_known() -> None:
    row = value_row({"Dc/0/Current": -12.5}, 300.0, failures=5)
    assert detail(row)[1].startswith(" -12.5 A   lost   read")


@pytest.mark.parametrize("height", [0, 1, 2, 4])
def test_a_detail_never_takes_more_rows_than_it_has(height: int) -> None:
    assert len(detail(value_row({"Balancer/Reason": "words " * 40}), height)) <= height
