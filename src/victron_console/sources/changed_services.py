"""Which services of a station changed by themselves. Pure; a source that is told of changes keeps one of these."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

GATHER_S = 0.05
"""Values of one moment come as separate messages within some milliseconds: they are taken together."""


class ChangedServices:
    """Services worth reading now. The first change waits a little for what comes with it."""

    def __init__(self) -> None:
        self.wake: Callable[[], None] = lambda: None
        """Called when there is news again after there was none; whoever takes the news sets it."""
        self._services: set[str] = set()
        self._since = inf

    def note(self, service: str, now: float) -> None:
        """A service changed, came or left (monotonic clock, s)."""
        if self._services:
            self._services.add(service)
            return
        self._services.add(service)
        self._since = now
        self.wake()

    def next_moment(self) -> float:
        """When the news are worth taking (monotonic clock, s); infinity while there is none."""
        return self._since + GATHER_S if self._services else inf

    def take(self) -> frozenset[str]:
        """The services; they are news no more."""
        services, self._services = frozenset(self._services), set()
        return services
