"""What is known of the selected alarm, under the list or beside it, and the load of alarms in the last row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events

from victron_console.console.alarms.detail import Selected, draw_compact
from victron_console.console.alarms.load import draw_load
from victron_console.console.alarms.rates import AlarmLoad, oldest_unseen_s
from victron_console.console.alarms.work_place import BUTTONS, START, draw_work_place
from victron_console.console.kit.alarm_rows import fitted_response
from victron_console.console.kit.buttons import button_spans
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.view import Alarm

COMPACT_ROWS, LOAD_ROWS = 6, 8
"""Heights of the pane from which it says more than what to do (console.tcss gives them)."""
BESIDE, WALL = "-beside", "-wall"
"""The classes of a screen on which it stands at the right of the list rather than under it; of the wider one."""
_LOAD_BESIDE_FROM = 34


@dataclass(frozen=True, slots=True)
class Load:
    """The load of alarms now and in the last 30 days."""

    days: AlarmLoad | None
    """None until the store has answered."""
    per_hour: int
    in_10_min: int
    alarms: Sequence[Alarm]


class AlarmPane(Rows):
    """The selected alarm in as much detail as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self._selected: Selected | None = None
        self._load: Load | None = None
        self._now = 0.0
        self._buttons_row: int | None = None
        """Where the buttons stand; None where there are none."""

    def show(self, selected: Selected | None, load: Load, now: float) -> None:
        """Draw these, at a moment (UTC epoch, s)."""
        self._selected, self._load, self._now = selected, load, now
        self.redraw()

    @property
    def _is_beside(self) -> bool:
        return self.screen.has_class(BESIDE) or self.screen.has_class(WALL)

    def on_click(self, event: events.Click) -> None:
        """A click on a button is its key."""
        if event.y != self._buttons_row:
            return
        for (press, _, _), span in button_spans(START, self.size.width - 2, BUTTONS):
            if event.x in span:
                self.app.simulate_key(press)

    def draw(self, width: int, height: int) -> list[Line]:
        """One row, five rows, or a work place; the load of alarms where there is room for it."""
        sheet = Sheet(width, height)
        selected, beside = self._selected, self._is_beside
        known = self._load is not None and self._load.days is not None
        load = known and height >= (_LOAD_BESIDE_FROM if beside else LOAD_ROWS)
        self._buttons_row = None
        if selected is not None and beside:
            rows = height - (3 if load else 1)
            draw_work_place(sheet, rows, selected)
            self._buttons_row = rows - 1
        elif selected is not None and height >= COMPACT_ROWS:
            draw_compact(sheet, 0, width - 2, selected)
        elif selected is not None:
            sheet.put(0, 2, fitted_response(selected.alarm.response, width - 3), Role.TEXT1, bold=True)
        if load and self._load is not None and self._load.days is not None:
            oldest_s = oldest_unseen_s(self._load.alarms, self._now)
            flapping = [alarm for alarm in self._load.alarms if alarm.flapping]
            row = height - 2
            draw_load(sheet, row, self._load.days, self._load.per_hour, self._load.in_10_min, oldest_s, flapping)
        return sheet.lines
