"""The fleet as machines get it: whole, as `status --json` prints it, or in short and by parts."""

from __future__ import annotations

from pathlib import Path

from victron_console.contract.form import Document, Number, Page, Part, Said, page_of
from victron_console.contract.stations import (
    WORST_FIRST,
    Counts,
    FleetFacts,
    Station,
    counts,
    fleet_facts,
    station_part,
)
from victron_console.insight.fleet import SUMMED, at_moment, totals
from victron_console.insight.verdict.site_verdict import STANDING
from victron_console.model.clock import iso_utc
from victron_console.model.units import SLOT_S
from victron_console.store.answers import StationRow
from victron_console.store.lease import lease_holder
from victron_console.store.read.reader import Reader


class Fleet(Part):
    """All stations together. What is old or doubtful is in no sum."""

    stations: int
    states: dict[str, int]
    """How many are in each state that occurs."""
    fresh: int
    """Stations whose figures are in the sums; of the past those are of the last whole five minutes."""
    battery_power_w: Number
    pv_power_w: Number
    load_power_w: Number
    grid_power_w: Number
    genset_power_w: Number
    alerts: Counts
    tiers: dict[str, int]
    """How many stations are in each tier that occurs, as last diagnosed."""
    jobs_open: int
    jobs_overdue: int


class CollectorPart(Part):
    """How the collector is."""

    running: bool | None
    """Whether one holds the store; null of the past."""
    beat_age_s: Number
    """How long ago it last wrote that it lives."""
    lag_s: Number
    dropped: int | None
    last_trouble: Said
    last_trouble_at: Number
    """UTC epoch, s."""


class Status(Document):
    """What `status --json` prints."""

    fleet: Fleet
    stations: tuple[Station, ...]
    collector: CollectorPart


class FleetRow(Part):
    """A station in one line."""

    id: str
    name: Said
    state: str
    age_s: Number
    soc_percent: Number
    """As last read; null of the past: `station_now` has it."""
    alerts: Counts
    worst: Said
    """Title of its most urgent alarm; empty where none stands."""
    tier: str
    jobs_open: int


class FleetPage(Document):
    """The fleet in short, those first that want somebody."""

    fleet: Fleet
    collector: CollectorPart
    page: Page
    stations: tuple[FleetRow, ...]


def status(reader: Reader, now: float, as_of: float | None = None) -> Status:
    """The whole fleet at `now`, which is `as_of` where that is given."""
    facts, rows = fleet_facts(reader, now, as_of), at_moment(reader.stations(as_of), now)
    return Status(
        at=iso_utc(now),
        live=as_of is None,
        fleet=fleet_part(reader, rows, facts),
        stations=tuple(station_part(reader, row.id, facts) for row in rows),
        collector=collector_part(reader, now, as_of),
    )


def fleet(reader: Reader, now: float, as_of: float | None, offset: int = 0, limit: int = 20) -> FleetPage:
    """A part of the fleet in short."""
    facts, rows = fleet_facts(reader, now, as_of), at_moment(reader.stations(as_of), now)
    ordered = sorted(rows, key=lambda row: _urgency(row, facts))
    return FleetPage(
        at=iso_utc(now),
        live=as_of is None,
        fleet=fleet_part(reader, rows, facts),
        collector=collector_part(reader, now, as_of),
        page=page_of(len(rows), offset, limit),
        stations=tuple(_row(row, facts) for row in ordered[offset : offset + limit]),
    )


def _urgency(row: StationRow, facts: FleetFacts) -> tuple[int, int, int, int, str]:
    found = counts(facts.standing(row.id))
    tier = facts.kept[row.id].risk.tier if row.id in facts.kept else 0
    return -found.critical, WORST_FIRST.index(row.status.state), -found.warning, -tier, row.name


def _row(row: StationRow, facts: FleetFacts) -> FleetRow:
    standing = facts.standing(row.id)
    kept = facts.kept.get(row.id)
    return FleetRow(
        id=row.id,
        name=row.name,
        state=str(row.status.state),
        age_s=None if row.read_at is None or facts.as_of is not None else round(max(0.0, facts.now - row.read_at), 1),
        soc_percent=row.overview.soc_percent if row.overview is not None else None,
        alerts=counts(standing),
        worst=standing[0].occurrence.title if standing else "",
        tier=kept.risk.word if kept is not None else "unknown",
        jobs_open=len(facts.due(row.id)),
    )


def fleet_part(reader: Reader, rows: list[StationRow], facts: FleetFacts) -> Fleet:
    """The sums and counts of these stations."""
    found = totals(rows, facts.now)
    sums, fresh = (found.sums_w, found.fresh) if facts.as_of is None else _past_sums(reader, facts.as_of)
    words = [facts.kept[row.id].risk.word if row.id in facts.kept else "unknown" for row in rows]
    still = [job for job in facts.jobs if not job.done]
    return Fleet(
        stations=len(rows),
        states={str(state): count for state, count in found.states.items()},
        fresh=fresh,
        battery_power_w=sums.get("battery_power_w"),
        pv_power_w=sums.get("pv_power_w"),
        load_power_w=sums.get("load_power_w"),
        grid_power_w=sums.get("grid_power_w"),
        genset_power_w=sums.get("genset_power_w"),
        alerts=counts([view for view in facts.alerts if view.state in STANDING]),
        tiers={word: words.count(word) for word in dict.fromkeys(sorted(words))},
        jobs_open=len(still),
        jobs_overdue=sum(job.due_at is not None and job.due_at < facts.now for job in still),
    )


def _past_sums(reader: Reader, as_of: float) -> tuple[dict[str, float | None], int]:
    """The sums of the last whole five minutes before a past moment, and how many stations are in them."""
    slots = reader.fleet_sums(SUMMED, as_of - 2 * SLOT_S, as_of, as_of)
    if not slots:
        return {}, 0
    _, values, count = slots[-1]
    return dict(zip(SUMMED, values, strict=True)), count


def collector_part(reader: Reader, now: float, as_of: float | None) -> CollectorPart:
    """How the collector is, or was: whether one runs, and how long ago it last wrote that it lives."""
    state = reader.collector(as_of)
    beat_at = reader.size().last_at if as_of is None else None
    return CollectorPart(
        running=_runs(reader.path) if as_of is None else None,
        beat_age_s=None if beat_at is None else round(max(0.0, now - beat_at), 1),
        lag_s=state.lag_s if state else None,
        dropped=state.dropped if state else None,
        last_trouble=state.last_trouble if state else "",
        last_trouble_at=state.last_trouble_at if state else None,
    )


def _runs(store: Path) -> bool:
    return lease_holder(store) is not None
