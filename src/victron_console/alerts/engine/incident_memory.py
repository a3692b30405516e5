"""Notes of each open alarm to which incident it belongs, once an alarm that explains it is there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from victron_console.alerts.engine.open_alarms import OpenAlarms
from victron_console.alerts.incidents import joined
from victron_console.model.alert import Occurrence
from victron_console.model.units import HOUR_S

LATELY_S = HOUR_S
"""What cleared so short a time ago may explain an alarm whose condition began before and had to hold for a while."""


@dataclass(slots=True)
class IncidentMemory:
    """The alarms that cleared lately; those that stand are `OpenAlarms`."""

    _over: dict[int, Occurrence] = field(default_factory=dict)

    def apply(self, alarms: OpenAlarms, now: float) -> None:
        """Note it of the sites of which something changed in this step."""
        changed = [it for it in alarms.changed.values() if it.is_alarm and it.key.station]
        self._over |= {it.id: it for it in changed if not it.active}
        self._over = {
            number: it for number, it in self._over.items() if it.cleared_at is None or now - it.cleared_at < LATELY_S
        }
        by_site: dict[str, list[Occurrence]] = {it.key.station: [] for it in changed}
        for it in (*alarms.open.values(), *self._over.values()):
            if it.is_alarm and it.key.station in by_site:
                by_site[it.key.station].append(it)
        for known in by_site.values():
            for it in joined(known):
                if it.active:
                    alarms.put(it)
                    _tell(alarms, it, known)


def _tell(alarms: OpenAlarms, it: Occurrence, known: list[Occurrence]) -> None:
    """Let the line of the log that tells of its raise in this step name what it follows from."""
    first = next((other for other in known if other.id == it.incident), None)
    if first is None:
        return
    alarms.events = [
        replace(event, text=f"{event.text}; follows from {first.title}", details={"incident": first.id})
        if event.occurrence == it.id and event.kind == "raised"
        else event
        for event in alarms.events
    ]
