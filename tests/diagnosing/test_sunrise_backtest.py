"""The back-test of the projection to sunrise: the same projection, from the same past, as a collector makes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from victron_console.cli.main import victron_console
from victron_console.diagnosing.battery.sunrise_backtest import sunrise_backtest
from victron_console.diagnosing.ess.station_backtest import BatteryPast, Home, battery_past
from victron_console.insight.half_hours import half_hours
from victron_console.insight.sun import next_night
from victron_console.insight.sunrise import outlook
from victron_console.model.clock import SystemClock
from victron_console.model.station_info import EssFacts, Location, StationInfo
from victron_console.store.read.reader import Reader

FIRST = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
DAYS = 20
SINCE, UNTIL = FIRST + 15 * 86_400, FIRST + 19 * 86_400
CAPACITY_KWH, FLOOR, POWER_KW, CHARGES, DISCHARGES = 6.0, 10.0, 2.0, 0.95, 0.94
Row = tuple[float, float, float, float, float, float]


def energies(n: int) -> tuple[float, float]:
    """Load and PV of an hour, kWh: brighter and darker days, heavier and lighter nights, some of which end empty."""
    hour, day = n % 24, n // 24
    load = 0.15 + (0.3 + 0.5 * ((5 * day) % 7) / 7) * math.exp(-((hour - 20) ** 2) / 6)
    return load, max(0.0, math.sin((hour - 7) / 11 * math.pi)) * (0.4 + 0.4 * ((3 * day) % 5))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """What a collector would have recorded of a battery on these energies, each five minutes."""
    stored, found = CAPACITY_KWH / 2, []
    for n in range(24 * 12 * DAYS):
        load_kw, pv_kw = energies(n // 12)
        surplus = max(-POWER_KW, min(POWER_KW, pv_kw - load_kw)) / 12
        change = surplus * CHARGES if surplus > 0 else surplus / DISCHARGES
        after = min(CAPACITY_KWH, max(CAPACITY_KWH * FLOOR / 100, stored + change))
        soc = 100 * (stored + after) / 2 / CAPACITY_KWH
        found.append((FIRST + 300.0 * n, (after - stored) * 12_000, soc, 1000 * load_kw, 0.0, 1000 * pv_kw))
        stored = after
    return found


@pytest.fixture(scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BatteryPast]:
    """The battery of a station file on the same energies, imported by the hour."""
    path = tmp_path_factory.mktemp("modelled")
    lines = [f"{FIRST + 3600 * n:.0f},{load:.6f},{pv:.6f}" for n in range(24 * DAYS) for load, pv in [energies(n)]]
    (path / "house.csv").write_text("\n".join(["begin_utc_s,load_kwh,pv_kwh", *lines]), "utf-8")
    words = ["store", "import", str(path / "house.csv"), "--as", "house", "--store", str(path / "store.db")]
    assert CliRunner().invoke(victron_console, words).exit_code == 0
    ess = EssFacts(
        charge_kw=POWER_KW, discharge_kw=POWER_KW, capacity_kwh=CAPACITY_KWH, min_soc_percent=FLOOR,
        charge_efficiency=CHARGES, discharge_efficiency=DISCHARGES,
    )  # fmt: skip
    with closing(Reader(path / "store.db", SystemClock())) as reader:
        yield battery_past(reader, Home("house", StationInfo(ess=ess), UTC), SINCE, UNTIL)


@pytest.mark.slow
def test_a_modelled_battery_does_what_one_in_the_house_would_have_done(rows: list[Row], modelled: BatteryPast) -> None:
    recorded = {half.at: half for half in half_hours(rows, FIRST + 86_400 * DAYS)}
    compared = [(half, recorded[half.at]) for half in modelled.half_hours if half.at > SINCE - 10 * 86_400]
    assert len(compared) >= 48 * 13
    resting = 0
    for model, real in compared:
        assert real.battery_w is not None and real.soc_percent is not None
        assert model.soc_percent == pytest.approx(real.soc_percent, abs=2.0)  # where it fills up within the half hour
        assert model.battery_w == pytest.approx(real.battery_w, abs=5.0)
        assert model.load_w == pytest.approx(real.load_w, abs=1.0)
        assert model.pv_w == pytest.approx(real.pv_w, abs=1.0)
        resting += real.soc_percent <= FLOOR
    assert resting >= 20, "the comparison reaches the floor"


@pytest.mark.slow
def test_nights_are_projected_as_a_collector_would_from_the_same_record(rows: list[Row], modelled: BatteryPast) -> None:
    found = sunrise_backtest(modelled.half_hours, SINCE, UNTIL, Location(), UTC, CAPACITY_KWH * 1000, FLOOR)
    assert modelled.is_modelled
    empty = 0
    for hour, projections in found.items():
        assert len(projections.nights) == 4
        for day, night in enumerate(projections.nights):
            at = SINCE + 86_400 * day + 3600 * hour
            past = half_hours([row for row in rows if at - 14 * 86_400 <= row[0] < at], at)
            now = next(row for row in rows if row[0] == at)
            told = outlook(
                soc_percent=now[2], soc_at=at, past=past, capacity_wh=CAPACITY_KWH * 1000, floor_percent=FLOOR,
                night=next_night(at, UTC, None, None, past),
            )  # fmt: skip
            came = next(row for row in rows if row[0] == told.sunrise_at)
            assert night.middle == pytest.approx(told.soc_percent, abs=2.5)
            assert night.low == pytest.approx(told.soc_low_percent, abs=2.5)
            assert night.high == pytest.approx(told.soc_high_percent, abs=2.5)
            assert night.came == pytest.approx(came[2], abs=2.0)
            assert night.was_empty == (came[2] <= FLOOR + 1.5)
            empty += night.was_empty
    assert 0 < empty < 24


@pytest.mark.slow
def test_the_place_of_a_station_gives_its_sunrise(rows: list[Row]) -> None:
    halves = half_hours(rows, FIRST + 86_400 * DAYS)
    found = (
        sunrise_backtest(halves, SINCE, UNTIL, Location(latitude=52.0, longitude=lon), UTC, 6000.0, FLOOR)[21].nights
        for lon in (45.0, 0.0)
    )
    east, home = ([night.came for night in nights] for nights in found)
    assert sum(east) > sum(home) + 4, "where the sun rises three hours earlier less is used until then"
