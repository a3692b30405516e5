"""The Fleet screen: every site in one row, the worst first, the alarms under them, the chosen station beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from victron_console.console.fleet.alarm_keys import ALARM_KEYS, AlarmKeysScreen
from victron_console.console.fleet.alarm_list import AlarmList
from victron_console.console.fleet.all_sites import AllSites, read_fleet_day
from victron_console.console.fleet.budget import put_budget
from victron_console.console.fleet.columns import COLUMNS
from victron_console.console.fleet.export import fleet_table
from victron_console.console.fleet.groups import Entry, Group, folds, group_of, grouped, sites_of
from victron_console.console.fleet.layout import FleetLayout, fleet_layout
from victron_console.console.fleet.no_sites import FIRST_RUN, NOTHING_FITS, unanswered
from victron_console.console.fleet.order import SORT_OF_COLUMN, FleetChoice, chosen, next_sort
from victron_console.console.fleet.station_data import station_detail
from victron_console.console.fleet.station_part import StationPart
from victron_console.console.fleet.table import FleetTable
from victron_console.console.kit.export import Table
from victron_console.console.kit.format import alarm_rate, site_count
from victron_console.console.kit.frame.bars import HeaderRow
from victron_console.console.kit.frame.dialogs import Choices
from victron_console.console.kit.frame.keys import Key, list_keys
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import put_counts
from victron_console.console.kit.order_hold import OrderHold
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.view import FleetView

FOLDED_FROM = 40
"""With more sites groups are closed until they are opened."""
FOLDS = ("closed", "open", "whole")
CURVE_EVERY_S = 60.0
"""The day of all sites is made of five minutes each."""
DETAIL_EVERY_S = 5.0
"""The station under the cursor is asked for so often; its row is drawn whenever it changes."""


class FleetScreen(AlarmKeysScreen):
    """One row a site."""

    NAME = "fleet"
    KEYS = (
        Key("enter", "open_site", "Enter", "open", "Open the site under the cursor."),
        Key("slash", "filter", "/", "filter", "Show sites with these words; `!word` without it."),
        Key("o", "sort", "o", "sort", "Sort by the next of urgency, charge, sunrise, battery, pv, load, age, name."),
        Key("c", "columns", "c", "cols", "Choose columns.", 120),
        Key(
            "z", "abnormal", "z", "only abnormal", "Show only sites with something to say, or all again.", 180, order=8
        ),
        Key("g", "group", "g", "group", "Group the sites by their first tag.", 140),
        Key(
            "right",
            "fold(1)",
            "→ ←",
            "",
            "Open the group of the site under the cursor, once more all of it; ← closes it.",
        ),
        Key("left", "fold(-1)", "←", "", "Close it."),
        *ALARM_KEYS,
        *list_keys("site"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._hold = OrderHold()
        self._entries: Sequence[Entry] = ()
        self._folds: dict[str, str] = {}
        """How the operator left each group, by its tag."""
        self._table = FleetTable()
        self._station = StationPart()
        self._curve = AllSites()
        self._pace, self._curve_pace = ReadPace(DETAIL_EVERY_S), ReadPace(CURVE_EVERY_S)

    def compose(self) -> ComposeResult:
        """The list with what belongs to all sites, and beside it the one under the cursor."""
        yield HeaderRow()
        with Horizontal(id="fleet-body"):
            with Vertical(id="fleet-list"):
                yield self._table
                yield self._alarms
                yield self._curve
            yield self._station
        yield from self.foot()

    def body(self) -> Iterator[Rows]:
        """Table, alarms, the curve of all sites, the station under the cursor."""
        yield from (self._table, self._alarms, self._curve, self._station)

    # ---- drawing

    def head(self, line: Line, end: int) -> None:
        """The sites by state: it is the legend too."""
        column = line.put(1, site_count(len(self.view.sites)), Role.TEXT1, bold=True) + 2
        if line.width >= 100:
            end = put_budget(line, end, self.view, self.console.terminal_bytes_s)
        put_counts(line, column, self.view.counts(), end)

    def show(self, view: FleetView) -> None:
        """The fleet as it is now."""
        self._settle()

    def tick(self) -> None:
        """Ages grow, and rows may move at last."""
        self._settle()

    def on_resize(self, event: events.Resize) -> None:
        """Share the rows out anew."""
        self._arrange()

    def _settle(self, *, at_once: bool = False) -> None:
        at_once = at_once or self.jumped
        sites = self._hold.settle(chosen(self.view.sites, self.choice), self.console.clock.monotonic(), at_once=at_once)
        if self.site is None and sites:
            self.console.station = sites[0].id
        self._entries = grouped(sites, folds(sites, self._folds, FOLDED_FROM)) if self.choice.grouped else sites
        self._arrange()
        self._draw()

    def _draw(self) -> None:
        console = self.console
        self._table.show(
            self._entries,
            station=console.station,
            now=console.now,
            coarse=console.low_bandwidth,
            hidden=frozenset(console.settings.hidden_columns),
            said=self._said(),
            empty=NOTHING_FITS if self.view.sites else unanswered(console.configured) or FIRST_RUN,
        )
        view = self.view
        self._station.show(self.site, console.now)
        self._ask_detail()
        self._ask_curve()
        unwell = [site for site in view.sites if site.reason]
        self._alarms.show(view.alarms, console.now, rate=alarm_rate(view.alarms_per_hour), unwell=unwell)

    def _ask_detail(self) -> None:
        """Ask the store for the station under the cursor, where there is room for it and its answer is old."""
        console, station = self.console, self.console.station
        if station is None or not self._station.display or not self._pace.is_due(console, station):
            return
        now, as_of = console.moment, console.as_of
        self.ask(lambda reader: station_detail(reader, station, now, as_of), self._station.show_detail, group="detail")

    def _ask_curve(self) -> None:
        """Ask the store for the day of all sites, where there is room for it."""
        console = self.console
        if not self._curve.display or not console.has_store or not self._curve_pace.is_due(console):
            return
        now, as_of = console.moment, console.as_of
        self.ask(lambda reader: read_fleet_day(reader, now, as_of), self._curve.show, group="curve")

    def _arrange(self) -> None:
        plan = self._plan()
        self._table.show_sums(plan.sums)
        self.set_class(plan.gap > 0, "-spaced")
        self._table.styles.height = plan.table
        self._station.display = plan.detail > 0
        self._station.styles.width = plan.detail
        self._alarms.display = plan.alarms > 0
        self._alarms.styles.height = plan.alarms
        self._curve.display = plan.curve > 0
        self._curve.styles.height = plan.curve

    def _plan(self) -> FleetLayout:
        rows = len(self._entries) or len(FIRST_RUN)
        return fleet_layout(self.size.width, self.size.height, rows, len(self.view.alarms))

    def _said(self) -> str:
        choice = self.choice
        words = [f"sort {choice.sort}"] if choice.sort != "urgency" else []
        words += [f"filter {choice.filter}"] if choice.filter else []
        return "  ".join([*words, *(["only abnormal"] if choice.abnormal_only else [])])

    def table(self) -> Table:
        """The sites in the order they stand in."""
        return fleet_table(sites_of(self._entries))

    # ---- what the operator does

    @property
    def choice(self) -> FleetChoice:
        """What the operator wants to see; kept between sessions."""
        kept = self.console.settings
        return FleetChoice(kept.sort, kept.filter, kept.abnormal_only, kept.grouped)

    def on_fleet_table_selected(self, message: FleetTable.Selected) -> None:
        """The cursor moved: every screen is about this station now."""
        self._hold.cursor_moved(self.console.clock.monotonic())
        self.console.station = message.station
        if message.opened:
            self.console.open("site")
        else:
            self._draw()

    def on_alarm_list_clicked(self, message: AlarmList.Clicked) -> None:
        """A click on an alarm."""
        self.console.open_alarm(message.alarm)

    def action_move(self, rows: int) -> None:
        """The cursor by so many sites, or alarms."""
        if self._alarms.is_entered:
            self._alarms.move(rows)
            self.alarm_chosen()
        else:
            self._table.move(rows)

    def alarm_chosen(self) -> None:
        """The site of the alarm under the cursor is the one that every screen is about."""
        if (row := self._alarms.selected) is not None and self.view.site(row.members[0].station) is not None:
            self._hold.cursor_moved(self.console.clock.monotonic())
            self.console.station = row.members[0].station
        self._draw()

    def action_page(self, pages: int) -> None:
        """The cursor by pages."""
        room = self._alarms.size.height - 1 if self._alarms.is_entered else self._table.visible_rows()
        self.action_move(pages * max(1, room - 1))

    def action_open_site(self) -> None:
        """Enter: the alarm under the cursor, else the site."""
        if (row := self._alarms.selected) is not None:
            self.console.open_alarm(row.id)
        elif self.site is not None:
            self.console.open("site")

    def on_fleet_table_head_clicked(self, message: FleetTable.HeadClicked) -> None:
        """Sort by that column; by urgency where it is sorted so already, or the column has no order."""
        wanted = SORT_OF_COLUMN.get(message.column, "urgency")
        self.console.settings.sort = wanted if wanted != self.choice.sort else "urgency"
        self._settle(at_once=True)

    def action_sort(self) -> None:
        """The next order."""
        self.console.settings.sort = next_sort(self.choice.sort)
        self._settle(at_once=True)

    def action_abnormal(self) -> None:
        """Only sites with something to say, or all."""
        self.console.settings.abnormal_only = not self.choice.abnormal_only
        self._settle(at_once=True)

    def action_group(self) -> None:
        """By tag, or not."""
        self.console.settings.grouped = not self.choice.grouped
        self._settle(at_once=True)

    def action_fold(self, step: int) -> None:
        """The group under the cursor by one step more, or less, open."""
        group = group_of(self._entries, self.console.station)
        if group is not None and self.choice.grouped:
            self._fold(group.tag, step)

    def _fold(self, tag: str, step: int) -> None:
        sites = [site for entry in self._entries if isinstance(entry, Group) for site in entry.sites]
        here = FOLDS.index(folds(sites, self._folds, FOLDED_FROM)[tag])
        self._folds[tag] = FOLDS[min(len(FOLDS) - 1, here + 1) if step > 0 else 0]
        self._settle(at_once=True)

    def on_fleet_table_folded(self, message: FleetTable.Folded) -> None:
        """A click on a group opens or closes it."""
        group = next(e for e in self._entries if isinstance(e, Group) and e.tag == message.tag)
        self._fold(message.tag, -1 if group.is_open else 1)

    def action_filter(self) -> None:
        """Ask for the words."""

        self.prompt_filter(self.choice.filter, self._use_filter)

    def _use_filter(self, wanted: str) -> str:
        self.console.settings.filter = wanted
        self._settle(at_once=True)
        found = [site.name for site in sites_of(self._entries)]
        return f"{len(found)} of {len(self.view.sites)}  {', '.join(found)}" if wanted else ""

    def action_columns(self) -> None:
        """Ask which columns."""
        choosable = [column for column in COLUMNS if not column.fixed]
        hidden = self.console.settings.hidden_columns

        def chosen_columns(kept: tuple[str, ...] | None) -> None:
            if kept is not None:
                self.console.settings.hidden_columns = tuple(c.name for c in choosable if c.name not in kept)
                self._draw()

        named = [(column.name, f"{column.head or column.name:<7}{column.about}") for column in choosable]
        ticked = [column.name for column in choosable if column.name not in hidden]
        self.app.push_screen(Choices("COLUMNS", named, ticked), chosen_columns)
