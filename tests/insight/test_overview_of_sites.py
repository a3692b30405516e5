"""All figures of stations put together by hand, what each is made of and how old it is, beside `overviews.txt`.

Stations without a `system` service show what each device measures. What stands in `overviews.txt` was checked by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.insight.conftest import NOW, snapshot
from tests.insight.test_flow_of_sites import BOAT, HOUSE, TWO_RS, VEBUS

from victron_console.insight.overview.overview import overview
from victron_console.model.overview import Origin, Overview

Devices = Mapping[str, Mapping[str, Any]]

EXPECTED = Path(__file__).with_name("overviews.txt")

GX: dict[str, dict[str, Any]] = {
    "platform/0": {"Firmware/Installed/Version": "v3.70"},
    "settings/0": {"Settings/System/TimeZone": "/Europe/Berlin"},
}
SHUNT = {"Soc": 55.0, "Dc/0/Voltage": 13.0, "Dc/0/Current": -2.0, "TimeToGo": 3600.0, "Dc/0/Temperature": 18.0}
CELLS = {"Soc": 55.0, "Dc/0/Voltage": 52.0, "Voltages/Cell1": 3.301, "Voltages/Cell2": 3.32, "Dc/0/Temperature": 19.0}
ON_GENSET = {"Ac/In/1/Type": 2, "Ac/ActiveIn/ActiveInput": 0, "Ac/In/1/L1/P": 700.0}

SITES: dict[str, tuple[Devices, tuple[str, ...]]] = {
    "house with a GX": ({**HOUSE, **GX}, ()),
    "house, battery and grid meter gone": (HOUSE, ("battery/1", "grid/30")),
    "house, inverter gone": (HOUSE, ("vebus/276",)),
    "two RS, one gone": (TWO_RS, ("multi/1",)),
    "boat": (BOAT, ()),
    "a shunt alone": ({"battery/288": SHUNT}, ()),
    "a pack alone": ({"battery/1": CELLS}, ()),
    "a Multi alone": ({"vebus/276": {**VEBUS, "Ac/In/1/Type": 1}}, ()),
    "an RS on a genset": ({"multi/0": {"State": 9, "Soc": 70.0, "Dc/0/Voltage": 48.0, **ON_GENSET}}, ()),
    "chargers alone": ({"solarcharger/1": {"Yield/Power": 90.0, "State": 3}, "charger/2": {"Dc/0/Power": 40.0}}, ()),
    "meters alone": (
        {
            "grid/30": {"Ac/L1/Power": 500.0, "Ac/L2/Power": -100.0, "Ac/Power": 999.0},
            "genset/31": {"Ac/Power": 20.0},
            "pvinverter/32": {"Ac/L1/Power": 800.0, "Position": 0},
        },
        (),
    ),
    "a DC genset, loads and a motor": (
        {
            "battery/1": CELLS,
            "dcgenset/2": {"Dc/0/Power": 900.0},
            "dcload/3": {"Dc/0/Voltage": 52.0, "Dc/0/Current": 2.0},
            "motordrive/4": {"Dc/0/Power": 300.0},
            "alternator/5": {"Dc/0/Power": 50.0},
        },
        (),
    ),
    "an inverter that takes power in on its output": ({"inverter/1": {"State": 9, "Ac/Out/P": -40.0}}, ()),
}


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def written(shown: Overview) -> str:
    """What is told of a station as lines of text: figures with the devices behind them, then how these were read."""
    lines = []
    for name in Overview.__slots__:
        value = getattr(shown, name)
        if name in ("made_of", "origins", "flags", "figures_at") or value in (None, {}):
            continue
        behind = " ".join(shown.made_of.get(name, ()))
        lines.append(f"{name}: {_shown(value)}{f' of {behind}' if behind else ''}")
    lines.append(f"read: {sorted({_read(it) for it in shown.origins.values()})}")
    lines += [f"doubt of {field}: {words}" for field, words in sorted(shown.flags.items())]
    return "\n".join(lines)


def _read(origin: Origin) -> str:
    age = "never" if origin.read_at is None else f"{NOW - origin.read_at:g} s ago"
    return f"{age} each {origin.cadence_s:g} s, {origin.failures} failed, {origin.state.value}"


def expected() -> dict[str, str]:
    """The overviews of `overviews.txt` by name."""
    parts = EXPECTED.read_text(encoding="utf-8").strip().split("## ")[1:]
    return {name: text.strip() for name, _, text in (part.partition("\n") for part in parts)}


@pytest.mark.parametrize("name", SITES)
def test_the_overview_of_a_site_is_whole(name: str) -> None:
    devices, gone = SITES[name]
    assert written(overview(snapshot(devices, gone=gone))) == expected()[name]


def test_figures_are_as_old_as_system_else_as_the_newest_device() -> None:
    assert overview(snapshot(HOUSE, read_at=NOW - 40)).figures_at == NOW - 40
    assert overview(snapshot({"battery/288": SHUNT}, read_at=NOW - 50)).figures_at == NOW - 50
    assert overview(snapshot({})).figures_at is None
