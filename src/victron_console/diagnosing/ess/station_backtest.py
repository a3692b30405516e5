"""A station's past for its back-tests: hours with prices, and half hours with a battery, its own or a modelled one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

import numpy as np

from victron_console.diagnosing.ess.advice import HORIZON
from victron_console.diagnosing.ess.advice_backtest import AdviceBacktest, advice_backtest, first_hour
from victron_console.diagnosing.ess.forecast_backtest import Scores, forecast_backtest
from victron_console.diagnosing.ess.hours import Hours, consecutive, hourly_kwh, offsets
from victron_console.diagnosing.ess.station_advice import PAST_DAYS, capacity_kwh
from victron_console.diagnosing.ess.storage import USUAL, Horizon, Storage, run
from victron_console.diagnosing.ess.sun_past import SunPast
from victron_console.diagnosing.ess.tariff import Tariff
from victron_console.diagnosing.record.recorded_slots import RecordedSlots, recorded_slots
from victron_console.diagnosing.record.timeline import FloatArray
from victron_console.insight.battery_panel import soc_floor
from victron_console.insight.half_hours import HalfHour, half_hours
from victron_console.insight.sunrise import PAST_DAYS as SUNRISE_PAST_DAYS
from victron_console.model.external.hourly_forecast import OWN, PORTAL
from victron_console.model.station_info import StationInfo
from victron_console.model.units import DAY_S, HALF_HOUR_S, HOUR_S, SLOT_S
from victron_console.store.read.reader import Reader

BEGIN_SHARE = 0.5
"""Of the capacity, in the battery when a back-test begins."""


@dataclass(frozen=True, slots=True)
class Home:
    """A station as its back-test sees it: its file where there is one, else what the store kept of it."""

    station: str
    info: StationInfo
    zone: tzinfo | None


@dataclass(frozen=True, slots=True, eq=False)
class BatteryPast:
    """Half hours of a battery."""

    half_hours: tuple[HalfHour, ...]
    capacity_wh: float | None
    floor_percent: float
    is_modelled: bool
    """By self-consumption on the loads and the PV, because none is recorded."""


def play_advice(
    reader: Reader, home: Home, tariff: Tariff, since: float, until: float,
    progress: Callable[[float], None] = lambda share: None,
) -> AdviceBacktest:  # fmt: skip
    """Play the advice through a span of a station's past.

    Raises:
        StoreError: the store cannot be read.
        ValueError: the file is silent on the battery, or nothing is recorded of the span; the message says what.
    """
    past = recorded_slots(reader, home.station, since - PAST_DAYS * DAY_S, until + HORIZON * HOUR_S)
    if not np.isfinite(past.load_w).any():
        raise ValueError(f"no load of {home.station} is recorded in that time")
    storage = _storage(reader, home, tariff.buy)
    hours = _hours(past, tariff, home.zone)
    begin, end = first_hour(hours, since), first_hour(hours, min(until, float(hours.begins[-1]) + HOUR_S))
    if end - begin < 24:
        raise ValueError(f"less than a day of {home.station} is recorded in that time")
    return advice_backtest(
        hours, begin, end, storage, BEGIN_SHARE * storage.capacity_kwh, is_listed=bool(tariff.listed),
        sun=SunPast(reader, home.station, home.info.pv.kwp, home.zone, hours, since, until), progress=progress,
    )  # fmt: skip


def play_forecasts(
    reader: Reader, home: Home, since: float, until: float, progress: Callable[[float], None] = lambda share: None
) -> Scores:
    """Hold the forecasts of load and PV that are kept, and those that our method makes now, against what came.

    Raises:
        StoreError: the store cannot be read.
        ValueError: no day is recorded whole; the message says so.
    """
    past = recorded_slots(reader, home.station, since - PAST_DAYS * DAY_S, until)
    if not np.isfinite(past.load_w).any():
        raise ValueError(f"no load of {home.station} is recorded in that time")
    hours = _hours(past, Tariff(0.0), home.zone)
    begin, end = first_hour(hours, since), first_hour(hours, min(until, float(hours.begins[-1]) + HOUR_S))
    issued = {source: reader.forecasts(home.station, source, since - DAY_S, until) for source in (OWN, PORTAL)}
    sun = SunPast(reader, home.station, home.info.pv.kwp, home.zone, hours, since, until)
    found = forecast_backtest(hours, begin, end, issued, sun, progress)
    if not found:
        raise ValueError(f"no day of {home.station} is recorded whole in that time")
    return found


def battery_past(reader: Reader, home: Home, since: float, until: float) -> BatteryPast:
    """What a battery did in a span and the days that the projection looks back, its own or a modelled one.

    Raises:
        StoreError: the store cannot be read.
        ValueError: neither a battery is recorded nor does the file name one, or there is no load.
    """
    past = recorded_slots(reader, home.station, since - SUNRISE_PAST_DAYS * DAY_S, until + DAY_S)
    floor = _floor_percent(reader, home)
    if np.isfinite(past.column("soc_percent")).any():
        last = float(past.begins[-1]) + SLOT_S
        capacity = capacity_kwh(home.info, _usual_volts(reader, home.station))
        found = half_hours(past.rows(), last - last % HALF_HOUR_S)
        return BatteryPast(tuple(found), capacity * 1000.0 if capacity else None, floor, is_modelled=False)
    if not np.isfinite(past.load_w).any():
        raise ValueError(f"neither a state of charge nor a load of {home.station} is recorded in that time")
    storage = _storage(reader, home, 0.0)
    return BatteryPast(
        tuple(modelled_half_hours(past, storage)), storage.capacity_kwh * 1000.0, floor, is_modelled=True
    )


def modelled_half_hours(past: RecordedSlots, storage: Storage) -> Sequence[HalfHour]:
    """What a battery would have done by self-consumption on recorded loads and PV, half full at the begin."""
    begins = np.arange(-(-past.begins[0] // HALF_HOUR_S) * HALF_HOUR_S, past.begins[-1], HALF_HOUR_S)
    places = ((begins - past.begins[0]) // SLOT_S).astype(np.int64)
    loads, suns = past.load_w, _pv_w(past)
    stored, found = BEGIN_SHARE * storage.capacity_kwh, []
    count = round(HALF_HOUR_S / SLOT_S)
    share = HALF_HOUR_S / HOUR_S
    limits = replace(storage, charge_kw=storage.charge_kw * share, discharge_kw=storage.discharge_kw * share,
                     import_kw=storage.import_kw * share, export_kw=storage.export_kw * share)  # fmt: skip
    for begin, place in zip(begins.tolist(), places.tolist(), strict=True):
        load, sun = float(np.mean(loads[place : place + count])), float(np.mean(suns[place : place + count]))
        if not np.isfinite(load + sun):
            continue
        half = Horizon(
            buy=np.ones(1), sell=np.ones(1), load_kwh=np.array([load]) * share / 1000.0,
            pv_kwh=np.array([sun]) * share / 1000.0,
        )  # fmt: skip
        after = float(run([USUAL], half, limits, stored).stored_kwh)
        found.append(
            HalfHour(
                at=begin + HALF_HOUR_S / 2,
                battery_w=(after - stored) / share * 1000.0,
                soc_percent=round(100.0 * (stored + after) / 2.0 / storage.capacity_kwh),
                load_w=load,
                pv_w=sun,
            )
        )
        stored = after
    return found


def _hours(past: RecordedSlots, tariff: Tariff, zone: tzinfo | None) -> Hours:
    begins = consecutive(float(past.begins[0]), float(past.begins[-1]) + SLOT_S)
    middles = past.begins + SLOT_S / 2
    buy, sell = tariff.prices(begins, zone)
    return Hours(
        begins=begins, load_kwh=hourly_kwh(middles, past.load_w, begins),
        pv_kwh=hourly_kwh(middles, _pv_w(past), begins), buy=buy, sell=sell, offset_s=offsets(begins, zone),
    )  # fmt: skip


def _pv_w(past: RecordedSlots) -> FloatArray:
    """PV; none at all is no PV, a gap in one is not known."""
    found = past.column("pv_power_w")
    return found if np.isfinite(found).any() else np.zeros(len(found))


def _storage(reader: Reader, home: Home, usual_price: float) -> Storage:
    capacity = capacity_kwh(home.info, _usual_volts(reader, home.station))
    ess = home.info.ess
    for value, key in ((capacity, "capacity_kwh"), (ess.charge_kw, "charge_kw"), (ess.discharge_kw, "discharge_kw")):
        if value is None:
            raise ValueError(f"{home.station}: set {key} in [station.ess] of its file: no battery is known without it")
    return Storage.of(ess, capacity or 0.0, _floor_percent(reader, home), usual_price)


def _usual_volts(reader: Reader, station: str) -> float | None:
    row = reader.station(station)
    return row.overview.battery_voltage_v if row is not None and row.overview is not None else None


def _floor_percent(reader: Reader, home: Home) -> float:
    return soc_floor(reader.snapshot(home.station), home.info.ess.min_soc_percent)[0] or 0.0
