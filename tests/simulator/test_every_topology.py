"""Stations of every kind: what they publish adds up as the console reads it, and a day without a fault is quiet."""

from __future__ import annotations

import pytest
from benchmarks.quiet_month import BEGIN, TRUE, alarms_of
from tests.exhaustive import enough
from tests.reported.made import Bus, Made

from victron_console.insight.overview.balance import BalanceVerdict
from victron_console.model.device import BUS_PREFIX
from victron_console.simulator.rarer import EVERY, HERON_YARD, MV_SCOTER, OTTER_BASIN, PIPIT_CABIN, RUFF_BARN
from victron_console.simulator.spec import StationSpec
from victron_console.simulator.station import Station

pytestmark = pytest.mark.slow


def published(station: Station) -> Bus:
    return {service.removeprefix(BUS_PREFIX): tree for service, tree in station.services().items()}


@pytest.mark.slow
@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.id)
def test_the_balance_of_every_topology_closes_at_any_hour(spec: StationSpec) -> None:
    station = Station(spec, BEGIN)
    for hour in (3, 9, 12, 19):
        station.step_to(BEGIN + hour * 3600, enough(300.0, 60.0))
        figures = Made(published(station)).figures(70.0)
        assert figures.balance.verdict in (BalanceVerdict.BALANCED, BalanceVerdict.IDLE), hour
        assert "balance" not in figures.shown.flags
        drawn = [key for node in figures.flow.nodes if node.counted and not node.part for key in node.devices]
        assert len(drawn) == len(set(drawn))


@pytest.mark.slow
@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.id)
def test_a_time_without_a_fault_raises_no_false_alarm(spec: StationSpec) -> None:
    """To the morning after the night; `python -m benchmarks quiet_month` plays thirty days."""
    assert set(alarms_of(spec, enough(0.5, 1.0))) <= TRUE.get(spec.id, set())


def at_noon(spec: StationSpec) -> Made:
    station = Station(spec, BEGIN)
    station.step_to(BEGIN + 12 * 3600, 60.0)
    return Made(published(station))


def test_a_shunt_measures_and_a_bms_controls() -> None:
    figures = at_noon(HERON_YARD).figures(70.0)
    assert figures.panel.charge_voltage_v is not None
    assert figures.shown.cell_spread_v is not None
    assert not [node for node in figures.flow.nodes if node.kind == "other pack"]


def test_a_dc_genset_gives_no_ac() -> None:
    bus = at_noon(OTTER_BASIN).bus
    assert any(service.startswith("dcgenset.") for service in bus)
    assert bus["system"]["Ac/Genset/L1/Power"] == []


def test_a_boat_without_inverter_has_no_ac_at_all() -> None:
    made = at_noon(MV_SCOTER)
    assert not [service for service in made.bus if service.startswith(("vebus.", "multi.", "inverter."))]
    shown = made.figures(70.0).shown
    assert (shown.load_power_w, shown.grid_power_w) == (None, None)
    assert shown.motor_power_w is not None


def test_nobody_measures_the_battery_of_the_cabin() -> None:
    shown = at_noon(PIPIT_CABIN).figures(70.0).shown
    assert shown.soc_percent is None
    assert shown.battery_power_w is not None


def test_a_whole_bank_in_parallel_is_not_said_to_be_half() -> None:
    assert "battery_bank" not in at_noon(RUFF_BARN).figures(70.0).shown.flags
