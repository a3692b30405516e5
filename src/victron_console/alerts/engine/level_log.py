"""Which levels the store knows of, so that only what changed is written, and what it knew before a restart."""

from __future__ import annotations

from victron_console.alerts.engine.bound_rule import BoundRule, level_key
from victron_console.alerts.engine.level_state import Phase
from victron_console.model.alert_record import LevelRecord

SEEN_EACH_S = 60.0
"""How often the newest evidence of a level is written down at least; one that waits less is written more often."""

Key = tuple[str, str, str, str]


class LevelLog:
    """The store's rows of levels, and those that this step changes."""

    def __init__(self) -> None:
        self._written: dict[Key, LevelRecord] = {}
        self._moved: dict[Key, LevelRecord] = {}

    def restore(self, record: LevelRecord) -> None:
        """Know of a row that the store has."""
        self._written[record.key] = record

    def note(self, bound: BoundRule) -> None:
        """Write down the levels of a bound rule that changed."""
        bound.written = False
        for level in bound.rule.levels:
            severity, state = level.severity, bound.states[level.severity]
            station, rule, scope, _ = key = level_key(bound, severity)
            before = self._written.get(key)
            if before is None and state.phase is Phase.NORMAL:
                continue
            record = LevelRecord(
                station, rule, scope, severity, bound.key, state.phase.value, state.since, state.started, state.seen
            )
            same = before is not None and (before.phase, before.since) == (record.phase, record.since)
            if not same or before is None or record.seen >= before.seen + min(SEEN_EACH_S, level.for_s / 20):
                self._put(record)
            bound.written = bound.written or state.phase is not Phase.NORMAL

    def forget(self, bound: BoundRule) -> None:
        """Drop the rows of a bound rule that is no more."""
        for severity in bound.states:
            if (before := self._written.get(level_key(bound, severity))) is not None:
                station, rule, scope, _ = before.key
                self._put(LevelRecord(station, rule, scope, severity, before.alert, Phase.NORMAL.value))

    def drop(self, record: LevelRecord) -> None:
        """Drop a row of a rule that is no more."""
        self._put(LevelRecord(*record.key[:3], record.severity, record.alert, Phase.NORMAL.value))

    def taken(self) -> tuple[LevelRecord, ...]:
        """What changed since the last call."""
        moved, self._moved = tuple(self._moved.values()), {}
        return moved

    def _put(self, record: LevelRecord) -> None:
        self._moved[record.key] = record
        if record.phase == Phase.NORMAL.value:
            self._written.pop(record.key, None)
        else:
            self._written[record.key] = record
