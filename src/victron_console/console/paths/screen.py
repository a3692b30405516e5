"""The Paths screen: every value of a station by device, searched, pinned, copied, with last hour and meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from victron_console.console.kit.cursor_list import CursorList
from victron_console.console.kit.export import Table
from victron_console.console.kit.frame.keys import (
    Key,
    list_keys,
)
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.frame.station_screen import (
    STATION_KEYS,
    OneStationScreen,
)
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut, plain
from victron_console.console.kit.values import value_text
from victron_console.console.kit.view import FleetView
from victron_console.console.paths.data import PathRow, PathTree, Wish, every_value, path_rows, read_paths
from victron_console.console.paths.detail import (
    TREND_COLUMNS,
    TREND_S,
    PathTrend,
    draw_detail,
)
from victron_console.console.paths.export import paths_table
from victron_console.console.paths.row import draw_heads, draw_row, heads_end
from victron_console.store.answers import Bucket
from victron_console.store.operator.wishes import pin, unpin
from victron_console.store.read.reader import Reader

READ_EVERY_S = 1.0
TREND_EVERY_S = 15.0


class PathDetail(Rows):
    """The part about the row under the cursor."""

    def __init__(self) -> None:
        super().__init__(id="path-detail")
        self.row: PathRow | None = None
        self.trend: PathTrend | None = None
        self.now = 0.0

    def draw(self, width: int, height: int) -> list[Line]:
        """Its rows at this size."""
        return draw_detail(width, height, self.row, self.trend, self.now)


class PathsScreen(OneStationScreen):
    """Every value of the station."""

    NAME = "paths"
    HORIZONTAL_BREAKPOINTS = [(180, "-beside")]  # noqa: RUF012
    """The detail stands beside the list where both have room, else under it."""
    VERTICAL_BREAKPOINTS = [(20, "-middle"), (30, "-tall")]  # noqa: RUF012
    KEYS = (
        Key("enter", "open_device", "Enter", "open", "Open or close the device under the cursor."),
        Key("slash", "search", "/", "search", "Find values by path, name or device; `!word` without it."),
        Key(
            "asterisk",
            "pin",
            "*",
            "pin",
            "Pin a value: it is read fast, recorded and shown on top; again takes it back.",
            writes=True,
        ),
        Key("y", "copy", "y", "copy", "Copy series and value to the clipboard of your terminal (OSC 52)."),
        Key("z", "abnormal", "z", "abnormal", "Only doubtful values and alarms of the devices, or all again.", 80),
        Key("h", "absent", "h", "hide absent", "Leave out what has no value, or show it again.", 100),
        Key("plus", "open_all", "+ -", "all", "Open all devices, or close them.", 100),
        Key("minus", "close_all", "-", "", "Close all devices."),
        *STATION_KEYS,
        *list_keys("row"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.paths: PathTree | None = None
        """The station as last read; None until the store has answered."""
        self.wish = Wish()
        self._rows: list[PathRow] = []
        self._list = CursorList(id="path-list")
        self._detail = PathDetail()
        self._pace, self._trend_pace = ReadPace(READ_EVERY_S), ReadPace(TREND_EVERY_S)
        self._trend_of: tuple[str | None, str, float | None] = (None, "", None)

    def body(self) -> Iterator[Rows]:
        """List and detail."""
        yield self._list
        yield self._detail

    # ---- data

    def show(self, view: FleetView) -> None:
        """The station may have changed: read it, at most each second."""
        self._read()
        self._redraw()

    def tick(self) -> None:
        """Ages grow, values may go stale."""
        self._read()
        self._redraw()

    def _read(self, *, at_once: bool = False) -> None:
        console, station = self.console, self.console.station
        if station is None or not self._pace.is_due(console, station, at_once=at_once or self.paths is None):
            return
        as_of = console.as_of
        self.ask(lambda reader: read_paths(reader, station, as_of), self._answered, group="paths")

    def _answered(self, tree: PathTree | None) -> None:
        if tree is not None and tree.station == self.console.station:
            self.paths = tree
            self._arrange()

    def _arrange(self) -> None:
        self._rows = path_rows(self.paths, self.wish) if self.paths else []
        self._redraw()
        self.refresh_frame()

    def _redraw(self) -> None:
        now, rows = self.console.now, self._rows
        self._list.show(
            [row.id for row in rows],
            head=self._heads,
            row=lambda width, place, selected: draw_row(width, rows[place], now, selected=selected),
            empty="Reading the station ..."
            if self.paths is None
            else "Nothing fits; / changes the filter, z and h too.",
        )
        self._show_detail()

    def _heads(self, width: int) -> Line:
        line = draw_heads(width)
        told = [f"filter {self.wish.filter}"] if self.wish.filter else []
        told += ["only abnormal"] if self.wish.abnormal_only else []
        told += ["absent hidden"] if self.wish.without_absent else []
        if told:
            found = sum(row.value is not None and row.branch is not None for row in self._rows)
            line.put(12, cut(f"{'  '.join(told)}  {found} found", heads_end(width) - 13), Role.TEXT1)
        return line

    def _show_detail(self) -> None:
        self._detail.row, self._detail.now = self._row, self.console.now
        self._detail.redraw()
        value = self._row.value if self._row else None
        if value is None or not self._trend_pace.is_due(self.console, (self.console.station, value.series)):
            return
        wanted = (self.console.station, value.series, self.console.as_of)
        if wanted != self._trend_of:
            self._detail.trend, self._trend_of = None, wanted
        self._read_trend(value.series)

    def _read_trend(self, series: str) -> None:
        station, until, as_of = self.console.station, self.console.moment, self.console.as_of
        if station is None:
            return

        def question(reader: Reader) -> list[Bucket | None]:
            return reader.buckets(station, series, until - TREND_S, until, TREND_COLUMNS, as_of)

        def answered(buckets: list[Bucket | None]) -> None:
            self._detail.trend = PathTrend(series, tuple(buckets))
            self._detail.redraw()

        self.ask(question, answered, group="path trend")

    @property
    def _row(self) -> PathRow | None:
        cursor = self._list.cursor
        return next((row for row in self._rows if row.id == cursor), None)

    def head_words(self) -> list[str]:
        """How many values there are."""
        if self.paths is None:
            return []
        return [f"{self.paths.count} values", f"{len(self.paths.pins)} pinned" if self.paths.pins else ""]

    def site_changed(self) -> None:
        """The filter stays: the same value of the next site is what is looked for."""
        self.paths = None
        self._rows = []

    def table(self) -> Table | None:
        """Every value that fits the filter, those of closed devices too."""
        return paths_table(self.paths, every_value(self.paths, self.wish)) if self.paths else None

    # ---- what the operator does

    def on_cursor_list_moved(self, message: CursorList.Moved) -> None:
        """Another row, or a second click."""
        if message.opened:
            self.action_open_device()
        self._show_detail()

    def action_move(self, rows: int) -> None:
        """The cursor by so many rows."""
        self._list.move(rows)

    def action_page(self, pages: int) -> None:
        """The cursor by pages."""
        self._list.page(pages)

    def action_open_device(self) -> None:
        """Open or close the device that the cursor is in."""
        row = self._row
        if row is None or row.branch is None or self.wish.filter or self.wish.abnormal_only:
            return
        head = str(row.branch.device.key)
        self._list.put_cursor(head)
        self._look(self.wish.toggled(head))

    def action_open_all(self) -> None:
        """Every device."""
        branches = self.paths.branches if self.paths else ()
        self._look(replace(self.wish, opened=frozenset(str(branch.device.key) for branch in branches)))

    def action_close_all(self) -> None:
        """Only the devices' names."""
        row = self._row
        if row is not None and row.branch is not None:
            self._list.put_cursor(str(row.branch.device.key))
        self._look(replace(self.wish, opened=frozenset()))

    def action_abnormal(self) -> None:
        """Only what is doubtful or an alarm, or all."""
        self._look(replace(self.wish, abnormal_only=not self.wish.abnormal_only))

    def action_absent(self) -> None:
        """Without what has no value, or with it."""
        self._look(replace(self.wish, without_absent=not self.wish.without_absent))

    def action_search(self) -> None:
        """Ask for the words; Esc returns to those before."""
        self.prompt_filter(self.wish.filter, self._use_filter)

    def narrow(self, words: str) -> None:
        """Show only the values with these words."""
        self._use_filter(words)

    def _use_filter(self, words: str) -> str:
        if words != self.wish.filter:
            self._look(replace(self.wish, filter=words))
            first = next((row.id for row in self._rows if row.value is not None), None) if words else None
            if first is not None:
                self._list.put_cursor(first)
        found = sum(row.value is not None for row in self._rows)
        return f"{found} found" if words else ""

    def _look(self, wish: Wish) -> None:
        self.wish = wish
        self._arrange()

    def action_copy(self) -> None:
        """Series and value, or the bus name of a device, to the terminal's clipboard."""
        row = self._row
        if row is None or row.branch is None:
            return
        text = row.branch.device.service
        if row.value is not None:
            text = f"{row.value.series} {value_text(row.value.key.cls, row.value.path, row.value.reading)}"
        self.app.copy_to_clipboard(plain(text))
        self.console.say(f"Copied: {plain(text)}")

    def action_pin(self) -> None:
        """Pin the value, or take the pin back."""
        console, row, station = self.console, self._row, self.console.station
        if row is None or row.value is None or station is None or self.paths is None:
            console.say("Pin a value: put the cursor on one.")
            return
        series, pinned = row.value.series, row.value.series in self.paths.pins
        if not pinned and self.paths.is_pinned(series):
            console.say("It is pinned by a glob; that was set elsewhere.")
            return
        write = partial(unpin if pinned else pin, station=station, pattern=series)
        console.operator.do([write], lambda: self._read(at_once=True))
