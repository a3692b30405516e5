"""Whether an alarm comes and goes too often to be told each time.

Three raises in a minute are a chattering alarm by ANSI/ISA-18.2; five in half an hour are this project's judgement.
"""

from __future__ import annotations

from collections import deque

from victron_console.model.limits import FLAP_WINDOW_S

RAISES_ON = 5
RAISES_OFF = 1
CHATTER_S = 60.0
CHATTER_RAISES = 3


class Flap:
    """The raises of one alarm in the last `FLAP_WINDOW_S`."""

    __slots__ = ("_raises", "on")

    def __init__(self) -> None:
        self._raises: deque[float] = deque()
        self.on = False

    def raised(self, at: float) -> bool:
        """Count a raise (UTC epoch, s); whether it flaps since this one."""
        self._raises.append(at)
        self._forget(at)
        chatters = sum(1 for each in self._raises if each > at - CHATTER_S) >= CHATTER_RAISES
        begins = not self.on and (chatters or len(self._raises) >= RAISES_ON)
        self.on = self.on or begins
        return begins

    def steady(self, now: float) -> bool:
        """Whether it has ceased to flap."""
        self._forget(now)
        if not self.on or len(self._raises) > RAISES_OFF:
            return False
        self.on = False
        return True

    @property
    def empty(self) -> bool:
        """Whether there is nothing to remember."""
        return not self._raises and not self.on

    def shift(self, seconds: float) -> None:
        """Move its times: the clock was stepped."""
        self._raises = deque(at + seconds for at in self._raises)

    def _forget(self, now: float) -> None:
        while self._raises and self._raises[0] <= now - FLAP_WINDOW_S:
            self._raises.popleft()
