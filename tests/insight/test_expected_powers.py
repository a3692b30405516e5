"""What is expected of loads and PV until sunrise: days made by hand."""

from __future__ import annotations

import math

import pytest

from victron_console.insight.expected_powers import ExpectedPowers, expected_powers
from victron_console.insight.half_hours import HalfHour

EVENING = 1_770_000_000.0 // 86_400 * 86_400 + 15 * 3600.0
HOURS = 16.0
SUNRISE = EVENING + HOURS * 3600


def sun(at: float) -> float:
    """Of a clear day, 0 to 1."""
    return max(0.0, math.sin((at / 3600 % 24 - 7) / 10 * math.pi)) if 7 <= at / 3600 % 24 <= 17 else 0.0


def load(at: float) -> float:
    return 900.0 if 18 <= at / 3600 % 24 < 21 else 300.0


def past(days: int, *, pv_w: float = 2000.0, today: float = 1.0, load_of_day: float = 0.0) -> list[HalfHour]:
    """Days alike but for the sun of the last one, and loads that grow from day to day."""
    found = []
    for n in range(days * 48):
        at = EVENING - (n + 0.5) * 1800
        share = today if n < 18 else 1.0
        loads, shone = load(at) + load_of_day * (n // 48), share * pv_w * sun(at)
        found.append(HalfHour(at=at, battery_w=shone - loads, load_w=loads, pv_w=shone))
    return found


def test_loads_are_those_of_this_hour_on_the_days_before() -> None:
    found = expected_powers(past(7), EVENING, SUNRISE).load

    assert [round(point.usual_w) for point in found] == [round(load(point.at)) for point in found]
    assert len(found) == 2 * HOURS and found[-1].at < SUNRISE
    assert all(point.low_w == point.usual_w == point.high_w for point in found)


def test_days_that_differ_make_a_range_around_the_middle() -> None:
    found = expected_powers(past(9, load_of_day=40.0), EVENING, SUNRISE).load

    later = found[12:]  # by then what today has less has faded
    assert all(point.low_w < point.usual_w < point.high_w for point in later)


def test_few_days_are_told_with_a_wide_range() -> None:
    one, many = (expected_powers(past(days), EVENING, SUNRISE).load for days in (1, 7))

    assert one[4].high_w - one[4].low_w > 0.3 * one[4].usual_w and many[4].high_w == many[4].low_w


def test_the_sun_is_that_of_today_and_nothing_is_told_of_it_at_night() -> None:
    clear, dull = (expected_powers(past(7, today=share), EVENING, SUNRISE).pv for share in (1.0, 0.4))

    assert all(0.2 < b.usual_w / a.usual_w < 0.6 for a, b in zip(clear, dull, strict=True) if a.usual_w > 100)
    assert clear[0].usual_w == pytest.approx(2000 * sun(clear[0].at), abs=1)
    assert max(point.at for point in clear) <= EVENING + 2 * 3600


def test_nothing_is_expected_without_a_day_known_or_of_a_site_without_pv() -> None:
    assert expected_powers(past(7)[:12], EVENING, SUNRISE) == ExpectedPowers()
    assert expected_powers([], EVENING, SUNRISE) == ExpectedPowers()
    assert expected_powers(past(7), EVENING, EVENING) == ExpectedPowers()
    dark = expected_powers(past(7, pv_w=0.0), EVENING, SUNRISE)
    assert dark.load and dark.pv == ()


def test_loads_that_are_not_known_are_not_expected() -> None:
    blind = [HalfHour(at=each.at, battery_w=each.battery_w, load_w=None, pv_w=each.pv_w) for each in past(7)]

    found = expected_powers(blind, EVENING, SUNRISE)
    assert found.load == () and found.pv
