"""The one balance rule, and the captured stations' balances worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.insight.overview.balance import Balance, BalanceVerdict, PartKind, Rest, balance, judge
from victron_console.insight.overview.overview import overview
from victron_console.model.overview import Overview
from victron_console.model.snapshot import Snapshot

Captured = Callable[[str], Snapshot]
possible = st.none() | st.floats(-100, 50_000, allow_nan=False)
"""Of what gives no negative figure but in stand-by."""
watts = st.none() | st.floats(-50_000, 50_000, allow_nan=False)


@pytest.mark.parametrize(
    ("name", "in_w", "out_w", "residual_w", "verdict"),
    [
        ("boat-dcsystem-tanks", 143.3, 118.0, 25.3, BalanceVerdict.BALANCED),
        ("boat-lynx-integrel", 4066.8, 3971.3, 95.4, BalanceVerdict.BALANCED),
        ("cerbo-pylontech-ess", 211, 148, 63, BalanceVerdict.BALANCED),
        ("ess-3phase-pv-motorhome", 12167.8, 13317.6, -1149.8, BalanceVerdict.UNBALANCED),
        ("ess-grid-pv-tanks", 1229.6, 3380.1, -2150.5, BalanceVerdict.UNBALANCED),
        ("hybrid-genset-24v", 12437.7, 12402.7, 35.0, BalanceVerdict.BALANCED),
        ("lynx-parallel-vebus", 306, 285.5, 20.5, BalanceVerdict.BALANCED),
        ("multi-rs", 0, 7, -7, BalanceVerdict.IDLE),
        ("navetta-skylla-24v", 135.05, 399.85, -264.8, BalanceVerdict.UNBALANCED),
    ],
)
def test_the_captured_stations_balance_as_worked_out_by_hand(
    name: str, in_w: float, out_w: float, residual_w: float, verdict: BalanceVerdict, captured: Captured
) -> None:
    sides = balance(overview(captured(name)))
    assert (sides.in_w, sides.out_w, sides.residual_w) == pytest.approx((in_w, out_w, residual_w), abs=0.11)
    assert sides.verdict is verdict


@pytest.mark.parametrize(
    ("in_w", "out_w", "verdict"),
    [
        (1000, 750, BalanceVerdict.BALANCED),
        (1000, 749, BalanceVerdict.UNBALANCED),
        (1000, 1133, BalanceVerdict.BALANCED),
        (1000, 1135, BalanceVerdict.UNBALANCED),
        (99, 0, BalanceVerdict.BALANCED),
        (19, 0, BalanceVerdict.IDLE),
    ],
)
def test_losses_of_15_percent_and_gains_of_3_percent_with_100_w_are_plausible(
    in_w: float, out_w: float, verdict: BalanceVerdict
) -> None:
    assert judge(in_w, out_w) is verdict


def kinds(sides: Balance) -> tuple[list[str], list[str]]:
    return [part.kind.value for part in sides.sources], [part.kind.value for part in sides.uses]


def test_each_power_stands_on_the_side_its_sign_says() -> None:
    importing = Overview(grid_power_w=500, battery_power_w=-200, load_power_w=650, dc_load_power_w=20, pv_power_w=0)
    assert kinds(balance(importing)) == (["grid", "battery"], ["ac load", "dc load"])
    exporting = Overview(grid_power_w=-500, battery_power_w=200, load_power_w=100, pv_power_w=820)
    assert kinds(balance(exporting)) == (["pv"], ["export", "ac load", "battery"])
    shore = Overview(grid_power_w=5, battery_power_w=0, load_power_w=0, mains="shore")
    assert balance(shore).sources[0].kind is PartKind.SHORE


def test_the_rest_is_named_by_its_size_and_side() -> None:
    def rest(in_w: float, out_w: float) -> Rest:
        return balance(Overview(grid_power_w=in_w, load_power_w=out_w, battery_power_w=0)).rest

    assert [rest(1000, 900), rest(1000, 1050), rest(1000, 2000), rest(2000, 1000), rest(1000, 1000)] == [
        Rest.LOSS,
        Rest.UNMEASURED,
        Rest.MISSING,
        Rest.SURPLUS,
        Rest.NONE,
    ]


def test_a_negative_dc_load_is_a_source_that_nobody_measures() -> None:
    sides = balance(Overview(dc_load_power_w=-103, load_power_w=50, battery_power_w=0))
    assert kinds(sides) == (["unmeasured source"], ["ac load"])


def test_a_side_that_is_not_measured_gives_no_verdict() -> None:
    assert balance(Overview(pv_power_w=900, battery_power_w=100)).verdict is BalanceVerdict.UNKNOWN
    assert balance(Overview(pv_power_w=900, load_power_w=100)).verdict is BalanceVerdict.UNKNOWN


def test_a_site_without_a_battery_is_judged_by_its_mains() -> None:
    house = Overview(pv_power_w=910, load_power_w=1115, grid_power_w=-435)
    assert balance(house).verdict is BalanceVerdict.UNBALANCED
    assert balance(Overview(pv_power_w=910, load_power_w=475, grid_power_w=-435)).verdict is BalanceVerdict.BALANCED
    unmeasured = Overview(pv_power_w=910, load_power_w=1115, grid_power_w=-435, battery_voltage_v=52.0)
    assert balance(unmeasured).verdict is BalanceVerdict.UNKNOWN


def test_the_motors_are_a_use_of_their_own_and_counted_once() -> None:
    boat = Overview(battery_power_w=-3212, load_power_w=180, dc_load_power_w=3010, motor_power_w=2580)
    sides = balance(boat)
    assert [(part.kind.value, part.power_w) for part in sides.uses] == [
        ("ac load", 180),
        ("motor", 2580),
        ("dc load", 430),
    ]
    sailing = Overview(battery_power_w=300, load_power_w=50, dc_load_power_w=-350, motor_power_w=-400)
    assert kinds(balance(sailing)) == (["motor"], ["ac load", "dc load", "battery"])


@pytest.mark.parametrize(
    ("field", "watts", "counted"),
    [
        ("pv_power_w", -20, True),
        ("pv_power_w", -2400, False),
        ("pv_ac_power_w", -2400, False),
        ("genset_power_w", -559, False),
        ("other_dc_power_w", -300, False),
    ],
)
def test_a_sign_that_its_kind_cannot_have_is_in_no_sum(field: str, watts: float, *, counted: bool) -> None:
    figures = {"pv_power_w": 500.0, "battery_power_w": 0.0, "load_power_w": 500.0, field: watts}
    sides = balance(Overview(**figures))  # type: ignore[arg-type]
    expected = {"pv_power_w": 0.0, "pv_ac_power_w": 0.0}.get(field, 500.0)
    assert sides.in_w == expected
    assert sides.out_w == 500.0 - (watts if counted else 0.0)


@pytest.mark.slow
@given(watts, possible, possible, watts, watts)
def test_no_part_is_negative_and_nothing_is_lost(
    grid: float | None, pv: float | None, load: float | None, dc: float | None, battery: float | None
) -> None:
    sides = balance(
        Overview(grid_power_w=grid, pv_power_w=pv, load_power_w=load, dc_load_power_w=dc, battery_power_w=battery)
    )
    assert all(part.power_w > 0 for part in (*sides.sources, *sides.uses))
    net = (grid or 0) + (pv or 0) - (load or 0) - (dc or 0) - (battery or 0)
    assert sides.residual_w == pytest.approx(net, abs=1e-6)
