"""A quantity in full: a chart over time with more stations, series or days beside it, on two axes by unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget
from textual.worker import Worker

from victron_console.console.kit.chart.dawn import cells_to_sunrise
from victron_console.console.kit.export import Table
from victron_console.console.kit.frame.bars import HeaderRow
from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import plain
from victron_console.console.kit.view import Dawn, FleetView
from victron_console.console.trends.chart import LEFT, MOST_SERIES, Chart, Curve, is_charge, plot_columns, refusal
from victron_console.console.trends.chart_parts import CurvePlot, DayBars, Legend, Spelled, legend_columns
from victron_console.console.trends.frame import Frame, Window, moment_word, step_words
from victron_console.console.trends.over_time import AHEAD_UP_TO_S, TIME_KEYS, OverTimeScreen
from victron_console.console.trends.page import Board, unseen_marks
from victron_console.console.trends.picker import Picker, choices_at, choices_elsewhere, station_and_quantity
from victron_console.console.trends.quantity import Quantity, quantity_named
from victron_console.console.trends.read import (
    Lane,
    Limit,
    QuantityTrend,
    StationSeries,
    limits_of,
    read_lane,
    read_series,
    read_trend,
    trend_table,
)
from victron_console.model.units import DAY_S
from victron_console.store.read.reader import Reader

READ_EVERY_S = 15.0
"""A chart is read anew so often where its frame stands still."""


class ChartScreen(OverTimeScreen):
    """Lines of any stations on one time axis."""

    NAME = "chart"
    PART = "chart"
    KEYS = (
        *TIME_KEYS,
        Key("a", "add", "a", "add", "Add a value of this site, or of any other one.", 80),
        Key(
            "d", "day_before", "d", "day before", "Compare the chosen line with the day before, once more with two.", 80
        ),
        Key("x", "remove", "x", "remove", "Take the chosen line out.", 100),
        Key("b", "band", "b", "band", "Draw the lowest and highest value of each column, or the mean alone.", 120),
        Key("B", "blocks", "B", "", "Draw charts with braille dots, or with blocks where the font has no braille."),
        Key("down,j", "choose(1)", "↓ j", "", "Next line."),
        Key("up,k", "choose(-1)", "↑ k", "", "Previous line."),
    )

    def __init__(self, station: str, quantity: Quantity, window: Window) -> None:
        super().__init__(window)
        self.curves: list[Curve] = []
        self._first = (station, quantity)
        self._trends: dict[Curve, QuantityTrend] = {}
        self._found: dict[str, StationSeries] = {}
        self._lane = Lane()
        self._chosen = 0
        self._band = True
        self._found_of: float | None = None
        """The moment of which they are, where that is in the past."""
        self._pace = ReadPace(READ_EVERY_S)
        self._legend, self._plot, self._bars, self._spelled = Legend(), CurvePlot(), DayBars(), Spelled()

    def compose(self) -> ComposeResult:
        """Legend over the plot, the alarms under it."""
        yield HeaderRow()
        yield self._legend
        yield self._plot
        yield self._bars
        yield self._spelled
        yield from self.foot()

    def body(self) -> Iterator[Rows]:
        """The rows of its own; the plot is no such widget."""
        yield self._legend
        yield self._spelled

    def on_mount(self) -> None:
        """Begin with the panel that was opened."""
        station, quantity = self._first
        self.curves = [Curve(station, self._site_name(station), quantity)]

    def _site_name(self, station: str) -> str:
        site = self.view.site(station)
        return plain(site.name) if site is not None else station

    @property
    def plot(self) -> Widget:
        """The plot, or the bars."""
        return self._bars if self._is_daily else self._plot

    @property
    def _is_daily(self) -> bool:
        """Whether the lines are energies of days."""
        return bool(self.curves) and self.curves[0].quantity.daily

    def column_at(self, x: float) -> int:
        """The column of the plot at a column of the screen."""
        if self._is_daily:  # bars take the whole width
            return int((x - LEFT) * self.frame().columns // self._room)
        return int(x - LEFT)

    # ---- what is shown

    @property
    def lane(self) -> Lane:
        """Alarms and gaps of the first line's station."""
        return self._lane

    def frame(self) -> Frame:
        """The columns of the window at this size."""
        daily = self._is_daily
        room = self._room
        if self._looks_ahead and self._dawn is not None:
            room = self.window.room_before(self._dawn.sunrise_at or 0.0, self.console.now, room)
        frame = self.window.frame(self.console.now, room, least_step_s=DAY_S if daily else 0.0)
        return replace(frame, cells=1)

    @property
    def _room(self) -> int:
        """Columns between the axes."""
        return plot_columns(self.size.width, len({curve.quantity.unit for curve in self.curves}))

    @property
    def _dawn(self) -> Dawn | None:
        """What is expected of the first line that is a charge."""
        curve = next(filter(is_charge, self.curves), None)
        site = self.view.site(curve.station) if curve is not None else None
        return site.dawn if site is not None else None

    @property
    def _looks_ahead(self) -> bool:
        """Whether what is expected until sunrise has a place: with a charge, in a window up to now."""
        return self._dawn is not None and self.follows_now and self.window.length.seconds <= AHEAD_UP_TO_S

    def _ahead(self, frame: Frame) -> int:
        """Columns after now."""
        if not self._looks_ahead:
            return 0
        return cells_to_sunrise(self._dawn, frame.until, frame.step_s, self._room - frame.columns)

    def head_words(self) -> list[str]:
        """Span, its day where that is not today, and the moment under the cursor."""
        frame = self.frame()
        column = self.cursor_column(frame)
        cursor = "" if column is None else f"cursor {moment_word(frame.begin(column), frame)}"
        return [*self.span_words(), cursor or f"column {step_words(frame.step_s)}"]

    def redraw(self) -> None:
        """Draw what is known."""
        frame = self.frame()
        lines = tuple(
            (curve, trend)
            for curve in self.curves
            if (trend := self._trends.get(curve)) is not None and trend.frame == curve.shifted(frame)
        )
        if not lines and (self._plot.is_drawn or self._bars.is_drawn) and self.is_reading("chart"):
            return  # the lines of before stay until the new ones are read
        self._chosen = max(0, min(self._chosen, len(self.curves) - 1))
        limits = tuple(self._limits(curve) for curve, _ in lines)
        cursor, now = self.cursor_column(frame), self.console.now
        chart = Chart(
            frame, lines, self._lane, limits, cursor, self._band, now // READ_EVERY_S, self._ahead(frame), self._dawn
        )
        self._legend.styles.height = max(1, -(-len(self.curves) // legend_columns(self.size.width, len(self.curves))))
        self._legend.chart, self._legend.chosen = chart, self._chosen
        self._legend.redraw()
        shown = self._bars if self._is_daily else self._plot
        self._bars.display, self._plot.display = shown is self._bars, shown is self._plot
        shown.show(replace(chart, now=now // frame.step_s * frame.step_s) if lines else None)
        unseen = frozenset(alarm.id for alarm in self.alarms if alarm.mark in unseen_marks())
        self._spelled.board = Board(frame, tuple(t for _, t in lines), self._lane, now, cursor, unseen=unseen)
        self._spelled.redraw()

    def _limits(self, curve: Curve) -> tuple[Limit, ...]:
        """The levels of a line of the first one's station: the lane has its alarms."""
        found = self._found.get(curve.station)
        own = found is not None and curve.station == self.curves[0].station and not curve.days_back
        return limits_of(curve.quantity, self._lane, found) if found is not None and own else ()

    def table(self) -> Table:
        """The lines, a row a column."""
        known = [(curve, self._trends[curve]) for curve in self.curves if curve in self._trends]
        return trend_table([(f"{curve.name} {curve.quantity.stored_unit}", trend) for curve, trend in known])

    def show(self, view: FleetView) -> None:
        """Read again where the frame moved, or after a while."""
        if self._pace.is_due(self.console, self.frame()):
            self._read()

    def on_resize(self, event: events.Resize) -> None:
        """Another width has other columns."""
        self.call_after_refresh(self.window_changed)

    def window_changed(self) -> None:
        """Draw the window, and read what is not known of it."""
        if self._pace.is_due(self.console, self.frame()):
            self._read()
        self.redraw()
        self.refresh_frame()

    # ---- reading

    def _read(self) -> None:
        if self.curves and self.console.has_store:
            frame = self.frame()
            if self._found_of != self.console.as_of:
                self._found.clear()
            self._found_of = self.console.as_of
            reading = partial(self._read_all, frame)
            _: Worker[None] = self.run_worker(reading, group="chart", exclusive=True, exit_on_error=False)

    def know(self, trends: Mapping[Curve, QuantityTrend], first: StationSeries, lane: Lane) -> None:
        """What the store says of the lines, of the first one's station, and of what lies under the axis."""
        self._trends.update(trends)
        self._found[first.station], self._lane = first, lane
        self.redraw()
        self.refresh_frame()

    async def _read_all(self, frame: Frame) -> None:
        console, now, as_of = self.console, self.console.moment, self.console.as_of
        trends: dict[Curve, QuantityTrend] = {}
        for curve in list(self.curves):
            found = await self._series_of(curve.station)

            def question(reader: Reader, wanted: Curve = curve, of: StationSeries = found) -> QuantityTrend:
                return read_trend(reader, wanted.station, wanted.quantity, of.recorded, wanted.shifted(frame), as_of)

            trends[curve] = await console.read(question)
        first = await self._series_of(self.curves[0].station)
        lane = await console.read(lambda r: read_lane(r, first.station, frame, now, as_of, first.first_at))
        self.know(trends, first, lane)

    async def _series_of(self, station: str) -> StationSeries:
        as_of = self.console.as_of
        if station not in self._found:
            self._found[station] = await self.console.read(lambda reader: read_series(reader, station, as_of))
        return self._found[station]

    # ---- what the operator does

    def _use(self, curve: Curve) -> None:
        if fault := refusal(self.curves, curve):
            self.console.say(fault)
            return
        self.curves.append(curve)
        self._chosen = len(self.curves) - 1
        self._read()
        self.window_changed()

    def action_add(self) -> None:
        """One more line: a series or figure of this site, a figure of another one, or any series of it."""
        station = self.curves[0].station
        if (found := self._found.get(station)) is None:
            return
        choices = [*choices_at(station, found), *choices_elsewhere(self.view.sites, station)]
        self.app.push_screen(Picker("ADD A LINE", choices), self._chosen_from_list)

    def _chosen_from_list(self, name: str | None) -> None:
        station, wanted = station_and_quantity(name or "")
        quantity = quantity_named(wanted)
        if quantity is not None:
            self._use(Curve(station, self._site_name(station), quantity))
        elif station:
            self._offer_all_of(station)

    def _offer_all_of(self, station: str) -> None:
        """Every series of another station: they are many, and are read when they are asked for."""

        def offer(found: StationSeries) -> None:
            self._found[station] = found
            title = f"ADD A LINE OF {self._site_name(station)}"
            self.app.push_screen(Picker(title, choices_at(station, found)), self._chosen_from_list)

        self.ask(lambda reader: read_series(reader, station), offer, group="series")

    def action_day_before(self) -> None:
        """The chosen line as it was a day earlier than its earliest."""
        chosen = self.curves[self._chosen]
        same = [c.days_back for c in self.curves if (c.station, c.quantity) == (chosen.station, chosen.quantity)]
        self._use(replace(chosen, days_back=max(same) + 1))

    def action_remove(self) -> None:
        """The chosen line goes; the last one stays."""
        if len(self.curves) > 1:
            self.curves.pop(self._chosen)
            self.window_changed()

    def action_choose(self, step: int) -> None:
        """The next line."""
        self._chosen = (self._chosen + step) % max(1, min(MOST_SERIES, len(self.curves)))
        self.redraw()

    def action_band(self) -> None:
        """With or without the lowest and highest."""
        self._band = not self._band
        self.redraw()

    def action_blocks(self) -> None:
        """Dots or blocks, on every screen."""
        self.console.action_blocks()
