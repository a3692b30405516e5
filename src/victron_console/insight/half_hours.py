"""What a battery was asked for in the half hours before a moment, also while it was empty or full. W, + charges.

A battery on its floor gives nothing although the loads ask, one that is full takes nothing although the sun shines:
such a half hour says what the battery could not do, not what is used. Loads and PV fill it in where they are known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from victron_console.model.units import HALF_HOUR_S, SLOT_S

AC_LOADS, PV = "load_power_w", "pv_power_w"
FIELDS = ("battery_power_w", "soc_percent", AC_LOADS, "dc_load_power_w", PV)
"""Of `Overview`: what a half hour is made of."""
SLOTS_A_DAY = 48
RESTS_WITHIN_PERCENT = 1.5
"""A state of charge this near to the floor or to full rests there: it is told in whole percents (own judgement)."""
MOVES_W = 30.0
"""Less than this asks for nothing: loads that the floor cut off, PV that was held back (own judgement)."""
LEAST_SHARE, USUAL_SHARE, MOST_SHARE = 0.7, 0.95, 1.0
"""What a converter passes on: bounds of what is believed, and what is taken while nothing is known (own judgement:
data sheets of inverter/chargers give 0.93 to 0.96 at their best load, less at small ones)."""
LEAST_SAMPLES = 10
"""Half hours before a share is believed (own judgement)."""
LEAST_SWING_PERCENT = 100.0
"""Of charge moved one way before the energy of a percent is believed: some nights, beside which the rounding to whole
percents is small (own judgement)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHour:
    """Means of half an hour of a station; None where nothing is known."""

    at: float
    """Its middle (UTC epoch, s)."""
    battery_w: float | None
    soc_percent: float | None = None
    load_w: float | None = None
    """AC and DC loads; None in a gap of the AC loads of a site that has some."""
    pv_w: float | None = None


def half_hours(rows: Iterable[Sequence[float | None]], until: float) -> list[HalfHour]:
    """Half hours back from a moment, oldest first; those of which nothing is known are left out.

    Args:
        rows: of five minutes, their begin (UTC epoch, s) and the means of `FIELDS`.
        until: UTC epoch, s; what was not over by then is left out.
    """
    sums: dict[int, list[list[float]]] = {}
    for begin, *values in rows:
        if begin is None or begin + SLOT_S > until:
            continue
        found = sums.setdefault(int((until - begin - SLOT_S / 2) // HALF_HOUR_S), [[] for _ in FIELDS])
        for known, value in zip(found, values, strict=True):
            if value is not None:
                known.append(value)
    has_ac, has_pv = (any(each[FIELDS.index(field)] for each in sums.values()) for field in (AC_LOADS, PV))
    return [
        _half_hour(until - (n + 0.5) * HALF_HOUR_S, sums[n], has_ac=has_ac, has_pv=has_pv)
        for n in sorted(sums, reverse=True)
    ]


def _half_hour(at: float, sums: Sequence[Sequence[float]], *, has_ac: bool, has_pv: bool) -> HalfHour:
    battery, soc, ac, dc, pv = (sum(each) / len(each) if each else None for each in sums)
    load = dc if ac is None else ac + (dc or 0.0)
    return HalfHour(
        at=at,
        battery_w=battery,
        soc_percent=soc,
        load_w=None if ac is None and has_ac else load,
        pv_w=(None if has_pv else 0.0) if pv is None else max(0.0, pv),
    )


@dataclass(frozen=True, slots=True)
class Days:
    """The days before a moment in half hours: index 0 is the half hour just before it, 48 the same a day earlier."""

    asked_w: tuple[float | None, ...]
    """What the battery was asked for."""
    load_w: tuple[float | None, ...]
    pv_w: tuple[float | None, ...]
    charging_share: float
    """What of a surplus of PV over the loads reaches the battery, 0 to 1."""
    discharging_share: float
    """What of the battery's power reaches the loads, 0 to 1."""
    discharged_wh: float | None
    """What one percent of charge gives, by the battery's own power; None before some nights were seen."""
    charged_wh: float | None
    """What one percent of charge takes."""

    @property
    def count(self) -> int:
        """Days with at least half of their half hours known, from the last one on."""
        days = range(math.ceil(len(self.asked_w) / SLOTS_A_DAY))
        known = (sum(w is not None for w in self.asked_w[d * SLOTS_A_DAY : (d + 1) * SLOTS_A_DAY]) for d in days)
        return sum(2 * each >= SLOTS_A_DAY for each in known)


def days_before(until: float, past: Sequence[HalfHour], floor_percent: float) -> Days:
    """The half hours before a moment.

    Args:
        until: UTC epoch, s.
        past: of one station, in any order; what is not before `until` is left out.
        floor_percent: where the site stops discharging.
    """
    slots = _slots(until, past)
    rests = [_rests(slots, n, floor_percent) for n in range(len(slots))]
    charging = _passed(slots, rests, charges=True)
    discharging = _passed(slots, rests, charges=False)
    return Days(
        asked_w=tuple(_asked(slot, rest, charging, discharging) for slot, rest in zip(slots, rests, strict=True)),
        load_w=tuple(slot.load_w if slot else None for slot in slots),
        pv_w=tuple(slot.pv_w if slot else None for slot in slots),
        charging_share=charging,
        discharging_share=discharging,
        discharged_wh=_wh_a_percent(slots, rests, charges=False),
        charged_wh=_wh_a_percent(slots, rests, charges=True),
    )


def usual_of_slot(asked_w: Sequence[float | None]) -> list[float | None]:
    """For each half hour of a day back the median of all days in which it is known; None where it is in none."""
    found: list[float | None] = []
    for slot in range(SLOTS_A_DAY):
        known = [watts for watts in asked_w[slot::SLOTS_A_DAY] if watts is not None]
        found.append(median(known) if known else None)
    return found


def _slots(until: float, past: Sequence[HalfHour]) -> list[HalfHour | None]:
    """Latest first. A lone hole is filled with the half hour before it: a station read each hour says so until then."""
    placed = {
        int((until - each.at) // HALF_HOUR_S): each for each in past if each.at < until and each.battery_w is not None
    }
    count = max(placed, default=-1) + 1
    return [placed.get(n) or placed.get(n + 1) for n in range(count)]


def _rests(slots: Sequence[HalfHour | None], n: int, floor: float) -> int:
    """-1: on its floor during or right after the half hour, 1: full, 0: neither or not known."""
    around = [slot.soc_percent for slot in slots[max(0, n - 1) : n + 1] if slot and slot.soc_percent is not None]
    if any(soc <= floor + RESTS_WITHIN_PERCENT for soc in around):
        return -1
    return int(any(soc >= 100.0 - RESTS_WITHIN_PERCENT for soc in around))


def _asked(slot: HalfHour | None, rests: int, charging: float, discharging: float) -> float | None:
    """What the battery was asked for; where it rested and nobody knows for what, None."""
    if slot is None or slot.battery_w is None or rests == 0:
        return slot.battery_w if slot else None
    surplus = None if slot.load_w is None or slot.pv_w is None else slot.pv_w - slot.load_w
    if rests < 0:
        if surplus is not None and surplus < -MOVES_W:
            return min(slot.battery_w, surplus / discharging)
        return slot.battery_w if abs(slot.battery_w) > MOVES_W else None
    if surplus is not None and surplus > MOVES_W:
        return max(slot.battery_w, surplus * charging)
    return slot.battery_w if abs(slot.battery_w) > MOVES_W else None


def _passed(slots: Sequence[HalfHour | None], rests: Sequence[int], *, charges: bool) -> float:
    """What the converters let through, by the half hours in which the battery was free to follow PV and loads."""
    battery = site = 0.0
    count = 0
    for slot, rest in zip(slots, rests, strict=True):
        if slot is None or rest or slot.battery_w is None or slot.load_w is None or slot.pv_w is None:
            continue
        surplus = slot.pv_w - slot.load_w
        if abs(surplus) > MOVES_W and (surplus > 0) == charges and (slot.battery_w > 0) == charges:
            battery, site, count = battery + slot.battery_w, site + surplus, count + 1
    if count < LEAST_SAMPLES or not battery:
        return USUAL_SHARE
    return min(MOST_SHARE, max(LEAST_SHARE, battery / site if charges else site / battery))


def _wh_a_percent(slots: Sequence[HalfHour | None], rests: Sequence[int], *, charges: bool) -> float | None:
    """Energy over the change of charge, summed over the half hours that the battery moved one way."""
    energy_wh = swing = 0.0
    for n in range(len(slots) - 1):
        later, earlier = slots[n], slots[n + 1]
        if later is None or earlier is None or later is earlier or rests[n] or rests[n + 1]:
            continue
        powers, charge = (later.battery_w or 0.0, earlier.battery_w or 0.0), (later.soc_percent, earlier.soc_percent)
        if charge[0] is None or charge[1] is None or any((watts > 0) != charges for watts in powers):
            continue
        energy_wh += sum(powers) / 2 * HALF_HOUR_S / 3600
        swing += charge[0] - charge[1]
    found = energy_wh / swing if abs(swing) >= LEAST_SWING_PERCENT else 0.0
    return found if found > 0 else None
