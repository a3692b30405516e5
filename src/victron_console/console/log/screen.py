"""The Log screen: everything that happened, newest first: alarms, who did what, links, settings. Searchable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from victron_console.console.kit.cursor_list import CursorList
from victron_console.console.kit.export import Table
from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.frame.prompt import LinePrompt
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.search import matcher
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.text import cut
from victron_console.console.kit.view import FleetView
from victron_console.console.log.export import log_table
from victron_console.console.log.pages import (
    KINDS,
    LogChoice,
    LogPlace,
    joined,
    newer,
    older,
    said,
)
from victron_console.console.log.rows import draw_last_look, draw_log_heads, draw_log_line, draw_whole
from victron_console.model.clock import local
from victron_console.store.read.reader import Reader
from victron_console.store.records import Event

AHEAD = 100
"""Lines that are kept loaded below the cursor."""
LAST_LOOK = "last look"


class LogPane(Rows):
    """The selected line in full."""

    DEFAULT_CSS = "LogPane { height: 4; margin: 1 0 0 0; }"

    def __init__(self) -> None:
        super().__init__()
        self._event: Event | None = None
        self._names: dict[str, str] = {}

    def show(self, event: Event | None, names: dict[str, str]) -> None:
        """Draw this one."""
        self._event, self._names = event, names
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """Head and words."""
        sheet = Sheet(width, height)
        if self._event is not None:
            draw_whole(sheet, self._event, self._names)
        return sheet.lines


class LogScreen(ConsoleScreen):
    """The event log."""

    NAME = "log"
    KEYS = (
        Key("enter", "open_site", "Enter", "site", "Open the site of the line."),
        Key("g", "go_there", "g", "that moment", "Look at the fleet as it was at the moment of the line.", 120),
        Key("slash", "filter", "/", "filter", "Show lines with these words; `!word` without it."),
        Key("o", "kinds", "o", "kind", "Show all, or only alarms, operators, links, settings, advice, agents."),
        Key("s", "station", "s", "one site", "Show only the chosen site, or all again."),
        Key("down,j", "move(1)", "↓ j", "", "Next line."),
        Key("up,k", "move(-1)", "↑ k", "", "Previous line."),
        Key("pagedown", "page(1)", "PgDn", "", "A page on."),
        Key("pageup", "page(-1)", "PgUp", "", "A page back."),
        Key("home", "move(-10000000)", "Home", "", "The newest line."),
    )

    def __init__(self) -> None:
        super().__init__()
        self._list = CursorList(id="log-list")
        self._pane = LogPane()
        self._choice = LogChoice()
        self._typed = ""
        """The filter while it is being typed."""
        self._events: list[Event] = []
        self._by_name: dict[str, Event] = {}
        self._next: LogPlace | None = None
        self._newest: str | None = None
        self._loaded_for: tuple[LogChoice, float | None] | None = None

    def body(self) -> Iterator[Rows]:
        """The list and the selected line."""
        yield self._list
        yield self._pane

    def head(self, line: Line, end: int) -> None:
        """How much of the log is shown, and of what."""
        column = 1
        more = "+" if self._next is not None else ""
        column = line.put(column, f"{len(self._events)}{more} lines", Role.TEXT2) + 3
        choice = self._choice
        words = [choice.kinds] if choice.kinds != "all" else []
        words += [self._names().get(choice.station, choice.station)] if choice.station else []
        words += [f"filter {choice.wanted}"] if choice.wanted else []
        line.put(column, cut("  ".join(words), max(0, end - column)), Role.TEXT1)

    # ---- reading

    def show(self, view: FleetView) -> None:
        """What is new is read; with another choice or moment everything is."""
        wanted = (self._choice, self.console.as_of)
        if not self.console.has_store:
            self._take(list(view.events), None)
        elif self._loaded_for != wanted:
            self._loaded_for = wanted
            self._read_older(LogPlace(self.console.now), anew=True)
        elif self.console.as_of is None and self._events:
            choice, since, until = self._with_names(), self._events[0].at, self.console.now
            self.ask(
                lambda reader: newer(reader, choice, since, until),
                lambda fresh: self._take(joined(self._events, fresh), self._next),
                group="newer",
            )
        elif not self._events:
            self._read_older(LogPlace(self.console.now), anew=True)

    def tick(self) -> None:
        """Times are written as of now."""
        self._draw()

    def _read_older(self, place: LogPlace, *, anew: bool) -> None:
        choice = self._with_names()

        def question(reader: Reader) -> tuple[list[Event], LogPlace | None]:
            return older(reader, choice, place)

        def answered(found: tuple[list[Event], LogPlace | None]) -> None:
            self._take(found[0] if anew else [*self._events, *found[0]], found[1])

        self.ask(question, answered, group="older")

    def _take(self, events: list[Event], place: LogPlace | None) -> None:
        self._events, self._next = events, place
        counted: Counter[str] = Counter()
        self._by_name = {}
        names, has_words = self._names(), matcher(self._typed)
        for event in events:
            if not has_words(said(event, names)):
                continue
            name = f"{event.at} {event.station} {event.kind} {event.text}"
            counted[name] += 1
            self._by_name[f"{name} {counted[name]}"] = event
        self._draw()
        self.refresh_frame()

    def _with_names(self) -> LogChoice:
        return LogChoice(self._choice.wanted, self._choice.kinds, self._choice.station, self._names())

    def _names(self) -> dict[str, str]:
        return {site.id: site.name for site in self.view.sites}

    # ---- drawing

    def _draw(self) -> None:
        console, names = self.console, self._names()
        places = list(self._by_name)
        left_at = console.left_at
        new = sum(event.at > left_at for event in self._events) if left_at else 0
        if 0 < new < len(places):
            places.insert(new, LAST_LOOK)

        def row(width: int, place: int, selected: bool) -> Line:
            event = self._by_name.get(places[place])
            if event is None:
                return draw_last_look(width, left_at, console.digest, console.now)
            return draw_log_line(width, event, names, console.now, selected=selected, new=place < new)

        at_top = self._list.cursor in (None, self._newest)
        empty = "Nothing fits; / changes the filter, o the kind." if self._choice != LogChoice() else "no events yet"
        self._list.show(places, head=draw_log_heads, row=row, empty=empty)
        self._newest = places[0] if places else None
        if at_top and self._newest is not None:
            self._list.put_cursor(self._newest)  # who reads the newest line goes on reading the newest
        self._pane.display = self.size.height >= 20
        self._pane.show(self.selected, names)

    @property
    def selected(self) -> Event | None:
        """The event under the cursor."""
        return self._by_name.get(self._list.cursor or "")

    def table(self) -> Table:
        """The lines that are loaded."""
        return log_table(self._events)

    # ---- what the operator does

    def on_cursor_list_moved(self, message: CursorList.Moved) -> None:
        """The cursor moved: near the end the next page is read."""
        at = list(self._by_name).index(message.name) if message.name in self._by_name else 0
        if self._next is not None and at > len(self._events) - AHEAD:
            place, self._next = self._next, None
            self._read_older(place, anew=False)
        self._pane.show(self.selected, self._names())
        if message.opened:
            self.action_open_site()

    def action_move(self, rows: int) -> None:
        """The cursor by so many lines."""
        self._list.move(rows)

    def action_page(self, pages: int) -> None:
        """The cursor by pages."""
        self._list.page(pages)

    def action_open_site(self) -> None:
        """Enter."""
        event = self.selected
        if event is not None and self.view.site(event.station) is not None:
            self.console.station = event.station
            self.console.open("site")

    def action_go_there(self) -> None:
        """`g`."""
        if (event := self.selected) is not None:
            self.console.look_at(local(event.at).isoformat())

    def action_kinds(self) -> None:
        """The next kind."""
        names = list(KINDS)
        kinds = names[(names.index(self._choice.kinds) + 1) % len(names)]
        self._choose(LogChoice(self._choice.wanted, kinds, self._choice.station))

    def action_station(self) -> None:
        """One site or all."""
        event = self.selected
        own = event.station if event is not None and event.station else self.console.station
        station = None if self._choice.station else own
        self._choose(LogChoice(self._choice.wanted, self._choice.kinds, station))

    def action_filter(self) -> None:
        """Ask for the words."""

        def answered(line: str | None) -> None:
            self._typed = ""
            wanted = self._choice.wanted if line is None else line.strip()
            self._choose(LogChoice(wanted, self._choice.kinds, self._choice.station))
            self._take(self._events, self._next)

        hint = "words; !word without"
        self.prompt(LinePrompt("/", self._choice.wanted, hint, changed=self._narrow_loaded), answered)

    def _narrow_loaded(self, line: str) -> str:
        """Show what fits of the lines that are here; the store is asked for the rest once, when the line is whole."""
        self._typed = line.strip()
        self._take(self._events, self._next)
        return f"{len(self._by_name)} of {len(self._events)} read so far" if self._typed else ""

    def _choose(self, choice: LogChoice) -> None:
        self._choice = choice
        self.show(self.view)
        self.refresh_frame()
