"""The energy flow on topologies made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from victron_console.insight.flow.model import Flow, Node, NodeKind
from victron_console.insight.flow.site_flow import flow
from victron_console.insight.overview.overview import overview
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]

MULTI = {
    "ProductName": "MultiPlus-II 48/3000/35-32",
    "State": 9,
    "Ac/Out/L1/P": 240,
    "Ac/Out/L1/V": 230.0,
    "Ac/Out/L1/F": 50.0,
    "Dc/0/Voltage": 12.9,
    "Dc/0/Current": -20.6,
}


def flow_of(snapshot: Snapshot, *, rating_w: float | None = None) -> Flow:
    return flow(snapshot, overview(snapshot), rating_w=rating_w)


def node(drawn: Flow, kind: NodeKind) -> Node:
    (found,) = [each for each in drawn.nodes if each.kind is kind]
    return found


def kinds(nodes: tuple[Node, ...]) -> list[str]:
    return [each.kind.value for each in nodes]


def test_pv_on_the_output_charges_through_the_inverter(build: Build) -> None:
    unit = {"State": 9, "Ac/Out/L1/P": -1090, "Dc/0/Power": 1020, "Dc/0/Voltage": 53.1, "Dc/0/Current": 19.2}
    drawn = flow_of(
        build(
            {
                "system/0": {
                    "Ac/PvOnOutput/L1/Power": 1620.0,
                    "Ac/ConsumptionOnOutput/L1/Power": 530.0,
                    "Dc/Battery/Power": 1020.0,
                    "Dc/InverterCharger/Power": 1020.0,
                    "Ac/ActiveIn/Source": 240,
                },
                "vebus/1": unit,
                "pvinverter/2": {"Position": 1},
            }
        )
    )
    assert drawn.ac_in is None
    assert drawn.ac_out and drawn.dc and drawn.ac_out.trunk and drawn.dc.trunk
    assert kinds(drawn.ac_out.nodes) == ["pv ac", "loads"]
    assert (drawn.ac_out.trunk.power_w, drawn.dc.trunk.power_w) == (-1090, 1020)


def test_a_load_gives_to_its_bus_what_a_source_takes(build: Build) -> None:
    drawn = flow_of(
        build({"system/0": {"Ac/ConsumptionOnOutput/L1/Power": 530.0, "Dc/Battery/Power": -200.0, "Dc/Pv/Power": 50.0}})
    )
    assert node(drawn, NodeKind.LOADS).to_bus_w == -530.0
    assert node(drawn, NodeKind.BATTERY).to_bus_w == 200.0
    assert node(drawn, NodeKind.PV_MPPT).to_bus_w == 50.0


def test_trackers_of_an_rs_run_into_the_box_and_not_onto_the_dc_bus(build: Build) -> None:
    rs = {
        "ProductName": "Multi RS Solar 48V/6000VA/100A",
        "NrOfTrackers": 2,
        "Pv/0/P": 2310.0,
        "Pv/1/P": 1190.0,
        "Yield/Power": 3500.0,
        "State": 252,
        "Ac/ActiveIn/ActiveInput": 0,
        "Ac/In/1/Type": 1,
        "Ac/In/1/L1/P": -310.0,
        "Ac/Out/L1/P": 640.0,
    }
    system = {
        "Dc/Pv/Power": 3500.0,
        "Dc/Battery/Power": 2440.0,
        "Dc/InverterCharger/Power": 2440.0,
        "Ac/Grid/L1/Power": -310.0,
        "Ac/ActiveIn/Source": 1,
        "Ac/ConsumptionOnInput/L1/Power": 0,
        "Ac/ConsumptionOnOutput/L1/Power": 640.0,
    }
    drawn = flow_of(build({"system/0": system, "multi/0": rs}))
    assert drawn.box and drawn.dc and drawn.ac_in
    assert [tracker.power_w for tracker in drawn.box.trackers] == [2310.0, 1190.0]
    assert drawn.dc.sources == ()
    assert kinds(drawn.ac_in.nodes) == ["grid"]
    assert "Multi RS 48/6000" in drawn.box.names
    assert drawn.box.load_percent == pytest.approx(10.7, abs=0.1)


def test_without_a_monitor_the_battery_is_worked_out(build: Build) -> None:
    drawn = flow_of(
        build(
            {
                "system/0": {
                    "Dc/Pv/Power": 380.0,
                    "Dc/Battery/Power": [],
                    "ActiveBatteryService": "com.victronenergy.vebus/1",
                },
                "vebus/1": MULTI,
                "solarcharger/3": {},
            }
        )
    )
    battery = node(drawn, NodeKind.BATTERY)
    assert battery.computed
    assert battery.power_w == pytest.approx(380 - 12.9 * 20.6)


def test_a_battery_that_no_longer_answers_is_stale_beside_live_figures(build: Build) -> None:
    station = build(
        {
            "system/0": {
                "Dc/Battery/Power": 360.0,
                "ActiveBatteryService": "com.victronenergy.battery/5",
                "Ac/ConsumptionOnOutput/L1/Power": 210.0,
            },
            "vebus/1": MULTI,
            "battery/5": {"Soc": 50.0},
        }
    )
    key = DeviceKey("battery", "5")
    hung = replace(station.devices[key], read_at=station.at - 400, failures=9)
    drawn = flow_of(replace(station, devices={**station.devices, key: hung}))
    assert node(drawn, NodeKind.BATTERY).quality is Quality.STALE
    assert node(drawn, NodeKind.LOADS).quality is Quality.GOOD


def test_a_dc_site_has_neither_box_nor_ac(build: Build) -> None:
    drawn = flow_of(
        build(
            {
                "system/0": {
                    "Dc/Pv/Power": 310.0,
                    "Dc/FuelCell/Power": 0.0,
                    "Dc/System/Power": 85.0,
                    "Dc/System/MeasurementType": 0,
                    "Dc/Battery/Power": 225.0,
                    "Dc/Battery/Voltage": 13.2,
                },
                "solarcharger/3": {"Settings/ChargeCurrentLimit": 100.0},
                "dcsource/4": {"Dc/0/Power": 95.0, "Settings/MonitorMode": -8},
            }
        )
    )
    assert (drawn.box, drawn.ac_in, drawn.ac_out) == (None, None, None)
    assert drawn.dc
    assert [(each.name, each.power_w) for each in drawn.dc.sources] == [
        ("PV MPPT", 310),
        ("WIND", 95),
        ("FUEL CELL", 0),
    ]
    assert [(each.name, each.power_w) for each in drawn.dc.uses] == [("DC LOADS", 180), ("BATTERY", 225)]
    assert drawn.rating_w == pytest.approx(1320)


def test_several_of_a_kind_stand_together_with_their_devices(build: Build) -> None:
    drawn = flow_of(build({"system/0": {"Dc/Alternator/Power": 0}, "alternator/0": {}, "alternator/1": {}}))
    alternators = node(drawn, NodeKind.ALTERNATOR)
    assert (alternators.count, alternators.power_w) == (2, 0)


def test_an_ev_charger_is_part_of_the_loads_where_it_says(build: Build) -> None:
    system = {"Ac/ConsumptionOnInput/L1/Power": 100.0, "Ac/ConsumptionOnOutput/L1/Power": 7500.0}
    charger = {"Position": 0, "Ac/L1/Power": 7000.0}
    drawn = flow_of(build({"system/0": system, "vebus/1": MULTI, "evcharger/75": charger, "grid/30": {}}))
    assert drawn.ac_out
    assert kinds(drawn.ac_out.nodes) == ["loads", "ev"]
    ev = node(drawn, NodeKind.EV)
    assert (ev.part, ev.note) == (True, "")


def test_the_station_files_rating_wins(build: Build) -> None:
    station = build({"vebus/1": MULTI})
    assert flow_of(station).rating_w == 2400
    assert flow_of(station, rating_w=5000).rating_w == 5000


def test_an_empty_station_has_an_empty_flow(build: Build) -> None:
    assert flow_of(build({})) == Flow(None, None, None, None, None)


def test_an_rs_system_is_drawn_as_its_units(build: Build) -> None:
    rs = {"ProductName": "Multi RS Solar 48V/6000VA/100A", "NrOfTrackers": 1, "Yield/Power": 900.0}
    system = {"Dc/Pv/Power": 1800.0, "Ac/ConsumptionOnOutput/L1/Power": 1200.0, "Dc/Battery/Power": 500.0}
    acsystem = {"ProductName": "RS system", "State": 252, "Ac/Out/L1/P": 1200.0}
    drawn = flow_of(build({"system/0": system, "acsystem/0": acsystem, "multi/0": rs, "multi/1": rs}))
    assert drawn.box and drawn.dc
    assert (drawn.box.count, drawn.box.names[1], drawn.rating_w) == (2, "Multi RS 48/6000 ×2", 12_000)
    assert [tracker.power_w for tracker in drawn.box.trackers] == [900.0, 900.0]
    assert drawn.dc.sources == ()


def test_a_lost_station_keeps_its_picture_and_every_figure_is_lost(build: Build) -> None:
    station = build({"system/0": {"Dc/Battery/Power": -200.0, "Dc/Pv/Power": 50.0}}, read_at=1000.0)
    lost = {key: replace(device, failures=9) for key, device in station.devices.items()}
    drawn = flow_of(replace(station, devices=lost))
    assert {each.quality for each in drawn.nodes} == {Quality.LOST}
    assert node(drawn, NodeKind.BATTERY).power_w == -200.0
