"""The Health screen: the fleet by what its past says of it, one station figure by figure, and what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from textual import events

from victron_console.console.health.data import Health, HealthData, read_health
from victron_console.console.health.job_actions import JobActions
from victron_console.console.health.lists import listed
from victron_console.console.health.parts import (
    HealthShown,
    Part,
    detail,
    listing,
)
from victron_console.console.health.row import sort_heads, tier_role
from victron_console.console.health.table import findings_table, firmware_table, jobs_table, peers_table
from victron_console.console.kit.cursor_list import CursorList, sort_after
from victron_console.console.kit.export import Table
from victron_console.console.kit.frame.keys import (
    Key,
    list_keys,
)
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut, plain
from victron_console.console.kit.view import FleetView
from victron_console.store.operator.jobs import JobRow
from victron_console.store.operator.wishes import diagnose_now

READ_EVERY_S = 30.0
"""Diagnoses are of days; what an operator writes is read at once."""
BESIDE_FROM = 116
"""Columns from which the explanation stands beside the list."""
STATIONS = (Part.FLEET, Part.FIRMWARE)
"""The parts that list stations."""
_TIERS = ("act", "plan", "watch", "unknown", "ok")


class HealthPane(Rows):
    """What the row under the cursor says in full."""

    def __init__(self) -> None:
        super().__init__(id="health-pane")
        self.drawing: Callable[[int, int], list[Line]] | None = None

    def draw(self, width: int, height: int) -> list[Line]:
        """Its rows at this size."""
        return self.drawing(width, height) if self.drawing else []


class HealthScreen(ConsoleScreen):
    """The fleet ranked, a station's figures, jobs, firmware or peers; what is under the cursor is told in full."""

    NAME = "health"
    KEYS = (
        Key(
            "enter", "deeper", "Enter", "open", "Open the station; on a figure, its explanation over the whole screen."
        ),
        Key(
            "m",
            "part('jobs')",
            "m",
            "jobs",
            "The maintenance list: what is to be done, what is proposed, what is done.",
        ),
        Key("f", "part('firmware')", "f", "firmware", "The firmware of the fleet: behind, ahead, unknown.", 60),
        Key("r", "part('peers')", "r", "ranks", "Stations compared by the same figure; who stands out.", 60),
        Key("a", "add", "a", "add", "Put a job on the list; on a proposal, take it over.", 60, writes=True),
        Key("d", "done", "d", "done", "The job under the cursor is done.", 80, writes=True),
        Key("c", "change", "c", "change", "Change the job under the cursor and its date.", 100, writes=True),
        Key("w", "note", "w", "note", "Write a note to the job under the cursor.", 100, writes=True),
        Key("escape,backspace", "up", "Esc", "", "One level up."),
        Key("D", "diagnose", "D", "diagnose", "Diagnose the station now instead of at night.", 120, writes=True),
        Key("left", "next_site(-1)", "←→", "site", "Previous and next site.", 100),
        Key("right", "next_site(1)", "→", "", "Next site."),
        Key("o", "sort", "o", "sort", "Order the fleet by the next column, at last by the most urgent first.", 120),
        *list_keys("row", "; in an explanation, scroll it"),
    )

    def __init__(self) -> None:
        super().__init__()
        self.data: HealthData | None = None
        """What the store said; None until it has answered."""
        self.part = Part.FLEET
        self._full = False
        """The explanation has the whole screen."""
        self._skipped = 0
        self._sort = ""
        self._list = CursorList(id="health-list")
        self._pane = HealthPane()
        self._jobs = JobActions(self, self._written)
        self._cursors: dict[Part, str] = {}
        self._pace = ReadPace(READ_EVERY_S)

    def body(self) -> Iterator[Rows]:
        """List and pane."""
        yield self._list
        yield self._pane

    def head(self, line: Line, end: int) -> None:
        """The stations by tier; in a part of it, its name."""
        column = 1
        row = self._health
        if self.part is Part.STATION and row is not None:
            line.put(column, cut(plain(row.site.name), max(0, end - column)), Role.TEXT1, bold=True)
            return
        if self.part is not Part.FLEET:
            column = line.put(column, str(self.part), Role.TEXT1) + 2
        words = [row.tier for row in self.data.rows] if self.data else []
        for tier in _TIERS:
            count = words.count(tier)
            if count and column + len(tier) + 4 <= end:
                column = line.put(column, str(count), tier_role(tier), bold=tier in ("act", "plan")) + 1
                column = line.put(column, tier, Role.TEXT2) + 2

    @property
    def _health(self) -> Health | None:
        return self.data.row(self.console.station) if self.data else None

    def action_diagnose(self) -> None:
        """Ask the collector to diagnose the chosen station now."""
        site = self.site
        if site is None:
            self.console.say("Choose a station first.")
        elif self.console.operator.may_write():
            self.console.operator.do([partial(diagnose_now, station=site.id)])

    # ---- data

    def show(self, view: FleetView) -> None:
        """The fleet changed: read its health, now and then."""
        self._read()
        self._redraw()

    def tick(self) -> None:
        """Ages grow; a job that was written appears."""
        self._read()

    def _read(self, *, at_once: bool = False) -> None:
        console, as_of = self.console, self.console.as_of
        chosen = console.station if self.part is Part.STATION else None
        if not self.view.sites or not self._pace.is_due(console, chosen, at_once=at_once or self.data is None):
            return
        sites, moment = self.view.sites, console.moment
        self.ask(lambda reader: read_health(reader, sites, chosen, moment, as_of), self._answered, group="health")

    def _written(self) -> None:
        """What the operator did is seen at once."""
        if self.is_attached:
            self._read(at_once=True)

    def _answered(self, data: HealthData) -> None:
        self.data = data
        self._redraw()
        self.refresh_frame()

    # ---- drawing

    def on_resize(self, event: events.Resize) -> None:
        """Share the screen out anew."""
        self._redraw()

    @property
    def _shown(self) -> HealthShown:
        return HealthShown(self.data or HealthData(), self.console.station, self.console.now, self._sort)

    def _arrange(self, count: int) -> None:
        """Share the screen out: list and pane beside or below one another, or one of them alone."""
        width, height = self.size.width, self.size.height - 3
        beside = width >= BESIDE_FROM and self.part is Part.STATION
        below = not beside and height >= 12
        self.set_class(beside, "-beside")
        self._list.display = not self._full
        self._pane.display = self._full or beside or below
        self._list.styles.height = max(4, min(count + 2, height * 3 // 5)) if below else "1fr"

    def _redraw(self) -> None:
        if not self.is_attached:
            return
        found = listing(self.part, self._shown)
        names = found.names
        self._arrange(len(names))
        self._list.show(
            names,
            head=found.head,
            row=lambda width, place, selected: found.row(width, names[place], selected),
            empty=found.empty if self.data else "Reading the store ...",
        )
        self._put_cursor(names)
        self._pane.drawing = self._detail
        self._pane.redraw()

    def _put_cursor(self, names: Sequence[str]) -> None:
        """Where it stood in this part before; in lists of stations, on the chosen one."""
        wanted = self._cursors.get(self.part)
        if self.part in STATIONS:
            wanted = self.console.station
        if wanted not in names and names:
            wanted = names[0]
        if wanted is not None and self._list.cursor != wanted:
            self._list.put_cursor(wanted)

    def _detail(self, width: int, height: int) -> list[Line]:
        name = self._list.cursor
        if name is None:
            return []
        return detail(self.part, self._shown, name, width, height, offset=self._skipped, full=self._full)

    def table(self) -> Table | None:
        """What the part lists; of the fleet every finding."""
        if self.data is None:
            return None
        whole = {Part.JOBS: jobs_table, Part.FIRMWARE: firmware_table, Part.PEERS: peers_table}.get(self.part)
        if whole is not None:
            return whole(self.data)
        return findings_table(self.data, self.console.station if self.part is Part.STATION else None)

    # ---- what the operator does

    def on_cursor_list_moved(self, message: CursorList.Moved) -> None:
        """The cursor moved: on a station, every screen is about it now."""
        self._cursors[self.part] = message.name
        self._skipped = 0
        if self.part in STATIONS:
            self.console.station = message.name
        self._pane.redraw()
        if message.opened:
            self.action_deeper()

    def on_cursor_list_head_clicked(self, message: CursorList.HeadClicked) -> None:
        """Order the fleet by that column; the most urgent first where it is so already."""
        if self.part is Part.FLEET:
            self._sort = message.head if message.head != self._sort else ""
            self._redraw()

    def action_sort(self) -> None:
        """The next order of the fleet."""
        if self.part is Part.FLEET:
            self._sort = sort_after(self._sort, sort_heads(self._list.size.width))
            self._redraw()

    def action_move(self, rows: int) -> None:
        """The cursor by so many rows; in a whole explanation, its text."""
        if self._full:
            self._skipped = max(0, min(60, self._skipped + rows))
            self._pane.redraw()
        else:
            self._list.move(rows)

    def action_page(self, pages: int) -> None:
        """The cursor by pages."""
        if self._full:
            self.action_move(pages * max(1, self._pane.size.height - 2))
        else:
            self._list.page(pages)

    def action_deeper(self) -> None:
        """Enter: from the fleet to a station, from a figure to its explanation."""
        cursor = self._list.cursor
        if cursor is None:
            return
        if self.part in STATIONS:
            self.console.station = cursor
            self._cursors.pop(Part.STATION, None)  # each station begins at its first figure
            self.action_part("station")
        else:
            self._full = not self._full
            self._skipped = 0
            self._redraw()

    async def action_up(self) -> None:
        """Esc: from an explanation to its list, from a part to the fleet, from the fleet to the screen before."""
        if self._full:
            self._full, self._skipped = False, 0
            self._redraw()
        elif self.part is not Part.FLEET:
            self.action_part("fleet")
        else:
            await self.console.action_back()

    def action_part(self, name: str) -> None:
        """Another list."""
        part = Part(name)
        self.part = Part.FLEET if part is self.part else part
        self._full, self._skipped = False, 0
        self._read()
        self._redraw()
        self.refresh_frame()

    def action_next_site(self, step: int) -> None:
        """The previous or next station of the ranking."""
        places = [row.site.id for row in self._shown.fleet]
        if self.part is not Part.STATION or self.console.station not in places:
            return
        self.console.station = places[(places.index(self.console.station) + step) % len(places)]
        self._read()
        self._redraw()
        self.refresh_frame()

    @property
    def _job(self) -> JobRow | None:
        one = listed(self.data).get(self._list.cursor or "") if self.data and self.part is Part.JOBS else None
        if isinstance(one, JobRow) and not one.done:
            return one
        self.console.say("Put the cursor on an open job of the list (m).")
        return None

    def action_add(self) -> None:
        """A new job of the station under the cursor; on a proposal, that one."""
        one = listed(self.data).get(self._list.cursor or "") if self.data and self.part is Part.JOBS else None
        if one is not None and not isinstance(one, JobRow):
            self._jobs.take(one)
        else:
            station = one.station if isinstance(one, JobRow) else self.console.station
            if station in self._shown.sites:
                self._jobs.add(station, self._shown.sites[station])
            else:
                self.console.say("Choose a site first.")

    def action_done(self) -> None:
        """The job is done."""
        if (job := self._job) is not None:
            self._jobs.finish(job)

    def action_change(self) -> None:
        """Other words, another date."""
        if (job := self._job) is not None:
            self._jobs.edit(job)

    def action_note(self) -> None:
        """A note."""
        if (job := self._job) is not None:
            self._jobs.note(job)
