"""Which levels the store knows of, so that only what changed is written, and what it knew before a restart."""

from __future__ import annotations

from victron_console.alerts.engine.bound_rule import Instance, level_key
from victron_console.alerts.engine.level_state import Phase
from victron_console.model.alert_record import TrackRecord

SEEN_EACH_S = 60.0
"""How often the newest evidence of a level is written down at least; one that waits less is written more often."""

Key = tuple[str, str, str, str]


class TrackLog:
    """The store's rows of levels, and those that this step changes."""

    def __init__(self) -> None:
        self._written: dict[Key, TrackRecord] = {}
        self._moved: dict[Key, TrackRecord] = {}

    def restore(self, record: TrackRecord) -> None:
        """Know of a row that the store has."""
        self._written[record.key] = record

    def note(self, instance: Instance) -> None:
        """Write down the levels of an instance that changed."""
        instance.written = False
        for level in instance.rule.levels:
            severity, track = level.severity, instance.tracks[level.severity]
            station, rule, scope, _ = key = level_key(instance, severity)
            before = self._written.get(key)
            if before is None and track.phase is Phase.NORMAL:
                continue
            record = TrackRecord(
                station, rule, scope, severity, instance.key, track.phase.value, track.since, track.started, track.seen
            )
            same = before is not None and (before.phase, before.since) == (record.phase, record.since)
            if not same or before is None or record.seen >= before.seen + min(SEEN_EACH_S, level.for_s / 20):
                self._put(record)
            instance.written = instance.written or track.phase is not Phase.NORMAL

    def forget(self, instance: Instance) -> None:
        """Drop the rows of an instance that is no more."""
        for severity in instance.tracks:
            if (before := self._written.get(level_key(instance, severity))) is not None:
                station, rule, scope, _ = before.key
                self._put(TrackRecord(station, rule, scope, severity, before.alert, Phase.NORMAL.value))

    def drop(self, record: TrackRecord) -> None:
        """Drop a row of a rule that is no more."""
        self._put(TrackRecord(*record.key[:3], record.severity, record.alert, Phase.NORMAL.value))

    def taken(self) -> tuple[TrackRecord, ...]:
        """What changed since the last call."""
        moved, self._moved = tuple(self._moved.values()), {}
        return moved

    def _put(self, record: TrackRecord) -> None:
        self._moved[record.key] = record
        if record.phase == Phase.NORMAL.value:
            self._written.pop(record.key, None)
        else:
            self._written[record.key] = record
