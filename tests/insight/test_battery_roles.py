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
