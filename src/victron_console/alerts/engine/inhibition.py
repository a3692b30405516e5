"""Holds alarms back that another one explains, releases them late and only on fresh data, and announces the rest.

Judged anew each step from what is open: being held back is never the truth of an alarm, and never clears it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from victron_console.alerts.device.device_alarms import DEVICE
from victron_console.alerts.engine.open_alarms import QUIET, OpenAlarms
from victron_console.alerts.rules.rule_set import Inhibit
from victron_console.model.alert import AlertKey, Occurrence, Severity

GROUP_WAIT_S = 10.0
"""An alarm is announced this late, so that the one that explains it can come first."""
RELEASE_DELAY_S = 20.0
"""Two polls: how long an alarm stays held back after what explained it has cleared."""


@dataclass(slots=True)
class Inhibition:
    """Which alarms are held back, and when the others may be told."""

    _release_at: dict[AlertKey, float] = field(default_factory=dict)

    def apply(self, alarms: OpenAlarms, inhibits: Sequence[Inhibit], now: float) -> None:
        """Hold back, release and announce what is open."""
        sources: dict[str, list[AlertKey]] = {}
        for occurrence in alarms.open.values():
            if occurrence.reason != QUIET:
                sources.setdefault(occurrence.key.family, []).append(occurrence.key)
        active = [inhibit for inhibit in inhibits if inhibit.source in sources]
        for occurrence in list(alarms.open.values()):
            holder = next((i.source for i in active if _matches(i, occurrence, sources[i.source])), "")
            if holder or occurrence.suppressed_by:
                self._hold(alarms, occurrence, holder, now)
            elif occurrence.announced_at is None and now >= occurrence.raised_at + _wait_s(occurrence):
                alarms.put(replace(occurrence, announced_at=now))
        for key in [key for key in self._release_at if key not in alarms.open]:
            del self._release_at[key]

    def _hold(self, alarms: OpenAlarms, occurrence: Occurrence, holder: str, now: float) -> None:
        key = occurrence.key
        if holder:
            self._release_at.pop(key, None)
            if occurrence.suppressed_by != holder:
                held = replace(occurrence, suppressed_by=holder)
                alarms.put(held)
                if not occurrence.suppressed_by:
                    alarms.note("suppressed", held, now, f"{held.title}: explained by {holder}")
            return
        if now >= self._release_at.setdefault(key, now + RELEASE_DELAY_S) and not occurrence.stale:
            del self._release_at[key]
            released = replace(occurrence, suppressed_by="")
            alarms.put(released)
            alarms.note("released", released, now)

    def shift(self, seconds: float) -> None:
        """Move its times: the clock was stepped."""
        self._release_at = {key: at + seconds for key, at in self._release_at.items()}


def _matches(inhibit: Inhibit, occurrence: Occurrence, sources: Sequence[AlertKey]) -> bool:
    key = occurrence.key
    if not inhibit.holds(key.family, key.scope):
        return False
    return any(
        source.station == key.station and (inhibit.equal == "station" or source.scope == key.scope)
        for source in sources
    )


def _wait_s(occurrence: Occurrence) -> float:
    urgent = occurrence.severity is Severity.CRITICAL and occurrence.rule.startswith(DEVICE)
    return 0.0 if urgent else GROUP_WAIT_S
