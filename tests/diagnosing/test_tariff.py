"""Prices by the hour from TOML and CSV; faults name the place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from victron_console.diagnosing.ess import station_tariff
from victron_console.diagnosing.ess.tariff import BadTariff, from_csv, from_toml
from victron_console.model.station_info import EssFacts, StationInfo
from victron_console.model.units import HOUR_S

BERLIN = ZoneInfo("Europe/Berlin")
T0 = 1_764_543_600.0  # 2025-12-01 00:00 in Berlin


def test_times_of_day_are_local_and_may_cross_midnight() -> None:
    tariff = from_toml('buy = 0.31\nsell = 0.08\n[by_hour]\n"22-06" = 0.18\n"17-20" = 0.45\n')
    buy, sell = tariff.prices(T0 + HOUR_S * np.arange(24, dtype=np.float64), BERLIN)
    assert buy.tolist() == [0.18] * 6 + [0.31] * 11 + [0.45] * 3 + [0.31] * 2 + [0.18] * 2
    assert set(sell.tolist()) == {0.08}


def test_what_a_list_does_not_hold_is_not_guessed_but_an_empty_selling_price_takes_the_median() -> None:
    tariff = from_csv("time,buy,sell\n2025-12-01T00:00,0.10,0.02\n2025-12-01T01:00+01:00,-0.05,\n", BERLIN)
    buy, sell = tariff.prices(T0 + HOUR_S * np.arange(3, dtype=np.float64), BERLIN)
    assert buy[:2].tolist() == [0.10, -0.05] and sell[:2].tolist() == [0.02, 0.02]
    assert np.isnan(buy[2]) and np.isnan(sell[2]) and tariff.until == T0 + 2 * HOUR_S


def test_quarters_of_an_hour_give_their_mean_and_an_hour_of_which_one_is_missing_none() -> None:
    lines = [f"2025-12-01T{n // 4:02d}:{n % 4 * 15:02d},{0.1 + 0.01 * n:.2f}" for n in range(7)]
    buy, _ = from_csv("time,buy\n" + "\n".join(lines), BERLIN).prices(T0 + HOUR_S * np.arange(2.0), BERLIN)
    assert buy[0] == pytest.approx(0.115) and np.isnan(buy[1])


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Adelaide", "America/St_Johns", "Asia/Kathmandu"])
def test_local_hours_of_any_zone_are_taken(zone: str) -> None:
    place = ZoneInfo(zone)
    tariff = from_csv("time,buy\n" + "\n".join(f"2026-05-01T{n:02d}:00,{n}" for n in range(24)), place)
    begin = datetime(2026, 5, 1, 14, tzinfo=place).timestamp()
    assert tariff.prices(np.array([begin]), place)[0].tolist() == [14.0]
    from_utc = begin - begin % HOUR_S
    part = (begin % HOUR_S) / HOUR_S
    assert tariff.prices(np.array([from_utc]), place)[0].tolist() == pytest.approx([14.0 - part])
    times = from_toml('buy = 1.0\n[by_hour]\n"14-15" = 2.0')
    assert times.prices(np.array([from_utc]), place)[0].tolist() == pytest.approx([2.0 - part])


def test_both_hours_of_the_autumn_change_have_their_price_and_the_one_that_spring_skips_has_none() -> None:
    autumn = "time,buy\n2025-10-26T01:00,1\n2025-10-26T02:00,2\n2025-10-26T02:00,3\n2025-10-26T03:00,4\n"
    begin = datetime(2025, 10, 26, 1, tzinfo=BERLIN).timestamp()
    buy, _ = from_csv(autumn, BERLIN).prices(begin + HOUR_S * np.arange(4.0), BERLIN)
    assert buy.tolist() == [1.0, 2.0, 3.0, 4.0]
    spring = "time,buy\n2026-03-29T01:00,1\n2026-03-29T02:00,9\n2026-03-29T03:00,3\n"
    begin = datetime(2026, 3, 29, 1, tzinfo=BERLIN).timestamp()
    assert from_csv(spring, BERLIN).prices(begin + HOUR_S * np.arange(2.0), BERLIN)[0].tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("sell = 0.1", "buy is missing"),
        ("buy = 'dear'", "buy"),
        ("buy = nan", "finite"),
        ("buy = 0.3\nbonus = 1", "bonus"),
        ('buy = 0.3\n[by_hour]\n"25-3" = 0.1', "25-3"),
        ('buy = 0.3\n[by_hour]\n"night" = 0.1', "night"),
        ("buy = ", "no TOML"),
        ("buy = 0.3\nby_hour = 3", "by_hour"),
    ],
)
def test_a_bad_table_is_refused_with_its_fault(text: str, place: str) -> None:
    with pytest.raises(BadTariff, match=place):
        from_toml(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("hour,price\n1,2", "first line"),
        ("time,buy\nnoon,0.2", "line 2"),
        ("time,buy\n2025-12-01T00:00,0.2\n2025-12-01T01:10,0.2", "line 3"),
        ("time,buy\n2025-12-01T00:00,0.2\n2025-12-01T00:00,0.3", "line 3"),
        ("time,buy\n2025-12-01T00:00,", "line 2"),
        ("time,buy\n", "empty"),
        ('time,buy\n2025-12-01T00:00,"0.2\n' + "2025-12-01T01:00,0.3\n" * 10_000, "quote left open"),
    ],
)
def test_a_bad_list_is_refused_with_its_line(text: str, place: str) -> None:
    with pytest.raises(BadTariff, match=place):
        from_csv(text, BERLIN)


def test_a_list_is_taken_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "list.csv").write_text("time,buy\n2025-12-01T00:00,0.2\n2025-12-01T01:00,0.31", "utf-8")
    info = StationInfo(ess=EssFacts(tariff_file=str(tmp_path / "list.csv")))
    monkeypatch.setattr(station_tariff, "LARGEST_TARIFF", 51)
    assert len(station_tariff.read_tariff(tmp_path / "store.db", "alder", info, BERLIN).listed) == 8
    monkeypatch.setattr(station_tariff, "LARGEST_TARIFF", 50)
    with pytest.raises(BadTariff, match="more than 50 characters"):
        station_tariff.read_tariff(tmp_path / "store.db", "alder", info, BERLIN)


@pytest.mark.parametrize("text", ["buy = " + "[" * 5000, "buy = " + "1" * 5000])
def test_a_tariff_without_end_is_refused(text: str) -> None:
    with pytest.raises(BadTariff, match="no TOML"):
        from_toml(text)
