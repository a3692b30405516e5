"""What to set in each of the coming hours: the least expected cost over scenarios of load, PV and prices.

Stochastic dynamic programming backwards over levels of the stored energy (Bertsekas, Dynamic Programming and Optimal
Control, vol. 1): at each hour and level one setting for all scenarios, since which of them comes is not known; what it
costs from there on is kept for each scenario by itself, so that a dull day stays dull. Regret against a setting chosen
with knowledge of the scenario is thereby least in the mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from victron_console.diagnosing.ess.storage import USUAL, Horizon, Mode, Setting, Storage, end_value, hour, run
from victron_console.diagnosing.record.timeline import BoolArray, FloatArray

LEVELS = 41
"""A fortieth of the capacity apart: twice or four times as many change the saving by 0.1 % (made-up weeks)."""
CHARGE_SHARES = (0.125, 0.25, 0.5, 1.0)
SELL_SHARES = (0.25, 0.5, 1.0)
"""Of the inverter/charger's power (own judgement: ten of each save 0.2 % more in the same weeks)."""
SMALL = 1e-6
"""Money by which another setting than the usual one must be better: no change for the last digit."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """Energy wanted for an outage, and what an hour without a kWh of it costs."""

    kwh: float = 0.0
    """Stored, the floor included."""
    price: float = 0.0


NO_RESERVE = Reserve()


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """Settings of the hours, and what they are expected to bring."""

    settings: tuple[Setting, ...]
    battery_kwh: FloatArray
    """Mean over the scenarios, + charging, an hour each."""
    stored_kwh: FloatArray
    """The same at the end of each hour."""
    savings: FloatArray
    """Against self-consumption, one a scenario, energy left over at its value."""


def decide(
    hours: Horizon, storage: Storage, stored_kwh: float, reserve: Reserve = NO_RESERVE,
    weights: FloatArray | None = None,
) -> Decision:  # fmt: skip
    """Choose the settings.

    Args:
        hours: scenarios by hours.
        storage: the battery.
        stored_kwh: what it holds now.
        reserve: to keep as far as it is worth it.
        weights: how likely each scenario is, in all 1; None: all alike.
    """
    surplus, count = hours.surplus_kwh, hours.buy.shape[-1]
    weights = np.full(surplus.shape[0], 1.0 / surplus.shape[0]) if weights is None else weights
    table = _Table(storage)
    ahead = _costs_ahead(table, hours, storage, reserve, weights)
    stored = np.full(surplus.shape[0], min(stored_kwh, storage.capacity_kwh))
    chosen, moved, course = [], [], []
    for n in range(count):
        prices = hours.buy[:, n], hours.sell[:, n]
        each = hour(table.low[:, 0], table.high[:, 0], table.feeds_in[:, 0], surplus[:, n], stored, prices, storage)
        total = each.cost + table.at(ahead[n + 1], each.stored_kwh[:, :, None])[:, :, 0]
        best = _best(total @ weights)
        chosen.append(table.settings[best])
        moved.append(float(each.battery_kwh[best] @ weights))
        stored = each.stored_kwh[best]
        course.append(float(stored @ weights))
    return Decision(tuple(chosen), np.array(moved), np.array(course), savings(chosen, hours, storage, stored_kwh))


def savings(settings: list[Setting], hours: Horizon, storage: Storage, stored_kwh: float) -> FloatArray:
    """Of settings against self-consumption; energy left over counts at its value."""
    usual = run([USUAL] * len(settings), hours, storage, stored_kwh)
    advised = run(settings, hours, storage, stored_kwh)
    return usual.cost - advised.cost + end_value(hours, storage) * (advised.stored_kwh - usual.stored_kwh)


class _Table:
    """The settings there are, and levels of stored energy with what lies between them."""

    def __init__(self, storage: Storage) -> None:
        self.settings = _settings(storage.charge_kw, storage.discharge_kw)
        self.low: FloatArray = np.array([one.low_kw for one in self.settings])[:, None, None]
        self.high: FloatArray = np.array([one.high_kw for one in self.settings])[:, None, None]
        self.feeds_in: BoolArray = np.array([one.feeds_in for one in self.settings])[:, None, None]
        self.levels: FloatArray = np.linspace(0.0, storage.capacity_kwh, LEVELS)

    def at(self, costs: FloatArray, stored: FloatArray) -> FloatArray:
        """The costs ahead (scenario, level) at stored energies (setting, scenario, level)."""
        place = np.clip(stored / self.levels[1], 0.0, LEVELS - 1 - 1e-9)
        below = place.astype(np.int64)
        part = place - below
        rows = np.arange(costs.shape[0])[None, :, None]
        found: FloatArray = costs[rows, below] * (1.0 - part) + costs[rows, below + 1] * part
        return found


def _costs_ahead(
    table: _Table, hours: Horizon, storage: Storage, reserve: Reserve, weights: FloatArray
) -> list[FloatArray]:
    """What is to pay from the begin of each hour on, by scenario and level; the last is the value of what is left."""
    surplus, count = hours.surplus_kwh, hours.buy.shape[-1]
    left = -end_value(hours, storage) * np.maximum(0.0, table.levels - storage.floor_kwh)
    costs = np.broadcast_to(left, (surplus.shape[0], LEVELS))
    ahead = [costs]
    for n in reversed(range(count)):
        prices = hours.buy[:, n, None], hours.sell[:, n, None]
        each = hour(table.low, table.high, table.feeds_in, surplus[:, n, None], table.levels, prices, storage)
        total = each.cost + table.at(costs, each.stored_kwh)
        if reserve.price > 0.0:
            total = total + reserve.price * np.maximum(0.0, reserve.kwh - each.stored_kwh)
        best = (weights @ total).argmin(axis=0)
        costs = total[best, :, np.arange(LEVELS)].T
        ahead.append(costs)
    return ahead[::-1]


def _best(means: FloatArray) -> int:
    """The cheapest setting; self-consumption, which is the first, where it is as cheap."""
    best = int(means.argmin())
    return best if means[0] - means[best] > SMALL else 0


@lru_cache(maxsize=8)
def _settings(charge_kw: float, discharge_kw: float) -> tuple[Setting, ...]:
    return (
        USUAL,
        Setting(Mode.HOLD, low_kw=0.0),
        Setting(Mode.EXPORT, high_kw=0.0),
        Setting(Mode.NO_FEED_IN, feeds_in=False),
        *(Setting(Mode.GRID_CHARGE, low_kw=share * charge_kw) for share in CHARGE_SHARES),
        *(Setting(Mode.SELL, high_kw=-share * discharge_kw) for share in SELL_SHARES),
    )
