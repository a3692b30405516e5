"""What Victron's portal recorded of a station, in the columns of a frame: beside our own record, never in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from victron_console.catalogue.vrm import SOC, SUMS, VOLTAGE, EnergyKind
from victron_console.console.trends.frame import Frame
from victron_console.console.trends.quantity import EXTERNAL
from victron_console.model.external.external_day import QUARTER_S, ExternalDay, Spread
from victron_console.store.answers import Bucket
from victron_console.store.external import portal_span
from victron_console.store.read.reader import Reader

W_PER_KWH = 3.6e6 / QUARTER_S
"""Of a quarter of an hour."""
POWERS: Mapping[str, tuple[EnergyKind, EnergyKind | None]] = {
    "pv_power_w": (EnergyKind.PV, None),
    "load_power_w": (EnergyKind.LOAD, None),
    "grid_power_w": (EnergyKind.IMPORTED, EnergyKind.EXPORTED),
    "battery_power_w": (EnergyKind.CHARGED, EnergyKind.DISCHARGED),
    "genset_power_w": (EnergyKind.GENSET, None),
}
"""Which energy counts up and which down, by overview field."""
MEANS = {"soc_percent": SOC.code, "battery_voltage_v": VOLTAGE.code}


def external_names(reader: Reader, station: str, as_of: float | None) -> frozenset[str]:
    """The quantities that the portal has anything of; a moment that is past knew nothing of what came later."""
    if as_of is not None or portal_span(reader.external_spans(station)) is None:
        return frozenset()
    return frozenset(quantity.name for quantity in EXTERNAL)


def read_external(
    reader: Reader, station: str, field: str, frame: Frame, as_of: float | None
) -> tuple[Bucket | None, ...]:
    """A field over a frame; None where the portal has nothing, or had not been asked for it at `as_of`."""
    first = datetime.fromtimestamp(frame.since, UTC).date() - timedelta(days=1)
    last = datetime.fromtimestamp(frame.until, UTC).date() + timedelta(days=2)
    columns: list[list[Spread]] = [[] for _ in range(frame.columns)]
    span = portal_span(reader.external_spans(station))
    for day in reader.external_days(station, span.source, first, last) if span is not None else ():
        if as_of is not None and day.asked_at > as_of:
            continue
        for n, spread in _course(day, field):
            begin = day.since + n * QUARTER_S
            for column in range(frame.column_of(begin), frame.column_of(begin + QUARTER_S - 1.0) + 1):
                if 0 <= column < frame.columns:
                    columns[column].append(spread)
    return tuple(_bucket(spreads) if spreads else None for spreads in columns)


def _course(day: ExternalDay, field: str) -> Iterator[tuple[int, Spread]]:
    """What there is of each quarter, in order."""
    if field in MEANS:
        yield from sorted(day.means.get(MEANS[field], {}).items())
        return
    up, down = POWERS[field]
    for n in sorted(day.seen()):
        value = (day.sum_of(SUMS[up], n) - (day.sum_of(SUMS[down], n) if down else 0.0)) * W_PER_KWH
        yield n, (value, value, value)


def _bucket(spreads: list[Spread]) -> Bucket:
    mean = sum(spread[0] for spread in spreads) / len(spreads)
    return Bucket(min(spread[1] for spread in spreads), mean, max(spread[2] for spread in spreads), spreads[-1][0])
