"""How urgently a site wants attention: the tier of what was last diagnosed, with its evidence."""

from __future__ import annotations

from victron_console.contract.form import Moment, Number, Part, Said, written
from victron_console.diagnosing.verdict.kept_findings import Kept, unpack
from victron_console.diagnosing.verdict.risk import Evidence
from victron_console.model.clock import iso_utc
from victron_console.store.read.reader import Reader


class Reason(Part):
    """One reason for or against a site, or the lack of knowledge about it."""

    name: str
    tier: str
    """`act`, `plan`, `watch`, `ok` or `unknown`."""
    words: Said
    """The figure and its limit, or why it is not known."""
    seen_at: Moment | None
    fresh: bool
    """False where it is remembered of an earlier diagnosis."""


class Tier(Part):
    """How urgently a site wants attention, by the worst of its evidence. It is no score: nothing is added up."""

    tier: str
    """`act`, `plan` (for the next visit), `watch`, `ok`, or `unknown` where too little is known to say `ok`."""
    diagnosed_at: Moment | None
    """Null where it never was."""
    coverage: Number
    """Share of the evidence that is known and fresh, 0 to 1."""
    evidence: tuple[Reason, ...]
    """The worst first, what is not known last."""


def tier_of(kept: Kept | None) -> Tier:
    """The tier of a station with its evidence."""
    if kept is None:
        return Tier(tier="unknown", diagnosed_at=None, coverage=None, evidence=())
    return Tier(
        tier=kept.risk.word,
        diagnosed_at=iso_utc(kept.at),
        coverage=round(kept.risk.coverage, 3),
        evidence=tuple(map(_reason, kept.risk.evidence)),
    )


def _reason(one: Evidence) -> Reason:
    return Reason(
        name=one.name,
        tier="unknown" if one.tier is None else one.tier.name.lower(),
        words=one.words,
        seen_at=written(one.seen_at),
        fresh=one.fresh,
    )


def kept_of(reader: Reader, as_of: float | None) -> dict[str, Kept]:
    """What was last found of each station that was diagnosed."""
    found = {station: unpack(row.body) for station, row in reader.diagnoses(as_of).items()}
    return {station: one for station, one in found.items() if one is not None}
