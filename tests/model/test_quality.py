from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.model.quality import Quality, freshness
from victron_console.model.reading import Reading


@pytest.mark.parametrize(
    ("age_s", "cadence_s", "failures", "gone", "expected"),
    [
        (0, 10, 0, False, Quality.GOOD),
        (30, 10, 0, False, Quality.GOOD),
        (31, 10, 0, False, Quality.STALE),
        (31, 60, 0, False, Quality.GOOD),
        (181, 60, 0, False, Quality.STALE),
        (59, 1, 3, False, Quality.STALE),
        (61, 1, 3, False, Quality.LOST),
        (61, 60, 3, False, Quality.LOST),
        (61, 10, 2, False, Quality.STALE),
        (0, 10, 0, True, Quality.GONE),
    ],
)
def test_freshness_follows_age_cadence_and_failures(
    age_s: float, cadence_s: float, failures: int, gone: bool, expected: Quality
) -> None:
    assert freshness(1000.0, cadence_s, failures, gone, 1000.0 + age_s) is expected


def test_a_clock_that_went_back_makes_nothing_old() -> None:
    assert freshness(10_000.0, 10, 0, False, 10.0) is Quality.GOOD


def test_a_service_never_read_is_never_good() -> None:
    assert freshness(None, 10, 0, False, 0.0) is Quality.STALE
    assert freshness(None, 10, 3, False, 0.0) is Quality.LOST


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1, 3600), st.integers(0, 9))
def test_growing_older_never_makes_a_value_better(age_s: float, more_s: float, cadence_s: float, failures: int) -> None:
    order = [Quality.GOOD, Quality.STALE, Quality.LOST]
    young = freshness(0.0, cadence_s, failures, False, age_s)
    old = freshness(0.0, cadence_s, failures, False, age_s + more_s)
    assert order.index(old) >= order.index(young)


def test_an_absent_value_stays_absent_when_its_service_is_lost() -> None:
    assert Reading(None, 0.0, Quality.ABSENT).aged(Quality.LOST).quality is Quality.ABSENT


def test_a_stale_value_is_no_number_but_is_still_known() -> None:
    stale = Reading(81.0, 0.0).aged(Quality.STALE)
    assert stale.number is None
    assert stale.last_number == 81.0


def test_text_and_non_finite_values_are_no_numbers() -> None:
    assert Reading("81", 0.0).number is None
    assert Reading(float("inf"), 0.0).number is None
    assert Reading(float("nan"), 0.0).last_number is None
