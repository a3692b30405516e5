"""Windows count what was seen, and nothing else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.alerts.language.windows import ENTRIES, Window, counter_step

HOLD_S = 30.0


def filled(span_s: float, values: list[float | None], each_s: float = 10.0) -> tuple[Window, float]:
    window = Window(span_s)
    for n, value in enumerate(values):
        window.push(n * each_s, value, HOLD_S)
    return window, (len(values) - 1) * each_s


def test_a_window_covered_to_less_than_half_says_nothing() -> None:
    window, now = filled(100.0, [1.0] * 5)
    assert window.avg(now) is None
    window, now = filled(100.0, [1.0] * 6)
    assert window.avg(now) == 1.0


def test_a_mean_is_weighted_by_time() -> None:
    window = Window(40.0)
    for at, value in ((0.0, 0.0), (30.0, 10.0), (40.0, 10.0)):
        window.push(at, value, HOLD_S)
    assert window.avg(40.0) == 2.5


def test_time_nobody_saw_is_not_counted() -> None:
    window, now = filled(60.0, [5.0, None, None, 7.0, 7.0, 7.0, 7.0])
    assert window.avg(now) == 7.0


def test_growth_sees_through_resets_and_starts_at_nothing() -> None:
    window, now = filled(60.0, [900.0, 900.0, 5.0, 50.0, 50.0])
    assert window.increase(now) == 50.0
    assert filled(60.0, [649.0] * 5)[0].increase(40.0) == 0.0


def test_a_counter_of_32_bits_wraps_only_near_its_end() -> None:
    assert counter_step(2.0**32 - 10, 5.0) == 15.0
    assert counter_step(900.0, 5.0) == 5.0
    assert counter_step(900.0, 880.0) == 0.0


def test_extremes_median_slope_and_spread() -> None:
    window, now = filled(40.0, [1.0, 2.0, 3.0, 4.0, 5.0])
    assert (window.min(now), window.max(now), window.median(now), window.delta(now)) == (1.0, 5.0, 3.0, 4.0)
    assert math.isclose(window.slope(now) or 0.0, 0.1)
    assert math.isclose(window.slope(now, lower=True) or 0.0, 0.1)
    assert window.quantile(0.5, now) == 3.0
    assert window.count(now) == 4.0
    assert math.isclose(window.rate(now) or 0.0, 0.1)
    assert math.isclose(window.stddev(now) or 0.0, math.sqrt(1.25))


def test_the_past_fills_a_window_and_what_is_older_counts_at_its_begin() -> None:
    window = Window(100.0)
    window.fill([(0.0, 3.0), (950.0, 5.0)], 1000.0)
    assert window.avg(1000.0) == 4.0


@pytest.mark.slow
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=3000), st.sampled_from([0.1, 1.0, 10.0]))
def test_a_window_is_bounded_and_its_mean_within_its_extremes(values: list[float], each_s: float) -> None:
    window = Window(100.0)
    for n, value in enumerate(values):
        window.push(n * each_s, value, HOLD_S)
    now = (len(values) - 1) * each_s
    held = window.samples(now)
    if held is not None:
        assert len(held) <= ENTRIES + ENTRIES // 2
        mean = window.avg(now)
        low, high = window.min(now), window.max(now)
        assert mean is not None and low is not None and high is not None
        slack = 1e-6 * max(abs(value) for value in values) + 1e-9
        assert min(values) - slack <= mean <= max(values) + slack
