"""Each cause at its edge: the value with which it holds, and the one beside it with which it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.insight.why.test_old_values import with_old
from tests.insight.why.test_reasons import Tree, asked, ess_house

from victron_console.insight.why.answer import Question
from victron_console.insight.why.course import Course, Energy, course_of
from victron_console.insight.why.reasons import reasons
from victron_console.insight.why.suggestion import suggested_question
from victron_console.model.device import DeviceKey
from victron_console.model.station import ServiceState
from victron_console.model.units import SLOT_S

CHARGE, OUT, IN, FEED, GENSET, LOW = (
    Question.NOT_CHARGING, Question.NOT_DISCHARGING, Question.IMPORTING, Question.NOT_FEEDING_IN, Question.GENERATOR,
    Question.LOW_SOC,
)  # fmt: skip


def house(**changed: dict[str, Any]) -> Tree:
    """The house with ESS; `battery`, `system` and the like stand for its devices."""
    names = {"battery": "battery_1", "system": "system_0", "vebus": "vebus_276", "solar": "solarcharger_278",
             "settings": "settings_0"}  # fmt: skip
    if "settings" in changed:
        changed["settings"] = {f"Settings/{path}": value for path, value in changed["settings"].items()}
    return ess_house(**{names.get(name, name): values for name, values in changed.items()})


def backup(**changed: dict[str, Any]) -> Tree:
    """The same without ESS: its AC side charges."""
    tree = house(**{**changed, "system": {"SystemType": "Hub-1", **changed.get("system", {})}})
    tree["system/0"].pop("Control/EssState")
    return tree


def full(soc: float, **battery: object) -> Tree:
    return house(system={"Dc/Battery/Soc": soc}, battery={"Soc": soc, **battery})


def dess(**values: object) -> Tree:
    system = {f"DynamicEss/{name}": value for name, value in values.items() if name != "override"}
    hub4 = {"Overrides/MaxDischargePower": values["override"]} if "override" in values else {}
    return house(system={"DynamicEss/Active": 1, **system}, hub4_0=hub4)


def with_pv_inverter(**settings: int) -> Tree:
    return house(
        pvinverter_30={"Ac/Power": 300}, settings={f"CGwacs/{path}": value for path, value in settings.items()}
    )


def genset(settings: dict[str, Any] | None = None, **values: object) -> Tree:
    told = {f"Generator0/Soc/{path}": value for path, value in (settings or {}).items()}
    on = {"Generator0/Soc/Enabled": 1, "Relay/Function": 1}
    return house(generator_0={"State": 0, "Error": 0, **values}, settings={**on, **told})


def grid(watts: float, setpoint: float) -> Tree:
    return house(system={"Ac/Grid/L1/Power": watts}, settings={"CGwacs/AcPowerSetPoint": setpoint})


def phases(one: float, two: float) -> Tree:
    return house(system={"Ac/Grid/L1/Power": one, "Ac/Grid/L2/Power": two}, settings={"CGwacs/Hub4Mode": 2})


def charging(amperes: float) -> Tree:
    return house(system={"Dc/Battery/Power": 900, "Dc/Battery/Current": amperes})


CASES = [
    ("charger_current_zero", CHARGE, backup(vebus={"Dc/0/MaxChargeCurrent": 0}),
     backup(vebus={"Dc/0/MaxChargeCurrent": 9})),
    ("phases_alone", IN, phases(1500, -500), phases(1500, 500)),
    ("battery_full", CHARGE, house(system={"Dc/Battery/Soc": 95.0}, solar={"State": 5}), house(solar={"State": 5})),
    (
        "unit_too_cold", CHARGE,
        house(vebus={"Devices/0/ExtendStatus/ChargeDisabledDueToLowTemp": 1}),
        house(vebus={"Devices/0/ExtendStatus/ChargeDisabledDueToLowTemp": 0}),
    ),
    ("charge_current_limit", CHARGE, charging(98.0), charging(80.0)),
    ("charge_voltage_reached", CHARGE, house(battery={"Info/MaxChargeVoltage": 53.1}), house()),
    (
        "charge_blocked_cell_high", CHARGE,
        full(60.0, **{"Info/MaxChargeCurrent": 0.0, "System/MaxCellVoltage": 3.56}),
        full(99.0, **{"Info/MaxChargeCurrent": 0.0, "System/MaxCellVoltage": 3.56}),
    ),
    (
        "discharge_blocked_cell_low", OUT,
        full(40.0, **{"Info/MaxDischargeCurrent": 0.0, "System/MinCellVoltage": 2.85}),
        full(5.0, **{"Info/MaxDischargeCurrent": 0.0, "System/MinCellVoltage": 2.85}),
    ),
    (
        "charge_blocked_hot", CHARGE,
        house(battery={"Info/MaxChargeCurrent": 0.0, "System/MaxCellTemperature": 46.0}),
        house(battery={"Info/MaxChargeCurrent": 0.0, "System/MaxCellTemperature": 44.0}),
    ),
    (
        "charge_blocked_unsaid", CHARGE,
        house(vebus={"Bms/BmsExpected": 1, "Bms/AllowToCharge": 0}),
        house(vebus={"Bms/BmsExpected": 0, "Bms/AllowToCharge": 0}),
    ),
    ("bms_lost", CHARGE, house(solar={"ErrorCode": 67}), house(solar={"ErrorCode": 68})),
    ("solar_charger_error", CHARGE, house(solar={"ErrorCode": 33, "Yield/Power": 0.0}),
     house(solar={"ErrorCode": 67, "Yield/Power": 0.0})),
    ("charge_blocked_unsaid", CHARGE, house(battery={"Info/MaxChargeCurrent": 0.0}),
     house(battery={"Info/MaxChargeCurrent": 0.0, "Dc/0/Voltage": 26.4})),
    ("bms_off", CHARGE, house(battery={"SystemSwitch": 0}), house(battery={"SystemSwitch": 1})),
    ("soc_floor", OUT, house(system={"Control/EssState": 5, "Control/ActiveSocLimit": 58.0}),
     house(system={"Control/EssState": 5, "Control/ActiveSocLimit": 50.0})),
    ("ess_recharge", OUT, house(system={"Control/EssState": 12}), house(system={"Control/EssState": 11})),
    ("grid_setpoint", IN, grid(1500, 1500), grid(3000, 1500)),
    ("grid_setpoint_sells", CHARGE, grid(-2500, -2600), grid(60, -2600)),
    ("dynamic_ess_holds", OUT, dess(ReactiveStrategy=8), dess(ReactiveStrategy=6)),
    ("dynamic_ess_no_charge", CHARGE, dess(ReactiveStrategy=6), dess(ReactiveStrategy=2)),
    ("dynamic_ess_holds", OUT, dess(override=1, ChargeRate=0), dess(override=1, ChargeRate=500)),
    ("dynamic_ess_holds", OUT, dess(override=1), dess(override=900)),
    ("dynamic_ess_no_charge", CHARGE, dess(ChargeRate=0), dess(ChargeRate=500)),
    ("feed_in_off", FEED, house(settings={"CGwacs/OvervoltageFeedIn": 0}), with_pv_inverter(OvervoltageFeedIn=0)),
    ("feed_in_off", FEED, with_pv_inverter(OvervoltageFeedIn=0, PreventFeedback=1),
     with_pv_inverter(OvervoltageFeedIn=1, PreventFeedback=1)),
    ("grid_too_high", FEED, house(vebus={"Ac/ActiveIn/L1/V": 252.0}), house(vebus={"Ac/ActiveIn/L1/V": 249.0})),
    ("grid_too_high", FEED, house(vebus={"Ac/ActiveIn/L1/F": 50.3}), house(vebus={"Ac/ActiveIn/L1/F": 50.1})),
    ("generator_failed", GENSET, genset(Error=2), genset(Error=1)),
    ("generator_condition_not_met", GENSET, genset({"StartValue": 30.0}), genset({"StartValue": 70.0})),
    ("generator_quiet_hours", GENSET, genset({"StartValue": 65.0}, QuietHours=1),
     genset({"StartValue": 30.0}, QuietHours=1)),
    ("generator_auto_start_off", CHARGE, genset({"StartValue": 65.0}, AutoStartEnabled=0),
     genset({"StartValue": 30.0}, AutoStartEnabled=0)),
    ("generator_by_condition", GENSET, genset(State=1, RunningByConditionCode=4),
     genset(State=0, RunningByConditionCode=4)),
    ("sun_covers_loads", OUT, house(), house(system={"Ac/Consumption/L1/Power": 3000})),
    ("loads_first", CHARGE, house(), house(solar={"MppOperationMode": 1})),
    ("loads_first", CHARGE, house(), house(system={"Ac/Consumption/L1/Power": 500})),
    ("other_sources_idle", CHARGE, house(alternator_0={"Dc/0/Power": 5}), house(alternator_0={"Dc/0/Power": 500})),
    ("pv_no_power", CHARGE,
     house(system={"Dc/Pv/Power": 0}, solar={"Yield/Power": 0.0, "Pv/V": 1.0}),
     house(system={"Dc/Pv/Power": 0}, solar={"Yield/Power": 0.0, "Pv/V": 110.0, "MppOperationMode": 0})),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "question", "holds", "beside"), CASES, ids=[f"{at}-{case[0]}" for at, case in enumerate(CASES)]
)
def test_a_cause_holds_up_to_its_edge(cause: str, question: Question, holds: Tree, beside: Tree) -> None:
    named = [[each.id for each in asked(tree, question).causes] for tree in (holds, beside)]
    assert (cause in named[0], cause in named[1]) == (True, False), named


@pytest.mark.parametrize(("volts", "said"), [(231.0, "The grid has 231 V, but"), (0.0, "The grid is not connected: ")])
def test_a_grid_that_is_there_and_not_taken_is_told_from_a_dead_one(volts: float, said: str) -> None:
    alone = {"Ac/ActiveIn/ActiveInput": 240, "Ac/ActiveIn/Connected": 0}
    off = {"Ac/ActiveIn/Source": 240, "Ac/In/0/Connected": 0}
    tree = backup(system=off, vebus=alone, grid_30={"Ac/L1/Voltage": volts, "Ac/L1/Power": 0})
    found = [cause for cause in asked(tree, FEED).causes if cause.id == "mains_lost"]
    assert [cause.said.text.startswith(said) for cause in found] == [True]


@pytest.mark.parametrize(("owner", "whose"), [(20.0, "BatteryLife has raised from 20 %"), (58.0, "ESS is set to")])
def test_a_floor_that_batterylife_moved_is_told_from_the_owners(owner: float, whose: str) -> None:
    system = {"Control/EssState": 5, "Control/ActiveSocLimit": 58.0}
    tree = house(system=system, settings={"CGwacs/BatteryLife/MinimumSocLimit": owner})
    (said,) = [cause.said.text for cause in asked(tree, OUT).causes if cause.id == "soc_floor"]
    assert whose in said


@pytest.mark.parametrize(
    ("figure", "question", "cause", "tree"),
    [
        ("pv_power_w", IN, "grid_charges_battery",
         house(system={"Dc/Pv/Power": 0, "Dc/Battery/Power": 500, "Ac/Grid/L1/Power": 600})),
        ("load_power_w", OUT, "sun_covers_loads", house(system={"Dc/System/Power": 20})),
        ("dc_load_power_w", OUT, "nothing_drawn",
         house(system={"Dc/System/Power": 5, "Ac/Consumption/L1/Power": 10, "Ac/ConsumptionOnOutput/L1/Power": 10})),
    ],
)  # fmt: skip
def test_what_hangs_on_a_doubtful_figure_is_not_told(figure: str, question: Question, cause: str, tree: Tree) -> None:
    held = with_old(tree)
    doubtful = replace(held, row=replace(held.row, overview=replace(held.shown, flags={figure: "doubtful"})))
    named = [[each.id for each in reasons(moment, question).causes] for moment in (held, doubtful)]
    assert (cause in named[0], cause in named[1]) == (True, False), named


@pytest.mark.parametrize(
    ("cause", "course"),
    [("less_sun", "pv"), ("less_grid", "grid"), ("more_load", "load")],
)
def test_a_day_like_the_others_explains_no_low_battery(cause: str, course: str) -> None:
    held = with_old(full(20.0))
    same = Energy(9.0, 9.0)
    usual = Course(pv=same, load=same, grid=same, genset=same, days=14)
    unlike: dict[str, Any] = {course: Energy(20.0 if course == "load" else 2.0, 9.0)}
    other = replace(usual, **unlike)
    named = [[each.id for each in reasons(held, LOW, each_course).causes] for each_course in (other, usual)]
    assert (cause in named[0], cause in named[1]) == (True, False), named


def test_a_day_of_which_little_is_known_has_no_energy() -> None:
    until = 100 * 86_400.0
    rows = [(until - (slot + 1) * SLOT_S, 1_000.0, None, None, None) for slot in range(100)]
    assert course_of(rows, until).pv.day_kwh is None
    known = [(until - (slot + 1) * SLOT_S, 1_000.0, None, None, None) for slot in range(280)]
    assert course_of(known, until).pv.day_kwh == pytest.approx(24.0)


def test_a_low_battery_that_the_bms_blocks_is_asked_about_as_low() -> None:
    blocked = {"Info/MaxDischargeCurrent": 0.0}
    assert suggested_question(with_old(full(25.0, **blocked)), []) is LOW
    assert suggested_question(with_old(full(60.0, **blocked)), []) is OUT


def test_a_relay_that_starts_nothing_is_no_generator() -> None:
    found = asked(house(settings={"Generator0/Soc/Enabled": 1, "Relay/Function": 0}), GENSET)
    assert (found.holds, found.premise.text) == (False, "No generator is known at this site.")


def test_a_battery_is_low_up_to_30_percent_or_to_just_above_its_floor() -> None:
    held = [asked(full(soc), LOW).holds for soc in (30.0, 31.0)]
    assert held == [True, False]
    floor = {"Control/ActiveSocLimit": 50.0}
    near = [asked(house(system={**floor, "Dc/Battery/Soc": soc}), LOW).holds for soc in (53.0, 54.0)]
    assert near == [True, False]


def test_what_could_only_partly_be_looked_at_is_not_among_what_is_not_it() -> None:
    held = with_old(house(), "battery/1")
    shown = replace(held.shown, origins={}, made_of={})  # the figures are of other devices
    found = reasons(replace(held, row=replace(held.row, overview=shown)), CHARGE)
    unseen = {said.text.partition(" could not be looked at")[0] for said in found.unseen}
    assert "A charge blocked by the BMS" in unseen
    assert not unseen & {said.text.removesuffix(".") for said in found.passed}


@pytest.mark.parametrize("accepted", [False, True])
def test_a_bms_that_left_is_lost_until_that_is_accepted(accepted: bool) -> None:
    held = with_old(house())
    key = DeviceKey("battery", "1")
    left = replace(held.snapshot.devices[key], state=ServiceState.GONE, accepted=accepted)
    away = replace(held, snapshot=replace(held.snapshot, devices={**held.snapshot.devices, key: left}))
    assert ("bms_lost" in [cause.id for cause in reasons(away, CHARGE).causes]) is not accepted
