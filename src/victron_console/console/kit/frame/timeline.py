"""The last 24 hours in one row, and the control of time mode: night and day, alarms, gaps, the moment looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol, cast

from textual import events

from victron_console.console.kit.chart.hours import hour_marks
from victron_console.console.kit.format import clock, duration
from victron_console.console.kit.frame.host import Host
from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import GLYPHS
from victron_console.console.kit.palette import Ink, On, Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.view import FleetView
from victron_console.insight.sun import next_night
from victron_console.model.units import DAY_S
from victron_console.store.answers import GapKind
from victron_console.store.read.reader import Reader

LIVE_FROM_ROWS = 30
"""Rows of the terminal from which it is always there; with fewer it is there while another moment is looked at."""
LEAST_ROWS, LEAST_COLUMNS = 16, 60
READ_EVERY_S = 60.0
_CELL_S = 900.0
"""So much of the past lies in a cell at least: more cells would say no more."""
_START = 7
_RIGHT = 16
"""Columns at its right for the moment and what it is."""
_HOURS_APART = 10
_CHIPS = {"!!": Role.NOW_CHIP, "!": Role.TODAY_CHIP, "x": Role.LINK_CHIP}
_TEXTS = {"!!": Role.NOW_TEXT, "!": Role.TODAY_TEXT, "x": Role.LINK_TEXT}
_ORDER = ("!!", "!", "x")
_HERE = "┃"


@dataclass(frozen=True, slots=True)
class Past:
    """What the store says of the day."""

    alarms: tuple[tuple[float, str, str], ...] = ()
    """When each was raised (UTC epoch, s), its priority, its number."""
    silent: tuple[tuple[float, float], ...] = ()
    """When nothing was received of the chosen site."""
    nights: tuple[tuple[float, float], ...] = ()
    """From sunset to sunrise there."""


def read_past(reader: Reader, station: str | None, since: float, until: float, as_of: float | None) -> Past:
    """Alarms of all sites, gaps and nights of the chosen one."""
    found = [it for it in reader.alert_history(since, until, None, as_of) if it.is_alarm and it.raised_at >= since]
    alarms = tuple((it.raised_at, it.priority, str(it.id)) for it in found)
    row = reader.station(station, as_of) if station is not None else None
    if station is None or row is None:
        return Past(alarms, (), _nights(since, until, None, None, None))
    gaps = [gap for gap in reader.gaps(station, since, until, as_of) if gap.device is None]
    silent = tuple((g.since, g.until or until) for g in gaps if g.kind not in (GapKind.STALE, GapKind.SET_ASIDE))
    place = row.info.location
    return Past(alarms, silent, _nights(since, until, row.zone, place.latitude, place.longitude))


def _nights(
    since: float, until: float, zone: tzinfo | None, latitude: float | None, longitude: float | None
) -> tuple[tuple[float, float], ...]:
    found = []
    at = since
    while at < until:
        night = next_night(at, zone, latitude, longitude)
        found.append((night.sunset_at, night.sunrise_at))
        at = night.sunrise_at + 1
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Day:
    """What is drawn."""

    since: float
    until: float
    at: float
    """The moment looked at."""
    replaying: bool
    past: Past = Past()
    unseen: frozenset[str] = frozenset()
    """Alarms that nobody has acknowledged."""

    def cell(self, at: float, cells: int) -> int:
        """The cell of a moment."""
        return min(cells - 1, int((at - self.since) / (self.until - self.since) * cells))


def cells_of(width: int) -> int:
    """Columns of the day."""
    return max(1, min(round(DAY_S / _CELL_S) * 2, width - _START - _RIGHT))


def draw_timeline(line: Line, day: Day) -> None:
    """The row."""
    cells = cells_of(line.width)
    step_s = (day.until - day.since) / cells
    line.put(1, "24 h", Role.TEXT3)
    grounds = [_ground(day, day.since + (cell + 0.5) * step_s) for cell in range(cells)]
    for cell, ground in enumerate(grounds):
        line.put(_START + cell, "─" if ground is Role.DAY else "·", On(_faint(ground), ground))
    marks = _marks(day, cells, grounds)
    for hour in hour_marks(day.since, day.until, cells, least=_HOURS_APART):
        text, first = hour.text.partition(":")[0], hour.cell - 1
        around = range(first - 1, first + len(text) + 1)
        if first >= 0 and first + len(text) <= cells and marks.keys().isdisjoint(around):
            for offset, digit in enumerate(text):
                line.put(_START + first + offset, digit, On(Role.TEXT2, grounds[first + offset]))
    for cell, (glyph, ink) in marks.items():
        line.put(_START + cell, glyph, ink, bold=glyph == _HERE)
    column = line.put(_START + cells + 1, clock(day.at), Role.TEXT1) + 1
    if day.replaying:
        line.put(column, f"{duration(day.until - day.at)} ago", Role.TODAY_TEXT)
    else:
        line.put(column, "live", Role.TEXT3)


def _marks(day: Day, cells: int, grounds: Sequence[Role]) -> dict[int, tuple[str, Ink]]:
    """What stands on the day, by cell: no data, alarms over it, the moment looked at over all."""
    found: dict[int, tuple[str, Ink]] = {}
    for begin, end in day.past.silent:
        for cell in range(max(0, day.cell(begin, cells)), day.cell(min(end, day.until), cells) + 1):
            found[cell] = ("×", On(Role.LINK_TEXT, grounds[cell]))
    for cell, (priority, seen) in _alarms(day, cells).items():
        found[cell] = (priority[0], On(_TEXTS[priority], grounds[cell]) if seen else _CHIPS[priority])
    here = max(0, day.cell(day.at, cells)) if day.replaying else cells - 1
    found[here] = (_HERE, On(Role.TEXT1, grounds[here]))
    return found


def _ground(day: Day, at: float) -> Role:
    return Role.NIGHT if any(begin <= at < end for begin, end in day.past.nights) else Role.DAY


def _faint(ground: Role) -> Role:
    """Nights are told by their tone; where a theme has none the dots tell them."""
    return Role.RULE if ground is Role.DAY else Role.GRID_LINE


def _alarms(day: Day, cells: int) -> dict[int, tuple[str, bool]]:
    """The worst alarm of each cell, and whether it was seen."""
    found: dict[int, tuple[str, bool]] = {}
    for at, priority, number in day.past.alarms:
        if priority not in _ORDER or not day.since <= at < day.until:
            continue
        cell, seen = day.cell(at, cells), number not in day.unseen
        before = found.get(cell)
        worse = before is None or _ORDER.index(priority) < _ORDER.index(before[0])
        found[cell] = (priority, seen) if worse or before is None else (before[0], before[1] and seen)
    return found


class OverTime(Protocol):
    """What the row asks of the screen that it stands on."""

    @property
    def console(self) -> Host:
        """The app."""

    @property
    def view(self) -> FleetView:
        """The fleet as last seen."""


class TimelineRow(Rows):
    """The last row but one. A click goes to a moment, a drag takes it along; the right end is now."""

    DEFAULT_CSS = "TimelineRow { height: 1; dock: bottom; margin: 0 0 1 0; }"

    def __init__(self) -> None:
        super().__init__(id="timeline")
        self._past = Past()
        self._held = False
        self._looked: int | None = None

    @property
    def _screen(self) -> OverTime:
        return cast(OverTime, self.screen)

    def fits(self, width: int, height: int) -> bool:
        """Whether it has a place at a size of the terminal."""
        enough = LIVE_FROM_ROWS if not self._screen.console.replaying else LEAST_ROWS
        return height >= enough and width >= LEAST_COLUMNS

    def show(self, past: Past) -> None:
        """Draw what the store says."""
        self._past = past
        self.redraw()

    def span(self) -> tuple[float, float]:
        """Begin and end of the day that is drawn: the last one, or the one around an older moment."""
        console = self._screen.console
        now, as_of = console.clock.now(), console.as_of
        until = now if as_of is None or as_of > now - DAY_S else min(now, as_of + DAY_S / 2)
        return until - DAY_S, until

    def draw(self, width: int, height: int) -> list[Line]:
        """One row."""
        screen, line = self._screen, Line(width)
        since, until = self.span()
        unseen = frozenset(alarm.id for alarm in screen.view.alarms if GLYPHS[alarm.mark].unseen)
        draw_timeline(line, Day(since, until, screen.console.now, screen.console.replaying, self._past, unseen))
        return [line]

    # ---- the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """To the moment under the pointer."""
        if event.button == 1:
            self._held = True
            self.capture_mouse()
            self._go(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """A drag takes the moment along."""
        if self._held:
            self._go(event.x)

    def on_mouse_up(self) -> None:
        """The drag ends."""
        self._held, self._looked = False, None
        self.release_mouse()

    def _go(self, x: int) -> None:
        cells = cells_of(self.size.width)
        cell = x - _START
        if cell == self._looked or cell < 0:
            return
        self._looked = cell
        since, until = self.span()
        moment = None if cell >= cells - 1 else since + (cell + 0.5) * (until - since) / cells
        self._screen.console.look(moment)
