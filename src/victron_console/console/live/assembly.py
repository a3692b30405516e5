"""Makes the fleet's view from what the store answered: the worst mark of each site, its words, its alarms. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from victron_console.console.kit.view import (
    URGENCY,
    Alarm,
    FleetView,
    Mark,
    Site,
)
from victron_console.console.live.alarm_order import first_out, most_urgent_first
from victron_console.console.live.daily import Daily
from victron_console.insight.fleet import figures_quality
from victron_console.insight.verdict.site_verdict import EMPTY_NOW_S, site_verdict
from victron_console.model.alert import AlertView
from victron_console.model.overview import Overview
from victron_console.model.quality import LOST_AFTER_S, Quality, silent_after_s
from victron_console.model.station import StationState
from victron_console.store.answers import StationRow
from victron_console.store.records import Event

HOLDS_S = 30.0
"""A site is made anew after so long whatever happens: how long it has not spoken to VRM is told by the minute."""


def fleet_view(
    rows: Sequence[StationRow],
    days: Mapping[str, Daily],
    alarms: Sequence[Alarm],
    at: float,
    *,
    alerts: Sequence[AlertView] = (),
    events: Sequence[Event] = (),
    replay: bool = False,
    rates: tuple[int, int] = (0, 0),
    known: KnownSites | None = None,
) -> FleetView:
    """The fleet at a moment.

    Args:
        rows: the stations, with the state they are to be shown with.
        days: the last day of each, by its id.
        alarms: of all stations, in any order.
        at: the moment shown (UTC epoch, s).
        alerts: what the alarms are rows of.
        events: the newest of the log, newest first.
        replay: whether the operator chose it.
        rates: alarms of the last hour and of the last ten minutes.
        known: the sites of the view before; takes those of this one.
    """
    alarms_of: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        alarms_of.setdefault(alarm.station, []).append(alarm)
    alerts_of: dict[str, list[AlertView]] = {}
    for alert in alerts:
        alerts_of.setdefault(alert.occurrence.key.station, []).append(alert)
    nothing = Daily()
    make = known.site if known is not None else _site
    sites = tuple(
        make(row, days.get(row.id, nothing), alarms_of.get(row.id, []), alerts_of.get(row.id, []), at) for row in rows
    )
    return FleetView(
        at=at,
        sites=sites,
        alarms=tuple(most_urgent_first(first_out(alarms))),
        events=tuple(events),
        replay=replay,
        alarms_per_hour=rates[0],
        alarms_in_10_min=rates[1],
        received_bytes_s=sum(days.get(row.id, nothing).received_bytes_s for row in rows),
        poll_s=min((row.cadence_s for row in rows), default=10.0),
    )


class KnownSites:
    """The sites of the last view: one of which nothing changed, of itself or by time, is not made anew.

    Of a thousand stations that are read each ten seconds, a look finds some dozens changed.
    """

    def __init__(self) -> None:
        self._made: dict[str, _Made] = {}

    def site(
        self, row: StationRow, day: Daily, alarms: Sequence[Alarm], alerts: Sequence[AlertView], at: float
    ) -> Site:
        """The site of a row; what it is made of is that of `fleet_view`."""
        made_of = (row, day, alarms, alerts)
        known = self._made.get(row.id)
        if known is None or not known.at <= at < known.until or known.made_of != made_of:
            site = _site(*made_of, at)
            known = self._made[row.id] = _Made(made_of, at, _holds_until(site, row, day, at), site)
        return known.site


@dataclass(frozen=True, slots=True)
class _Made:
    """A site and what it was made of; it is right from `at` until `until` (UTC epoch, s)."""

    made_of: tuple[StationRow, Daily, Sequence[Alarm], Sequence[AlertView]]
    at: float
    until: float
    site: Site


def _holds_until(site: Site, row: StationRow, day: Daily, at: float) -> float:
    """When time alone may change a site; at once where it is old already, since then its age is told."""
    if site.quality is not Quality.GOOD or site.older or row.read_at is None:
        return at
    turns = [at + HOLDS_S, row.read_at + silent_after_s(row.cadence_s)]
    for origin in site.overview.origins.values():
        if origin.read_at is not None:
            spell_s = silent_after_s(origin.cadence_s)
            turns.append(origin.read_at + (min(spell_s, LOST_AFTER_S) if origin.failures else spell_s))
    dawn = day.known.dawn
    if dawn is not None and dawn.empty_at is not None and dawn.empty_at - EMPTY_NOW_S > at:
        turns.append(dawn.empty_at - EMPTY_NOW_S)
    return min(turns)


def _site(row: StationRow, day: Daily, alarms: Sequence[Alarm], alerts: Sequence[AlertView], at: float) -> Site:
    quality = figures_quality(row, at)
    kwp = row.info.pv.kwp
    worst = min((alarm.mark for alarm in alarms), key=URGENCY.__getitem__, default=Mark.NONE)
    mark = min((worst, _link_mark(row.status.state)), key=URGENCY.__getitem__)
    return Site(
        id=row.id,
        name=row.name,
        overview=row.overview or Overview(),
        quality=quality,
        older=row.overview.older(at) if row.overview is not None else {},
        state=row.status.state,
        since=row.status.since,
        reason=row.status.reason,
        read_at=row.read_at,
        tags=row.tags,
        mark=mark,
        alarms=sum(alarm.mark is mark for alarm in alarms) or 1,
        verdict=site_verdict(row, alerts, day.known, at),
        beyond=_beyond(alarms),
        dawn=day.known.dawn,
        soc_trend=day.soc_trend,
        energy_today_kwh=day.energy_today_kwh,
        yield_kwh_per_kwp=day.energy_today_kwh / kwp if kwp and day.energy_today_kwh is not None else None,
        genset_hours_today=day.genset_hours_today,
        fuel_percent=day.fuel_percent,
        vrm_age_s=None if day.vrm_contact_at is None else max(0.0, at - day.vrm_contact_at),
        round_trip_s=day.round_trip_s,
        errors=day.errors,
        note=row.info.notes.partition("\n")[0],
    )


def _link_mark(state: StationState) -> Mark:
    if state in (StationState.LOST, StationState.MISCONFIGURED):
        return Mark.LOST
    return {StationState.STALE: Mark.STALE, StationState.STARTING: Mark.STARTING}.get(state, Mark.NONE)


def _beyond(alarms: Sequence[Alarm]) -> dict[str, Mark]:
    """The figures that alarms are about, each with its most urgent one; what is acknowledged keeps its colour."""
    found: dict[str, Mark] = {}
    for alarm in sorted(alarms, key=lambda alarm: URGENCY[alarm.mark], reverse=True):
        colour = _COLOURS.get(alarm.mark)
        if alarm.figure and colour is not None:
            found[alarm.figure] = colour
    return found


_COLOURS = {
    Mark.NOW: Mark.NOW,
    Mark.ACKED_NOW: Mark.NOW,
    Mark.TODAY: Mark.TODAY,
    Mark.ACKED_TODAY: Mark.TODAY,
}
