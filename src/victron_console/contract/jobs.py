"""What is to be done at which site and when: open jobs, what the diagnoses propose besides, and the visits."""

from __future__ import annotations

from victron_console.contract.form import Document, Moment, Part, Said, written
from victron_console.contract.tier import kept_of
from victron_console.model.clock import iso_utc
from victron_console.model.units import DAY_S
from victron_console.store.operator.jobs import JobRow
from victron_console.store.read.reader import Reader

DONE_DAYS = 30


class OpenJob(Part):
    """A job that operators put on the list."""

    id: int
    station: str
    what: Said
    due_at: Moment | None
    overdue: bool
    note: Said
    reason: Said
    """The evidence it was proposed for; empty where an operator thought of it."""
    who: Said
    """Who edited it last."""
    edited_at: Moment


class ProposedJob(Part):
    """What a diagnosis asks for and no job answers."""

    station: str
    what: str
    tier: str
    deadline: Moment
    reason: str
    words: Said
    """The figure and its limit."""


class Trip(Part):
    """What is due at a site within 30 days of its first job, proposals included."""

    station: str
    tier: str
    deadline: Moment
    what: tuple[Said, ...]


class Jobs(Document):
    """Open jobs of all stations or one, those done in the last 30 days, what is proposed, and the visits."""

    open: tuple[OpenJob, ...]
    """The first due first."""
    done: tuple[OpenJob, ...]
    proposed: tuple[ProposedJob, ...]
    """The most urgent first."""
    visits: tuple[Trip, ...]
    """The most urgent first."""


def open_job(row: JobRow, now: float) -> OpenJob:
    """A job at a moment (UTC epoch, s)."""
    return OpenJob(
        id=row.id,
        station=row.station,
        what=row.what,
        due_at=written(row.due_at),
        overdue=not row.done and row.due_at is not None and row.due_at < now,
        note=row.note,
        reason=row.reason,
        who=row.who,
        edited_at=iso_utc(row.at),
    )


def jobs(reader: Reader, now: float, as_of: float | None, station: str | None = None) -> Jobs:
    """The jobs of all stations or one."""
    # They load numpy, which a script that asks for something else can do without.
    from victron_console.diagnosing.verdict.maintenance import Job, visits
    from victron_console.diagnosing.verdict.proposals import unanswered
    from victron_console.diagnosing.verdict.risk import Tier

    if station is not None:
        reader.known_station(station, as_of)
    rows = [row for row in reader.jobs(as_of, done_since=now - DONE_DAYS * DAY_S) if station in (None, row.station)]
    kept = kept_of(reader, as_of, station)
    proposed = unanswered(kept, rows)
    still = sorted((row for row in rows if not row.done), key=lambda row: (row.due_at or float("inf"), row.id))
    listed = [Job(site=row.station, what=row.what, tier=Tier.PLAN, found_at=row.at, due_at=row.due_at) for row in still]
    return Jobs(
        at=iso_utc(now),
        live=as_of is None,
        open=tuple(open_job(row, now) for row in still),
        done=tuple(open_job(row, now) for row in rows if row.done),
        proposed=tuple(
            ProposedJob(
                station=one.job.site, what=one.job.what, tier=one.job.tier.name.lower(),
                deadline=iso_utc(one.job.deadline), reason=one.reason, words=one.words,
            )
            for one in proposed
        ),
        visits=tuple(
            Trip(
                station=visit.site, tier=visit.tier.name.lower(), deadline=iso_utc(visit.deadline),
                what=tuple(job.what for job in visit.jobs),
            )
            for visit in visits([*listed, *(one.job for one in proposed)])
        ),
    )  # fmt: skip
