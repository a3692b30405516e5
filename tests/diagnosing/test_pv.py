"""Clear sky against an almanac; yield, ratio and loss with the simulator's sky and soiling."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from astral import Observer
from astral.sun import elevation

from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.power.pv import Array, clear_sky_kwh_m2, clear_sky_w_m2, may_be_curtailed, pv_yield
from victron_console.model.units import DAY_S
from victron_console.simulator.fleet import CEDAR_HOUSE
from victron_console.simulator.scenario import NO_FAULTS
from victron_console.simulator.spec import Ageing, PvArray
from victron_console.simulator.surroundings import Surroundings

T0 = 1_735_689_600.0  # 2025-01-01 UTC
SITE = replace(CEDAR_HOUSE, arrays=(PvArray(kwp=5.0, tilt_deg=30),))
ARRAY = Array(5.0, SITE.latitude, SITE.longitude)


def simulated(days: int, soiling: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    sky = Surroundings(replace(SITE, ageing=Ageing(soiling_per_month=soiling)), T0)
    at = T0 + np.arange(0, days * DAY_S, 3600.0)
    return at, np.array([sky.at(moment, NO_FAULTS).array_w[0] for moment in at])


@pytest.mark.parametrize(("latitude", "longitude"), [(50.45, 30.52), (-33.9, 18.4), (0.0, -78.5), (60.2, -1.1)])
def test_the_suns_height_agrees_with_the_almanac(latitude: float, longitude: float) -> None:
    at = T0 + np.arange(0, 365 * DAY_S, 13.7 * 3600.0)
    light = clear_sky_w_m2(at, latitude, longitude)
    for moment, found in zip(at, light, strict=True):
        height = elevation(Observer(latitude, longitude), datetime.fromtimestamp(moment, UTC), with_refraction=False)
        sine = np.sin(np.radians(height))
        if height > 2.0:
            assert found == pytest.approx(1098 * sine * np.exp(-0.057 / sine), abs=12.0)
        elif height < -2.0:
            assert found == 0.0


def test_a_clear_summer_day_holds_some_eight_kwh_and_a_winter_day_one() -> None:
    summer, winter = datetime(2025, 6, 21, tzinfo=UTC).timestamp(), datetime(2025, 12, 21, tzinfo=UTC).timestamp()
    assert clear_sky_kwh_m2(summer, summer + DAY_S, 50.45, 30.52) == pytest.approx(8.5, abs=0.5)
    assert clear_sky_kwh_m2(winter, winter + DAY_S, 50.45, 30.52) == pytest.approx(1.3, abs=0.4)


@pytest.mark.slow
def test_yield_and_ratio_of_a_simulated_array_are_usual_ones() -> None:
    at, pv = simulated(190)
    found = pv_yield(at, pv, ARRAY, UTC)
    assert found.specific.value is not None and 2.0 < found.specific.value < 8.0
    assert found.clear_ratio.value is not None and 0.7 < found.clear_ratio.value < 1.5
    assert found.loss.status is Status.INSUFFICIENT


def test_more_than_a_clear_sky_gives_is_doubted() -> None:
    at = T0 + 160 * DAY_S + np.arange(0, 40 * DAY_S, 900.0)
    clear = clear_sky_w_m2(at, SITE.latitude, SITE.longitude)
    fair = pv_yield(at, 0.85 * 5.0 * clear, ARRAY, UTC).clear_ratio
    assert fair.value == pytest.approx(0.85, abs=0.02) and not fair.confidence
    undersized = pv_yield(at, 0.85 * 7.5 * clear, ARRAY, UTC).clear_ratio
    assert undersized.value == pytest.approx(1.27, abs=0.03) and "pv.kwp" in undersized.confidence


@pytest.mark.slow
def test_soiling_is_found_and_a_clean_array_is_not_blamed() -> None:
    dirty = pv_yield(*simulated(480, 0.02), ARRAY, UTC).loss
    assert dirty.value == pytest.approx(2.2, abs=0.9)
    assert (dirty.low or 0) > 1.0
    clean = pv_yield(*simulated(480), ARRAY, UTC).loss
    assert clean.value == pytest.approx(0.0, abs=0.6) and (clean.low or 0) < 0.5


@pytest.mark.slow
def test_curtailed_days_do_not_count() -> None:
    at, pv = simulated(60)
    full = (at - T0) // DAY_S % 2 == 0
    found = pv_yield(at, np.where(full, pv * 0.3, pv), ARRAY, UTC, curtailed=full)
    assert found.specific.value == pytest.approx(pv_yield(at, pv, ARRAY, UTC).specific.value or 0, rel=0.25)
    assert len(found.days) < 32


def test_what_nobody_configured_is_unknown() -> None:
    at, pv = simulated(20)
    assert pv_yield(at, pv, None).specific.status is Status.UNKNOWN
    no_place = pv_yield(at, pv, Array(5.0), UTC)
    assert no_place.specific.known and no_place.clear_ratio.status is Status.UNKNOWN


def test_pv_is_held_back_only_where_a_full_battery_meets_neither_buying_nor_selling() -> None:
    soc = np.array([100.0, 100.0, 100.0, 100.0, 80.0, np.nan])
    grid = np.array([50.0, -900.0, 700.0, np.nan, 0.0, 0.0])
    assert may_be_curtailed(soc, grid).tolist() == [True, False, False, True, False, False]
    assert may_be_curtailed(soc, None).tolist() == [True, True, True, True, False, False]
