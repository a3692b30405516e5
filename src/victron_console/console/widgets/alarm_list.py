"""The alarms part of a screen: a rule with the counts, then the most urgent alarms, as many as fit."""

from __future__ import annotations

from collections.abc import Sequence

from victron_console.console.alarm_rows import alarm_columns, draw_alarm, draw_heads, draw_section
from victron_console.console.line import Line
from victron_console.console.palette import Role
from victron_console.console.view import Alarm
from victron_console.console.widgets.rows import Rows


class AlarmList(Rows):
    """Alarms in rows. Nothing is acknowledged by looking at it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._alarms: Sequence[Alarm] = ()
        self._now = 0.0
        self._rate = ""

    def show(self, alarms: Sequence[Alarm], now: float, *, rate: str = "") -> None:
        """Draw these, the most urgent first; `rate` stands in the rule where the header has no room for it."""
        self._alarms, self._now, self._rate = alarms, now, rate
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """Rule, heads where there is room for all columns, alarms."""
        columns = alarm_columns(width)
        lines = [draw_section(width, self._alarms, self._rate if width < 120 else "")]
        if columns.heads and height > 5:
            lines.append(draw_heads(width, columns))
        room = height - len(lines)
        lines += [draw_alarm(width, columns, alarm, self._now) for alarm in self._alarms[: max(0, room)]]
        if not self._alarms and room > 0:
            line = Line(width)
            line.put(2, "no alarms", Role.TEXT3)
            lines.append(line)
        return lines
