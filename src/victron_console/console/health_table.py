"""What the Health screen shows as rows for another program: findings with their range and reason, or the jobs."""

from __future__ import annotations

from victron_console.console.export import Table
from victron_console.console.health_data import HealthData
from victron_console.model.clock import iso_utc
from victron_console.store.jobs import JobRow

FINDINGS = (
    "station", "tier", "figure", "title", "value", "unit", "low", "high", "status", "reason", "since", "until",
    "diagnosed_at",
)  # fmt: skip
JOBS = ("station", "state", "what", "due", "note", "reason", "edited_at", "by")


def findings_table(data: HealthData, station: str | None = None) -> Table:
    """Every figure of one station, or of all."""
    return Table(FINDINGS, tuple(
        (
            row.site.id, row.word, name, one.title, one.value, one.unit, one.low, one.high, str(one.status), one.reason,
            _iso(one.window.since), _iso(one.window.until), iso_utc(row.kept.at),
        )
        for row in data.rows
        if row.kept is not None and station in (None, row.site.id)
        for name, one in row.kept.figures.items()
    ))  # fmt: skip


def jobs_table(data: HealthData) -> Table:
    """Jobs that are open, proposals, and what was done lately."""
    jobs = [_job(job, "open") for row in data.rows for job in row.jobs]
    jobs += [
        (one.job.site, "proposed", one.job.what, iso_utc(one.job.deadline), one.words, one.reason, None, None)
        for one in data.proposals
    ]
    return Table(JOBS, (*jobs, *(_job(job, "done") for job in data.done)))


def _job(job: JobRow, state: str) -> tuple[str | None, ...]:
    return (job.station, state, job.what, _iso(job.due_at), job.note, job.reason, iso_utc(job.at), job.who)


def _iso(at: float | None) -> str | None:
    return iso_utc(at) if at else None
