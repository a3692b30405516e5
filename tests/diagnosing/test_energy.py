"""Energies by local day, self-consumption, autarky, counters over a reset."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from victron_console.diagnosing.power.energy import Period, Powers, at_times, counted, report
from victron_console.model.units import DAY_S

BERLIN = ZoneInfo("Europe/Berlin")


def moments(begin: datetime, days: float, step_s: float = 300.0) -> np.ndarray:
    return begin.timestamp() + np.arange(0, days * DAY_S + 1, step_s)


def test_a_gensets_energy_is_bought_also_where_it_goes_through_the_battery() -> None:
    """Six hours of 2 kW from a genset into loads of 0.5 kW and the battery, then eighteen hours from the battery."""
    at = moments(datetime(2026, 3, 2, tzinfo=UTC), 1)
    runs = at < at[0] + 6 * 3600.0
    powers = Powers(
        at=at,
        pv=np.zeros(len(at)),
        load=np.full(len(at), 500.0),
        genset=np.where(runs, 2000.0, 0.0),
        battery=np.where(runs, 1500.0, -500.0),
    )
    day, *_ = report(powers, Period.DAY, UTC)
    assert day.energies.bought_for_load == pytest.approx(12.0, rel=0.02)
    assert day.autarky == pytest.approx(0.0, abs=0.01)


def test_a_constant_kilowatt_is_24_kwh_on_a_plain_day_and_23_or_25_when_the_clock_changes() -> None:
    at = moments(datetime(2026, 3, 28, tzinfo=BERLIN), 3 - 1 / 24)
    days = report(Powers(at=at, load=np.full(len(at), 1000.0)), Period.DAY, BERLIN)
    assert [round(day.energies.load or 0, 6) for day in days] == [24.0, 23.0, 24.0]
    at = moments(datetime(2026, 10, 25, tzinfo=BERLIN), 1 + 1 / 24)
    (only,) = report(Powers(at=at, load=np.full(len(at), 1000.0)), Period.DAY, BERLIN)
    assert only.energies.load == pytest.approx(25.0) and only.coverage == pytest.approx(1.0)


def test_a_gap_is_not_bridged_and_lowers_the_coverage() -> None:
    at = moments(datetime(2026, 5, 1, tzinfo=UTC), 1)
    at = at[(at < at[0] + 6 * 3600) | (at > at[0] + 12 * 3600)]
    (day,) = report(Powers(at=at, load=np.full(len(at), 1000.0)), Period.DAY, UTC)
    assert day.energies.load == pytest.approx(18.0, abs=0.2)
    assert day.coverage == pytest.approx(0.75, abs=0.01)


def test_grid_charging_is_no_load_and_battery_export_is_no_pv_export() -> None:
    at = moments(datetime(2026, 5, 1, tzinfo=UTC), 1, 900.0)
    hours = (at - at[0]) / 3600
    night, noon, evening = hours < 6, (hours >= 9) & (hours < 15), hours >= 18
    pv = np.where(noon, 2000.0, 0.0)
    load = np.full(len(at), 500.0)
    battery = np.where(night, 1000.0, np.where(noon, 1000.0, np.where(evening, -2000.0, 0.0)))
    grid = load + battery - pv
    (day,) = report(Powers(at=at, pv=pv, load=load, battery=battery, grid=grid), Period.DAY, UTC)
    # At noon 500 of 2000 W go out; at night 1000 of 1500 W imported charge the battery; the evening export is battery.
    assert day.self_consumption == pytest.approx(0.75, abs=0.01)
    # Twelve hours of the loads are bought at once, six by way of a battery that is half of grid and half of PV.
    assert day.autarky == pytest.approx(1 - (12 * 0.5 + 6 * 0.5 / 2) / 12, abs=0.015)
    assert day.energies.exported == pytest.approx(6 * 0.5 + 6 * 1.5, abs=0.3)


def test_a_house_without_any_source_is_not_autarkic_however_it_charges() -> None:
    """Six hours of charging by night, the loads from the battery by day, a sixth lost on the way; no PV at all."""
    at = moments(datetime(2026, 5, 1, tzinfo=UTC), 10)
    night = ((at - at[0]) / 3600) % 24 < 6
    battery = np.where(night, 400 * 18 / 6 * 1.2, -400.0)
    grid = np.where(night, 400.0 + battery, 0.0)
    for pv in (None, np.zeros(len(at))):
        powers = Powers(at=at, pv=pv, load=np.full(len(at), 400.0), battery=battery, grid=grid)
        days = report(powers, Period.DAY, UTC)
        assert [day.autarky for day in days] == [pytest.approx(0.0, abs=0.01)] * len(days)


def test_the_sun_of_summer_is_own_also_by_night() -> None:
    at = moments(datetime(2026, 6, 1, tzinfo=UTC), 10)
    noon = np.abs(((at - at[0]) / 3600) % 24 - 12) < 4
    battery = np.where(noon, 1000.0, -500.0)
    powers = Powers(
        at=at, pv=np.where(noon, 1500.0, 0.0), load=np.full(len(at), 500.0), battery=battery, grid=np.zeros(len(at))
    )
    assert all(day.autarky == pytest.approx(1.0) for day in report(powers, Period.DAY, UTC))


def test_the_cost_is_what_was_bought_less_what_was_sold_at_their_hours() -> None:
    at = moments(datetime(2026, 5, 1, tzinfo=UTC), 1)
    night = at < at[0] + 12 * 3600
    grid = np.where(night, 1000.0, -500.0)
    buy, sell = np.where(night, 0.20, 0.40), np.full(len(at), 0.08)
    powers = Powers(at=at, load=np.full(len(at), 100.0), grid=grid, buy=buy, sell=sell)
    (day,) = report(powers, Period.DAY, UTC)
    assert day.cost == pytest.approx(12 * 0.20 - 6 * 0.08, rel=0.01)
    assert day.coverage == pytest.approx(1.0)
    holes = np.where(at < at[0] + 3 * 3600, np.nan, buy)
    (day,) = report(replace(powers, buy=holes), Period.DAY, UTC)
    assert day.cost is None
    assert report(replace(powers, buy=None), Period.DAY, UTC)[0].cost is None


def test_ratios_are_missing_where_there_is_nothing_to_divide_by() -> None:
    at = moments(datetime(2026, 5, 1, tzinfo=UTC), 1)
    nothing = np.zeros(len(at))
    (day,) = report(Powers(at=at, pv=nothing, load=nothing), Period.DAY, UTC)
    assert day.self_consumption is None and day.autarky is None
    (day,) = report(Powers(at=at, load=nothing), Period.DAY, UTC)
    assert day.energies.pv is None


def test_days_add_up_to_months_and_months_to_the_year() -> None:
    at = moments(datetime(2025, 1, 1, tzinfo=BERLIN), 365, 3600.0)
    rng = np.random.default_rng(1)
    powers = Powers(at=at, pv=rng.uniform(0, 3000, len(at)), load=rng.uniform(0, 2000, len(at)))
    days, months, years = (report(powers, period, BERLIN) for period in (Period.DAY, Period.MONTH, Period.YEAR))
    assert (len(days), len(months)) == (365, 12)
    assert years[0].first_day == date(2025, 1, 1)
    assert sum(day.energies.pv or 0 for day in days) == pytest.approx(years[0].energies.pv)
    assert sum(month.energies.load or 0 for month in months) == pytest.approx(years[0].energies.load)


def test_a_counter_that_was_reset_counts_on() -> None:
    at = np.arange(6.0)
    assert counted(at, np.array([10.0, 12.0, 15.0, 0.5, 2.0, 3.0]), 0.0, 5.0) == pytest.approx(5.0 + 3.0)
    assert counted(at, np.array([10.0, np.nan, 15.0, np.nan, 20.0, 21.0]), 1.0, 4.0) == pytest.approx(10.0)
    assert counted(at, np.full(6, np.nan), 0.0, 5.0) is None


@given(st.lists(st.floats(0, 100), min_size=2, max_size=40))
def test_a_counter_never_counts_backwards(steps: list[float]) -> None:
    course = np.array(steps)
    assert (counted(np.arange(float(len(course))), course, 0.0, 1e9) or 0.0) >= 0.0


def test_arrays_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        report(Powers(at=np.arange(3.0), load=np.zeros(4)), Period.DAY, UTC)
    with pytest.raises(ValueError, match="ascend"):
        report(Powers(at=np.array([0.0, 2.0, 1.0]), load=np.zeros(3)), Period.DAY, UTC)


def test_a_genset_that_stands_gives_nothing_and_one_of_a_silent_station_is_unknown() -> None:
    begin = datetime(2026, 5, 1, tzinfo=UTC)
    at = moments(begin, 1)[:-1]
    battery = np.full(len(at), -500.0)
    genset = np.where(at < begin.timestamp() + 3600.0, 4000.0, np.nan)
    battery[-12:] = np.nan
    known = at_times(genset, battery)
    assert known is not None and np.isnan(known[-12:]).all() and (known[12:-12] == 0.0).all()
    (day,) = report(Powers(at=at, genset=known, battery=battery), Period.DAY, UTC)
    assert day.coverage > 0.9 and day.energies.genset == pytest.approx(4.0, abs=0.4)
    assert at_times(None, battery) is None
