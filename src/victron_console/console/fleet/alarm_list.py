"""The alarms under the sites: a rule with the counts, then the most urgent ones, which can be dealt with there."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from textual import events
from textual.message import Message

from victron_console.console.kit.alarm_rows import (
    MARKED,
    AlarmColumns,
    alarm_columns,
    draw_alarm,
    draw_heads,
    draw_section,
)
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut
from victron_console.console.kit.view import (
    Alarm,
    AlarmRow,
    Site,
)
from victron_console.console.live.alarm_order import folded
from victron_console.model.quality import Quality

_RATE_UP_TO = 119
"""Columns up to which the rate stands in the rule: a wider header has it."""
WHY_FROM = 22
"""Where the sentence on a site's link begins."""
WHY_ROWS = 3


class AlarmList(Rows):
    """Alarms in rows. Nothing is acknowledged by looking at it."""

    class Clicked(Message):
        """The row of an alarm was clicked."""

        def __init__(self, alarm: str) -> None:
            super().__init__()
            self.alarm = alarm

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.is_entered = False
        """Whether the keys are about the alarms, and a cursor stands on one."""
        self._alarms: Sequence[AlarmRow] = ()
        self._cursor = ""
        self._marked: set[str] = set()
        self._top = 0
        self._counted: Sequence[Alarm] = ()
        self._now = 0.0
        self._rate = ""
        self._unwell: Sequence[Site] = ()
        self._first_row = 0
        """Where the alarms begin, as they were last drawn."""

    def show(
        self,
        alarms: Sequence[Alarm],
        now: float,
        *,
        rate: str = "",
        unwell: Sequence[Site] = (),
    ) -> None:
        """Draw these, the most urgent first; `rate` stands in the rule where the header has no room for it.

        Below them, as far as there is room, each site whose link is not well with the sentence that says why.
        """
        self._counted, self._now, self._rate, self._unwell = alarms, now, rate, unwell
        at = self._at
        self._alarms = folded([alarm for alarm in alarms if alarm.listed])
        ids = [row.id for row in self._alarms]
        self._marked &= set(ids)
        self.is_entered = self.is_entered and bool(ids)
        # A row that several sites share goes by one of them; one that is over leaves the cursor to the next.
        found = next((row.id for row in self._alarms if self._cursor in row.ids), "")
        self._cursor = found or (ids[min(at, len(ids) - 1)] if ids else "")
        self.redraw()

    @property
    def _at(self) -> int:
        return next((place for place, row in enumerate(self._alarms) if row.id == self._cursor), 0)

    @property
    def selected(self) -> AlarmRow | None:
        """The row under the cursor; None where the keys are not about the alarms."""
        return self._alarms[self._at] if self.is_entered and self._alarms else None

    @property
    def chosen(self) -> list[AlarmRow]:
        """The marked rows, else the one under the cursor."""
        marked = [row for row in self._alarms if row.id in self._marked]
        return marked or [row for row in (self.selected,) if row is not None]

    def enter(self, entered: bool) -> None:
        """Let the keys be about the alarms, from the first one on, or no longer."""
        self.is_entered = entered and bool(self._alarms)
        self._marked = set()
        self._cursor = self._alarms[0].id if self._alarms else ""
        self.redraw()

    def move(self, rows: int) -> None:
        """The cursor by so many rows, as far as there are any."""
        if self._alarms:
            self._cursor = self._alarms[min(len(self._alarms) - 1, max(0, self._at + rows))].id
            self.redraw()

    def mark(self) -> None:
        """Mark the row under the cursor, or not any more, and go on to the next."""
        self._marked ^= {self._cursor}
        self.move(1)

    def pass_over(self) -> None:
        """The chosen rows were dealt with: nothing is marked, and the cursor stands on the next one."""
        dealt = {row.id for row in self.chosen}
        left = [row.id for row in self._alarms[self._at :] if row.id not in dealt]
        left = left or [row.id for row in self._alarms if row.id not in dealt]
        self._cursor, self._marked = left[0] if left else self._cursor, set()
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """Rule, heads where there is room for all columns, alarms."""
        columns = alarm_columns(width)
        lines = [draw_section(width, self._counted, self._rate if width < _RATE_UP_TO else "")]
        if columns.heads and height > 5:
            lines.append(draw_heads(width, columns))
        self._first_row = len(lines)
        room = max(0, height - len(lines))
        self._top = min(max(self._top, self._at - room + 1), self._at) if self.is_entered else 0
        lines += [self._line(width, columns, row) for row in self._alarms[self._top : self._top + room]]
        if not self._alarms and room:
            line = Line(width)
            line.put(2, "no alarms", Role.TEXT3)
            lines.append(line)
        for site in self._unwell:
            lines += _why_unwell(width, columns, site)
        return lines[:height]

    def _line(self, width: int, columns: AlarmColumns, row: AlarmRow) -> Line:
        selected = self.is_entered and row.id == self._cursor
        line = draw_alarm(width, columns, row.alarm, self._now, selected=selected)
        if row.id in self._marked:
            line.put(1, MARKED, Role.TEXT1, bold=True)
        return line

    def on_click(self, event: events.Click) -> None:
        """A click on an alarm opens it."""
        place = self._top + event.y - self._first_row
        if event.y >= self._first_row and place < len(self._alarms):
            self.post_message(self.Clicked(self._alarms[place].id))


def _why_unwell(width: int, columns: AlarmColumns, site: Site) -> list[Line]:
    """The site's name and, from one column on, the sentence; on a narrow screen in several rows."""
    rows = wrap(site.reason, max(WHY_FROM, width - 2 - WHY_FROM))[:WHY_ROWS]
    lines = [Line(width) for _ in rows]
    lines[0].put(3, "x" if site.quality is Quality.LOST else "~", Role.LINK_TEXT)
    lines[0].put(columns.since or columns.site, cut(site.name, WHY_FROM - columns.since - 2), Role.TEXT1)
    for line, text in zip(lines, rows, strict=True):
        line.put(WHY_FROM, cut(text, max(0, width - 2 - WHY_FROM)), Role.TEXT2)
    return lines
