"""Ties the engine to the store: starts it where it stood, fills its windows from history, replays the past."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlite_utils import Database

from victron_console.alerts.backtest import Recorded, moments
from victron_console.alerts.engine import Alerts
from victron_console.alerts.rules import RuleSet
from victron_console.model.snapshot import Snapshot
from victron_console.store.alerts import kept_alerts
from victron_console.store.errors import StoreError
from victron_console.store.reader import Reader


class StoredPast:
    """A station's recorded past, as the engine asks for it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def points(
        self, station: str, series: str, since: float, until: float
    ) -> Sequence[tuple[float, float | str | None]]:
        """Changes of a series from `since` on, oldest first (UTC epoch, s); nothing where the store has none."""
        try:
            found = self._reader.history(station, series, since, until)
        except (StoreError, KeyError, ValueError):
            return ()
        return [(point.at, point.value if isinstance(point.value, str) else point.number) for point in found]


def resume(rules: RuleSet, db: Database, reader: Reader | None, now: float) -> Alerts:
    """An engine that goes on where the last one stopped.

    Args:
        rules: what to judge by.
        db: the writer's database.
        reader: gives the past; without it windows start empty.
        now: the moment (UTC epoch, s).
    """
    alerts = Alerts(rules, StoredPast(reader) if reader else None)
    alerts.restore(kept_alerts(db, now), now)
    return alerts


def recorded(reader: Reader, since: float, until: float, each_s: float = 10.0) -> Iterator[Recorded]:
    """The stations of a store with their past, for a back-test."""
    for row in reader.stations():
        yield Recorded(row.id, row.tags, row.info, _snapshots(reader, row.id, since, until, each_s))


def _snapshots(reader: Reader, station: str, since: float, until: float, each_s: float) -> Iterator[Snapshot]:
    for at in moments(since, until, each_s):
        yield replace(reader.snapshot(station, at), at=at)
