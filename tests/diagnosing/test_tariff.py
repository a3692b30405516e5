"""Prices by the hour from TOML and CSV; faults name the place."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from victron_console.diagnosing.ess.tariff import BadTariff, from_csv, from_toml
from victron_console.model.units import HOUR_S

BERLIN = ZoneInfo("Europe/Berlin")
T0 = 1_764_543_600.0  # 2025-12-01 00:00 in Berlin


def test_times_of_day_are_local_and_may_cross_midnight() -> None:
    tariff = from_toml('buy = 0.31\nsell = 0.08\n[by_hour]\n"22-06" = 0.18\n"17-20" = 0.45\n')
    buy, sell = tariff.prices(T0 + HOUR_S * np.arange(24, dtype=np.float64), BERLIN)
    assert buy.tolist() == [0.18] * 6 + [0.31] * 11 + [0.45] * 3 + [0.31] * 2 + [0.18] * 2
    assert set(sell.tolist()) == {0.08}


def test_listed_hours_come_first_and_others_take_their_median() -> None:
    tariff = from_csv("time,buy,sell\n2025-12-01T00:00,0.10,0.02\n2025-12-01T01:00+01:00,-0.05,\n", BERLIN)
    buy, sell = tariff.prices(T0 + HOUR_S * np.arange(3, dtype=np.float64), BERLIN)
    assert buy.tolist() == [0.10, -0.05, 0.025] and sell.tolist() == [0.02, 0.02, 0.02]


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
        ("time,buy\n2025-12-01T00:00,0.2\n2025-12-01T01:30,0.2", "line 3"),
        ("time,buy\n2025-12-01T00:00,", "line 2"),
        ("time,buy\n", "empty"),
    ],
)
def test_a_bad_list_is_refused_with_its_line(text: str, place: str) -> None:
    with pytest.raises(BadTariff, match=place):
        from_csv(text, BERLIN)


@pytest.mark.parametrize("text", ["buy = " + "[" * 5000, "buy = " + "1" * 5000])
def test_a_tariff_without_end_is_refused(text: str) -> None:
    with pytest.raises(BadTariff, match="no TOML"):
        from_toml(text)
