"""Each trouble shows on the published paths that the console watches, and only while it lasts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from victron_console.simulator.fleet import NAMED
from victron_console.simulator.scenario import SCENARIOS, Scenario, faults_at, fits
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.station import Station

HOUR_S = 3600.0
Bus = dict[str, dict[str, Any]]
Find = Callable[..., StationSpec]


def troubled(spec: StationSpec, at: float, name: str, hours: float, warm_up_h: float = 4) -> Bus:
    """The bus `hours` into a scenario that began at `at`."""
    station = Station(spec, at, [Scenario(name, at)], warm_up_s=warm_up_h * HOUR_S)
    station.step_to(at + hours * HOUR_S)
    return station.services()


def one(bus: Bus, cls: str) -> dict[str, Any]:
    return next(tree for name, tree in bus.items() if name.startswith(f"com.victronenergy.{cls}"))


def test_grid_outage_raises_the_alarm_and_islands_the_site(named: Find, noon: float) -> None:
    bus = troubled(named("cedar-house"), noon, "grid-outage", 0.1)
    assert one(bus, "vebus")["Alarms/GridLost"] == 2
    assert one(bus, "vebus")["Ac/ActiveIn/Connected"] == 0
    assert one(bus, "vebus")["Ac/ActiveIn/L1/V"] == []
    assert bus["com.victronenergy.system"]["Ac/ActiveIn/Source"] == 240
    assert one(bus, "grid")["Ac/Power"] == 0.0


def test_grid_outage_shows_on_the_acsystem_of_an_rs(named: Find, noon: float) -> None:
    bus = troubled(named("larch-hut"), noon, "grid-outage", 0.1)
    assert one(bus, "acsystem")["Alarms/GridLost"] == 2
    assert one(bus, "multi")["Ac/ActiveIn/ActiveInput"] == 240


def test_end_of_an_outage_clears_the_alarm_and_leaves_a_notice(named: Find, noon: float) -> None:
    station = Station(named("cedar-house"), noon, [Scenario("grid-outage", noon, noon + 600)], warm_up_s=HOUR_S)
    station.step_to(noon + 1200)
    platform = station.services()["com.victronenergy.platform"]
    assert one(station.services(), "vebus")["Alarms/GridLost"] == 0
    assert platform["Notifications/0/Trigger"] == "/Alarms/GridLost"
    assert platform["Notifications/0/Type"] == 1
    assert platform["Notifications/0/AlarmValue"] == 2
    assert platform["Notifications/0/Active"] is False
    assert platform["Notifications/NumberOfUnAcknowledgedAlarms"] == 1


@pytest.mark.slow
def test_low_battery_falls_and_then_shuts_the_inverter_down(named: Find, noon: float) -> None:
    spec = named("alder-farm")
    soon = troubled(spec, noon, "low-battery", 0.3)
    assert 5 < soon["com.victronenergy.system"]["Dc/Battery/Soc"] <= 12
    assert one(soon, "battery")["Alarms/LowSoc"] >= 1
    assert one(soon, "generator")["Alarms/NoGeneratorAtAcIn"] == 2
    assert one(soon, "generator")["Error"] == 3
    late = troubled(spec, noon, "low-battery", 6)
    assert one(late, "vebus")["Alarms/LowBattery"] == 2
    assert one(late, "vebus")["State"] == 0
    assert late["com.victronenergy.system"]["Ac/Consumption/L1/Power"] == 0


def test_cell_drift_opens_a_spread_at_one_cell(named: Find, noon: float) -> None:
    bus = troubled(named("alder-farm", arrays=()), noon, "cell-drift", 1.0)
    battery = one(bus, "battery")
    cells = [battery[f"Voltages/Cell{n}"] for n in range(1, 17)]
    assert battery["Voltages/Diff"] > 0.10
    assert cells.index(min(cells)) + 1 == 7
    assert battery["System/MinVoltageCellId"] == "C7"
    assert battery["Alarms/CellImbalance"] >= 1


def test_drifting_cell_comes_back_when_the_scenario_ends(named: Find, noon: float) -> None:
    spec = named("alder-farm", arrays=())
    station = Station(spec, noon, [Scenario("cell-drift", noon, noon + 3600)], warm_up_s=HOUR_S)
    before = station.services()
    station.step_to(noon + 7200)
    assert one(station.services(), "battery")["Voltages/Diff"] == pytest.approx(
        one(before, "battery")["Voltages/Diff"], abs=0.01
    )


@pytest.mark.slow
def test_hot_battery_warms_until_its_bms_protects_it(named: Find, noon: float) -> None:
    bus = troubled(named("cedar-house"), noon, "hot-battery", 8)
    battery = one(bus, "battery")
    assert battery["System/MaxCellTemperature"] > 52
    assert battery["Alarms/HighTemperature"] >= 1
    assert battery["Info/MaxChargeCurrent"] < 0.6 * 0.5 * 174


def test_can_errors_count_up_in_the_statistics(named: Find, noon: float) -> None:
    def errors(bus: Bus) -> int:
        (link,) = json.loads(bus["com.victronenergy.platform"]["CanBus/Interface/can0/Statistics"])
        assert link["linkinfo"]["info_data"]["state"] == "ERROR-PASSIVE"
        return int(link["stats64"]["rx"]["errors"] + link["stats64"]["tx"]["errors"])

    early, late = (troubled(named("cedar-house"), noon, "can-errors", hours) for hours in (0.1, 0.1 + 300 / 3600))
    assert errors(late) - errors(early) > 1000


def test_lost_bms_takes_its_service_off_the_bus(named: Find, noon: float) -> None:
    bus = troubled(named("cedar-house"), noon, "bms-lost", 0.1)
    assert not any(name.startswith("com.victronenergy.battery") for name in bus)
    system = bus["com.victronenergy.system"]
    assert system["ActiveBmsService"] == []
    assert system["Dc/Battery/ChargeVoltage"] == []
    assert system["Control/BmsParameters"] == 0
    assert system["Dc/Battery/BatteryService"] == "com.victronenergy.vebus.ttyS4"
    assert one(bus, "vebus")["Alarms/BmsConnectionLost"] == 2


def test_a_reversed_shunt_contradicts_its_power(named: Find, noon: float) -> None:
    system = troubled(named("dune-pump"), noon, "reversed-shunt", 0.1)["com.victronenergy.system"]
    assert system["Dc/Battery/Power"] > 100
    assert system["Dc/Battery/Current"] < -5


def test_an_unmetered_load_empties_the_battery_and_stands_nowhere(named: Find, noon: float) -> None:
    system = troubled(named("dune-pump"), noon + 12 * HOUR_S, "unmetered-load", 0.1)["com.victronenergy.system"]
    assert system["Dc/Battery/Power"] < -1500
    assert system["Ac/Consumption/L1/Power"] < 200
    assert system["Dc/System/Power"] == []
    assert not fits("unmetered-load", named("alder-farm"))


def test_over_frequency_of_the_grid_reaches_the_input(named: Find, noon: float) -> None:
    assert one(troubled(named("cedar-house"), noon, "over-frequency", 0.2), "vebus")["Ac/ActiveIn/L1/F"] > 51.5


@pytest.mark.slow
def test_full_island_shifts_its_own_frequency_without_any_scenario(named: Find, noon: float) -> None:
    station = Station(named("gorse-depot"), noon, warm_up_s=36 * HOUR_S)
    seen = []
    for n in range(200):
        station.step_to(noon + n * 300)
        bus = station.services()
        seen.append((one(bus, "vebus")["Ac/Out/L1/F"], one(bus, "pvinverter")["StatusCode"]))
    assert max(f for f, _ in seen) > 51.0
    assert (min(f for f, _ in seen)) == pytest.approx(50.0, abs=0.01)
    assert all(status == 12 for f, status in seen if f > 50.5)


def test_firmware_behind_offers_a_newer_one(named: Find, noon: float) -> None:
    platform = troubled(named("cedar-house"), noon, "firmware-behind", 0.1)["com.victronenergy.platform"]
    assert platform["Firmware/Online/AvailableVersion"] == "v3.72"
    assert platform["Firmware/Installed/Version"] == "v3.66"


def test_scenarios_add_up(noon: float) -> None:
    faults = faults_at([Scenario("can-errors", noon), Scenario("grid-outage", noon - 5)], noon + 1)
    assert faults.grid_lost
    assert faults.can_errors_per_s > 0


def test_scenario_is_over_at_its_end(noon: float) -> None:
    assert not faults_at([Scenario("grid-outage", noon, noon + 60)], noon + 60).grid_lost


def test_unknown_scenario_is_refused_with_the_names_there_are(noon: float) -> None:
    with pytest.raises(ValueError, match="grid-outage"):
        Scenario("earthquake", noon)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_fits_some_named_station(name: str) -> None:
    assert any(fits(name, spec) for spec in NAMED)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("spec", NAMED, ids=lambda spec: str(spec.id))
def test_any_scenario_on_any_station_still_publishes(spec: StationSpec, name: str, noon: float) -> None:
    bus = troubled(spec, noon, name, 0.2, warm_up_h=0.2)
    assert "com.victronenergy.system" in bus
    json.dumps(bus, allow_nan=False)


@pytest.mark.slow
def test_a_weak_grid_sags_by_the_hour_and_more_with_its_own_load(named: Find, noon: float) -> None:
    weak, strong = (troubled(named("cedar-house"), noon, name, 12.0) for name in ("weak-grid", "firmware-behind"))
    assert one(weak, "vebus")["Ac/ActiveIn/L1/V"] < 0.9 * 230.0 < one(strong, "vebus")["Ac/ActiveIn/L1/V"]
    assert not fits("weak-grid", named("dune-pump"))
