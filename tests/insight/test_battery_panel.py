"""The battery panel: headroom, times and their reasons."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from victron_console.insight.battery_panel import BatteryPanel, battery_panel
from victron_console.insight.overview.battery_bank import Bank
from victron_console.insight.overview.overview import overview
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]
BMS = {
    "Info/MaxChargeCurrent": 100.0,
    "Info/MaxDischargeCurrent": 150.0,
    "InstalledCapacity": 200.0,
    "Dc/0/Voltage": 52.0,
}


def panel_of(
    snapshot: Snapshot, *, capacity: float | None = None, site_floor_percent: float | None = None
) -> BatteryPanel:
    return battery_panel(snapshot, overview(snapshot), capacity=capacity, site_floor_percent=site_floor_percent)


def station(
    build: Build, *, soc: float = 60.0, amperes: float = 0.0, floor: object = 20.0, bms: object = None
) -> Snapshot:
    system = {
        "ActiveBatteryService": "com.victronenergy.battery/1",
        "Dc/Battery/Soc": soc,
        "Dc/Battery/Current": amperes,
        "Dc/Battery/Power": 52 * amperes,
        "Control/ActiveSocLimit": floor,
    }
    return build({"system/0": system, "battery/1": BMS if bms is None else bms})


def test_headroom_is_what_the_limit_leaves(build: Build) -> None:
    charging = panel_of(station(build, amperes=30.0))
    assert charging.charge and charging.discharge
    assert (charging.charge.free_a, charging.discharge.free_a) == (70.0, 150.0)
    discharging = panel_of(station(build, amperes=-40.0))
    assert discharging.charge and discharging.discharge
    assert (discharging.charge.free_a, discharging.discharge.free_a) == (100.0, 110.0)


def test_a_limit_of_zero_blocks_and_no_limit_is_none(build: Build) -> None:
    blocked = panel_of(station(build, bms=BMS | {"Info/MaxChargeCurrent": 0.0})).charge
    assert blocked and blocked.blocked
    assert panel_of(station(build, bms={"Info/MaxChargeCurrent": []})).charge is None


def test_the_time_to_the_floor_runs_only_while_discharging(build: Build) -> None:
    assert panel_of(station(build, amperes=-20.0)).to_floor.seconds == pytest.approx(4 * 3600)
    assert panel_of(station(build, amperes=20.0)).to_floor.reason == "charging"
    assert panel_of(station(build)).to_floor.reason == "idle"
    below = panel_of(station(build, soc=15.0, amperes=-20.0)).to_floor
    assert below.seconds == 0.0


def test_the_time_to_full_keeps_to_the_limit_and_ends_in_absorption(build: Build) -> None:
    assert panel_of(station(build, amperes=40.0)).to_full.seconds == pytest.approx(2 * 3600)
    limited = station(build, amperes=40.0, bms=BMS | {"Info/MaxChargeCurrent": 20.0})
    assert panel_of(limited).to_full.seconds == pytest.approx(4 * 3600)
    assert panel_of(station(build, soc=96.0, amperes=40.0)).to_full.reason == "full"
    assert panel_of(station(build, amperes=-40.0)).to_full.reason == "discharging"


def test_without_capacity_it_says_what_to_set(build: Build) -> None:
    panel = panel_of(station(build, amperes=-20.0, bms={"Soc": 60.0}))
    assert (panel.to_floor.seconds, panel.to_floor.reason) == (None, "set the capacity")
    given = panel_of(station(build, amperes=-20.0, bms={"Soc": 60.0}), capacity=100.0)
    assert given.to_floor.seconds == pytest.approx(2 * 3600)


def test_the_floor_of_ess_comes_before_the_sites_own(build: Build) -> None:
    assert panel_of(station(build), site_floor_percent=30.0).floor_percent == 20.0
    own = panel_of(station(build, floor=[]), site_floor_percent=30.0)
    assert (own.floor_percent, own.floor_source) == (30.0, "site")


def test_limits_of_another_pack_are_not_shown(build: Build) -> None:
    panel = panel_of(station(build, bms=BMS | {"Dc/0/Voltage": 26.0, "Info/MaxChargeVoltage": 54.0}))
    assert panel.charge_voltage_v is None
    assert "Parameter conflict" in panel.doubts[0]


def test_cycles_are_ampere_hours_over_capacity_whatever_their_sign(build: Build) -> None:
    used = BMS | {"History/TotalAhDrawn": -30_000.0, "History/ChargeCycles": 7, "NumberOfBmses": "1/2"}
    panel = panel_of(station(build, bms=used))
    assert (panel.cycles, panel.bank) == (150.0, Bank(1, 2, "BMS"))


@pytest.mark.parametrize("unit", ["acsystem/0", "multi/0"])
def test_the_floor_of_an_rs_system_stands_on_its_own_devices(build: Build, unit: str) -> None:
    system = {"Dc/Battery/Soc": 60.0, "Control/ActiveSocLimit": []}
    panel = panel_of(build({"system/0": system, unit: {"Ess/ActiveSocLimit": 35.0}}))
    assert (panel.floor_percent, panel.floor_source) == (35.0, "ESS")
