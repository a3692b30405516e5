"""Panels: heights tell values, gaps stay blank, what is beyond a limit is coloured and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.console.sample_fleet import NOW
from tests.console.trends.sample_day import LIMITS, SHAPES, day_frame, lane, trend

from victron_console.console.kit.palette import Role
from victron_console.console.trends.frame import Frame
from victron_console.console.trends.page import Board, data_lane, draw_board, panel_rows, plot_room
from victron_console.console.trends.panel import BARS
from victron_console.console.trends.plots import scale_of
from victron_console.console.trends.quantity import BY_NAME, quantity_named
from victron_console.console.trends.read import (
    Lane,
    QuantityTrend,
)
from victron_console.store.answers import Bucket


def flat(name: str, *values: float | None) -> QuantityTrend:
    buckets = tuple(None if value is None else Bucket(value, value, value, value) for value in values)
    return QuantityTrend("alder", BY_NAME[name], Frame(0.0, 900.0, len(values)), buckets)


def drawn(one: QuantityTrend, width: int = 80, height: int = 13) -> list[str]:
    return [line.text for line in draw_board(Board(one.frame, (one,), now=1e9), width, height)]


def column(rows: list[str], place: int) -> list[int]:
    """The dots in each cell of a column, from the top."""
    cells = [row[BARS + place] for row in rows[1:]]
    return [(ord(cell) - 0x2800).bit_count() for cell in cells if "\u2800" <= cell <= "\u28ff"]


def test_a_column_is_as_high_as_its_value() -> None:
    rows = drawn(flat("soc", 0.0, 50.0, 100.0))

    heights = [sum(column(rows, place)) for place in range(3)]
    assert heights[0] == 0 and heights[1] * 2 == pytest.approx(heights[2], abs=4)


def test_a_gap_is_blank_and_marked_at_the_foot_and_in_the_lane() -> None:
    rows = drawn(flat("pv", 800.0, None, 800.0))

    assert column(rows, 0) and not column(rows, 1)
    assert sum(row[BARS + 1] == "×" for row in rows) == 2
    assert any(row[BARS : BARS + 3] == "─×─" for row in rows)


def test_export_hangs_below_zero() -> None:
    rows = drawn(flat("grid", 1000.0, -1000.0))
    zero = next(place for place, row in enumerate(rows) if row[:BARS].strip() == "0┤")

    assert rows[zero - 1][BARS] == "⣿" and rows[zero + 1][BARS] in " ┊"
    assert rows[zero + 1][BARS + 1] == "⣿" and rows[zero - 1][BARS + 1] in " ┊"
    assert rows[zero][BARS] == "⠛" and rows[zero][BARS + 1] == "⣤"


def test_a_peak_of_seconds_is_seen_over_the_mean_of_its_column() -> None:
    peak = QuantityTrend("alder", BY_NAME["pv"], Frame(0.0, 900.0, 1), (Bucket(100.0, 200.0, 4000.0, 100.0),))

    cells = column(drawn(peak), 0)
    assert len(cells) > 4 and all(dots <= 4 for dots in cells[:-1])  # one dot wide


def test_only_what_is_beyond_the_limit_is_coloured() -> None:
    frame = day_frame(NOW, 48)
    board = Board(frame, (trend("spread", frame, NOW),), now=NOW, limits=LIMITS)
    urgent = {
        (row, place)
        for row, line in enumerate(draw_board(board, 80, 13))
        for place, cell in enumerate(line._cells[BARS : BARS + 48])
        if cell[1] is Role.TODAY_TEXT
    }

    beyond = {place for place, b in enumerate(board.trends[0].buckets) if b is not None and b.high > 80}
    assert urgent and {place for _, place in urgent} <= beyond


def test_before_the_first_reading_and_after_now_there_is_no_gap() -> None:
    one = flat("soc", None, None, 50.0, None, 50.0, None)
    board = Board(one.frame, (one,), now=900.0 * 5, lane=Lane(first_at=900.0 * 2))

    assert data_lane(board) == "   ×  "


@pytest.mark.slow
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    st.integers(4, 10),
    st.sampled_from(["grid", "pv", "voltage", "spread"]),
)
def test_every_value_lies_within_its_scale(values: list[float], rows: int, name: str) -> None:
    scale = scale_of((flat(name, *values),), rows)

    slack = max(scale.step * 0.02, max(values) * 0.021) + 1e-6
    assert scale.rows <= rows
    assert scale.foot - slack <= min(values) and max(values) <= scale.top + slack


@pytest.mark.parametrize(("rows", "count", "expected"), [(17, 5, [5, 5, 5]), (32, 5, [6, 6, 6, 5, 5]), (3, 2, [])])
def test_panels_share_the_rows_and_none_is_lower_than_four(rows: int, count: int, expected: list[int]) -> None:
    assert panel_rows(rows, count) == expected


@pytest.mark.slow
@given(st.integers(1, 220), st.integers(1, 70))
def test_any_size_is_drawn_within_its_bounds(width: int, height: int) -> None:
    frame = day_frame(NOW, plot_room(width))
    board = Board(frame, tuple(trend(name, frame, NOW) for name in SHAPES), lane(NOW), NOW, cursor=3, limits=LIMITS)

    lines = draw_board(board, width, height)

    assert len(lines) <= height and all(line.width == width for line in lines)


def test_a_device_alarm_that_never_spoke_is_a_base_line_not_noise() -> None:
    quantity = quantity_named("battery/1/Alarms/HighCellVoltage")
    assert quantity is not None
    frame = Frame(0.0, 900.0, 3)
    scale = scale_of((QuantityTrend("alder", quantity, frame, (Bucket(0.0, 0.0, 0.0, 0.0),) * 3),), 6)

    assert (scale.foot, scale.top) == (0.0, 4.0)
