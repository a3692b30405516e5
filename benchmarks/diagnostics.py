"""The acceptance figures of the diagnoses: what was wanted and what is reached, on records with a known truth."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from tests.diagnosing import acceptance, published
from tests.diagnosing.made_site import AMERICA, EUROPE

from victron_console.diagnosing.power.grid import Supply

RUNS = 100
SHARES = (0.0, 0.0007, 0.012, 0.2)
SUPPLIES = (EUROPE, AMERICA, Supply(phase_v=240.0, hertz=60.0))


@dataclass(frozen=True, slots=True)
class Figure:
    """One acceptance figure."""

    name: str
    unit: str
    reached: float
    least: float | None = None
    most: float | None = None

    @property
    def wanted(self) -> str:
        """The bounds in words."""
        if self.least is not None and self.most is not None:
            return f"{self.least:g} .. {self.most:g}" if self.least != self.most else f"{self.least:g}"
        return f">= {self.least:g}" if self.most is None else f"<= {self.most:g}"

    @property
    def met(self) -> bool:
        """Whether it lies within its bounds."""
        return (self.least is None or self.reached >= self.least) and (self.most is None or self.reached <= self.most)


def main() -> None:
    """Print every figure, wanted and reached."""
    missed = 0
    print(f"  {'figure':<62}{'wanted':>16}{'reached':>12}")
    for figure in _figures():
        missed += not figure.met
        sign = "" if figure.met else "  MISSED"
        print(f"  {figure.name:<62}{figure.wanted:>16}{figure.reached:>10.4g} {figure.unit}{sign}")
    for name, make in (("blast.models", _of_blast), ("bslib.bslib", _of_bslib)):
        try:
            module = importlib.import_module(name)
        except ImportError:
            print(f"  {name} is not installed here: its figures are left out")
            continue
        for figure in make(module):
            missed += not figure.met
            print(f"  {figure.name:<62}{figure.wanted:>16}{figure.reached:>10.4g} {figure.unit}")
    print(f"  {missed} missed")


def _figures() -> Iterator[Figure]:
    yield from _of_batteries()
    yield from _of_cells()
    yield from _of_inverters()
    yield from _of_supplies()
    yield from _of_plans()


def _of_batteries() -> Iterator[Figure]:
    median, far = acceptance.capacity_errors()
    yield Figure("capacity of 486 full discharges: median error", "%", 100 * abs(median), most=1.0)
    yield Figure("capacity of 486 full discharges: 95 % of the errors below", "%", 100 * far, most=3.0)
    for loss, noise in ((acceptance.HEALTHY_LOSS, 0.0), (0.3, 0.15), (0.5, 0.15), (1.0, 0.15)):
        bias = abs(acceptance.soh_bias(loss, noise))
        yield Figure(f"SOH loss after a year, truth {loss:g} %/month: bias", "%/month", bias, most=0.03)
    yield Figure("SOH loss told after 90 days, of 21 courses", "", acceptance.soh_told_early(), most=0)
    yield Figure("replacement windows that widen as the SOH falls", "", acceptance.widenings(), most=0)
    yield Figure("replacement windows told at 96 %, of 8 courses", "", acceptance.windows_told_healthy(), most=0)
    by_charge, jitter_adds, apart = acceptance.full_cycles()
    yield Figure("full cycles of 100 triangles of 80 %", "", by_charge, least=79, most=81)
    yield Figure("full cycles: 1 % of SOC jitter adds", "%", 100 * jitter_adds, most=2.0)
    yield Figure("full cycles: by charge against by SOC", "%", 100 * abs(apart), most=5.0)
    yield Figure("ageing at 25 °C", "x", acceptance.ageing_at(25.0), least=0.9999, most=1.0001)
    yield Figure("ageing at 15 and 35 °C in turn", "x", acceptance.ageing_at(15.0, 35.0), least=1.02)
    yield Figure("ageing at 35 °C", "x", acceptance.ageing_at(35.0), least=1.4, most=2.0)


def _of_cells() -> Iterator[Figure]:
    for slowness in (0.5, 0.8):
        noise = f"noise AR {slowness:g}"
        false = acceptance.spread_alarms(RUNS, 365, 0.0, slowness=slowness)
        yield Figure(f"cell spread, a year without growth, {noise}: false alarms", "%", 100 * false, most=5.0)
    found = acceptance.spread_alarms(RUNS, 365, 1.0)
    yield Figure("cell spread, a year of 1 mV/month, noise AR 0.5: found", "%", 100 * found, least=90.0)
    found = acceptance.spread_alarms(RUNS, 365, 2.0, slowness=0.8)
    yield Figure("cell spread, a year of 2 mV/month, noise AR 0.8: found", "%", 100 * found, least=90.0)
    yield Figure("resistance of a year: rank against the truth", "", acceptance.resistance_rank(), least=0.95)
    for growth in (0.0, 0.03, 0.08):
        error = abs(acceptance.growth_error(growth))
        yield Figure(f"resistance growing by {growth:.0%} a month: error of its growth", "%", 100 * error, most=4.0)


def _of_inverters() -> Iterator[Figure]:
    yield Figure("losses a tenth larger: error of the efficiency lost", "points", acceptance.loss_error(), most=0.2)
    for mix in (0.3, 0.6, 2.0):
        value, bound = acceptance.drop_by_loads(mix)
        yield Figure(f"loads {mix:g} times as large: efficiency lost", "points", abs(value), most=0.3)
        yield Figure(f"loads {mix:g} times as large: bound that alarms above 1.5", "points", bound, most=1.5)


def _of_supplies() -> Iterator[Figure]:
    for supply in SUPPLIES:
        errors = [acceptance.share_errors(supply, share) for share in SHARES]
        name = f"{supply.phase_v:.0f} V {supply.hertz:.0f} Hz"
        yield Figure(
            f"{name}: error of the frequency's share out of band", "points", max(e[0] for e in errors), most=0.01
        )
        yield Figure(
            f"{name}: error of the voltage's share out of band", "points", max(e[1] for e in errors), most=0.01
        )
    yield Figure("healthy supplies of 50 and 60 Hz, 1 to 3 phases: alarms", "", acceptance.supplies_not_kept(), most=0)


def _of_plans() -> Iterator[Figure]:
    of_possible, of_usual, loss = acceptance.rolled_savings()
    yield Figure("ESS plan on noisy forecasts: of the saving of perfect ones", "%", 100 * of_possible, least=90.0)
    yield Figure("ESS plan on noisy forecasts: of that of self-consumption", "%", 100 * of_usual, least=100.0)
    yield Figure("ESS plan, worst of 20 seeds: dearer than self-consumption by", "%", 100 * loss, most=1.0)
    error = max(abs(acceptance.plan_error(seed)) for seed in range(3))
    yield Figure("ESS plan of a day against brute force", "%", 100 * error, most=0.1)


def _of_blast(models: ModuleType) -> Iterator[Figure]:
    inside, total, point_error = published.window_containment(models)
    yield Figure(f"BLAST: {total} replacement windows that hold the true end", "%", 100 * inside / total, least=88.0)
    yield Figure("BLAST: median point error at 85 %", "%", 100 * abs(point_error), most=30.0)


def _of_bslib(bslib: ModuleType) -> Iterator[Figure]:
    injected, by_loads, bound = published.inverter_errors(bslib)
    yield Figure("bslib, Siemens: error of losses a tenth larger", "points", injected, most=0.2)
    yield Figure("bslib, Siemens: efficiency lost by loads 0.4 times as large", "points", abs(by_loads), most=0.3)
    yield Figure("bslib, Siemens: bound that alarms above 1.5", "points", bound, most=1.5)
