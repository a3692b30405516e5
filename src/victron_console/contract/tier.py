"""How urgently a site wants attention: the tier of what was last diagnosed, with its evidence."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

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


def kept_of(reader: Reader, as_of: float | None, station: str | None = None) -> dict[str, Kept]:
    """What was last found of each station that was diagnosed, or of one."""
    found = {name: at for name, at in reader.diagnosed_at(as_of).items() if station in (None, name)}
    kept = {name: _KEPT.of(reader, name, at) for name, at in found.items()}
    return {name: one for name, one in kept.items() if one is not None}


class _Unpacked:
    """Diagnoses that were unpacked lately: one that was made changes no more, and a fleet's take a second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[tuple[Path, str, float], Kept | None] = {}
        self._lock = Lock()

    def of(self, reader: Reader, station: str, at: float) -> Kept | None:
        """What was found of a station at a moment; None where another version of the program kept something else."""
        key = reader.path, station, at
        with self._lock:
            if key in self._found:
                return self._found[key]
        rows = reader.diagnosis_course(station, at, at)
        kept = unpack(rows[0].body) if rows else None
        with self._lock:
            self._found[key] = kept
            while len(self._found) > self._most:
                del self._found[next(iter(self._found))]
        return kept


_KEPT = _Unpacked(most=400)
