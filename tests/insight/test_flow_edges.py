"""Where a node of the flow stands, is off, or is left out, at the edges of what decides it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.insight.conftest import NOW

from victron_console.insight.flow import site_flow
from victron_console.insight.flow.model import Flow, Node, NodeKind
from victron_console.insight.overview.overview import overview
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]

INPUTS = {"Ac/In/0/Source": 1, "Ac/In/0/Connected": 1, "Ac/In/1/Source": 2, "Ac/In/1/Connected": 0}
UNIT = {"State": 9, "Ac/ActiveIn/L1/V": 231.0, "Ac/ActiveIn/L1/F": 50.1}


def flow(snapshot: Snapshot) -> Flow:
    return site_flow.flow(snapshot, overview(snapshot))


def sources(drawn: Flow) -> list[Node]:
    return [each for each in drawn.nodes if each.kind in (NodeKind.GRID, NodeKind.GENSET)]


def of(drawn: Flow, kind: NodeKind) -> Node:
    (found,) = [each for each in drawn.nodes if each.kind is kind]
    return found


@pytest.mark.parametrize(("watts", "off"), [(0.0, True), (19.0, True), (21.0, False), (150.0, False), (-150.0, False)])
def test_an_input_that_is_not_connected_is_off_unless_power_flows(build: Build, watts: float, off: bool) -> None:
    drawn = flow(build({"system/0": {**INPUTS, "Ac/Grid/L1/Power": 900.0, "Ac/Genset/L1/Power": watts}}))
    genset = of(drawn, NodeKind.GENSET)
    assert (genset.off, genset.power_w) == (off, None if off else watts)


def test_the_connected_input_stands_first(build: Build) -> None:
    swapped = {**INPUTS, "Ac/In/0/Connected": 0, "Ac/In/1/Connected": 1, "Ac/Genset/L1/Power": 2000.0}
    assert [each.kind.value for each in sources(flow(build({"system/0": swapped})))] == ["genset", "grid"]
    assert [each.kind.value for each in sources(flow(build({"system/0": INPUTS})))] == ["grid", "genset"]


@pytest.mark.parametrize(("meter", "known"), [("grid", True), ("genset", True), ("acload", False)])
def test_loads_on_the_input_are_known_where_a_meter_is_there(build: Build, meter: str, known: bool) -> None:
    devices: dict[str, dict[str, Any]] = {
        "system/0": {
            **INPUTS,
            "Ac/Grid/L1/Power": 0.0,
            "Ac/ConsumptionOnInput/L1/Power": 0.0,
            "Ac/ConsumptionOnOutput/L1/Power": 300.0,
        },
        f"{meter}/30": {"Ac/Power": 0.0},
    }
    assert flow(build(devices)).ac_in is not None
    loads = [each.power_w for each in flow(build(devices)).nodes if each.kind is NodeKind.LOADS]
    assert loads == ([0.0, 300.0] if known else [300.0])


def test_the_input_is_not_captioned_by_the_inverter_as_if_it_were_a_meter(build: Build) -> None:
    meter = {"Ac/L1/Voltage": 240.0, "Ac/L1/Frequency": 49.9}
    devices = {
        "system/0": {**INPUTS, "Ac/In/0/ServiceName": "com.victronenergy.vebus.ttyS4", "Ac/Grid/L1/Power": 1.0},
        "vebus/276": {**UNIT, **meter},
    }
    drawn = flow(build(devices, services={"vebus/276": "com.victronenergy.vebus.ttyS4"}))
    assert drawn.ac_in is not None
    assert (drawn.ac_in.voltage_v, drawn.ac_in.frequency_hz) == (231.0, 50.1)


def test_a_pv_inverter_without_a_figure_still_stands_there(build: Build) -> None:
    drawn = flow(build({"system/0": {"Ac/ConsumptionOnOutput/L1/Power": 300.0}, "pvinverter/20": {"Position": 1}}))
    pv = of(drawn, NodeKind.PV_AC)
    assert (pv.power_w, pv.quality) == (None, Quality.ABSENT)


def test_a_doubted_figure_that_is_old_is_told_as_old(build: Build) -> None:
    shown = build(
        {
            "system/0": {**INPUTS, "Ac/Genset/L1/Power": -500.0, "Ac/In/1/Connected": 1},
            "genset/31": {"Ac/Power": -500.0},
        }
    )
    fresh = of(flow(shown), NodeKind.GENSET)
    key = DeviceKey("genset", "31")
    old = replace(shown.devices[key], read_at=NOW - 600.0)
    stale = of(flow(replace(shown, devices={**shown.devices, key: old})), NodeKind.GENSET)
    assert fresh.note and (fresh.quality, stale.quality) == (Quality.IMPLAUSIBLE, Quality.STALE)


def test_pv_and_loads_stand_on_the_side_that_system_counts_them(build: Build) -> None:
    system = {
        **INPUTS, "Ac/Grid/L1/Power": 100.0, "Ac/PvOnGrid/L1/Power": 700.0, "Ac/PvOnGenset/L1/Power": 50.0,
        "Ac/PvOnOutput/L1/Power": 1200.0, "Ac/ConsumptionOnOutput/L1/Power": 400.0,
    }  # fmt: skip
    drawn = flow(build({"system/0": system, "vebus/276": UNIT}))
    assert drawn.ac_in is not None and drawn.ac_out is not None
    side = {True: drawn.ac_in, False: drawn.ac_out}
    pv = {at_input: [n.power_w for n in bus.nodes if n.kind is NodeKind.PV_AC] for at_input, bus in side.items()}
    assert pv == {True: [750.0], False: [1200.0]}
    (loads,) = [n for n in drawn.ac_out.nodes if n.kind is NodeKind.LOADS]
    assert (loads.name, loads.power_w) == ("LOADS", 400.0)


def test_without_a_system_pv_inverters_stand_where_they_say(build: Build) -> None:
    drawn = flow(
        build(
            {
                "vebus/276": UNIT,
                "pvinverter/20": {"Position": 1, "Ac/Power": 1500.0},
                "pvinverter/21": {"Position": 0, "Ac/Power": 800.0},
            }
        )
    )
    assert drawn.ac_in is not None and drawn.ac_out is not None
    assert [n.power_w for n in drawn.ac_in.nodes if n.kind is NodeKind.PV_AC] == [800.0]
    assert [n.power_w for n in drawn.ac_out.nodes if n.kind is NodeKind.PV_AC] == [1500.0]


def test_the_trunks_and_captions_are_the_inverters(build: Build) -> None:
    unit = {**UNIT, "Ac/ActiveIn/L1/P": 640.0, "Ac/Out/L1/P": 300.0, "Ac/Out/L1/V": 229.0, "Ac/Out/L1/F": 49.8}
    drawn = flow(build({"system/0": {**INPUTS, "Ac/Grid/L1/Power": 640.0}, "vebus/276": unit}))
    assert drawn.ac_in is not None and drawn.ac_in.trunk is not None and drawn.ac_in.trunk.power_w == 640.0
    assert drawn.ac_out is not None and drawn.ac_out.trunk is not None and drawn.ac_out.trunk.power_w == 300.0
    assert (drawn.ac_out.voltage_v, drawn.ac_out.frequency_hz) == (229.0, 49.8)


def test_a_genset_that_is_metered_and_not_wired_is_one(build: Build) -> None:
    drawn = flow(build({"system/0": {"Ac/Genset/L1/Power": 2000.0}, "genset/31": {"Ac/Power": 2000.0}}))
    (genset,) = sources(drawn)
    assert (genset.kind, genset.name, genset.power_w) == (NodeKind.GENSET, "GENSET", 2000.0)
    assert genset.devices == (DeviceKey("genset", "31"),)


@pytest.mark.parametrize(
    ("meter", "tree", "name", "at_output"),
    [
        ("acload/40", {"Ac/Power": 250.0, "Position": 0, "CustomName": "Sauna"}, "Sauna", True),
        ("acload/40", {"Ac/Power": 250.0, "Position": 1, "Ac/L3/Power": 250.0}, "acload L3", False),
        ("heatpump/41", {"Ac/Power": 250.0, "Position": 1}, "heatpump", False),
    ],
)
def test_a_meter_of_the_owners_stands_beside_the_balance(
    build: Build, meter: str, tree: dict[str, Any], name: str, at_output: bool
) -> None:
    system = {**INPUTS, "Ac/Grid/L1/Power": 900.0, "Ac/ConsumptionOnOutput/L1/Power": 400.0}
    drawn = flow(build({"system/0": system, "vebus/276": UNIT, meter: tree}))
    found = of(drawn, NodeKind.METER)
    bus = drawn.ac_out if at_output else drawn.ac_in
    assert bus is not None and found in bus.nodes
    assert (found.name, found.power_w, found.counted) == (name, 250.0, False)
    assert found.devices == (DeviceKey.parse(meter),)


def test_an_ev_charger_has_its_own_figure_and_device(build: Build) -> None:
    system = {**INPUTS, "Ac/Grid/L1/Power": 900.0, "Ac/ConsumptionOnOutput/L1/Power": 4000.0}
    charger = {"Ac/Power": 3600.0, "Ac/L1/Power": 3600.0, "Position": 0}
    ev = of(flow(build({"system/0": system, "vebus/276": UNIT, "evcharger/50": charger})), NodeKind.EV)
    assert (ev.power_w, ev.part, ev.devices) == (3600.0, True, (DeviceKey("evcharger", "50"),))


@pytest.mark.parametrize(("loads_w", "contradicted"), [(3140.0, False), (3139.0, True)])
def test_an_ev_charger_may_exceed_its_loads_by_a_tenth_and_100_w(
    build: Build, loads_w: float, contradicted: bool
) -> None:
    system = {
        **INPUTS, "Ac/Grid/L1/Power": 900.0, "Ac/ConsumptionOnOutput/L1/Power": loads_w,
        "Ac/ConsumptionOnInput/L1/Power": 9000.0,
    }  # fmt: skip
    charger = {"Ac/Power": 3600.0, "Ac/L1/Power": 3600.0, "Position": 0}
    devices = {"system/0": system, "vebus/276": UNIT, "evcharger/50": charger, "grid/30": {"Ac/Power": 900.0}}
    assert bool(of(flow(build(devices)), NodeKind.EV).note) is contradicted


@pytest.mark.parametrize(("state", "watts"), [(9, -26.0 * 20.0), (3, 11.0)])
def test_while_it_inverts_alone_the_current_tells_what_the_bus_loses(build: Build, state: int, watts: float) -> None:
    unit = {"State": state, "Ac/Out/L1/P": 500.0, "Dc/0/Voltage": 26.0, "Dc/0/Current": 20.0}
    drawn = flow(build({"system/0": {"Dc/InverterCharger/Power": 11.0}, "vebus/276": unit}))
    assert drawn.dc is not None and drawn.dc.trunk is not None and drawn.dc.trunk.power_w == watts


@pytest.mark.parametrize(("watts", "drawn_as"), [(-19.0, ["dc loads"]), (0.0, ["dc loads"]), (-20.0, ["unmeasured"])])
def test_a_dc_load_that_is_a_little_negative_is_noise(build: Build, watts: float, drawn_as: list[str]) -> None:
    system = {"Dc/System/Power": watts, "Dc/System/MeasurementType": 0, "Dc/Battery/Power": 5.0}
    drawn = flow(build({"system/0": system}))
    kinds = [each.kind.value for each in drawn.nodes if each.kind in (NodeKind.DC_LOADS, NodeKind.UNMEASURED)]
    assert kinds == drawn_as


def test_a_battery_is_not_worked_out_from_sources_of_which_one_left(build: Build) -> None:
    devices: dict[str, dict[str, Any]] = {
        "system/0": {"Dc/Battery/Power": []}, "charger/1": {"Dc/0/Power": 50.0}, "alternator/2": {"Dc/0/Power": 70.0},
    }  # fmt: skip
    assert of(flow(build(devices)), NodeKind.BATTERY).power_w == 120.0
    left = flow(build(devices, gone=("alternator/2",)))
    assert [each for each in left.nodes if each.kind is NodeKind.BATTERY] == []


@pytest.mark.parametrize(
    ("field", "note"), [("battery_power_w", "Odd."), ("battery_current_a", "Odd."), ("soc_percent", "")]
)
def test_what_is_doubted_of_the_batterys_power_is_said_at_its_place(build: Build, field: str, note: str) -> None:
    station = build({"system/0": {"Dc/Battery/Power": 5.0}})
    shown = replace(overview(station), flags={field: "Odd."})
    assert of(site_flow.flow(station, shown), NodeKind.BATTERY).note == note


def test_an_ac_genset_that_idles_beside_a_dc_one_stands_there_where_it_has_a_service(build: Build) -> None:
    devices: dict[str, dict[str, Any]] = {"system/0": {"Ac/Genset/L1/Power": 10.0}, "dcgenset/1": {"Dc/0/Power": 700.0}}
    assert [each.power_w for each in flow(build(devices)).nodes if each.kind is NodeKind.GENSET] == [700.0]
    both = flow(build({**devices, "genset/2": {"Ac/Power": 10.0}}))
    assert [each.power_w for each in both.nodes if each.kind is NodeKind.GENSET] == [10.0, 700.0]


@pytest.mark.parametrize(("old", "kind"), [("evcharger/50", NodeKind.EV), ("system/0", NodeKind.GRID)])
def test_a_figure_is_as_old_as_what_gives_it(build: Build, old: str, kind: NodeKind) -> None:
    system = {**INPUTS, "Ac/Grid/L1/Power": 900.0, "Ac/ConsumptionOnOutput/L1/Power": 4000.0}
    charger = {"Ac/L1/Power": 3600.0, "Position": 0}
    station = build({"system/0": system, "vebus/276": UNIT, "evcharger/50": charger})
    key = DeviceKey.parse(old)
    aged = replace(station, devices={**station.devices, key: replace(station.devices[key], read_at=NOW - 600.0)})
    assert (of(flow(station), kind).quality, of(flow(aged), kind).quality) == (Quality.GOOD, Quality.STALE)


def test_the_box_of_a_multi_is_its_own_though_an_rs_stands_beside_it(build: Build) -> None:
    named = {"ProductName": "MultiPlus 24/3000/70"}
    drawn = flow(build({"vebus/276": {**UNIT, **named}, "multi/0": {"ProductName": "Multi RS Solar 48V/6000VA/100A"}}))
    assert drawn.box is not None and drawn.box.names[0] == "MultiPlus 24/3000/70"
