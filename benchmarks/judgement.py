"""Advice for an ESS played through the real houses that lie beside the checkout, or through a made one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from tests.diagnosing.made_tariff import weeks

from victron_console.diagnosing.ess.advice_backtest import AdviceBacktest, advice_backtest
from victron_console.diagnosing.ess.hours import Hours, offsets
from victron_console.diagnosing.ess.storage import Storage
from victron_console.model.units import HOUR_S

SERIES = Path(__file__).parents[2] / "shared" / "captures" / "real-series"
COLUMNS = ("begin_utc_s", "load_kwh", "pv_kwh", "day_ahead_eur_per_kwh")
ZONE = ZoneInfo("Europe/Paris")
BEFORE, PLAYED = 24 * 45, 24 * 30
BATTERY = Storage(capacity_kwh=10.0, charge_kw=5.0, discharge_kw=5.0, floor_kwh=1.0, import_kw=17.0, export_kw=17.0)


def main() -> None:
    """Print a row a house, tariff and span."""
    print(
        f"  {'house, tariff, from hour':<58}{'self-cons.':>11}{'advice':>9}{'perfect':>9}"
        f"{'taken':>7}{'held':>7}{'lost':>7}"
    )
    for name, hours, since, is_listed in _cases():
        found = advice_backtest(hours, since, since + PLAYED, BATTERY, 5.0, is_listed=is_listed)
        print(_row(name, found))
    print(
        "  taken: share of the saving possible with all known beforehand; held: afternoons whose P10 to P90 held what"
    )
    print("  came (80 % would be right); lost: advised days dearer than self-consumption")


def _row(name: str, found: AdviceBacktest) -> str:
    total = found.total
    money = f"{total.self_consumption:>11.2f}{total.advice:>9.2f}{total.perfect:>9.2f}"
    shares = (total.captured_percent, found.coverage_percent, found.losing_days_percent)
    return f"  {name:<58}{money}" + "".join(f"{'-' if one is None else f'{one:.0f} %':>7}" for one in shares)


def _cases() -> Iterator[tuple[str, Hours, int, bool]]:
    houses = sorted(SERIES.glob("house_*.csv"))
    if not houses:
        print("  no recorded house beside the checkout: a made one")
        made = weeks(1, 80)
        begins = HOUR_S * np.arange(len(made.buy), dtype=np.float64)
        yield "made, dynamic", Hours(
            begins=begins, load_kwh=made.load_kwh, pv_kwh=made.pv_kwh, buy=made.buy, sell=made.sell,
            offset_s=np.zeros(len(begins)),
        ), BEFORE, True  # fmt: skip
    for house in houses:
        with house.open(encoding="utf-8", newline="") as file:
            rows = [[float(row[name]) for name in COLUMNS] for row in csv.DictReader(file)]
        at, load, pv, spot = np.array(rows).T
        hour = (at / HOUR_S + offsets(at, ZONE) / HOUR_S) % 24
        tariffs = {
            "spot with fees, fixed feed-in": (1.19 * (spot + 0.145), np.full(len(at), 0.08), True),
            "spot both ways": (1.06 * spot + 0.14, spot - 0.005, True),
            "time of use": (np.where(hour < 6, 0.18, np.where((hour >= 17) & (hour < 21), 0.45, 0.30)),
                            np.full(len(at), 0.08), False),
        }  # fmt: skip
        for since in range(BEFORE, len(at) - PLAYED, (len(at) - PLAYED - BEFORE) // 2):
            for words, (buy, sell, is_listed) in tariffs.items():
                yield f"{house.stem[:20]}, {words}, {since}", Hours(
                    begins=at, load_kwh=load, pv_kwh=pv, buy=buy, sell=sell, offset_s=offsets(at, ZONE)
                ), since, is_listed  # fmt: skip
