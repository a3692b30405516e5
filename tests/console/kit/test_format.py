"""Numbers read the same everywhere: widths, rounding, and what stands for zero, absent and lost."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.console.kit import format as shown
from victron_console.model.clock import local
from victron_console.model.moments import parse_moment


@pytest.mark.parametrize(
    ("watts", "text"),
    [
        (104, "104W"),
        (999.4, "999W"),
        (999.5, "1.00k"),
        (1925, "1.93k"),
        (-1925, "-1.93k"),
        (9994, "9.99k"),
        (9995, "10.0k"),
        (11_700, "11.7k"),
        (99_950, "100k"),
        (-31.5, "-32W"),
        (2_320_000, "2.32M"),
        (5e12, "999M"),
    ],
)
def test_power_rounds_half_away_and_keeps_its_unit_in_the_last_character(watts: float, text: str) -> None:
    assert shown.power(watts) == text


@pytest.mark.parametrize("watts", [0, 0.49, -0.49, -0.0])
def test_zero_power_has_no_sign_and_leaves_the_units_place_blank(watts: float) -> None:
    assert shown.power(watts, signed=True) == "0 "


@pytest.mark.parametrize("watts", [None, float("nan"), float("inf")])
def test_a_power_that_is_none_is_a_dash_over_the_units_digit(watts: float | None) -> None:
    assert shown.power(watts) == "- "


@given(st.floats(min_value=-1e9, max_value=1e9))
def test_every_power_fits_six_characters_with_its_sign_and_five_without(watts: float) -> None:
    assert len(shown.power(watts, signed=True)) <= 6
    assert len(shown.power(abs(watts))) <= 5


@given(st.floats(min_value=0.5, max_value=9e8), st.floats(min_value=0.5, max_value=9e8))
def test_a_greater_power_never_reads_as_a_smaller_one(one: float, other: float) -> None:
    scale = {"W": 1.0, "k": 1e3, "M": 1e6}

    def read(text: str) -> float:
        return float(text[:-1]) * scale[text[-1]]

    low, high = sorted((one, other))
    assert read(shown.power(low)) <= read(shown.power(high)) + 1e-6


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "5s"), (5, "5s"), (5.1, "10s"), (60, "60s"), (61, "1m"), (3599, "59m"), (7200, "2h"), (13 * 86400, "13d")],
)
def test_age_goes_in_steps_of_five_seconds_and_then_in_units(seconds: float, text: str) -> None:
    assert shown.age(seconds) == text


@given(st.floats(min_value=-1e6, max_value=1e12))
def test_every_age_fits_three_characters(seconds: float) -> None:
    assert len(shown.age(seconds)) <= 3


@pytest.mark.parametrize(
    ("seconds", "text"), [(45, "45s"), (2400, "40m"), (6600, "1h50"), (83 * 3600, "83h"), (12 * 86400, "12d")]
)
def test_duration(seconds: float, text: str) -> None:
    assert shown.duration(seconds) == text


@given(st.floats(min_value=0, max_value=1e12))
def test_every_duration_fits_four_characters(seconds: float) -> None:
    assert len(shown.duration(seconds)) <= 4


@given(st.floats(min_value=-50, max_value=150), st.integers(min_value=1, max_value=40))
def test_a_charge_bar_fills_its_width_and_never_hides_a_charge_above_zero(percent: float, width: int) -> None:
    fill, rest = shown.soc_bar(percent, width)

    assert len(fill) + len(rest) == width
    assert bool(fill) == (percent > 0)


def test_a_charge_bar_shows_half_steps() -> None:
    assert shown.soc_bar(55, 6) == ("━━━╾", "──")


def test_a_spark_marks_what_was_not_received_and_never_touches_the_row_above() -> None:
    assert shown.spark([0, 55, None, 100]) == "▁▄·▇"


@pytest.mark.slow
@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=50))
def test_a_spark_has_one_character_a_value(values: list[float | None]) -> None:
    assert len(shown.spark(values)) == len(values)


def test_sunrise_is_a_range_or_one_figure_when_both_ends_agree() -> None:
    assert shown.sunrise(38.2, 61.4) == ("38", "-61")
    assert shown.sunrise(99.6, 100) == ("100", "")
    assert shown.sunrise(None, 50) == ("-", "")


def test_a_number_has_no_minus_zero_and_its_sign_only_when_asked() -> None:
    assert [shown.number(-0.04, 1), shown.number(6, signed=True), shown.number(None)] == ["0", "+6", "-"]


def test_round_trips_and_rates() -> None:
    assert [shown.round_trip(0.041), shown.round_trip(1.9), shown.round_trip(None)] == ["41ms", "1.9s", "---"]
    assert [shown.rate(640), shown.rate(1100), shown.rate(12e6)] == ["640 B/s", "1.1 kB/s", "12.0 MB/s"]


def test_a_time_of_day_is_the_last_one_before_now() -> None:
    now = 1_795_444_327.0
    earlier, later = local(now - 3600), local(now + 3600)

    assert parse_moment(f"{earlier:%H:%M:%S}", now) == pytest.approx(now - 3600, abs=1)
    assert parse_moment(f"{later:%H:%M:%S}", now) == pytest.approx(now + 3600 - 86400, abs=3601)
    assert parse_moment("2026-11-22 03:14+00:00", now) == 1_795_317_240.0
    assert parse_moment("half past three", now) is None


def test_a_moment_can_be_said_as_an_operator_says_it() -> None:
    now, here = 1_795_444_327.0, 1_795_000_000.0
    three = datetime.combine(local(now).date(), time(3, 14), local(now).tzinfo).timestamp()

    assert parse_moment("3:14", now) == parse_moment("03:14", now)
    assert parse_moment("yesterday 3:14", now) == pytest.approx(three - 86400, abs=3601)
    assert [parse_moment(typed, now, here) for typed in ("-2h", "+30 min", "-1.5d")] == [
        here - 7200,
        here + 1800,
        here - 129_600,
    ]
    assert parse_moment("yesterday", now) == parse_moment("yesterday 0:00", now)
    assert parse_moment("today", now) == parse_moment("today 00:00", now)
    assert [parse_moment(typed, now, now - 9.0) for typed in ("7d", "2w")] == [now - 7 * 86_400, now - 14 * 86_400]
    assert parse_moment("tomorrow", now) is None and parse_moment("", now) is None
