"""What to do at which site and when: jobs in order, bundled into visits. Pure; lists are kept and edited elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.diagnosing.verdict.risk import Tier
from victron_console.model.units import DAY_S

BUNDLE_DAYS = 30.0
DUE_AFTER_DAYS = {Tier.ACT: 3.0, Tier.PLAN: 60.0, Tier.WATCH: 180.0}
"""A job without a date of its own is due so long after it was found (own judgement)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do at a site."""

    site: str
    what: str
    tier: Tier
    found_at: float
    due_at: float | None = None
    """The latest moment, such as the early end of a replacement window; None: by its tier."""

    @property
    def deadline(self) -> float:
        """When it should be done (UTC epoch, s)."""
        if self.due_at is not None:
            return self.due_at
        return self.found_at + DUE_AFTER_DAYS.get(self.tier, 365.0) * DAY_S


@dataclass(frozen=True, slots=True)
class Visit:
    """One trip to a site with all that is due within 30 days of its first job."""

    site: str
    jobs: tuple[Job, ...]

    @property
    def tier(self) -> Tier:
        """Of the most urgent job."""
        return max(job.tier for job in self.jobs)

    @property
    def deadline(self) -> float:
        """Of the first job due."""
        return min(job.deadline for job in self.jobs)


def visits(jobs: Sequence[Job]) -> list[Visit]:
    """Jobs bundled by site, the most urgent visit first, then by deadline. Every job is in exactly one visit."""
    bundles: list[list[Job]] = []
    for job in sorted(jobs, key=lambda job: (job.site, job.deadline, job.what)):
        last = bundles[-1] if bundles else None
        if last and last[0].site == job.site and job.deadline - last[0].deadline <= BUNDLE_DAYS * DAY_S:
            last.append(job)
        else:
            bundles.append([job])
    found = [Visit(bundle[0].site, tuple(bundle)) for bundle in bundles]
    return sorted(found, key=lambda visit: (-visit.tier, visit.deadline, visit.site))
