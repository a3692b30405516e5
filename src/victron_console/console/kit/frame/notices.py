"""What was just told, for a while in the place of the keys: nothing lies over the figures that it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from textwrap import wrap

from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import cut, width_of

NOTICE_S = 8.0
"""So long a sentence stands, or each part of one that is longer than the row."""
UNDO_S = 10.0
KEPT = 20
_COUNT_CELLS = 6
_LEAST_PART = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence, and until when it stands (monotonic, s)."""

    parts: tuple[str, ...]
    """What fits into the row, one after another."""
    since: float
    until: float
    undo: Callable[[], None] | None = None
    """Takes back what it tells of; None where that cannot be."""

    @property
    def message(self) -> str:
        """The whole sentence."""
        return " ".join(self.parts)


class Notices:
    """The last sentences, the newest of which stands. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.told: list[Notice] = []
        """The newest last."""

    def tell(self, message: str, now: float, width: int, undo: Callable[[], None] | None = None) -> Notice:
        """Show a sentence in a row so many columns wide; where it can be taken back, for as long as that is so."""
        parts = (message,) if undo is not None else _parts(message, width)
        stands_s = NOTICE_S * len(parts) if undo is None else UNDO_S
        told = Notice(parts, now, now + stands_s, undo)
        self.told = [*self.told[1 - KEPT :], told]
        return told

    def end(self, message: str, now: float) -> None:
        """Let a sentence stand no longer: its matter is over."""
        self.told = [
            replace(told, until=min(told.until, now)) if told.message == message else told for told in self.told
        ]

    def standing(self, now: float) -> Notice | None:
        """The newest that still stands."""
        return next((notice for notice in reversed(self.told) if now < notice.until), None)

    def undo(self, now: float) -> bool:
        """Take back what was last done, whatever was told since; whether there was anything."""
        for place, notice in reversed(list(enumerate(self.told))):
            if notice.undo is not None and now < notice.until:
                self.told[place] = replace(notice, until=now, undo=None)
                notice.undo()
                return True
        return False


def _parts(message: str, width: int) -> tuple[str, ...]:
    room = width - 2
    if width_of(message) <= room:
        return (message,)
    return tuple(wrap(message, max(_LEAST_PART, room - _COUNT_CELLS), break_on_hyphens=False))


def draw_notice(line: Line, notice: Notice, now: float) -> dict[str, range]:
    """Write a sentence, and how to take it back as long as that can be; gives the columns of that key."""
    spans: dict[str, range] = {}
    end = line.width - 2
    place = min(len(notice.parts) - 1, int((now - notice.since) / NOTICE_S))
    if notice.undo is not None:
        said = f" undo, {max(1, round(notice.until - now))} s"
        start = line.right(end, said, Role.TEXT3)
        start = line.right(start - 1, "ctrl+z", Role.TEXT1, bold=True)
        spans["ctrl+z"] = range(start, end + 1)
        end = start - 3
    elif len(notice.parts) > 1:
        end = line.right(end, f"{place + 1}/{len(notice.parts)}", Role.TEXT3) - 3
    line.put(1, cut(notice.parts[place], end), Role.TEXT1)
    return spans
