"""Reads from the store what is known of a site beside its row and alarms, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.diagnosing.verdict.health_words import health_words
from victron_console.diagnosing.verdict.kept_findings import VERSION
from victron_console.diagnosing.verdict.risk import from_json
from victron_console.insight.cells import Cell, cells
from victron_console.insight.half_hours import FIELDS, half_hours
from victron_console.insight.moment import StationMoment, station_moment
from victron_console.insight.sunrise import PAST_DAYS, Dawn, site_outlook
from victron_console.insight.verdict.clause import SiteVerdict
from victron_console.insight.verdict.site_verdict import HealthWords, Known, site_verdict
from victron_console.model.alert import AlertView
from victron_console.model.snapshot import Snapshot
from victron_console.model.units import DAY_S
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader

DIAGNOSIS_HOLDS_S = 3 * DAY_S
"""A site is diagnosed each night; an older result says nothing of now."""


def known_of(reader: Reader, moment: StationMoment, now: float, as_of: float | None) -> Known:
    """What beside its row and its alarms is known of a station at `now`, which is `as_of` where that is given."""
    station = moment.row.id
    return Known(_dawn(reader, moment, now), _worst_cell(moment.snapshot), _health(reader, station, now))


def read_verdict(reader: Reader, row: StationRow, alerts: Sequence[AlertView], now: float) -> SiteVerdict:
    """What is to be said of a station now.

    Args:
        reader: of the store.
        row: the station, with the state it is to be shown with (`insight.fleet.at_moment`).
        alerts: the alarms of all stations.
        now: the moment (UTC epoch, s).

    Raises:
        StoreError: the store cannot be read.
    """
    moment = station_moment(reader, row.id)
    known = known_of(reader, moment, now, None) if moment is not None else Known()
    return site_verdict(row, [view for view in alerts if view.occurrence.key.station == row.id], known, now)


def _dawn(reader: Reader, moment: StationMoment, now: float) -> Dawn | None:
    """What is expected until sunrise; None where it cannot be said."""
    row = moment.row
    place = row.info.location
    expected = site_outlook(
        moment.snapshot,
        moment.shown,
        half_hours(reader.overview_slots(row.id, FIELDS, now - PAST_DAYS * DAY_S, now), now),
        capacity_ah=row.info.battery.capacity_ah,
        capacity_kwh=row.info.ess.capacity_kwh,
        site_floor_percent=row.info.ess.min_soc_percent,
        zone=row.zone,
        latitude=place.latitude,
        longitude=place.longitude,
    )
    if expected.reason:
        return None
    return Dawn(
        expected.soc_low_percent, expected.soc_high_percent, expected.empty_at, expected.sunrise_at, expected.course
    )


def _worst_cell(snapshot: Snapshot) -> Cell | None:
    worst = (pack.worst for pack in cells(snapshot))
    return max((cell for cell in worst if cell is not None), key=lambda cell: abs(cell.deviation_v), default=None)


def _health(reader: Reader, station: str, now: float) -> tuple[HealthWords, ...]:
    last = reader.diagnosis_course(station, now - DIAGNOSIS_HOLDS_S, now)[-1:]
    if not last or last[0].body.get("version") != VERSION:
        return ()
    return health_words(from_json(last[0].body["risk"]), last[0].at)
