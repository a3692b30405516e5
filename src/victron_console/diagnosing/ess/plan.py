"""What the battery should do in the next 36 hours: a linear programme over prices, load and PV. Advice only.

Energies in kWh an hour at the AC side, money in the tariff's currency. Nothing here writes to a station.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Self

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csc_matrix

from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.model.station_info import StationInfo

SHORTFALL_PRICE = 10.0
"""A kWh below the reserve costs this many times the dearest price: only where nothing else is possible."""
SMALL_KWH = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """A battery with its inverter, as the grid sees it."""

    capacity_kwh: float
    charge_kw: float
    discharge_kw: float
    reserve_kwh: float = 0.0
    """Kept for outages and below the minimum SOC."""
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.94
    wear_per_kwh: float = 0.03
    """Of a discharged kWh; 0.02 to 0.06 € are usual."""

    @classmethod
    def of(cls, info: StationInfo, volts: float, reserve_kwh: float = 0.0) -> Self:
        """The battery and inverter of a station file, at a voltage; of no use where the file is silent on them."""
        return cls(
            capacity_kwh=(info.battery.capacity_ah or 0.0) * volts / 1000.0,
            charge_kw=info.ess.charge_kw or 0.0,
            discharge_kw=info.ess.discharge_kw or 0.0,
            reserve_kwh=reserve_kwh,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Horizon:
    """The coming hours: prices, and what is expected of load and PV, one place an hour."""

    buy: FloatArray
    sell: FloatArray
    load_kwh: FloatArray
    pv_kwh: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The cheapest course of the battery, one place an hour."""

    charge_kwh: FloatArray
    discharge_kwh: FloatArray
    stored_kwh: FloatArray
    """At the end of each hour."""


class Mode(StrEnum):
    """What an hour of the plan asks of an ESS; each can be set on a GX."""

    SELF = "self-consumption"
    HOLD = "hold"
    """Keep the charge: minimum SOC at the present one."""
    GRID_CHARGE = "charge from grid"
    SELL = "sell"


def plan(hours: Horizon, storage: Storage, stored_kwh: float) -> Plan:
    """The cheapest course from a stored energy on.

    Raises:
        RuntimeError: the solver found none; with a bounded battery that is a fault of the program.
    """
    count = len(hours.buy)
    dearest = max(float(np.max(np.abs(hours.buy))), 0.01)
    # Selling above the buying price would let energy run in circles through the meter.
    sell = np.minimum(hours.sell, hours.buy)
    nothing = np.zeros(count)
    stored_price = nothing.copy()
    stored_price[-1] = -end_value(hours, storage)
    cost = np.concatenate([
        nothing, np.full(count, storage.wear_per_kwh), hours.buy, -sell, nothing, stored_price,
        np.full(count, SHORTFALL_PRICE * dearest),
    ])  # fmt: skip
    matrix, floor = _constraints(count, storage.charge_efficiency, storage.discharge_efficiency)
    course = np.zeros(count)
    course[0] = min(stored_kwh, storage.capacity_kwh)
    upper = [
        (0.0, storage.charge_kw), (0.0, storage.discharge_kw), (0.0, None), (0.0, None), (0.0, None),
        (0.0, storage.capacity_kwh), (0.0, None),
    ]  # fmt: skip
    found = linprog(
        cost, A_eq=matrix, b_eq=np.concatenate((hours.load_kwh - hours.pv_kwh, course)),
        A_ub=floor, b_ub=np.full(count, -storage.reserve_kwh),
        bounds=[bound for bound in upper for _ in range(count)], method="highs",
    )  # fmt: skip
    if found.x is None:
        raise RuntimeError(f"no plan was found: {found.message}")
    charge, discharge, _, _, _, stored, _ = np.split(found.x, 7)
    return Plan(charge, discharge, stored)


def end_value(hours: Horizon, storage: Storage) -> float:
    """What a kWh left in the battery at the end is worth: a lower-quarter price it can replace, less wear."""
    return max(0.0, storage.discharge_efficiency * (float(np.quantile(hours.buy, 0.25)) - storage.wear_per_kwh))


def modes(course: Plan, hours: Horizon) -> list[Mode]:
    """What to set in each hour."""
    surplus = hours.pv_kwh - hours.load_kwh
    found = []
    for n in range(len(surplus)):
        charge, discharge = float(course.charge_kwh[n]), float(course.discharge_kwh[n])
        if charge > max(0.0, float(surplus[n])) + SMALL_KWH:
            found.append(Mode.GRID_CHARGE)
        elif discharge > max(0.0, -float(surplus[n])) + SMALL_KWH:
            found.append(Mode.SELL)
        elif surplus[n] < -SMALL_KWH and discharge < SMALL_KWH and float(course.stored_kwh[n]) > SMALL_KWH:
            found.append(Mode.HOLD)
        else:
            found.append(Mode.SELF)
    return found


@dataclass(frozen=True, slots=True)
class Cost:
    """What some hours cost."""

    cost: float
    """Bought less sold, plus wear."""
    stored_kwh: float


def follow(course: Plan, chosen: list[Mode], hours: Horizon, storage: Storage, stored_kwh: float) -> Cost:
    """Run chosen modes against loads and PV as they come, which may differ from those planned with.

    `HOLD` and `SELF` follow the sun; only grid charging and selling take their power from the plan.
    """
    cost = 0.0
    for n, mode in enumerate(chosen):
        surplus = float(hours.pv_kwh[n] - hours.load_kwh[n])
        wanted = surplus
        if mode is Mode.HOLD:
            wanted = max(0.0, surplus)
        elif mode is Mode.GRID_CHARGE:
            wanted = max(surplus, float(course.charge_kwh[n]))
        elif mode is Mode.SELL:
            wanted = min(surplus, -float(course.discharge_kwh[n]))
        room = (storage.capacity_kwh - stored_kwh) / storage.charge_efficiency
        spare = max(0.0, stored_kwh - storage.reserve_kwh) * storage.discharge_efficiency
        charge = min(max(0.0, wanted), storage.charge_kw, max(0.0, room))
        discharge = min(max(0.0, -wanted), storage.discharge_kw, spare)
        stored_kwh += charge * storage.charge_efficiency - discharge / storage.discharge_efficiency
        grid = charge - discharge - surplus
        price = float(hours.buy[n] if grid > 0 else hours.sell[n])
        cost += grid * price + storage.wear_per_kwh * discharge
    return Cost(cost, stored_kwh)


def self_consumption(hours: Horizon, storage: Storage, stored_kwh: float) -> Cost:
    """What the hours cost without advice: the usual ESS, storing what is over and giving what is missing."""
    nothing = np.zeros(len(hours.buy))
    idle = Plan(nothing, nothing, nothing)
    return follow(idle, [Mode.SELF] * len(nothing), hours, storage, stored_kwh)


@lru_cache(maxsize=8)
def _constraints(count: int, charge_efficiency: float, discharge_efficiency: float) -> tuple[csc_matrix, csc_matrix]:
    """Equalities (power balance, then stored energy) and the reserve, over charge, discharge, import, export, spilled
    PV, stored, shortfall."""
    n = np.arange(count)
    one = np.ones(count)

    def block(kind: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return n + kind * count

    rows = [n, n, n, n, n, n + count, n + count, n + count, (n + count)[1:]]
    columns = [block(0), block(1), block(2), block(3), block(4), block(5), block(0), block(1), block(5)[:-1]]
    values = [-one, one, one, -one, -one, one, -charge_efficiency * one, one / discharge_efficiency, -one[1:]]
    shape = (2 * count, 7 * count)
    equal = coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    floor = coo_matrix(
        (np.concatenate((-one, -one)), (np.concatenate((n, n)), np.concatenate((block(5), block(6))))),
        shape=(count, 7 * count),
    )
    return equal.tocsc(), floor.tocsc()
