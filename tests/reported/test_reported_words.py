"""What owners read that was untrue or said nothing: codes without a text, texts where numbers belong, clocks, zones."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.reported.made import POLL_S, Bus, Made, titles
from tests.reported.parts import ESS, GRID, bms, mppt, multi, settings, shunt, system, wired

from victron_console.console.kit.values import value_text
from victron_console.console.site.parts import SiteSection
from victron_console.model.clock import midnight
from victron_console.model.device import DeviceKey


def newest_firmware() -> Made:
    return Made(
        {
            "system": system(
                53.0, 3.0, soc=80, source=GRID, kind=ESS, state=263, battery="battery/1", Dc_Vebus=160, Ac_Grid_L1=210,
                Ac_Consumption_L1=35,
            ) | wired(GRID, "vebus.ttyS4") | {"DynamicEss/Strategy": 5, "DynamicEss/ErrorCode": 9},
            "vebus.ttyS4": multi(53.0, 159, in_w=(210,), out_w=(35,), state=253),
            "battery.socketcan_can0_vi0_uc4001": bms(1, 53.0, 3.0, 80)
            | {"ErrorCode": 44, "Alarms/CellMeasurementsFault": 2, "Alarms/BmsCable": 1},
            "solarcharger.ttyS5": mppt(278, 53.0, 0) | {"State": 0, "DeviceOffReason": 137},
            "settings": settings(1),
        }
    )  # fmt: skip


def test_an_error_code_that_nobody_documented_is_told_by_its_number() -> None:
    site = newest_firmware()
    found = titles(site.alarms(120))
    assert "Error code: 44" in found
    assert {"Cell measurements fault", "BMS cable fault"} <= found
    assert "263" in site.screen()
    snapshot = site.at(0)
    path = "DynamicEss/Strategy"
    assert value_text("system", path, snapshot.read(DeviceKey("system", "0"), path)) == "5"


def test_a_code_that_is_known_is_told_by_its_text_and_its_number() -> None:
    site = newest_firmware()
    site.bus["battery.socketcan_can0_vi0_uc4001"]["ErrorCode"] = 9
    assert any(title.startswith("Error code: ") and title.endswith(" (9)") for title in titles(site.alarms(60)))


def test_texts_where_numbers_belong_are_shown_with_a_doubt() -> None:
    site = Made(
        {
            "system": system(13.2, -3.0, soc=66, battery="battery/2147483001", Ac_Consumption_L1=22),
            "vebus.ttyS4": multi(13.2, -32, out_w=(22,)),
            "battery.ble_c8478ce90000": shunt(2147483001, 13.2, -3.0, 66, "🔋 Küche"),
            "tank.mqtt_t1": {"DeviceInstance": "3", "CustomName": "💧 Fresh", "Level": 41.0, "FluidType": 1},
            "tank.mqtt_t2": {"DeviceInstance": "4", "CustomName": "黒水", "Level": "96", "FluidType": 5},
            "temperature.mqtt_te": {"DeviceInstance": 24, "CustomName": "Freezer", "Temperature": "-4,5", "Status": 0},
            "settings": settings(0),
        }
    )  # fmt: skip
    screen = site.screen(SiteSection.DEVICES, 100)
    assert "💧 Fresh" in screen or "41 %" in screen
    assert "?96 %" in screen
    assert "Freezer ?-4,5 C" in screen
    assert "---" not in screen


def test_a_charge_of_108_percent_is_implausible_and_not_missing() -> None:
    site = Made(
        {
            "system": system(26.4, -8.0, soc=108.0, battery="battery/279", Ac_Consumption_L1=200),
            "vebus.ttyS4": multi(26.4, -210, out_w=(200,)),
            "battery.ttyS5": shunt(279, 26.4, -8.0, 108.0),
            "settings": settings(0),
        }
    )
    figures, screen = site.figures(), site.screen()
    assert figures.panel.to_floor.reason == "implausible state of charge"
    assert "?108%" in screen
    assert "no battery monitor" not in screen


def clock_of_2010(seconds: float, bus: Bus) -> None:
    bus["platform"]["Device/Time"] = 1_262_304_000 + seconds


def test_a_clock_before_its_first_time_signal_is_wrong_and_vrm_was_never_reached() -> None:
    site = Made(
        {
            "system": system(12.6, -1.0, battery="battery/279", vebus="", kind="Unknown", state=None),
            "battery.ttyS5": shunt(279, 12.6, -1.0),
            "platform": {"DeviceInstance": 0, "Firmware/Installed/Version": "v3.72"},
            "logger": {"DeviceInstance": 0, "Vrm/TimeLastContact": 0, "Vrm/ConnectionError": 0},
            "settings": settings(0),
        },
        clock_of_2010,
    )
    assert "GX clock 17y behind" in site.screen()
    audit = site.audit()
    assert (audit["gx-clock"], audit["vrm"]) == ("warn", "warn")


@pytest.mark.parametrize("in_file", [True, False])
def test_a_day_begins_at_the_sites_own_midnight_whoever_tells_its_zone(in_file: bool) -> None:
    site = Made(
        {
            "system": system(52.0, 0.0, battery="battery/1"),
            "battery.ttyUSB0": bms(1, 52.0, 0.0),
            "settings": settings(0, System__TimeZone="UTC" if in_file else "/Australia/Adelaide"),
        },
        config={"location": {"timezone": "Australia/Adelaide"}} if in_file else {},
    )
    zone = site.row(POLL_S).zone
    assert zone is not None
    assert midnight(date(2027, 1, 15), zone) == datetime(2027, 1, 14, 13, 30, tzinfo=UTC).timestamp()


def test_switches_on_one_instance_keep_apart() -> None:
    site = Made(
        {
            "system": system(13.2, 0.5, soc=90, battery="battery/279"),
            "battery.ttyS5": shunt(279, 13.2, 0.5, 90),
            **{
                f"switch.virtual_{name}": {
                    "DeviceInstance": 100, "CustomName": name, "SwitchableOutput/output_1/State": on,
                }
                for name, on in (("boiler", 1), ("pump", 0), ("dimmer", []))
            },
            "settings": settings(0),
        }
    )  # fmt: skip
    switches = {key: device.name for key, device in site.at(0).devices.items() if key.cls == "switch"}
    assert sorted(switches.values()) == ["boiler", "dimmer", "pump"]
    assert len(switches) == 3
