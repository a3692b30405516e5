"""What the Health screen shows as rows for another program: findings with range and reason, jobs, firmware, peers."""

from __future__ import annotations

from victron_console.console.health.data import HealthData
from victron_console.console.kit.export import Table
from victron_console.model.clock import iso_utc
from victron_console.store.operator.jobs import JobRow

FINDINGS = (
    "station", "tier", "figure", "title", "value", "unit", "low", "high", "status", "reason", "since", "until",
    "diagnosed_at",
)  # fmt: skip
FIRMWARE = ("station", "name", "version", "standing", "compared_with")
PEERS = ("station", "figure", "value", "rank", "percentile", "deviation_mads", "outlier")
JOBS = ("station", "state", "what", "due", "note", "reason", "edited_at", "by")


def findings_table(data: HealthData, station: str | None = None) -> Table:
    """Every figure of one station, or of all."""
    return Table(FINDINGS, tuple(
        (
            row.site.id, row.tier, name, one.title, one.value, one.unit, one.low, one.high, str(one.status), one.reason,
            _iso(one.window.since), _iso(one.window.until), iso_utc(row.kept.at),
        )
        for row in data.rows
        if row.kept is not None and station in (None, row.site.id)
        for name, one in row.kept.figures.items()
    ))  # fmt: skip


def firmware_table(data: HealthData) -> Table:
    """The version of each station, and where it stands."""
    found = [(row.site, row.firmware) for row in data.rows]
    return Table(FIRMWARE, tuple(
        (
            site.id, site.name, str(one.version) if one and one.version else None,
            str(one.standing) if one else None, str(one.latest) if one and one.latest else None,
        )
        for site, one in found
    ))  # fmt: skip


def peers_table(data: HealthData) -> Table:
    """The place of each station among its peers, figure by figure."""
    return Table(PEERS, tuple(
        (one.station, figure, one.value, one.rank, one.percentile, one.deviation, "yes" if one.outlier else "no")
        for figure, ranking in data.peers.items()
        for one in ranking
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
