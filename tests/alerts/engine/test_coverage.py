"""Which rules cannot judge at a station, and what is said of them."""

from __future__ import annotations

import pytest
from tests.alerts.conftest import SHORT, T0, Site

from victron_console.alerts.engine.coverage import Blind, blind_rules
from victron_console.alerts.rules.parameters import StationSetup
from victron_console.alerts.rules.rule_file import shipped_rules
from victron_console.model.reading import Scalar

BATTERY: dict[str, Scalar] = {
    SHORT["volts"]: 52.0, SHORT["soc"]: 60, "battery/1/Dc/0/Voltage": 52.0, "battery/1/Dc/0/Current": 1.0,
    "battery/1/Soc": 60, "battery/1/System/MaxCellVoltage": 3.3, "battery/1/System/MinCellVoltage": 3.29,
}  # fmt: skip
BMS: dict[str, Scalar] = {
    "battery/1/Info/MaxChargeVoltage": 56.0, "battery/1/InstalledCapacity": 200,
    "battery/1/System/MinCellTemperature": 20.0, "battery/1/System/MaxCellTemperature": 22.0,
}  # fmt: skip
GRID: dict[str, Scalar] = {
    SHORT["source"]: 1, "vebus/276/Ac/ActiveIn/L1/F": 50.0, "vebus/276/Ac/ActiveIn/L1/V": 230.0,
    "vebus/276/Ac/ActiveIn/L2/F": None, "vebus/276/Ac/ActiveIn/L2/V": None,
}  # fmt: skip


def blind(values: dict[str, Scalar], **config: object) -> dict[str, Blind]:
    found = blind_rules(shipped_rules(), Site(values=values).poll(T0), StationSetup((), config))
    return {one.rule: one for one in found}


def test_a_station_that_gives_all_that_is_judged_by_lacks_nothing() -> None:
    assert blind({**BATTERY, **BMS, **GRID}) == {}


def test_a_station_that_was_never_read_is_not_judged() -> None:
    assert blind({}) == {}


def test_a_rule_without_its_limit_says_which_and_how_to_give_it() -> None:
    found = blind({**BATTERY, "battery/1/Dc/0/Temperature": 20.0})
    assert {"batt_overvoltage", "cell_high", "cell_low", "cell_spread", "batt_cold_charge"} == set(found)
    assert not found["batt_overvoltage"].wholly and found["cell_high"].wholly
    assert found["cell_high"].device == "battery/1"
    assert "thresholds.cvl in the station file" in str(found["batt_overvoltage"])
    assert "battery.capacity_ah in the station file" in str(found["cell_spread"])
    assert all(one.by_operator for one in found.values())


def test_what_an_operator_gives_is_no_longer_missing() -> None:
    values = {**BATTERY, "battery/1/Dc/0/Temperature": 20.0}
    given = {"battery": {"chemistry": "lfp", "capacity_ah": 200}, "thresholds": {"cvl": 56.0}}
    assert blind(values, **given) == {}


def test_a_rule_without_an_input_names_all_places_where_it_may_be() -> None:
    found = blind({**BATTERY, **BMS, "battery/1/System/MinCellTemperature": None})
    (cold,) = found.values()
    assert cold.lacks == ("battery/*/System/MinCellTemperature or battery/*/Dc/0/Temperature",)
    assert not cold.by_operator


@pytest.mark.parametrize("source", [2, 240])
def test_a_rule_whose_gate_is_closed_for_a_reason_lacks_nothing(source: float) -> None:
    assert blind({**BATTERY, **BMS, **GRID, SHORT["source"]: source, SHORT["hz"]: None}) == {}


def test_a_gate_that_cannot_be_told_is_said() -> None:
    found = blind({"temperature/24/Temperature": -18.0})
    assert str(found["freezer_warm"]).startswith("Freezer too warm of temperature/24 (freezer_warm) cannot be judged")
    assert "temperature/*/TemperatureType" in str(found["freezer_warm"])


def test_rules_of_devices_that_are_not_there_are_not_missing() -> None:
    assert blind({"solarcharger/278/Yield/Power": 100.0, "solarcharger/278/Mode": 1}) == {}
