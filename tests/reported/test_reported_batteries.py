"""Which battery a site has, as owners reported it wrong: who measures, who controls, which packs it is made of."""

from __future__ import annotations

import pytest
from tests.reported.made import Bus, Made, titles, without
from tests.reported.parts import GRID, bms, lynx, mppt, multi, settings, shunt, system, wired

from victron_console.console.site.parts import SiteSection


def high_cell(monitor: str) -> Made:
    """A cell at 3.79 V and a pack at 57.8 V, 2.6 V over its charge limit; the monitor is the BMS or a shunt."""
    return Made(
        {
            "system": system(57.8, 11.0, soc=97, battery=monitor, Dc_Pv=650, Ac_Consumption_L1=10)
            | {"ActiveBmsService": "com.victronenergy.battery.ttyUSB0"},
            "vebus.ttyS4": multi(57.8, -17, out_w=(10,)),
            "solarcharger.ttyS6": mppt(278, 57.8, 655),
            "battery.ttyUSB0": bms(1, 57.8, 11.0, 96, cells_v=(3.42, 3.79)),
            "battery.ttyS5": shunt(279, 57.8, 11.0, 97, "Shunt"),
            "settings": settings(1),
        }
    )


@pytest.mark.parametrize("monitor", ["battery/279", "battery/1"])
def test_a_high_cell_is_critical_whoever_measures_the_battery(monitor: str) -> None:
    found = {alarm.title: alarm for alarm in high_cell(monitor).alarms(120)}
    for title in ("Cell too high", "DC voltage high"):
        assert found[title].severity == "critical"
    assert found["Cell too high"].last_value == pytest.approx(3.79)


def test_cells_and_limits_are_those_of_the_bms_and_it_is_no_second_bank() -> None:
    site = high_cell("battery/279")
    figures = site.figures()
    assert figures.shown.cell_spread_v == pytest.approx(0.37)
    assert figures.panel.charge_voltage_v == 55.2
    assert not [node for node in figures.flow.nodes if node.kind == "other pack"]
    assert "no limits given" not in site.screen()


def test_of_two_batteries_on_one_instance_the_bus_name_decides() -> None:
    bow, stern = (
        bms(100, 26.4, 0.0, 99, cells_v=(3.40, 3.41), charge_v=28.4, name="Bow"),
        bms(100, 26.4, -5.1, 71, cells_v=(3.27, 3.33), charge_v=28.4, name="Stern"),
    )
    site = Made(
        {
            "system": system(26.4, -5.1, soc=71, battery="battery/100", Ac_Consumption_L1=110)
            | {"Dc/Battery/BatteryService": "com.victronenergy.battery.mqtt_battery_b"},
            "vebus.ttyS4": multi(26.4, -130, out_w=(110,)),
            "battery.mqtt_battery_a": bow,
            "battery.mqtt_battery_b": stern,
            "settings": settings(0),
        }
    )
    figures = site.figures()
    assert figures.battery_name == "Stern"
    assert figures.shown.cell_spread_v == pytest.approx(0.060)
    assert figures.shown.soc_percent == 71
    others = [node for node in figures.flow.nodes if node.kind == "other pack"]
    assert [(node.name, node.power_w) for node in others] == [("Bow", 0.0)]


def test_half_a_lynx_bank_is_said_although_its_total_counts_itself_only() -> None:
    site = Made(
        {
            "system": system(26.6, -12.0, soc=91, battery="battery/0", Ac_Consumption_L1=300),
            "vebus.ttyS4": multi(26.6, -322, out_w=(300,)),
            "battery.lynxparallel500_0": lynx(0, 26.6, -12.0, 91) | {"NumberOfBmses": "1/1"},
            "battery.socketcan_can0_vi1_uc6001": lynx(1, 26.6, -12.0, 91),
            "battery.socketcan_can0_vi2_uc6002": lynx(2, 27.9, 0.0, 99, state=16, allowed=0),
            "settings": settings(0),
        }
    )
    figures = site.figures()
    assert "battery_bank" in figures.shown.flags
    assert site.audit()["battery-bank"] != "pass"
    assert "1 of 2" in site.screen()


def test_without_a_monitor_by_the_owners_choice_no_battery_is_adopted() -> None:
    site = Made(
        {
            "system": system(25.6, 3.1, soc=None, vebus="", state=None, Dc_Pv=232, Ac_Consumption_L1=140),
            "inverter.ttyS5": {
                "DeviceInstance": 275, "ProductName": "Phoenix Inverter 24/500", "State": 1, "Mode": 5,
                "Dc/0/Voltage": 25.6, "Dc/0/Current": -5.9, "Ac/Out/L1/P": 140, "Ac/Out/L1/V": 230.0,
            },
            "solarcharger.ttyS6": mppt(278, 25.6, 236),
            "battery.ttyUSB0": shunt(279, 12.4, -0.1, 15.3, "Starter"),
            "settings": settings(0, SystemSetup__BatteryService="nobattery"),
        }
    )  # fmt: skip
    figures = site.figures()
    assert figures.battery_name == ""
    assert figures.shown.battery_temperature_c is None
    assert [node.name for node in figures.flow.nodes if node.kind == "other pack"] == ["Starter"]
    assert not any("charge" in title for title in titles(site.alarms(300)))


def test_a_total_over_packs_is_counted_once() -> None:
    site = Made(
        {
            "system": system(52.9, -41.2, soc=57, battery="battery/99", Ac_Consumption_L1=2050),
            "vebus.ttyS4": multi(52.9, -2169, out_w=(2050,)),
            "battery.aggregate": bms(99, 52.9, -41.2, 57, modules=2, name="Aggregate"),
            "battery.ttyUSB0": bms(1, 52.9, -20.8, 58, name="Pack 1"),
            "battery.ttyUSB1": bms(2, 52.9, -20.4, 56, name="Pack 2"),
            "settings": settings(0),
        }
    )
    figures = site.figures()
    assert (figures.shown.soc_percent, figures.shown.battery_power_w) == (57, -2179)
    drawn = [node for node in figures.flow.nodes if node.kind == "battery"]
    assert [node.power_w for node in drawn] == [-2179]
    assert all(not node.counted for node in figures.flow.nodes if node.kind == "other pack")


def soc_lost(seconds: float, bus: Bus) -> None:
    if seconds >= 180:
        bus["battery.ttyS5"]["Soc"] = []
        bus["system"]["Dc/Battery/Soc"] = []


def test_a_charge_that_vanishes_leaves_its_alarm_with_the_last_value() -> None:
    site = Made(
        {
            "system": system(12.4, -8.0, soc=6.0, battery="battery/279", Ac_Consumption_L1=60),
            "vebus.ttyS4": multi(12.4, -93, out_w=(60,)),
            "battery.ttyS5": shunt(279, 12.4, -8.0, 6.0),
            "settings": settings(0),
        },
        soc_lost,
    )
    low = next(alarm for alarm in site.alarms(420) if alarm.key.family == "soc")
    assert (low.cleared_at, low.last_value) == (None, 6.0)
    assert site.shown(300)[1].soc_percent is None
    assert "no battery monitor" not in site.screen()


def test_a_time_to_go_left_over_is_not_shown_while_nothing_flows() -> None:
    site = Made(
        {
            "system": system(26.9, 0.2, soc=80, source=GRID, battery="battery/0")
            | wired(GRID, "vebus.ttyS4")
            | {"Dc/Battery/TimeToGo": 110, "Dc/Battery/State": 0},
            "vebus.ttyS4": multi(26.9, 5, in_w=(12,), state=5),
            "battery.lynxparallel500_0": lynx(0, 26.9, 0.2, 80) | {"NumberOfBmses": "2/2", "TimeToGo": 110},
            "battery.socketcan_can0_vi1_uc6001": lynx(1, 26.9, 0.1, 80),
            "battery.socketcan_can0_vi2_uc6002": lynx(2, 26.9, 0.1, 80),
            "settings": settings(1),
        }
    )  # fmt: skip
    assert site.shown()[1].time_to_go_s is None
    assert site.alarms(300) == []


def test_a_bms_without_charge_and_cells_shows_absent_figures() -> None:
    bare = without(
        bms(1, 26.5, -4.0, None, charge_v=28.4), "System/MinCellVoltage", "System/MaxCellVoltage",
        "System/MinVoltageCellId", "System/MaxVoltageCellId",
    )  # fmt: skip
    site = Made(
        {
            "system": system(26.5, -4.0, soc=None, battery="battery/1", Ac_Consumption_L1=80),
            "vebus.ttyS4": multi(26.5, -95, out_w=(80,)),
            "battery.ttyUSB0": bare,
            "settings": settings(0),
        }
    )
    shown = site.shown()[1]
    assert (shown.soc_percent, shown.cell_spread_v, shown.battery_power_w) == (None, None, -106)
    assert "no state of charge" in site.screen(SiteSection.BATTERY) + site.screen()


def spiked(seconds: float, bus: Bus) -> None:
    values = {120: (3.31, 6.535), 200: (0.0, 3.32)}.get(int(seconds), (3.31, 3.32))
    bus["battery.ttyUSB0"] |= {"System/MinCellVoltage": values[0], "System/MaxCellVoltage": values[1]}


def test_a_cell_that_spikes_in_single_reads_raises_nothing() -> None:
    site = Made(
        {
            "system": system(52.9, 2.0, battery="battery/1", Ac_Consumption_L1=20),
            "vebus.ttyS4": multi(52.9, -30, out_w=(20,)),
            "solarcharger.ttyS6": mppt(278, 52.9, 140),
            "battery.ttyUSB0": bms(1, 52.9, 2.0),
            "settings": settings(0),
        },
        spiked,
    )
    assert site.alarms(400) == []
