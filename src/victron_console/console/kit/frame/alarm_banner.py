"""What is new since the last look: criticals for the banner and the bell, and what happened while nobody looked."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.kit.view import (
    Alarm,
    Mark,
)

BANNER_S = 30.0
BELL_EVERY_S = 60.0
"""The bell rings at most so often, however many come."""


class AlarmBanner:
    """Tells each new critical alarm once. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._told: set[str] | None = None
        """Criticals that were told; None before the first look: what stands then is not new."""
        self._banner: Alarm | None = None
        self._banner_until = 0.0
        self._rang_at = float("-inf")

    def arrived(self, alarms: Sequence[Alarm], now: float) -> bool:
        """Take the alarms of a newer view; whether the bell is to ring for them."""
        urgent = [alarm for alarm in alarms if alarm.mark is Mark.NOW and alarm.announced]
        if self._told is None:
            self._told = {alarm.id for alarm in urgent}
            return False
        fresh = [alarm for alarm in urgent if alarm.id not in self._told]
        self._told.update(alarm.id for alarm in fresh)
        if self._banner is not None and all(alarm.id != self._banner.id for alarm in urgent):
            self._banner = None  # seen or over
        if not fresh:
            return False
        self._banner, self._banner_until = fresh[0], now + BANNER_S
        if now - self._rang_at < BELL_EVERY_S:
            return False
        self._rang_at = now
        return True

    def standing(self, now: float) -> Alarm | None:
        """The newest critical, for a while after it came."""
        return self._banner if now < self._banner_until else None

    def seen(self) -> None:
        """The operator looks at the alarms: the banner has done its work."""
        self._banner = None
