"""The cheapest course there is where all hours are known beforehand: what advice is held against. Advises nobody.

A linear programme (HiGHS). Energies in kWh an hour at the AC side, money in the tariff's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csc_matrix

from victron_console.diagnosing.ess.storage import Horizon, Storage, end_value
from victron_console.diagnosing.record.timeline import FloatArray

LONGEST_S = 60.0
"""So long the solver may look for a course; hours that sell dearer than they buy make it a search."""
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
    count = len(hours.buy)
    nothing, one = np.zeros(count), np.ones(count)
    stored_price = nothing.copy()
    stored_price[-1] = -end_value(hours, storage)
    cost = np.concatenate([nothing, storage.wear_per_kwh * one, hours.buy, -hours.sell, nothing, stored_price])
    most_in = np.minimum(storage.import_kw, hours.load_kwh + storage.charge_kw)
    most_out = np.minimum(storage.export_kw, hours.pv_kwh + storage.discharge_kw)
    upper = np.concatenate([
        storage.charge_kw * one, storage.discharge_kw * one, np.maximum(most_in, hours.load_kwh), most_out,
        hours.pv_kwh, storage.capacity_kwh * one,
    ])  # fmt: skip
    lower = np.zeros(FLOWS * count)
    begin = min(stored_kwh, storage.capacity_kwh)
    lower[-count:] = min(storage.floor_kwh, begin)
    course = nothing.copy()
    course[0] = begin
    # Where a sold kWh brings more than a bought one costs, the meter would run both ways at once: one way an hour.
    both = np.flatnonzero(hours.sell > hours.buy)
    limits, ends = _one_way(count, storage, upper[2 * count : 4 * count].reshape(2, count), both)
    switches = len(both)
    equal = _balance(count, storage.charge_efficiency, storage.discharge_efficiency, switches)
    found = linprog(
        np.concatenate((cost, np.zeros(switches))), A_eq=equal,
        b_eq=np.concatenate((hours.load_kwh - hours.pv_kwh, course)), A_ub=limits, b_ub=ends,
        bounds=np.stack((np.pad(lower, (0, switches)), np.pad(upper, (0, switches), constant_values=1.0)), axis=1),
        integrality=np.concatenate((np.zeros(FLOWS * count), np.ones(switches))) if switches else None,
        method="highs", options={"time_limit": LONGEST_S},
    )  # fmt: skip
    if found.x is None:
        raise RuntimeError(f"no plan was found: {found.message}")
    charge, discharge, imported, exported, _, stored = np.split(found.x[: FLOWS * count], FLOWS)
    paid = hours.buy * imported - hours.sell * exported + storage.wear_per_kwh * discharge
    return Plan(charge, discharge, stored, paid)


def _one_way(
    count: int, storage: Storage, most: FloatArray, both: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> tuple[csc_matrix, FloatArray]:
    """In an hour the battery charges or discharges, as shares of the hour; in some the meter imports or exports.

    Args:
        count: of the hours.
        storage: the battery.
        most: import and export of each hour.
        both: hours in which the meter has to choose.
    """
    n, k = np.arange(count), np.arange(len(both))
    switch = FLOWS * count + k
    rows = np.concatenate((n, n, count + k, count + k, count + len(both) + k, count + len(both) + k))
    columns = np.concatenate((n, count + n, 2 * count + both, switch, 3 * count + both, switch))
    one, each = np.ones(count), np.ones(len(both))
    values = np.concatenate(
        (one / storage.charge_kw, one / storage.discharge_kw, each, -most[0][both], each, most[1][both])
    )
    shape = (count + 2 * len(both), FLOWS * count + len(both))
    return coo_matrix((values, (rows, columns)), shape=shape).tocsc(), np.concatenate((one, 0.0 * each, most[1][both]))


@lru_cache(maxsize=8)
def _balance(count: int, charge_efficiency: float, discharge_efficiency: float, switches: int) -> csc_matrix:
    """What comes in goes out, then what is stored."""
    n = np.arange(count)
    one = np.ones(count)
    rows = [n, n, n, n, n, n + count, n + count, n + count, (n + count)[1:]]
    flows = [0, 1, 2, 3, 4, 5, 0, 1]
    columns = [*(n + flow * count for flow in flows), (n + 5 * count)[:-1]]
    values = [-one, one, one, -one, -one, one, -charge_efficiency * one, one / discharge_efficiency, -one[1:]]
    shape = (2 * count, FLOWS * count + switches)
    return coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape).tocsc()
