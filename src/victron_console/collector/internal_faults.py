"""Faults of our own: what failed, is begun again by itself, and must not go unseen. An alarm, not a line in the log."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from victron_console.model.clock import Clock
from victron_console.model.console_alarm import ConsoleAlarm, TellTrouble

log = logging.getLogger(__name__)

INTERNAL_FAULT = ConsoleAlarm(
    "internal_fault", "Part of the collector failed", "report it with the log; it is begun again by itself"
)
WELL_AFTER_S = 600.0
"""Without another fault for so long it counts as well again."""


@dataclass(frozen=True, slots=True)
class _Failed:
    at: float
    why: str


class InternalFaults:
    """What failed lately."""

    def __init__(self, clock: Clock, alarm: TellTrouble) -> None:
        self._clock = clock
        self._alarm = alarm
        self._failed: dict[str, _Failed] = {}
        self._told: str | None = None
        """None: nothing yet; an alarm of a collector before may stand."""

    def failed(self, name: str, error: Exception) -> None:
        """Part of the collector failed; to be called where the error is caught."""
        log.exception("%s failed; it is begun again", name)
        self._failed[name] = _Failed(self._clock.monotonic(), f"{type(error).__name__}: {error}".rstrip(": "))

    async def tell(self) -> None:
        """Raise, change or clear the alarm."""
        now = self._clock.monotonic()
        self._failed = {name: it for name, it in self._failed.items() if now - it.at < WELL_AFTER_S}
        problem = "; ".join(f"{name} ({it.why})" for name, it in sorted(self._failed.items()))
        if problem == self._told:
            return
        try:
            await self._alarm(problem)
            self._told = problem
        except Exception:  # what failed may be the alert engine itself
            log.exception("the alarm of a fault could not be raised")
