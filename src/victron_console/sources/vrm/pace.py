"""How fast the portal is asked: below its limit, all of a process together, and not at all while it says to wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from math import inf
from weakref import WeakValueDictionary

from victron_console.catalogue.vrm import BURST, PER_S
from victron_console.model.clock import Clock

Pause = Callable[[float], Awaitable[object]]
STEP_S = 1.25 / PER_S
"""Between two requests: a fifth of what the portal allows is left to others who use the token."""
AT_ONCE = BURST // 10
"""After a while without any, so many follow one another without a step between them."""
_TOLERANCE_S = (AT_ONCE - 1) * STEP_S


class Pace:
    """Gives each request its moment. Whoever wants to send one waits for it."""

    def __init__(self, clock: Clock, pause: Pause = asyncio.sleep) -> None:
        self._clock, self._pause = clock, pause
        self._due = -inf
        """When the next one would come if all came evenly; it may come earlier by the tolerance."""
        self._barred_until = -inf

    def hold(self, seconds: float) -> None:
        """Let nobody ask for so long: the portal refused. Afterwards all come evenly."""
        self._barred_until = max(self._barred_until, self._clock.monotonic() + seconds)
        self._due = max(self._due, self._barred_until + _TOLERANCE_S)

    @property
    def wait_s(self) -> float:
        """How long one more request would have to wait."""
        return max(0.0, max(self._due - _TOLERANCE_S, self._barred_until) - self._clock.monotonic())

    async def turn(self) -> None:
        """Wait until one more request may be sent."""
        while True:
            now = self._clock.monotonic()
            due = max(self._due, now)
            self._due = due + STEP_S
            if (wait_s := due - _TOLERANCE_S - now) > 0.0:
                await self._pause(wait_s)
            if self._clock.monotonic() >= self._barred_until:
                return


_PACES: WeakValueDictionary[tuple[str, str], Pace] = WeakValueDictionary()


def pace_of(url: str, token: str, clock: Clock, pause: Pause = asyncio.sleep) -> Pace:
    """The pace of all who ask one portal with one token; keep it as long as you may ask."""
    found = _PACES.get((url, token))
    if found is None:
        _PACES[url, token] = found = Pace(clock, pause)
    return found
