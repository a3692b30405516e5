"""Advice for one station's ESS, from its record, its tariff and a forecast. Reads only, asks nobody, sets nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

import numpy as np

from victron_console.diagnosing.ess.advice import Advice, advise, reserve_kwh
from victron_console.diagnosing.ess.forecast import PvOutlook, load_outlook, pv_outlook
from victron_console.diagnosing.ess.plan import Horizon, Mode, Storage
from victron_console.diagnosing.ess.station_forecast import promised_and_came
from victron_console.diagnosing.ess.tariff import Tariff, from_csv, from_toml
from victron_console.diagnosing.finding import Status
from victron_console.diagnosing.record.five_minutes import FiveMinutes
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.diagnosing.verdict.kept_findings import unpack
from victron_console.insight.battery_panel import soc_floor
from victron_console.model.clock import local
from victron_console.model.units import DAY_S, HOUR_S, SLOT_S
from victron_console.sources.open_meteo import IrradianceForecast
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader

HOURS = 36
PAST_DAYS = 42
LARGEST_TARIFF = 5_000_000
WORDS = {
    Mode.HOLD: "keep the charge (minimum SOC at the present one)",
    Mode.GRID_CHARGE: "charge from the grid (scheduled charging)",
    Mode.SELL: "sell (grid setpoint below zero)",
    Mode.SELF: "self-consumption",
}


@dataclass(frozen=True, slots=True)
class Advised:
    """What was advised, in words and as data for the log."""

    text: str
    details: Mapping[str, Any]


def read_tariff(row: StationRow) -> Tariff:
    """The tariff that a station file names.

    Raises:
        BadTariff: it cannot be understood.
        OSError: it cannot be read.
        UnicodeDecodeError: it is no text.
    """
    path = Path(row.info.ess.tariff_file).expanduser()
    with path.open(encoding="utf-8") as file:
        text = file.read(LARGEST_TARIFF)
    return from_csv(text, row.zone) if path.suffix == ".csv" else from_toml(text)


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
    zone = row.zone
    storage = Storage.of(info, shown.battery_voltage_v or 0.0)
    if storage.capacity_kwh <= 0:
        return Advised("no advice: the battery's voltage is not known", {})
    begins, w_m2 = _coming(forecast, now)
    if not len(begins):
        return Advised("no advice: the forecast holds no coming hour", {})
    until = now - now % SLOT_S
    past = FiveMinutes(reader, station, until - PAST_DAYS * DAY_S, until)
    load_w = past.load_w()
    mean_load_kw = float(np.nanmean(load_w)) / 1000.0 if np.isfinite(load_w).any() else 0.0
    buy, sell = tariff.prices(begins, zone)
    floor = soc_floor(reader.snapshot(station))[0] or 0.0
    kept = reserve_kwh(storage, floor, _outage_hours(reader, station), mean_load_kw)
    storage = replace(storage, reserve_kwh=kept)
    hours = Horizon(
        buy=buy, sell=sell, load_kwh=load_outlook(past.at, load_w, begins, zone), pv_kwh=np.zeros(len(begins))
    )
    kwp = info.pv.kwp or 0.0
    outlook = pv_outlook(w_m2, kwp, promised_and_came(reader, station, now, zone, kwp))
    advice = advise(
        begins, hours, outlook, storage,
        stored_kwh=None if shown.soc_percent is None else storage.capacity_kwh * shown.soc_percent / 100.0,
        state_age_s=now - shown.figures_at if shown.figures_at is not None else float("inf"),
    )  # fmt: skip
    text = _told(advice, outlook, tariff, forecast, now, zone)
    return Advised(text, _details(advice, outlook, hours, begins, tariff))


def _coming(forecast: IrradianceForecast, now: float) -> tuple[FloatArray, FloatArray]:
    """The hours from the present one on, up to the first that is missing."""
    begins: list[float] = []
    values: list[float] = []
    for begin, value in zip(forecast.begins, forecast.w_m2, strict=True):
        if begin + HOUR_S <= now or len(begins) == HOURS:
            continue
        if begins and begin != begins[-1] + HOUR_S:
            break
        begins.append(begin)
        values.append(value)
    return np.array(begins), np.array(values)


def _outage_hours(reader: Reader, station: str) -> float:
    """What a usual long outage lasted, as diagnosed; 0 where none is known."""
    found = reader.diagnoses().get(station)
    kept = unpack(found.body) if found is not None else None
    return (kept.value("outages.reserve_hours") if kept else None) or 0.0


def _told(
    advice: Advice, outlook: PvOutlook, tariff: Tariff, forecast: IrradianceForecast, now: float, zone: tzinfo | None
) -> str:
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
    spread = f"PV spread: {outlook.words}"
    return f"{text}. {spread}. Irradiance: Open-Meteo, CC BY 4.0{f', {forecast.note}' if forecast.note else ''}"


def _details(advice: Advice, outlook: PvOutlook, hours: Horizon, begins: FloatArray, tariff: Tariff) -> dict[str, Any]:
    """What `advice_log` reads back: also the prices, which the tariff may no longer name when the day is over."""
    if advice.status is not Status.OK:
        return {"status": str(advice.status)}
    return {
        "status": str(advice.status), "reserve_kwh": round(advice.reserve_kwh, 2),
        "saving_a_day": advice.saving_a_day if advice.change else 0.0, "low": advice.saving_low,
        "high": advice.saving_high, "currency": tariff.currency,
        "pv": {
            "low": round(float(outlook.low.sum()), 2), "usual": round(float(outlook.usual.sum()), 2),
            "high": round(float(outlook.high.sum()), 2), "days": outlook.days, "words": outlook.words,
        },
        "prices": {
            "since": float(begins[0]), "buy": [round(price, 5) for price in hours.buy.tolist()],
            "sell": [round(price, 5) for price in hours.sell.tolist()],
        },
        "steps": [
            [step.since, step.until, str(step.mode), round(step.power_w), round(step.soc_percent)]
            for step in advice.steps
        ],
    }  # fmt: skip
