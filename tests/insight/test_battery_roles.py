"""Which devices are the battery: every way in which its wiring is told, and what is said where nothing tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from victron_console.insight.audit.review import Outcome, audit
from victron_console.insight.battery_panel import battery_panel
from victron_console.insight.flow.model import NodeKind
from victron_console.insight.flow.site_flow import flow
from victron_console.insight.overview.battery_bank import Bank, bank
from victron_console.insight.overview.battery_roles import battery_roles
from victron_console.insight.overview.overview import overview
from victron_console.model.snapshot import AS_TOLD, BatteryChoice, Snapshot

Build = Callable[..., Snapshot]
Devices = dict[str, dict[str, Any]]

SHUNT = {"Dc/0/Voltage": 52.8, "Dc/0/Current": 14.0, "Dc/0/Power": 739.0, "Soc": 81.0, "ProductName": "Shunt"}
BMS = {
    "Dc/0/Voltage": 52.9,
    "Dc/0/Current": 13.8,
    "Dc/0/Power": 730.0,
    "Soc": 79.0,
    "ProductName": "BMS",
    "Info/MaxChargeVoltage": 55.2,
    "Info/MaxChargeCurrent": 100.0,
    "Info/MaxDischargeCurrent": 120.0,
    "System/MaxCellVoltage": 3.35,
    "System/MinCellVoltage": 3.29,
    "Dc/0/Temperature": 24.0,
    "InstalledCapacity": 280.0,
}
SYSTEM = {"Dc/Battery/Soc": 81.0, "Dc/Battery/Voltage": 52.8, "Dc/Battery/Power": 739.0, "Dc/Battery/Current": 14.0}


def wired(build: Build, devices: Devices, choice: BatteryChoice = AS_TOLD, **system: object) -> Snapshot:
    """A station with these batteries; `__` in the name of a path of `system` stands for a slash."""
    own = SYSTEM | {path.replace("__", "/"): value for path, value in system.items()}
    return replace(build({"system/0": own} | devices), battery=choice)


def named(snapshot: Snapshot) -> tuple[str | None, str | None, list[str]]:
    roles = battery_roles(snapshot)
    monitor, bms = roles.monitor, roles.bms
    return str(monitor.key) if monitor else None, str(bms.key) if bms else None, [str(p.key) for p in roles.packs]


def test_a_shunt_measures_what_a_bms_controls(build: Build) -> None:
    devices: Devices = {"battery/1": BMS, "battery/279": SHUNT}
    names: dict[str, Any] = {
        "ActiveBatteryService": "com.victronenergy.battery/279",
        "ActiveBmsService": "com.victronenergy.battery.test1",
    }
    station = wired(build, devices, **names)
    assert named(station) == ("battery/279", "battery/1", ["battery/1"])
    shown = overview(station)
    panel = battery_panel(station, overview(station))
    assert panel.charge and panel.charge.allowed_a == 100.0
    assert panel.charge_voltage_v == 55.2
    assert shown.cell_spread_v == pytest.approx(0.06)
    assert shown.battery_temperature_c == 24.0
    assert not [node for node in flow(station, overview(station)).nodes if node.kind is NodeKind.OTHER_PACK]


def test_the_one_bms_at_the_shunts_voltage_controls_where_an_old_gx_does_not_say(build: Build) -> None:
    starter = {"Dc/0/Voltage": 13.0, "Soc": 90.0, "Info/MaxChargeVoltage": 14.4}
    devices: Devices = {"battery/1": BMS, "battery/2": starter, "battery/279": SHUNT}
    station = wired(build, devices, ActiveBatteryService="com.victronenergy.battery/279")
    assert named(station) == ("battery/279", "battery/1", ["battery/1"])


def test_two_bms_of_which_none_is_named_are_said_and_not_chosen_from(build: Build) -> None:
    devices: Devices = {"battery/1": BMS, "battery/2": BMS | {"ProductName": "Twin"}, "battery/279": SHUNT}
    station = wired(build, devices, ActiveBatteryService="com.victronenergy.battery/279")
    assert named(station) == ("battery/279", None, [])
    assert "BMS (battery/1), Twin (battery/2)" in overview(station).flags["battery_roles"]
    assert (
        next(each for each in audit(station, overview(station)) if each.check == "battery-roles").outcome
        is Outcome.WARN
    )


def test_a_pack_beside_a_shunt_is_neither_counted_in_nor_out_until_the_owner_says(build: Build) -> None:
    devices: Devices = {"battery/1": BMS, "battery/2": BMS | {"ProductName": "Twin"}, "battery/279": SHUNT}
    names: dict[str, Any] = {
        "ActiveBatteryService": "com.victronenergy.battery/279",
        "ActiveBmsService": "com.victronenergy.battery.test1",
    }
    station = wired(build, devices, **names)
    assert named(station) == ("battery/279", "battery/1", ["battery/1"])
    told = next(each for each in audit(station, overview(station)) if each.check == "battery-roles")
    assert told.outcome is Outcome.UNKNOWN and "Twin (battery/2)" in told.text
    said = replace(station, battery=BatteryChoice(packs=("battery/1", "battery/2")))
    assert named(said)[2] == ["battery/1", "battery/2"]
    assert bank(battery_roles(said)) == Bank(2, 2, "BMS")
    assert not [node for node in flow(said, overview(said)).nodes if node.kind is NodeKind.OTHER_PACK]


def test_the_bus_name_tells_two_batteries_on_one_instance_apart(build: Build) -> None:
    devices: Devices = {"battery/100": BMS | {"Soc": 99.0}, "battery/100@b": BMS}
    names: dict[str, Any] = {"ActiveBatteryService": "com.victronenergy.battery/100"}
    chosen = wired(build, devices, Dc__Battery__BatteryService="com.victronenergy.battery.test100@b", **names)
    assert named(chosen) == ("battery/100@b", "battery/100@b", ["battery/100@b"])
    assert named(wired(build, devices, **names))[0] is None


def test_no_battery_monitor_is_obeyed(build: Build) -> None:
    devices: Devices = {"battery/9": SHUNT, "settings/0": {"Settings/SystemSetup/BatteryService": "nobattery"}}
    chosen = wired(build, devices)
    assert named(chosen) == (None, None, []) and not battery_roles(chosen).unclear
    assert named(wired(build, {"battery/9": SHUNT}, ActiveBatteryService=[])) == (None, None, [])
    assert named(wired(build, {"battery/9": SHUNT}, BatteryChoice(monitor="none"))) == (None, None, [])


def test_no_bms_is_obeyed_and_its_cells_are_still_the_batterys(build: Build) -> None:
    devices: Devices = {
        "battery/1": BMS,
        "battery/279": SHUNT,
        "settings/0": {"Settings/SystemSetup/BmsInstance": -255},
    }
    station = wired(build, devices, ActiveBatteryService="com.victronenergy.battery/279")
    assert named(station) == ("battery/279", None, ["battery/1"]) and not battery_roles(station).unclear
    panel = battery_panel(station, overview(station))
    assert (panel.charge, panel.charge_voltage_v) == (None, None)
    assert overview(station).cell_spread_v == pytest.approx(0.06)


def test_the_owners_word_wins_over_the_gx_and_one_that_is_not_there_is_said(build: Build) -> None:
    devices: Devices = {"battery/1": BMS, "battery/279": SHUNT}
    names: dict[str, Any] = {"ActiveBatteryService": "com.victronenergy.battery/1"}
    assert named(wired(build, devices, BatteryChoice(monitor="battery/279"), **names))[:2] == (
        "battery/279",
        "battery/1",
    )
    absent = wired(build, devices, BatteryChoice(monitor="battery/5"), **names)
    assert named(absent)[0] is None
    assert "battery/5 as the battery monitor" in overview(absent).flags["battery_roles"]
    gone = wired(build, devices, ActiveBatteryService="com.victronenergy.battery/7")
    assert "battery/7" in overview(gone).flags["battery_roles"]


def test_an_old_gx_shows_by_its_figures_which_battery_it_took(build: Build) -> None:
    other = SHUNT | {"Soc": 44.0, "Dc/0/Voltage": 26.1}
    assert named(wired(build, {"battery/3": other, "battery/279": SHUNT}))[0] == "battery/279"
    twins = wired(build, {"battery/3": SHUNT, "battery/279": SHUNT})
    assert named(twins)[0] is None and battery_roles(twins).unclear


TOTAL = BMS | {"NumberOfBmses": "1/1", "ProductName": "Totals"}


@pytest.mark.parametrize(
    ("text", "second", "expected"),
    [
        ("1/1", {"State": 16}, Bank(1, 2, "BMS", ("Twin: Pre-charging",))),
        ("1/2", {"State": 18}, Bank(1, 2, "BMS", ("Twin: Pending",))),
        ("2/2", {"State": 9}, Bank(2, 2, "BMS")),
        ("1/1", {"State": 9}, Bank(1, 2, "BMS")),
        (
            "2/2",
            {"Io/AllowToCharge": 0, "Io/AllowToDischarge": 0},
            Bank(1, 2, "BMS", ("Twin: neither charge nor discharge allowed",)),
        ),
        ("2/2", {"Io/AllowToCharge": 0, "Io/AllowToDischarge": 1}, Bank(2, 2, "BMS")),
        ("3/3", {"State": 9}, Bank(3, 3, "BMS")),
    ],
)
def test_a_bank_is_counted_by_its_total_and_by_its_packs(
    build: Build, text: str, second: dict[str, Any], expected: Bank
) -> None:
    devices: Devices = {
        "battery/0": TOTAL | {"NumberOfBmses": text},
        "battery/1": BMS,
        "battery/2": BMS | {"ProductName": "Twin"} | second,
    }
    station = wired(build, devices, ActiveBatteryService="com.victronenergy.battery/0")
    assert bank(battery_roles(station)) == expected
    assert ("battery_bank" in overview(station).flags) is (expected.working < expected.of)


NAMES: dict[str, Any] = {"ActiveBatteryService": "com.victronenergy.battery/279"}
PLAIN = {"Dc/0/Voltage": 52.5, "ProductName": "Plain"}


@pytest.mark.parametrize(
    ("second", "is_pack"),
    [
        ({"Soh": 98.0}, True), ({"Io/AllowToCharge": 1}, True), ({"System/NrOfModulesOnline": 2}, True),
        ({"Info/MaxDischargeCurrent": 10.0}, True), ({"Voltages/Cell1": 3.3}, True), ({"NumberOfBmses": "1/1"}, True),
        ({}, False), ({"Soh": 98.0, "Dc/0/Voltage": 13.0}, False),
    ],
)  # fmt: skip
def test_a_pack_is_what_knows_the_inside_of_one_at_the_batterys_voltage(
    build: Build, second: dict[str, Any], is_pack: bool
) -> None:
    station = wired(build, {"battery/9": PLAIN | second, "settings/0": {"Settings/SystemSetup/BmsInstance": -255}},
                    ActiveBatteryService=[])  # fmt: skip
    assert named(station)[2] == (["battery/9"] if is_pack else [])


@pytest.mark.parametrize(
    ("soc", "volts", "taken"),
    [
        (81.5, 52.8, True), (81.6, 52.8, False), (80.5, 52.8, True), (81.0, 53.3, True), (81.0, 53.4, False),
        (81.0, None, False), (None, 52.8, False),
    ],
)  # fmt: skip
def test_system_shows_a_battery_within_half_a_percent_and_a_hundredth_of_the_voltage(
    build: Build, soc: float | None, volts: float | None, taken: bool
) -> None:
    tree = {path: value for path, value in (("Soc", soc), ("Dc/0/Voltage", volts)) if value is not None}
    others: Devices = {"battery/3": {"Soc": 20.0, "Dc/0/Voltage": 26.0}, "battery/4": {"Soc": 30.0}}
    station = wired(build, {"battery/279": {"Dc/0/Current": 1.0} | tree, **others})
    assert (named(station)[0] == "battery/279") is taken


def test_a_total_is_taken_before_its_packs_and_a_gone_monitor_keeps_its_role(build: Build) -> None:
    devices: Devices = {"battery/0": TOTAL, "battery/1": BMS, "battery/2": BMS}
    assert named(wired(build, devices))[:2] == ("battery/0", "battery/0")
    left = replace(build({"system/0": SYSTEM | {"ActiveBatteryService": []}, "battery/279": SHUNT, "battery/3": PLAIN},
                         gone=("battery/279", "battery/3")))  # fmt: skip
    assert named(left)[0] == "battery/279"
    told = replace(build({"system/0": SYSTEM | NAMES, "battery/279": SHUNT}, gone=("battery/279",)))
    assert named(told)[0] == "battery/279"
    alone = build({"battery/279": SHUNT}, gone=("battery/279",))
    assert named(alone)[0] == "battery/279"


def test_an_impossible_state_of_charge_takes_no_battery_its_role(build: Build) -> None:
    shown = overview(build({"battery/279": SHUNT | {"Soc": 480.0}}))
    assert (shown.battery_voltage_v, shown.soc_percent, shown.credible("soc_percent")) == (52.8, 480.0, None)


@pytest.mark.parametrize(
    ("choice", "instance", "bms", "unclear"),
    [
        (BatteryChoice(bms="none"), None, None, ""),
        (BatteryChoice(bms="battery/2"), None, "battery/2", ""),
        (BatteryChoice(bms="battery/7"), None, None,
         "The station file names battery/7 as the BMS, which is not on the bus."),
        (AS_TOLD, -1, None, "2 devices could be the BMS that controls: BMS (battery/1), BMS (battery/2). "
                            "Name it in the station file."),
        (AS_TOLD, 2, "battery/2", ""),
        (AS_TOLD, 5, None, "The GX names battery/5 as the BMS; there are no values of it."),
        (AS_TOLD, -255, None, ""),
    ],
)  # fmt: skip
def test_the_bms_is_the_owners_then_the_gxs(
    build: Build, choice: BatteryChoice, instance: int | None, bms: str | None, unclear: str
) -> None:
    settings = {} if instance is None else {"settings/0": {"Settings/SystemSetup/BmsInstance": instance}}
    station = wired(build, {"battery/1": BMS, "battery/2": BMS, "battery/279": SHUNT, **settings}, choice, **NAMES)
    assert named(station)[1] == bms
    assert " ".join(battery_roles(station).unclear) == unclear


def test_of_two_monitors_none_is_taken_and_both_are_named(build: Build) -> None:
    twins = wired(build, {"battery/3": SHUNT, "battery/279": SHUNT})
    assert battery_roles(twins).unclear[0] == (
        "2 devices could be the battery monitor: Shunt (battery/279), Shunt (battery/3). Name it in the station file."
    )
    gone = battery_roles(wired(build, {}, ActiveBatteryService="com.victronenergy.battery/7"))
    assert gone.unclear == ("The GX names battery/7 as the battery monitor; there are no values of it.",)


def test_of_several_units_that_measure_the_battery_the_lowest_instance_is_taken(build: Build) -> None:
    unit = {"Soc": 50.0, "Dc/0/Voltage": 52.0}
    assert named(build({"multi/10": unit, "multi/9": unit, "vebus/1": unit}))[0] == "multi/9"
    assert named(build({"vebus/10": unit, "vebus/9": unit}))[0] == "vebus/9"
    assert named(build({"multi/9": {}, "vebus/1": unit}))[0] == "vebus/1"


def test_without_a_voltage_of_system_the_monitors_tells_which_packs_are_near(build: Build) -> None:
    devices: Devices = {"battery/1": BMS, "battery/2": BMS | {"Dc/0/Voltage": 13.0}, "battery/279": SHUNT}
    station = wired(build, devices, Dc__Battery__Voltage=[], **NAMES)
    assert named(station) == ("battery/279", "battery/1", ["battery/1"])


@pytest.mark.parametrize(("volts", "near"), [(44.89, True), (44.87, False), (60.71, True), (60.73, False)])
def test_packs_of_one_bank_are_within_15_percent(build: Build, volts: float, near: bool) -> None:
    station = wired(build, {"battery/1": BMS | {"Dc/0/Voltage": volts}, "battery/279": SHUNT}, **NAMES)
    assert (named(station)[1] == "battery/1") is near


def test_a_pack_that_left_is_counted_as_gone(build: Build) -> None:
    total, twin = TOTAL | {"NumberOfBmses": "2/2"}, BMS | {"ProductName": "Twin"}
    devices: Devices = {"battery/0": total, "battery/1": BMS, "battery/2": twin}
    station = build({"system/0": SYSTEM | {"ActiveBatteryService": "com.victronenergy.battery/0"}, **devices},
                    gone=("battery/2",))  # fmt: skip
    assert bank(battery_roles(station)) == Bank(1, 2, "BMS", ("Twin: gone",))
    assert overview(station).flags["battery_bank"] == (
        "Only 1 of 2 BMS of the battery work: the state of charge is of that part. Twin: gone."
    )


def test_of_several_monitors_that_left_the_one_that_system_shows_keeps_its_role(build: Build) -> None:
    devices: Devices = {"battery/3": SHUNT | {"Soc": 20.0}, "battery/279": SHUNT}
    left = build({"system/0": SYSTEM | {"ActiveBatteryService": []}, **devices}, gone=("battery/3", "battery/279"))
    assert named(left)[0] == "battery/279"


def test_a_system_without_a_voltage_shows_no_battery(build: Build) -> None:
    twins = wired(build, {"battery/3": SHUNT, "battery/279": SHUNT | {"Soc": 20.0}}, Dc__Battery__Voltage=[])
    assert named(twins)[0] is None
