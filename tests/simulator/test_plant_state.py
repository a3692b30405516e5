"""A plant that goes on from its state is the plant that never stopped, whatever it is made of."""

from __future__ import annotations

import json

import pytest
from benchmarks.quiet_month import BEGIN

from victron_console.simulator.past.plant_state import restore, state_of
from victron_console.simulator.rarer import EVERY
from victron_console.simulator.scenario import Scenario, fits
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.station import Station

HOUR_S = 3600.0


@pytest.mark.slow
@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.id)
def test_goes_on_as_if_it_had_never_stopped(spec: StationSpec) -> None:
    wrong = [Scenario(name, BEGIN - HOUR_S) for name in ("genset-fails", "cell-drift", "ess-floor") if fits(name, spec)]
    whole = Station(spec, BEGIN, wrong, warm_up_s=12 * HOUR_S)
    state = json.loads(json.dumps(state_of(whole.plant)))
    again = Station(spec, whole.plant.since, wrong, warm_up_s=0.0)
    restore(again.plant, state)
    for hours in (0.1, 3.0):
        whole.step_to(BEGIN + hours * HOUR_S, 60.0)
        again.step_to(BEGIN + hours * HOUR_S, 60.0)
        assert again.services() == whole.services()


def test_lives_under_the_sky_of_another_day() -> None:
    there = Station(EVERY[0], BEGIN + 90 * 86400.0, warm_up_s=HOUR_S)
    moved = Station(EVERY[0], BEGIN, warm_up_s=HOUR_S, world_s=90 * 86400.0)
    assert moved.plant.outside == there.plant.outside
    assert moved.at == BEGIN
