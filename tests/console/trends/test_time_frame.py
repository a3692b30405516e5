"""The time axis: columns begin at round times, whatever is zoomed, panned or pointed at."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.console.sample_fleet import NOW, at

from victron_console.console.trends.frame import SPANS, Span, Window, frame_at, step_words, ticks
from victron_console.model.units import DAY_S

ROOMS = st.integers(20, 300)
MOMENTS = st.floats(1e9, 2.5e9)


@given(MOMENTS, st.sampled_from(SPANS), ROOMS)
def test_a_frame_is_its_span_in_round_columns_that_fit_and_hold_the_moment(at_s: float, span: Span, room: int) -> None:
    frame = frame_at(at_s, span, room)

    assert frame.columns <= room or frame.columns == 1
    assert frame.until - frame.since == span.seconds
    assert frame.until - frame.step_s < at_s <= frame.until


def test_a_day_is_96_quarters_of_an_hour_where_there_is_room_for_them() -> None:
    frame = frame_at(NOW, SPANS[4], 96)

    assert (frame.columns, step_words(frame.step_s), frame.until) == (96, "15 min", at(14, 45))


def test_daily_bars_begin_at_midnight_and_stand_apart() -> None:
    frame = frame_at(NOW, SPANS[7], 96, least_step_s=DAY_S)

    assert (frame.columns, frame.cells, frame.until) == (30, 3, at(0, 0) + DAY_S)


@given(MOMENTS, st.sampled_from(SPANS), ROOMS)
def test_the_labels_of_the_axis_never_touch(at_s: float, span: Span, room: int) -> None:
    found = ticks(frame_at(at_s, span, room))

    assert all(b.column - a.column > len(a.label) for a, b in pairwise(found))


def test_the_cursor_enters_at_the_end_and_leaves_past_it() -> None:
    window = Window()
    frame = window.frame(NOW, 96)
    entered = window.stepped(-1, frame, NOW)

    assert entered.cursor_at == NOW
    assert window.stepped(1, frame, NOW).cursor_at is None
    assert entered.stepped(1, frame, NOW).cursor_at is None
    assert entered.stepped(-2, frame, NOW).cursor_at == at(14, 0)


def test_zooming_keeps_what_is_under_the_cursor_in_sight() -> None:
    window = Window(cursor_at=NOW - 20 * 3600)
    for steps in (-1, -1, -1, -1, 3, 4):
        window = window.zoomed(steps, window.frame(NOW, 96), NOW)
        frame = window.frame(NOW, 96)
        assert 0 <= frame.column_of(window.cursor_at or 0) < frame.columns


def test_panning_back_stops_following_the_time_and_forward_follows_it_again() -> None:
    back = Window().panned(-DAY_S, NOW)

    assert back.until == NOW - DAY_S
    assert back.panned(DAY_S, NOW).until is None
