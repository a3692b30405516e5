"""What a fleet row needs beside the live figures: the day's history of one station. Asked seldom, kept by the watch."""

from __future__ import annotations

from dataclasses import dataclass, field

from victron_console.diagnosing.verdict.known_site import known_of
from victron_console.insight.gx_clock import vrm_contact_at
from victron_console.insight.moment import station_moment
from victron_console.insight.overview.figures import last
from victron_console.insight.overview.signs import possible_course
from victron_console.insight.verdict.site_verdict import Known
from victron_console.model.clock import local, midnight
from victron_console.model.snapshot import Snapshot
from victron_console.model.units import DAY_S, SLOT_S
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader

SOC_TREND_POINTS = 36
"""Points of `Site.soc_trend`: 24 hours in steps of 40 minutes, so that both 6 cells of 2 h and 18 of 80 min divide."""
_LINK_S = 3600.0
_GENSET_RUNS_W = 100.0
"""A generator that gives less than this for five minutes is not counted as running."""


@dataclass(frozen=True, slots=True)
class Daily:
    """A station's last day."""

    soc_trend: tuple[float | None, ...] = ()
    """24 hours, oldest first, percent."""
    energy_today_kwh: float | None = None
    genset_hours_today: float | None = None
    fuel_percent: float | None = None
    vrm_contact_at: float | None = None
    """When it last spoke to VRM (UTC epoch, s); minus infinity where it never did."""
    round_trip_s: float | None = None
    errors: int | None = None
    """Polls that failed in the last hour."""
    received_bytes_s: float = 0.0
    known: Known = field(default_factory=Known)
    """What its verdict rests on beside its row and its alarms."""


def daily(reader: Reader, row: StationRow, now: float, as_of: float | None) -> Daily:
    """The last day of a station up to `now`, which is `as_of` where that is given."""
    with reader.at_once():
        return _daily(reader, row, now, as_of)


def _daily(reader: Reader, row: StationRow, now: float, as_of: float | None) -> Daily:
    moment = station_moment(reader, row.id, as_of)
    if moment is None:
        return Daily()
    snapshot = moment.snapshot
    trend = reader.overview_history(row.id, "soc_percent", now - DAY_S, now, SOC_TREND_POINTS, as_of)
    zone = moment.row.zone
    begin = midnight(local(now, zone).date(), zone)
    minutes = reader.link(row.id, now - _LINK_S, now, as_of)
    polls = [minute for minute in minutes if minute.round_trip_mean_s is not None]
    return Daily(
        soc_trend=tuple(trend) if any(point is not None for point in trend) else (),
        energy_today_kwh=_energy_kwh(reader, row.id, begin, now, as_of),
        genset_hours_today=_genset_hours(reader, row.id, begin, now, as_of),
        fuel_percent=_fuel(snapshot),
        vrm_contact_at=vrm_contact_at(snapshot),
        round_trip_s=polls[-1].round_trip_mean_s if polls else None,
        errors=sum(minute.errors for minute in minutes) if minutes else None,
        known=known_of(reader, moment, now, as_of),
        received_bytes_s=sum(minute.size_bytes for minute in minutes[-5:]) / (60 * len(minutes[-5:])) if minutes else 0,
    )


def _slots(since: float, until: float) -> int:
    return max(1, round((until - since) / SLOT_S))


def _energy_kwh(reader: Reader, station: str, since: float, until: float, as_of: float | None) -> float | None:
    """PV energy by five-minute means; where nothing was received nothing is counted."""
    watts = reader.overview_history(station, "pv_power_w", since, until, _slots(since, until), as_of)
    known = [value for value in possible_course("pv_power_w", watts) if value is not None]
    return sum(max(0.0, value) for value in known) * (until - since) / len(watts) / 3.6e6 if known else None


def _genset_hours(reader: Reader, station: str, since: float, until: float, as_of: float | None) -> float | None:
    watts = reader.overview_history(station, "genset_power_w", since, until, _slots(since, until), as_of)
    if all(value is None for value in watts):
        return None
    running = sum(value is not None and value > _GENSET_RUNS_W for value in watts)
    return running * (until - since) / len(watts) / 3600


def _fuel(snapshot: Snapshot) -> float | None:
    """The lowest fuel tank, per cent. FluidType 0 is diesel, as in the catalogue's `tank_fluid`."""
    diesel = [tank for tank in snapshot.of_class("tank") if last(tank, "FluidType") == 0]
    return min((level for tank in diesel if (level := last(tank, "Level")) is not None), default=None)
