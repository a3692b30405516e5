"""What was just told, for a while in the place of the keys: nothing lies over the figures that it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import cut

NOTICE_S = 8.0
UNDO_S = 10.0
KEPT = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence, and until when it stands (monotonic, s)."""

    message: str
    until: float
    undo: Callable[[], None] | None = None
    """Takes back what it tells of; None where that cannot be."""


class Notices:
    """The last sentences, the newest of which stands. Times are monotonic seconds."""

    def __init__(self) -> None:
        self.told: list[Notice] = []
        """The newest last."""

    def tell(self, message: str, now: float, undo: Callable[[], None] | None = None) -> None:
        """Show a sentence; where it can be taken back, for as long as that is so."""
        self.told = [*self.told[1 - KEPT :], Notice(message, now + (UNDO_S if undo else NOTICE_S), undo)]

    def standing(self, now: float) -> Notice | None:
        """The newest, as long as it stands."""
        return self.told[-1] if self.told and now < self.told[-1].until else None

    def undo(self, now: float) -> bool:
        """Take back what was just done; whether there was anything."""
        standing = self.standing(now)
        if standing is None or standing.undo is None:
            return False
        self.told[-1] = Notice(standing.message, now)
        standing.undo()
        return True


def draw_notice(line: Line, notice: Notice, now: float) -> dict[str, range]:
    """Write a sentence, and how to take it back as long as that can be; gives the columns of that key."""
    spans: dict[str, range] = {}
    end = line.width - 2
    if notice.undo is not None:
        said = f" undo, {max(1, round(notice.until - now))} s"
        start = line.right(end, said, Role.TEXT3)
        start = line.right(start - 1, "ctrl+z", Role.TEXT1, bold=True)
        spans["ctrl+z"] = range(start, end + 1)
        end = start - 3
    line.put(1, cut(notice.message, end), Role.TEXT1)
    return spans
