"""What went away, as owners reported it silent: a charger's link, a phase of the mains, counters that glitch."""

from __future__ import annotations

import pytest
from tests.reported.made import Bus, Made, titles
from tests.reported.parts import ESS, GRID, bms, meter, mppt, multi, settings, shunt, system, wired

from victron_console.console.site.parts import SiteSection


def link_lost(seconds: float, bus: Bus) -> None:
    if seconds >= 60:
        charger = bus["solarcharger.ttyS6"]
        bus["solarcharger.ttyS6"] = dict.fromkeys(charger, None) | {"DeviceInstance": 278, "Connected": 0}
        bus["system"]["Dc/Pv/Power"] = []


def charger_without_link() -> Made:
    return Made(
        {
            "system": system(26.8, 18.0, soc=80, battery="battery/279", Dc_Pv=520, Dc_Vebus=-25, Ac_Consumption_L1=20),
            "vebus.ttyS4": multi(26.8, -24, out_w=(20,)),
            "battery.ttyS5": shunt(279, 26.8, 18.0, 80),
            "solarcharger.ttyS6": mppt(278, 26.8, 525),
            "settings": settings(0),
        },
        link_lost,
    )


def test_a_charger_that_lost_its_link_gives_no_power() -> None:
    assert charger_without_link().shown()[1].pv_power_w is None


@pytest.mark.slow
def test_a_charger_that_lost_its_link_is_told_as_gone() -> None:
    assert any("gone" in title.lower() for title in titles(charger_without_link().alarms(900)))
    devices = charger_without_link().screen(SiteSection.DEVICES)
    assert "not connected for 60s" in devices
    assert "today" not in devices


def phase_lost(seconds: float, bus: Bus) -> None:
    if seconds < 100:
        return
    bus["grid.cg_M5"] |= {"Ac/L2/Power": 0, "Ac/L2/Voltage": 3.0, "Ac/L1/Power": 0, "Ac/L3/Power": 0, "Ac/Power": 0}
    bus["vebus.ttyS4"] = multi(52.5, -2050, out_w=(600, 640, 620))
    bus["system"] |= {
        "Ac/ActiveIn/Source": 240, "Ac/In/0/Connected": 0, "SystemState/State": 9, "Dc/Battery/Power": -2050,
        "Dc/Battery/Current": -39.0, "Ac/Grid/L1/Power": 0, "Ac/Grid/L2/Power": 0, "Ac/Grid/L3/Power": 0,
    }  # fmt: skip


def house_on_three_phases() -> Made:
    return Made(
        {
            "system": system(
                52.5, 2.0, soc=61, source=GRID, kind=ESS, state=252, battery="battery/512", Dc_Vebus=105,
                Ac_Grid_L1=700, Ac_Grid_L2=690, Ac_Grid_L3=660, Ac_Consumption_L1=600, Ac_Consumption_L2=640,
                Ac_Consumption_L3=620,
            ) | wired(GRID, "grid.cg_M5"),
            "vebus.ttyS4": multi(52.5, 105, in_w=(700, 690, 660), out_w=(600, 640, 620), state=252),
            "grid.cg_M5": meter(40, 700, 690, 660),
            "battery.socketcan_can1": bms(512, 52.5, 2.0, 61, charge_v=53.2),
            "settings": settings(1),
        },
        phase_lost,
    )  # fmt: skip


def test_mains_that_a_phase_fails_of_are_told_as_lost_within_a_minute() -> None:
    lost = [alarm for alarm in house_on_three_phases().alarms(170) if "grid lost" in alarm.title.lower()]
    assert lost


def counters_fall(seconds: float, bus: Bus) -> None:
    glitch = 100 <= seconds < 130
    bus["grid.cg_M3"] |= {"Ac/Energy/Forward": 0.0 if glitch else 5210.4, "Ac/Energy/Reverse": 0.0 if glitch else 88.0}
    bus["pvinverter.mqtt_20"] |= {"Ac/Energy/Forward": 0.0 if glitch else 1440.0}


def test_counters_that_fall_to_zero_and_come_back_touch_no_figure() -> None:
    site = Made(
        {
            "system": system(
                52.3, 4.0, source=GRID, kind=ESS, state=252, battery="battery/512", Dc_Vebus=215, Ac_Grid_L1=-900,
                Ac_PvOnGrid_L1=1650, Ac_Consumption_L1=520,
            ) | wired(GRID, "grid.cg_M3"),
            "vebus.ttyS4": multi(52.3, 210, in_w=(430,), out_w=(200,), state=3),
            "battery.socketcan_can1": bms(512, 52.3, 4.0, charge_v=53.2),
            "grid.cg_M3": meter(40, -900),
            "pvinverter.mqtt_20": meter(20, 1650, Position=0, StatusCode=7),
            "settings": settings(1),
        },
        counters_fall,
    )  # fmt: skip
    figures = [site.shown(seconds)[1] for seconds in (90, 110, 180)]
    assert {(shown.pv_power_w, shown.grid_power_w, shown.load_power_w) for shown in figures} == {(1650, -900, 520)}
    assert site.alarms(300) == []


@pytest.mark.slow
def test_a_genset_that_must_not_be_started_from_afar_has_not_failed() -> None:
    """Error 1 of the start/stop is "remote control disabled", while the set gives power."""
    site = Made(
        {
            "system": system(
                52.0, 20.0, source=2, battery="battery/512", Dc_Vebus=1050, Ac_Genset_L1=12_100,
                Ac_Consumption_L1=11_000,
            ) | wired(2, "vebus.ttyS4"),
            "vebus.ttyS4": multi(52.0, 1040, in_w=(12_100,), out_w=(11_000,), state=3, nominal_va=15_000),
            "battery.socketcan_can1": bms(512, 52.0, 20.0, charge_v=53.2),
            "genset.socketcan_can0_vi0_uc88": {
                "DeviceInstance": 0, "ProductName": "Genset", "StatusCode": 8, "Engine/Speed": 1500,
                "Ac/Power": 12_100, "Ac/L1/Power": 12_100, "RemoteStartModeEnabled": 0,
            },
            "generator.startstop1": {"DeviceInstance": 1, "State": 0, "Error": 1},
            "settings": settings(2),
        },
        tags=("off-grid",),
    )  # fmt: skip
    assert not any("failed" in title for title in titles(site.alarms(600)))
