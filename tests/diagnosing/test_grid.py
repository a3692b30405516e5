"""Grid indicators against seeded series with known shares; 50 and 60 Hz, split phase; outages; stress with its sign."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date

import numpy as np
import pytest
from tests.diagnosing.acceptance import share_errors
from tests.diagnosing.made_site import AMERICA, EUROPE, T0, healthy

from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.power.grid import Supply, grid_quality, stress
from victron_console.diagnosing.power.outages import outages
from victron_console.model.mains import nominal_frequency, nominal_voltage


@pytest.mark.parametrize("share", [0.0, 0.0007, 0.012, 0.2])
def test_known_shares_out_of_band_are_reproduced(share: float) -> None:
    record = healthy(EUROPE)
    count = len(record.at)
    hertz = record.hertz.copy()
    hertz[: round(share * count)] = 50.7
    volts = record.volts["L1"].copy()
    blocks = np.repeat(np.random.default_rng(2).permutation(2016) < round(share * 2016), 60)
    volts[blocks] = 204.0
    found = grid_quality(replace(record, hertz=hertz, volts={"L1": volts}), EUROPE)
    assert max(share_errors(EUROPE, share)) <= 0.01
    assert found.kept is (share == 0.0 or (share < 0.005))
    assert found.frequency_always_out.value == 0.0


@pytest.mark.parametrize(
    ("supply", "phases"), [(EUROPE, 1), (EUROPE, 3), (AMERICA, 2), (Supply(phase_v=240.0, hertz=60.0), 1)]
)
def test_a_healthy_grid_of_any_kind_gives_no_alarm(supply: Supply, phases: int) -> None:
    found = grid_quality(healthy(supply, phases), supply)
    assert found.kept is True and found.dips.value == 0 and found.swells.value == 0
    assert (found.unbalance.value is None) == (phases != 3)
    assert ("ANSI" in found.voltage_out.method.name) == (supply.hertz == 60.0)


def test_own_frequency_while_inverting_is_not_the_grids() -> None:
    record = healthy(EUROPE)
    hertz, on_grid = record.hertz.copy(), record.on_grid.copy()
    hertz[1000:5000], on_grid[1000:5000] = 52.7, False
    assert grid_quality(replace(record, hertz=hertz, on_grid=on_grid), EUROPE).frequency_out.value == 0.0


def test_too_few_samples_judge_nothing() -> None:
    record = healthy(EUROPE)
    hertz = record.hertz.copy()
    hertz[::3] = np.nan
    found = grid_quality(replace(record, hertz=hertz), EUROPE)
    assert found.frequency_out.status is Status.INSUFFICIENT and found.kept is None
    assert grid_quality(replace(record, hertz=np.full(len(hertz), np.nan)), EUROPE).frequency_out.value is None


def test_dips_are_counted_as_events_not_as_polls() -> None:
    record = healthy(EUROPE)
    volts = record.volts["L1"].copy()
    volts[100:105] = 190.0
    volts[900] = 200.0
    volts[1500] = 256.0
    found = grid_quality(replace(record, volts={"L1": volts}), EUROPE)
    assert (found.dips.value, found.swells.value) == (2.0, 1.0)


@pytest.mark.parametrize("hertz", [50.0, 60.0])
@pytest.mark.parametrize("volts", [100.0, 110.0, 120.0, 127.0, 200.0, 208.0, 220.0, 230.0, 240.0, 277.0])
def test_no_sound_supply_of_the_world_is_found_fault_with(volts: float, hertz: float) -> None:
    nominal = nominal_voltage(volts, nominal_frequency(hertz + 0.02))
    if nominal is not None:
        found = grid_quality(healthy(Supply(phase_v=volts, hertz=hertz)), Supply(phase_v=nominal, hertz=hertz))
        assert found.kept is True and found.dips.value == 0 and found.swells.value == 0
    assert nominal is not None or hertz == 50.0  # 208 V at 50 Hz is nobody's: a weak 230 V, or a high 200 V


@pytest.mark.parametrize(
    ("zone", "median_v", "hertz", "nominal"),
    [
        ("Europe/Paris", 212.0, 50.0, 230.0),  # a weak line is not another country
        ("Europe/London", 247.0, 50.0, 230.0),
        ("Asia/Seoul", 221.0, 60.0, 220.0),
        ("Asia/Taipei", 111.0, 60.0, 110.0),
        ("America/Mexico_City", 126.0, 60.0, 127.0),
        ("America/New_York", 126.0, 60.0, 120.0),
        ("America/New_York", 208.0, 60.0, 208.0),
        ("America/New_York", 277.0, 60.0, 277.0),
        ("America/Sao_Paulo", 127.0, 60.0, 127.0),  # both 127 and 220 V: by what is measured
        ("America/Sao_Paulo", 221.0, 60.0, 220.0),
        ("Asia/Tokyo", 102.0, 50.0, 100.0),
        (None, 212.0, 50.0, None),
        (None, 160.0, 60.0, None),
    ],
)
def test_the_nominal_voltage_is_the_countrys_or_unknown(
    zone: str | None, median_v: float, hertz: float, nominal: float | None
) -> None:
    assert nominal_voltage(median_v, hertz, zone) == nominal


def test_other_mains_of_60_hertz_are_not_held_against_an_american_standard() -> None:
    for volts, standard in ((220.0, "IEC 60038"), (127.0, "IEC 60038"), (120.0, "ANSI"), (277.0, "ANSI")):
        assert standard in Supply(phase_v=volts, hertz=60.0).method.name


def test_a_count_of_dips_says_of_how_much_of_the_time_it_is_and_none_seen_is_no_pass() -> None:
    record = healthy(EUROPE)
    volts = record.volts["L1"].copy()
    volts[::2] = np.nan
    blind = grid_quality(replace(record, volts={"L1": volts}), EUROPE).dips
    assert blind.status is Status.INSUFFICIENT and "50 %" in blind.reason
    volts[101] = 190.0
    seen = grid_quality(replace(record, volts={"L1": volts}), EUROPE).dips
    assert (seen.value, seen.low) == (1.0, 1.0) and "50 %" in seen.confidence


def test_an_interruption_is_no_dip_and_a_dip_of_three_phases_is_one() -> None:
    record = healthy(EUROPE, phases=3)
    volts = {phase: value.copy() for phase, value in record.volts.items()}
    for value in volts.values():
        value[100:103] = 190.0
        value[500:600] = 0.0
    assert grid_quality(replace(record, volts=volts), EUROPE).dips.value == 1


def test_the_impedance_is_told_from_the_grids_own_wander() -> None:
    record = healthy(EUROPE)
    rng = np.random.default_rng(3)
    amperes = np.repeat(rng.uniform(0, 20, len(record.at) // 60 + 1), 60)[: len(record.at)]
    volts = record.volts["L1"] * 0 + 232 + rng.normal(0, 0.5, len(record.at)) - 0.4 * amperes
    found = grid_quality(replace(record, volts={"L1": volts}, amperes={"L1": amperes}), EUROPE).impedance
    assert found.value == pytest.approx(0.4, abs=0.02)
    assert grid_quality(record, EUROPE).impedance.status is Status.INSUFFICIENT


def test_stress_has_the_sign_of_the_advice() -> None:
    assert (stress(50.6, 230.0, EUROPE) or 0) > 1.0  # surplus: charge
    assert (stress(49.4, 230.0, EUROPE) or 0) < -1.0
    assert (stress(None, 205.0, EUROPE) or 0) < -1.0
    assert abs(stress(60.02, 121.0, AMERICA) or 0) < 0.1
    assert (stress(50.0, 230.0, EUROPE, outages_a_day=2.0) or 0) == -2.0
    assert stress(None, None, EUROPE) is None


def test_outages_are_found_with_their_minutes_days_and_hours() -> None:
    begin = 1_760_054_400.0  # 2025-10-10 00:00 UTC
    at = begin + np.arange(0, 10 * 86_400.0, 60.0)
    there = np.ones(len(at))
    there[(at >= begin + 23.5 * 3600) & (at < begin + 25 * 3600)] = 0.0
    there[(at >= begin + 72 * 3600) & (at < begin + 72.5 * 3600)] = 0.0
    there[-5:] = 0.0
    found = outages(at, there, UTC)
    assert found.count.value == 3 and found.events[-1].until is None
    assert found.minutes.value == pytest.approx(90 + 30 + 4)
    assert dict(found.calendar)[date(2025, 10, 10)] == pytest.approx(30)
    assert dict(found.calendar)[date(2025, 10, 11)] == pytest.approx(60)
    assert found.by_hour[23] == 2 and found.by_hour[0] == 1
    assert found.reserve_hours.value == pytest.approx(1.5, abs=0.15)


def test_a_silent_station_makes_the_end_of_an_outage_inexact_not_longer() -> None:
    at = T0 + np.arange(0, 86_400.0, 60.0)
    there = np.ones(len(at))
    there[100:110] = 0.0
    there[110:500] = np.nan
    (event,) = outages(at, there, UTC).events
    assert not event.exact and event.seconds(at[-1]) == pytest.approx(540)
    assert outages(at, np.full(len(at), np.nan)).count.status is Status.UNKNOWN


def test_two_bad_hours_of_a_week_that_has_just_begun_are_no_bad_week() -> None:
    record = healthy(EUROPE, weeks=1.0 + 4.0 / 168.0)
    volts = record.volts["L1"].copy()
    volts[-720:] = 200.0
    assert grid_quality(replace(record, volts={"L1": volts}), EUROPE).kept is True
    young = healthy(EUROPE, weeks=0.1)
    assert grid_quality(young, EUROPE).voltage_out.status is Status.INSUFFICIENT
