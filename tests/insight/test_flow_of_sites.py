"""The whole flow of sites put together by hand, node by node with its quality and its words, beside `flows.txt`.

Each is a wiring, or a moment in which something left. What stands in `flows.txt` was checked by hand: a figure
in it that changes is another picture for the operator.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.insight.conftest import snapshot

from victron_console.insight.flow.model import AcBus, Flow, Node, Trunk
from victron_console.insight.flow.site_flow import flow
from victron_console.insight.overview.overview import overview

Devices = Mapping[str, Mapping[str, Any]]

EXPECTED = Path(__file__).with_name("flows.txt")

SYSTEM: dict[str, Any] = {
    "VebusService": "com.victronenergy.vebus.test276",
    "ActiveBatteryService": "com.victronenergy.battery/1",
    "Dc/Battery/Voltage": 52.0,
    "Dc/Battery/Power": 500.0,
    "Dc/Battery/Current": 9.6,
    "Dc/Battery/Soc": 80.0,
    "Dc/InverterCharger/Power": -700.0,
    "Dc/Pv/Power": 1200.0,
    "Ac/Grid/L1/Power": 300.0,
    "Ac/In/0/Source": 1,
    "Ac/In/0/Connected": 1,
    "Ac/In/0/ServiceName": "com.victronenergy.grid.test30",
    "Ac/ActiveIn/Source": 1,
    "Ac/ConsumptionOnInput/L1/Power": 200.0,
    "Ac/ConsumptionOnOutput/L1/Power": 900.0,
    "Ac/Consumption/L1/Power": 1100.0,
    "SystemState/State": 256,
    "SystemType": "ESS",
}
VEBUS: dict[str, Any] = {
    "ProductName": "MultiPlus-II 48/3000/35-32",
    "Devices/NumberOfMultis": 3,
    "State": 3,
    "Ac/Out/L1/P": 900.0,
    "Ac/Out/L1/V": 230.0,
    "Ac/Out/L1/F": 50.0,
    "Ac/ActiveIn/L1/P": 100.0,
    "Ac/ActiveIn/L1/V": 231.0,
    "Ac/ActiveIn/L1/F": 50.1,
    "Ac/ActiveIn/ActiveInput": 0,
    "Ac/ActiveIn/Connected": 1,
    "Dc/0/Voltage": 51.9,
    "Dc/0/Current": -13.0,
}
BAT: dict[str, Any] = {
    "Soc": 80.0,
    "Dc/0/Voltage": 52.0,
    "Dc/0/Current": 9.6,
    "Dc/0/Power": 500.0,
    "ProductName": "Lynx",
}
GRID: dict[str, Any] = {"Ac/L1/Power": 300.0, "Ac/L1/Voltage": 229.0, "Ac/Frequency": 49.9}
HOUSE: dict[str, dict[str, Any]] = {
    "system/0": SYSTEM,
    "vebus/276": VEBUS,
    "battery/1": BAT,
    "grid/30": GRID,
    "solarcharger/2": {"Yield/Power": 1200.0},
}
RS: dict[str, Any] = {
    "ProductName": "Multi RS Solar 48V/6000VA/100A",
    "NrOfTrackers": 2,
    "Pv/0/P": 2310.0,
    "Pv/1/P": 1190.0,
    "Pv/1/Name": "East",
    "Yield/Power": 3500.0,
    "State": 252,
    "Ac/Out/L1/P": 640.0,
    "Dc/0/Voltage": 52.1,
    "Dc/0/Power": 1400.0,
    "Soc": 70.0,
}
TWO_RS: dict[str, dict[str, Any]] = {
    "system/0": {"Dc/Pv/Power": 3500.0, "SystemState/State": 252},
    "multi/0": RS,
    "multi/1": RS | {"NrOfTrackers": 1, "Pv/0/P": [], "Pv/1/P": [], "Yield/Power": 100.0, "Ac/Out/L1/P": 60.0},
}
BOAT: dict[str, dict[str, Any]] = {
    "system/0": {
        "Dc/Battery/Voltage": 26.0,
        "Dc/Battery/Power": [],
        "ActiveBatteryService": [],
        "Dc/System/Power": 150.0,
        "Dc/System/MeasurementType": 1,
        "Dc/Alternator/Power": 800.0,
        "Dc/Charger/Power": 50.0,
        "Dc/FuelCell/Power": 20.0,
    },
    "alternator/1": {"Dc/0/Power": 800.0, "ProductName": "Alt"},
    "charger/2": {"Dc/0/Power": 50.0},
    "fuelcell/3": {"Dc/0/Power": 20.0},
    "dcsource/4": {"Dc/0/Power": 90.0, "Settings/MonitorMode": -8},
    "dcsource/5": {"Dc/0/Power": 9.0, "CustomName": "Gym bike"},
    "dcsource/6": {"Dc/0/Power": 1.0},
    "dcsystem/7": {"Dc/0/Power": 150.0},
    "dcload/8": {"Dc/0/Power": 60.0, "CustomName": "Fridge"},
    "motordrive/9": {"Dc/0/Power": 400.0},
    "dcgenset/10": {"Dc/0/Power": 1000.0},
    "dcdc/11": {"Dc/0/Power": 30.0, "Dc/0/Voltage": 26.1},
}
EV: dict[str, Any] = {"Position": 0, "Ac/L1/Power": 500.0, "CustomName": "Zoe"}
METERED: dict[str, dict[str, Any]] = HOUSE | {
    "evcharger/40": EV,
    "acload/41": {"Position": 0, "Ac/L2/Power": 70.0},
    "heatpump/42": {"Position": 1, "Ac/Power": 30.0, "CustomName": "Pump"},
    "pvinverter/43": {"Position": 1, "Ac/L1/Power": -400.0, "CustomName": "Roof"},
}

SITES: dict[str, tuple[Devices, tuple[str, ...]]] = {
    "house": (HOUSE, ()),
    "house without inverter": (HOUSE, ("vebus/276",)),
    "house without grid meter, charger": (HOUSE, ("grid/30", "solarcharger/2")),
    "house battery gone": (HOUSE, ("battery/1",)),
    "two rs one gone": (TWO_RS, ("multi/1",)),
    "two rs": (TWO_RS, ()),
    "boat": (BOAT, ()),
    "boat all gone": (BOAT, tuple(name for name in BOAT if name != "system/0")),
    "boat two gone": (BOAT, ("dcload/8", "dcsource/5", "alternator/1")),
    "phoenix alone": (
        {
            "system/0": {"Dc/Battery/Power": -100.0},
            "inverter/1": {
                "State": 9,
                "Ac/Out/P": 90.0,
                "Dc/0/Voltage": 24.0,
                "Dc/0/Current": -4.2,
                "CustomName": "Shed",
            },
        },
        (),
    ),
    "no system": (
        {"vebus/276": VEBUS, "pvinverter/20": {"Position": 1, "Ac/Power": 1500.0}, "genset/31": {"Ac/L1/Power": 50.0}},
        (),
    ),
    "unmeasured": (
        {
            "system/0": SYSTEM | {"Dc/System/Power": -300.0, "Dc/System/MeasurementType": 0},
            "vebus/276": VEBUS,
            "battery/1": BAT,
        },
        (),
    ),
    "starter": (HOUSE | {"battery/9": {"Dc/0/Voltage": 12.9, "Dc/0/Power": -3.0, "CustomName": "Starter"}}, ()),
    "starter gone": (
        HOUSE | {"battery/9": {"Dc/0/Voltage": 12.9, "Dc/0/Power": -3.0, "CustomName": "Starter"}},
        ("battery/9",),
    ),
    "meters": (METERED, ()),
    "meters gone": (METERED, ("evcharger/40", "acload/41", "heatpump/42", "pvinverter/43")),
    "inverter gone with ev in": (METERED | {"evcharger/40": EV | {"Position": 1}}, ("vebus/276",)),
    "contradiction": (HOUSE | {"grid/30": {"Ac/L1/Power": 300.0, "Ac/Power": 900.0, "CustomName": "EM24"}}, ()),
    "shore metered not wired, genset left": (
        {
            "system/0": {
                "Ac/Grid/L1/Power": 500.0,
                "Ac/ActiveIn/Source": 240,
                "Ac/In/0/Source": 3,
                "Ac/In/0/Connected": 0,
            },
            "vebus/276": VEBUS | {"Ac/ActiveIn/ActiveInput": 240},
            "genset/31": {},
        },
        ("genset/31",),
    ),
    "grid left, nothing wired": (
        {"system/0": {"Dc/Battery/Power": 1.0}, "grid/30": GRID, "genset/31": {"Ac/Power": 1.0}},
        ("grid/30", "genset/31"),
    ),
    "dc doubts": (
        {
            "system/0": {"Dc/Battery/Voltage": 26.0, "Dc/Battery/Power": -500.0},
            "dcgenset/10": {"Dc/0/Power": -70.0},
            "alternator/1": {"Dc/0/Power": -300.0, "CustomName": "Port"},
            "solarcharger/2": {},
        },
        (),
    ),
    "estimate unknown": (
        {
            "system/0": {
                "Dc/Battery/Voltage": 26.0,
                "Dc/Battery/Power": -500.0,
                "Dc/System/Power": 200.0,
                "Dc/System/MeasurementType": 0,
            },
            "solarcharger/2": {"Yield/Power": 5.0},
            "vebus/276": VEBUS | {"ProductName": " ", "CustomName": "Old one", "Ac/Out/NominalInverterPower": 1600.0},
        },
        ("solarcharger/2",),
    ),
    "rs system": (
        {
            "system/0": {"Dc/Pv/Power": 900.0},
            "acsystem/0": {
                "ProductName": "RS system",
                "State": 9,
                "Ac/Out/L1/P": 1200.0,
                "Dc/0/Voltage": 48.0,
                "Dc/0/Current": -10.0,
            },
            "multi/0": {
                "ProductName": "Multi RS Solar 48V/6000VA/100A",
                "NrOfTrackers": 0,
                "Yield/Power": 900.0,
                "Ac/Out/L1/NominalInverterPower": 5300.0,
            },
            "solarcharger/1": {"Yield/Power": 0.0},
        },
        (),
    ),
    "charger site": (
        {
            "system/0": {"Dc/Battery/Voltage": 13.0, "Dc/Pv/Power": 60.0},
            "solarcharger/1": {"Settings/ChargeCurrentLimit": 30.0, "State": 5},
        },
        (),
    ),
    "genset both, ac small": (
        {"system/0": {"Ac/Genset/L1/Power": 10.0, "Dc/Battery/Power": 5.0}, "dcgenset/10": {"Dc/0/Power": 700.0}},
        (),
    ),
    "phoenix load, no current": (
        {
            "system/0": {"Dc/Battery/Power": -100.0, "Dc/Vebus/Power": -55.0},
            "inverter/1": {"State": 9, "Ac/Out/P": 90.0, "Dc/0/Voltage": 24.0},
        },
        (),
    ),
    "rs alone gives pv": (
        {"multi/1": {"State": 9, "Ac/Out/P": 90.0, "Dc/0/Voltage": 24.0, "Dc/0/Current": 10.0, "Yield/Power": 400.0}},
        (),
    ),
}


def _watts(watts: float | None) -> str:
    return "-" if watts is None else f"{watts:g} W"


def _node(node: Node) -> str:
    marks = {"off": node.off, "computed": node.computed, "beside": not node.counted, "part": node.part}
    devices, held = " ".join(map(str, node.devices)), ", ".join(name for name, is_so in marks.items() if is_so)
    words = (node.kind.value, node.name, _watts(node.power_w), node.quality.value, devices, held, node.note)
    return f"  {' | '.join(filter(None, words))}"


def _trunk(trunk: Trunk | None) -> str:
    return "no trunk" if trunk is None else f"trunk {_watts(trunk.power_w)} {trunk.quality.value}"


def _bus(name: str, bus: AcBus | None) -> list[str]:
    return (
        [f"{name} {bus.voltage_v} V {bus.frequency_hz} Hz {_trunk(bus.trunk)}", *map(_node, bus.nodes)] if bus else []
    )


def written(drawn: Flow) -> str:
    """A flow as lines of text."""
    lines: list[str] = []
    if drawn.box is not None:
        box = drawn.box
        load = "-" if box.load_percent is None else f"{box.load_percent:.1f} %"
        lines.append(
            f"BOX {' / '.join(box.names)}; {box.count}; {box.state}; {load}; {' '.join(map(str, box.devices))}"
        )
        lines += map(_node, box.trackers)
    lines += [*_bus("AC IN", drawn.ac_in), *_bus("AC OUT", drawn.ac_out)]
    if drawn.dc is not None:
        lines += [f"DC {drawn.dc.voltage_v} V {_trunk(drawn.dc.trunk)}", *map(_node, drawn.dc.sources), "  --"]
        lines += map(_node, drawn.dc.uses)
    return "\n".join([*lines, f"RATING {_watts(drawn.rating_w)}"])


def expected() -> dict[str, str]:
    """The flows of `flows.txt` by name."""
    parts = EXPECTED.read_text(encoding="utf-8").strip().split("## ")[1:]
    return {name: text.strip() for name, _, text in (part.partition("\n") for part in parts)}


@pytest.mark.parametrize("name", SITES)
def test_the_flow_of_a_site_is_whole(name: str) -> None:
    devices, gone = SITES[name]
    station = snapshot(devices, gone=gone)
    assert written(flow(station, overview(station))) == expected()[name]
