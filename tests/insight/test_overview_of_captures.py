"""The nine captured stations against the figures worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from victron_console.insight.overview.overview import overview
from victron_console.model.overview import AcInput
from victron_console.model.snapshot import Snapshot

Captured = Callable[[str], Snapshot]

NAMES = [
    "boat-dcsystem-tanks",
    "boat-lynx-integrel",
    "cerbo-pylontech-ess",
    "ess-3phase-pv-motorhome",
    "ess-grid-pv-tanks",
    "hybrid-genset-24v",
    "lynx-parallel-vebus",
    "multi-rs",
    "navetta-skylla-24v",
]


def agrees(have: float | None, want: float | list[float] | None, slack: float) -> bool:
    choices = want if isinstance(want, list) else [want]
    return any(
        have is choice or (have is not None and choice is not None and abs(have - choice) <= slack)
        for choice in choices
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_the_one_worked_out_by_hand(
    name: str, captured: Captured, expected: dict[str, dict[str, Any]]
) -> None:
    shown = overview(captured(name))
    figures = shown.to_json()
    for field, want in expected[name].items():
        if field == "flags":
            assert set(want) <= set(shown.flags)
        else:
            slack = 0.51 if field.endswith("_w") else 0.0006 if field == "cell_spread_v" else 0.051
            assert agrees(figures[field], want, slack), f"{field}: {figures[field]}, expected {want}"


@pytest.mark.parametrize(
    ("name", "state", "source"),
    [
        ("boat-dcsystem-tanks", "Inverting", AcInput("shore", False)),
        ("boat-lynx-integrel", "Inverting", AcInput("grid", False)),
        ("cerbo-pylontech-ess", "ESS discharging", AcInput("grid", True)),
        ("ess-3phase-pv-motorhome", "Bulk", AcInput("shore", True)),
        ("ess-grid-pv-tanks", "Absorption", AcInput("genset", True)),
        ("hybrid-genset-24v", "Bulk", AcInput("genset", True)),
        ("lynx-parallel-vebus", "External control", AcInput("grid", True)),
        ("multi-rs", "External control", AcInput("grid", True)),
        ("navetta-skylla-24v", "Inverting", AcInput(None, None)),
    ],
)
def test_state_and_ac_input_are_what_the_station_does(
    name: str, state: str, source: AcInput, captured: Captured
) -> None:
    shown = overview(captured(name))
    assert (shown.system_state, shown.ac_input) == (state, source)


@pytest.mark.parametrize(
    ("name", "other_dc_w", "temperature_c"),
    [
        ("boat-dcsystem-tanks", None, None),
        ("boat-lynx-integrel", 0.0, None),
        ("cerbo-pylontech-ess", None, 30.7),
        ("ess-3phase-pv-motorhome", 467 + 213, 21),
        ("ess-grid-pv-tanks", None, 30),
        ("hybrid-genset-24v", 601.55, None),
        ("navetta-skylla-24v", 31.70, 30),
    ],
)
def test_other_dc_sources_and_battery_temperature(
    name: str, other_dc_w: float | None, temperature_c: float | None, captured: Captured
) -> None:
    shown = overview(captured(name))
    assert agrees(shown.other_dc_power_w, other_dc_w, 0.51)
    assert agrees(shown.battery_temperature_c, temperature_c, 0.01)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "doubtful"),
    [
        ("boat-dcsystem-tanks", set()),
        ("boat-lynx-integrel", set()),
        ("cerbo-pylontech-ess", set()),
        ("ess-3phase-pv-motorhome", {"balance", "grid_meter"}),
        ("ess-grid-pv-tanks", {"balance", "genset_power_w", "ac_input"}),
        ("hybrid-genset-24v", {"battery_limits"}),
        ("lynx-parallel-vebus", {"battery_bank"}),
        ("multi-rs", {"system_state"}),
        ("navetta-skylla-24v", {"balance", "dc_load_power_w"}),
    ],
)
def test_what_is_doubtful_is_said_and_nothing_else(name: str, doubtful: set[str], captured: Captured) -> None:
    shown = overview(captured(name))
    assert set(shown.flags) == doubtful, shown.flags
