"""What limits a site, by the values of one moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.insight.conftest import NOW, snapshot

from victron_console.insight.moment import StationMoment
from victron_console.insight.overview.overview import overview
from victron_console.insight.why.answer import Question, Reasons
from victron_console.insight.why.reasons import reasons
from victron_console.model.device import DeviceKey
from victron_console.model.quality import Quality
from victron_console.model.station import StationState, StationStatus
from victron_console.model.station_info import Location, StationInfo
from victron_console.store.answers import StationRow

Tree = dict[str, dict[str, Any]]
SOMEWHERE = StationInfo(location=Location(52.0, 10.0, "Europe/Berlin"))
"""NOW is 2025-11-23 12:13 UTC, noon there."""


def ess_house(**changed: dict[str, Any]) -> Tree:
    """A house with ESS at 60 %: sun that the loads take, a battery at rest."""
    tree: Tree = {
        "system/0": {
            "SystemType": "ESS", "Dc/Battery/Soc": 60.0, "Dc/Battery/Voltage": 53.0, "Dc/Battery/Current": 0.0,
            "Dc/Battery/Power": 0, "Dc/Battery/BatteryService": "com.victronenergy.battery.test1",
            "ActiveBatteryService": "com.victronenergy.battery/1",
            "ActiveBmsService": "com.victronenergy.battery.test1",
            "Ac/Grid/L1/Power": 60, "Ac/Consumption/L1/Power": 700,
            "Ac/ConsumptionOnOutput/L1/Power": 700, "Ac/ActiveIn/Source": 1,
            "Dc/Pv/Power": 750, "VebusService": "com.victronenergy.vebus.test276", "Control/Dvcc": 1,
            "Control/ActiveSocLimit": 20.0, "Control/EssState": 10, "Ac/In/0/Source": 1, "Ac/In/0/Connected": 1,
        },
        "battery/1": {
            "Soc": 60.0, "Dc/0/Voltage": 53.0, "Dc/0/Current": 0.0, "Dc/0/Power": 0, "Dc/0/Temperature": 20.0,
            "Info/MaxChargeCurrent": 100.0, "Info/MaxDischargeCurrent": 120.0, "Info/MaxChargeVoltage": 56.0,
            "Io/AllowToCharge": 1, "Io/AllowToDischarge": 1, "System/MaxCellVoltage": 3.32,
            "System/MinCellVoltage": 3.31, "System/MinCellTemperature": 19.0, "System/MaxCellTemperature": 21.0,
        },
        "vebus/276": {
            "Mode": 3, "State": 252, "Ac/ActiveIn/ActiveInput": 0, "Ac/ActiveIn/Connected": 1, "Ac/ActiveIn/L1/P": 60,
            "Ac/ActiveIn/L1/V": 230.0, "Ac/ActiveIn/L1/F": 50.0, "Ac/Out/L1/P": 700, "Ac/NumberOfAcInputs": 1,
            "Hub4/AssistantId": 5, "VebusError": 0, "Dc/0/Power": -650,
        },
        "solarcharger/278": {
            "Yield/Power": 760.0, "Pv/V": 110.0, "State": 252, "Mode": 1, "ErrorCode": 0, "MppOperationMode": 2,
            "Dc/0/Voltage": 53.0, "Dc/0/Current": 14.1,
        },
        "settings/0": {
            "Settings/SystemSetup/AcInput1": 1, "Settings/SystemSetup/MaxChargeCurrent": -1,
            "Settings/SystemSetup/MaxChargeVoltage": 0.0, "Settings/CGwacs/Hub4Mode": 1,
            "Settings/CGwacs/AcPowerSetPoint": 50.0, "Settings/CGwacs/MaxChargePower": -1,
            "Settings/CGwacs/MaxDischargePower": -1, "Settings/CGwacs/BatteryLife/MinimumSocLimit": 20.0,
        },
    }  # fmt: skip
    for device, values in changed.items():
        key = device.replace("_", "/")
        tree[key] = {**tree.get(key, {}), **values}
    return tree


def asked(tree: Tree, question: Question, **given: Any) -> Reasons:  # noqa: ANN401  handed on as it is
    held = snapshot(tree, **given)
    status = StationStatus(StationState.LIVE, held.at)
    row = StationRow("test", "Test", (), SOMEWHERE, status, overview(held), held.at, 10.0)
    return reasons(StationMoment(row, held), question)


def first(found: Reasons) -> str:
    assert found.first is not None, found.cannot_tell
    return found.first.id


def test_what_the_sun_gives_goes_to_the_loads_first() -> None:
    found = asked(ess_house(), Question.NOT_CHARGING)
    assert found.holds
    assert [cause.id for cause in found.causes] == ["loads_first"]
    assert "700 W of 750 W" in found.causes[0].said.text


def test_a_sentence_names_the_values_and_paths_that_it_rests_on() -> None:
    found = asked(ess_house(battery_1={"Info/MaxChargeCurrent": 0.0}), Question.NOT_CHARGING)
    assert found.first is not None
    facts = {fact.source: fact for fact in found.first.said.facts}
    limit = facts["battery/1/Info/MaxChargeCurrent"]
    assert (limit.value, limit.unit, limit.quality, limit.at) == (0.0, "A", Quality.GOOD, NOW)


def test_what_does_happen_needs_no_cause() -> None:
    charging = {"Dc/Battery/Power": 900, "Dc/Battery/Current": 17.0}
    found = asked(ess_house(system_0=charging), Question.NOT_CHARGING)
    assert (found.holds, found.causes, found.cannot_tell) == (False, (), "")
    assert found.premise.text == "The battery does charge: 900 W at 60 %."


def test_old_values_are_no_cause_and_are_said_to_be_old() -> None:
    found = asked(ess_house(battery_1={"Info/MaxChargeCurrent": 0.0}), Question.NOT_CHARGING, read_at=NOW - 600)
    assert found.holds is None
    assert found.causes == ()
    assert "stale" in found.cannot_tell


def test_nothing_that_limits_is_cannot_tell() -> None:
    idle = {"Dc/Battery/Power": 0, "Dc/Pv/Power": 2000, "Ac/Grid/L1/Power": 0}
    found = asked(ess_house(system_0=idle), Question.NOT_CHARGING)
    assert found.causes == ()
    assert found.cannot_tell == "nothing that the station tells of limits it"
    assert found.passed


@pytest.mark.parametrize("question", [each for each in Question if each is not Question.ALARM])
def test_a_station_that_was_never_read_is_cannot_tell(question: Question) -> None:
    found = asked({}, question)
    assert found.holds is None
    assert found.cannot_tell


def test_an_old_limit_of_one_device_is_no_cause_beside_fresh_figures() -> None:
    held = snapshot(ess_house(battery_1={"Info/MaxChargeCurrent": 0.0, "Io/AllowToCharge": 0}))
    key = DeviceKey("battery", "1")
    old = replace(held.devices[key], read_at=held.at - 600.0)
    shown = replace(overview(held), origins={}, made_of={})
    row = StationRow("test", "Test", (), SOMEWHERE, StationStatus(StationState.LIVE, held.at), shown, held.at, 10.0)
    found = reasons(StationMoment(row, replace(held, devices={**held.devices, key: old})), Question.NOT_CHARGING)
    assert first(found) == "loads_first"
    assert any("A charge blocked by the BMS could not be looked at" in said.text for said in found.unseen)


def test_a_grid_that_is_drawn_from_is_a_grid_whatever_the_input_is_set_to() -> None:
    wrong = {"Ac/In/0/Source": 0, "Ac/In/0/Connected": 0, "Ac/ActiveIn/Source": 240, "Ac/Grid/L1/Power": 1000}
    tree = ess_house(system_0=wrong, settings_0={"Settings/SystemSetup/AcInput1": 0})
    assert "no_grid" not in [cause.id for cause in asked(tree, Question.NOT_FEEDING_IN).causes]


def test_a_battery_that_charges_beside_much_import_takes_no_surplus_and_is_not_why_it_is_drawn() -> None:
    some = {
        "Ac/Grid/L1/Power": 3400,
        "Dc/Battery/Power": 500,
        "Dc/Battery/Current": 9.4,
        "Ac/Consumption/L1/Power": 3600,
    }
    feeding = [cause.id for cause in asked(ess_house(system_0=some), Question.NOT_FEEDING_IN).causes]
    drawn = [cause.id for cause in asked(ess_house(system_0={**some, "Dc/Pv/Power": 0}), Question.IMPORTING).causes]
    assert feeding == ["loads_first"]
    assert "grid_charges_battery" not in drawn


def test_an_alarm_is_asked_about_by_its_number() -> None:
    with pytest.raises(ValueError, match="by its number"):
        asked(ess_house(), Question.ALARM)


def test_a_site_without_sun_has_nothing_to_feed_in() -> None:
    tree = {name: values for name, values in ess_house().items() if not name.startswith("solarcharger")}
    tree["system/0"] = {path: value for path, value in tree["system/0"].items() if path != "Dc/Pv/Power"}
    assert first(asked(tree, Question.NOT_FEEDING_IN)) == "no_pv"


def test_a_battery_that_nothing_can_charge_is_said_so() -> None:
    tree: Tree = {
        "system/0": {"SystemType": "Hub-1", "Dc/Battery/Soc": 40.0, "Dc/Battery/Power": -120,
                     "Dc/Battery/Voltage": 25.0,
                     "VebusService": "com.victronenergy.vebus.test276"},
        "battery/1": {"Soc": 40.0, "Dc/0/Voltage": 25.0, "Dc/0/Power": -120},
        "vebus/276": {"Mode": 3, "State": 9, "Ac/ActiveIn/ActiveInput": 240, "Ac/NumberOfAcInputs": 0},
    }  # fmt: skip
    assert first(asked(tree, Question.NOT_CHARGING)) == "no_source"
