"""What flows at a site, as owners reported it wrong: every metered source and use once, and a doubt where it is due."""

from __future__ import annotations

import pytest
from tests.reported.made import Made
from tests.reported.parts import ESS, GRID, SHORE, bms, meter, mppt, multi, settings, shunt, system, wired

from victron_console.insight.overview.balance import BalanceVerdict, PartKind


def uses(site: Made) -> dict[str, float]:
    """The parts of the OUT bar by kind."""
    return {part.kind.value: part.power_w for part in site.figures().balance.uses}


def sources(site: Made) -> dict[str, float]:
    """The parts of the IN bar by kind."""
    return {part.kind.value: part.power_w for part in site.figures().balance.sources}


def test_three_rs_units_of_which_one_imports_give_their_sum() -> None:
    """84 W on one phase, two phases that feed back: never three times the one, nor the one alone."""
    units = {
        f"multi.socketcan_can0_vi{n}_uc100{n}": {
            "DeviceInstance": n, "ProductName": "Multi RS Solar 48/6000/100", "State": 252, "Mode": 3, "Connected": 1,
            "Ac/In/1/Type": 1, "Ac/ActiveIn/ActiveInput": 0, f"Ac/In/1/L{n + 1}/P": watts, "Dc/0/Voltage": 52.1,
            "Dc/0/Power": 12, "Yield/Power": 0.0,
        }
        for n, watts in enumerate((102, -11, -7))
    }  # fmt: skip
    site = Made(
        {
            "system": system(
                52.1, 1.0, soc=81, source=GRID, kind=ESS, state=252, vebus="", battery="battery/512",
                Ac_Grid_L1=102, Ac_Grid_L2=-11, Ac_Grid_L3=-7, Ac_Consumption_L1=40, Ac_Consumption_L2=0,
                Ac_Consumption_L3=0,
            ) | wired(GRID, "acsystem.socketcan_can0_sys0"),
            "acsystem.socketcan_can0_sys0": {
                "DeviceInstance": 0, "ProductName": "RS system", "State": 252, "Mode": 3, "Ac/In/1/Type": 1,
                "Ac/ActiveIn/ActiveInput": 0, "Ac/In/1/L1/P": 102, "Ac/In/1/L2/P": -11, "Ac/In/1/L3/P": -7,
            },
            **units,
            "battery.socketcan_can1": bms(512, 52.1, 1.0, 81, charge_v=53.2),
            "settings": settings(1),
        }
    )  # fmt: skip
    assert site.shown()[1].grid_power_w == 84
    assert site.alarms(300) == []


def feeding_in(consumption_w: float) -> Made:
    """Grid meter and PV only, -440 W and 920 W: 480 W are all that can be used."""
    return Made(
        {
            "system": system(
                None, None, soc=None, source=GRID, state=None, vebus="", kind="Unknown",
                Ac_Grid_L1=115, Ac_Grid_L2=85, Ac_Grid_L3=-640, Ac_PvOnGrid_L3=920,
                Ac_Consumption_L1=115, Ac_Consumption_L2=85, Ac_Consumption_L3=consumption_w - 200,
            ) | wired(GRID, "grid.cg_M1"),
            "grid.cg_M1": meter(40, 115, 85, -640),
            "pvinverter.mqtt_21": meter(21, 0, 0, 920, name="Roof", Position=0, StatusCode=7),
            "settings": settings(1),
        }
    )  # fmt: skip


def test_a_site_without_battery_is_judged_too_and_its_audit_does_not_pass() -> None:
    site = feeding_in(1120)
    figures = site.figures()
    assert "balance" in figures.shown.flags
    assert figures.balance.verdict is BalanceVerdict.UNBALANCED
    assert site.audit()["balance"] in {"warn", "fail"}
    assert "MISSING" in site.screen()
    honest = feeding_in(480)
    assert "balance" not in honest.shown()[1].flags
    assert honest.audit()["balance"] == "pass"


def test_an_input_that_is_said_not_to_be_there_but_is_used_is_flagged() -> None:
    """systemcalc counts the load at the meter and again behind the inverter: 1 kW becomes 2 kW."""
    site = Made(
        {
            "system": system(
                52.4, 0.0, soc=77, source=240, kind=ESS, state=8, battery="battery/512",
                Ac_Grid_L1=1000, Ac_Consumption_L1=2000, Ac_ConsumptionOnInput_L1=1000, Ac_ConsumptionOnOutput_L1=1000,
            ),
            "vebus.ttyS4": multi(52.4, 0, in_w=(1000,), out_w=(1000,), state=8),
            "grid.cg_M2": meter(40, 1000),
            "battery.socketcan_can1": bms(512, 52.4, 0.0, 77, charge_v=53.2),
            "settings": settings(0),
        }
    )  # fmt: skip
    assert "balance" in site.shown()[1].flags
    assert site.audit()["balance"] in {"warn", "fail"}


def electric_boat(amperes: float = -62.0) -> Made:
    return Made(
        {
            "system": system(
                51.8, amperes, soc=69, battery="battery/1", Dc_System=430, Ac_Consumption_L1=180, Dc_Vebus=-190
            )
            | {"Dc/System/MeasurementType": 1, "MotorDrive/Power": 2580.0},
            "vebus.ttyS4": multi(51.8, -186, out_w=(180,)),
            "battery.ttyS5": shunt(1, 51.8, amperes, 69),
            "motordrive.socketcan_can0_uc5": {
                "DeviceInstance": 0, "Dc/0/Voltage": 51.7, "Dc/0/Current": 49.9, "Dc/0/Power": 2580.0, "Motor/RPM": 940,
            },
            "dcsystem.ttyS6": {"DeviceInstance": 280, "Dc/0/Voltage": 51.7, "Dc/0/Current": 8.3, "Dc/0/Power": 430.0},
            "dcload.ttyUSB1": {"DeviceInstance": 281, "Dc/0/Voltage": 51.7, "Dc/0/Current": 2.0, "Dc/0/Power": 104.0},
            "dcdc.ttyS7": {
                "DeviceInstance": 282, "State": 5, "Dc/In/V": 51.7, "Dc/In/I": 1.1, "Dc/In/P": 57.0,
                "Dc/0/Voltage": 13.4, "Dc/0/Current": 4.0, "Dc/0/Power": 53.6,
            },
            "settings": settings(1),
        },
        tags=("boat",),
    )  # fmt: skip


def test_a_motor_is_a_use_and_no_load_that_nobody_measures() -> None:
    site = electric_boat()
    figures = site.figures()
    assert "balance" not in figures.shown.flags
    assert site.audit()["balance"] == "pass"
    assert abs(figures.balance.residual_w) < 100
    assert 2580 in uses(site).values()
    screen = site.screen()
    assert "MOTOR" in screen
    assert "SURPLUS" not in screen
    assert "unbalanced" not in screen


def test_loads_on_the_battery_beside_an_external_meter_are_drawn_once() -> None:
    site = Made(
        {
            "system": system(
                52.0, -30.0, soc=58, source=GRID, kind=ESS, state=256, battery="battery/512", Dc_Pv=300, Dc_System=1290,
                Dc_Vebus=-570, Ac_Grid_L1=10, Ac_Grid_L2=8, Ac_Grid_L3=12, Ac_Consumption_L1=210, Ac_Consumption_L2=190,
                Ac_Consumption_L3=200,
            ) | wired(GRID, "grid.cg_M4") | {"Dc/System/MeasurementType": 0},
            "vebus.ttyS4": multi(52.0, -572, in_w=(-50, -32, -38), out_w=(150, 150, 150), state=3),
            "battery.socketcan_can1": bms(512, 52.0, -30.0, 58, charge_v=53.2),
            "grid.cg_M4": meter(40, 10, 8, 12),
            "solarcharger.ttyS5": mppt(278, 52.0, 305),
            "settings": settings(1, SystemSetup__HasDcSystem=1),
        }
    )  # fmt: skip
    assert site.shown()[1].dc_load_power_w == 1290
    assert uses(site)[PartKind.DC_LOAD] == 1290
    assert "balance" not in site.shown()[1].flags
    assert site.alarms(300) == []


def test_meters_in_other_roles_and_the_charge_of_a_car_are_not_the_sites() -> None:
    site = Made(
        {
            "system": system(
                52.9, 10.0, soc=88, source=GRID, kind=ESS, state=252, battery="battery/512", Dc_Vebus=540,
                Ac_Grid_L1=1200, Ac_Grid_L2=1100, Ac_Grid_L3=1150, Ac_PvOnGrid_L1=2800, Ac_Consumption_L1=3300,
                Ac_Consumption_L2=900, Ac_Consumption_L3=850,
            ) | wired(GRID, "grid.cg_M6"),
            "vebus.ttyS4": multi(52.9, 534, in_w=(900, 400, 500), out_w=(200, 200, 200), state=3),
            "battery.socketcan_can1": bms(512, 52.9, 10.0, 88, charge_v=53.2),
            "grid.cg_M6": meter(40, 1200, 1100, 1150, Role="grid"),
            "grid.virtual_5d1e": meter(101, 2300, 0, 0, name="EV meter", Role="evcharger"),
            "heatpump.cg_M7": meter(41, 0, 700, 650, name="Heat pump", Role="heatpump", Position=1),
            "acload.mqtt_31": meter(31, 150, name="Boiler", Role="acload", Position="1"),
            "evcharger.cg_M8": {"DeviceInstance": 42, "Ac/Power": 0.0, "Status": 0, "Position": 1},
            "ev.vehicle_1": {"DeviceInstance": 60, "Soc": 17.0, "TargetSoc": 80},
            "pvinverter.mqtt_22": meter(22, 2800, Position=0, StatusCode=7),
            "settings": settings(1),
        }
    )  # fmt: skip
    shown = site.shown()[1]
    assert (shown.grid_power_w, shown.soc_percent) == (3450, 88)
    assert site.audit()["grid-meter"] == "warn"


def pv_meter(watts: float) -> Made:
    grid_w, load_w = (-1500, 240) if watts < -100 else (270, 240)
    return Made(
        {
            "system": system(
                52.5, 1.0, soc=70, source=GRID, kind=ESS, state=252, battery="battery/512", Dc_Vebus=60,
                Ac_Grid_L1=grid_w, Ac_Consumption_L1=load_w, Ac_PvOnGrid_L1=watts,
            ) | wired(GRID, "grid.cg_M9"),
            "vebus.ttyS4": multi(52.5, 58, in_w=(310,), out_w=(240,), state=3),
            "battery.socketcan_can1": bms(512, 52.5, 1.0, 70, charge_v=53.2),
            "grid.cg_M9": meter(40, grid_w),
            "pvinverter.cg_M10": meter(23, watts, name="Garage PV", Position=0, StatusCode=7),
            "settings": settings(1),
        }
    )  # fmt: skip


def test_a_pv_meter_that_is_clamped_backwards_is_implausible() -> None:
    site = pv_meter(-2350)
    shown = site.shown()[1]
    assert "pv_power_w" in shown.flags
    assert "direction" in shown.flags["pv_power_w"]
    assert shown.credible("pv_power_w") is None
    assert PartKind.PV not in uses(site)
    assert "?-2.35k" in site.screen()


def test_the_standby_draw_of_a_pv_inverter_at_night_is_not_marked() -> None:
    assert "pv_power_w" not in pv_meter(-20).shown()[1].flags


def test_a_charger_alone_is_a_dc_site_with_its_power() -> None:
    site = Made(
        {
            "system": system(
                13.9, 18.0, soc=74, source=None, kind="Unknown", state=None, vebus="", battery="battery/279",
                Dc_System=28, Dc_Charger=278,
            ) | {"Dc/System/MeasurementType": 0},
            "charger.ttyUSB2": {
                "DeviceInstance": 288, "ProductName": "Phoenix Smart IP43 Charger 12/50", "State": 4, "NrOfOutputs": 3,
                "Dc/0/Voltage": 13.9, "Dc/0/Current": 20.0, "Dc/1/Voltage": 13.6, "Dc/1/Current": 2.4,
                "Ac/In/L1/I": 1.6,
            },
            "battery.ttyS5": shunt(279, 13.9, 18.0, 74),
            "settings": settings(0, SystemSetup__HasDcSystem=1),
        },
        tags=("boat",),
    )  # fmt: skip
    screen = site.screen()
    assert 278 in sources(site).values()
    assert "DC only" in screen
    assert "278W" in screen
    assert "Off" not in screen


def dc_genset(watts: float = 2870.0) -> Made:
    return Made(
        {
            "system": system(27.6, 95.0, soc=41, battery="battery/279", Dc_Alternator=watts, Ac_Consumption_L1=210),
            "vebus.ttyS4": multi(27.6, -224, out_w=(210,)),
            "dcgenset.socketcan_can0_vi0_uc7001": {
                "DeviceInstance": 0, "ProductName": "DC genset", "StatusCode": 8, "Dc/0/Voltage": 27.7,
                "Dc/0/Current": round(watts / 27.7), "Dc/0/Power": watts, "Engine/Speed": 2600,
                "Engine/CoolantTemperature": 81.0, "StarterVoltage": 13.9, "Engine/OperatingHours": 3_600_000,
            },
            "generator.startstop1": {"DeviceInstance": 1, "State": 1, "Error": 0, "RunningByConditionCode": 4},
            "battery.ttyS5": shunt(279, 27.6, 95.0, 41),
            "settings": settings(1),
        },
        tags=("off-grid",),
    )  # fmt: skip


def test_a_dc_genset_is_a_genset() -> None:
    site = dc_genset()
    assert sources(site).get(PartKind.GENSET) == 2870
    screen = site.screen()
    assert "ALTERN" not in screen
    assert "GENSET" in screen
    assert "2600 rpm" in screen
    assert "81 C" in screen
    assert not any("enerator failed" in alarm.title for alarm in site.alarms(600))


def test_a_second_vebus_that_was_left_behind_is_not_the_sites() -> None:
    site = Made(
        {
            "system": system(12.8, -9.0, soc=53, battery="battery/279", vebus="ttyO2", Ac_Consumption_L1=100),
            "vebus.ttyO1": {"DeviceInstance": 257, "ProductName": "Old Multi", "Connected": 0, "State": [], "Mode": [],
                            "Dc/0/Voltage": [], "Dc/0/Power": [], "Ac/ActiveIn/ActiveInput": []},
            "vebus.ttyO2": multi(12.8, -110, out_w=(100,)) | {"DeviceInstance": 258},
            "battery.ttyS5": shunt(279, 12.8, -9.0, 53),
            "settings": settings(1),
        }
    )  # fmt: skip
    figures = site.figures()
    assert figures.shown.battery_power_w == -115
    assert figures.shown.system_state == "Inverting"
    assert figures.flow.box is not None
    assert "Old Multi" not in figures.flow.box.names


@pytest.mark.parametrize("source", [GRID, SHORE])
def test_the_input_is_called_what_is_connected_to_it(source: int) -> None:
    site = Made(
        {
            "system": system(13.3, 10.0, soc=80, source=source, battery="battery/279", Ac_Grid_L1=400,
                             Ac_Consumption_L1=240) | wired(source, "vebus.ttyS4"),
            "vebus.ttyS4": multi(13.3, 140, in_w=(400,), out_w=(240,), state=3),
            "battery.ttyS5": shunt(279, 13.3, 10.0, 80),
            "settings": settings(source),
        }
    )  # fmt: skip
    assert sources(site) == {"grid" if source == GRID else "shore": 400}
    shown = site.screen()
    assert ("SHORE" in shown, "GRID" in shown) == (source == SHORE, source == GRID)


def test_a_genset_alone_is_named_for_what_it_is() -> None:
    site = Made(
        {
            "system": system(None, None, soc=None, source=None, kind="Unknown", state=0, vebus="",
                             Ac_Genset_L1=3400, Ac_Consumption_L1=3400),
            "genset.socketcan_can0_vi0_uc88": meter(0, 3400, name="Genset") | {
                "StatusCode": 8, "Engine/Speed": 1500, "Engine/OperatingHours": 16_045_438,
            },
            "settings": settings(0),
        }
    )  # fmt: skip
    screen = site.screen()
    assert sources(site) == {PartKind.GENSET: 3400}
    assert "GENSET" in screen
    assert "GRID" not in screen
    assert "Off" not in screen


def test_an_ev_charger_alone_is_no_dc_site() -> None:
    site = Made(
        {
            "system": system(None, None, soc=None, source=None, kind="Unknown", state=0, vebus=""),
            "evcharger.cg_M8": {
                "DeviceInstance": 42, "ProductName": "EV Charging Station", "Connected": 1, "Ac/Power": 7100.0,
                "Ac/L1/Power": 7100.0, "Status": 2, "Current": 31.0, "Session/Energy": 12.4,
            },
            "settings": settings(0),
        }
    )  # fmt: skip
    screen = site.screen()
    assert "7.10k" in screen
    for untrue in ("DC only", "Off", "no battery monitor", "on grid"):
        assert untrue not in screen
