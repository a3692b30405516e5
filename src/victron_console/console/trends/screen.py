"""The Trends screen: the values of a station over time, one quantity a panel, on one time axis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from textual import events
from textual.widget import Widget
from textual.worker import Worker

from victron_console.console.kit.chart.dawn import cells_to_sunrise
from victron_console.console.kit.export import Table
from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.frame.prompt import LinePrompt
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.view import FleetView
from victron_console.console.trends.board import TrendBoard
from victron_console.console.trends.frame import Frame, step_words
from victron_console.console.trends.over_time import AHEAD_UP_TO_S, TIME_KEYS, OverTimeScreen
from victron_console.console.trends.page import Board, panel_at, plot_room, unseen_marks
from victron_console.console.trends.panel import BARS
from victron_console.console.trends.picker import Picker, choices_of
from victron_console.console.trends.quantity import Quantity, quantity_named
from victron_console.console.trends.read import (
    Lane,
    QuantityTrend,
    StationSeries,
    limits_of,
    read_lane,
    read_series,
    read_trend,
    spliced,
    tail_of,
    trend_table,
)
from victron_console.console.trends.views import View, all_views, resolved, view_line
from victron_console.model.units import DAY_S
from victron_console.store.read.reader import Reader

READ_EVERY_S = 5.0
"""The last columns are read anew so often; all of them when the frame moves."""
_ROOMY_FROM = 110


class TrendsScreen(OverTimeScreen):
    """One station over time."""

    NAME = "trends"
    KEYS = (
        *TIME_KEYS,
        Key("enter", "chart", "Enter", "chart", "Open the panel as a chart: more stations, days, two axes.", 80),
        Key("down,j", "choose(1)", "↓ j", "", "Next panel."),
        Key("up,k", "choose(-1)", "↑ k", "", "Previous panel."),
        Key("v", "view(1)", "v", "view", "Next view: overview, SOC, power, cells, temperatures, grid, energy.", 100),
        Key("V", "view(-1)", "V", "", "Previous view."),
        Key("a", "add", "a", "add", "Add a value to the view: type any part of its name.", 120),
        Key("x", "remove", "x", "", "Take the chosen panel out of the view."),
        Key("w", "save", "w", "save", "Save the view under a name; an empty name forgets a saved one.", 140),
        Key("s", "same_scale", "s", "scale", "Give all powers one scale, so that heights compare.", 120),
        Key("shift+left", "next_site(-1)", "Shift ←→", "", "Previous and next site."),
        Key("shift+right", "next_site(1)", "Shift →", "", "Next site."),
    )

    def __init__(self) -> None:
        super().__init__()
        self.found: StationSeries | None = None
        """What there is to draw; None until the store has answered."""
        self._view: View | None = None
        self._trends: dict[str, QuantityTrend] = {}
        self._frame: Frame | None = None
        self._lane = Lane()
        self._chosen = 0
        self._same_scale = False
        self._pace = ReadPace(READ_EVERY_S)
        self._found_of: float | None = None
        """The moment of which `found` is, where that is in the past."""
        self._board = TrendBoard()

    def body(self) -> Iterator[Rows]:
        """The panels."""
        yield self._board

    @property
    def plot(self) -> Widget:
        """The panels."""
        return self._board

    def column_at(self, x: float) -> int:
        """The column of the panels at a column of the screen."""
        return int((x - BARS) // self.frame().cells)

    # ---- what is shown

    @property
    def current(self) -> View:
        """The view in force: the one changed here, or the saved choice."""
        if self._view is None:
            views = all_views(self.console.settings.trend_views)
            wanted = self.console.settings.trend_view
            self._view = next((view for view in views if view.name == wanted), views[0])
            self.window = replace(self.window, span=self._view.span)
        return self._view

    @property
    def quantities(self) -> list[Quantity]:
        """What the station has of the view."""
        if self.found is None:
            return []
        return resolved(self.current, self.found.names, self.found.fields)

    def frame(self) -> Frame:
        """The columns of the window at this size."""
        daily = any(quantity.daily for quantity in self.quantities)
        room = plot_room(self._board.size.width)
        if self._looks_ahead and self.site is not None and self.site.dawn is not None:
            room = self.window.room_before(self.site.dawn.sunrise_at or 0.0, self.console.now, room)
        return self.window.frame(self.console.now, room, least_step_s=DAY_S if daily else 0.0)

    @property
    def _looks_ahead(self) -> bool:
        """Whether what is expected until sunrise has a place: beside the charge, in a window up to now."""
        return "soc" in self.current.entries and self.follows_now and self.window.length.seconds <= AHEAD_UP_TO_S

    def ahead(self, frame: Frame) -> int:
        """Columns after now."""
        site = self.site
        if site is None or not self._looks_ahead:
            return 0
        room = plot_room(self._board.size.width) - frame.columns
        return cells_to_sunrise(site.dawn, frame.until, frame.step_s, room)

    def head_words(self) -> list[str]:
        """Span, its day where that is not today, view and what a column is."""
        frame, words = self.frame(), self.span_words()
        if self.ahead(frame) and self.size.width >= _ROOMY_FROM:
            words[-1] += " and to sunrise"
        if self.current.name != "overview":
            words.append(self.current.name)
        if self.size.width < _ROOMY_FROM:
            return [*words, f"column {step_words(frame.step_s)}"]
        return [*words, f"a column is {step_words(frame.step_s)}"]

    def redraw(self) -> None:
        """Draw what is known."""
        frame, found = self.frame(), self.found
        trends = tuple(t for q in self.quantities if (t := self._trends.get(q.name)) is not None and t.frame == frame)
        if not trends and self.quantities and self._board.board is not None and self.is_reading("trends"):
            return
        self._chosen = max(0, min(self._chosen, len(trends) - 1))
        unseen = unseen_marks()
        if found is not None:
            self._board.said = "Reading the history ..." if self.quantities else "This site has none of these values."
        self._board.board = Board(
            frame,
            trends,
            self._lane,
            self.console.now,
            self.cursor_column(frame),
            self._chosen,
            self._same_scale,
            {t.quantity.name: limits_of(t.quantity, self._lane, found) for t in trends} if found else {},
            frozenset(alarm.id for alarm in self.alarms if alarm.mark in unseen),
            self.ahead(frame),
            self.site.dawn if self.site is not None else None,
        )
        self._board.redraw()

    def table(self) -> Table:
        """The panels, a row a column."""
        frame, known = self.frame(), self._trends
        shown = [(q.name, known[q.name]) for q in self.quantities if q.name in known and known[q.name].frame == frame]
        return trend_table([(f"{name}_{trend.quantity.stored_unit}", trend) for name, trend in shown])

    def show(self, view: FleetView) -> None:
        """Newer values: read the last columns again, unless they were read just now."""
        about = (self.console.station, self.frame())
        if self._board.size.width and self._pace.is_due(self.console, about):
            self._read()
        self.redraw()

    def on_resize(self, event: events.Resize) -> None:
        """Another width has other columns."""
        self.call_after_refresh(self.window_changed)

    @property
    def lane(self) -> Lane:
        """Alarms and gaps of the window."""
        return self._lane

    def window_changed(self) -> None:
        """Draw the window, and read what is not known of it."""
        if self._frame != self.frame():
            self._read()
        self.redraw()
        self.refresh_frame()

    # ---- reading

    def _read(self) -> None:
        """Ask the store for one quantity after another, so that the fleet's own reads come between them."""
        if self.console.station is not None and self.console.has_store and self._board.size.width:
            # The worker makes the coroutine itself: one that is replaced before it began must not be left over.
            reading = partial(self._read_all, self.console.station)
            _: Worker[None] = self.run_worker(reading, group="trends", exclusive=True, exit_on_error=False)

    def know(self, found: StationSeries, trends: Iterable[QuantityTrend], lane: Lane) -> None:
        """What the store says of the station."""
        self.found, self._lane = found, lane
        self._trends = {trend.quantity.name: trend for trend in trends}

    async def _read_all(self, station: str) -> None:
        console = self.console
        found, now, as_of = self.found, console.moment, console.as_of
        if found is None or (found.station, self._found_of) != (station, as_of):
            found = await console.read(lambda reader: read_series(reader, station, as_of))
            self._found_of = as_of
            self.know(found, (), Lane())
        frame = self.frame()
        same = self._frame == frame and as_of is None
        self._frame = frame
        self._lane = await console.read(lambda r: read_lane(r, station, frame, now, as_of, found.first_at))
        for quantity in self.quantities:
            old = self._trends.get(quantity.name) if same else None
            known = old is not None and old.frame == frame
            part = tail_of(frame) if known else frame

            def question(reader: Reader, wanted: Quantity = quantity, of: Frame = part) -> QuantityTrend:
                return read_trend(reader, station, wanted, found.recorded, of, as_of)

            fresh = await console.read(question)
            self._trends[quantity.name] = spliced(old, fresh) if known and old is not None else fresh
        self.redraw()

    def site_changed(self) -> None:
        """Another station has other values."""
        self.found, self._frame, self._trends, self._lane = None, None, {}, Lane()
        self._board.board = None

    # ---- what the operator does

    def action_choose(self, step: int) -> None:
        """The next panel, or the one before."""
        self._chosen += step
        self.redraw()

    def action_same_scale(self) -> None:
        """One scale for all powers, or one each."""
        self._same_scale = not self._same_scale
        self.redraw()

    def action_view(self, step: int) -> None:
        """The next view."""
        views = all_views(self.console.settings.trend_views)
        names = [view.name for view in views]
        here = names.index(self.current.name) if self.current.name in names else -1
        self._use(views[(here + step) % len(views)])

    def _use(self, view: View) -> None:
        self._view, self._chosen, self._frame = view, 0, None
        self.console.settings.trend_view = view.name
        self.look(replace(self.window, span=view.span))

    def action_add(self) -> None:
        """One more value, found by any part of its name."""
        if self.found is None:
            return

        def chosen(name: str | None) -> None:
            if name and quantity_named(name) is not None:
                entries = tuple(quantity.name for quantity in self.quantities)
                self._use(View(self.current.name, (*entries, name), self.window.span))

        self.app.push_screen(Picker("ADD A VALUE", choices_of(self.found)), chosen)

    def action_remove(self) -> None:
        """The chosen panel goes."""
        kept = [quantity.name for place, quantity in enumerate(self.quantities) if place != self._chosen]
        if kept:
            self._use(View(self.current.name, tuple(kept), self.window.span))

    def action_save(self) -> None:
        """Keep the view under a name."""

        def named(line: str | None) -> None:
            if line is None:
                return
            settings, name = self.console.settings, line.replace(":", " ").strip()
            gone = name or self.current.name
            kept = [each for each in settings.trend_views if each.partition(":")[0] != gone]
            view = View(name, tuple(quantity.name for quantity in self.quantities), self.window.span)
            settings.trend_views = (*kept, view_line(view)) if name and view.entries else tuple(kept)
            if name:
                self._view, settings.trend_view = view, name
            self.console.say(f"Saved as {name}." if name else f"{gone} is no saved view any more.")

        self.prompt(LinePrompt("save view as", hint="a name"), named)

    def action_chart(self) -> None:
        """The chosen panel as a chart of its own."""
        station, quantities = self.console.station, self.quantities
        if station is None or self._chosen >= len(quantities):
            return
        from victron_console.console.trends.chart_screen import ChartScreen  # plotext is imported when it is wanted

        self.app.push_screen(ChartScreen(station, quantities[self._chosen], self.window))

    def on_click(self, event: events.Click) -> None:
        """A click chooses the panel, too."""
        board = self._board.board
        if event.widget is self._board and board is not None and not self._dragged:
            self._chosen = panel_at(board, self._board.size.height, int(event.y), self._chosen)
