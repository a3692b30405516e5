"""How a station's energies of the last month compare with those of Victron's portal, as figures of its diagnosis."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta, tzinfo

from victron_console.catalogue.vrm import EnergyKind
from victron_console.diagnosing.external.validation import KindVerdict, validate
from victron_console.diagnosing.finding import Figure, Finding, Method, Window
from victron_console.model.clock import midnight
from victron_console.store.external import portal_span
from victron_console.store.read.reader import Reader

DAYS = 30
OLDEST_DAYS = 60
"""What was taken in so long ago says nothing of now."""
TITLES = {
    EnergyKind.PV: "PV against VRM",
    EnergyKind.IMPORTED: "Import against VRM",
    EnergyKind.EXPORTED: "Export against VRM",
    EnergyKind.CHARGED: "Charge against VRM",
    EnergyKind.DISCHARGED: "Discharge against VRM",
    EnergyKind.LOAD: "Loads against VRM",
    EnergyKind.GENSET: "Genset against VRM",
}
METHOD = Method(
    name="ours less theirs over the days that agree, by local days and the same hours",
    inputs=("powers and energy counters", "what `vrm backfill` took in"),
    source="Victron's portal; a day agrees within 3 % or 0.3 kWh (own judgement).",
)


def portal_figures(reader: Reader, station: str, today: date, zone: tzinfo | None) -> Iterator[tuple[str, Finding]]:
    """A figure for each kind of energy that both have; none where the portal's past is not in.

    Raises:
        StoreError: the store cannot be read.
    """
    span = portal_span(reader.external_spans(station))
    if span is None or (today - span.last).days > OLDEST_DAYS:
        return
    first = max(span.first, span.last - timedelta(days=DAYS - 1))
    found = validate(reader, station, span.source, first, span.last)
    window = Window(since=midnight(first, zone), until=midnight(span.last + timedelta(days=1), zone))
    for verdict in found.verdicts():
        yield f"portal.{verdict.kind}", _figure(verdict, window, found.zone_words)


def _figure(verdict: KindVerdict, window: Window, zone_words: str) -> Finding:
    figure = Figure(TITLES[verdict.kind], "%", METHOD)
    counted = Window(since=window.since, until=window.until, count=verdict.days, what="days")
    unexplained = verdict.days - verdict.agree - verdict.explained
    words = f"{verdict.agree} of {verdict.days} days agree"
    words += f", {verdict.explained} differ for a known reason" if verdict.explained else ""
    words += f", {unexplained} differ for none" if unexplained else ""
    words += f"; {zone_words}" if zone_words else ""
    if verdict.share is None:
        return figure.insufficient(f"{words}: too little energy for a share", counted)
    return figure.value(100.0 * verdict.share, window=counted, confidence=words)
