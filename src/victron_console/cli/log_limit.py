"""Keeps one message from filling a disk: what says the same again and again is written a few times a minute."""

from __future__ import annotations

import logging
from dataclasses import dataclass

LINES_A_MINUTE = 5
MINUTE_S = 60.0
MESSAGES_KEPT = 1_000


@dataclass(slots=True)
class _Message:
    since: float
    """Its minute began then, UTC epoch in seconds."""
    lines: int = 0
    left_out: int = 0


class LogLimit(logging.Filter):
    """Lets a message through five times a minute. The next one after it says how many were left out.

    A message is its whole text: each station's own news goes through.
    """

    def __init__(self) -> None:
        super().__init__()
        self._messages: dict[str, _Message] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        text = record.getMessage()
        before = self._messages.pop(text, None)
        if before is not None and before.since <= record.created < before.since + MINUTE_S:
            message = before
        else:
            message = _Message(record.created)
            if before is not None and before.left_out:
                record.msg, record.args = f"{text} (and {before.left_out} times more, not written)", None
        self._messages[text] = message  # the latest stands last
        if len(self._messages) > MESSAGES_KEPT:
            del self._messages[next(iter(self._messages))]
        if message.lines >= LINES_A_MINUTE:
            message.left_out += 1
            return False
        message.lines += 1
        return True
