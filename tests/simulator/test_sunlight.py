"""Sun, weather and loads: right in size, seeded, and free of jumps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.simulator.load import PROFILES, LoadProfile
from victron_console.simulator.sun import Sky, plane_irradiance_w_m2
from victron_console.simulator.weather import Weather

DAY_S = 86400.0
JUNE = 1781740800.0  # 2026-06-18T00:00Z
DECEMBER = JUNE + 183 * DAY_S


def daily_kwh_per_m2(sky: Sky, start: float) -> float:
    return sum(sky.irradiance_w_m2(start + s, 35, 180) for s in range(0, 86400, 600)) * 600 / 3.6e6


def test_clear_summer_day_in_london_gives_a_believable_sum() -> None:
    assert 6.5 < daily_kwh_per_m2(Sky(51.5, 0.0), JUNE) < 9.5


def test_winter_day_gives_much_less_than_summer_day_in_the_north() -> None:
    sky = Sky(51.5, 0.0)
    assert daily_kwh_per_m2(sky, DECEMBER) < 0.5 * daily_kwh_per_m2(sky, JUNE)


def test_december_is_summer_in_the_south() -> None:
    sky = Sky(-35.0, 149.0)
    flat = [sum(sky.irradiance_w_m2(start + s, 0, 0) for s in range(0, 86400, 600)) for start in (JUNE, DECEMBER)]
    assert flat[1] > 1.5 * flat[0]


def test_no_light_at_night() -> None:
    assert Sky(51.5, 0.0).irradiance_w_m2(JUNE + 1800, 35, 180) == 0.0


def test_low_sun_behind_the_plane_leaves_only_diffuse_light() -> None:
    behind = plane_irradiance_w_m2(15, 60, 90, 240)
    assert 0 < behind < 0.2 * plane_irradiance_w_m2(15, 240, 90, 240)


@given(st.floats(0, 40 * DAY_S), st.integers(0, 1000))
def test_weather_stays_in_range_and_is_the_same_when_asked_again(after_s: float, seed: int) -> None:
    one, two = Weather(seed, 48.0, 11.0), Weather(seed, 48.0, 11.0)
    assert 0.08 <= one.clearness(JUNE + after_s) <= 1.0
    assert 0.0 <= one.wind(JUNE + after_s) <= 1.0
    assert -35 < one.ambient_c(JUNE + after_s) < 48
    assert one.clearness(JUNE + after_s) == two.clearness(JUNE + after_s)


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
def test_a_week_of_load_has_the_energy_asked_for(profile: str) -> None:
    load = LoadProfile(profile, 10.0, "Europe/Berlin", 3)
    kwh = sum(load.power_w(JUNE + s) for s in range(0, 7 * 86400, 60)) * 60 / 3.6e6
    assert kwh == pytest.approx(70.0, rel=0.12)


def test_loads_follow_local_time() -> None:
    berlin, auckland = (LoadProfile("pump", 24.0, zone, 3) for zone in ("Europe/Berlin", "Pacific/Auckland"))
    ten_utc = JUNE + 10 * 3600
    assert berlin.power_w(ten_utc) > 3 * auckland.power_w(ten_utc)


def test_a_hob_switches_by_the_minute_while_somebody_cooks() -> None:
    plain, hob = (LoadProfile("home", 10.0, "UTC", 3, cooker_w) for cooker_w in (0.0, 2000.0))
    midnight = 1_763_856_000.0
    extra = [hob.power_w(midnight + 60.0 * n) - plain.power_w(midnight + 60.0 * n) for n in range(1440)]
    assert {round(watts) for watts in extra[18 * 60 : 19 * 60]} == {0, 2000}
    assert not any(extra[: 18 * 60]) and not any(extra[19 * 60 :])
