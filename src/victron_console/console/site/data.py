"""What the Site and Cells screens ask the store for one station, read in one go off the screen's thread."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from victron_console.console.kit.blocks import spread
from victron_console.console.kit.energy.kinds import kind_of_field
from victron_console.console.site.battery_words import conflicting
from victron_console.console.site.day import DayRow
from victron_console.console.site.devices import DeviceLine, device_lines
from victron_console.console.site.phases import PhaseTable, phase_table
from victron_console.insight.audit.finding import Finding
from victron_console.insight.audit.review import audit
from victron_console.insight.battery_panel import BatteryPanel, battery_panel
from victron_console.insight.cells import Pack, cells
from victron_console.insight.expected_powers import ExpectedPowers, expected_powers
from victron_console.insight.flow.model import Flow
from victron_console.insight.flow.site_flow import flow
from victron_console.insight.half_hours import AC_LOADS, PV, half_hours
from victron_console.insight.moment import StationMoment, station_moment
from victron_console.insight.overview.balance import Balance, balance
from victron_console.insight.overview.battery_roles import battery_roles
from victron_console.insight.overview.signs import possible_course, possible_w
from victron_console.insight.sunrise import PAST_DAYS
from victron_console.model.clock import local, midnight
from victron_console.model.overview import Overview
from victron_console.model.quality import Quality
from victron_console.model.snapshot import Snapshot
from victron_console.model.station_info import StationInfo
from victron_console.model.units import DAY_S
from victron_console.store.operator.wanted import WantedKind
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event

LOG_EVENTS = 40
MOST_DAY_ROWS = 5
_PAST_FIELDS = ("battery_power_w", "soc_percent", AC_LOADS, PV)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """A station's snapshot and all that is worked out from it alone."""

    snapshot: Snapshot
    shown: Overview
    flow: Flow
    balance: Balance
    phases: PhaseTable
    panel: BatteryPanel
    battery_name: str
    limits_quality: Quality
    """How far what the BMS says is of now."""
    packs: tuple[Pack, ...]
    devices: tuple[DeviceLine, ...]
    audit: tuple[Finding, ...] = ()

    @property
    def checks(self) -> tuple[str, ...]:
        """What is doubtful, one sentence each, in the order of the figures."""
        said: dict[str, str] = {}
        for sentence in [*self.shown.flags.values(), *(node.note for node in self.flow.nodes if node.note)]:
            # The same doubt twice, of a figure and of its place in the flow, may differ by a rounded watt.
            said.setdefault(_DIGITS.sub("", sentence), sentence)
        return tuple(said.values())


@dataclass(frozen=True, slots=True)
class SiteDay:
    """The last 24 hours: one row a quantity, and the columns in which nothing was received."""

    since: float
    until: float
    rows: tuple[DayRow, ...] = ()

    def gaps(self, columns: int) -> list[bool]:
        """For each of so many columns, whether nothing was received in it."""
        found = [spread(row.values, columns) for row in self.rows]
        return [all(value is None for value in column) for column in zip(*found, strict=True)]


@dataclass(frozen=True, slots=True)
class SiteData:
    """One station as its screens show it."""

    station: str
    figures: SiteFigures
    day: SiteDay
    info: StationInfo = field(default_factory=StationInfo)
    events: tuple[Event, ...] = ()
    focus_until: float | None = None
    today: tuple[tuple[str, float], ...] = ()
    """Energies since the station's midnight by name, kWh; of grid and shore only what came in."""


def read_site(reader: Reader, station: str, now: float, as_of: float | None, columns: int) -> SiteData | None:
    """The station at `now`, which is `as_of` where that is given; None where the store does not have it.

    Args:
        reader: the store.
        station: its id.
        now: the moment (UTC epoch, s).
        as_of: the moment looked back to; None is live.
        columns: buckets of the day's history, one for each column it is drawn in.
    """
    with reader.at_once():
        return _read_site(reader, station, now, as_of, columns)


def _read_site(reader: Reader, station: str, now: float, as_of: float | None, columns: int) -> SiteData | None:
    moment = station_moment(reader, station, as_of)
    if moment is None:
        return None
    zone = moment.row.zone
    figures = site_figures(moment)
    day = _day(reader, station, figures.shown, now, as_of, columns)
    return SiteData(
        station=station,
        figures=figures,
        day=day,
        today=_energies(day, midnight(local(now, zone).date(), zone)),
        info=moment.row.info,
        events=tuple(reader.events(now - DAY_S, now, station=station, limit=LOG_EVENTS)),
        focus_until=max(
            (each.until or 0.0 for each in reader.wanted(station, as_of) if each.kind is WantedKind.FOCUS), default=None
        ),
    )


def read_expected(reader: Reader, station: str, now: float, sunrise_at: float) -> ExpectedPowers:
    """Loads and PV of a station from a moment on until a sunrise (UTC epoch, s)."""
    rows = reader.overview_slots(station, _PAST_FIELDS, now - PAST_DAYS * DAY_S, now)
    # The loads of the AC side alone: so they are drawn, too.
    past = half_hours(((begin, battery, soc, load, None, pv) for begin, battery, soc, load, pv in rows), now)
    return expected_powers(past, now, sunrise_at)


def site_figures(moment: StationMoment) -> SiteFigures:
    """All that a moment alone tells."""
    snapshot, shown, info = moment.snapshot, moment.shown, moment.row.info
    zone = info.location.timezone
    wired = flow(snapshot, shown)
    roles = battery_roles(snapshot)
    return SiteFigures(
        snapshot=snapshot,
        shown=shown,
        flow=wired,
        balance=balance(shown),
        phases=phase_table(snapshot, wired.rating_w if wired.box else None),
        panel=battery_panel(
            snapshot,
            shown,
            capacity=info.battery.capacity_ah,
            mean_current_a=_current_by_power(shown),
        ),
        battery_name=roles.devices[0].name if roles.devices else "",
        limits_quality=roles.bms.quality_at(snapshot.at) if roles.bms else Quality.GOOD,
        packs=tuple(cells(snapshot)),
        devices=tuple(device_lines(snapshot)),
        audit=tuple(audit(snapshot, shown, zone_name=zone)),
    )


def _current_by_power(shown: Overview) -> float | None:
    """Where power and current contradict each other the power gives the sign (docs/facts/figures.md#battery)."""
    watts, volts = shown.battery_power_w, shown.battery_voltage_v
    if watts is None or not volts or not conflicting(watts, shown.battery_current_a):
        return None
    return watts / volts


def _day(reader: Reader, station: str, shown: Overview, now: float, as_of: float | None, columns: int) -> SiteDay:
    since = now - DAY_S
    rows = [
        DayRow(
            label,
            tuple(possible_course(name, reader.overview_history(station, name, since, now, columns, as_of))),
            possible_w(shown, name),
            is_power,
            shown.quality(name, now),
            kind_of_field(name),
        )
        for name, label, is_power in _quantities(shown)
    ]
    return SiteDay(since, now, tuple(rows[:MOST_DAY_ROWS]))


def _energies(day: SiteDay, since: float) -> tuple[tuple[str, float], ...]:
    """The energy of each power but the battery's since a moment; where nothing was received nothing is counted."""
    found = []
    for row in day.rows:
        if not row.is_power or row.label == "BATTERY" or not row.values:
            continue
        slot_s = (day.until - day.since) / len(row.values)
        first = max(0, int((since - day.since) / slot_s))
        known = [max(0.0, value) for value in row.values[first:] if value is not None]
        if known:
            found.append((row.label, sum(known) * slot_s / 3.6e6))
    return tuple(found)


def _quantities(shown: Overview) -> list[tuple[str, str, bool]]:
    """What the station has, the most telling first: overview field, label, whether it is a power."""
    mains, genset = ("grid_power_w", shown.mains.upper(), True), ("genset_power_w", "GENSET", True)
    first, second = (genset, mains) if shown.ac_input.type == "genset" else (mains, genset)
    wanted = [
        ("soc_percent", "SOC %", False),
        ("pv_power_w", "PV", True),
        ("load_power_w", "LOADS", True),
        first,
        ("other_dc_power_w", "DC SOURCE", True),
        ("battery_power_w", "BATTERY", True),
        second,
    ]
    return [each for each in wanted if getattr(shown, each[0]) is not None]
