"""One station diagnosed from the store: what is read for it, what is known of its site, and what is kept of the result.

Reads only; who calls it writes. It takes seconds and much memory for a year: never call it where someone waits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from victron_console.insight.batteries import limits_conflict, members, site_battery
from victron_console.insight.cells import capacity_ah
from victron_console.insight.diagnostics.capacity import Limits
from victron_console.insight.diagnostics.daily import as_rule_inputs, diagnose, findings
from victron_console.insight.diagnostics.grid import Supply
from victron_console.insight.diagnostics.history import History, Site
from victron_console.insight.diagnostics.kept import Kept, unpack
from victron_console.insight.diagnostics.pv import Array
from victron_console.insight.diagnostics.recorded import history, steps_of_day
from victron_console.insight.diagnostics.resistance import NO_STEPS, LoadSteps
from victron_console.insight.diagnostics.station_needs import zone_of
from victron_console.insight.diagnostics.station_tables import courses, energy_rows
from victron_console.insight.diagnostics.timeline import DAY_S, FloatArray
from victron_console.insight.figures import last, system_of
from victron_console.model.alert import Severity
from victron_console.model.device import DeviceKey
from victron_console.model.snapshot import DeviceState, Snapshot
from victron_console.model.text import clean
from victron_console.store.diagnoses import StepRow
from victron_console.store.reader import Reader
from victron_console.store.rows import Bucket, GapKind, Point

COLUMN_S = 300.0
LONGEST_DAYS = 400.0
LINK_DAYS = 30.0
STEP_DAYS_AT_ONCE = 60
"""Days of load steps read in one run; a longer past is caught up with day by day."""
INSPECT_FAMILIES = ("modules", "cell")
"""Alarms that say: look at the battery before any trend is believed."""
MAINS_V = (100.0, 120.0, 230.0)
Span = tuple[float, float]
ErrorsOf = Callable[[str], float | str | None]


@dataclass(frozen=True, slots=True)
class Examined:
    """A station's findings and the load steps gathered for them."""

    kept: Kept
    steps: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The store's reader, bound to a station and a span of equal columns."""

    reader: Reader
    station: str
    since: float
    until: float

    @property
    def count(self) -> int:
        """How many columns."""
        return round((self.until - self.since) / COLUMN_S)

    @property
    def middles(self) -> FloatArray:
        """Of the columns (UTC epoch, s)."""
        return self.since + COLUMN_S * (np.arange(self.count, dtype=np.float64) + 0.5)

    def names(self) -> Collection[str]:
        """The series that are recorded."""
        return [row.name for row in self.reader.series(self.station)]

    def column(self, series: str) -> Sequence[Bucket | None]:
        """A series in columns."""
        return self.reader.buckets(self.station, series, self.since, self.until, self.count)

    def figure(self, field: str) -> Sequence[float | None]:
        """A field of `Overview` in the same columns."""
        return self.reader.overview_history(self.station, field, self.since, self.until, self.count)

    def points(self, series: str, since: float, until: float) -> Sequence[Point]:
        """The changes of a series in a span."""
        return self.reader.history(self.station, series, since, until)


def examine(reader: Reader, station: str, now: float, errors_of: ErrorsOf | None = None) -> Examined | None:
    """Diagnose a station from its record of up to 400 days. None where there is no record of five minutes yet.

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
    snapshot = reader.snapshot(station)
    battery = site_battery(snapshot)
    info: Mapping[str, Any] = row.info
    nominal_ah = _capacity(info, snapshot, battery)
    fresh, steps = _steps(reader, station, battery, nominal_ah, since, until)
    record = StoredRecord(reader, station, since, until)
    past = history(record, record.middles, battery.key if battery else None, steps=steps, errors_of=errors_of)
    past = _with_polls(past, reader, station, until)
    site = Site(
        nominal_ah=nominal_ah,
        limits=_limits(info, battery),
        supply=_supply(info, past),
        array=_array(info),
        zone=zone_of(info),
        chemistry=(info.get("battery") or {}).get("chemistry"),
        packs_soh=_packs_soh(snapshot, battery),
        inspect_now=_inspect_now(reader, station),
    )
    before = reader.diagnoses(until).get(station)
    known = unpack(before.body) if before is not None else None
    found = diagnose(past, site, known.risk if known else None)
    kept = Kept(
        at=now,
        figures=dict(findings(found)),
        risk=found.risk,
        rules=as_rule_inputs(found),
        courses=courses(found, past),
        limits=_assumed(site),
        energy=energy_rows(found),
        outage_days=found.outages.calendar if found.outages else (),
        outage_hours=found.outages.by_hour if found.outages else (),
    )
    return Examined(kept, fresh)


# ---- what is known of the site


def _capacity(info: Mapping[str, Any], snapshot: Snapshot, battery: DeviceState | None) -> float | None:
    configured = (info.get("battery") or {}).get("capacity_ah")
    return configured or last(system_of(snapshot), "Dc/Battery/Capacity") or capacity_ah(battery)


def _packs_soh(snapshot: Snapshot, battery: DeviceState | None) -> dict[str, float]:
    """What the batteries of a bank report of themselves, where they are services of their own."""
    found = ((clean(pack.name), last(pack, "Soh")) for pack in members(snapshot, battery))
    return {name: soh for name, soh in found if soh is not None}


def _limits(info: Mapping[str, Any], battery: DeviceState | None) -> Limits | None:
    """The BMS's voltages, where it gives all of them and they are of this battery."""
    charge_v, low_v = last(battery, "Info/MaxChargeVoltage"), last(battery, "Info/BatteryLowVoltage")
    cells = (info.get("battery") or {}).get("cells_in_series") or last(battery, "System/NrOfCellsPerBattery")
    if not charge_v or not low_v or not cells or limits_conflict(battery):
        return None
    return Limits(charge_v, low_v, int(cells))


def _supply(info: Mapping[str, Any], past: History) -> Supply | None:
    """The nominal mains of the station file, else the usual ones nearest to what is measured."""
    told = info.get("grid") or {}
    volts, hertz = told.get("nominal_voltage_v"), told.get("nominal_frequency_hz")
    if volts is None:
        seen = np.concatenate([np.zeros(0), *past.grid_v.values()])
        seen = seen[np.isfinite(seen) & (seen > MAINS_V[0] / 2)]
        if not len(seen):
            return None
        middle = float(np.median(seen))
        volts = min(MAINS_V, key=lambda mains: abs(mains - middle))
    if hertz is None:
        cycles = past.or_nothing(past.grid_hz)
        cycles = cycles[np.isfinite(cycles) & (cycles > 0)]
        if not len(cycles):
            return None
        hertz = 60.0 if float(np.median(cycles)) > 55.0 else 50.0
    return Supply(phase_v=float(volts), hertz=float(hertz))


def _array(info: Mapping[str, Any]) -> Array | None:
    kwp = (info.get("pv") or {}).get("kwp")
    place = info.get("location") or {}
    return Array(kwp, place.get("latitude"), place.get("longitude")) if kwp else None


def _inspect_now(reader: Reader, station: str) -> tuple[str, ...]:
    standing = (view.occurrence for view in reader.alerts())
    return tuple(
        it.title
        for it in standing
        if it.key.station == station
        and it.key.family in INSPECT_FAMILIES
        and it.severity is Severity.CRITICAL
        and it.cleared_at is None
    )


def _assumed(site: Site) -> dict[str, str]:
    told = {
        "nominal capacity": f"{site.nominal_ah:g} Ah" if site.nominal_ah else "not known: set battery.capacity_ah",
        "BMS limits": f"{site.limits.low_v:g} to {site.limits.charge_v:g} V, {site.limits.cells} cells"
        if site.limits
        else "not reported",
        "PV size": f"{site.array.kwp:g} kWp" if site.array else "not known: set pv.kwp",
    }
    if site.supply:
        told["mains"] = f"{site.supply.phase_v:g} V, {site.supply.hertz:g} Hz"
    return told


# ---- what the columns do not hold


def _with_polls(past: History, reader: Reader, station: str, until: float) -> History:
    """The polls of the last month on the record's columns."""
    at = past.at
    polls, failed = np.zeros(len(at)), np.zeros(len(at))
    for minute in reader.link(station, max(float(at[0]), until - LINK_DAYS * DAY_S), until):
        place = int((minute.at - at[0] + COLUMN_S / 2) // COLUMN_S)
        if 0 <= place < len(at):
            polls[place] += minute.polls
            failed[place] += minute.errors
    return replace(past, polls=polls, failed_polls=failed)


def _steps(
    reader: Reader, station: str, battery: DeviceState | None, nominal_ah: float | None, since: float, until: float
) -> tuple[tuple[StepRow, ...], LoadSteps]:
    """The load steps not read before, as rows to keep, and all of them."""
    if battery is None or not nominal_ah:
        return (), NO_STEPS
    rows = reader.load_steps(station, str(battery.key))
    begin = rows[-1].until if rows else since
    end = min(until, begin + STEP_DAYS_AT_ONCE * DAY_S)
    silent = [
        (gap.since, end if gap.until is None else gap.until)
        for gap in (reader.gaps(station, begin, end) if begin + DAY_S <= end else ())
        if gap.device in (None, battery.key) and gap.kind is not GapKind.SET_ASIDE
    ]
    fresh: list[StepRow] = []
    while begin + DAY_S <= end:
        fresh.append(_steps_of_day(reader, station, battery.key, begin, nominal_ah, silent))
        begin += DAY_S
    kept = [_unpacked(row) for row in [*rows, *fresh] if row.until > since]
    return tuple(fresh), sum(kept, start=NO_STEPS)


def _steps_of_day(
    reader: Reader, station: str, battery: DeviceKey, begin: float, nominal_ah: float, silent: Sequence[Span]
) -> StepRow:
    end = begin + DAY_S
    within = [span for span in silent if span[0] < end and span[1] > begin]
    found = steps_of_day(StoredRecord(reader, station, begin, end), battery, begin, end, nominal_ah, within)
    return StepRow(str(battery), begin, end, _packed(found, begin))


def _packed(steps: LoadSteps, begin: float) -> bytes:
    """Four columns of 32-bit numbers, times from the begin of the span."""
    table = np.stack((steps.at - begin, steps.ohm, steps.celsius, steps.soc_percent))
    return table.astype("<f4").tobytes()


def _unpacked(row: StepRow) -> LoadSteps:
    at, ohm, celsius, soc = np.frombuffer(row.steps, dtype="<f4").astype(np.float64).reshape(4, -1)
    return LoadSteps(row.since + at, ohm, celsius, soc)
