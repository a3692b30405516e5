"""What the rules would have said: recorded history played through a fresh engine, faster than life."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from victron_console.alerts.engine.engine import AlertEngine
from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.model.alert import Occurrence
from victron_console.model.snapshot import Snapshot
from victron_console.store.read.reader import Reader

SHORT_S = 60.0
AT_ONCE = 240
"""So many snapshots are read at once, and are in memory together."""


@dataclass(frozen=True, slots=True)
class Fired:
    """How often one family of alarms would have come at one station."""

    station: str
    family: str
    rules: tuple[str, ...]
    count: int
    short: int
    """Of these, cleared within a minute: chatter."""
    median_s: float | None
    """How long one lasted in the middle; None where none cleared."""
    occurrences: tuple[Occurrence, ...]

    def __str__(self) -> str:
        lasted = f", half of them longer than {self.median_s:.0f} s" if self.median_s is not None else ""
        return f"{self.station} {self.family}: {self.count} times, {self.short} of them under 1 minute{lasted}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A station to play: what is configured of it, and its past in order."""

    station: str
    tags: Sequence[str]
    config: Mapping[str, Any]
    snapshots: Iterable[Snapshot]


def backtest(
    rules: RuleSet, recorded: Sequence[Recorded], only: Callable[[str], bool] = lambda rule: True
) -> list[Fired]:
    """Play recorded stations through the rules.

    Args:
        rules: the rules to try.
        recorded: stations with their past.
        only: which rules count in the result, by id; all are played, so that what they hold back stays held back.

    Returns:
        What fired, most often first.
    """
    found: list[Fired] = []
    for each in recorded:
        engine = AlertEngine(rules)
        engine.configure(each.station, each.tags, each.config)
        seen: dict[int, Occurrence] = {}
        for snapshot in each.snapshots:
            changes = engine.step({each.station: snapshot}, snapshot.at)
            seen.update((occurrence.id, occurrence) for occurrence in changes.occurrences)
        found += _fired(each.station, [it for it in seen.values() if only(it.rule)])
    return sorted(found, key=lambda fired: (-fired.count, fired.station, fired.family))


def recorded(reader: Reader, since: float, until: float, each_s: float = 10.0) -> Iterator[Recorded]:
    """The stations of a store with their past, looked at each `each_s` seconds (times UTC epoch, s)."""
    for row in reader.stations():
        yield Recorded(row.id, row.tags, row.info.given, _snapshots(reader, row.id, since, until, each_s))


def _snapshots(reader: Reader, station: str, since: float, until: float, each_s: float) -> Iterator[Snapshot]:
    moments = [since + n * each_s for n in range(int((until - since) // each_s) + 1)]
    for first in range(0, len(moments), AT_ONCE):
        yield from reader.snapshots(station, moments[first : first + AT_ONCE])


def _fired(station: str, occurrences: Sequence[Occurrence]) -> Iterator[Fired]:
    for family in sorted({it.key.family for it in occurrences}):
        own = tuple(it for it in occurrences if it.key.family == family)
        lasted = [it.cleared_at - it.raised_at for it in own if it.cleared_at is not None]
        yield Fired(
            station,
            family,
            tuple(sorted({it.rule for it in own})),
            sum(it.count for it in own),
            sum(seconds < SHORT_S for seconds in lasted),
            median(lasted) if lasted else None,
            own,
        )
