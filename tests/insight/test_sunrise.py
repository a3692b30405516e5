"""Will it make it to sunrise? Nights made by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from victron_console.insight.overview.overview import overview
from victron_console.insight.sun import SunTimes, next_night
from victron_console.insight.sunrise import Outlook, outlook, site_outlook
from victron_console.model.snapshot import Snapshot

EVENING = datetime(2026, 5, 10, 20, 0, tzinfo=UTC).timestamp()
NIGHT = SunTimes(sunrise_at=EVENING + 10 * 3600, sunset_at=EVENING - 600)
Points = list[tuple[float, float | None]]


def outlook_of(snapshot: Snapshot, points: Points, *, zone: tzinfo | None, capacity_ah: float | None = None) -> Outlook:
    return site_outlook(snapshot, overview(snapshot), points, zone=zone, capacity_ah=capacity_ah)


def days(count: int, watts: float, until: float = EVENING) -> Points:
    """The same power around the clock, in buckets of half an hour."""
    return [(until - step * 1800.0, watts) for step in range(48 * count, 0, -1)]


def look(
    history: Points,
    soc: float | None = 80.0,
    capacity_wh: float | None = 10_000,
    floor: float | None = 20.0,
    at: float = EVENING,
) -> Outlook:
    return outlook(
        soc_percent=soc,
        soc_at=at,
        battery_power_w=history,
        capacity_wh=capacity_wh,
        floor_percent=floor,
        night=NIGHT,
        zone=UTC,
    )


def test_a_steady_load_takes_what_it_takes() -> None:
    seen = look(days(5, -300.0))
    assert seen.soc_percent and seen.soc_percent == pytest.approx(80 - 300 * 10 / 10_000 * 100, abs=0.1)
    assert seen.soc_low_percent and seen.soc_high_percent and seen.soc_percent
    assert seen.soc_low_percent < seen.soc_percent < seen.soc_high_percent
    assert (seen.empty_at, seen.basis, seen.notes) == (None, "5 days", ())


def test_a_site_below_its_floor_is_empty_now() -> None:
    seen = look(days(5, -300.0), soc=15.0)
    assert (seen.soc_percent, seen.empty_at) == (15.0, EVENING)


def test_it_names_the_hour_of_empty() -> None:
    seen = look(days(5, -1000.0))
    assert seen.empty_at and seen.empty_at == pytest.approx(EVENING + 6 * 3600, abs=901)
    assert seen.empty_earliest_at and seen.empty_earliest_at < seen.empty_at
    assert seen.soc_percent == 20.0


def test_a_lost_station_is_projected_from_its_last_state() -> None:
    lost_at = EVENING - 4 * 3600
    seen = look(days(5, -300.0, until=lost_at), at=lost_at)
    assert seen.soc_percent == pytest.approx(80 - 300 * 14 / 10_000 * 100, abs=0.1)


def test_nights_that_differ_make_a_wider_range() -> None:
    varied = [
        (at, watts * factor)
        for (at, watts), factor in zip(
            days(6, -300.0), [f for f in (0.5, 1.5, 0.6, 1.4, 0.8, 1.2) for _ in range(48)], strict=True
        )
        if watts is not None
    ]
    calm, rough = look(days(6, -300.0)), look([*varied])
    assert calm.soc_low_percent and calm.soc_high_percent and rough.soc_low_percent and rough.soc_high_percent
    assert rough.soc_high_percent - rough.soc_low_percent > calm.soc_high_percent - calm.soc_low_percent + 5


def test_a_pattern_of_the_last_hours_is_called_so() -> None:
    seen = look([(EVENING - 600.0 * n, -300.0) for n in range(6, 0, -1)])
    assert seen.basis == "the last hours"
    assert seen.soc_percent == pytest.approx(50, abs=0.1)


def test_charge_of_other_days_is_no_promise_after_sunset() -> None:
    assert look(days(5, +500.0)).soc_percent == 80.0


def test_before_sunset_only_the_high_end_counts_on_more_sun() -> None:
    noon = EVENING - 8 * 3600
    seen = look(days(5, +500.0, until=noon), at=noon, soc=50.0)
    assert seen.soc_low_percent == pytest.approx(48.0)
    assert seen.soc_high_percent and seen.soc_high_percent > 80
    assert "until sunset" in seen.notes[0]


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (look(days(3, -1.0), soc=None), "no state of charge"),
        (look(days(3, -1.0), capacity_wh=None), "set the capacity"),
        (look(days(3, -1.0), at=EVENING - 5 * 86_400), "the last state of charge is days old"),
        (look([]), "no battery power recorded yet"),
        (look([(EVENING - 60, None)]), "no battery power recorded yet"),
    ],
)
def test_what_is_missing_is_said(seen: Outlook, reason: str) -> None:
    assert (seen.reason, seen.soc_percent) == (reason, None)


@pytest.mark.slow
@given(
    st.lists(st.floats(-5000, 5000), min_size=1, max_size=300),
    st.floats(0, 100),
    st.floats(0, 60),
    st.floats(500, 100_000),
)
def test_the_range_is_ordered_and_a_state_of_charge(
    powers: list[float], soc: float, floor: float, capacity: float
) -> None:
    history: Points = [(EVENING - 1800.0 * n, watts) for n, watts in enumerate(powers, 1)]
    seen = look(sorted(history), soc=soc, floor=floor, capacity_wh=capacity)
    assert seen.soc_low_percent is not None and seen.soc_percent is not None and seen.soc_high_percent is not None
    assert 0 <= seen.soc_low_percent <= seen.soc_percent + 1e-9
    assert seen.soc_percent <= seen.soc_high_percent + 1e-9
    assert seen.soc_high_percent <= 100


def test_the_sun_rises_where_the_station_stands() -> None:
    zone = timezone(timedelta(hours=2))
    night = next_night(EVENING, zone, 52.0, 13.4)
    rise = datetime.fromtimestamp(night.sunrise_at, zone)
    assert (rise.day, rise.hour) == (11, 5)
    assert night.sunset_at < night.sunrise_at
    assert night.note == ""


def test_without_a_place_the_morning_is_assumed_and_said() -> None:
    zone = timezone(timedelta(hours=-8))
    night = next_night(EVENING, zone, None, None)
    assert datetime.fromtimestamp(night.sunrise_at, zone).strftime("%d %H:%M") == "11 06:30"
    assert "no place set" in night.note


def test_in_the_polar_summer_it_says_that_the_sun_does_not_set() -> None:
    june = datetime(2026, 6, 21, 12, 0, tzinfo=UTC).timestamp()
    assert "does not rise and set" in next_night(june, UTC, 78.0, 15.0).note


@pytest.mark.slow
@given(st.floats(1.6e9, 2.0e9), st.floats(-60, 60), st.floats(-180, 180))
@example(1938556814.0, 53.5, 53.4375)  # the sun rises twice on one date of UTC
def test_the_sunrise_is_ahead_and_its_sunset_before_it(at: float, latitude: float, longitude: float) -> None:
    night = next_night(at, UTC, latitude, longitude)
    assert at < night.sunrise_at <= at + 25.5 * 3600
    assert 0 < night.sunrise_at - night.sunset_at < 86_400


def test_a_stations_projection_takes_its_own_capacity_and_floor(build: Callable[..., Snapshot]) -> None:
    system = {
        "ActiveBatteryService": "com.victronenergy.battery/1",
        "Dc/Battery/Soc": 80.0,
        "Dc/Battery/Voltage": 50.0,
        "Control/ActiveSocLimit": 20.0,
    }
    devices = {"system/0": system, "battery/1": {"InstalledCapacity": 200.0}}
    lost_since = EVENING - 3600
    seen = outlook_of(build(devices, at=EVENING, read_at=lost_since), days(5, -300.0, until=lost_since), zone=UTC)
    night_s = seen.sunrise_at - lost_since
    assert seen.soc_percent == pytest.approx(80 - 300 * night_s / 3600 / 10_000 * 100, abs=0.1)
    assert seen.floor_percent == 20.0
    bare = build({"system/0": system}, at=EVENING)
    assert outlook_of(bare, days(5, -300.0), zone=UTC).reason == "set the capacity"
    assert outlook_of(bare, days(5, -300.0), zone=UTC, capacity_ah=200.0).reason == ""


@pytest.mark.parametrize(("connected", "runs_empty"), [(0, True), (1, False)])
def test_a_battery_on_its_ess_floor_is_not_empty_while_the_mains_are_there(
    build: Callable[..., Snapshot], connected: int, runs_empty: bool
) -> None:
    system = {
        "ActiveBatteryService": "com.victronenergy.battery/1",
        "Dc/Battery/Soc": 30.0,
        "Dc/Battery/Power": -800.0,
        "Dc/Battery/Voltage": 50.0,
        "Control/ActiveSocLimit": 25.0,
        "Ac/In/0/Source": 1,
        "Ac/In/0/Connected": connected,
        "Ac/In/NumberOfAcInputs": 1,
        "Ac/ActiveIn/Source": 1 if connected else 240,
    }
    devices = {"system/0": system, "battery/1": {"InstalledCapacity": 200.0}}
    seen = outlook_of(build(devices, at=EVENING), days(5, -800.0), zone=UTC)
    assert (seen.empty_at is not None) is runs_empty
