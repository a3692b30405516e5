"""The bank: ampere-hours are counted, limits hold, cells and heat behave."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from victron_console.simulator.battery import Battery
from victron_console.simulator.chemistry import CELLS, open_circuit_v
from victron_console.simulator.spec import BatterySpec, Chemistry


def bank(soc: float = 50.0, **fields: object) -> Battery:
    return Battery(BatterySpec(initial_soc_percent=soc, **fields), 7, 20.0)  # type: ignore[arg-type]


@given(st.lists(st.floats(-6000, 6000), max_size=40))
@settings(max_examples=40)
def test_charge_is_the_integral_of_current(powers: list[float]) -> None:
    battery = bank()
    start, moved = battery.charge_ah, 0.0
    for power in powers:
        battery.step(power, 30.0, 20.0)
        moved += battery.current_a * (0.995 if battery.current_a > 0 else 1.0) * 30 / 3600
    assert battery.charge_ah - start == pytest.approx(moved, abs=1e-9)


@given(st.floats(-8000, 8000), st.floats(5, 95))
def test_power_is_voltage_times_current(power_w: float, soc: float) -> None:
    battery = bank(soc)
    rest, ohm = battery.rest_v(), battery.resistance_ohm
    battery.step(power_w, 1.0, 20.0)
    assert (rest + battery.current_a * ohm) * battery.current_a == pytest.approx(power_w, abs=0.01)


@pytest.mark.parametrize("chemistry", Chemistry)
def test_open_circuit_voltage_only_rises(chemistry: Chemistry) -> None:
    volts = [open_circuit_v(chemistry, soc) for soc in range(-3, 104)]
    assert volts == sorted(volts)


@pytest.mark.parametrize(("chemistry", "cells"), [(Chemistry.LFP, 16), (Chemistry.LEAD_ACID, 6)])
def test_charging_tapers_at_the_charge_voltage_and_ends_full(chemistry: Chemistry, cells: int) -> None:
    battery = bank(80, chemistry=chemistry, cells=cells)
    for _ in range(2400):
        battery.step(battery.power_limits_w()[0], 30.0, 20.0)
        assert battery.voltage_v() <= cells * CELLS[chemistry].charge_v * 1.012
    assert battery.soc_percent > 99.0
    assert not battery.absorbing


def test_discharging_ends_before_a_cell_is_damaged() -> None:
    battery = bank(15)
    for _ in range(2000):
        battery.step(-battery.power_limits_w()[1], 30.0, 20.0)
    assert min(battery.cell_voltages_v()) > 2.6
    assert battery.soc_percent < 5


def test_cold_bank_takes_less_charge_and_frozen_none() -> None:
    battery = bank()
    warm = battery.charge_limit_a()
    battery.temperature_c = 4.0
    assert 0 < battery.charge_limit_a() < warm
    battery.temperature_c = -1.0
    assert battery.charge_limit_a() == 0.0
    assert battery.discharge_limit_a() > 0.0


def test_hot_bank_is_blocked_both_ways() -> None:
    battery = bank()
    battery.temperature_c = 58.0
    assert battery.charge_limit_a() == battery.discharge_limit_a() == 0.0


def test_heat_settles_at_room_plus_loss() -> None:
    battery = bank()
    for _ in range(600):
        battery.step(0.0, 120.0, 25.0, heat_w=200.0)
    assert battery.temperature_c == pytest.approx(25.0 + 200.0 * 0.09, abs=0.2)


@pytest.mark.parametrize(("balancer", "closes"), [(0.5, True), (0.0, False)])
def test_balancing_near_full_brings_cells_together_unless_it_is_broken(balancer: float, closes: bool) -> None:
    battery = bank(99.0, balancer_percent_per_h=balancer)
    battery.offsets_percent[3] += 3.0
    before = max(battery.offsets_percent) - min(battery.offsets_percent)
    for _ in range(240):
        battery.step(0.0, 60.0, 20.0)
    assert (max(battery.offsets_percent) - min(battery.offsets_percent) < before - 1.0) is closes


def test_voltage_steps_with_current_by_the_resistance() -> None:
    battery = bank()
    rest = battery.voltage_v()
    battery.step(-3000.0, 0.001, 20.0)
    assert (rest - battery.voltage_v()) / -battery.current_a == pytest.approx(battery.resistance_ohm, rel=1e-3)
