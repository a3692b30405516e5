"""A station at a moment: made once, in one read of the store, and handed to everything that shows or judges it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from victron_console.insight.overview.overview import overview
from victron_console.model.overview import Overview
from victron_console.model.snapshot import Snapshot
from victron_console.store.answers import StationRow, StoredMoment


@dataclass(frozen=True, slots=True)
class StationMoment:
    """What a station was at a moment."""

    row: StationRow
    """With its figures, also in the past."""
    snapshot: Snapshot

    @property
    def shown(self) -> Overview:
        """Its figures, with what is doubtful about them; without any where it was never read."""
        return self.row.overview or Overview()


class Moments(Protocol):
    """Who keeps what stations were: the store's reader."""

    def moment(self, station: str, as_of: float | None = None) -> StoredMoment | None:
        """A station now, or as it was at `as_of`; None where it is not kept."""
        ...


def station_moment(reader: Moments, station: str, as_of: float | None = None) -> StationMoment | None:
    """The station now, or as it was at `as_of`; None where the store does not have it."""
    stored = reader.moment(station, as_of)
    return None if stored is None else moment_of(stored)


def moment_of(stored: StoredMoment) -> StationMoment:
    """The moment that the store keeps: the figures are those of the collector, worked out anew where it kept none."""
    row, snapshot = stored.row, stored.snapshot
    if row.overview is None and snapshot.devices:
        row = replace(row, overview=overview(snapshot, stored.judgement))
    return StationMoment(row, snapshot)
