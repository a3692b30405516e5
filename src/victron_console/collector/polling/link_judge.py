"""What is known of the link to one station: whether it answers, since when not, and whether its clock is right."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from victron_console.model.clock import Clock
from victron_console.model.limits import SKEW_LIMIT_S
from victron_console.model.quality import LOST_AFTER_S, LOST_FAILURES, STALE_AT_LEAST_S
from victron_console.model.station import StationState
from victron_console.sources.base import Misconfigured, SourceError
from victron_console.store.records import LinkState, PollSample

log = logging.getLogger(__name__)

_SKEW_STEP_S = 2.0
"""A clock skew that moves by less is the same: the header it comes from counts whole seconds."""


class LinkJudge:
    """Counts what went well and what failed on one link. It asks nothing and decides on no next try."""

    def __init__(self, station: str, clock: Clock, note: Callable[[str, str], None], cadence_s: float) -> None:
        """Args:
        station: its id, for the log.
        clock: names the moments.
        note: puts an event into the station's log, by kind and text.
        cadence_s: seconds between two reads of the fastest values.
        """
        self.clock_skew_s: float | None = None
        """The station's clock minus ours, s; None until it gave a time."""
        self.failures = 0
        """Polls that failed in a row."""
        self._station = station
        self._clock = clock
        self._note = note
        self._cadence_s = cadence_s
        self._error: SourceError | None = None
        self._last_good = clock.monotonic()
        self._state = self._told = LinkState()
        self._polls: list[PollSample] = []

    @property
    def has_news(self) -> bool:
        """Whether a request was made since the last `take`, or the link is one that time alone makes worse."""
        return bool(self._polls or self.failures or self._error is not None)

    def take(self) -> tuple[list[PollSample], LinkState | None]:
        """The polls since the last call, and how the link stands where that changed."""
        polls, self._polls = self._polls, []
        changed = self._state if self._state != self._told else None
        self._told = self._state
        return polls, changed

    def named(self, api: str) -> None:
        """Who answers there."""
        self._state = replace(self._state, api=api)

    def answered(self, round_trip_s: float, size_bytes: int = 0) -> None:
        """A request went well, whatever it was for."""
        self._polls.append(PollSample(self._clock.now(), ok=True, round_trip_s=round_trip_s, size_bytes=size_bytes))

    def gave_values(self) -> bool:
        """Values came, which ends an outage; a list of services does not. Returns whether there was one."""
        was_out = self.failures > 0 or self._error is not None
        if was_out:
            log.info("%s: answers again after %d failed polls", self._station, self.failures)
        self.failures, self._error = 0, None
        self._state = replace(self._state, failures=0, next_try_at=None)
        self._last_good = self._clock.monotonic()
        return was_out

    def skewed(self, skew_s: float) -> None:
        """The station's clock minus ours (s) as an answer showed it; one that is far off is told once."""
        was_off = self.clock_skew_s is not None and abs(self.clock_skew_s) > SKEW_LIMIT_S
        self.clock_skew_s = skew_s
        if self._state.clock_skew_s is None or abs(skew_s - self._state.clock_skew_s) >= _SKEW_STEP_S:
            self._state = replace(self._state, clock_skew_s=skew_s)
        if abs(skew_s) > SKEW_LIMIT_S and not was_off:
            self._note("clock", f"the station's clock is {_span(skew_s)} off ours; check its time settings")

    def erred(self, error: SourceError) -> None:
        """A request failed; whether the station did is told by `failed`."""
        now = self._clock.now()
        self._polls.append(PollSample(now, ok=False, error=str(error)))
        self._state = replace(self._state, last_error=str(error), last_error_at=now)

    def suspected(self, error: SourceError) -> None:
        """The reason for whatever is judged until the next word, where there is none yet."""
        self._error = self._error or error

    def failed(self, error: SourceError, retry_s: float) -> None:
        """A poll of the station failed; it is tried again in `retry_s` seconds."""
        if self._error is None or type(self._error) is not type(error):
            log.warning("%s: %s", self._station, error)
        self._error = error
        self.erred(error)
        self._state = replace(self._state, failures=self.failures, next_try_at=self._clock.now() + retry_s)

    def outage(self) -> tuple[StationState, str] | None:
        """The state that the link alone puts the station in, and why; None while it answers."""
        silent_s = self._clock.monotonic() - self._last_good
        if isinstance(self._error, Misconfigured):
            return StationState.MISCONFIGURED, self.reason
        if self.failures >= LOST_FAILURES and silent_s > LOST_AFTER_S:
            return StationState.LOST, self.reason
        if self.failures and silent_s > max(STALE_AT_LEAST_S, 3 * self._cadence_s):
            return StationState.STALE, self.reason
        return None

    @property
    def reason(self) -> str:
        """Why it does not answer, as a sentence; empty while it does."""
        return str(self._error) if self._error else ""


def _span(seconds: float) -> str:
    """A signed length of time in words that fit its size."""
    for unit_s, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if abs(seconds) >= 2 * unit_s:
            return f"{seconds / unit_s:+.0f} {unit}"
    return f"{seconds:+.0f} s"
