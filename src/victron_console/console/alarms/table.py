"""The list of the Alarms screen: sections of alarms with a cursor. Looking at them acknowledges nothing."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from victron_console.console.alarms.detail import Selected
from victron_console.console.alarms.listing import AlarmListing
from victron_console.console.alarms.sections import AlarmSection
from victron_console.console.alarms.site_alarms import draw_site_alarms
from victron_console.console.kit.alarm_rows import MARKED, AlarmColumns, alarm_columns, draw_alarm, draw_heads
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut, word_at
from victron_console.console.kit.view import AlarmRow

AIRY_FROM = 18
"""Rows of the list from which a blank row stands before each section: terminals of 30 rows."""
_NOTES_FROM = 100
_WHEEL_ROWS = 3
_HEADS = 2

_Entry = AlarmRow | AlarmSection | None


class AlarmTable(Rows):
    """Heads and rows, those in sight."""

    can_focus = True

    class Moved(Message):
        """The cursor stands on another alarm; `opened`: it was asked for, by a second click."""

        def __init__(self, alarm: str, *, opened: bool) -> None:
            super().__init__()
            self.alarm = alarm
            self.opened = opened

    class HeadClicked(Message):
        """The head of a column was clicked."""

        def __init__(self, head: str) -> None:
            super().__init__()
            self.head = head

    def __init__(self) -> None:
        super().__init__()
        self._listing = AlarmListing()
        self._now = 0.0
        self._below: Selected | None = None
        self._top = 0
        self._places: list[AlarmRow | None] = []
        """The row that stands in each line in sight."""

    def show(self, listing: AlarmListing, now: float, *, below: Selected | None = None) -> None:
        """Draw these.

        Args:
            listing: the rows, the cursor, what is marked and what is chosen.
            now: the moment shown (UTC epoch, s).
            below: the alarm whose site is told of where rows are left; None where that stands elsewhere.
        """
        self._listing, self._now, self._below = listing, now, below
        self.redraw()

    @property
    def in_sight(self) -> list[AlarmRow]:
        """The rows that can be seen now."""
        return [row for row in self._places if row is not None]

    def draw(self, width: int, height: int) -> list[Line]:
        """A blank row with what is chosen, the heads, the rows."""
        columns = alarm_columns(width, limits=True)
        entries = self._entries(airy=height >= AIRY_FROM)
        room = max(0, height - _HEADS)
        self._scroll(entries, room)
        shown = entries[self._top : self._top + room]
        self._places = [entry if isinstance(entry, AlarmRow) else None for entry in shown]
        first = Line(width)
        hidden = sum(isinstance(entry, AlarmRow) for entry in entries[self._top + room :])
        said, empty = self._listing.words
        words = [said] if said else []
        words += [f"{hidden} more below"] if hidden else []
        first.right(width - 2, cut("   ".join(words), width - 4), Role.TEXT3)
        lines = [first, draw_heads(width, columns), *[self._line(width, columns, entry) for entry in shown]]
        if not entries:
            lines.append(Line(width))
            lines[-1].put(2, cut(empty, width - 3), Role.TEXT3)
        if self._below is not None:
            lines += draw_site_alarms(width, height - len(lines), self._below)
        return lines

    def _entries(self, *, airy: bool) -> list[_Entry]:
        entries: list[_Entry] = []
        for section in self._listing.sections:
            if airy and entries:
                entries.append(None)
            entries += [section, *section.rows]
        return entries

    def _scroll(self, entries: Sequence[_Entry], room: int) -> None:
        at = next((i for i, e in enumerate(entries) if isinstance(e, AlarmRow) and e.id == self._listing.cursor), 0)
        first = at - 1 if at and isinstance(entries[at - 1], AlarmSection) else at
        self._top = min(max(self._top, at - room + 1), first)
        self._top = max(0, min(self._top, len(entries) - room))

    def _line(self, width: int, columns: AlarmColumns, entry: _Entry) -> Line:
        if isinstance(entry, AlarmRow):
            line = draw_alarm(width, columns, entry.alarm, self._now, selected=entry.id == self._listing.cursor)
            if entry.id in self._listing.marked:
                line.put(1, MARKED, Role.TEXT1, bold=True)
            return line
        line = Line(width)
        if entry is not None:
            column = line.put(2, entry.name, Role.TEXT2, bold=True) + 2
            if entry.rows:
                column = line.put(column, str(entry.count), Role.TEXT2) + 3
            note = entry.note if width >= _NOTES_FROM else "" if entry.unseen else entry.note.partition(",")[0]
            line.put(column, cut(note, width - 2 - column), Role.TEXT3)
        return line

    # ---- the mouse

    def on_click(self, event: events.Click) -> None:
        """A click selects, a second one opens; one on a head sorts by it."""
        if event.y == _HEADS - 1 and self._lines:
            if head := word_at(self._lines[event.y].text, event.x):
                self.post_message(self.HeadClicked(head))
            return
        at = event.y - _HEADS
        if 0 <= at < len(self._places) and (row := self._places[at]) is not None:
            self.post_message(self.Moved(row.id, opened=event.chain >= 2))

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor: what it stands on is what keys act on."""
        self._step(_WHEEL_ROWS)

    def on_mouse_scroll_up(self) -> None:
        """As above."""
        self._step(-_WHEEL_ROWS)

    def _step(self, rows: int) -> None:
        ids = [row.id for row in self._listing.rows]
        if ids:
            at = ids.index(self._listing.cursor) if self._listing.cursor in ids else 0
            self.post_message(self.Moved(ids[min(len(ids) - 1, max(0, at + rows))], opened=False))
