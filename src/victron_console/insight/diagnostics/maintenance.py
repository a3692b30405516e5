"""What to do at which site and when: jobs in order, bundled into visits. Pure; lists are kept and edited elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.insight.diagnostics.risk import Tier
from victron_console.insight.diagnostics.timeline import DAY_S

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
class Span:
    """A time to stay away: a forecast outage, a night of low charge."""

    since: float
    until: float
    why: str


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


@dataclass(frozen=True, slots=True)
class Slot:
    """A proposed begin of a visit."""

    at: float | None
    """None where no free time is left before the deadline."""
    avoided: tuple[str, ...]


def slot(visit: Visit, not_before: float, duration_s: float, avoid: Sequence[Span]) -> Slot:
    """The first moment from `not_before` on at which a visit fits between the times to stay away from.

    A visit past its deadline is proposed as soon as it fits, with the delay visible in the moment itself.
    """
    at, avoided = not_before, []
    for span in sorted(avoid, key=lambda span: span.since):
        if span.until > at and span.since < at + duration_s:
            at = span.until
            avoided.append(span.why)
    late = at + duration_s > visit.deadline
    free_in_time = not late or not_before + duration_s > visit.deadline
    return Slot(at if free_in_time else None, tuple(avoided))
