"""What the Trends screen and the chart share: a window on time with a cursor, and the keys and mouse that move both."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual import events
from textual.widget import Widget

from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.frame.station_screen import OneStationScreen
from victron_console.console.trends.frame import Frame, Window
from victron_console.console.trends.read import Lane
from victron_console.model.clock import local
from victron_console.model.units import DAY_S

AHEAD_UP_TO_S = 2 * DAY_S
"""A longer window has no room for the night to come."""

TIME_KEYS = (
    Key("left", "cursor(-1)", "←→", "cursor", "Move the cursor, as a click does; past the last column it goes away."),
    Key("right", "cursor(1)", "→", "", "Cursor to the right."),
    Key(
        "plus,equals_sign",
        "zoom(-1)",
        "+ -",
        "zoom",
        "A shorter span, down to an hour, or a longer one, as the wheel does.",
    ),
    Key("minus", "zoom(1)", "-", "", "A longer span, up to five years."),
    Key("left_square_bracket", "pan(-1.0)", "[ ]", "page", "A whole span back and on; a drag pans, too.", 80),
    Key("right_square_bracket", "pan(1.0)", "]", "", "A whole span on."),
    Key("comma", "pan(-0.25)", ", .", "", "A quarter of the span back and on."),
    Key("full_stop", "pan(0.25)", ".", "", "A quarter of the span on."),
    Key("n", "alarm(1)", "n p", "alarm", "Cursor to the next alarm, or to the one before.", 80),
    Key("p", "alarm(-1)", "p", "", "Cursor to the alarm before."),
    Key(
        "t",
        "time_here",
        "t",
        "time",
        "Show the whole console as it was under the cursor; without a cursor, return to now.",
        80,
        order=1,
    ),
)


@dataclass(frozen=True, slots=True)
class _Held:
    """Where the mouse button went down, and what was seen then."""

    column: int
    window: Window
    step_s: float


class OverTimeScreen(OneStationScreen):
    """A screen with a time axis. A subclass gives `plot`, `column_at`, `frame`, `lane` and `window_changed`."""

    def __init__(self, window: Window | None = None) -> None:
        super().__init__()
        self.window = window or Window()
        self._held: _Held | None = None
        self._dragged = False

    @property
    def plot(self) -> Widget:
        """What the mouse acts on."""
        raise NotImplementedError

    def column_at(self, x: float) -> int:
        """The column of the frame at a column of the screen; outside the plot it is outside the frame too."""
        raise NotImplementedError

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

    @property
    def follows_now(self) -> bool:
        """Whether the window ends now, and goes along with it."""
        return self.window.until is None

    def span_words(self) -> list[str]:
        """How long the window is and, where it ends on another day, when: its axis may tell hours only."""
        until, now = self.frame().until, self.console.now
        last, today = local(until - 1), local(now)  # a window up to midnight shows the day before
        if self.follows_now or last.date() == today.date():
            return [self.window.length.word]
        pattern = "%b %d %H:%M" if last.year == today.year else "%b %d '%y"
        return [self.window.length.word, f"to {local(until):{pattern}}"]

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
        self.look(self.window.zoomed(steps, self.frame(), self.console.now))

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

    def action_time_here(self) -> None:
        """The whole console at the cursor's moment: that of an alarm in its column, else where the column begins."""
        cursor, frame = self.window.cursor_at, self.frame()
        if cursor is None:
            self.console.action_time_mode()
            return
        column = frame.column_of(cursor)
        raised = [alarm.at for alarm in self.lane.alarms if frame.column_of(alarm.at) == column]
        self.window = replace(self.window, cursor_at=None, until=None)
        self.console.look(min(raised, default=cursor))
        self.window_changed()

    # ---- the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Perhaps the begin of a drag."""
        self._dragged = False
        if event.button == 1 and self.plot.region.contains(int(event.screen_x), int(event.screen_y)):
            self._held = _Held(self.column_at(event.screen_x), self.window, self.frame().step_s)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """A drag takes the time along."""
        held = self._held
        if held is None:
            return
        if not event.button:
            self._held = None
            return
        columns = held.column - self.column_at(event.screen_x)
        if columns or self._dragged:
            self._dragged = True
            self.look(held.window.panned(columns * held.step_s, self.console.now))

    def on_mouse_up(self) -> None:
        """The drag ends."""
        self._held = None

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a column; the end of a drag does not."""
        if event.widget is self.plot and not self._dragged:
            self.point_at(self.column_at(event.screen_x))
        self._dragged = False

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel zooms in."""
        self._zoom_at(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel zooms out."""
        self._zoom_at(event, 1)

    def on_mouse_scroll_left(self) -> None:
        """A wheel that goes sideways pans."""
        self.action_pan(-0.25)

    def on_mouse_scroll_right(self) -> None:
        """As above."""
        self.action_pan(0.25)

    def _zoom_at(self, event: events.MouseEvent, steps: int) -> None:
        """Another span, in which the moment under the pointer stays there; its columns may be of another number."""
        frame, column = self.frame(), self.column_at(event.screen_x)
        self.window = self.window.zoomed(steps, frame, self.console.now)
        if 0 <= column < frame.columns:
            fresh, place = self.frame(), self.column_at(event.screen_x)
            until = frame.begin(column) + frame.step_s / 2 + (fresh.columns - place - 0.5) * fresh.step_s
            self.window = self.window.ending(until, self.console.now)
        self.window_changed()
