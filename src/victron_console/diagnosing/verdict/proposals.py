"""Jobs that follow from what was found: one for each evidence that asks for more than watching. Operators decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from victron_console.diagnosing.record.timeline import MONTH_S
from victron_console.diagnosing.verdict.kept_findings import Kept
from victron_console.diagnosing.verdict.maintenance import Job
from victron_console.diagnosing.verdict.risk import Evidence, Tier
from victron_console.store.operator.jobs import JobRow

WHAT = {
    "SOH": "Plan the replacement of the battery",
    "replacement": "Plan the replacement of the battery",
    "capacity": "Measure the capacity: discharge and charge once in full",
    "cells": "Look at the cells: charge to full and hold, find the one that drifts",
    "resistance": "Check and tighten the battery's connections, measure its resistance",
    "heat": "Cool the battery: shade, air, less current when hot",
    "cold charging": "Stop charging in the cold: heating, or the BMS's low limit",
    "inverter": "Clean the inverter's fan and filter, check its connections",
    "link": "Look at the site's network",
    "meters": "Set the meters right: sources and uses do not agree",
    "alarms": "Look at the battery now",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A job nobody has put on the list yet."""

    job: Job
    reason: str
    """The evidence that it is for."""
    words: str
    """The figure and its limit."""


def proposals(station: str, kept: Kept) -> list[Proposal]:
    """One for each evidence of tier plan or act, the most urgent first. One replacement is not proposed twice."""
    found: dict[str, Proposal] = {}
    for one in kept.risk.evidence:
        if one.tier is None or one.tier < Tier.PLAN:
            continue
        what = WHAT.get(one.name, f"Look at: {one.name}")
        proposal = Proposal(Job(site=station, what=what, tier=one.tier, found_at=kept.at, due_at=_due(one, kept)),
                            one.name, one.words)  # fmt: skip
        held = found.get(what)
        if held is None or proposal.job.deadline < held.job.deadline:
            found[what] = proposal
    return sorted(found.values(), key=lambda each: (-each.job.tier, each.job.deadline, each.reason))


def unanswered(kept: Mapping[str, Kept], jobs: Sequence[JobRow]) -> list[Proposal]:
    """The proposals that no job answers, the most urgent first.

    Args:
        kept: by station what was last found.
        jobs: those that are open, and those done lately: one done after a diagnosis answers it.
    """
    answered = {
        (job.station, job.reason)
        for job in jobs
        if not job.done or (job.station in kept and job.at > kept[job.station].at)
    }
    found = [p for station, one in kept.items() for p in proposals(station, one) if (station, p.reason) not in answered]
    return sorted(found, key=lambda proposal: (-proposal.job.tier, proposal.job.deadline, proposal.job.site))


def _due(evidence: Evidence, kept: Kept) -> float | None:
    """The early end of the window of a replacement; else the tier says."""
    window = kept.figure("replacement.80")
    if evidence.name != "replacement" or window is None or window.low is None:
        return None
    return kept.at + window.low * MONTH_S
