"""Energies, self-consumption and autarky by local day, month and year. Powers in W, D-Bus signs; energies in kWh.

From powers by integration, never across a gap; from counters by their steps, also over a reset
(docs/facts/figures.md#energy).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, tzinfo
from enum import StrEnum

import numpy as np

from victron_console.diagnosing.finding import Method
from victron_console.diagnosing.record.timeline import FloatArray, checked, local_days, running_total, steps_s

J_PER_KWH = 3.6e6
LEAST_PRICED = 0.95
"""Of the energy bought and sold must have a price for a cost to be told (own judgement)."""
LEAST_RETURN = 0.5
"""No battery gives back less of its charge over a record that tells anything."""
SMALLEST_KWH = 0.1
"""A ratio over less energy than this says nothing."""
METHOD = Method(
    name="trapezoids of the recorded powers, gaps left out, local days",
    inputs=("PV, load, grid, genset and battery power",),
    source="Victron systemcalc's signs and the flow order of VRM (PV first to loads, battery, grid).",
)


class Period(StrEnum):
    """What a report line covers."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Powers:
    """Powers of one station on common moments, W; None where the station has no such thing."""

    at: FloatArray
    pv: FloatArray | None = None
    load: FloatArray | None = None
    """AC and DC loads together."""
    grid: FloatArray | None = None
    """+ import."""
    genset: FloatArray | None = None
    other: FloatArray | None = None
    """Other sources on the DC bus: wind, alternator."""
    battery: FloatArray | None = None
    """+ charging."""
    buy: FloatArray | None = None
    """Price of a bought kWh; NaN where it was not told, None without a tariff."""
    sell: FloatArray | None = None
    """Price of a sold kWh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Energies:
    """What flowed in a period, kWh; None where nothing of it is measured."""

    pv: float | None = None
    load: float | None = None
    imported: float | None = None
    exported: float | None = None
    genset: float | None = None
    charged: float | None = None
    discharged: float | None = None
    pv_exported: float | None = None
    """Part of the PV energy that left to the grid."""
    bought_for_load: float | None = None
    """What the loads used of grid and genset, also by way of the battery."""
    priced: float | None = None
    """Of the energy bought and sold, that whose price is known."""
    cost: float | None = None
    """What that cost less what it earned, in the tariff's currency."""


@dataclass(frozen=True, slots=True)
class Report:
    """One line of an energy report."""

    period: Period
    first_day: date
    energies: Energies
    coverage: float
    """Share of the period that was measured, 0 to 1."""
    method: Method = METHOD

    @property
    def self_consumption(self) -> float | None:
        """Share of the PV energy used on site, 0 to 1; None below 0.1 kWh."""
        e = self.energies
        return _share(e.pv, e.pv_exported)

    @property
    def autarky(self) -> float | None:
        """Share of the loads met without grid or genset, 0 to 1; None below 0.1 kWh."""
        e = self.energies
        return _share(e.load, e.bought_for_load)

    @property
    def cost(self) -> float | None:
        """Of the grid's energy, less what it earned, in the tariff's currency; None where prices are missing."""
        e = self.energies
        if e.cost is None or e.priced is None or e.imported is None or e.exported is None:
            return None
        return e.cost if e.priced >= LEAST_PRICED * (e.imported + e.exported) else None


def report(powers: Powers, period: Period, zone: tzinfo | None = None) -> list[Report]:
    """Energies of each local day, month or year that the powers touch, oldest first.

    Raises:
        ValueError: the arrays do not belong together.
    """
    at = powers.at
    checked(at, *(value for field in fields(powers) if (value := getattr(powers, field.name)) is not None))
    if len(at) < 2:
        return []
    borders = _borders(float(at[0]), float(at[-1]), period, zone)
    edges = np.array([begin for _, begin, _ in borders] + [borders[-1][2]])
    kwh, seen = between(powers, edges)
    # The period that has just begun is measured against what has passed of it, not against its end.
    lengths = np.diff(np.minimum(edges, max(float(at[-1]), edges[0] + 1.0)))
    coverage = np.clip(seen / np.maximum(lengths, 1.0), 0.0, 1.0)
    return [
        Report(period, day, Energies(**{name: float(parts[n]) for name, parts in kwh.items()}), float(coverage[n]))
        for n, (day, _, _) in enumerate(borders)
    ]


def between(powers: Powers, edges: FloatArray) -> tuple[dict[str, FloatArray], FloatArray]:
    """Between each two moments the energies, kWh by the names of `Energies`, and how long all was measured, s.

    Args:
        powers: of at least two moments.
        edges: rising (UTC epoch, s).
    """
    at = powers.at
    kwh = {name: _between(at, running_total(at, watts), edges) / J_PER_KWH for name, watts in _flows(powers).items()}
    return kwh, _seen(powers, edges)


def at_times(source: FloatArray | None, battery: FloatArray | None) -> FloatArray | None:
    """The power of a source that leaves the bus while it stands, a genset or an alternator: then it gives nothing.

    Args:
        source: NaN while it is not there, W.
        battery: NaN where the station was not read: there nothing is known of the source either.
    """
    if source is None or battery is None:
        return source
    return np.where(np.isnan(source) & np.isfinite(battery), 0.0, source)


def counted(at: FloatArray, counter_kwh: FloatArray, since: float, until: float) -> float | None:
    """What a counter counted between two moments, kWh, over resets; None where it was not read in the span.

    VE.Bus counters restart at power-off and at a reboot of the GX: one that fell was reset and has counted its new
    value since. It is taken as it stood at `since` (its last reading before); only what ran between the last reading
    before a reset and the reset is lost.
    """
    known = np.isfinite(counter_kwh) & (at <= until)
    at, counter_kwh = at[known], counter_kwh[known]
    first = max(0, int(np.searchsorted(at, since, side="right")) - 1)
    course = counter_kwh[first:]
    if len(course) < 2:
        return None
    rises = np.diff(course)
    return float(np.sum(np.where(rises >= 0, rises, course[1:])))


def _flows(powers: Powers) -> dict[str, FloatArray]:
    """Each energy's power, never negative."""
    flows: dict[str, FloatArray] = {}
    if powers.pv is not None:
        flows["pv"] = np.maximum(powers.pv, 0.0)
    if powers.load is not None:
        flows["load"] = np.maximum(powers.load, 0.0)
    if powers.grid is not None:
        flows["imported"], flows["exported"] = np.maximum(powers.grid, 0.0), np.maximum(-powers.grid, 0.0)
    if powers.genset is not None:
        flows["genset"] = np.maximum(powers.genset, 0.0)
    if powers.battery is not None:
        flows["charged"] = np.maximum(powers.battery, 0.0)
        flows["discharged"] = np.maximum(-powers.battery, 0.0)
    if powers.load is not None and {"pv", "imported", "genset"} & flows.keys():
        flows |= _split(powers, flows)
    if powers.buy is not None and powers.sell is not None and powers.grid is not None:
        is_known = np.isfinite(powers.buy) & np.isfinite(powers.sell)
        flows["priced"] = np.where(is_known, flows["imported"] + flows["exported"], 0.0)
        paid = flows["imported"] * np.nan_to_num(powers.buy) - flows["exported"] * np.nan_to_num(powers.sell)
        flows["cost"] = np.where(is_known, paid, 0.0)
    return flows


def _split(powers: Powers, flows: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """PV to loads, battery, grid; battery to loads; the rest of the loads is bought (the order of VRM).

    Bought energy stays bought in the battery (docs/facts/figures.md#energy): else a site that charges by night, or
    lives on its genset, were autarkic.
    """
    nothing = np.zeros(len(powers.at))
    pv, load = flows.get("pv", nothing), flows["load"]
    pv_to_load = np.minimum(pv, load)
    pv_to_battery = np.minimum(pv - pv_to_load, flows.get("charged", nothing))
    pv_to_grid = np.minimum(pv - pv_to_load - pv_to_battery, flows.get("exported", nothing))
    battery_to_load = np.minimum(load - pv_to_load, flows.get("discharged", nothing))
    genset, missing = flows.get("genset", nothing), load - pv_to_load - battery_to_load
    genset_to_load = np.minimum(missing, genset)
    imported = flows.get("imported", nothing)
    grid_to_load = np.minimum(missing - genset_to_load, imported)
    other = np.maximum(powers.other, 0.0) if powers.other is not None else nothing
    own_to_battery = pv_to_battery + np.minimum(flows.get("charged", nothing) - pv_to_battery, other)
    bought_left = genset - genset_to_load + imported - grid_to_load
    bought_to_battery = np.minimum(flows.get("charged", nothing) - own_to_battery, bought_left)
    bought = genset_to_load + grid_to_load
    if powers.battery is not None:
        bought = bought + battery_to_load * _bought_share(powers.at, bought_to_battery, powers.battery)
    return {"pv_exported": pv_to_grid, "bought_for_load": bought} if "pv" in flows else {"bought_for_load": bought}


def _bought_share(at: FloatArray, bought_w: FloatArray, battery_w: FloatArray) -> FloatArray:
    """Share of what lies in the battery that was bought, at each moment: what is charged mixes with what is there.

    Of the charge so much counts as the battery gives back over the record; it begins with the mix of the whole record.
    """
    seconds = np.append(steps_s(at, battery_w), 0.0)
    charged, given = np.maximum(battery_w, 0.0) * seconds, np.maximum(-battery_w, 0.0) * seconds
    charged, given, bought = (np.nan_to_num(joules) for joules in (charged, given, bought_w * seconds))
    all_charged, all_given = float(charged.sum()), float(given.sum())
    if all_charged <= 0.0:
        return np.zeros(len(at))
    returned = min(1.0, max(LEAST_RETURN, all_given / all_charged))
    share, stored = float(bought.sum()) / all_charged, 0.0
    shares = []
    moved = (returned * charged, returned * bought, given)
    for gain, bought_gain, loss in zip(*(joules.tolist() for joules in moved), strict=True):
        if gain > 0.0:
            share = min(1.0, (share * stored + bought_gain) / (stored + gain))
        stored = max(0.0, stored + gain - loss)
        shares.append(share)
    return np.array(shares)


def _between(at: FloatArray, total: FloatArray, edges: FloatArray) -> FloatArray:
    """What a running total gained between each two edges."""
    return np.diff(np.interp(edges, at, total))


def _seen(powers: Powers, edges: FloatArray) -> FloatArray:
    """Seconds between each two edges in which everything that the station has was measured."""
    given = [
        getattr(powers, field.name)
        for field in fields(powers)
        if field.name not in ("at", "buy", "sell") and getattr(powers, field.name) is not None
    ]
    seconds = np.concatenate(([0.0], np.cumsum(steps_s(powers.at, *given))))
    return _between(powers.at, seconds, edges)


def _borders(since: float, until: float, period: Period, zone: tzinfo | None) -> Sequence[tuple[date, float, float]]:
    """First day, begin and end of each whole period that touches a span."""
    days = local_days(since, until, zone)
    if len(days) > 1 and days[-1][1] >= until:  # a span that ends at midnight
        del days[-1]
    if period is Period.DAY:
        return days
    merged: list[tuple[date, float, float]] = []
    for day, begin, end in days:
        first = day.replace(day=1) if period is Period.MONTH else day.replace(month=1, day=1)
        if merged and merged[-1][0] == first:
            merged[-1] = (first, merged[-1][1], end)
        else:
            merged.append((first, begin, end))
    return merged


def _share(whole: float | None, part: float | None) -> float | None:
    if whole is None or part is None or whole < SMALLEST_KWH:
        return None
    return min(1.0, max(0.0, 1.0 - part / whole))
