"""Will it make it to sunrise? Nights made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from victron_console.insight.half_hours import HalfHour, half_hours
from victron_console.insight.overview.overview import overview
from victron_console.insight.sun import SunTimes, next_night
from victron_console.insight.sunrise import Outlook, outlook, site_outlook
from victron_console.model.snapshot import Snapshot

EVENING = datetime(2026, 5, 10, 20, 0, tzinfo=UTC).timestamp()
NIGHT = SunTimes(sunrise_at=EVENING + 10 * 3600, sunset_at=EVENING - 600)
Past = list[HalfHour]


def outlook_of(snapshot: Snapshot, past: Past, *, zone: tzinfo | None, capacity_ah: float | None = None) -> Outlook:
    return site_outlook(snapshot, overview(snapshot), past, zone=zone, capacity_ah=capacity_ah)


def days(count: int, watts: float, until: float = EVENING) -> Past:
    """The same power around the clock."""
    return [HalfHour(at=until - (step - 0.5) * 1800.0, battery_w=watts) for step in range(48 * count, 0, -1)]


def look(
    past: Past,
    soc: float | None = 80.0,
    capacity_wh: float | None = 10_000,
    floor: float | None = 20.0,
    at: float = EVENING,
) -> Outlook:
    return outlook(
        soc_percent=soc,
        soc_at=at,
        past=past,
        capacity_wh=capacity_wh,
        floor_percent=floor,
        night=NIGHT,
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
    # Six hours of ten kWh; of nine, the least that a nameplate of ten may mean, 36 minutes earlier.
    assert seen.empty_at == pytest.approx(EVENING + 5.4 * 3600, abs=60)
    assert seen.empty_earliest_at is not None and seen.empty_earliest_at <= (seen.empty_at or 0)
    assert seen.soc_percent == 20.0


def test_a_lost_station_is_projected_from_its_last_state() -> None:
    lost_at = EVENING - 4 * 3600
    seen = look(days(5, -300.0, until=lost_at), at=lost_at)
    assert seen.soc_percent == pytest.approx(80 - 300 * 14 / 10_000 * 100, abs=0.1)


def test_nights_that_differ_make_a_wider_range() -> None:
    factors = [factor for factor in (0.5, 1.5, 0.6, 1.4, 0.8, 1.2) for _ in range(48)]
    varied = [replace(each, battery_w=-300.0 * f) for each, f in zip(days(6, -300.0), factors, strict=True)]
    calm, rough = look(days(6, -300.0)), look(varied)
    assert calm.soc_low_percent and calm.soc_high_percent and rough.soc_low_percent and rough.soc_high_percent
    assert rough.soc_high_percent - rough.soc_low_percent > calm.soc_high_percent - calm.soc_low_percent + 5


def test_a_pattern_of_the_last_hours_is_called_so() -> None:
    seen = look(days(1, -300.0)[-2:])
    assert seen.basis == "the last hours"
    assert seen.soc_percent == pytest.approx(50, abs=0.1)


def test_charge_of_other_days_is_no_promise_after_sunset() -> None:
    assert look(days(5, +500.0)).soc_percent == 80.0


def test_charge_of_the_afternoon_is_not_carried_into_the_night() -> None:
    afternoon = NIGHT.sunset_at - 1800
    sunny = [replace(each, battery_w=2000.0) if is_day(each.at) else each for each in days(7, -300.0, until=afternoon)]
    seen = look(sunny, at=afternoon, soc=60.0)
    # Half an hour of sun is left, then ten hours and ten minutes of loads.
    assert seen.soc_percent == pytest.approx(60 + 10 - 300 * 10.2 / 10_000 * 100, abs=1.0)


def test_before_sunset_the_range_is_that_of_the_afternoons_before() -> None:
    noon = NIGHT.sunset_at - 6 * 3600
    bright = iter([True, False] * 10)
    sunny: Past = []
    for day in range(10):
        watts = 1000.0 if next(bright) else 0.0
        sunny += [
            replace(each, battery_w=watts if is_day(each.at) else -100.0)
            for each in days(1, 0.0, until=noon - 86_400 * (9 - day))
        ]
    seen = look(sunny, at=noon, soc=30.0)
    assert seen.soc_low_percent == pytest.approx(20, abs=1)
    assert seen.soc_high_percent == pytest.approx(30 + 60 - 10, abs=7)  # of 9 to 11 kWh
    assert "until sunset" in seen.notes[0]


def is_day(at: float) -> bool:
    """The twelve hours before the sunset of any day."""
    return (NIGHT.sunset_at - at) % 86_400 <= 12 * 3600


def emptied(count: int, *, load_w: float | None, floor: float = 20.0) -> Past:
    """Nights with 1 kW of load on a battery that is on its floor from midnight on, and days on which nothing flows."""
    past: Past = []
    for each in days(count, 0.0):
        into_night_h = (each.at - NIGHT.sunset_at) % 86_400 / 3600
        if into_night_h >= 10.2:
            past.append(replace(each, soc_percent=60.0, load_w=0.0, pv_w=0.0))
        elif into_night_h < 4:
            past.append(replace(each, battery_w=-1000.0, soc_percent=60.0 - 10 * into_night_h, load_w=950.0, pv_w=0.0))
        else:
            past.append(replace(each, battery_w=-2.0, soc_percent=floor, load_w=load_w, pv_w=0.0))
    return past


@pytest.mark.parametrize("load_w", [950.0, None, 0.0], ids=["loads on mains", "not known", "cut off"])
def test_hours_on_the_floor_are_not_taken_for_hours_without_load(load_w: float | None) -> None:
    seen = look(emptied(6, load_w=load_w), soc=100.0)
    assert seen.soc_percent == pytest.approx(20, abs=1)
    assert seen.empty_at is not None


def test_hours_of_a_full_battery_are_not_taken_for_hours_without_sun() -> None:
    noon = NIGHT.sunset_at - 6 * 3600
    past = [
        replace(each, battery_w=0.0, soc_percent=100.0, pv_w=2000.0, load_w=0.0)
        if is_day(each.at)
        else replace(each, soc_percent=70.0, pv_w=0.0, load_w=95.0)
        for each in days(6, -100.0, until=noon)
    ]
    seen = look(past, at=noon, soc=30.0, floor=0.0)
    assert seen.soc_percent == pytest.approx(100 - 10, abs=1)


def test_it_tells_of_empty_where_one_of_three_nights_runs_dry() -> None:
    def nights(dry: int) -> Past:
        heavy = {day for day in range(10) if day * dry // 10 != (day + 1) * dry // 10}
        return [
            replace(each, battery_w=-1000.0 if int((EVENING - each.at) // 86_400) in heavy else -100.0)
            for each in days(10, 0.0)
        ]

    assert look(nights(5)).empty_at is not None and look(nights(4)).empty_at is not None
    seldom = look(nights(2))
    assert seldom.empty_at is None
    assert seldom.empty_earliest_at is not None


def test_loads_of_now_go_on_for_some_hours() -> None:
    usual = [replace(each, load_w=300.0, pv_w=0.0) for each in days(7, -300.0)]
    busy = [*usual[:-4], *(replace(each, battery_w=-1300.0, load_w=1300.0) for each in usual[-4:])]
    calm, after = look(usual).soc_percent, look(busy).soc_percent
    assert calm is not None and after is not None
    # A kilowatt more, six tenths of it fading with two hours, over a converter that passes all on.
    assert calm - after == pytest.approx(0.6 * 2000 / 10_000 * 100, abs=1)


def test_a_battery_that_gives_less_than_its_nameplate_is_found_out() -> None:
    """15 nights of 30 points on 300 W for ten hours each: 100 Wh a percent are 10 kWh, whatever the file says."""
    past = []
    for each in days(15, 0.0):
        into_night_h = (each.at - NIGHT.sunset_at) % 86_400 / 3600
        night = into_night_h < 10
        soc = 80.0 - 3 * into_night_h if night else 50.0 + 30.0 * (into_night_h - 10) / 14
        past.append(replace(each, battery_w=-300.0 if night else 214.0, soc_percent=soc))
    for capacity_wh in (5_000.0, 20_000.0, None):
        seen = look(past, capacity_wh=capacity_wh)
        assert seen.soc_percent == pytest.approx(80 - 3 * 10, abs=1.5)


def test_half_hours_are_means_of_what_was_over() -> None:
    rows = [(1800.0 + n * 300.0, -100.0 * n, 50.0, 200.0, 40.0, None) for n in range(7)]
    first, second = half_hours(rows, 3600.0 + 299.0)
    assert (first.battery_w, first.load_w, first.pv_w) == (0.0, 240.0, 0.0)
    assert second.battery_w == pytest.approx(-300.0)  # of 1 to 5; the seventh is not over yet


def test_a_gap_in_the_ac_loads_is_not_taken_for_the_dc_loads_alone() -> None:
    known, gap = (0.0, -300.0, 60.0, 250.0, 50.0, None), (1800.0, -300.0, 57.0, None, 50.0, None)
    assert [half.load_w for half in half_hours([known, gap], 3600.0)] == [300.0, None]
    assert [half.load_w for half in half_hours([gap], 3600.0)] == [50.0]  # a site without any


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (look(days(3, -1.0), soc=None), "no state of charge"),
        (look(days(3, -1.0), capacity_wh=None), "set the capacity"),
        (look(days(3, -1.0), at=EVENING - 5 * 86_400), "the last state of charge is days old"),
        (look([]), "no battery power recorded yet"),
        (look([HalfHour(at=EVENING - 60, battery_w=None)]), "no battery power recorded yet"),
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
    past = [HalfHour(at=EVENING - 1800.0 * n, battery_w=watts) for n, watts in enumerate(powers, 1)]
    seen = look(past, soc=soc, floor=floor, capacity_wh=capacity)
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


def shone(*, offset_h: float, watts: float = 3000.0, night_w: float = 5.0, days_back: float = 3.0) -> Past:
    """Days with PV from 5 to 21 h of a clock that is so far ahead of UTC, and a few watts of a meter at night."""
    return [
        replace(each, pv_w=watts if 5 <= ((each.at / 3600 + offset_h) % 24) < 21 else night_w)
        for each in days(3, -100.0)[-round(48 * days_back) :]
    ]


@pytest.mark.parametrize("offset_h", [-8, 0, 2, 5.5, 13])
@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-8))])
def test_without_a_place_the_days_before_tell_when_the_sun_shines(offset_h: float, zone: tzinfo) -> None:
    for at in (EVENING, EVENING + 9 * 3600, EVENING + 20 * 3600):
        night = next_night(at, zone, None, None, shone(offset_h=offset_h))
        assert at < night.sunrise_at <= at + 86_400
        assert (night.sunrise_at / 3600 + offset_h) % 24 == pytest.approx(5)
        assert night.sunrise_at - night.sunset_at == pytest.approx(8 * 3600)
        assert "first PV" in night.note


@pytest.mark.parametrize(
    "past",
    [
        shone(offset_h=0, watts=0.0, night_w=0.0), shone(offset_h=0, night_w=3000.0),
        shone(offset_h=0, days_back=0.9), days(3, -100.0), [],
    ],
    ids=["no PV", "PV that stands still", "less than a day", "not known", "nothing"],
)  # fmt: skip
def test_pv_that_tells_no_night_leaves_the_morning_assumed(past: Past) -> None:
    assert next_night(EVENING, UTC, None, None, past) == next_night(EVENING, UTC, None, None)


def test_a_place_knows_better_than_the_pv() -> None:
    assert next_night(EVENING, UTC, 52.0, 13.4, shone(offset_h=0)) == next_night(EVENING, UTC, 52.0, 13.4)


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


def test_a_file_that_names_kilowatt_hours_and_a_floor_needs_no_ampere_hours(build: Callable[..., Snapshot]) -> None:
    devices = {"system/0": {"Dc/Battery/Soc": 80.0, "Dc/Battery/Voltage": 50.0}}
    snapshot = build(devices, at=EVENING)
    seen = site_outlook(
        snapshot, overview(snapshot), days(5, -1000.0), zone=UTC, capacity_kwh=10.0, site_floor_percent=30.0
    )
    assert (seen.reason, seen.soc_percent, seen.floor_percent) == ("", 30.0, 30.0)
    lit = site_outlook(snapshot, overview(snapshot), shone(offset_h=2), zone=UTC, capacity_kwh=10.0)
    assert (lit.sunrise_at / 3600 + 2) % 24 == pytest.approx(5), "no place is set: by its PV"


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
