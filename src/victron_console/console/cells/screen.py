"""The Cells screen: how far the cells of a pack stand apart, which one, and how the packs of the fleet compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from victron_console.console.cells.bars import (
    PackView,
    doing_runs,
    draw_pack,
    finding_runs,
    footer_runs,
)
from victron_console.console.cells.data import (
    Ranking,
    StationPacks,
    Trace,
    pack_quality,
    read_packs,
    read_ranking,
    read_traces,
)
from victron_console.console.cells.export import (
    cells_table,
    ranking_table,
)
from victron_console.console.cells.ranking import draw_fleet
from victron_console.console.kit.export import Table
from victron_console.console.kit.format import age
from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.frame.station_screen import (
    STATION_KEYS,
    StationScreen,
)
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.sheet import Sheet
from victron_console.console.kit.standing_alarms import draw_alarms
from victron_console.console.kit.view import (
    ACKED,
    Alarm,
    FleetView,
)
from victron_console.insight.cells import Pack
from victron_console.model.quality import Quality
from victron_console.store.read.reader import Reader

RANK_EVERY_S = 60.0
FLEET_FROM_ROWS = 30
"""Body rows from which the fleet stands under the cells; below, `o` changes between them."""
_CELL_FIGURE = "cell_spread_v"


@dataclass(frozen=True, slots=True)
class CellsPage:
    """What is shown."""

    pack: PackView | None
    ranking: Ranking
    alarms: tuple[Alarm, ...]
    station: str | None
    now: float
    age: str
    reason: str = ""
    """Why there is no pack, as a sentence."""
    fleet_only: bool = False


def draw_cells_page(page: CellsPage, width: int, height: int) -> list[Line]:
    """The rows between header and keys."""
    sheet = Sheet(width, height)
    end = width - 2
    both = height >= FLEET_FROM_ROWS
    if page.fleet_only and not both:
        draw_fleet(sheet, 0, end, page.ranking, page.station, room=height)
        return sheet.lines
    row = _draw_own(page, sheet, end, height, both=both)
    if both:
        bottom = height - 2
        draw_fleet(sheet, row + 1, end, page.ranking, page.station, room=bottom - row - 2)
        draw_alarms(sheet, bottom, 1, end, page.alarms, page.now, room=2)
    return sheet.lines


def _draw_own(page: CellsPage, sheet: Sheet, end: int, height: int, *, both: bool) -> int:
    """The pack of the station; gives the row after it."""
    if page.pack is None:
        sheet.put(0, 1, page.reason, Role.TEXT3)
        return 1
    sheet.runs(0, 1, finding_runs(page.pack))
    sheet.runs(1, 1, doing_runs(page.pack, end))
    row = 2
    if height >= 22:
        row = 3
    if both:
        sheet.head(row, 1, end, "CELLS", page.pack.pack.name)
        row += 1
    room = min(height - row - 1, 26) if not both else max(4, min(26, height - row - 12))
    row = draw_pack(sheet, row, end, page.pack, room=room)
    sheet.runs(min(row, height - 1), 1, footer_runs(page.pack, page.age))
    return row + 1


class CellsBoard(Rows):
    """The rows of the page."""

    DEFAULT_CSS = "CellsBoard { height: 1fr; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__(id="cells-board")
        self._page: CellsPage | None = None

    def show(self, page: CellsPage) -> None:
        """Draw this page."""
        self._page = page
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """The page at this size."""
        return draw_cells_page(self._page, width, height) if self._page else []


@dataclass(slots=True)
class _Traces:
    """The day of the cells of one pack."""

    of: tuple[str, str] = ("", "")
    found: dict[str, Trace] = field(default_factory=dict)


class CellsScreen(StationScreen[StationPacks]):
    """The cells of the chosen station and of the fleet."""

    NAME = "cells"
    KEYS = (
        *STATION_KEYS,
        Key("tab", "next_pack", "Tab", "pack", "Next pack of the station."),
        Key("o", "fleet", "o", "fleet", "The packs of the fleet, or back, where there is no room for both."),
        Key("down,j", "next_ranked(1)", "↑↓", "ranked", "Next site of the ranking.", 120),
        Key("up,k", "next_ranked(-1)", "↑", "", "Previous site of the ranking."),
        Key("v", "app.open('site')", "v", "flow", "The energy flow of the station."),
        Key("5", "app.open('trends')", "5", "trends", "Its values over time.", 80),
        Key("3", "app.open('alarms')", "3", "alarms", "All alarms.", 80),
    )

    def __init__(self) -> None:
        super().__init__()
        self._board = CellsBoard()
        self._pack = 0
        self._fleet_only = False
        self._ranking = Ranking()
        self._rank_pace, self._trace_pace = ReadPace(RANK_EVERY_S), ReadPace(RANK_EVERY_S)
        self._traces = _Traces()

    def body(self) -> Iterator[Rows]:
        """The page."""
        yield self._board

    # ---- data

    def question(self, station: str, now: float, as_of: float | None) -> Callable[[Reader], StationPacks | None]:
        """The packs of the station."""
        return lambda reader: read_packs(reader, station, as_of)

    def show(self, view: FleetView) -> None:
        """The station anew, and the fleet's packs once a minute."""
        super().show(view)
        if view.sites and self._rank_pace.is_due(self.console, view.at if view.replay else None):
            sites, as_of = view.sites, self.console.as_of
            self.ask(lambda reader: read_ranking(reader, sites, as_of), self._ranked, group="ranking")

    def _ranked(self, ranking: Ranking) -> None:
        self._ranking = ranking
        self.redraw()

    def answered(self, data: StationPacks | None) -> None:
        """The station is there: ask for the day of its cells too."""
        super().answered(data)
        pack, station = self._chosen(), self.console.station
        if pack is None or station is None or not pack.cells:
            return
        of, now, as_of = (station, str(pack.device)), self.view.at, self.console.as_of
        if not self._trace_pace.is_due(self.console, (of, now if self.view.replay else None)):
            return

        def question(reader: Reader) -> _Traces:
            return _Traces(of, read_traces(reader, station, pack, now, as_of))

        self.ask(question, self._traced, group="traces")

    def _traced(self, traces: _Traces) -> None:
        self._traces = traces
        self.redraw()

    # ---- drawing

    def _chosen(self) -> Pack | None:
        packs = self.data.packs if self.data else ()
        return packs[self._pack % len(packs)] if packs else None

    def redraw(self) -> None:
        """The page as it is known."""
        pack, site, now = self._chosen(), self.site, self.console.now
        traces = self._traces.found if pack and self._traces.of == (self.console.station, str(pack.device)) else {}
        self._board.show(
            CellsPage(
                self._viewed(pack, traces) if pack else None,
                self._ranking,
                self.alarms,
                self.console.station,
                now,
                age(now - site.read_at) if site and site.read_at is not None else "-",
                "-  the BMS gives no cells" if self.data else "Reading the station ...",
                self._fleet_only,
            )
        )

    def _viewed(self, pack: Pack, traces: dict[str, Trace]) -> PackView:
        """The pack as far as it may be trusted: no better than its station and its own device."""
        unseen = any(alarm.figure == _CELL_FIGURE and alarm.mark not in ACKED for alarm in self.alarms)
        site, quality = self.site, Quality.GOOD
        if self.data is not None:
            quality = pack_quality(pack, self.data.snapshot, site.trust if site else Quality.GOOD)
        lost = site is not None and site.quality is Quality.LOST
        return PackView(pack, traces, unseen, quality, site.since if site and lost else None)

    def head_words(self) -> list[str]:
        """The pack, and which of how many."""
        pack = self._chosen()
        if pack is None or self.data is None:
            return []
        series = f"{len(pack.cells)}S"
        cells = f"{series} " if pack.cells and series not in pack.name else ""
        count = len(self.data.packs)
        return [f"{cells}{pack.name}", f"pack {self._pack % count + 1} of {count}"]

    def site_changed(self) -> None:
        """Another station begins with its first pack."""
        super().site_changed()
        self._pack = 0

    def table(self) -> Table | None:
        """The cells of the station, or the fleet's packs where those are looked at."""
        if self._fleet_only:
            return ranking_table(self._ranking)
        return cells_table(self.data.station, self.data.packs) if self.data else None

    # ---- what the operator does

    def action_next_pack(self) -> None:
        """The next pack of the station."""
        self._pack += 1
        self.show(self.view)
        self.refresh_frame()

    def action_fleet(self) -> None:
        """The fleet instead of the cells, or back."""
        self._fleet_only = not self._fleet_only
        self.redraw()

    def action_next_ranked(self, step: int) -> None:
        """The station of the next pack in the ranking."""
        stations = list(dict.fromkeys(each.station for each in self._ranking.packs))
        if not stations:
            return
        here = stations.index(self.console.station) if self.console.station in stations else -step
        self.console.station = stations[(here + step) % len(stations)]
        self.site_changed()
        self.show(self.view)
        self.refresh_frame()
