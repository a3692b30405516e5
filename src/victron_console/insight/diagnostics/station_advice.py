"""Advice for one station's ESS, from its record, its tariff and a forecast. Reads only, asks nobody, sets nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

import numpy as np

from victron_console.insight.battery_panel import battery_panel
from victron_console.insight.diagnostics.ess import Horizon, Mode, Storage
from victron_console.insight.diagnostics.ess_advice import Advice, advise, reserve_kwh
from victron_console.insight.diagnostics.forecast import load_outlook, pv_outlook
from victron_console.insight.diagnostics.kept import unpack
from victron_console.insight.diagnostics.tariff import Tariff, from_csv, from_toml
from victron_console.insight.diagnostics.timeline import DAY_S, HOUR_S, FloatArray, zone_of
from victron_console.model.clock import local
from victron_console.sources.open_meteo import IrradianceForecast
from victron_console.store.reader import Reader

HOURS = 36
PAST_DAYS = 42
SLOT_S = 300.0
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


def read_tariff(info: Mapping[str, Any]) -> Tariff:
    """The tariff that a station file names.

    Raises:
        BadTariff: it cannot be understood.
        OSError: it cannot be read.
        UnicodeDecodeError: it is no text.
    """
    path = Path(info["ess"]["tariff_file"]).expanduser()
    with path.open(encoding="utf-8") as file:
        text = file.read(LARGEST_TARIFF)
    return from_csv(text, zone_of(info)) if path.suffix == ".csv" else from_toml(text)


def advice_for(reader: Reader, station: str, now: float, tariff: Tariff, forecast: IrradianceForecast) -> Advised:
    """Advice for the coming day and a half.

    Args:
        reader: of the store.
        station: one that `wants_advice`.
        now: the moment (UTC epoch, s).
        tariff: what energy costs.
        forecast: irradiance on its array.

    Raises:
        StoreError: the store cannot be read.
    """
    row = reader.station(station)
    if row is None or row.overview is None:
        return Advised("no advice: the station was never read", {})
    info, shown = row.info, row.overview
    zone = zone_of(info)
    capacity_kwh = info["battery"]["capacity_ah"] * (shown.battery_voltage_v or 0.0) / 1000.0
    if capacity_kwh <= 0:
        return Advised("no advice: the battery's voltage is not known", {})
    begins, w_m2 = _coming(forecast, now)
    past_at, load_w = _load(reader, station, now)
    mean_load_kw = float(np.nanmean(load_w)) / 1000.0 if np.isfinite(load_w).any() else 0.0
    buy, sell = tariff.prices(begins, zone)
    storage = Storage(
        capacity_kwh=capacity_kwh, charge_kw=info["ess"]["charge_kw"], discharge_kw=info["ess"]["discharge_kw"]
    )
    floor = battery_panel(reader.snapshot(station)).floor_percent or 0.0
    kept = reserve_kwh(storage, floor, _outage_hours(reader, station), mean_load_kw)
    storage = replace(storage, reserve_kwh=kept)
    hours = Horizon(
        buy=buy, sell=sell, load_kwh=load_outlook(past_at, load_w, begins, zone), pv_kwh=np.zeros(len(begins))
    )
    advice = advise(
        begins, hours, pv_outlook(w_m2, info["pv"]["kwp"]), storage,
        stored_kwh=None if shown.soc_percent is None else capacity_kwh * shown.soc_percent / 100.0,
        state_age_s=now - shown.figures_at if shown.figures_at is not None else float("inf"),
    )  # fmt: skip
    return _told(advice, tariff, forecast, now, zone)


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


def _load(reader: Reader, station: str, now: float) -> tuple[FloatArray, FloatArray]:
    """The loads, AC and DC, of the last weeks."""
    count = round(PAST_DAYS * DAY_S / SLOT_S)
    until = now - now % SLOT_S
    since = until - count * SLOT_S
    ac, dc = (
        _numbers(reader.overview_history(station, field, since, until, count))
        for field in ("load_power_w", "dc_load_power_w")
    )
    watts: FloatArray = np.where(np.isfinite(ac), ac + np.nan_to_num(dc), dc)
    return since + SLOT_S * (np.arange(count, dtype=np.float64) + 0.5), watts


def _numbers(values: Sequence[float | None]) -> FloatArray:
    return np.array([np.nan if value is None else value for value in values])


def _outage_hours(reader: Reader, station: str) -> float:
    """What a usual long outage lasted, as diagnosed; 0 where none is known."""
    found = reader.diagnoses().get(station)
    kept = unpack(found.body) if found is not None else None
    return (kept.value("outages.reserve_hours") if kept else None) or 0.0


def _told(advice: Advice, tariff: Tariff, forecast: IrradianceForecast, now: float, zone: tzinfo | None) -> Advised:
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
    source = f"irradiance: Open-Meteo, CC BY 4.0{f', {forecast.note}' if forecast.note else ''}"
    return Advised(f"{text}. {source}", {
        "status": str(advice.status), "reserve_kwh": round(advice.reserve_kwh, 2),
        "saving_a_day": advice.saving_a_day, "low": advice.saving_low, "high": advice.saving_high,
        "steps": [
            [step.since, step.until, str(step.mode), round(step.power_w), round(step.soc_percent)]
            for step in advice.steps
        ],
    })  # fmt: skip
