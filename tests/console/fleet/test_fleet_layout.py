"""The rows of the Fleet screen are shared out without overlap, and the urgent alarms always keep theirs."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from victron_console.console.fleet.columns import layout
from victron_console.console.fleet.layout import LEAST_ALARMS, fleet_layout
from victron_console.console.kit.frame.timeline import LIVE_FROM_ROWS


@given(st.integers(1, 300), st.integers(1, 100), st.integers(0, 1000), st.integers(0, 200))
def test_all_parts_fit_between_header_and_key_row(width: int, height: int, sites: int, alarms: int) -> None:
    plan = fleet_layout(width, height, sites, alarms)

    used = plan.table + plan.alarms + plan.curve + plan.gap * (1 + bool(plan.alarms) + bool(plan.curve))
    assert used <= max(0, height - 3 - (height >= LIVE_FROM_ROWS))
    assert min(plan.table, plan.alarms, plan.curve, plan.gap) >= 0
    assert plan.detail <= width - 80 or not plan.detail


@given(st.integers(60, 300), st.integers(16, 100), st.integers(0, 1000), st.integers(4, 200))
def test_the_most_urgent_alarms_never_go(width: int, height: int, sites: int, alarms: int) -> None:
    assert fleet_layout(width, height, sites, alarms).alarms > LEAST_ALARMS


def test_the_parts_stand_where_the_looks_have_them() -> None:
    small, middle, wall = (fleet_layout(w, h, 12, 8) for w, h in ((80, 24), (120, 40), (200, 60)))

    assert (small.table, small.alarms, small.curve, small.detail) == (15, 6, 0, 0)
    assert (middle.table, middle.alarms, middle.curve, middle.detail) == (15, 9, 9, 38)
    assert (wall.table, wall.alarms, wall.detail) == (15, 10, 66) and wall.curve > 11


def test_with_more_sites_the_curve_goes_and_the_station_stays() -> None:
    many = fleet_layout(200, 60, 60, 8)

    assert many.curve == 0
    assert many.detail > 0


@given(st.integers(0, 300), st.sets(st.sampled_from(["soc", "bar", "pv", "dawn", "site"])))
def test_columns_never_overlap_and_never_leave_the_screen(width: int, hidden: set[str]) -> None:
    placed = layout(width, hidden)

    assert all(one.end < other.start for one, other in pairwise(placed))
    assert all(at.end <= width - 1 for at in placed)


def test_what_is_known_at_80_columns_stands_in_the_same_place_at_120() -> None:
    at_80 = {at.column.name: (at.start, at.end) for at in layout(80)}
    beside = {at.column.name: (at.start, at.end) for at in layout(120 - fleet_layout(120, 40, 12, 8).detail)}

    assert at_80.items() <= beside.items()
