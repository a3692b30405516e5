"""The alarms part of a screen: a rule with the counts, then the most urgent alarms."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from textual import events
from textual.message import Message

from victron_console.console.kit.alarm_rows import AlarmColumns, alarm_columns, draw_alarm, draw_heads, draw_section
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut
from victron_console.console.kit.view import (
    Alarm,
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
        self._alarms: Sequence[Alarm] = ()
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
        self._alarms = [shown for shown, _ in folded([alarm for alarm in alarms if alarm.listed])]
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """Rule, heads where there is room for all columns, alarms."""
        columns = alarm_columns(width)
        lines = [draw_section(width, self._counted, self._rate if width < _RATE_UP_TO else "")]
        if columns.heads and height > 5:
            lines.append(draw_heads(width, columns))
        self._first_row = len(lines)
        room = max(0, height - len(lines))
        lines += [draw_alarm(width, columns, alarm, self._now) for alarm in self._alarms[:room]]
        if not self._alarms and room:
            line = Line(width)
            line.put(2, "no alarms", Role.TEXT3)
            lines.append(line)
        for site in self._unwell:
            lines += _why_unwell(width, columns, site)
        return lines[:height]

    def on_click(self, event: events.Click) -> None:
        """A click on an alarm opens it."""
        place = event.y - self._first_row
        if 0 <= place < len(self._alarms):
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
