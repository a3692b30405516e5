"""When a station that failed is tried again: soon after its return, however long it was away."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

BACKOFF_CAP_S = 300.0
RETURN_CAP_S = 28.0
"""Between two tries of a station that gives nothing. Each is one small request, or a packet into the void.

A connection that nobody takes up is begun again after 1, 3, 7, 15 and 31 s (RFC 6298, as Linux does) and given up after
a minute: who returns just after the last of these is asked 29 s later plus this, within a minute of its return.
"""
LOOK_S = 4.0
"""Between two looks whether somebody listens, where a look costs the station nothing."""
LOOK_SELDOM_S = 30.0
LOOK_OFTEN_FOR_S = 3600.0
"""After an outage of so long it is looked more seldom: the link may be paid by the byte."""


def next_delay(failures: int, base_s: float, jitter: float, cap_s: float = BACKOFF_CAP_S) -> float:
    """Seconds to wait before the next try after so many failures in a row; `jitter` is in 0..1, drawn by the caller."""
    return min(cap_s, base_s * 2.0 ** min(failures - 1, 16)) * (0.75 + jitter / 4)


class Retry:
    """The wait of one station. Times are of the monotonic clock, s."""

    def __init__(self, jitter: Callable[[], float]) -> None:
        self._jitter = jitter
        self.at: float | None = None
        """When it is tried again; None while nothing failed."""
        self._look_at = inf
        self._began = 0.0
        self._was_closed = False

    def failed(self, failures: int, base_s: float, now: float, *, is_refusal: bool = False) -> float:
        """A try failed, so many in a row; returns the seconds to the next.

        Args:
            failures: so many in a row.
            base_s: seconds to the second try; where that is the cadence of a paid link, it is never tried more often.
            now: monotonic clock, s.
            is_refusal: something is set wrong, a login for instance, and each try may count against us.
        """
        cap_s = BACKOFF_CAP_S if is_refusal else max(RETURN_CAP_S, base_s)
        delay_s = next_delay(failures, base_s, self._jitter(), cap_s)
        if failures <= 2:  # a server that was held and did not come back counts for two
            self._began = now
        self.at, self._look_at, self._was_closed = now + delay_s, now + self._look_s(now), False
        return delay_s

    def hurry(self, now: float) -> None:
        """Try at once where a try is waited for."""
        if self.at is not None:
            self.at = now

    def take(self, now: float) -> bool:
        """Whether the try is due, which is taken by this."""
        if self.at is None or now < self.at:
            return False
        self.at, self._look_at = None, inf
        return True

    def next_moment(self) -> float:
        """When there is something to do: the try, or a look."""
        return min(self.at if self.at is not None else inf, self._look_at)

    def look_is_due(self, now: float) -> bool:
        """Whether to look if somebody listens."""
        return now >= self._look_at

    def looked(self, listens: bool | None, now: float) -> None:
        """What a look showed: a door that was closed and is open calls for a try at once.

        Args:
            listens: whether somebody takes connections there; None where looking is not for that source.
            now: monotonic clock, s.
        """
        if listens is None:
            self._look_at = inf
            return
        if listens and self._was_closed:
            self.hurry(now)
        self._was_closed = not listens
        self._look_at = now + self._look_s(now)

    def _look_s(self, now: float) -> float:
        return LOOK_S if now - self._began < LOOK_OFTEN_FOR_S else LOOK_SELDOM_S
