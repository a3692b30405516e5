"""What the Trends screen and the chart share: a window on time with a cursor, and the keys that move both."""

from __future__ import annotations

from victron_console.console.keys import Key
from victron_console.console.screens.station import OneStationScreen
from victron_console.console.trends.frame import Frame, Window
from victron_console.console.trends.read import Lane

TIME_KEYS = (
    Key("left", "cursor(-1)", "←→", "cursor", "Move the cursor; past the last column it goes away."),
    Key("right", "cursor(1)", "→", "", "Cursor to the right."),
    Key("plus,equals_sign", "zoom(-1)", "+ -", "zoom", "A shorter span, down to an hour."),
    Key("minus", "zoom(1)", "-", "", "A longer span, up to five years."),
    Key("left_square_bracket", "pan(-1.0)", "[ ]", "page", "A whole span back and on.", 80),
    Key("right_square_bracket", "pan(1.0)", "]", "", "A whole span on."),
    Key("comma", "pan(-0.25)", ", .", "", "A quarter of the span back and on."),
    Key("full_stop", "pan(0.25)", ".", "", "A quarter of the span on."),
    Key("n", "alarm(1)", "n p", "alarm", "Cursor to the next alarm.", 80),
    Key("p", "alarm(-1)", "p", "", "Cursor to the alarm before."),
)


class OverTimeScreen(OneStationScreen):
    """A screen with a time axis. A subclass gives `frame`, `lane` and `window_changed`."""

    def __init__(self, window: Window | None = None) -> None:
        super().__init__()
        self.window = window or Window()

    def frame(self) -> Frame:
        """The columns of the window at this size."""
        raise NotImplementedError

    @property
    def lane(self) -> Lane:
        """Alarms and gaps of the window."""
        raise NotImplementedError

    def window_changed(self) -> None:
        """Draw another window, and read what is not known of it."""
        raise NotImplementedError

    def is_reading(self, group: str) -> bool:
        """Whether the store is being asked: what was drawn before stays until it has answered."""
        return any(worker.group == group and not worker.is_finished for worker in self.workers)

    def span(self) -> tuple[float, float]:
        """The window."""
        frame = self.frame()
        return frame.since, min(frame.until, self.console.now)

    def cursor_column(self, frame: Frame) -> int | None:
        """The column under the cursor; None where it is not in sight."""
        if self.window.cursor_at is None:
            return None
        column = frame.column_of(self.window.cursor_at)
        return column if 0 <= column < frame.columns else None

    def look(self, window: Window) -> None:
        """Look through another window."""
        self.window = window
        self.window_changed()

    def point_at(self, column: int) -> None:
        """The cursor on a column, as a click puts it."""
        frame = self.frame()
        if 0 <= column < frame.columns:
            self.look(self.window.at(frame.begin(column), frame, self.console.now))

    def action_cursor(self, columns: int) -> None:
        """The cursor by columns."""
        self.look(self.window.stepped(columns, self.frame(), self.console.now))

    def action_zoom(self, steps: int) -> None:
        """A longer or shorter span."""
        self.look(self.window.zoomed(steps, self.console.now))

    def action_pan(self, spans: float) -> None:
        """Earlier or later by a part of the span."""
        self.look(self.window.panned(spans * self.window.length.seconds, self.console.now))

    def action_alarm(self, step: int) -> None:
        """The cursor on the next alarm of the span, or the one before."""
        frame, cursor = self.frame(), self.window.cursor_at
        here = frame.columns if cursor is None else frame.column_of(cursor)
        columns = sorted({frame.column_of(alarm.at) for alarm in self.lane.alarms})
        ahead = [column for column in columns if (column > here if step > 0 else column < here)]
        if ahead:
            self.point_at(ahead[0] if step > 0 else ahead[-1])
        else:
            self.console.say("No further alarm in this span; [ and ] show another one.")
