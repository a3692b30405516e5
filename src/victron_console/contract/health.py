"""The health of a station in short: its tier with the evidence, and the figures that are known with their ranges."""

from __future__ import annotations

from victron_console.contract.form import Document, Number, Part, Said
from victron_console.contract.tier import Tier, kept_of, tier_of
from victron_console.model.clock import iso_utc
from victron_console.store.answers import StationRow
from victron_console.store.read.reader import Reader


class ShortFigure(Part):
    """A figure without its method, which `explain_figure` tells."""

    title: str
    value: Number
    unit: str
    low: Number
    """With `high` the range that it may have."""
    high: Number
    age_s: Number
    """How long ago its data end."""


class Health(Document):
    """What was last diagnosed of a station, in short."""

    id: str
    name: Said
    tier: Tier
    figures: dict[str, ShortFigure]
    not_known: dict[str, Said]
    """Figures that are looked for, and why each is not known."""


def health(reader: Reader, row: StationRow, now: float, as_of: float | None) -> Health:
    """The health of a station at `now`, which is `as_of` where that is given."""
    kept = kept_of(reader, as_of, row.id).get(row.id)
    found = kept.figures if kept is not None else {}
    return Health(
        at=iso_utc(now),
        live=as_of is None,
        id=row.id,
        name=row.name,
        tier=tier_of(kept),
        figures={
            name: ShortFigure(
                title=one.title,
                value=one.value,
                unit=one.unit,
                low=one.low,
                high=one.high,
                age_s=round(max(0.0, now - one.window.until), 1) if one.window.until else None,
            )
            for name, one in found.items()
            if one.known
        },
        not_known={name: f"{one.status}: {one.reason}" for name, one in found.items() if not one.known},
    )
