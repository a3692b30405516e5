"""What was promised and advised is held against what came: the yield of the last days, and the cost of the day."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from victron_console.collector.advice.advising import advised
from victron_console.diagnosing.ess.advice_log import Came, Followed, came_of, told_of
from victron_console.diagnosing.ess.hours import Hours
from victron_console.diagnosing.ess.station_forecast import promise_of_tomorrow, promised_and_came
from victron_console.diagnosing.ess.station_outcome import outcomes
from victron_console.diagnosing.ess.sun_past import SunPast
from victron_console.model.clock import ManualClock
from victron_console.model.overview import Overview
from victron_console.model.station import StationState, StationStatus
from victron_console.sources.open_meteo import IrradianceForecast
from victron_console.store.forecasts import record_forecast
from victron_console.store.promises import Promise, record_promise
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event, StationRecord, StationUpdate
from victron_console.store.write.writer import Writer

HOUR_S, DAY_S = 3600.0, 86_400.0
MIDNIGHT = 1_763_856_000.0  # Sunday, 23 November 2025, 00:00 UTC: the day that is looked back at begins
DAY = date(2025, 11, 23)
AFTER = MIDNIGHT + DAY_S + 900.0
DAYS = 15
KWP = 2.0
CAPACITY_KWH = 200.0 * 52.0 / 1000.0
TARIFF = 'buy = 0.40\nsell = 0.05\ncurrency = "€"\n[by_hour]\n"00-05" = 0.08\n'
FULL_DAYS = (3, 6)
"""So many days before midnight the battery was full, and little of the sun was used."""
Battery = Callable[[float, float], float]
"""Watts of the battery by hour of the day and surplus."""


def info(tariff: Path) -> dict[str, Any]:
    return {
        "battery": {"capacity_ah": 200.0},
        "location": {"latitude": 48.0, "longitude": 11.0, "timezone": "UTC"},
        "pv": {"kwp": KWP, "tilt_deg": 35.0, "azimuth_deg": 170.0},
        "ess": {"tariff_file": str(tariff), "charge_kw": 3.0, "discharge_kw": 3.0},
    }


def idle(hour: float, surplus: float) -> float:
    return 0.0


def from_grid(hour: float, surplus: float) -> float:
    """As advised: charged in the cheap hours, by the sun in the others."""
    return 1400.0 if hour < 5 else surplus


def by_the_sun(hour: float, surplus: float) -> float:
    return surplus


class House:
    """A station that lives by the clock, 600 W of loads and a sun of its own."""

    def __init__(self, station: str, begin: float, soc: float) -> None:
        self.station, self.at, self.soc = station, begin, soc
        self.updates: list[StationUpdate] = []
        self.hides_grid = False
        self.wrong_sign = False
        self.spent = 0.0
        """On the day, by the tariff."""

    def live(self, until: float, battery: Battery) -> None:
        while self.at <= until:
            back = math.ceil((MIDNIGHT - self.at) / DAY_S)
            hour = self.at / HOUR_S % 24
            full = back in FULL_DAYS and hour >= 10
            pv = peak_w(back) * (0.2 if full else 1.0) if 9 <= hour < 15 else 0.0
            watts = 0.0 if full else battery(hour, pv - 600.0)
            if not 20.0 < self.soc < 99.0:
                watts = max(0.0, watts) if self.soc <= 20.0 else min(0.0, watts)
            self.soc += watts / 12.0 / CAPACITY_KWH / 10.0
            grid = 600.0 - pv + watts
            if MIDNIGHT <= self.at < MIDNIGHT + DAY_S:
                self.spent += grid / 12_000.0 * (0.05 if grid < 0 else 0.08 if hour < 5 else 0.40)
            shown = Overview(
                figures_at=self.at, soc_percent=100.0 if full else self.soc, battery_voltage_v=52.0,
                battery_power_w=watts, load_power_w=600.0, pv_power_w=pv,
                grid_power_w=0.0 if full else -grid if self.wrong_sign else grid,
            )  # fmt: skip
            shown = replace(shown, grid_power_w=None) if self.hides_grid else shown
            status = None if self.updates else StationStatus(StationState.LIVE, self.at)
            self.updates.append(StationUpdate(self.station, self.at, status=status, overview=shown))
            self.at += 300.0


def peak_w(back: int) -> float:
    """Of the sun so many days before midnight."""
    return 300.0 + 20.0 * (back % 5)


def promised_kwh_m2(back: int) -> float:
    """What was forecast: the array brings 0.66 to 0.74 of it."""
    return peak_w(back) / 1000.0 * 6.0 / (0.66 + 0.04 * (back % 3)) / (KWP * 0.85)


def dull(begin: float) -> IrradianceForecast:
    begins = tuple(begin + HOUR_S * n for n in range(60))
    return IrradianceForecast(begins, tuple(60.0 if 9 <= at / HOUR_S % 24 < 15 else 0.0 for at in begins), begin)


LIVED: dict[str, tuple[Battery, bool, bool]] = {
    "alder": (from_grid, False, False),
    "birch": (by_the_sun, False, False),
    "cedar": (from_grid, True, False),
    "dune": (from_grid, False, True),
    "elm": (from_grid, False, False),
}
"""How each spends the day, whether its grid meter falls silent, and whether its clamp is the wrong way round."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five houses advised to charge in the cheap night; two weeks of forecasts and yields behind the first."""
    path = tmp_path_factory.mktemp("came") / "store.db"
    tariff = path.with_name("tariff.toml")
    tariff.write_text(TARIFF, "utf-8")
    advised_at = MIDNIGHT - 1800.0
    with closing(Writer(path, ManualClock(MIDNIGHT))) as writer:
        writer.register([StationRecord(name, name.title(), info(tariff)) for name in LIVED])
        houses = [House(name, MIDNIGHT - (DAYS if name == "alder" else 2) * DAY_S, 30.0) for name in LIVED]
        for house in houses:
            house.live(advised_at, idle)
            writer.record_all(house.updates)
            writer.note([advised(path, house.station, advised_at, dull(MIDNIGHT - HOUR_S)).advice])
        for house in houses:
            before = len(house.updates)
            battery, house.hides_grid, house.wrong_sign = LIVED[house.station]
            house.live(AFTER, battery)
            writer.record_all(house.updates[before:])
        for back in range(1, 14):
            day = DAY - timedelta(days=back)
            record_promise(writer.db, "alder", Promise(day, MIDNIGHT - (back + 1) * DAY_S, promised_kwh_m2(back)))
    return path


@pytest.fixture
def reader(store: Path) -> Iterator[Reader]:
    with closing(Reader(store, ManualClock(AFTER))) as opened:
        yield opened


def looked_back(reader: Reader, station: str) -> tuple[Event, Came]:
    row = reader.station(station)
    assert row is not None
    (event,) = outcomes(reader, row, AFTER)
    came = came_of(event)
    assert came is not None and came.day == DAY and told_of(event) is None
    return event, came


@pytest.mark.slow
def test_a_followed_day_tells_cost_saving_and_what_was_expected(reader: Reader) -> None:
    event, came = looked_back(reader, "alder")
    assert came.followed is Followed.YES and "followed (" in event.text and "Sun 23 Nov" in event.text
    house = House("alder", MIDNIGHT - 1500.0, 30.0)
    house.live(AFTER, from_grid)
    assert came.cost == pytest.approx(house.spent, abs=0.05)
    assert came.cost is not None and came.usual_cost is not None and came.saved is not None
    assert came.usual_cost > came.cost
    assert 0.3 * came.expected < came.saved < 3 * came.expected and came.currency == "€"


@pytest.mark.slow
def test_a_day_not_followed_says_so_and_claims_no_saving(reader: Reader) -> None:
    event, came = looked_back(reader, "birch")
    assert came.followed is Followed.NO and came.saved is None and came.expected > 0.05
    assert came.cost is not None and came.usual_cost == pytest.approx(came.cost, abs=0.25)
    assert "not followed (0 of" in event.text and "saved" not in event.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("station", "why"),
    [("cedar", "grid power was not measured in 24 of 24 hours"), ("dune", "the meters do not agree: 9.6 kWh came in")],
)
def test_what_a_day_cost_is_not_told_from_meters_that_are_missing_or_wrong(
    reader: Reader, station: str, why: str
) -> None:
    event, came = looked_back(reader, station)
    assert why in event.text and "cost cannot be told" in event.text
    assert came.cost is None and came.saved is None and came.usual_cost is None


@pytest.mark.slow
def test_a_day_is_looked_back_at_once_and_not_before_it_is_over(store: Path, reader: Reader) -> None:
    row = reader.station("elm")
    assert row is not None
    assert not outcomes(reader, row, MIDNIGHT + DAY_S + 60.0)
    event, _ = looked_back(reader, "elm")
    with closing(Writer(store, ManualClock(AFTER))) as writer:
        writer.note([event])
    assert not outcomes(reader, row, AFTER + HOUR_S)


@pytest.mark.slow
def test_what_was_forecast_is_kept_by_the_hour_and_played_again_as_it_was(store: Path, reader: Reader) -> None:
    found = advised(store, "alder", MIDNIGHT + 60.0, dull(MIDNIGHT - HOUR_S))
    weather, own = found.forecasts
    assert (weather.source, own.source) == ("open-meteo", "own") and weather.issued_at == MIDNIGHT - HOUR_S
    assert own.issued_at == MIDNIGHT + 60.0 and own.since == MIDNIGHT
    load, low, high = (own.values(name, MIDNIGHT, 36) for name in ("load_kwh", "load_low_kwh", "load_high_kwh"))
    assert all(one == pytest.approx(0.6, abs=0.05) for one in (*load, *low, *high))
    assert own.values("buy", MIDNIGHT, 6) == (0.08, 0.08, 0.08, 0.08, 0.08, 0.40)
    assert sum(value or 0.0 for value in own.values("pv_kwh", MIDNIGHT, 24)) > 0.3
    with closing(Writer(store, ManualClock(AFTER))) as writer:
        for one in found.forecasts:
            record_forecast(writer.db, "alder", one)
    begins = MIDNIGHT - 5 * HOUR_S + HOUR_S * np.arange(60, dtype=np.float64)
    nothing = np.zeros(60)
    hours = Hours(begins=begins, load_kwh=nothing, pv_kwh=nothing, buy=nothing, sell=nothing, offset_s=nothing)
    sun = SunPast(reader, "alder", KWP, UTC, hours, MIDNIGHT - 5 * HOUR_S, AFTER)
    assert sun(3) is None, "it was not there yet"
    known = sun(5)
    assert known is not None and known.kwh[9] == pytest.approx(0.060 * KWP * 0.85) and known.kwh[0] == 0.0
    late = sun(50)
    assert len(known.ratios) == 11 and late is not None and np.isnan(late.kwh[-1]), "no hour past its end"
    assert sun(54) is None, "two days old"
    assert SunPast(reader, "alder", None, UTC, hours, MIDNIGHT, AFTER)(5) is None, "the array's size is not known"


@pytest.mark.slow
def test_pv_is_expected_by_own_yield_and_days_with_a_full_battery_do_not_count(reader: Reader) -> None:
    promised, came = promised_and_came(reader, "alder", MIDNIGHT + 60.0, UTC, KWP)
    known = [(p, c) for p, c in zip(promised.tolist(), came.tolist(), strict=True) if not math.isnan(p + c)]
    assert len(known) == 13 - len(FULL_DAYS)
    assert all(c / p == pytest.approx(0.7, abs=0.05) for p, c in known)
    found = advised_again(reader, "alder")
    assert found["days"] == 11 and "own yield of 11 days, 0.71 of the plain forecast" in found["words"]
    guessed = advised_again(reader, "birch")
    assert guessed["days"] == 0 and "guessed: 0 of 5 days" in guessed["words"]
    assert guessed["high"] - guessed["low"] > found["high"] - found["low"] > 0


def advised_again(reader: Reader, station: str) -> dict[str, Any]:
    advice = advised(reader.path, station, AFTER, dull(MIDNIGHT + DAY_S)).advice
    told = told_of(advice)
    assert told is not None and told.pv["words"] in advice.text
    return dict(told.pv)


def test_tomorrow_is_promised_by_local_days_and_only_whole() -> None:
    hours = dull(MIDNIGHT)
    promise = promise_of_tomorrow(hours, MIDNIGHT + 60.0, UTC)
    assert promise is not None and promise.kwh_m2 == pytest.approx(6 * 0.060)
    assert promise.day == DAY + timedelta(days=1) and promise.issued_at == MIDNIGHT
    short = IrradianceForecast(hours.begins[:40], hours.w_m2[:40], MIDNIGHT)
    assert promise_of_tomorrow(short, MIDNIGHT + 60.0, UTC) is None
