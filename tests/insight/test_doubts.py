"""Why a figure is doubted: each sentence whole, and the edge at which it begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from victron_console.insight.overview.battery_bank import conflicting_limits, limits_conflict
from victron_console.insight.overview.battery_roles import BatteryRoles
from victron_console.insight.overview.doubts import backwards, doubts, meter_contradiction
from victron_console.insight.overview.overview import overview
from victron_console.model.judgement import Judgement
from victron_console.model.overview import Overview
from victron_console.model.snapshot import DeviceState, Snapshot

Build = Callable[..., Snapshot]
Devices = dict[str, dict[str, Any]]

GENERATOR = "A generator cannot take power in: check the AC-input type, the meter's direction and the PV position."
CLAMP = "a source takes no power in; its meter counts in the wrong direction."
INPUT = {"Ac/In/0/Source": 2, "Ac/In/0/Connected": 1}


@pytest.mark.parametrize(
    ("devices", "field", "sentence"),
    [
        ({"system/0": {"Ac/Consumption/L1/Power": -101.0}}, "load_power_w",
         "Loads of -101 W: a load gives no power."),
        ({"system/0": {"Dc/Pv/Power": -101.0}}, "pv_power_w", "PV gives -101 W: a source takes no power in."),
        ({"system/0": {"Ac/PvOnGrid/L1/Power": -300.0, "Dc/Pv/Power": 500.0}}, "pv_power_w",
         "PV gives -300 W: a source takes no power in."),
        ({"system/0": {}, "solarcharger/1": {"Dc/0/Power": -101.0, "CustomName": "Bow"}}, "pv_power_w",
         f"Bow gives -101 W: {CLAMP}"),
        ({"system/0": {}, "pvinverter/1": {"Ac/L1/Power": -101.0, "CustomName": "Roof"}}, "pv_power_w",
         f"Roof gives -101 W: {CLAMP}"),
        ({"system/0": {"Dc/Alternator/Power": -300.0}}, "other_dc_power_w",
         "DC sources give -300 W: none takes power in."),
        *(({"system/0": {}, f"{cls}/1": {"Dc/0/Power": -101.0, "CustomName": "It"}}, "other_dc_power_w",
           f"It gives -101 W: {CLAMP}") for cls in ("dcsource", "alternator", "charger", "fuelcell")),
        ({"system/0": {"Ac/Genset/L1/Power": -51.0}}, "genset_power_w", GENERATOR),
        ({"system/0": {"Ac/Genset/L1/Power": -51.0, **INPUT}, "grid/30": {}}, "genset_power_w",
         "AC input 1 is set to Generator but a grid meter is present."),
        ({"system/0": {"Dc/System/Power": -51.0, "Dc/System/MeasurementType": 0}}, "dc_load_power_w",
         "A source of about 51 W on the DC bus is not measured."),
        ({"system/0": {}, "grid/30": {"Ac/Power": 1201.0, "Ac/L1/Power": 600.0, "Ac/L2/Power": 400.0}}, "grid_meter",
         "Grid meter 30 gives 1201 W in total, its phases add up to 1000 W."),
        ({"system/0": {"SystemState/State": 0}, "multi/0": {"State": 9, "CustomName": "Shed"}}, "system_state",
         "`system` says Off, but Shed runs: its own state is shown."),
        ({"system/0": INPUT, "grid/30": {}}, "ac_input", "AC input 1 is set to Generator but a grid meter is present."),
        ({"battery/1": {"Soc": 480.0, "Dc/0/Voltage": 52.0}}, "soc_percent",
         "State of charge 480.0: outside what is possible, 0 to 100 %."),
        ({"system/0": {"Dc/Battery/Soc": 480.0}}, "soc_percent",
         "State of charge 480.0: outside what is possible, 0 to 100 %."),
        ({"system/0": {"Ac/Grid/L1/Power": float("nan")}}, "grid_power_w", None),
    ],
)  # fmt: skip
def test_a_doubt_is_said_whole(build: Build, devices: Devices, field: str, sentence: str | None) -> None:
    flags = overview(build(devices)).flags
    assert field in flags
    assert sentence is None or flags[field] == sentence


@pytest.mark.parametrize(
    ("devices", "field"),
    [
        ({"system/0": {"Ac/Consumption/L1/Power": -100.0}}, "load_power_w"),
        ({"system/0": {"Dc/Pv/Power": -100.0}}, "pv_power_w"),
        ({"system/0": {}, "charger/1": {"Dc/0/Power": -100.0}}, "other_dc_power_w"),
        ({"system/0": {}, "vebus/1": {"Dc/0/Power": -900.0}}, "other_dc_power_w"),
        ({"system/0": {"Ac/Genset/L1/Power": -50.0}}, "genset_power_w"),
        ({"system/0": {"Dc/System/Power": -50.0, "Dc/System/MeasurementType": 0}}, "dc_load_power_w"),
        ({"system/0": {"Dc/System/Power": -900.0, "Dc/System/MeasurementType": 1}}, "dc_load_power_w"),
        ({"system/0": {}, "grid/30": {"Ac/Power": 1200.0, "Ac/L1/Power": 1000.0}}, "grid_meter"),
        ({"system/0": {}, "grid/30": {"Ac/Power": 10_000.0, "Ac/L1/Power": 9500.0}}, "grid_meter"),
        ({"system/0": INPUT}, "ac_input"),
        ({"system/0": INPUT, "grid/30": {}, "genset/31": {}}, "ac_input"),
        ({"system/0": {**INPUT, "Ac/In/1/Source": 1}, "grid/30": {}}, "ac_input"),
        ({"system/0": {**INPUT, "Ac/In/1/Source": 3}, "grid/30": {}}, "ac_input"),
        ({"system/0": {**INPUT, "Ac/In/0/Connected": 0}, "grid/30": {}}, "ac_input"),
        ({"system/0": {"SystemState/State": 9}, "multi/0": {"State": 9}}, "system_state"),
    ],
)
def test_what_explains_itself_is_not_doubted(build: Build, devices: Devices, field: str) -> None:
    assert field not in overview(build(devices)).flags


def test_a_meters_total_may_differ_from_its_phases_by_a_twentieth(build: Build) -> None:
    def differ(whole: float, phases: float) -> bool:
        meter = build({"grid/30": {"Ac/Power": whole, "Ac/L1/Power": phases}}).devices
        return any(meter_contradiction(it) for it in meter.values())

    assert [differ(10_000, 9499), differ(10_000, 9500), differ(-9500, -10_000), differ(200, 0), differ(201, 0)] == [
        True, False, False, False, True,
    ]  # fmt: skip
    (lone,) = build({"grid/30": {"Ac/Power": 900.0}}).devices.values()
    assert meter_contradiction(lone) == ""


@pytest.mark.parametrize(
    ("amperes", "conflict", "said"),
    [
        (-9.4, True, "Power +238 W and current -9.4 A of the battery have opposite signs; the power's sign is taken."),
        (-9.4, False, ""),
        (None, True, ""),
    ],
)
def test_opposite_signs_are_said_with_both_figures(
    build: Build, amperes: float | None, conflict: bool, said: str
) -> None:
    shown = Overview(battery_power_w=238.0, battery_current_a=amperes)
    found = doubts(build({}), BatteryRoles(), shown, Judgement(signs_conflict=conflict))
    assert found.get("battery_current_a", "") == said


@pytest.mark.parametrize(
    ("judgement", "words"),
    [
        (Judgement(imbalance_w=400.0), "400 W more come in than go out: look for"),
        (Judgement(imbalance_w=-400.0), "400 W more go out than come in: look for"),
        (Judgement(imbalance_w=0.0), ""),
        (None, "1000 W more come in than go out at this one moment: look for"),
    ],
)
def test_an_imbalance_says_its_side_and_whether_one_moment_says_it(
    build: Build, judgement: Judgement | None, words: str
) -> None:
    shown = Overview(grid_power_w=2000.0, load_power_w=1000.0, battery_power_w=0.0)
    said = doubts(build({}), BatteryRoles(), shown, judgement).get("balance", "")
    assert said.startswith(words) and bool(said) is bool(words)


@pytest.mark.parametrize(
    ("volts", "high", "low", "wrong"),
    [
        (20.0, 30.0, None, ["charge limit"]), (20.0, 29.9, None, []), (20.0, 14.0, None, ["charge limit"]),
        (20.0, 14.1, None, []), (20.0, None, 26.0, []), (20.0, None, 26.1, ["low limit"]), (0.0, 54.0, 54.0, []),
        (0.5, 54.0, None, ["charge limit"]), (20.0, 0.0, 0.0, []), (None, 54.0, 54.0, []),
        (20.0, 54.0, 44.0, ["charge limit", "low limit"]),
    ],
)  # fmt: skip
def test_limits_are_the_batterys_own_between_seven_tenths_and_one_and_a_half(
    build: Build, volts: float | None, high: float | None, low: float | None, wrong: list[str]
) -> None:
    tree = {"Dc/0/Voltage": volts, "Info/MaxChargeVoltage": high, "Info/BatteryLowVoltage": low}
    battery: DeviceState
    (battery,) = build(
        {"battery/1": {path: value for path, value in tree.items() if value is not None}}
    ).devices.values()
    assert list(conflicting_limits(battery)) == wrong
    assert bool(limits_conflict(battery)) is bool(wrong)


def test_limits_that_cannot_be_are_said_with_the_voltage(build: Build) -> None:
    tree = {"Dc/0/Voltage": 26.4, "Info/MaxChargeVoltage": 54.0, "Info/BatteryLowVoltage": 44.0}
    (battery,) = build({"battery/1": tree}).devices.values()
    assert limits_conflict(battery) == (
        "Parameter conflict: charge limit 54.0 V and low limit 44.0 V on a pack at 26.4 V; "
        "what is derived from them is invalid."
    )
    assert limits_conflict(None) == "" and backwards(battery) == ""
