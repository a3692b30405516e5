"""The time axis: how long a span is looked at, in how many columns of a round length, and where it ends. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from victron_console.console.kit.format import clock
from victron_console.model.clock import local, midnight
from victron_console.model.units import DAY_S, HOUR_S, MINUTE_S

WEEK_S = 7 * DAY_S


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time that can be looked at, and how it is called."""

    seconds: int
    word: str


SPANS = (
    Span(HOUR_S, "1 h"),
    Span(3 * HOUR_S, "3 h"),
    Span(6 * HOUR_S, "6 h"),
    Span(12 * HOUR_S, "12 h"),
    Span(DAY_S, "24 h"),
    Span(2 * DAY_S, "2 d"),
    Span(WEEK_S, "7 d"),
    Span(30 * DAY_S, "30 d"),
    Span(90 * DAY_S, "90 d"),
    Span(52 * WEEK_S, "1 y"),
    Span(104 * WEEK_S, "2 y"),
    Span(260 * WEEK_S, "5 y"),
)
"""Years are whole weeks, so that their columns are whole days."""
DAY_SPAN = 4
"""The place of 24 h among them: what a screen opens with."""

_STEPS_S = (
    5, 10, 15, 20, 30, 40, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720, 900, 1200, 1440, 1800, 2400, 3600,
    *(h * HOUR_S for h in (2, 3, 4, 6, 8, 12)),
    *(d * DAY_S for d in (1, 2, 3, 4, 5, 6, 7, 8, 10, 14, 15, 20, 28, 30, 35, 52, 70)),
)  # fmt: skip
"""Round lengths of a column."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A span in equal columns."""

    since: float
    """Begin of the first column (UTC epoch, s)."""
    step_s: float
    columns: int
    cells: int = 1
    """Screen columns for each; more than one leaves the last of them blank, so that bars stand apart."""

    @property
    def until(self) -> float:
        """End of the last column."""
        return self.since + self.step_s * self.columns

    @property
    def width(self) -> int:
        """Screen columns in all."""
        return self.columns * self.cells

    def begin(self, column: int) -> float:
        """When a column begins."""
        return self.since + column * self.step_s

    @property
    def midnights(self) -> tuple[float, ...]:
        """The midnights between which the columns of a frame of days lie: such a day may last 23 or 25 hours."""
        noons = (self.begin(column) + DAY_S / 2 for column in range(self.columns + 1))
        return tuple(midnight(local(noon).date()) for noon in noons)

    def column_of(self, at: float) -> int:
        """The column of a moment; outside the frame it is outside 0 to `columns` too."""
        return int((at - self.since) // self.step_s)


def frame_at(end: float, span: Span, room: int, *, least_step_s: float = 0.0) -> Frame:
    """The span up to the column that `end` lies in, in as many columns of a round length as there is room for.

    Args:
        end: a moment in the last column (UTC epoch, s).
        span: how long.
        room: screen columns there are.
        least_step_s: a day for daily bars.
    """
    most = max(1, room)
    fitting = (s for s in _STEPS_S if s >= least_step_s and span.seconds % s == 0 and span.seconds // s <= most)
    step = next(fitting, span.seconds)
    # Columns begin at round times of the operator's own day. Across a change to summer time they are an hour off.
    offset = local(end).utcoffset()
    zone_s = offset.total_seconds() if offset else 0.0
    until = ceil((end + zone_s) / step) * step - zone_s
    columns = span.seconds // step
    cells = max(1, most // columns) if least_step_s else 1
    return Frame(until - span.seconds, step, columns, min(cells, 6))


def step_words(step_s: float) -> str:
    """How long a column is: `15 min`, `2 h`, `4 d`."""
    for unit_s, unit in ((DAY_S, "d"), (HOUR_S, "h"), (MINUTE_S, "min")):
        if step_s >= unit_s and step_s % unit_s == 0:
            return f"{step_s / unit_s:.0f} {unit}"
    return f"{step_s:.0f} s"


_TICK_STEPS_S = (
    300, 600, 900, 1800, HOUR_S, 3 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S,
    DAY_S, 2 * DAY_S, WEEK_S, 2 * WEEK_S, 5 * WEEK_S, 13 * WEEK_S, 26 * WEEK_S, 52 * WEEK_S, 104 * WEEK_S, 260 * WEEK_S,
)  # fmt: skip
_TICK_CELLS, _ROOMY_TICK_CELLS = 6, 8
"""A tick's label takes five cells, or six for a date, and wants a blank; more where the axis is long."""
_ROOMY_FROM = 60


@dataclass(frozen=True, slots=True)
class Tick:
    """A round moment on the axis."""

    column: int
    """Screen column from the first one of the plot."""
    at: float
    label: str


def ticks(frame: Frame) -> list[Tick]:
    """Round moments of a frame, far enough apart that none of their labels is cut."""
    per_s = frame.width / (frame.until - frame.since)
    least = _TICK_CELLS if frame.width < _ROOMY_FROM else _ROOMY_TICK_CELLS
    step = next(
        (s for s in _TICK_STEPS_S if s * per_s >= (least if s < DAY_S else _ROOMY_TICK_CELLS)), _TICK_STEPS_S[-1]
    )
    pattern = "%H:%M" if step < DAY_S else "%b %d" if frame.until - frame.since < 104 * WEEK_S else "%b'%y"
    offset = local(frame.until).utcoffset()
    zone_s = offset.total_seconds() if offset else 0.0
    at = ceil((frame.since + zone_s) / step) * step - zone_s
    found = []
    while at < frame.until:
        found.append(Tick(int((at - frame.since) * per_s), at, f"{local(at):{pattern}}"))
        at += step
    return found


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at: how long, up to when, and the moment under the cursor."""

    span: int = DAY_SPAN
    until: float | None = None
    """Where it ends (UTC epoch, s); None: it follows the time."""
    cursor_at: float | None = None

    @property
    def length(self) -> Span:
        """How long."""
        return SPANS[self.span]

    def frame(self, now: float, room: int, *, least_step_s: float = 0.0) -> Frame:
        """Its columns where there is so much room."""
        return frame_at(now if self.until is None else self.until, self.length, room, least_step_s=least_step_s)

    def room_before(self, until: float, now: float, room: int) -> int:
        """Columns of the past where what is expected until a moment is drawn behind it: half of the room at least."""
        return max(room // 2, round(room * self.length.seconds / (self.length.seconds + max(0.0, until - now))))

    def zoomed(self, steps: int, frame: Frame, now: float) -> Window:
        """Longer or, below zero, shorter. What is under the cursor stays where it is in the window."""
        span = min(len(SPANS) - 1, max(0, self.span + steps))
        if self.cursor_at is None:
            return replace(self, span=span)
        after = (frame.until - self.cursor_at) / self.length.seconds
        share = after if 0 <= after <= 1 else 0.5  # one that was out of sight comes into the middle
        return replace(self, span=span).ending(self.cursor_at + share * SPANS[span].seconds, now)

    def ending(self, until: float, now: float) -> Window:
        """The same length up to another moment; one that has not come yet follows the time."""
        return replace(self, until=_before(until, now))

    def panned(self, seconds: float, now: float) -> Window:
        """Later or earlier; at the present it follows the time again."""
        end = (now if self.until is None else self.until) + seconds
        return replace(self, until=_before(end, now))

    def stepped(self, columns: int, frame: Frame, now: float) -> Window:
        """The cursor by so many columns: it enters at the last one, leaves past it, and takes the frame along."""
        if self.cursor_at is None:
            return replace(self, cursor_at=min(now, frame.until - 1)) if columns < 0 else self
        at = frame.begin(frame.column_of(self.cursor_at) + columns)
        if at >= now:
            return replace(self, cursor_at=None, until=None)
        return self.at(at, frame, now)

    def at(self, moment: float, frame: Frame, now: float) -> Window:
        """The cursor on a moment, brought into sight."""
        until = self.until
        if moment < frame.since or moment >= frame.until:
            until = _before(moment + self.length.seconds / 2, now)
        return replace(self, cursor_at=moment, until=until)


def _before(moment: float, now: float) -> float | None:
    return None if moment >= now else moment


_YEAR_S = 366 * DAY_S
"""A span over which a day without its year is none."""


def moment_word(at: float, frame: Frame) -> str:
    """A column's begin: its time of day, with the date where the columns go over days."""
    if frame.step_s >= DAY_S:
        return f"{local(at):%b %d}" if frame.until - frame.since <= _YEAR_S else f"{local(at):%b %d '%y}"
    return clock(at) if frame.until - frame.since <= DAY_S else f"{local(at):%a %d %H:%M}"
