"""Every metered source and use of the DC bus, counted once; and what a site without an inverter is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from victron_console.insight.audit.review import Outcome, audit
from victron_console.insight.flow.model import NodeKind
from victron_console.insight.flow.site_flow import flow
from victron_console.insight.overview.dc_side import dc_side
from victron_console.insight.overview.overview import overview
from victron_console.insight.overview.site_kind import site_kind
from victron_console.model.overview import AcInput
from victron_console.model.quality import Quality
from victron_console.model.snapshot import Snapshot

Build = Callable[..., Snapshot]
Devices = dict[str, dict[str, Any]]

FRIDGE = {"Dc/0/Power": 104.0, "ProductName": "Fridge"}
DOWN = {"Dc/In/V": 51.7, "Dc/In/P": 57.0, "Dc/0/Voltage": 13.4, "Dc/0/Power": 53.0, "ProductName": "Down"}
UP = {"Dc/In/V": 14.1, "Dc/In/P": 420.0, "Dc/0/Voltage": 52.0, "Dc/0/Power": 400.0, "ProductName": "Up"}
MOTOR = {"Dc/0/Power": 2580.0}
BUS = {"Dc/Battery/Voltage": 51.8, "Dc/Battery/Power": -3000.0}


def uses(build: Build, devices: Devices, **system: object) -> float | None:
    own = BUS | {path.replace("__", "/"): value for path, value in system.items()}
    return overview(build({"system/0": own} | devices)).dc_load_power_w


def test_the_single_loads_are_in_what_a_meter_of_the_dc_system_counts(build: Build) -> None:
    measured = {"Dc__System__Power": 430.0, "Dc__System__MeasurementType": 1}
    devices: Devices = {"dcload/1": FRIDGE, "dcdc/2": DOWN, "motordrive/0": MOTOR, "dcsystem/3": {"Dc/0/Power": 430.0}}
    assert uses(build, devices, **measured) == 430.0 + 2580.0
    assert uses(build, devices, **(measured | {"Dc__System__Power": 20.0})) == 20.0 + 104.0 + 57.0 + 2580.0


def test_without_such_a_meter_the_single_loads_are_all_that_is_known(build: Build) -> None:
    assert uses(build, {"dcload/1": FRIDGE, "dcdc/2": DOWN}) == 161.0
    assert uses(build, {"motordrive/0": MOTOR}) == 2580.0
    assert uses(build, {}) is None


def test_an_estimate_holds_all_uses_but_not_the_sources_that_system_leaves_out(build: Build) -> None:
    estimate = {"Dc__System__Power": 500.0, "Dc__System__MeasurementType": 0}
    devices: Devices = {"dcload/1": FRIDGE, "motordrive/0": {"Dc/0/Power": 300.0}}
    assert uses(build, devices, **estimate) == 500.0
    assert uses(build, devices | {"dcdc/2": UP, "dcsource/4": {"Dc/0/Power": 90.0}}, **estimate) == 990.0


def test_a_converter_gives_to_the_bus_or_draws_from_it_by_its_voltages(build: Build) -> None:
    station = build({"system/0": BUS, "dcdc/1": UP, "dcdc/2": DOWN})
    side = dc_side(station)
    assert side.converters.power_w == 400.0
    assert [part.power_w for part in side.parts] == [57.0]
    assert overview(station).other_dc_power_w == 400.0
    elsewhere = {"Dc/In/V": 13.0, "Dc/0/Voltage": 13.4, "Dc/0/Power": 50.0}
    beside = overview(build({"system/0": BUS, "dcdc/3": elsewhere}))
    assert (beside.other_dc_power_w, beside.dc_load_power_w) == (None, None)
    starter = {"Dc/In/V": 14.1, "Dc/0/Voltage": 13.4, "Dc/0/Power": 50.0}
    assert overview(build({"system/0": {"Dc/Battery/Voltage": 13.3}, "dcdc/3": starter})).other_dc_power_w == 50.0


def test_a_dc_genset_is_a_genset_and_no_alternator(build: Build) -> None:
    system = BUS | {"Dc/Alternator/Power": 3170.0, "Ac/Genset/L1/Power": []}
    station = build({"system/0": system, "dcgenset/0": {"Dc/0/Power": 2870.0}, "alternator/3": {"Dc/0/Power": 300.0}})
    shown = overview(station)
    assert (shown.genset_power_w, shown.other_dc_power_w) == (2870.0, 300.0)
    nodes = {node.kind: node.power_w for node in flow(station, shown).nodes}
    assert (nodes[NodeKind.GENSET], nodes[NodeKind.ALTERNATOR]) == (2870.0, 300.0)


def test_an_ac_genset_beside_a_dc_one_keeps_its_own_power(build: Build) -> None:
    system = BUS | {"Ac/Genset/L1/Power": 1000.0, "Ac/In/0/Source": 2, "Ac/In/0/Connected": 1}
    devices: Devices = {
        "system/0": system,
        "dcgenset/0": {"Dc/0/Power": 500.0},
        "genset/1": {"Ac/Power": 1000.0},
        "vebus/1": {},
    }
    station = build(devices)
    shown = overview(station)
    assert shown.genset_power_w == 1500.0
    drawn = flow(station, shown)
    assert drawn.ac_in and drawn.dc
    assert [(node.name, node.power_w) for node in drawn.ac_in.nodes] == [("GENSET", 1000.0)]
    assert [(node.name, node.power_w) for node in drawn.dc.sources] == [("GENSET", 500.0)]


def test_the_parts_of_the_dc_loads_are_drawn_and_not_added(build: Build) -> None:
    system = BUS | {"Dc/System/Power": 430.0, "Dc/System/MeasurementType": 1, "ActiveBatteryService": []}
    station = build(
        {"system/0": system, "dcload/1": FRIDGE, "motordrive/0": MOTOR, "dcsystem/3": {"Dc/0/Power": 430.0}}
    )
    drawn = flow(station, overview(station)).dc
    assert drawn
    assert [(node.name, node.power_w, node.part) for node in drawn.uses] == [
        ("DC LOADS", 430.0, False),
        ("Fridge", 104.0, True),
        ("MOTOR", 2580.0, False),
        ("BATTERY", -3000.0, False),
    ]


@pytest.mark.parametrize(
    ("device", "path", "flag"),
    [("pvinverter/1", "Ac/Power", "pv_power_w"), ("dcsource/1", "Dc/0/Power", "other_dc_power_w")],
)
def test_a_source_that_runs_backwards_is_named(build: Build, device: str, path: str, flag: str) -> None:
    system = {"Ac/PvOnGrid/L1/Power": 600.0, "Dc/Battery/Power": 0.0}
    backwards = build({"system/0": system, device: {path: -2400.0, "ProductName": "Clamp"}})
    assert "Clamp gives -2400 W" in overview(backwards).flags[flag]
    nodes = [node for node in flow(backwards, overview(backwards)).nodes if "Clamp" in node.note]
    assert [node.quality for node in nodes] == [Quality.IMPLAUSIBLE]
    asleep = build({"system/0": system | {"Ac/PvOnGrid/L1/Power": -20.0}, device: {path: -20.0}})
    assert flag not in overview(asleep).flags


def test_a_balance_that_cannot_be_made_does_not_pass(build: Build) -> None:
    def outcome(system: dict[str, Any]) -> Outcome:
        station = build({"system/0": system})
        return next(found.outcome for found in audit(station, overview(station)) if found.check == "balance")

    house = {"Ac/Grid/L1/Power": 500.0, "Ac/Consumption/L1/Power": 500.0}
    assert outcome(house) is Outcome.PASS
    assert outcome(house | {"Dc/Battery/Voltage": 52.0}) is Outcome.UNKNOWN
    assert outcome({"Ac/Grid/L1/Power": 500.0}) is Outcome.UNKNOWN
    assert outcome({"Ac/Grid/L1/Power": 0.0, "Ac/Consumption/L1/Power": 0.0}) is Outcome.UNKNOWN
    assert outcome({"Ac/Grid/L1/Power": 500.0, "Ac/Consumption/L1/Power": 1500.0}) is Outcome.WARN


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ({"vebus/1": {}}, "inverter"),
        ({"solarcharger/1": {}}, "DC"),
        ({"charger/1": {}}, "DC"),
        ({"evcharger/1": {}}, "EV charger"),
        ({"genset/1": {}}, "genset"),
        ({"pvinverter/1": {}, "grid/2": {}}, "PV"),
        ({"grid/2": {}}, "AC meters"),
        ({"tank/2": {}}, "sensors"),
    ],
)
def test_a_site_is_named_for_what_it_has(build: Build, devices: Devices, expected: str) -> None:
    assert site_kind(build(devices)).value == expected


def test_what_no_inverter_runs_is_not_off(build: Build) -> None:
    off = {"SystemState/State": 0}
    assert overview(build({"system/0": off, "genset/1": {}})).system_state is None
    assert overview(build({"system/0": off, "charger/1": {"State": 4}})).system_state == "Absorption"
    assert overview(build({"system/0": off, "vebus/1": {"State": 0}})).system_state == "Off"


def test_a_gensets_own_service_is_no_grid_whatever_the_input_is_set_to(build: Build) -> None:
    system = {"Ac/In/0/Source": 1, "Ac/In/0/ServiceType": "genset", "Ac/In/0/Connected": 1, "Ac/Genset/L1/Power": 900.0}
    station = build({"system/0": system, "genset/1": {"Ac/Power": 900.0}})
    shown = overview(station)
    assert shown.ac_input == AcInput("genset", True)
    assert [node.name for node in flow(station, shown).nodes] == ["GENSET"]


def test_shore_on_the_second_input_is_what_the_mains_are_called(build: Build) -> None:
    inputs = {"Ac/In/0/Source": 2, "Ac/In/0/Connected": 0, "Ac/In/1/Source": 3, "Ac/In/1/Connected": 0}
    shown = overview(build({"system/0": inputs, "vebus/1": {}}))
    assert (shown.ac_input, shown.mains) == (AcInput("shore", False), "shore")


@pytest.mark.parametrize(
    ("converter", "watts"),
    [
        ({"Dc/In/P": 57.0, "Dc/In/V": 51.7, "Dc/In/I": 9.0}, 57.0),
        ({"Dc/In/V": 50.0, "Dc/In/I": 2.0, "Dc/0/Power": 90.0}, 100.0),
        ({"Dc/In/V": 50.0, "Dc/0/Power": 90.0}, 90.0),
    ],
)
def test_a_converter_draws_what_goes_in_as_well_as_it_is_told(
    build: Build, converter: dict[str, Any], watts: float
) -> None:
    side = dc_side(build({"system/0": BUS, "dcdc/2": converter | {"Dc/0/Voltage": 13.4}}))
    assert [(part.power_w, [str(it.key) for it in part.devices]) for part in side.parts] == [(watts, ["dcdc/2"])]


@pytest.mark.parametrize(("parts_w", "uses_w"), [(160.0, 100.0), (161.0, 261.0)])
def test_single_loads_are_in_the_whole_up_to_a_tenth_and_50_w_more(build: Build, parts_w: float, uses_w: float) -> None:
    measured = {"Dc__System__Power": 100.0, "Dc__System__MeasurementType": 1}
    assert uses(build, {"dcload/1": {"Dc/0/Power": parts_w}}, **measured) == uses_w


@pytest.mark.parametrize("left", ["", "battery/1", "solarcharger/2", "dcload/3"])
def test_an_estimate_is_none_once_something_it_was_made_of_left(build: Build, left: str) -> None:
    system = BUS | {
        "Dc/System/Power": 500.0, "Dc/System/MeasurementType": 0,
        "Dc/Battery/BatteryService": "com.victronenergy.battery.test1",
    }  # fmt: skip
    devices: Devices = {"system/0": system, "battery/1": {}, "solarcharger/2": {}, "dcload/3": {}}
    side = dc_side(build(devices, gone=(left,)))
    assert side.estimated
    assert side.uses_w == (None if left in ("battery/1", "solarcharger/2") else 500.0)


def test_without_a_system_the_meters_of_the_dc_system_are_added(build: Build) -> None:
    side = dc_side(build({"dcsystem/1": {"Dc/0/Power": 40.0}, "dcsystem/2": {"Dc/0/Power": 2.0}}))
    assert (side.uses_w, side.estimated) == (42.0, False)


def test_motors_without_a_figure_take_that_of_system_and_stay_its_devices(build: Build) -> None:
    side = dc_side(build({"system/0": BUS | {"MotorDrive/Power": 900.0}, "motordrive/0": {}}))
    assert (side.motors.power_w, [str(it.key) for it in side.motors.devices]) == (900.0, ["motordrive/0"])


@pytest.mark.parametrize("path", ["Dc/Battery/Power", "Dc/Pv/Power", "Dc/System/Power"])
def test_a_site_whose_gx_measures_a_battery_is_a_dc_site(build: Build, path: str) -> None:
    assert site_kind(build({"system/0": {path: 0.0}, "evcharger/1": {}})).value == "DC"
    assert site_kind(build({"system/0": {}, "evcharger/1": {}})).value == "EV charger"


@pytest.mark.parametrize(
    ("states", "said"),
    [((3, 3), "Bulk"), ((3, 4), None), ((3, None), "Bulk"), ((None, None), None)],
)
def test_chargers_that_do_different_things_have_no_state_together(
    build: Build, states: tuple[int | None, ...], said: str | None
) -> None:
    devices: Devices = {
        f"{cls}/{n}": {} if state is None else {"State": state}
        for n, (cls, state) in enumerate(zip(("solarcharger", "charger"), states, strict=True))
    }
    assert overview(build(devices)).system_state == said


@pytest.mark.parametrize(
    ("kind", "state", "said"),
    [("ESS", 256, "ESS discharging"), ("ESS", 9, "Inverting"), ("Hub", 256, "Discharging"), ("ESS", 255, "255")],
)
def test_ess_is_named_where_it_is_in_charge(build: Build, kind: str, state: int, said: str) -> None:
    shown = overview(build({"system/0": {"SystemType": kind, "SystemState/State": state}, "vebus/1": {}}))
    assert shown.system_state is not None and said in shown.system_state
    assert shown.system_state.startswith("ESS ") is (kind == "ESS" and state >= 256)
