"""A why of values that are old, missing or doubtful names nothing: over every kind of station, and one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.insight.conftest import NOW, snapshot
from tests.insight.why.injected import NOON, moment_of
from tests.insight.why.test_reasons import SOMEWHERE, Tree, asked, ess_house

from victron_console.insight.moment import StationMoment
from victron_console.insight.overview.overview import overview
from victron_console.insight.why.answer import Question
from victron_console.insight.why.reasons import CHAINS, reasons
from victron_console.model.device import DeviceKey
from victron_console.model.station import StationState, StationStatus
from victron_console.simulator.rarer import EVERY
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.station import Station
from victron_console.store.answers import StationRow


def ids(tree: Tree, question: Question) -> list[str]:
    return [cause.id for cause in asked(tree, question).causes]


def with_old(tree: Tree, *devices: str) -> StationMoment:
    """A station of which some devices were last read ten minutes ago."""
    held = snapshot(tree)
    keys = [DeviceKey.parse(device) for device in devices]
    aged = {key: replace(held.devices[key], read_at=NOW - 600.0) for key in keys}
    held = replace(held, devices={**held.devices, **aged})
    row = StationRow("t", "T", (), SOMEWHERE, StationStatus(StationState.LIVE, NOW), overview(held), NOW, 10.0)
    return StationMoment(row, held)


@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.id)
def test_a_station_that_nobody_reaches_any_more_has_no_cause(spec: StationSpec) -> None:
    station = Station(spec, NOON - 60.0, (), warm_up_s=0.0)
    station.step_to(NOON, 30.0)
    read = moment_of(spec, station.services(), NOON, set())
    later = replace(read, snapshot=replace(read.snapshot, at=NOON + 86_400.0))
    for question in CHAINS:
        found = reasons(later, question)
        assert found.causes == (), (question, found.causes)
        assert found.holds is not True, (question, found.premise.text)


def test_an_inverter_that_is_not_read_any_more_is_not_said_to_run_alone() -> None:
    alone = {"Ac/ActiveIn/ActiveInput": 240, "Ac/ActiveIn/Connected": 0}
    tree = ess_house(system_0={"Ac/ActiveIn/Source": 240, "Ac/In/0/Connected": 0}, vebus_276=alone)
    fresh = [cause.id for cause in reasons(with_old(tree), Question.NOT_FEEDING_IN).causes]
    old = [cause.id for cause in reasons(with_old(tree, "vebus/276"), Question.NOT_FEEDING_IN).causes]
    assert ("mains_lost" in fresh, "mains_lost" in old) == (True, False)


def test_an_inverter_without_an_input_that_is_not_read_any_more_has_no_grid_as_far_as_is_known() -> None:
    tree: Tree = {
        "system/0": {"Dc/Pv/Power": 200},
        "inverter/276": {"State": 9, "Mode": 2, "Ac/Out/L1/P": 140},
        "settings/0": {"Settings/SystemSetup/AcInput1": 0},
    }
    fresh, old = (reasons(with_old(tree, *devices), Question.NOT_FEEDING_IN) for devices in ((), tuple(tree)))
    assert (fresh.holds, [cause.id for cause in fresh.causes][:1]) == (True, ["no_grid"])
    assert (old.holds, old.causes) == (None, ())


@pytest.mark.parametrize("old", [(), ("dcgenset/0",)], ids=["fresh", "old"])
def test_a_source_covers_the_loads_by_what_it_gives_now_alone(old: tuple[str, ...]) -> None:
    tree = ess_house(dcgenset_0={"Dc/0/Power": 2000, "StatusCode": 8})
    named = "source_covers_loads" in [
        cause.id for cause in reasons(with_old(tree, *old), Question.NOT_DISCHARGING).causes
    ]
    assert named is not bool(old)


def test_another_source_that_is_not_read_is_not_said_to_give_nothing() -> None:
    tree = ess_house(alternator_0={"Dc/0/Power": 0})
    fresh, old = (
        [cause.id for cause in reasons(with_old(tree, *devices), Question.NOT_CHARGING).causes]
        for devices in ((), ("alternator/0",))
    )
    assert ("other_sources_idle" in fresh, "other_sources_idle" in old) == (True, False)


def test_loads_that_draw_more_than_the_sun_gives_are_told_in_that_order() -> None:
    more = {"Ac/Consumption/L1/Power": 3000, "Ac/ConsumptionOnOutput/L1/Power": 3000, "Dc/Battery/Power": -2300}
    (cause,) = asked(ess_house(system_0=more), Question.NOT_CHARGING).causes
    assert cause.said.text == (
        "The loads take all that the sun gives, and come first: they draw 3000 W, it gives 750 W."
    )


@pytest.mark.parametrize(("battery_w", "named"), [(700, True), (1500, False)])
def test_a_battery_that_another_source_charges_too_takes_no_surplus_of_the_sun(battery_w: int, named: bool) -> None:
    charging = {"Dc/Battery/Power": battery_w, "Ac/Grid/L1/Power": 0, "Ac/Consumption/L1/Power": 0}
    assert ("battery_first" in ids(ess_house(system_0=charging), Question.NOT_FEEDING_IN)) is named


def test_what_is_fed_in_is_not_called_next_to_nothing_drawn() -> None:
    found = asked(ess_house(system_0={"Ac/Grid/L1/Power": -2320}), Question.IMPORTING)
    assert (found.holds, found.premise.text) == (False, "Nothing is drawn from the grid: 2320 W are fed into it.")


def test_without_the_place_of_a_station_dark_panels_may_be_cut_off_too() -> None:
    held = with_old(
        ess_house(
            system_0={"Dc/Pv/Power": 0, "Dc/Battery/Power": 0},
            solarcharger_278={"Yield/Power": 0.0, "Pv/V": 1.0, "MppOperationMode": 0},
        )
    )
    nowhere = replace(held, row=replace(held.row, info=replace(held.row.info, location=type(SOMEWHERE.location)())))
    (cause,) = reasons(nowhere, Question.NOT_CHARGING).causes
    assert cause.id == "no_sun"
    assert "as by night or cut off" in cause.said.text


def test_what_a_site_does_not_have_was_not_looked_at() -> None:
    tree = {name: values for name, values in ess_house().items() if not name.startswith("solarcharger")}
    tree["system/0"] = {path: value for path, value in tree["system/0"].items() if path != "Dc/Pv/Power"}
    passed = {said.text for said in asked(tree, Question.NOT_CHARGING).passed}
    assert passed
    assert not passed & {"Its tank.", "Its quiet hours.", "Panels that give nothing by day."}


def test_that_a_site_has_no_ess_is_no_value_behind_a_night() -> None:
    dark = {"Dc/Pv/Power": 0, "SystemType": "Hub-1"}
    tree = ess_house(system_0=dark, solarcharger_278={"Yield/Power": 0.0, "Pv/V": 1.0})
    tree["system/0"].pop("Control/EssState")
    held = with_old(tree)
    by_night = replace(held, snapshot=replace(held.snapshot, at=NOW))
    place = replace(SOMEWHERE.location, longitude=-170.0)
    row = replace(by_night.row, info=replace(by_night.row.info, location=place))
    causes = {cause.id: cause for cause in reasons(replace(by_night, row=row), Question.NOT_CHARGING).causes}
    assert "system/0/SystemType" not in {fact.source for fact in causes["no_sun"].said.facts}
