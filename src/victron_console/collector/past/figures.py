"""Works out the five-minute figures of a past that was taken in as values: energies and diagnoses are made of them.

A collector means several polls; here the figure at the middle of the five minutes stands for them.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from victron_console.insight.overview.figures import system_of
from victron_console.insight.overview.overview import overview
from victron_console.model.clock import Clock
from victron_console.model.progress import Tell, untold
from victron_console.model.quality import Quality
from victron_console.model.snapshot import Snapshot
from victron_console.model.units import SLOT_S
from victron_console.store.connection import open_writable
from victron_console.store.lease import Lease
from victron_console.store.read.reader import Reader
from victron_console.store.write.batch import OVERVIEW_FIELDS
from victron_console.store.write.means import record_means

AT_ONCE = 24
"""Slots that are played together: two hours, as much as is to lie in memory."""


def fill_figures(store: Path, station: str, clock: Clock, tell: Tell = untold) -> int:
    """Fill in the figures of all five minutes that have none and in which the station was read; gives how many.

    Args:
        store: no collector may run on it.
        station: which one.
        clock: names the moment.
        tell: told how far it is.

    Raises:
        UnknownStation: the store never had it.
        LeaseHeld: a collector writes this store.
        StoreError: it cannot be read or written.
    """
    filled = 0
    with Lease(store, clock), closing(Reader(store, clock)) as reader, closing(open_writable(store)) as db:
        reader.known_station(station)
        began = min((row.first_at for row in reader.series(station)), default=clock.now())
        first, last = int(began // SLOT_S), int(clock.now() // SLOT_S)
        for begin in range(first, last, AT_ONCE):
            since, until = begin * SLOT_S, min(begin + AT_ONCE, last) * SLOT_S
            known = {row[0] for row in reader.overview_slots(station, OVERVIEW_FIELDS[:1], since, until)}
            slots = [slot for slot in range(since, until, SLOT_S) if slot not in known]
            found = reader.snapshots(station, [slot + SLOT_S / 2 for slot in slots]) if slots else []
            rows = [
                (float(slot), figures)
                for slot, snapshot in zip(slots, found, strict=True)
                if (figures := _figures(snapshot)) is not None
            ]
            if rows:
                record_means(db, station, rows)
            filled += len(rows)
            tell((begin - first) / max(1, last - first))
    return filled


def _figures(snapshot: Snapshot) -> list[float | None] | None:
    """What was known for good at that moment; None where the station was not read then."""
    system = system_of(snapshot)
    if system is None or system.quality_at(snapshot.at) is not Quality.GOOD:
        return None
    shown = overview(snapshot)
    figures = [None if name in shown.flags else getattr(shown, name) for name in OVERVIEW_FIELDS]
    return figures if any(figure is not None for figure in figures) else None
