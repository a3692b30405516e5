"""What is new since the last look: criticals for the banner and the bell, and what happened while nobody looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.console.kit.format import moment
from victron_console.console.live.view import Alarm, Mark
from victron_console.store.read.reader import Reader

BANNER_S = 30.0
BELL_EVERY_S = 60.0
"""The bell rings at most so often, however many come (console.md 7)."""


class News:
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

    def banner(self, now: float) -> Alarm | None:
        """The newest critical, for a while after it came."""
        return self._banner if now < self._banner_until else None

    def seen(self) -> None:
        """The operator looks at the alarms: the banner has done its work."""
        self._banner = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened in a span: alarms by what became of them, and links that were lost."""

    since: float = 0.0
    raised: int = 0
    cleared: int = 0
    lost: int = 0
    critical: int = 0
    """Of the raised, those to act on now."""

    @property
    def words(self) -> str:
        """`3 raised (1 !!), 2 cleared, 1 link lost`; empty where nothing happened."""
        parts = [f"{self.raised} raised" + (f" ({self.critical} !!)" if self.critical else "")] if self.raised else []
        parts += [f"{self.cleared} cleared"] if self.cleared else []
        parts += [f"{self.lost} link{'s' if self.lost > 1 else ''} lost"] if self.lost else []
        return ", ".join(parts)

    def sentence(self, now: float) -> str:
        """For the start of the console: what there is to read, and where."""
        return f"Since you last looked ({moment(self.since, now)}): {self.words}. 8 shows the log."


def digest(reader: Reader, since: float, now: float) -> Digest:
    """What happened from `since` to `now` (UTC epoch, s)."""
    alarms = [it for it in reader.alert_history(since, now) if it.is_alarm and not it.suppressed_by]
    raised = [it for it in alarms if it.raised_at > since]
    return Digest(
        since,
        sum(not it.link for it in raised),
        sum(it.cleared_at is not None and since < it.cleared_at <= now for it in alarms),
        sum(it.link for it in raised),
        sum(it.priority == "!!" for it in raised),
    )
