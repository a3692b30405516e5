"""The polls of a station's grid input, read from the store piece by piece: a year of them at once would be too many."""

from __future__ import annotations

from functools import reduce
from operator import add

from victron_console.diagnosing.power.grid import Supply
from victron_console.diagnosing.power.polled_supply import NO_POLLS, Polled, PolledSupply, polled_supply
from victron_console.diagnosing.record.history_columns import ON_GRID, SOURCE, converter_input
from victron_console.diagnosing.record.station_record import StoredRecord
from victron_console.model.snapshot import PHASES
from victron_console.model.units import DAY_S

PIECE_S = 30.0 * DAY_S


def polled_grid(record: StoredRecord, supply: Supply) -> PolledSupply | None:
    """What the polls of a span told of the supply; None where the station has no input."""
    names = frozenset(record.names())
    found = converter_input(names)
    if found is None or SOURCE not in names:
        return None
    device, prefix = found
    volts = [(phase, name) for phase in PHASES if (name := f"{device}/{prefix}/{phase}/V") in names]
    hertz = next((name for phase in PHASES if (name := f"{device}/{prefix}/{phase}/F") in names), "")

    def piece(since: float, until: float) -> PolledSupply:
        def polls(series: str) -> Polled:
            curve = record.reader.changes(record.station, series, since, until) if series else None
            return Polled(curve.times, curve.numbers) if curve else NO_POLLS

        source = polls(SOURCE)
        connected = Polled(source.at, (source.value == ON_GRID).astype(float))
        phases = {phase: one for phase, name in volts if len((one := polls(name)).at)}
        return polled_supply(phases, polls(hertz), connected, supply.limits, since, until)

    edges = [record.since]
    while edges[-1] < record.until:
        edges.append(min(record.until, edges[-1] + PIECE_S))
    return reduce(add, map(piece, edges[:-1], edges[1:]))
