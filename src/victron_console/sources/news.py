"""Which services of a station changed by themselves. Pure; a source that is told of changes keeps one of these."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

SPACING_S = 1.0
"""A station is recorded at most this often, however much it says."""
GATHER_S = 0.05
"""Values of one moment come as separate messages within some milliseconds: they are taken together."""


class News:
    """Services worth reading now, in lots: the first change waits for what comes with it, the next lot for a second.

    All times are of the monotonic clock, s.
    """

    def __init__(self) -> None:
        self.wake: Callable[[], None] = lambda: None
        """Called when there is news again after there was none; whoever takes the news sets it."""
        self._services: set[str] = set()
        self._since = inf
        self._taken_at = -inf

    def note(self, service: str, now: float) -> None:
        """A service changed, came or left."""
        if not self._services:
            self._since = now
            self._services.add(service)
            self.wake()
        else:
            self._services.add(service)

    def next_moment(self) -> float:
        """When the next lot is ready; infinity while nothing changed."""
        return max(self._since + GATHER_S, self._taken_at + SPACING_S) if self._services else inf

    def take(self, now: float) -> frozenset[str]:
        """The services of the lot, if it is ready; they are news no more."""
        if now < self.next_moment():
            return frozenset()
        services, self._services = frozenset(self._services), set()
        self._taken_at = now
        return services
