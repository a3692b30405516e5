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
