"""What a diagnosis found of a station: every figure with its method, window and range, energies and availability."""

from __future__ import annotations

from datetime import date

from victron_console.contract.form import Document, Moment, Number, Part, Said, written
from victron_console.contract.tier import Tier, tier_of
from victron_console.diagnosing.finding import NO_WINDOW, Finding
from victron_console.diagnosing.verdict.kept_findings import EnergyRow, Kept
from victron_console.model.clock import iso_utc
from victron_console.store.answers import StationRow


class FigureMethod(Part):
    """How a figure is made."""

    name: str
    inputs: tuple[str, ...]
    source: str
    """Where the formula and its limits come from."""


class FigureWindow(Part):
    """The data that were used."""

    since: Moment
    until: Moment
    count: int
    what: str
    """What was counted."""


class JudgedFigure(Part):
    """A figure that a diagnosis made of the past; without a value `reason` says why."""

    title: str
    value: Number
    unit: str
    low: Number
    """With `high` the range that it may have."""
    high: Number
    confidence: str
    """What kind of range that is."""
    status: str
    """`ok`, `insufficient`, `not identifiable` or `unknown`."""
    reason: Said
    age_s: Number
    """How long ago its data end."""
    ready_at: Moment | None
    """When the data will reach for it; null where it is there, or where nobody can tell."""
    method: FigureMethod
    window: FigureWindow | None


class EnergyOf(Part):
    """What flowed in a local day, month or year, kWh; null where nothing of it is measured."""

    period: str
    """`day`, `month` or `year`."""
    first_day: date
    pv: Number
    load: Number
    imported: Number
    exported: Number
    self_consumption: Number
    """Share of the PV used on site, 0 to 1."""
    autarky: Number
    """Share of the loads met without grid or genset, 0 to 1."""
    coverage: Number
    """Share of the period that was measured, 0 to 1."""
    cost: Number
    """Of the grid's energy less what it earned."""


class Availability(Part):
    """How long something was there in a local month."""

    what: Said
    first_day: date
    up_s: Number
    down_s: Number
    unknown_s: Number
    count: int
    """How often it went away."""


class Diagnosis(Document):
    """What was last diagnosed of a station."""

    id: str
    name: Said
    tier: Tier
    figures: dict[str, JudgedFigure]
    limits: dict[str, Said]
    """What was taken for granted of the site, and where that comes from."""
    not_known: int
    """How many more figures are looked for and not known; they are there where all are asked for."""
    energy: tuple[EnergyOf, ...]
    currency: str
    availability: tuple[Availability, ...]


class Diagnoses(Document):
    """What `diagnose --json` prints."""

    stations: tuple[Diagnosis, ...]
    not_recorded: tuple[str, ...]
    """Stations of which nothing is recorded yet."""
    kept: str
    """Whether what was found was kept, as a sentence."""


def judged_figure(found: Finding, now: float) -> JudgedFigure:
    """A finding at a moment (UTC epoch, s)."""
    window = None if found.window == NO_WINDOW else found.window
    return JudgedFigure(
        title=found.title,
        value=found.value if found.known else None,
        unit=found.unit,
        low=found.low,
        high=found.high,
        confidence=found.confidence,
        status=str(found.status),
        reason=found.reason,
        age_s=None if window is None else round(max(0.0, now - window.until), 1),
        ready_at=written(found.ready_at),
        method=FigureMethod(name=found.method.name, inputs=tuple(found.method.inputs), source=found.method.source),
        window=None
        if window is None
        else FigureWindow(
            since=iso_utc(window.since), until=iso_utc(window.until), count=window.count, what=window.what
        ),
    )


def diagnosis(row: StationRow, kept: Kept | None, now: float, *, live: bool, everything: bool = False) -> Diagnosis:
    """What a diagnosis found, as it was kept or has just been made.

    Args:
        row: the station.
        kept: what was found; None where it never was diagnosed.
        now: the moment that is looked from (UTC epoch, s).
        live: whether that is now.
        everything: also the figures that are not known, with the reason why.
    """
    found = kept.figures if kept is not None else {}
    figures = {name: judged_figure(one, now) for name, one in found.items() if everything or one.known}
    return Diagnosis(
        at=iso_utc(now),
        live=live,
        id=row.id,
        name=row.name,
        tier=tier_of(kept),
        figures=figures,
        limits=dict(kept.limits) if kept is not None else {},
        not_known=len(found) - len(figures),
        energy=tuple(map(energy_of, kept.energy)) if kept is not None else (),
        currency=kept.currency if kept is not None else "",
        availability=_availability(kept),
    )


def energy_of(row: EnergyRow) -> EnergyOf:
    """A row of energy."""
    return EnergyOf(
        period=row.period,
        first_day=row.first_day,
        pv=row.pv,
        load=row.load,
        imported=row.imported,
        exported=row.exported,
        self_consumption=row.self_consumption,
        autarky=row.autarky,
        coverage=row.coverage,
        cost=row.cost,
    )


def _availability(kept: Kept | None) -> tuple[Availability, ...]:
    return tuple(
        Availability(
            what=one.what, first_day=one.first_day, up_s=one.up_s, down_s=one.down_s, unknown_s=one.unknown_s,
            count=one.count,
        )
        for one in (kept.availability if kept is not None else ())
    )  # fmt: skip
