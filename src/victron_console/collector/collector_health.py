"""How the collector itself is: how late it writes and what kept it from writing. Pure; it records nothing itself."""

from __future__ import annotations

from victron_console.model.clock import Clock
from victron_console.store.records import CollectorState

TELL_S = 10.0
_LAG_DECIMALS = 1


class CollectorHealth:
    """Gathers what each flush showed, and tells it now and then where it is not as it was."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_at = clock.now()
        self._lag_s = 0.0
        self._trouble = ""
        self._trouble_at: float | None = None
        self._told: CollectorState | None = None
        self._told_at = float("-inf")

    def flushed(self, late_s: float, trouble: str) -> None:
        """A flush is over.

        Args:
            late_s: how long after its time it was done, s.
            trouble: why the store could not be written; empty where it could.
        """
        self._lag_s = max(self._lag_s, late_s)
        if trouble:
            self._trouble, self._trouble_at = trouble, self._clock.now()

    def state_if_changed(self, stations: int, dropped: int) -> CollectorState | None:
        """The state to be recorded; None where it was told lately or nothing changed.

        Args:
            stations: how many are polled.
            dropped: updates given up since the start.
        """
        now = self._clock.monotonic()
        if now - self._told_at < TELL_S:
            return None
        lag_s, self._lag_s, self._told_at = round(self._lag_s, _LAG_DECIMALS), 0.0, now
        state = CollectorState(self._started_at, stations, lag_s, dropped, self._trouble, self._trouble_at)
        if state == self._told:
            return None
        self._told = state
        return state
