"""The cheapest course there is where all hours are known beforehand: what advice is held against. Advises nobody.

A linear programme (HiGHS). Where an hour sells dearer than it buys, the programme would run the meter both ways at
once: which way it runs there is searched first, on a grid of stored energies (dynamic programming). Energies in kWh an
hour at the AC side, money in the tariff's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csc_matrix

from victron_console.diagnosing.ess.storage import Horizon, Storage, end_value
from victron_console.diagnosing.record.timeline import BoolArray, FloatArray

LEVELS = 400
"""Of stored energy, where the meter's ways are searched."""
FLOWS = 6
"""Charge, discharge, import, export, PV not made, stored."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The cheapest course of the battery, one place an hour."""

    charge_kwh: FloatArray
    discharge_kwh: FloatArray
    stored_kwh: FloatArray
    """At the end of each hour."""
    cost: FloatArray
    """Of each hour: bought less sold, plus wear."""


def plan(hours: Horizon, storage: Storage, stored_kwh: float) -> Plan:
    """The cheapest course from a stored energy on; what is left at the end counts at its value.

    Every flow is bounded: no more PV is left unmade than there is, and no more goes through the meter than the
    connection carries, or than loads, PV and battery can move at once.

    Raises:
        RuntimeError: there is none: the connection carries less than the loads.
    """
    most_in = np.maximum(np.minimum(storage.import_kw, hours.load_kwh + storage.charge_kw), hours.load_kwh)
    most_out = np.minimum(storage.export_kw, hours.pv_kwh + storage.discharge_kw)
    if (dearer := hours.sell > hours.buy).any():
        sells = _sells(hours, storage, stored_kwh, most_in, most_out)
        most_in, most_out = np.where(dearer & sells, 0.0, most_in), np.where(dearer & ~sells, 0.0, most_out)
    count = len(hours.buy)
    nothing, one = np.zeros(count), np.ones(count)
    stored_price = nothing.copy()
    stored_price[-1] = -end_value(hours, storage)
    cost = np.concatenate([nothing, storage.wear_per_kwh * one, hours.buy, -hours.sell, nothing, stored_price])
    upper = np.concatenate([
        storage.charge_kw * one, storage.discharge_kw * one, most_in, most_out, hours.pv_kwh,
        storage.capacity_kwh * one,
    ])  # fmt: skip
    lower = np.zeros(FLOWS * count)
    begin = min(stored_kwh, storage.capacity_kwh)
    lower[-count:] = min(storage.floor_kwh, begin)
    course = nothing.copy()
    course[0] = begin
    found = linprog(
        cost, A_eq=_balance(count, storage.charge_efficiency, storage.discharge_efficiency),
        b_eq=np.concatenate((hours.load_kwh - hours.pv_kwh, course)),
        A_ub=_one_way(count, storage.charge_kw, storage.discharge_kw), b_ub=one,
        bounds=np.stack((lower, upper), axis=1), method="highs",
    )  # fmt: skip
    if found.x is None:
        raise RuntimeError(f"no plan was found: {found.message}")
    charge, discharge, imported, exported, _, stored = np.split(found.x, FLOWS)
    paid = hours.buy * imported - hours.sell * exported + storage.wear_per_kwh * discharge
    return Plan(charge, discharge, stored, paid)


def _sells(hours: Horizon, storage: Storage, stored_kwh: float, most_in: FloatArray, most_out: FloatArray) -> BoolArray:
    """In which hours the cheapest course from level to level sells, found from the last hour back to the first."""
    count = len(hours.buy)
    begin = min(stored_kwh, storage.capacity_kwh)
    levels = np.linspace(min(storage.floor_kwh, begin), storage.capacity_kwh, LEVELS + 1)
    step = levels[1] - levels[0]
    down = int(storage.discharge_kw / storage.discharge_efficiency / step)
    up = int(storage.charge_kw * storage.charge_efficiency / step)
    changes = step * np.arange(-down, up + 1)
    cost, meter = _meter(hours, storage, changes, most_in, most_out)
    ahead = -end_value(hours, storage) * levels
    chosen = np.zeros((count, LEVELS + 1), dtype=np.int64)
    for hour in range(count - 1, -1, -1):
        ways = sliding_window_view(np.pad(ahead, (down, up), constant_values=np.inf), len(changes)) + cost[hour]
        chosen[hour] = ways.argmin(axis=1)
        ahead = ways.min(axis=1)
    place = round((begin - levels[0]) / step)
    sells = np.zeros(count, dtype=bool)
    for hour in range(count):
        change = int(chosen[hour, place])
        sells[hour] = meter[hour, change] < 0.0
        place += change - down
    return sells


def _meter(
    hours: Horizon, storage: Storage, change_kwh: FloatArray, most_in: FloatArray, most_out: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What each hour costs at each change of the stored energy, and what then goes through the meter.

    PV may be left unmade. The cost is linear between nothing, the least and the most that the meter can carry, wear
    included; infinite where it cannot be.
    """
    charge = np.maximum(change_kwh, 0.0) / storage.charge_efficiency
    discharge = np.maximum(-change_kwh, 0.0) * storage.discharge_efficiency
    made = (hours.load_kwh - hours.pv_kwh)[:, None] + charge - discharge
    low = np.maximum(made, -most_out[:, None])
    high = np.minimum(made + hours.pv_kwh[:, None], most_in[:, None])
    meters = np.stack((low, high, np.clip(0.0, low, high)))
    costs = np.where(meters > 0, hours.buy[:, None], hours.sell[:, None]) * meters
    best = costs.argmin(axis=0)[None]
    cost, meter = (np.take_along_axis(it, best, axis=0)[0] for it in (costs, meters))
    return np.where(low <= high + 1e-9, cost, np.inf) + storage.wear_per_kwh * discharge, meter


@lru_cache(maxsize=8)
def _one_way(count: int, charge_kw: float, discharge_kw: float) -> csc_matrix:
    """In an hour the battery charges or discharges, as shares of the hour."""
    n, one = np.arange(count), np.ones(count)
    values = np.concatenate((one / charge_kw, one / discharge_kw))
    shape = (count, FLOWS * count)
    return coo_matrix((values, (np.tile(n, 2), np.concatenate((n, count + n)))), shape=shape).tocsc()


@lru_cache(maxsize=8)
def _balance(count: int, charge_efficiency: float, discharge_efficiency: float) -> csc_matrix:
    """What comes in goes out, then what is stored."""
    n = np.arange(count)
    one = np.ones(count)
    rows = [n, n, n, n, n, n + count, n + count, n + count, (n + count)[1:]]
    flows = [0, 1, 2, 3, 4, 5, 0, 1]
    columns = [*(n + flow * count for flow in flows), (n + 5 * count)[:-1]]
    values = [-one, one, one, -one, -one, one, -charge_efficiency * one, one / discharge_efficiency, -one[1:]]
    shape = (2 * count, FLOWS * count)
    return coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape).tocsc()
