"""Forecasts, advice, ageing and the supply on real houses, each figure beside what is wanted of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks._houses import SPOT_BOTH_WAYS, SPOT_WITH_FEES, TIME_OF_USE, House, houses
from victron_console.diagnosing.battery.soh import soh_trend
from victron_console.diagnosing.battery.soh_past import SohPast
from victron_console.diagnosing.battery.sunrise_backtest import HOURS, HourOfProjection, sunrise_backtest
from victron_console.diagnosing.ess.advice_backtest import AdviceBacktest, advice_backtest
from victron_console.diagnosing.ess.station_backtest import modelled_half_hours
from victron_console.diagnosing.ess.storage import Storage
from victron_console.diagnosing.power.polled_supply import NO_POLLS, Polled, SupplyLimits, polled_supply
from victron_console.model.station_info import Location
from victron_console.model.units import DAY_S

BEFORE, PLAYED = 24 * 45, 24 * 30
SPANS = 2
"""Of 30 days, spread over each house's year."""
NIGHTS = 90
LEAST_NIGHTS = 10
"""Fewer of a kind in a span say nothing."""
BATTERY = Storage(capacity_kwh=10.0, charge_kw=5.0, discharge_kw=5.0, floor_kwh=1.0, import_kw=17.0, export_kw=17.0)
TAKEN = {TIME_OF_USE: 80.0, SPOT_BOTH_WAYS: 55.0, SPOT_WITH_FEES: 40.0}
"""Wanted of the possible saving, %."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure over houses and spans, with the bounds that are wanted of each."""

    figure: str
    found: Sequence[float]
    low: float = -np.inf
    high: float = np.inf
    unit: str = "%"

    def line(self) -> str:
        """Least, middle and most of it, and how many are within the bounds or by how much the worst is not."""
        wanted = " to ".join(f"{end:g}" for end in (self.low, self.high) if np.isfinite(end))
        if not self.found:
            return f"  {self.figure:<48}{wanted:>10} {self.unit:<4}  not judged: nothing of the kind came"
        off = [max(self.low - one, one - self.high, 0.0) for one in self.found]
        ends = "  ".join(f"{end:7.1f}" for end in (min(self.found), float(np.median(self.found)), max(self.found)))
        met = sum(one <= 0.0 for one in off)
        verdict = "met" if met == len(off) else f"missed by up to {max(off):.1f}"
        return f"  {self.figure:<48}{wanted:>10} {self.unit:<4}{ends}   {met} of {len(off)} {verdict}"


def main() -> None:
    """Print a row a figure."""
    at_hand = list(houses())
    print(f"  houses: {', '.join(house.name for house in at_hand)}; of each span: least, middle, most")
    for row in (*_sunrise(at_hand), *_advice(at_hand), _ageing(), _dips()):
        print(row.line(), flush=True)


def _sunrise(at_hand: Iterable[House]) -> Iterable[Row]:
    found: dict[int, list[HourOfProjection]] = {hour: [] for hour in HOURS}
    for house in at_hand:
        # A small battery would rest on its floor, a large one would be full, each night.
        holds = 24.0 * float(np.mean(house.load_kwh))
        battery = replace(BATTERY, capacity_kwh=holds, floor_kwh=0.1 * holds)
        for first in (24 * 20, (len(house.begins) - 24 * (NIGHTS + 20)) // 24 * 24):
            last = min(first + 24 * NIGHTS, len(house.begins) - 24)
            past = modelled_half_hours(house.slots(first - 24 * 15, last), battery)
            ends = float(house.begins[first]), float(house.begins[last])
            for hour, one in sunrise_backtest(past, *ends, Location(), house.zone, 1000.0 * holds, 10.0).items():
                found[hour].append(one)
    for hour in (15, 18):
        ratios = [(one.mae_points or 0.0) / one.naive_mae_points for one in found[hour] if one.naive_mae_points]
        yield Row(f"sunrise from {hour} h: error by that of the last night", ratios, high=0.8, unit="x")
    on = {hour: [one for one in each if _nights(one, empty=True) >= LEAST_NIGHTS] for hour, each in found.items()}
    off = {hour: [one for one in each if _nights(one, empty=False) >= LEAST_NIGHTS] for hour, each in found.items()}
    for hour, most in ((15, 15.0), (21, 8.0)):
        missed = [one.missed_empty_percent or 0.0 for one in on[hour]]
        yield Row(f"nights on the floor not announced at {hour} h", missed, high=most)
    for hour in (15, 21):
        false = [one.false_empty_percent or 0.0 for one in off[hour]]
        yield Row(f"nights off the floor announced as empty at {hour} h", false, high=15.0)
    for hour in HOURS:
        held = [one.coverage_percent or 0.0 for one in off[hour]]
        yield Row(f"sunrise range held at {hour} h, nights off the floor", held, low=75.0, high=88.0)


def _nights(one: HourOfProjection, *, empty: bool) -> int:
    return sum(night.was_empty == empty for night in one.nights)


def _advice(at_hand: Iterable[House]) -> Iterable[Row]:
    played: dict[str, list[AdviceBacktest]] = {name: [] for name in TAKEN}
    failed = []
    for house in at_hand:
        for name, hours, is_listed in house.tariffs():
            last = len(hours.begins) - PLAYED - 40
            for since in np.linspace(BEFORE, last, SPANS).astype(int) // 24 * 24:
                found = advice_backtest(hours, int(since), int(since) + PLAYED, BATTERY, 5.0, is_listed=is_listed)
                played[name].append(found)
            negative = replace(hours, buy=np.where(np.arange(len(hours.buy)) % 7 == 0, -0.1, hours.buy))
            some = advice_backtest(negative, BEFORE, BEFORE + 48, BATTERY, 5.0, is_listed=is_listed)
            failed.append(100.0 * some.failed / 48.0)
    for name, each in played.items():
        taken = [one.total.captured_percent for one in each if one.total.captured_percent is not None]
        yield Row(f"saving taken, {name}", taken, low=TAKEN[name])
    every = [one for each in played.values() for one in each]
    held = [one.coverage_percent for one in every if one.coverage_percent is not None]
    yield Row("P10 to P90 of the saving held", held, low=70.0, high=90.0)
    dearer = [
        100.0 * (one.total.advice - one.total.self_consumption) / max(abs(one.total.self_consumption), 1.0)
        for one in every
    ]
    yield Row("30 days that cost more than self-consumption", dearer, high=1.0)
    yield Row("hours without advice, negative prices among them", failed, high=0.0)


def _ageing() -> Row:
    """Linear fades in whole percents, evaluated each 45 days by 400 days of record and what is remembered."""
    errors = []
    for a_year in (1.0, 1.5, 2.0, 2.5, 3.0):
        days = np.arange(0.0, 365.0 * 4.5 / a_year + 60.0)
        shown = np.round(97.4 - a_year * days / 365.0)
        past: SohPast | None = None
        trend = None
        for until in range(400, len(days) + 1, 45):
            trend = soh_trend(DAY_S * days[until - 400 : until], shown[until - 400 : until], past)
            past = trend.past
        value = trend.loss.value if trend is not None else None
        errors.append(100.0 if value is None else 100.0 * abs(12.0 * value / a_year - 1.0))
    return Row("loss of SOH after 3 steps at 1 to 3 % a year, error", errors, high=10.0)


def _dips() -> Row:
    """18 dips of 20 s at polls of 10 s, of which the values that differ are kept."""
    n = np.arange(1440)
    at = np.array([10.0 * each for each in range(len(n))])
    volts = np.where((n % 60 >= 30) & (n % 60 < 32) & (n < 1080), 180.0, 231.0)
    changed = np.flatnonzero(np.diff(volts, prepend=0.0))
    polls = Polled(at[changed], volts[changed])
    limits = SupplyLimits(230.0, (49.5, 50.5), (47.0, 52.0))
    found = polled_supply({"L1": polls}, NO_POLLS, Polled(at[:1], np.ones(1)), limits, 0.0, float(at[-1]))
    return Row("of 18 dips of 20 s at 10 s polls, found", [float(found.dips)], low=18.0, high=18.0, unit="")
