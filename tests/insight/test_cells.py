"""Cells: deviation from the median, what may be judged, and what a BMS that gives little can tell."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from victron_console.insight.cells import PackClass, cell_spread_v, cells, classify, finding
from victron_console.insight.overview.battery_roles import battery_roles
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]
CALM = {f"Voltages/Cell{n}": 3.320 for n in range(1, 17)}
REST = {"Soc": 60.0, "Dc/0/Current": 1.0, "InstalledCapacity": 280.0}


def test_one_bad_cell_does_not_move_the_reference(build: Build) -> None:
    (pack,) = cells(build({"battery/1": CALM | REST | {"Voltages/Cell7": 3.412}}))
    assert pack.median_v == 3.320
    assert pack.worst and (pack.worst.name, round(pack.worst.deviation_v, 3)) == ("7", 0.092)
    assert pack.spread_v == pytest.approx(0.092)
    assert finding(pack).startswith("Cell 7 is 92 mV above the median, spread 92 mV. At light load")


def test_cells_are_counted_and_not_sorted_as_text(build: Build) -> None:
    (pack,) = cells(build({"battery/1": CALM | REST}))
    assert [cell.name for cell in pack.cells] == [str(n) for n in range(1, 17)]
    assert finding(pack).startswith("All 16 cells within 0 mV")


def test_modules_name_their_cells(build: Build) -> None:
    modules = {"Battery/0/Cell/0/Voltage": 3.30, "Battery/1/Cell/2/Voltage": 3.35, "Battery/0/Cell/1/Voltage": 3.31}
    (pack,) = cells(build({"battery/1": modules}))
    assert [cell.name for cell in pack.cells] == ["0.0", "0.1", "1.2"]
    assert (pack.max_id, pack.min_id) == ("1.2", "0.0")


def test_a_bms_with_only_highest_and_lowest_says_so(build: Build) -> None:
    ends = {
        "System/MaxCellVoltage": 3.323,
        "System/MinCellVoltage": 3.318,
        "System/MaxVoltageCellId": "0101",
        "System/MinVoltageCellId": "0101",
    }
    (pack,) = cells(build({"battery/1": ends | REST}))
    assert pack.cells == ()
    assert finding(pack).startswith("Spread 5 mV, both called 0101; BMS gives min/max only.")


def test_a_battery_without_cells_is_no_pack(build: Build) -> None:
    station = build({"battery/1": {"Soc": 50.0}})
    assert cells(station) == []
    assert cell_spread_v(battery_roles(station)) is None


def test_the_sites_battery_comes_first(build: Build) -> None:
    ends = {"System/MaxCellVoltage": 3.3, "System/MinCellVoltage": 3.2}
    packs = cells(
        build(
            {"system/0": {"ActiveBatteryService": "com.victronenergy.battery/9"}, "battery/1": ends, "battery/9": ends}
        )
    )
    assert [str(pack.device) for pack in packs] == ["battery/9", "battery/1"]


@pytest.mark.parametrize(
    ("max_cell_v", "soc", "amperes", "expected"),
    [
        (3.32, 60.0, 5.0, PackClass.MID),
        (3.32, 60.0, -40.0, PackClass.LOADED),
        (3.50, 60.0, 5.0, PackClass.TOP),
        (3.32, 95.0, 5.0, PackClass.TOP),
        (3.10, 12.0, 5.0, PackClass.LOW),
        (3.32, None, 5.0, PackClass.UNKNOWN),
    ],
)
def test_only_a_light_load_at_mid_charge_may_be_judged(
    max_cell_v: float, soc: float | None, amperes: float, expected: PackClass
) -> None:
    assert classify(max_cell_v, soc, amperes, 280.0) is expected


def test_temperatures_of_missing_sensors_make_no_spread(build: Build) -> None:
    ends = {"System/MaxCellVoltage": 3.3, "System/MinCellVoltage": 3.2, "System/MaxCellTemperature": 31.0}
    (pack,) = cells(build({"battery/1": ends | {"System/MinCellTemperature": -273.0}}))
    assert pack.temperature_spread_k is None
