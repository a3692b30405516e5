"""The Link screen: how every station is reached, the worst first; one of them in full; and the collector itself."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events

from victron_console.alerts.engine.coverage import Blind, blind_rules_of
from victron_console.alerts.rules.rule_file import rules_in_force
from victron_console.console.kit.cursor_list import CursorList, sort_after
from victron_console.console.kit.export import Table
from victron_console.console.kit.format import site_count
from victron_console.console.kit.frame.keys import (
    Key,
    list_keys,
)
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.line import Line
from victron_console.console.kit.order_hold import OrderHold
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.view import FleetView
from victron_console.console.link.data import Link, LinkData, links, read_links
from victron_console.console.link.detail import draw_link_detail
from victron_console.console.link.export import links_table
from victron_console.console.link.own import Own, draw_own
from victron_console.console.link.row import draw_heads, draw_link, in_order, sort_heads
from victron_console.model.station import StationState
from victron_console.store.read.reader import Reader

READ_EVERY_S = 2.0
RULES_EVERY_S = 60.0
"""How often it is asked anew which alarm rules cannot judge: what they lack seldom comes or goes."""
MIDDLE_FROM, TALL_FROM = 22, 30
"""Rows of the terminal from which the collector has three, and from which parts stand apart."""
_STATES = (
    (StationState.MISCONFIGURED, "misconfigured"),
    (StationState.LOST, "lost"),
    (StationState.STALE, "stale"),
    (StationState.STARTING, "starting"),
    (StationState.DEGRADED, "degraded"),
    (StationState.LIVE, "live"),
)


class LinkPart(Rows):
    """The station under the cursor."""

    def __init__(self) -> None:
        super().__init__(id="link-detail")
        self.link: Link | None = None
        self.data = LinkData()
        self.now = 0.0
        self.skipped = 0
        """Services scrolled away."""
        self.blind: list[Blind] = []
        """Alarm rules that cannot judge at `blind_at`."""
        self.blind_at = ""

    def draw(self, width: int, height: int) -> list[Line]:
        """Its rows at this size."""
        blind = self.blind if self.link is not None and self.link.site.id == self.blind_at else []
        return draw_link_detail(width, height, self.link, self.data.detail, self.now, offset=self.skipped, blind=blind)


class OwnPart(Rows):
    """The collector, the store and this console."""

    def __init__(self) -> None:
        super().__init__(id="link-own")
        self.own: Own | None = None

    def draw(self, width: int, height: int) -> list[Line]:
        """Its rows at this size."""
        return draw_own(width, height, self.own) if self.own else []


class LinkScreen(ConsoleScreen):
    """One row a station."""

    NAME = "link"
    VERTICAL_BREAKPOINTS = [(MIDDLE_FROM, "-middle"), (TALL_FROM, "-tall")]  # noqa: RUF012
    KEYS = (
        Key("enter", "open_site", "Enter", "open", "Open the site under the cursor."),
        Key("v", "full", "v", "services", "The station under the cursor over the whole screen, or the list again."),
        Key("6", "app.open('paths')", "6", "paths", "All values of the station.", 80),
        Key("o", "sort", "o", "sort", "Order by the next column, at last by the worst first.", 100),
        *list_keys("station", "; over the whole screen, scroll its services"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.data: LinkData | None = None
        """What the store said; None until it has answered."""
        self._hold = OrderHold()
        self._links: list[Link] = []
        self._list = CursorList(id="link-list")
        self._part = LinkPart()
        self._own = OwnPart()
        self._full = False
        self._sort = ""
        """The head that the rows are ordered by; empty for the worst first."""
        self._pace = ReadPace(READ_EVERY_S)
        self._rules_pace = ReadPace(RULES_EVERY_S)

    def body(self) -> Iterator[Rows]:
        """List, station, collector."""
        yield self._list
        yield self._part
        yield self._own

    def head(self, line: Line, end: int) -> None:
        """The stations by the state of their link."""
        column = line.put(1, site_count(len(self.view.sites)), Role.TEXT1, bold=True) + 2
        for state, word in _STATES:
            count = sum(site.state is state for site in self.view.sites)
            if not count or column + len(word) + 4 > end:
                continue
            role = Role.TEXT1 if state is StationState.LIVE else Role.LINK_TEXT
            column = line.put(column, str(count), role, bold=state is not StationState.LIVE) + 1
            column = line.put(column, word, Role.TEXT2) + 2

    def on_resize(self, event: events.Resize) -> None:
        """As many rows for the list as there are stations, but half of the screen at most."""
        self._arrange()

    def _arrange(self) -> None:
        height = self.size.height
        engines = 1 if self.data is not None and self.data.own.engines else 0
        own, blank = (3 + engines if height >= MIDDLE_FROM else 1), (1 if height >= TALL_FROM else 0)
        self._list.display = not self._full
        self._list.styles.height = blank + min(len(self.view.sites) + 1, max(4, (height - 2 - own) // 2))

    # ---- data

    def show(self, view: FleetView) -> None:
        """The fleet changed: read the links, now and then."""
        self._read()
        self._redraw()

    def tick(self) -> None:
        """Ages grow, rows may move at last."""
        self._read()
        self._redraw()

    def _read(self, *, at_once: bool = False) -> None:
        console, as_of = self.console, self.console.as_of
        if not self._pace.is_due(console, at_once=at_once or self.data is None):
            return
        chosen = self._list.cursor or console.station
        degraded = [site.id for site in self.view.sites if site.state is StationState.DEGRADED]
        moment = console.moment
        self.ask(lambda reader: read_links(reader, degraded, chosen, moment, as_of), self._answered, group="links")
        if chosen is not None and self._rules_pace.is_due(console, at_once=chosen != self._part.blind_at):
            folders = console.rule_folders

            def question(reader: Reader) -> list[Blind]:
                row = reader.station(chosen, as_of)
                return blind_rules_of(rules_in_force(folders), row, reader.snapshot(chosen, as_of)) if row else []

            self.ask(question, lambda blind: self._show_blind(chosen, blind), group="rules")

    def _show_blind(self, station: str, blind: list[Blind]) -> None:
        self._part.blind_at, self._part.blind = station, blind
        self._part.redraw()

    def _answered(self, data: LinkData) -> None:
        first, self.data = self.data is None, data
        self._redraw(at_once=first)
        self.refresh_frame()

    def _redraw(self, *, at_once: bool = False) -> None:
        console, now = self.console, self.console.now
        found = {link.site.id: link for link in links(self.view.sites, self.data or LinkData())}
        sites = [link.site for link in in_order(list(found.values()), self._sort)]
        order = self._hold.settle(sites, console.clock.monotonic(), at_once=at_once or self.jumped)
        shown = self._links = [found[site.id] for site in order]
        self._arrange()
        first = self._list.cursor is None
        self._list.show(
            [link.site.id for link in shown],
            head=lambda width: draw_heads(width, self._sort),
            row=lambda width, place, selected: draw_link(width, shown[place], now, selected=selected),
            empty="No station is configured yet.",
        )
        if first and console.station is not None:
            self._list.put_cursor(console.station)
        self._show_part()
        received = sum(link.received_bytes_s or 0.0 for link in shown)
        own = (self.data or LinkData()).own
        self._own.set_class(bool(own.engines), "-engines")
        self._own.own = Own(own, now, console.terminal_bytes_s, received, len(shown))
        self._own.redraw()

    def _show_part(self) -> None:
        cursor = self._list.cursor
        self._part.link = next((link for link in self._links if link.site.id == cursor), None)
        self._part.data, self._part.now = self.data or LinkData(), self.console.now
        self._part.redraw()

    def table(self) -> Table:
        """The links in the order they stand in."""
        return links_table(self._links)

    # ---- what the operator does

    def on_cursor_list_moved(self, message: CursorList.Moved) -> None:
        """The cursor moved: every screen is about this station now."""
        self._hold.cursor_moved(self.console.clock.monotonic())
        self.console.station = message.name
        self._part.skipped = 0
        self._read(at_once=True)
        self._show_part()
        if message.opened:
            self.action_open_site()

    def on_cursor_list_head_clicked(self, message: CursorList.HeadClicked) -> None:
        """Order by that column; the worst first where it is so already."""
        self._sort = message.head if message.head != self._sort else ""
        self._redraw(at_once=True)

    def action_sort(self) -> None:
        """The next order."""
        self._sort = sort_after(self._sort, sort_heads(self._list.size.width))
        self._redraw(at_once=True)

    def action_move(self, rows: int) -> None:
        """The cursor by so many stations; where the station fills the screen, its services."""
        if not self._full:
            self._list.move(rows)
            return
        detail = self._part.data.detail
        last = max(0, len(detail.services) - 1) if detail else 0
        self._part.skipped = max(0, min(last, self._part.skipped + rows))
        self._part.redraw()

    def action_page(self, pages: int) -> None:
        """The cursor by pages."""
        if self._full:
            self.action_move(pages * max(1, self._part.size.height - 8))
        else:
            self._list.page(pages)

    def action_open_site(self) -> None:
        """Enter."""
        if self._list.cursor is not None:
            self.console.open("site")

    def action_full(self) -> None:
        """The station over the whole screen, or the list again."""
        self._full = not self._full
        self._part.skipped = 0
        self._arrange()
        self._part.redraw()
