"""The rules of the overview on stations made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from victron_console.insight.overview.overview import overview, polled
from victron_console.model.judgement import PollMemory
from victron_console.model.overview import AcInput, Overview
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]


def of(snapshot: Snapshot) -> Overview:
    return overview(snapshot)


def test_a_phase_without_a_value_is_not_there_and_one_with_zero_is(build: Build) -> None:
    system = {"Ac/Grid/L3/Power": 120.0, "Ac/Grid/L1/Power": [], "Ac/Consumption/L1/Power": 0, "Ac/Genset/L1/Power": []}
    shown = of(build({"system/0": system}))
    assert (shown.grid_power_w, shown.load_power_w, shown.genset_power_w) == (120.0, 0.0, None)


def test_pv_under_the_genset_counts_and_devices_are_not_added_again(build: Build) -> None:
    shown = of(
        build(
            {
                "system/0": {"Dc/Pv/Power": 200.0, "Ac/PvOnGenset/L1/Power": 500.0, "Ac/PvOnOutput/L2/Power": 100.0},
                "pvinverter/20": {"Ac/Power": 600.0},
                "solarcharger/1": {"Yield/Power": 210.0},
            }
        )
    )
    assert (shown.pv_power_w, shown.pv_dc_power_w, shown.pv_ac_power_w) == (800.0, 200.0, 600.0)


def test_a_site_without_pv_differs_from_a_night(build: Build) -> None:
    assert of(build({"system/0": {"Dc/Pv/Power": []}})).pv_power_w is None
    assert of(build({"system/0": {"Dc/Pv/Power": 0.0}})).pv_power_w == 0.0


@pytest.mark.parametrize(
    ("battery_w", "state", "published_s", "shown_s"),
    [
        (-500.0, 2, 7200.0, 7200.0),
        (-10.0, 0, 7200.0, 7200.0),
        (500.0, 1, 7200.0, None),
        (-500.0, 2, 864000.0, None),
        (-500.0, 2, [], None),
    ],
)
def test_time_to_go_is_hidden_while_charging_and_where_it_means_for_ever(
    build: Build, battery_w: float, state: int, published_s: object, shown_s: float | None
) -> None:
    battery = {"Dc/Battery/Power": battery_w, "Dc/Battery/State": state, "Dc/Battery/TimeToGo": published_s}
    assert of(build({"system/0": battery})).time_to_go_s == shown_s


def test_estimated_dc_loads_carry_the_wind_that_the_estimate_left_out(build: Build) -> None:
    wind = {"Dc/0/Power": 213.0}
    system = {"Dc/System/Power": 239.0, "Dc/System/MeasurementType": 0, "Dc/Alternator/Power": 467.0}
    shown = of(build({"system/0": system, "dcsource/289": wind}))
    assert (shown.dc_load_power_w, shown.other_dc_power_w) == (452.0, 680.0)
    measured = of(build({"system/0": system | {"Dc/System/MeasurementType": 1}, "dcsource/289": wind}))
    assert measured.dc_load_power_w == 239.0


def test_a_negative_genset_keeps_its_value_and_says_why_it_is_wrong(build: Build) -> None:
    system = {
        "Ac/Genset/L1/Power": -559.0,
        "Ac/ActiveIn/Source": 2,
        "Ac/In/0/Source": 2,
        "Ac/In/0/Connected": 1,
    }
    shown = of(build({"system/0": system, "grid/30": {"Ac/Power": 100.0}}))
    assert shown.genset_power_w == -559.0
    assert shown.flags["genset_power_w"] == "AC input 1 is set to Generator but a grid meter is present."
    assert "genset_power_w" not in of(build({"system/0": system | {"Ac/Genset/L1/Power": -5.0}})).flags


def test_opposite_signs_are_doubted_after_three_polls_and_forgotten_when_they_agree(build: Build) -> None:
    opposite = {"Dc/Battery/Power": 238.0, "Dc/Battery/Voltage": 26.4, "Dc/Battery/Current": -9.4}
    memory = PollMemory()
    doubted = []
    for poll in range(4):
        shown, memory = polled(build({"system/0": opposite}, at=1000.0 + 10 * poll), memory)
        doubted.append("battery_current_a" in shown.flags)
    assert doubted == [False, False, True, True]
    agreeing = build({"system/0": opposite | {"Dc/Battery/Current": 9.4}}, at=1040.0)
    assert "battery_current_a" not in polled(agreeing, memory)[0].flags


def test_the_same_reading_looked_at_again_is_no_new_poll(build: Build) -> None:
    station = build({"system/0": {"Dc/Battery/Power": 238.0, "Dc/Battery/Voltage": 26.4, "Dc/Battery/Current": -9.4}})
    memory = PollMemory()
    for _ in range(5):
        shown, memory = polled(station, memory)
    assert "battery_current_a" not in shown.flags


def test_small_opposite_powers_are_noise(build: Build) -> None:
    memory = PollMemory()
    idle = {"Dc/Battery/Power": 20.0, "Dc/Battery/Voltage": 26.4, "Dc/Battery/Current": -1.0}
    for poll in range(5):
        shown, memory = polled(build({"system/0": idle}, at=1000.0 + 10 * poll), memory)
    assert "battery_current_a" not in shown.flags


def test_one_odd_moment_does_not_call_a_site_unbalanced(build: Build) -> None:
    def site(load_w: float, at: float) -> Snapshot:
        return build(
            {"system/0": {"Ac/Grid/L1/Power": 1000.0, "Ac/Consumption/L1/Power": load_w, "Dc/Battery/Power": 0.0}},
            at=at,
        )

    memory = PollMemory()
    _, memory = polled(site(980.0, 1000.0), memory)
    odd, memory = polled(site(1600.0, 1005.0), memory)
    assert "balance" not in odd.flags
    for poll in range(30):
        odd, memory = polled(site(1600.0, 1010.0 + 5 * poll), memory)
    assert "more go out than come in" in odd.flags["balance"]


def test_a_half_bank_is_marked(build: Build) -> None:
    system = {"ActiveBatteryService": "com.victronenergy.battery/6", "Dc/Battery/Soc": 93.9}
    half = of(build({"system/0": system, "battery/6": {"NumberOfBmses": "1/2"}}))
    assert half.flags["battery_bank"].startswith("Only 1 of 2 BMS")
    offline = {"System/NrOfModulesOnline": 3, "System/NrOfModulesOffline": 1}
    assert "3 of 4 modules" in of(build({"system/0": system, "battery/6": offline})).flags["battery_bank"]
    assert "battery_bank" not in of(build({"system/0": system, "battery/6": {"NumberOfBmses": "2/2"}})).flags


def test_the_battery_temperature_is_never_that_of_the_inverter(build: Build) -> None:
    system = {"ActiveBatteryService": "com.victronenergy.battery/1", "Dc/Battery/Temperature": []}
    devices = {"system/0": system, "battery/1": {"Dc/0/Temperature": 21.0}, "vebus/2": {"Dc/0/Temperature": 40.0}}
    assert of(build(devices)).battery_temperature_c == 21.0
    assert of(build(devices | {"battery/1": {"Dc/0/Temperature": -273.0}})).battery_temperature_c is None
    only_multi = {"system/0": {"ActiveBatteryService": "com.victronenergy.vebus/2"}, "vebus/2": devices["vebus/2"]}
    assert of(build(only_multi)).battery_temperature_c is None


def test_an_impossible_value_is_named_and_reckoned_with_by_nobody(build: Build) -> None:
    shown = of(
        build({"system/0": {"Dc/Battery/Soc": 480.0, "Ac/Grid/L1/Power": float("nan"), "Ac/Grid/L2/Power": 50.0}})
    )
    assert (shown.soc_percent, shown.credible("soc_percent"), shown.grid_power_w) == (480.0, None, 50.0)
    assert shown.flags["soc_percent"].endswith("480.0: outside what is possible, 0 to 100 %.")
    assert "grid_power_w" in shown.flags


def test_an_rs_that_runs_is_believed_over_a_system_that_says_off(build: Build) -> None:
    off = {"SystemState/State": 0}
    shown = of(build({"system/0": off, "multi/0": {"State": 9, "CustomName": "Shed"}}))
    assert shown.system_state == "Inverting"
    assert shown.flags["system_state"] == "`system` says Off, but Shed runs: its own state is shown."
    assert of(build({"system/0": off, "vebus/0": {"State": 9}})).system_state == "Off"
    assert of(build({"system/0": off, "multi/0": {"State": 0}})).system_state == "Off"


def test_figures_of_a_lost_station_are_the_last_ones_known(build: Build) -> None:
    station = build({"system/0": {"Dc/Battery/Soc": 61.0}}, read_at=1_000.0)
    lost = replace(station, devices={key: replace(device, failures=9) for key, device in station.devices.items()})
    assert of(lost).soc_percent == 61.0


def test_a_station_that_never_answered_has_no_figures(build: Build) -> None:
    assert of(build({})) == Overview()


def test_an_rs_read_alone_gives_what_it_measures(build: Build) -> None:
    unit = {
        "Soc": 80.0,
        "Dc/0/Power": -300.0,
        "Dc/0/Voltage": 52.0,
        "Yield/Power": 900.0,
        "Ac/Out/L1/P": 640.0,
        "Ac/In/1/L1/P": -310.0,
        "Ac/In/1/Type": 1,
        "Ac/ActiveIn/ActiveInput": 0,
        "State": 252,
    }
    shown = of(build({"multi/0": unit}))
    assert (shown.soc_percent, shown.battery_power_w, shown.pv_power_w) == (80.0, -300.0, 900.0)
    assert (shown.load_power_w, shown.grid_power_w) == (640.0, -310.0)
    assert (shown.ac_input, shown.system_state) == (AcInput("grid", True), "External control")


def test_a_shunt_read_alone_computes_its_power(build: Build) -> None:
    shown = of(build({"battery/288": {"Soc": 55.0, "Dc/0/Voltage": 13.0, "Dc/0/Current": -2.0, "TimeToGo": 3600.0}}))
    assert (shown.battery_power_w, shown.time_to_go_s, shown.load_power_w) == (-26.0, 3600.0, None)


def test_device_alarms_are_counted_by_level(build: Build) -> None:
    devices = {
        "vebus/257": {"Alarms/LowBattery": 1, "Alarms/Overload": 2, "Alarms/Ripple": 0},
        "battery/1": {"Alarms/LowSoc": []},
    }
    assert of(build(devices)).device_alarms == {"warning": 1, "critical": 1}


def test_a_charging_battery_has_no_time_to_go_though_its_power_is_not_told(build: Build) -> None:
    def remaining(**battery: float) -> float | None:
        return of(build({"system/0": {f"Dc/Battery/{name}": value for name, value in battery.items()}})).time_to_go_s

    assert remaining(TimeToGo=7200.0, State=1) is None
    assert remaining(TimeToGo=7200.0, State=2) == 7200.0
    assert remaining(TimeToGo=7200.0, Power=1.0) is None
    assert remaining(TimeToGo=7200.0, Power=0.0) == 7200.0
    assert (remaining(TimeToGo=863_999.0), remaining(TimeToGo=864_000.0)) == (863_999.0, None)


def test_the_temperature_that_system_gives_comes_first_and_then_the_hottest_pack_on_the_bus(build: Build) -> None:
    packs = {f"battery/{n}": {"Dc/0/Temperature": 20.0 + n, "Soh": 99.0, "Dc/0/Voltage": 52.0} for n in (1, 2)}
    system = {"Dc/Battery/Temperature": 15.0, "Dc/Battery/Voltage": 52.0, "ActiveBatteryService": []}
    assert of(build({"system/0": system, **packs})).battery_temperature_c == 15.0


@pytest.mark.parametrize(("kind", "field"), [(1, "grid_power_w"), (3, "grid_power_w"), (2, "genset_power_w")])
def test_a_unit_alone_is_fed_by_what_its_input_is_set_to(build: Build, kind: int, field: str) -> None:
    unit = {"Ac/In/1/Type": kind, "Ac/ActiveIn/ActiveInput": 0, "Ac/In/1/L1/P": 700.0}
    shown = of(build({"multi/0": unit}))
    assert {name: getattr(shown, name) for name in ("grid_power_w", "genset_power_w")} == {
        "grid_power_w": None, "genset_power_w": None, field: 700.0,
    }  # fmt: skip
    off = of(build({"multi/0": unit | {"Ac/ActiveIn/Connected": 0}}))
    assert getattr(off, field) is None
