"""What an engine took that may not be on its disk yet: a server that is killed then has lost it, though it said yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from victron_console.store.engines import Unsent


@dataclass(frozen=True, slots=True)
class Sent:
    """How far an engine has what was recorded."""

    at: float
    """When it was sent, monotonic clock, s."""
    hot_after: int = 0
    text_after: int = 0
    """The last hot row and the last change of a text that it has; 0 where this tells nothing of them."""
    spans: Sequence[Unsent] = ()
    """Of each of these devices all up to the end was sent."""


class Unconfirmed:
    """In the order in which it was sent."""

    def __init__(self) -> None:
        self._sent: list[Sent] = []

    @property
    def has_spans(self) -> bool:
        """Whether sealed history is among it."""
        return any(sent.spans for sent in self._sent)

    def add(self, sent: Sent) -> None:
        """The engine took it just now."""
        self._sent.append(sent)

    def is_due(self, until: float) -> bool:
        """Whether anything was sent up to a moment (monotonic clock, s)."""
        return bool(self._sent) and self._sent[0].at <= until

    def taken(self, until: float) -> Sent | None:
        """All that was sent up to a moment, as one, and no longer among it; None where there is nothing."""
        old = [sent for sent in self._sent if sent.at <= until]
        if not old:
            return None
        self._sent = self._sent[len(old) :]
        return Sent(
            old[-1].at,
            max(sent.hot_after for sent in old),
            max(sent.text_after for sent in old),
            [span for sent in old for span in sent.spans],
        )

    def clear(self) -> None:
        """It may be lost: forget that it was sent."""
        self._sent.clear()
