"""Will it make it to sunrise? The state of charge projected to the end of the night, as a range.

From the battery's own power on the nights before, so that losses, DC loads and what the grid takes over are in it. It
starts from the last state of charge known, which for a lost station may be hours old.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from victron_console.insight.battery_panel import battery_panel
from victron_console.insight.overview.battery_roles import battery_roles
from victron_console.insight.overview.figures import system_of
from victron_console.insight.sun import SunTimes, next_night
from victron_console.model.clock import local
from victron_console.model.overview import Overview
from victron_console.model.snapshot import Snapshot
from victron_console.model.units import DAY_S

MAINS = ("grid", "shore")
STEP_S = 900.0
SLOT_S = 1800.0
RECENT_S = 7200.0
"""What the battery did in the last two hours is carried on, fading into the pattern with this time."""
OLDEST_S = 4 * DAY_S
"""Further than this nothing is projected: the weather of those days is not known."""
NIGHTS_FOR_SPREAD = 3
LOW_QUANTILE, HIGH_QUANTILE = 0.2, 0.8
GUESSED_SPREAD = 0.25
"""Taken for the spread of the load while fewer than three days are known."""
CAPACITY_SPREAD = 0.10
"""Nameplate against what a battery holds (age, temperature): no capacity is known better without a full cycle."""
SOC_SPREAD_PERCENT = 2.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """The projection. Where `reason` is not empty there is none, and it says what is missing."""

    sunrise_at: float
    soc_low_percent: float | None = None
    soc_percent: float | None = None
    soc_high_percent: float | None = None
    empty_at: float | None = None
    """When the floor is reached before sunrise (UTC epoch, s); None: not empty tonight."""
    empty_earliest_at: float | None = None
    """The same at the low end of the range."""
    floor_percent: float = 0.0
    basis: str = ""
    """What it rests on: `5 days`, `the last hours`."""
    notes: tuple[str, ...] = ()
    """What was assumed, as half sentences."""
    reason: str = ""


def site_outlook(
    snapshot: Snapshot,
    shown: Overview,
    battery_power_w: Sequence[tuple[float, float | None]],
    *,
    capacity_ah: float | None = None,
    site_floor_percent: float | None = None,
    zone: tzinfo | None = None,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Outlook:
    """The projection of a station from what is known of it and its station file; the rest as in `outlook`.

    The energy of the pack is its Ah at the present voltage, within 5 % of the nominal one for LiFePO4.
    """
    panel = battery_panel(snapshot, shown, capacity=capacity_ah, site_floor_percent=site_floor_percent)
    owner = system_of(snapshot) or battery_roles(snapshot).monitor
    soc_at = owner.read_at if owner and owner.read_at is not None else snapshot.at
    volts = shown.battery_voltage_v
    projected = outlook(
        soc_percent=shown.credible("soc_percent"),
        soc_at=soc_at,
        battery_power_w=battery_power_w,
        capacity_wh=panel.capacity_ah * volts if panel.capacity_ah and volts else None,
        floor_percent=panel.floor_percent,
        night=next_night(snapshot.at, zone, latitude, longitude),
        zone=zone,
    )
    if shown.ac_input.connected and shown.ac_input.type in MAINS and projected.empty_earliest_at is not None:
        # The floor is where ESS hands the loads to the mains: a battery that rests on it is not empty.
        notes = (*projected.notes, "rests on its floor, the mains carry the loads")
        return replace(projected, empty_at=None, empty_earliest_at=None, notes=notes)
    return projected


def outlook(
    *,
    soc_percent: float | None,
    soc_at: float,
    battery_power_w: Sequence[tuple[float, float | None]],
    capacity_wh: float | None,
    floor_percent: float | None,
    night: SunTimes,
    zone: tzinfo | None = None,
) -> Outlook:
    """The state of charge at sunrise and when the floor is reached.

    Args:
        soc_percent: the last state of charge known.
        soc_at: when it was (UTC epoch, s); the projection starts there.
        battery_power_w: moments (UTC epoch, s, ascending) and mean battery power around them in W, + charges, None in
            gaps; up to some days, best in buckets of 5 to 30 minutes.
        capacity_wh: what the battery holds.
        floor_percent: where the site stops discharging; None is 0.
        night: the coming or present night.
        zone: the station's time zone, for the time of day of the pattern.
    """
    known = [(at, watts) for at, watts in battery_power_w if watts is not None and at <= soc_at]
    if soc_percent is None:
        return Outlook(night.sunrise_at, reason="no state of charge")
    if night.sunrise_at - soc_at > OLDEST_S:
        return Outlook(night.sunrise_at, reason="the last state of charge is days old")
    if not capacity_wh or capacity_wh <= 0:
        return Outlook(night.sunrise_at, reason="set the capacity")
    if not known:
        return Outlook(night.sunrise_at, reason="no battery power recorded yet")
    floor = floor_percent or 0.0
    pattern = _Pattern(known, soc_at, zone)
    low = _walk(
        soc_percent - SOC_SPREAD_PERCENT, soc_at, night, floor, capacity_wh * (1 - CAPACITY_SPREAD), pattern, -1
    )
    middle = _walk(soc_percent, soc_at, night, floor, capacity_wh, pattern, 0)
    high = _walk(
        soc_percent + SOC_SPREAD_PERCENT, soc_at, night, floor, capacity_wh * (1 + CAPACITY_SPREAD), pattern, 1
    )
    return Outlook(
        sunrise_at=night.sunrise_at,
        soc_low_percent=low.soc_percent,
        soc_percent=middle.soc_percent,
        soc_high_percent=high.soc_percent,
        empty_at=middle.empty_at,
        empty_earliest_at=low.empty_at,
        floor_percent=floor,
        basis=pattern.basis,
        notes=_notes(night, soc_at, floor_percent),
    )


def _notes(night: SunTimes, soc_at: float, floor_percent: float | None) -> tuple[str, ...]:
    before_sunset = "until sunset: low end without further charge, high end as on the days before"
    return tuple(
        note
        for note in (
            night.note,
            before_sunset if soc_at < night.sunset_at else "",
            "no floor known: 0 %" if floor_percent is None else "",
        )
        if note
    )


class _Pattern:
    """The battery's power by time of day, in W, + charges: low, usual and high, blended with what it did just now."""

    def __init__(self, known: list[tuple[float, float]], until: float, zone: tzinfo | None) -> None:
        shift = local(until, zone).utcoffset()
        # The offset of now for all days: an hour's shift on two days of the year is inside the spread.
        self._shift_s = shift.total_seconds() if shift else 0.0
        self._until = until
        by_slot: dict[int, dict[int, list[float]]] = {}
        for at, watts in known:
            day, slot = self._place(at)
            by_slot.setdefault(slot, {}).setdefault(day, []).append(watts)
        days = {day: [sum(found) / len(found) for found in each.values()] for day, each in by_slot.items()}
        self._bands = {slot: _band(means) for slot, means in days.items()}
        recent = [watts for at, watts in known if at > until - RECENT_S] or [known[-1][1]]
        self._recent = _band([sum(recent) / len(recent)])
        count = round((until - known[0][0]) / DAY_S)
        self.basis = f"{count} day{'s' if count > 1 else ''}" if count else "the last hours"

    def watts(self, at: float, end: int) -> float:
        """The power at a moment: at the low (-1), usual (0) or high (1) end."""
        usual = self._bands.get(self._place(at)[1], self._recent)[end + 1]
        fade = math.exp(-max(0.0, at - self._until) / RECENT_S)
        return fade * self._recent[end + 1] + (1 - fade) * usual

    def _place(self, at: float) -> tuple[int, int]:
        day, second = divmod(at + self._shift_s, DAY_S)
        return int(day), int(second // SLOT_S)


def _band(means: list[float]) -> tuple[float, float, float]:
    """Low, usual and high of what the same time of day saw."""
    ordered = sorted(means)
    usual = _quantile(ordered, 0.5)
    if len(means) >= NIGHTS_FOR_SPREAD:
        return _quantile(ordered, LOW_QUANTILE), usual, _quantile(ordered, HIGH_QUANTILE)
    return usual - GUESSED_SPREAD * abs(usual), usual, usual + GUESSED_SPREAD * abs(usual)


def _quantile(ordered: list[float], share: float) -> float:
    """By linear interpolation. For a handful of values numpy's is what made a station cost 11 ms, not 1.4."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


@dataclass(frozen=True, slots=True)
class _End:
    soc_percent: float
    empty_at: float | None


def _walk(
    soc: float, start: float, night: SunTimes, floor: float, capacity_wh: float, pattern: _Pattern, end: int
) -> _End:
    """Step to sunrise. At the floor the site stops discharging; a site below it is empty now and stays there."""
    soc = min(100.0, max(0.0, soc))
    stop = min(floor, soc)
    at, empty_at = start, start if soc <= floor else None
    while at < night.sunrise_at:
        step_s = min(STEP_S, night.sunrise_at - at)
        watts = pattern.watts(at + step_s / 2, end)
        # At night nothing charges that the pattern can promise; by day only the low end expects no more sun.
        if watts > 0 and (end < 0 or at >= night.sunset_at):
            watts = 0.0
        soc = max(stop, min(100.0, soc + watts * step_s / 3600 / capacity_wh * 100))
        at += step_s
        if soc <= floor and empty_at is None:
            empty_at = at
    return _End(soc, empty_at)
