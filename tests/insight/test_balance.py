"""The one balance rule, and the captured stations' balances worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.insight.overview.balance import Balance, PartKind, Rest, Verdict, balance, judge
from victron_console.insight.overview.overview import overview
from victron_console.model.overview import AcInput, Overview
from victron_console.model.snapshot import Snapshot

Captured = Callable[[str], Snapshot]
watts = st.none() | st.floats(-50_000, 50_000, allow_nan=False)


@pytest.mark.parametrize(
    ("name", "in_w", "out_w", "residual_w", "verdict"),
    [
        ("boat-dcsystem-tanks", 143.3, 118.0, 25.3, Verdict.BALANCED),
        ("boat-lynx-integrel", 4066.8, 3971.3, 95.4, Verdict.BALANCED),
        ("cerbo-pylontech-ess", 211, 148, 63, Verdict.BALANCED),
        ("ess-3phase-pv-motorhome", 12167.8, 13317.6, -1149.8, Verdict.UNBALANCED),
        ("ess-grid-pv-tanks", 1229.6, 3938.9, -2709.3, Verdict.UNBALANCED),
        ("hybrid-genset-24v", 12437.7, 12402.7, 35.0, Verdict.BALANCED),
        ("lynx-parallel-vebus", 306, 285.5, 20.5, Verdict.BALANCED),
        ("multi-rs", 0, 7, -7, Verdict.IDLE),
        ("navetta-skylla-24v", 135.05, 399.85, -264.8, Verdict.UNBALANCED),
    ],
)
def test_the_captured_stations_balance_as_worked_out_by_hand(
    name: str, in_w: float, out_w: float, residual_w: float, verdict: Verdict, captured: Captured
) -> None:
    sides = balance(overview(captured(name)))
    assert (sides.in_w, sides.out_w, sides.residual_w) == pytest.approx((in_w, out_w, residual_w), abs=0.11)
    assert sides.verdict is verdict


@pytest.mark.parametrize(
    ("in_w", "out_w", "verdict"),
    [
        (1000, 750, Verdict.BALANCED),
        (1000, 749, Verdict.UNBALANCED),
        (1000, 1133, Verdict.BALANCED),
        (1000, 1135, Verdict.UNBALANCED),
        (99, 0, Verdict.BALANCED),
        (19, 0, Verdict.IDLE),
    ],
)
def test_losses_of_15_percent_and_gains_of_3_percent_with_100_w_are_plausible(
    in_w: float, out_w: float, verdict: Verdict
) -> None:
    assert judge(in_w, out_w) is verdict


def kinds(sides: Balance) -> tuple[list[str], list[str]]:
    return [part.kind.value for part in sides.sources], [part.kind.value for part in sides.uses]


def test_each_power_stands_on_the_side_its_sign_says() -> None:
    importing = Overview(grid_power_w=500, battery_power_w=-200, load_power_w=650, dc_load_power_w=20, pv_power_w=0)
    assert kinds(balance(importing)) == (["grid", "battery"], ["ac load", "dc load"])
    exporting = Overview(grid_power_w=-500, battery_power_w=200, load_power_w=100, pv_power_w=820)
    assert kinds(balance(exporting)) == (["pv"], ["export", "ac load", "battery"])
    shore = Overview(grid_power_w=5, battery_power_w=0, load_power_w=0, ac_input=AcInput("shore", True))
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
    assert balance(Overview(pv_power_w=900, battery_power_w=100)).verdict is Verdict.UNKNOWN
    assert balance(Overview(pv_power_w=900, load_power_w=100)).verdict is Verdict.UNKNOWN


@given(watts, watts, watts, watts, watts)
def test_no_part_is_negative_and_nothing_is_lost(
    grid: float | None, pv: float | None, load: float | None, dc: float | None, battery: float | None
) -> None:
    sides = balance(
        Overview(grid_power_w=grid, pv_power_w=pv, load_power_w=load, dc_load_power_w=dc, battery_power_w=battery)
    )
    assert all(part.power_w > 0 for part in (*sides.sources, *sides.uses))
    net = (grid or 0) + (pv or 0) - (load or 0) - (dc or 0) - (battery or 0)
    assert sides.residual_w == pytest.approx(net, abs=1e-6)
