"""Bars from the median on the scale of the limit, character by character as the design draws them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.console.sample_stations import BIRCH, snapshot_of

from victron_console.console.cells.bars import PackView, cell_name, doing_runs, finding_runs, role_of
from victron_console.console.cells.deviation import Axis, bar, draw_deviation, draw_scale
from victron_console.console.kit.palette import Role
from victron_console.console.kit.sheet import Sheet
from victron_console.insight.cells import PackClass, cells
from victron_console.model.quality import Quality

SMALL, WIDE = Axis(19, 53, 80.0, 120.0), Axis(19, 79, 80.0, 120.0)


@pytest.mark.parametrize(
    ("millivolts", "small", "wide"),
    [(86, "████████████▏", "█████████████████████▌"), (3, "▍", "▊"), (4, "▋", "█"), (-8, "▕█", "██"), (-6, "▐", "▐█")],
)
def test_bars_of_the_design(millivolts: float, small: str, wide: str) -> None:
    assert bar(millivolts, SMALL) == small
    assert bar(millivolts, WIDE) == wide


def test_row_and_scale_stand_in_the_columns_of_the_design() -> None:
    sheet = Sheet(80)
    draw_deviation(sheet, 0, SMALL, -8.0, Role.BAR)
    draw_scale(sheet, 1, SMALL)
    row, scale = sheet.text.splitlines()
    assert row == "                         ┊        ▕█│          ┊"
    assert scale == "                 -120   -80         0         +80  +120"


@given(st.floats(-5000, 5000))
def test_no_bar_leaves_its_axis(millivolts: float) -> None:
    assert len(bar(millivolts, SMALL)) <= SMALL.half


def test_deviation_is_coloured_only_where_it_may_be_judged() -> None:
    pack = cells(snapshot_of(BIRCH))[0]
    assert pack.pack_class is PackClass.MID
    assert role_of(86.5, PackView(pack, {})) is Role.TODAY_TEXT
    charging = {**BIRCH, "battery.ttyUSB0": {**BIRCH["battery.ttyUSB0"], "Soc": 94.0}}
    assert role_of(86.5, PackView(cells(snapshot_of(charging))[0], {})) is None
    assert role_of(200.0, PackView(pack, {}, quality=Quality.STALE)) is None


def test_cells_are_named_by_number_and_by_module() -> None:
    assert cell_name("7") == "C07"
    assert cell_name("2.5") == "2.05"


@pytest.mark.parametrize("width", [45, 59, 80, 120])
def test_whether_a_spread_may_be_judged_is_never_cut(width: int) -> None:
    view = PackView(cells(snapshot_of(BIRCH))[0], {})

    said = "".join(run.text for run in doing_runs(view, width))

    assert said.endswith("light load, mid charge: it may be judged") and len(said) <= width
    assert ("SOC" in said) == (width >= 59)


@pytest.mark.parametrize(("furthest", "names_lowest"), [(3.6, True), (2.8, False)])
def test_the_lowest_cell_is_named_only_where_another_one_is_further_out(furthest: float, names_lowest: bool) -> None:
    pack = cells(snapshot_of(BIRCH))[0]
    first = replace(pack.cells[0], voltage_v=furthest, deviation_v=furthest - 3.3)
    view = PackView(replace(pack, cells=(first, *pack.cells[1:])), {})

    assert ("lowest" in "".join(run.text for run in finding_runs(view))) is names_lowest
