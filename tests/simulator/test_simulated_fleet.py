"""The fleet: served, moved at any speed, and in the shape the console's configuration takes."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from tests.patience import PATIENCE_S, wait_until

from victron_console.config import station_from
from victron_console.model.clock import ManualClock
from victron_console.simulator.fleet import NAMED, demo_specs
from victron_console.simulator.scenario import Scenario, faults_at
from victron_console.simulator.simulated import SimulatedFleet, SteppedFleet, chosen_scenario, demo_scenarios

NOON = 1781780400.0


def get(url: str) -> Any:  # noqa: ANN401
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return json.load(answer)


def soc(url: str) -> float:
    address = f"{url}/value?service=com.victronenergy.system&path=/Dc/Battery/Soc"
    return float(get(address)["value"])


def test_there_are_more_than_eight_different_kinds() -> None:
    assert len({spec.kind for spec in NAMED}) == len(NAMED) >= 10


def test_a_large_fleet_repeats_kinds_under_other_names_and_seeds() -> None:
    specs = demo_specs(40)
    assert len({spec.id for spec in specs}) == len({spec.name for spec in specs}) == 40
    assert specs[12].id == "alder-farm-2"
    assert specs[12].seed != specs[0].seed


def test_each_station_answers_on_its_own_port_with_its_own_values() -> None:
    with SimulatedFleet(demo_specs(3), clock=ManualClock(NOON), warm_up_s=600) as fleet:
        urls = [station.url for station in fleet.stations]
        assert len(set(urls)) == 3
        names = [get(f"{url}/value?service=com.victronenergy.settings&path=/")["value"] for url in urls]
    assert [tree["Settings/SystemSetup/SystemName"] for tree in names] == ["Alder Farm", "Birch Clinic", "Cedar House"]


def test_values_follow_the_clock_at_the_speed_asked_for() -> None:
    clock = ManualClock(NOON)
    with SimulatedFleet(demo_specs(1), clock=clock, speed=60.0, warm_up_s=600) as fleet:
        url = fleet.stations[0].url
        address = f"{url}/value?service=com.victronenergy.platform&path=/Device/Time"
        before, again = get(address)["value"], get(address)["value"]
        clock.advance(10.0)
        after = get(address)["value"]
    assert before == again == int(NOON)
    assert after == int(NOON) + 600


def test_station_with_lost_communication_refuses() -> None:
    wrong = {"alder-farm": [Scenario("comms-loss", NOON)]}
    with (
        SimulatedFleet(demo_specs(1), clock=ManualClock(NOON), scenarios=wrong, warm_up_s=600) as fleet,
        pytest.raises((urllib.error.URLError, ConnectionError)),
    ):
        wait_until(lambda: not get(f"{fleet.stations[0].url}/health"))


def test_demo_has_one_lost_and_one_in_trouble_that_grew() -> None:
    wrong = demo_scenarios(NOON)
    assert [s.name for s in wrong["dune-pump"]] == ["comms-loss"]
    assert wrong["dune-pump"][0].starts_at > NOON
    assert {s.name for s in wrong["alder-farm"]} == {"dull-days", "genset-fails"}
    moments = [NOON - hours * 3600 for hours in range(0, 24 * 30, 5)]
    assert all(faults_at(one, at).soc_ceiling_percent is None for one in wrong.values() for at in moments), "a jump"


@pytest.mark.slow
def test_a_fleet_without_http_moves_far_faster_than_real_time() -> None:
    fleet = SteppedFleet(demo_specs(12), NOON, warm_up_s=0)
    started = time.process_time()
    fleet.step_to(NOON + 3600, step_s=30)
    for station in fleet.stations:
        station.services()
    assert time.process_time() - started < 3600 / 200


def test_a_chosen_scenario_hits_the_first_station_it_fits() -> None:
    specs = demo_specs(12)
    assert list(chosen_scenario("hot-battery", specs, NOON)) == ["alder-farm"]
    assert list(chosen_scenario("hot-battery@ivy-works", specs, NOON)) == ["ivy-works"]


def test_an_outage_hits_every_station_on_the_grid() -> None:
    hit = chosen_scenario("grid-outage", demo_specs(12), NOON)
    assert "cedar-house" in hit
    assert "alder-farm" not in hit
    assert len(hit) >= 5


@pytest.mark.parametrize("text", ["earthquake", "grid-outage@alder-farm", "hot-battery@nowhere"])
def test_a_scenario_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        chosen_scenario(text, demo_specs(12), NOON)


def test_every_station_is_a_valid_station_file() -> None:
    for station in SteppedFleet(NAMED, NOON, warm_up_s=0).stations:
        assert station_from(station.config("http://127.0.0.1:1")).name == station.spec.name


def test_configuration_has_what_the_operator_knows() -> None:
    (station,) = SteppedFleet([NAMED[9]], NOON, warm_up_s=0).stations
    table = station.config("http://127.0.0.1:1")
    assert table["battery"] == {"chemistry": "lead-acid", "cells_in_series": 6, "capacity_ah": 440}
    assert table["url"] == "http://127.0.0.1:1"
    assert table["pv"] == {"kwp": 0.8}
    assert table["location"]["timezone"] == "Europe/Paris"
