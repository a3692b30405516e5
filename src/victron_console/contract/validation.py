"""A station's energies held against those of Victron's portal, by local day and kind."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from victron_console.contract.form import Document, Number, Part, Said
from victron_console.model.clock import iso_utc

if TYPE_CHECKING:
    from victron_console.diagnosing.external.validation import Validation


class ComparedKind(Part):
    """What came of one kind of energy over all days that could be compared."""

    kind: str
    days: int
    agree: int
    explained: int
    """Days that differ for a known reason."""
    ours_kwh: Number
    """Of the days that agree."""
    portal_kwh: Number


class ComparedDay(Part):
    """One kind of energy on one local day."""

    day: date
    kind: str
    ours_kwh: Number
    """Null where nothing was recorded."""
    portal_kwh: Number
    agrees: bool | None
    """Null where too little of the day is in both."""
    why: str | None
    """Why it differs, or cannot be compared; `unknown` where that is not explained."""
    words: Said


class Validated(Document):
    """What `vrm validate --json` prints."""

    station: str
    good: bool | None
    """Whether all that differs is explained; null where nothing could be compared."""
    zone: Said | None
    """How the portal's days lie beside ours; null where they are the same."""
    kinds: tuple[ComparedKind, ...]
    days: tuple[ComparedDay, ...]


def validated(found: Validation, now: float) -> Validated:
    """What a comparison made at `now` (UTC epoch, s) came to."""
    return Validated(
        at=iso_utc(now),
        live=True,
        station=found.station,
        good=found.is_good,
        zone=found.zone_words or None,
        kinds=tuple(
            ComparedKind(
                kind=one.kind.value, days=one.days, agree=one.agree, explained=one.explained, ours_kwh=one.ours,
                portal_kwh=one.theirs,
            )
            for one in found.verdicts()
        ),
        days=tuple(
            ComparedDay(
                day=row.day, kind=row.kind.value, ours_kwh=row.ours, portal_kwh=row.theirs, agrees=row.agrees,
                why=None if row.why is None else row.why.name.lower(), words=row.words,
            )
            for row in found.rows
        ),
    )  # fmt: skip
