"""Which rules cannot judge at a station, and what is said of them."""

from __future__ import annotations

import pytest
from tests.alerts.conftest import SHORT, T0, Site

from victron_console.alerts.engine.coverage import Blind, blind_rules, blind_rules_of, parameters_of
from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.parameters import StationSetup
from victron_console.alerts.rules.rule_file import parse_rules, shipped_rules
from victron_console.model.reading import Scalar
from victron_console.model.station import StationState, StationStatus
from victron_console.model.station_info import StationInfo
from victron_console.store.answers import StationRow

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


COLD = """
schema = 1
[[rule]]
id = "cold"
family = "cold"
title = "Cold"
response = "Heat"
[rule.inputs]
t = "battery/*/Dc/0/Temperature"
c = "battery/*/Dc/0/Current"
[[rule.level]]
severity = "critical"
raise = "last(t) < -20"
[[rule.level]]
severity = "warning"
raise = "last(t) < 5 and last(c) > 0.1 * p.capacity_ah"
"""
OVERRIDE = """
[[override]]
tags = ["cellar"]
parameters = { capacity_ah = 100.0 }
"""


def row(*tags: str, **given: object) -> StationRow:
    status = StationStatus(StationState.LIVE, T0)
    return StationRow("alder", "Alder", tags, StationInfo.from_json(given), status, None, T0, 10.0)


@pytest.mark.parametrize(
    ("tags", "battery", "lacking"),
    [((), {}, ["cold"]), (("cellar",), {}, []), (("attic",), {}, ["cold"]), ((), {"capacity_ah": 200}, [])],
)
def test_what_a_station_of_the_store_lacks_hangs_on_its_tags_and_its_file(
    tags: tuple[str, ...], battery: dict[str, object], lacking: list[str]
) -> None:
    snapshot = Site(values={"battery/1/Dc/0/Temperature": 20.0, "battery/1/Dc/0/Current": 1.0}).poll(T0)
    found = blind_rules_of(parse_rules(COLD + OVERRIDE), row(*tags, battery=battery), snapshot)
    assert [one.rule for one in found] == lacking
    assert [(one.wholly, one.by_operator, one.device) for one in found] == [(False, True, "battery/1")] * len(lacking)
    assert all("is judged only in part; missing: " in str(one) for one in found)


class Past:
    """A past in which the charge limit was higher."""

    def points(self, station: str, series: str, since: float, until: float) -> list[tuple[float, float | str | None]]:
        assert (station, until) == ("alder", T0) and since < until
        return [(T0 - 1800, 57.6)] if series == "battery/1/Info/MaxChargeVoltage" else []


def test_the_parameters_of_a_station_of_the_store_are_those_that_the_engine_would_have() -> None:
    rules, site = parse_rules(COLD + OVERRIDE), Site(values={**BATTERY, **BMS})
    given = row("cellar", grid={"nominal_voltage_v": 230})
    snapshot = site.poll(T0)
    found = parameters_of(rules, given, snapshot, Past())
    assert (found["capacity_ah"].value, found["u_nom"].value, found["cvl"].value) == (100.0, 230, 57.6)
    engine = AlertEngine(rules, Past())
    engine.configure("alder", ("cellar",), given.info.given)
    engine.step({"alder": snapshot}, T0)
    assert engine.parameters("alder") == found


PHASES = """
schema = 1
[[rule]]
id = "low"
family = "low"
title = "Low"
response = "Look"
[rule.inputs]
v = "vebus/*/Ac/Out/{phase}/V"
i = "vebus/*/Ac/Out/{phase}/I"
[[rule.level]]
severity = "warning"
raise = "last(v) < 200 and last(i) > 1"
"""


@pytest.mark.parametrize(("wired", "lacking"), [("L1", False), ("L2", False), ("L3", False), ("", True)])
def test_of_three_phases_one_that_can_be_judged_is_enough(wired: str, lacking: bool) -> None:
    values: dict[str, Scalar] = {f"vebus/276/Ac/Out/L{n}/V": 230.0 for n in (1, 2, 3)}
    values |= {f"vebus/276/Ac/Out/L{n}/I": 1.0 if wired == f"L{n}" else None for n in (1, 2, 3)}
    found = blind_rules(parse_rules(PHASES), Site(values=values).poll(T0), StationSetup())
    assert [one.lacks for one in found] == ([("vebus/*/Ac/Out/{phase}/I",)] if lacking else [])
