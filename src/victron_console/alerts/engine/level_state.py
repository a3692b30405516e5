"""The state machine of one level of one rule on one device. Pure: time and results come in.

Evidence is the moment of the newest sample behind a result. Only evidence moves `for` and `clear_for` on: time in
which nothing was seen never counts, and what cannot be told never clears.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from victron_console.alerts.language.values import Truth

RESUME_AT_MOST_S = 3600.0
"""A pending condition is forgotten when the collector was away for longer."""


class Phase(StrEnum):
    """Where a level stands."""

    NORMAL = "normal"
    PENDING = "pending"
    ACTIVE = "active"
    CLEARING = "clearing"


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a level waits (s)."""

    for_s: float
    clear_for_s: float
    grace_s: float
    """Three polls: a gap that is longer starts the waiting anew."""


@dataclass(slots=True)
class LevelState:
    """One level. `since`: begin of the phase; `started`: begin of the condition; `seen`: the last evidence used."""

    phase: Phase = Phase.NORMAL
    since: float = 0.0
    started: float = 0.0
    seen: float = 0.0
    stale: bool = False
    resumed: bool = False
    """Taken over from before a restart and not yet moved on."""
    no_data: bool = False
    """Raised because nothing could be told, not by its condition."""

    @property
    def on(self) -> bool:
        """Whether it holds an alarm open."""
        return self.phase in (Phase.ACTIVE, Phase.CLEARING)

    def shift(self, seconds: float) -> None:
        """Move its times: the clock was stepped."""
        self.since, self.started, self.seen = self.since + seconds, self.started + seconds, self.seen + seconds

    def advance(self, raised: Truth, clear: Truth, evidence: float, now: float, timing: Timing) -> bool:
        """Move on by one evaluation; whether it was raised or cleared, or became or ceased to be stale.

        Args:
            raised: whether the condition to raise holds; None where it cannot be told.
            clear: whether the condition to clear holds.
            evidence: when the newest sample behind them was read (UTC epoch, s).
            now: the moment.
            timing: what the level waits for.
        """
        match self.phase:
            case Phase.NORMAL:
                return self._from_normal(raised, evidence, timing)
            case Phase.PENDING:
                return self._from_pending(raised, evidence, now, timing)
            case _:
                return self._from_on(raised, clear, evidence, timing)

    def _from_normal(self, raised: Truth, evidence: float, timing: Timing) -> bool:
        if raised is not True:
            return False
        self.since = self.started = self.seen = evidence
        self.phase, self.stale, self.resumed, self.no_data = Phase.PENDING, False, False, False
        if timing.for_s > 0:
            return False
        self.phase = Phase.ACTIVE
        return True

    def _from_pending(self, raised: Truth, evidence: float, now: float, timing: Timing) -> bool:
        if raised is None:
            if now - self.seen > timing.grace_s and not self.resumed:
                self.phase = Phase.NORMAL
            return False
        if raised is False:
            self.phase = Phase.NORMAL
            return False
        self._see(evidence, timing)
        if evidence - self.since < timing.for_s:
            return False
        self.phase, self.started, self.since = Phase.ACTIVE, self.since, evidence
        return True

    def _see(self, evidence: float, timing: Timing) -> None:
        """Use a sample: after a gap the waiting starts anew, after a restart it goes on where it stood."""
        gap = evidence - self.seen
        if gap > timing.grace_s:
            kept = self.seen - self.since if self.resumed and gap <= RESUME_AT_MOST_S else 0.0
            self.since = evidence - kept
        self.seen = max(self.seen, evidence)
        self.resumed = False

    def _from_on(self, raised: Truth, clear: Truth, evidence: float, timing: Timing) -> bool:
        untold = raised is None and clear is not True
        was_stale, self.stale = self.stale, untold
        turned = was_stale is not untold
        if self.no_data and not untold:
            self.no_data = False
            clear = raised is not True
        if clear is not True or raised is True:
            self.phase = Phase.ACTIVE
            return turned
        if self.phase is Phase.ACTIVE:
            self.phase, self.since, self.seen, self.resumed = Phase.CLEARING, evidence, evidence, False
        else:
            self._see(evidence, timing)
        if evidence - self.since < timing.clear_for_s:
            return turned
        self.phase, self.stale = Phase.NORMAL, False
        return True

    def raise_for_no_data(self, now: float) -> None:
        """Raise although nothing can be told: the rule asks for it."""
        self.phase, self.stale, self.no_data = Phase.ACTIVE, True, True
        self.since = self.started = self.seen = now
