"""Made weeks of a house with a tariff, plans rolled through them, and the least cost by brute force."""

from __future__ import annotations

import numpy as np

from victron_console.diagnosing.ess.advice import worthwhile
from victron_console.diagnosing.ess.decision import decide
from victron_console.diagnosing.ess.plan import Plan
from victron_console.diagnosing.ess.storage import USUAL, Horizon, Storage, end_value, run

HOME = Storage(capacity_kwh=10.0, charge_kw=4.0, discharge_kw=4.0, floor_kwh=1.0, wear_per_kwh=0.02)


def weeks(seed: int, days: int) -> Horizon:
    """Hours of a 6 kWp house with a tariff that follows the hour and the day."""
    rng = np.random.default_rng(seed)
    hour = np.arange(days * 24) % 24
    day = np.arange(days * 24) // 24
    sun = np.maximum(0.0, np.sin((hour - 6.0) / 12.0 * np.pi))
    pv = 6.0 * 0.75 * sun * rng.beta(2, 1.3, days)[day] * rng.uniform(0.15, 1.0)
    load = 0.25 + 0.5 * np.exp(-((hour - 19.0) ** 2) / 6.0) + 0.3 * np.exp(-((hour - 8.0) ** 2) / 4.0)
    load = load * rng.lognormal(0, 0.25, days * 24)
    buy = 0.24 + 0.09 * np.sin((hour - 14.0) / 24 * 4 * np.pi) + rng.normal(0, 0.05, days)[day]
    buy = np.maximum(0.08, buy + rng.normal(0, 0.015, days * 24))
    return Horizon(buy=buy, sell=np.full(days * 24, 0.07), load_kwh=load, pv_kwh=pv)


def scenarios(hours: Horizon, rng: np.random.Generator, count: int = 12) -> Horizon:
    """The same hours as forecasts show them, none of which is right: PV 25 % off by the day, loads 30 % by the hour."""
    hour_count = len(hours.buy)
    days = rng.lognormal(0, 0.25, (count, hour_count // 24 + 1)) * rng.lognormal(0, 0.25, hour_count // 24 + 1)
    pv = hours.pv_kwh * np.repeat(days, 24, axis=1)[:, :hour_count]
    load = hours.load_kwh * rng.lognormal(-0.045, 0.3, (count, hour_count))
    return Horizon(buy=np.tile(hours.buy, (count, 1)), sell=np.tile(hours.sell, (count, 1)), load_kwh=load, pv_kwh=pv)


def certain(hours: Horizon) -> Horizon:
    """The hours as the only scenario."""
    return Horizon(buy=hours.buy[None], sell=hours.sell[None], load_kwh=hours.load_kwh[None], pv_kwh=hours.pv_kwh[None])


def rolled(hours: Horizon, storage: Storage, rng: np.random.Generator | None) -> float:
    """Decide each twelve hours for 36 and meet what comes; with `rng` by noisy forecasts. The net cost."""
    stored, cost, last = 5.0, 0.0, len(hours.buy) - 36
    for begin in range(0, last, 12):
        ahead = hours.part(begin, begin + 36)
        decision = decide(certain(ahead) if rng is None else scenarios(ahead, rng), storage, stored)
        taken = decision.settings if worthwhile(decision.savings, storage) else (USUAL,) * 36
        done = run(taken[:12], hours.part(begin, begin + 12), storage, stored)
        cost, stored = cost + float(done.cost), float(done.stored_kwh)
    return cost - stored * end_value(hours, storage)


def net(hours: Horizon) -> np.ndarray:
    return hours.load_kwh - hours.pv_kwh


def brute_force(hours: Horizon, storage: Storage, stored: float, grid: int) -> float:
    """The least cost by dynamic programming over `grid` levels of stored energy, without a reserve."""
    levels = np.linspace(0.0, storage.capacity_kwh, grid)
    worth = -end_value(hours, storage) * levels
    change = levels[None, :] - levels[:, None]
    charge = np.maximum(change, 0.0) / storage.charge_efficiency
    discharge = np.maximum(-change, 0.0) * storage.discharge_efficiency
    allowed = (charge <= storage.charge_kw + 1e-9) & (discharge <= storage.discharge_kw + 1e-9)
    for n in range(len(hours.buy) - 1, -1, -1):
        net = hours.load_kwh[n] - hours.pv_kwh[n] + charge - discharge
        price = np.where(net > 0, hours.buy[n], hours.sell[n])
        step = np.where(allowed, net * price + storage.wear_per_kwh * discharge, np.inf)
        worth = np.min(step + worth[None, :], axis=1)
    return float(np.interp(stored, levels, worth))


def planned_cost(course: Plan, hours: Horizon, storage: Storage) -> float:
    net = hours.load_kwh - hours.pv_kwh + course.charge_kwh - course.discharge_kwh
    cost = np.sum(np.where(net > 0, hours.buy, hours.sell) * net + storage.wear_per_kwh * course.discharge_kwh)
    return float(cost) - end_value(hours, storage) * float(course.stored_kwh[-1])
