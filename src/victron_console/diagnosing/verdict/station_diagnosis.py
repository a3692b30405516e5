"""One station diagnosed from the store: what is read for it, what is known of its site, and what is kept of the result.

Reads only; who calls it writes. It takes seconds and much memory for a year: never call it where someone waits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from zoneinfo import ZoneInfo

import numpy as np

from victron_console.diagnosing.battery.capacity import Limits
from victron_console.diagnosing.battery.soh import soh_trend
from victron_console.diagnosing.battery.soh_past import SohPast
from victron_console.diagnosing.external.energy_rows import with_external
from victron_console.diagnosing.external.portal_figures import portal_figures
from victron_console.diagnosing.gx.availability import availability
from victron_console.diagnosing.power.grid import Supply
from victron_console.diagnosing.power.pv import Array
from victron_console.diagnosing.record.history import History, Site
from victron_console.diagnosing.record.history_columns import history
from victron_console.diagnosing.record.polled_grid import polled_grid
from victron_console.diagnosing.record.presences import presences
from victron_console.diagnosing.record.prices import with_prices
from victron_console.diagnosing.record.station_record import COLUMN_S, gathered_steps, stored_record, with_polls
from victron_console.diagnosing.record.station_tables import courses, energy_rows
from victron_console.diagnosing.verdict.chemistry import chemistry_of_cells
from victron_console.diagnosing.verdict.daily import diagnose
from victron_console.diagnosing.verdict.daily_findings import as_rule_inputs, findings
from victron_console.diagnosing.verdict.kept_findings import EnergyRow, Kept, unpack
from victron_console.insight.cells import bank_capacity_ah, cells_in_series
from victron_console.insight.overview.battery_bank import limits_conflict
from victron_console.insight.overview.battery_roles import BatteryRoles, battery_roles
from victron_console.insight.overview.figures import last, system_of
from victron_console.model.alert import Severity
from victron_console.model.clock import local
from victron_console.model.device import DeviceKey
from victron_console.model.mains import nominal_frequency, nominal_voltage
from victron_console.model.snapshot import Snapshot
from victron_console.model.station_info import StationInfo
from victron_console.model.text import clean
from victron_console.model.units import DAY_S
from victron_console.store.diagnoses import StepRow
from victron_console.store.external import portal_span
from victron_console.store.read.reader import Reader

LONGEST_DAYS = 400.0
INSPECT_FAMILIES = ("modules", "cell")
"""Alarms that say: look at the battery before any trend is believed."""
OUTDOOR = 4.0
"""TemperatureType of an outdoor sensor."""
LEAST_MAINS_V = 50.0
"""Below it the mains are gone."""
ErrorsOf = Callable[[str], float | str | None]


@dataclass(frozen=True, slots=True)
class Examined:
    """A station's findings and the load steps gathered for them."""

    kept: Kept
    steps: tuple[StepRow, ...]


def examine(reader: Reader, station: str, now: float, errors_of: ErrorsOf | None = None) -> Examined | None:
    """Diagnose a station from its record of up to 400 days. None where there is no record of five minutes yet.

    Nothing that came after `now` is looked at: a past day is diagnosed as it was.

    Args:
        reader: of the store.
        station: which one.
        now: the end of the record (UTC epoch, s).
        errors_of: finds the error count in the text of a CAN statistic.

    Raises:
        UnknownStation: the store never had it.
        StoreError: the store cannot be read.
    """
    row = reader.station(station)
    began = min((series.first_at for series in reader.series(station)), default=now)
    until = now - now % COLUMN_S
    since = max(began - began % COLUMN_S, until - LONGEST_DAYS * DAY_S)
    if row is None or until - since < COLUMN_S:
        return None
    snapshot = reader.snapshot(station, now)
    battery = battery_roles(snapshot)
    info = row.info
    nominal_ah = _capacity(info, snapshot, battery)
    fresh, steps = gathered_steps(reader, station, battery.monitor, nominal_ah, since, until)
    record = stored_record(reader, snapshot, since, until)
    past = history(
        record, record.middles, _packs_first(battery), outdoor=_outdoor(snapshot), steps=steps, errors_of=errors_of
    )
    past = replace(with_polls(past, reader, station, until), read_every_s=record.read_every_s)
    site = Site(
        nominal_ah=nominal_ah,
        limits=_limits(info, battery),
        supply=_supply(info, past, row.zone),
        array=_array(info),
        has_mains=bool(past.grid_v),
        zone=row.zone,
        chemistry=info.battery.chemistry,
        packs_soh=_packs_soh(battery),
        inspect_now=_inspect_now(reader, station, now),
    )
    if site.supply is not None and past.grid_v:
        past = replace(past, grid_polls=polled_grid(record, site.supply))
    past, currency = with_prices(past, reader.path, station, info, row.zone)
    before = reader.diagnoses(until).get(station)
    known = unpack(before.body) if before is not None else None
    soh_before = (known.soh if known else None) or _soh_before(reader, station, battery, began, since)
    found = diagnose(past, site, known.risk if known else None, soh_before)
    today = local(now, row.zone).date()
    kept = Kept(
        at=now,
        figures={**dict(findings(found)), **dict(portal_figures(reader, station, today, row.zone))},
        risk=found.risk,
        rules=as_rule_inputs(found),
        courses=courses(found, past),
        limits=_assumed(site, info.battery.chemistry or chemistry_of_cells(past.cell_high_v, past.soc_percent)),
        soh=found.soh.past,
        energy=_energy(reader, station, energy_rows(found), local(since, row.zone).date(), today),
        currency=currency,
        availability=tuple(
            availability(presences(reader, station, past, found.outages, since, until), until, row.zone)
        ),
        outage_days=found.outages.calendar if found.outages else (),
        outage_hours=found.outages.by_hour if found.outages else (),
    )
    return Examined(kept, fresh)


def _energy(
    reader: Reader, station: str, own: tuple[EnergyRow, ...], began: date, today: date
) -> tuple[EnergyRow, ...]:
    """With what others recorded, of times of which we have less."""
    span = portal_span(reader.external_spans(station))
    if span is None:
        return own
    return with_external(own, reader.external_days(station, span.source, span.first, today), began, today)


# ---- what is known of the site


def _capacity(info: StationInfo, snapshot: Snapshot, battery: BatteryRoles) -> float | None:
    return info.battery.capacity_ah or last(system_of(snapshot), "Dc/Battery/Capacity") or bank_capacity_ah(battery)


def _packs_first(battery: BatteryRoles) -> tuple[DeviceKey, ...]:
    """The battery's devices in the order in which they are asked for cells, temperatures and health."""
    return tuple(dict.fromkeys(device.key for device in (*battery.packs, *battery.devices)))


def _soh_before(reader: Reader, station: str, battery: BatteryRoles, began: float, until: float) -> SohPast | None:
    """What the record tells of the battery's SOH before it is looked at closely, by the day."""
    days = round((until - began) // DAY_S)
    for device in _packs_first(battery) if days > 0 else ():
        columns = reader.columns(station, device.series("Soh"), until - days * DAY_S, until, days)
        if columns is not None and np.isfinite(columns.last).any():
            return soh_trend(until + DAY_S * (np.arange(days, dtype=np.float64) - days + 0.5), columns.last).past
    return None


def _packs_soh(battery: BatteryRoles) -> dict[str, float]:
    """What the batteries of a bank report of themselves, where they are services of their own."""
    packs = [pack for pack in battery.packs if pack is not battery.total]
    found = ((clean(pack.name), last(pack, "Soh")) for pack in (packs if len(packs) > 1 or battery.total else ()))
    return {name: soh for name, soh in found if soh is not None}


def _limits(info: StationInfo, battery: BatteryRoles) -> Limits | None:
    """The BMS's voltages, where it gives all of them and they are of this battery."""
    charge_v, low_v = last(battery.bms, "Info/MaxChargeVoltage"), last(battery.bms, "Info/BatteryLowVoltage")
    counted = (cells for pack in battery.packs if (cells := cells_in_series(pack)))
    cells = info.battery.cells_in_series or next(counted, None)
    if not charge_v or not low_v or not cells or limits_conflict(battery.bms):
        return None
    return Limits(charge_v, low_v, int(cells))


def _supply(info: StationInfo, past: History, zone: tzinfo | None) -> Supply | None:
    """The nominal mains of the station file, else of its country, else those near to what is measured."""
    volts, hertz = info.grid.nominal_voltage_v, info.grid.nominal_frequency_hz
    if hertz is None:
        cycles = past.or_nothing(past.grid_hz)
        cycles = cycles[np.isfinite(cycles) & (cycles > 0)]
        if not len(cycles):
            return None
        hertz = nominal_frequency(float(np.median(cycles)))
    if volts is None:
        seen = np.concatenate([np.zeros(0), *past.grid_v.values()])
        seen = seen[np.isfinite(seen) & (seen > LEAST_MAINS_V)]
        name = zone.key if isinstance(zone, ZoneInfo) else None
        volts = nominal_voltage(float(np.median(seen)), hertz, name) if len(seen) else None
    return None if volts is None else Supply(phase_v=float(volts), hertz=float(hertz))


def _outdoor(snapshot: Snapshot) -> DeviceKey | None:
    """The sensor that says of itself that it hangs outside."""
    sensors = snapshot.of_class("temperature")
    return next((sensor.key for sensor in sensors if last(sensor, "TemperatureType") == OUTDOOR), None)


def _array(info: StationInfo) -> Array | None:
    place, kwp = info.location, info.pv.kwp
    return Array(kwp, place.latitude, place.longitude) if kwp else None


def _inspect_now(reader: Reader, station: str, now: float) -> tuple[str, ...]:
    standing = (view.occurrence for view in reader.alerts(now))
    return tuple(
        it.title
        for it in standing
        if it.key.station == station
        and it.key.family in INSPECT_FAMILIES
        and it.severity is Severity.CRITICAL
        and it.cleared_at is None
    )


def _assumed(site: Site, chemistry: str | None) -> dict[str, str]:
    told = {
        "chemistry": chemistry or "not known, taken for lfp: set battery.chemistry",
        "nominal capacity": f"{site.nominal_ah:g} Ah" if site.nominal_ah else "not known: set battery.capacity_ah",
        "BMS limits": f"{site.limits.low_v:g} to {site.limits.charge_v:g} V, {site.limits.cells} cells"
        if site.limits
        else "not reported",
        "PV size": f"{site.array.kwp:g} kWp" if site.array else "not known: set pv.kwp",
    }
    if site.supply:
        told["mains"] = f"{site.supply.phase_v:g} V, {site.supply.hertz:g} Hz"
    elif site.has_mains:
        told["mains"] = "not known: set grid.nominal_voltage_v"
    return told
