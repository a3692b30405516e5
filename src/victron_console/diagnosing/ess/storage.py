"""A battery behind a meter: what an hour in a mode does to it, and what that costs. Plans nothing.

Energies in kWh an hour at the AC side, money in the tariff's currency per kWh. All numbers may be arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

import numpy as np

from victron_console.diagnosing.record.timeline import BoolArray, FloatArray, IntArray
from victron_console.model.station_info import EssFacts

WEAR_SHARE = 0.1
"""Wear of a discharged kWh in shares of the usual buying price (judgement: 0.02 to 0.06 EUR at 0.30 are usual)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """A battery with its inverter and the connection to the grid."""

    capacity_kwh: float
    charge_kw: float
    discharge_kw: float
    floor_kwh: float = 0.0
    """Where the ESS itself stops discharging."""
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.94
    wear_per_kwh: float = 0.03
    """Of a discharged kWh."""
    import_kw: float = inf
    export_kw: float = inf
    """Of the connection; PV beyond it is lost."""

    @classmethod
    def of(cls, ess: EssFacts, capacity_kwh: float, floor_percent: float, usual_price: float) -> Storage:
        """The battery and inverter of a station file.

        Args:
            ess: the file's table; of no use where it is silent on the powers.
            capacity_kwh: what the battery holds.
            floor_percent: where the ESS stops discharging, of the capacity.
            usual_price: of a bought kWh, for the wear where the file names none.
        """
        return cls(
            capacity_kwh=capacity_kwh, charge_kw=ess.charge_kw or 0.0, discharge_kw=ess.discharge_kw or 0.0,
            floor_kwh=capacity_kwh * floor_percent / 100.0,
            charge_efficiency=ess.charge_efficiency, discharge_efficiency=ess.discharge_efficiency,
            wear_per_kwh=max(0.0, WEAR_SHARE * usual_price) if ess.wear_per_kwh is None else ess.wear_per_kwh,
            import_kw=ess.import_kw or inf, export_kw=inf if ess.export_kw is None else ess.export_kw,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Horizon:
    """Some hours: prices, load and PV; an hour is the last axis, scenarios of the same hours the first."""

    buy: FloatArray
    sell: FloatArray
    load_kwh: FloatArray
    pv_kwh: FloatArray

    @property
    def surplus_kwh(self) -> FloatArray:
        """PV less load."""
        return self.pv_kwh - self.load_kwh

    def part(self, since: int, until: int) -> Horizon:
        """The hours from one up to another."""
        span = (..., slice(since, until))
        return Horizon(buy=self.buy[span], sell=self.sell[span], load_kwh=self.load_kwh[span], pv_kwh=self.pv_kwh[span])

    def rows(self, chosen: IntArray) -> Horizon:
        """Some of the scenarios, by their places."""
        return Horizon(
            buy=self.buy[chosen], sell=self.sell[chosen], load_kwh=self.load_kwh[chosen], pv_kwh=self.pv_kwh[chosen]
        )


class Mode(StrEnum):
    """What can be set on a GX for an hour."""

    SELF = "self-consumption"
    HOLD = "hold"
    """Store what is over, give nothing: maximum inverter power 0, or the minimum SOC at the present one."""
    EXPORT = "feed in first"
    """Store nothing, give what is missing: maximum charge power 0."""
    NO_FEED_IN = "no feed-in"
    """Self-consumption that gives nothing to the grid: maximum feed-in 0."""
    GRID_CHARGE = "charge from grid"
    SELL = "sell"


@dataclass(frozen=True, slots=True)
class Setting:
    """A mode with the power that it is to have: limits of the battery's AC power within which it follows the sun."""

    mode: Mode
    low_kw: float = -inf
    high_kw: float = inf
    feeds_in: bool = True


USUAL = Setting(Mode.SELF)


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """What some hours came to."""

    cost: FloatArray
    """Bought less sold, plus wear."""
    stored_kwh: FloatArray
    """At the end."""
    battery_kwh: FloatArray
    """Into the battery, + charging, at the AC side."""


def hour(
    low_kw: FloatArray | float, high_kw: FloatArray | float, feeds_in: BoolArray | bool, surplus: FloatArray,
    stored: FloatArray, prices: tuple[FloatArray, FloatArray], storage: Storage,
) -> Cost:  # fmt: skip
    """One hour of a setting; below its floor the battery gives nothing, whatever is set.

    Args:
        low_kw: of the battery's power, + charging.
        high_kw: of the same.
        feeds_in: whether what is over goes to the grid; else it is not made.
        surplus: PV less load, kWh.
        stored: at the begin, kWh.
        prices: buying and selling.
        storage: the battery.
    """
    buy, sell = prices
    wanted = np.clip(surplus, low_kw, high_kw)
    room = np.maximum(0.0, storage.capacity_kwh - stored) / storage.charge_efficiency
    spare = np.maximum(0.0, stored - storage.floor_kwh) * storage.discharge_efficiency
    most_charge = np.minimum(np.minimum(storage.charge_kw, room), np.maximum(0.0, storage.import_kw + surplus))
    most_discharge = np.minimum(np.minimum(storage.discharge_kw, spare), np.maximum(0.0, storage.export_kw - surplus))
    charge = np.clip(wanted, 0.0, most_charge)
    discharge = np.clip(-wanted, 0.0, most_discharge)
    grid = np.maximum(charge - discharge - surplus, -storage.export_kw)
    grid = np.where(np.logical_or(feeds_in, grid > 0.0), grid, 0.0)
    cost = grid * np.where(grid > 0.0, buy, sell) + storage.wear_per_kwh * discharge
    after = stored + charge * storage.charge_efficiency - discharge / storage.discharge_efficiency
    return Cost(cost, after, charge - discharge)


def run(settings: Sequence[Setting], hours: Horizon, storage: Storage, stored_kwh: float) -> Cost:
    """Hours in their settings, one after another; hours with scenarios give each of them its own course."""
    surplus = hours.surplus_kwh
    stored: FloatArray = np.full(surplus.shape[:-1], stored_kwh)
    cost, moved = np.zeros_like(stored), []
    for n, one in enumerate(settings):
        prices = hours.buy[..., n], hours.sell[..., n]
        course = hour(one.low_kw, one.high_kw, one.feeds_in, surplus[..., n], stored, prices, storage)
        cost, stored = cost + course.cost, course.stored_kwh
        moved.append(course.battery_kwh)
    return Cost(cost, stored, np.stack(moved, axis=-1))


def self_consumption(hours: Horizon, storage: Storage, stored_kwh: float) -> Cost:
    """The hours without advice: the ESS stores what is over and gives what is missing, down to its own floor."""
    return run([USUAL] * hours.buy.shape[-1], hours, storage, stored_kwh)


def end_value(hours: Horizon, storage: Storage) -> float:
    """What a kWh left in the battery at the end is worth: a lower-quarter price it can replace, less wear."""
    return max(0.0, storage.discharge_efficiency * (float(np.quantile(hours.buy, 0.25)) - storage.wear_per_kwh))
