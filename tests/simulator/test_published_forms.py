"""What is published has the forms of real recordings: `[]`, float32, phases, per-cell values, and known paths."""

from __future__ import annotations

import gzip
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from victron_console.simulator.fleet import NAMED, demo_specs
from victron_console.simulator.spec import Ageing, StationSpec
from victron_console.simulator.station import Station

CAPTURES = Path(__file__).parents[3] / "shared" / "captures"
Find = Callable[..., StationSpec]
Bus = dict[str, dict[str, Any]]


def bus_of(spec: StationSpec, at: float) -> Bus:
    return Station(spec, at, warm_up_s=1800).services()


def one(bus: Bus, cls: str) -> dict[str, Any]:
    return next(tree for name, tree in bus.items() if name.startswith(f"com.victronenergy.{cls}"))


@pytest.mark.parametrize("spec", NAMED, ids=lambda spec: str(spec.id))
def test_absent_values_are_empty_lists_never_null(spec: StationSpec, noon: float) -> None:
    bus = bus_of(spec, noon)
    leaves = [value for tree in bus.values() for value in tree.values()]
    assert None not in leaves
    assert 0.02 < sum(value == [] for value in leaves) / len(leaves) < 0.4


@pytest.mark.parametrize("spec", NAMED, ids=lambda spec: str(spec.id))
def test_paths_have_no_leading_slash_and_every_device_has_its_head(spec: StationSpec, noon: float) -> None:
    for name, tree in bus_of(spec, noon).items():
        assert not any(path.startswith("/") for path in tree)
        if "." in name.removeprefix("com.victronenergy."):
            assert tree["Connected"] == 1
            assert isinstance(tree["DeviceInstance"], int)


def test_voltages_carry_float32_noise(named: Find, noon: float) -> None:
    volts = one(bus_of(named("alder-farm"), noon), "battery")["Dc/0/Voltage"]
    assert volts != round(volts, 2)
    assert struct.unpack("f", struct.pack("f", round(volts, 2)))[0] == volts


def test_single_phase_site_on_l3_leaves_the_others_empty(named: Find, noon: float) -> None:
    system = one(bus_of(named("larch-hut"), noon), "system")
    assert system["Ac/Consumption/L1/Power"] == system["Ac/Consumption/L2/Power"] == []
    assert isinstance(system["Ac/Consumption/L3/Power"], float)
    assert system["Ac/Grid/NumberOfPhases"] == 3


def test_split_phase_has_two_legs_of_120_volts_at_60_hertz(named: Find, noon: float) -> None:
    vebus = one(bus_of(named("fern-lodge"), noon), "vebus")
    assert vebus["Ac/ActiveIn/L1/V"] == pytest.approx(120, rel=0.05)
    assert vebus["Ac/ActiveIn/L2/V"] == pytest.approx(120, rel=0.05)
    assert vebus["Ac/ActiveIn/L3/V"] == []
    assert vebus["Ac/Out/L1/F"] == pytest.approx(60, abs=0.2)
    assert vebus["Ac/State/SplitPhaseL2L1OutSummed"] == 0


def test_serial_battery_shows_every_cell_and_their_sum(named: Find, noon: float) -> None:
    battery = one(bus_of(named("alder-farm"), noon), "battery")
    cells = [battery[f"Voltages/Cell{n}"] for n in range(1, 17)]
    assert battery["Voltages/Sum"] == pytest.approx(sum(cells), abs=0.02)
    assert battery["Dc/0/Voltage"] == pytest.approx(sum(cells), abs=0.25)
    assert battery["System/MaxCellVoltage"] == max(cells)


def test_lynx_ng_shows_cells_by_module(named: Find, noon: float) -> None:
    battery = one(bus_of(named("birch-clinic"), noon), "battery")
    paths = [path for path in battery if re.fullmatch(r"Battery/\d/Cell/\d/Voltage", path)]
    assert len(paths) == 16


def test_shunt_has_no_limits_and_boat_no_grid_meter(named: Find, noon: float) -> None:
    bus = bus_of(named("sy-wren"), noon)
    assert not any(path.startswith("Info/") for path in one(bus, "battery"))
    assert bus["com.victronenergy.system"]["ActiveBmsService"] == []
    assert not any(name.startswith("com.victronenergy.grid") for name in bus)
    assert bus["com.victronenergy.system"]["Dc/System/MeasurementType"] == 1


def test_half_a_lynx_bank_says_so(named: Find, noon: float) -> None:
    bus = bus_of(named("tern-cottage"), noon)
    assert bus["com.victronenergy.battery.lynxparallel2"]["NumberOfBmses"] == "1/2"
    off = bus["com.victronenergy.battery.socketcan_can0_vi3_uc314653"]
    assert off["State"] == 18
    assert off["Alarms/LowCellVoltage"] == 1


def test_settings_tell_the_wiring(named: Find, noon: float) -> None:
    settings = bus_of(named("birch-clinic"), noon)["com.victronenergy.settings"]
    assert settings["Settings/SystemSetup/AcInput1"] == 1
    assert settings["Settings/SystemSetup/AcInput2"] == 2
    assert settings["Settings/System/TimeZone"] == "Africa/Nairobi"


def test_same_seed_gives_the_same_station_and_another_seed_another(noon: float) -> None:
    one_world, same, other = (bus_of(demo_specs(1, seed)[0], noon) for seed in (0, 0, 1))
    assert one_world == same
    assert one_world["com.victronenergy.system"] != other["com.victronenergy.system"]


@pytest.mark.slow
def test_ageing_shows_within_months(named: Find, noon: float) -> None:
    worn = Ageing(capacity_fade_per_month=0.01, resistance_growth_per_month=0.05, cell_drift_percent_per_month=1.0)
    station = Station(named("cedar-house", ageing=worn), noon, warm_up_s=0)
    fresh_soh, fresh_ohm = station.plant.battery.soh, station.plant.battery.resistance_factor
    station.step_to(noon + 60 * 86400, step_s=1800)
    assert station.plant.battery.soh == pytest.approx(fresh_soh * 0.98, abs=1e-3)
    assert station.plant.battery.resistance_factor == pytest.approx(fresh_ohm * 1.1, abs=1e-3)
    battery = one(station.services(), "battery")
    assert battery["Soh"] == 97.0
    assert station.plant.battery.offsets_percent.index(min(station.plant.battery.offsets_percent)) == 6


@pytest.mark.skipif(not CAPTURES.is_dir(), reason="the recordings of real systems are not beside this checkout")
def test_system_paths_are_those_of_the_real_systemcalc(noon: float) -> None:
    known: set[str] = set()
    for file in CAPTURES.glob("*.json.gz"):
        with gzip.open(file, "rt", encoding="utf-8") as text:
            known |= set(json.load(text)["services"].get("com.victronenergy.system") or ())
    ours = {path for spec in NAMED for path in one(bus_of(spec, noon), "system")}
    assert ours - known <= {"CustomName"}
