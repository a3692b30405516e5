"""The tour: some sentences, one after another, each over the screen on which it is seen."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events

from victron_console.console.kit.frame.keys import put_pairs
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import plain

NEXT, BACK = "N", "P"


@dataclass(frozen=True, slots=True)
class TourStop:
    """One thing there is to see."""

    screen: str
    """The screen's name."""
    station: str
    """The id of the station that it is about; empty: the one that is chosen already."""
    text: str


class TourCaption(Rows):
    """What there is to see here, above the key row; nothing lies under it."""

    DEFAULT_CSS = "TourCaption { height: 3; dock: bottom; margin: 0 0 1 0; }"
    ground = Role.SURFACE
    ROWS: ClassVar = 2

    def __init__(self, head: str, text: str, pressed: Callable[[str], None]) -> None:
        """A caption under a head such as `Tour 2 of 9`; `pressed` is called with the key that is clicked."""
        super().__init__()
        self._head, self._text, self._pressed = head, plain(text), pressed
        self._spans: dict[str, range] = {}

    def on_mount(self) -> None:
        """Draw it."""
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """Head and keys, then the sentences."""
        first = Line(width, Role.SURFACE)
        column = first.put(1, self._head, Role.TEXT1, bold=True) + 3
        self._spans = put_pairs(first, column, {NEXT: (NEXT, "next"), BACK: (BACK, "back")})
        rows = [first]
        for text in textwrap.wrap(self._text, max(20, width - 2))[: self.ROWS]:
            line = Line(width, Role.SURFACE)
            line.put(1, text, Role.TEXT1)
            rows.append(line)
        return rows

    def on_click(self, event: events.Click) -> None:
        """A click on a key is that key."""
        if event.y == 0 and (press := next((key for key, span in self._spans.items() if event.x in span), None)):
            self._pressed(press)


class Tour:
    """Where the tour stands."""

    def __init__(self, stops: Sequence[TourStop]) -> None:
        self._stops = stops
        self._place = -1

    @property
    def stop(self) -> TourStop | None:
        """The present stop; None before the first and after the last."""
        return self._stops[self._place] if 0 <= self._place < len(self._stops) else None

    @property
    def head(self) -> str:
        """Which of how many it is."""
        return f"Tour {self._place + 1} of {len(self._stops)}"

    def step(self, stops: int) -> TourStop | None:
        """Go on or back; after the last it is over."""
        self._place = min(len(self._stops), max(0, self._place + stops))
        return self.stop
