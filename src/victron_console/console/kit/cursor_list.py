"""A list with a cursor over rows that have a name: it draws those in sight only, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message

from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut, word_at

WHEEL_ROWS = 3


def head_role(head: str, sort: str) -> Role:
    """The look of a column's head: the one that the rows are ordered by stands out."""
    return Role.TEXT1 if head == sort else Role.TEXT3


def sort_after(sort: str, heads: Sequence[str]) -> str:
    """The head to order by after another one: from the first to the last, then none of them."""
    turn = ["", *heads]
    return turn[(turn.index(sort) + 1) % len(turn)] if sort in turn else turn[0]


class CursorList(Rows):
    """Rows below a head. The cursor keeps to its row's name while rows come, go and move."""

    can_focus = True

    class Moved(Message):
        """The cursor stands on another row; `opened`: it was asked for, by a second click."""

        def __init__(self, name: str, *, opened: bool) -> None:
            super().__init__()
            self.name = name
            self.opened = opened

    class HeadClicked(Message):
        """A word of the head was clicked."""

        def __init__(self, head: str) -> None:
            super().__init__()
            self.head = head

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._names: Sequence[str] = ()
        self._places: dict[str, int] = {}
        self._head: Callable[[int], Line] | None = None
        self._row: Callable[[int, int, bool], Line] | None = None
        self._empty = ""
        self._top = 0
        self._at = 0

    def show(
        self,
        names: Sequence[str],
        *,
        head: Callable[[int], Line],
        row: Callable[[int, int, bool], Line],
        empty: str = "",
    ) -> None:
        """Draw these.

        Args:
            names: what tells the rows apart, from the top.
            head: makes the line over them, of a width.
            row: makes the line of a row, of a width, the row's place, and whether the cursor is on it.
            empty: what to write where there are none.
        """
        cursor = self.cursor
        self._names, self._head, self._row, self._empty = names, head, row, empty
        self._places = {name: place for place, name in enumerate(names)}
        self._at = self._places.get(cursor, min(self._at, max(0, len(names) - 1))) if cursor is not None else 0
        self.redraw()

    @property
    def cursor(self) -> str | None:
        """The name of the row under the cursor; None where there is none."""
        return self._names[self._at] if self._at < len(self._names) else None

    @property
    def room(self) -> int:
        """Rows in sight."""
        return max(0, self.size.height - 1)

    def draw(self, width: int, height: int) -> list[Line]:
        """Head and the rows in sight."""
        if self._head is None or self._row is None:
            return []
        lines = [self._head(width)]
        self._scroll_to_cursor()
        for place in range(self._top, min(len(self._names), self._top + self.room)):
            lines.append(self._row(width, place, place == self._at))
        if not self._names:
            said = Line(width)
            said.put(2, cut(self._empty, width - 3), Role.TEXT2)
            lines.append(said)
        return lines

    def _scroll_to_cursor(self) -> None:
        room = self.room
        self._top = min(max(self._top, self._at - room + 1), self._at)
        self._top = max(0, min(self._top, len(self._names) - room))

    def move(self, rows: int) -> None:
        """Move the cursor by so many rows, as far as there are any."""
        if self._names:
            self._go(min(len(self._names) - 1, max(0, self._at + rows)))

    def page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.move(pages * max(1, self.room - 1))

    def put_cursor(self, name: str) -> None:
        """Put the cursor on a row; where there is none of that name it stays."""
        if name in self._places:
            self._go(self._places[name])

    def _go(self, place: int, *, opened: bool = False) -> None:
        if place != self._at or opened:
            self._at = place
            self.redraw()
            self.post_message(self.Moved(self._names[place], opened=opened))

    def on_click(self, event: events.Click) -> None:
        """A click selects, a second one opens; one on the head tells of its word."""
        if event.y == 0 and self._lines:
            if head := word_at(self._lines[0].text, event.x):
                self.post_message(self.HeadClicked(head))
            return
        place = self._top + event.y - 1
        if 1 <= event.y <= self.room and place < len(self._names):
            self._go(place, opened=event.chain >= 2)

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor: what it stands on is what keys act on."""
        self.move(WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """As above."""
        self.move(-WHEEL_ROWS)
