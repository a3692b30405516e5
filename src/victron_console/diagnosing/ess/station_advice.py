"""Advice for one station's ESS, from its record, its tariff and a forecast. Reads only, asks nobody, sets nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np

from victron_console.diagnosing.ess.advice import HORIZON, Advice, OutageRecord, advise, outage_reserve
from victron_console.diagnosing.ess.forecast import plain_kwh, yield_ratios
from victron_console.diagnosing.ess.hours import Hours, consecutive, hourly_kwh, offsets
from victron_console.diagnosing.ess.scenarios import SunForecast
from victron_console.diagnosing.ess.station_forecast import own_forecast, promised_and_came
from victron_console.diagnosing.ess.storage import Mode, Storage
from victron_console.diagnosing.ess.tariff import Tariff
from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.record.five_minutes import FiveMinutes
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.diagnosing.verdict.kept_findings import Kept, unpack
from victron_console.insight.battery_panel import soc_floor
from victron_console.model.clock import local
from victron_console.model.external.hourly_forecast import HourlyForecast
from victron_console.model.station_info import StationInfo
from victron_console.model.units import DAY_S, HOUR_S, SLOT_S
from victron_console.sources.open_meteo import IrradianceForecast
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader

PAST_DAYS = 43
"""As long as scenarios reach back, the fortnight on which they are tried included."""
LEAST_OWN_CAPACITY = 0.5
"""Share of the configured capacity below which a measured one is not taken for the battery's."""
CELL_V = {"lfp": 3.2, "nmc": 3.65, "lto": 2.3, "lead-acid": 2.0, "agm": 2.0, "gel": 2.0}
"""Nominal, of a cell."""
WORDS = {
    Mode.HOLD: "keep the charge (minimum SOC at the present one)",
    Mode.GRID_CHARGE: "charge from the grid (scheduled charging)",
    Mode.SELL: "sell (grid setpoint below zero)",
    Mode.EXPORT: "feed in first (maximum charge power 0)",
    Mode.NO_FEED_IN: "no feed-in (maximum feed-in 0)",
    Mode.SELF: "self-consumption",
}


@dataclass(frozen=True, slots=True)
class Advised:
    """What was advised, in words and as data for the log."""

    text: str
    details: Mapping[str, Any]
    forecast: HourlyForecast | None = None
    """What it was made from; None where there was none."""


def capacity_kwh(info: StationInfo, volts: float | None, own_ah: float | None = None) -> float | None:
    """What a battery holds: as its file says in kWh, else its Ah, own ones where they are known, at nominal voltage.

    Args:
        info: of the station.
        volts: usual ones, for a file that does not name cells and chemistry: those of the moment are a tenth higher
            while it absorbs.
        own_ah: as diagnosed.
    """
    battery = info.battery
    if info.ess.capacity_kwh is not None:
        return info.ess.capacity_kwh
    cell_v = CELL_V.get(battery.chemistry or "")
    if battery.cells_in_series is not None and cell_v is not None:
        volts = battery.cells_in_series * cell_v
    if battery.capacity_ah is None or not volts:
        return None
    own = own_ah is not None and LEAST_OWN_CAPACITY * battery.capacity_ah <= own_ah <= battery.capacity_ah
    return (own_ah if own and own_ah is not None else battery.capacity_ah) * volts / 1000.0


def advice_for(reader: Reader, row: StationRow, now: float, tariff: Tariff, forecast: IrradianceForecast) -> Advised:
    """Advice for the coming day and a half.

    Args:
        reader: of the store.
        row: a station that `wants_advice`.
        now: the moment (UTC epoch, s).
        tariff: what energy costs.
        forecast: irradiance on its array.

    Raises:
        StoreError: the store cannot be read.
    """
    if row.overview is None:
        return Advised("no advice: the station was never read", {})
    station, info, shown = row.id, row.info, row.overview
    until = now - now % SLOT_S
    past = FiveMinutes(reader, station, until - PAST_DAYS * DAY_S, until)
    kept = _diagnosed(reader, station)
    volts = past.figure("battery_voltage_v")
    usual_volts = float(np.nanmedian(volts)) if np.isfinite(volts).any() else shown.battery_voltage_v
    capacity = capacity_kwh(info, usual_volts, kept.value("capacity.ah") if kept else None)
    if capacity is None:
        return Advised("no advice: the battery's voltage is not known", {})
    floor = soc_floor(reader.snapshot(station), info.ess.min_soc_percent)[0] or 0.0
    storage = Storage.of(info.ess, capacity, floor, tariff.buy)
    hours = _hours(past, tariff, row.zone, now)
    place = hours.place(now + HOUR_S / 2)  # an hour more than half over is no longer planned
    load_kw = float(np.nanmean(hours.load_kwh)) if np.isfinite(hours.load_kwh).any() else 0.0
    advice = advise(
        hours, place, hours.priced_until(place), storage,
        stored_kwh=None if shown.soc_percent is None else storage.capacity_kwh * shown.soc_percent / 100.0,
        state_age_s=now - shown.figures_at if shown.figures_at is not None else float("inf"),
        sun=_sun(reader, row, hours.begins[place:], forecast, now),
        reserve=outage_reserve(storage, _outages(kept), load_kw, tariff.buy),
    )  # fmt: skip
    return Advised(
        _told(advice, tariff, forecast, now, row.zone), _details(advice, hours, place, storage, tariff),
        None if advice.outlook is None else own_forecast(advice.outlook, float(hours.begins[place]), now),
    )  # fmt: skip


def _hours(past: FiveMinutes, tariff: Tariff, zone: tzinfo | None, now: float) -> Hours:
    begins = consecutive(now - PAST_DAYS * DAY_S, now + (HORIZON + 2) * HOUR_S)
    buy, sell = tariff.prices(begins, zone)
    pv_w = past.figure("pv_power_w")
    return Hours(
        begins=begins, load_kwh=hourly_kwh(past.at, past.load_w(), begins),
        pv_kwh=hourly_kwh(past.at, pv_w, begins), buy=buy, sell=sell, offset_s=offsets(begins, zone),
    )  # fmt: skip


def _sun(reader: Reader, row: StationRow, begins: FloatArray, forecast: IrradianceForecast, now: float) -> SunForecast:
    """The forecast of the coming hours, NaN where it has none, with what came of those before."""
    kwp = row.info.pv.kwp or 0.0
    known = dict(zip(forecast.begins, forecast.w_m2, strict=True))
    w_m2 = np.maximum(0.0, [known.get(begin, np.nan) for begin in begins[:HORIZON].tolist()])
    ratios = yield_ratios(*promised_and_came(reader, row.id, now, row.zone, kwp), kwp)
    return SunForecast(plain_kwh(w_m2 / 1000.0, kwp), ratios)


def _diagnosed(reader: Reader, station: str) -> Kept | None:
    found = reader.diagnoses().get(station)
    return unpack(found.body) if found is not None else None


def _outages(kept: Kept | None) -> OutageRecord:
    """The interruptions as diagnosed."""
    count = kept.figure("outages.count") if kept else None
    if kept is None or count is None or count.value is None:
        return OutageRecord()
    return OutageRecord(round(count.value), count.window.days, kept.value("outages.reserve_hours") or 0.0)


def _told(advice: Advice, tariff: Tariff, forecast: IrradianceForecast, now: float, zone: tzinfo | None) -> str:
    text = advice.reason
    if advice.change and advice.saving_a_day is not None:
        parts = [
            f"{local(max(step.since, now), zone):%a %H:%M}-{local(step.until, zone):%H:%M} {WORDS[step.mode]}"
            for step in advice.steps
            if step.mode is not Mode.SELF
        ]
        span = f"{advice.saving_low:.2f} to {advice.saving_high:.2f}"
        saves = f"saves about {advice.saving_a_day:.2f} {tariff.currency} a day ({span})"
        text = f"{'; '.join(parts)}: {saves}; {advice.reason}"
    ahead = advice.outlook
    parts = [text] if ahead is None else [text, f"Forecast: {ahead.words}"]
    if ahead is not None and ahead.listed < ahead.hours.buy.shape[-1]:
        parts.append(f"Prices are listed for {ahead.listed} h; nothing is advised past them")
    if advice.reserve_kwh:
        parts.append(f"{advice.reserve_kwh:.1f} kWh are kept for outages as far as that is worth it")
    parts.append(f"Irradiance: Open-Meteo, CC BY 4.0{f', {forecast.note}' if forecast.note else ''}")
    return ". ".join(parts)


def _details(advice: Advice, hours: Hours, now: int, storage: Storage, tariff: Tariff) -> dict[str, Any]:
    """What `advice_log` reads back: also the prices, which the tariff may no longer name when the day is over."""
    ahead = advice.outlook
    if advice.status is not Status.OK or ahead is None:
        return {"status": str(advice.status)}
    low, high = np.quantile(ahead.hours.pv_kwh.sum(axis=1), (0.1, 0.9))
    span = slice(now, now + ahead.listed)
    return {
        "status": str(advice.status), "reserve_kwh": round(max(advice.reserve_kwh, storage.floor_kwh), 2),
        "floor_kwh": round(storage.floor_kwh, 2),
        "saving_a_day": advice.saving_a_day if advice.change else 0.0, "low": advice.saving_low,
        "high": advice.saving_high, "currency": tariff.currency,
        "pv": {
            "low": round(float(low), 2), "usual": round(float(ahead.hours.pv_kwh.sum(axis=1).mean()), 2),
            "high": round(float(high), 2), "days": ahead.compared, "words": ahead.words,
        },
        "prices": {
            "since": float(hours.begins[now]), "buy": [round(price, 5) for price in hours.buy[span].tolist()],
            "sell": [round(price, 5) for price in hours.sell[span].tolist()],
        },
        "steps": [
            [step.since, step.until, str(step.mode), round(step.power_w), round(step.soc_percent)]
            for step in advice.steps
        ],
    }  # fmt: skip
