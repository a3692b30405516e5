"""What came of the advice for a station's last days, from the log and the record. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from victron_console.diagnosing.ess.advice_log import (
    CAME,
    KIND,
    SELF,
    HourAdvised,
    Told,
    came_of,
    in_force,
    told_of,
)
from victron_console.diagnosing.ess.hours import hourly_kwh
from victron_console.diagnosing.ess.outcome import Lived, Outcome, outcome
from victron_console.diagnosing.ess.station_advice import capacity_kwh
from victron_console.diagnosing.ess.storage import Horizon, Storage
from victron_console.diagnosing.record.five_minutes import FiveMinutes
from victron_console.diagnosing.record.timeline import FloatArray, local_days
from victron_console.model.clock import local
from victron_console.model.units import DAY_S, HOUR_S
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event

LOOK_BACK_DAYS = 3
"""So many days are caught up with after the collector was away."""
SETTLE_S = 600.0
"""A day is looked back at once its last five minutes are recorded."""
LARGEST_LOG = 1000


def outcomes(reader: Reader, row: StationRow, now: float) -> list[Event]:
    """Log lines for the local days that are over, had advice to change something, and were not looked back at yet.

    Args:
        reader: of the store.
        row: the station; its file names what `wants_advice` asks for.
        now: the moment (UTC epoch, s).

    Raises:
        StoreError: the store cannot be read.
    """
    zone = row.zone
    first = now - (LOOK_BACK_DAYS + 2) * DAY_S
    log = reader.events(first, now, row.id, [KIND], limit=LARGEST_LOG)
    told = [one for event in log if (one := told_of(event)) is not None]
    done = {came.day for event in log if (came := came_of(event)) is not None}
    today = local(now - SETTLE_S, zone).date()
    borders = {day: (begin, end) for day, begin, end in local_days(first, now, zone)}
    days = [today - timedelta(days=back) for back in range(LOOK_BACK_DAYS, 0, -1)]
    found = (_looked_back(reader, row, day, borders[day], told, now) for day in days if day not in done)
    return [event for event in found if event is not None]


def _looked_back(
    reader: Reader, row: StationRow, day: date, borders: tuple[float, float], told: list[Told], now: float
) -> Event | None:
    begins = np.arange(-(-borders[0] // HOUR_S) * HOUR_S, borders[1], HOUR_S)
    advices = [in_force(told, begin) for begin in begins.tolist()]
    hours = [
        advice.hours[begin] if advice is not None else None
        for begin, advice in zip(begins.tolist(), advices, strict=True)
    ]
    changing = [
        advice
        for advice, hour in zip(advices, hours, strict=True)
        if advice is not None and hour is not None and hour.mode != SELF
    ]
    if not changing:
        return None
    first = changing[0]
    past = FiveMinutes(reader, row.id, borders[0] - HOUR_S, min(borders[1] + HOUR_S, now))
    volts = past.figure("battery_voltage_v")
    known = volts[np.isfinite(volts)]
    capacity = capacity_kwh(row.info, float(np.median(known)) if len(known) else None)
    floor_percent = 100.0 * first.floor_kwh / capacity if capacity else 0.0
    usual_price = float(np.median([hour.buy for hour in hours if hour is not None]))
    storage = Storage.of(row.info.ess, capacity or 0.0, floor_percent, usual_price)
    found = outcome(_lived(past, begins, hours), hours, storage, _unfit(past, hours, capacity))
    return Event(now, row.id, KIND, _words(day, found, first), {"came": _details(day, found, first)})


def _unfit(past: FiveMinutes, hours: list[HourAdvised | None], capacity: float | None) -> str:
    """Why the day's money cannot be told, however much was measured; empty where it can."""
    if not capacity:
        return "the battery's voltage is not known"
    if unpriced := sum(hour is None for hour in hours):
        return f"no price was told for {unpriced} of {len(hours)} hours"
    powers = past.powers()
    if powers.genset is not None and float(np.nanmax(powers.genset)) > 0.0:
        return "a generator ran, whose fuel has no price here"
    return ""


def _lived(past: FiveMinutes, begins: FloatArray, hours: list[HourAdvised | None]) -> Lived:
    grid, battery = past.figure("grid_power_w"), past.figure("battery_power_w")

    def kwh(watts: FloatArray) -> FloatArray:
        return hourly_kwh(past.at, watts, begins)

    return Lived(
        hours=Horizon(
            buy=np.array([hour.buy if hour else np.nan for hour in hours]),
            sell=np.array([hour.sell if hour else np.nan for hour in hours]),
            load_kwh=kwh(past.load_w()), pv_kwh=kwh(past.figure("pv_power_w")),
        ),
        imported=kwh(np.maximum(grid, 0.0)), exported=kwh(np.maximum(-grid, 0.0)),
        charged=kwh(np.maximum(battery, 0.0)), discharged=kwh(np.maximum(-battery, 0.0)),
        soc_percent=_at(past.at, past.figure("soc_percent"), np.append(begins, begins[-1] + HOUR_S)),
    )  # fmt: skip


def _at(at: FloatArray, value: FloatArray, moments: FloatArray) -> FloatArray:
    """The value at moments; NaN where none was received within half an hour."""
    known = np.isfinite(value)
    if not known.any():
        return np.full(len(moments), np.nan)
    near = np.abs(at[known][None, :] - moments[:, None]).min(axis=1) <= HOUR_S / 2
    return np.where(near, np.interp(moments, at[known], value[known]), np.nan)


def _words(day: date, found: Outcome, told: Told) -> str:
    head = f"{CAME} for {day:%a %d %b}: {found.followed}"
    if found.judged:
        head += f" ({found.seen} of {found.judged} hours)"
    expected = f"{told.saving_a_day:.2f} a day expected"
    if found.cost is None or found.usual_cost is None:
        return f"{head}; cost cannot be told: {found.reason} ({expected})"
    money = f"cost {found.cost:.2f} {told.currency}, self-consumption about {found.usual_cost:.2f}"
    if found.saved is None:
        return f"{head}; {money} ({expected})"
    gain = f"saved about {found.saved:.2f}" if found.saved >= 0 else f"lost about {-found.saved:.2f}"
    return f"{head}; {money}; {gain} with what was left in the battery ({expected})"


def _details(day: date, found: Outcome, told: Told) -> Mapping[str, Any]:
    def rounded(money: float | None) -> float | None:
        return None if money is None else round(money, 3)

    return {
        "day": day.isoformat(), "followed": str(found.followed), "seen": found.seen, "judged": found.judged,
        "cost": rounded(found.cost), "usual_cost": rounded(found.usual_cost), "saved": rounded(found.saved),
        "expected": round(told.saving_a_day, 3), "currency": told.currency, "reason": found.reason,
    }  # fmt: skip
