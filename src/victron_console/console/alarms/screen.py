"""The Alarms screen: what is not seen, cleared unseen, acknowledged and shelved, and the selected alarm in detail."""

from __future__ import annotations

from collections.abc import Iterator

from victron_console.alerts.rules.rule_file import rules_in_force
from victron_console.alerts.rules.rule_set import RuleSet
from victron_console.console.alarms.data import AlarmDetail, alarm_detail
from victron_console.console.alarms.detail import Selected
from victron_console.console.alarms.export import alarms_table
from victron_console.console.alarms.keys import KEYS
from victron_console.console.alarms.listing import AlarmListing
from victron_console.console.alarms.load import put_rate
from victron_console.console.alarms.pane import BESIDE, WALL, AlarmPane, Load
from victron_console.console.alarms.rates import AlarmLoad, alarm_load
from victron_console.console.alarms.table import AlarmTable
from victron_console.console.kit.export import Table
from victron_console.console.kit.format import rate
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.frame.why_panel import show_why_of_alarm
from victron_console.console.kit.line import Line
from victron_console.console.kit.marks import put_alarm_counts
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.view import FleetView, alarm_counts
from victron_console.console.operator.alarm_actions import AlarmActions
from victron_console.store.read.reader import Reader

LOAD_EVERY_S = 30.0
DETAIL_EVERY_S = 5.0


class AlarmsScreen(ConsoleScreen):
    """All alarms of the fleet by what has been done about them."""

    NAME = "alarms"
    HORIZONTAL_BREAKPOINTS = [(118, BESIDE), (190, WALL)]  # noqa: RUF012
    """From 118 columns on the selected alarm stands beside the list, else under it."""
    VERTICAL_BREAKPOINTS = [(22, "-middle"), (36, "-tall")]  # noqa: RUF012
    KEYS = KEYS

    def __init__(self) -> None:
        super().__init__()
        self._table = AlarmTable()
        self._pane = AlarmPane()
        self._actions = AlarmActions(self, self._acted)
        self.listing = AlarmListing()
        self._detail: AlarmDetail | None = None
        self._detail_pace, self._load_pace = ReadPace(DETAIL_EVERY_S), ReadPace(LOAD_EVERY_S)
        self._load: AlarmLoad | None = None
        self._rules: RuleSet | None = None

    def body(self) -> Iterator[Rows]:
        """The list, and the selected alarm under it or beside it."""
        yield self._table
        yield self._pane

    def head(self, line: Line, end: int) -> None:
        """Alarms by state, and the rate."""
        view = self.view
        listed = [alarm for alarm in view.alarms if alarm.listed]
        column = line.put(1, f"{len(listed)} listed", Role.TEXT1) + 2
        if line.width >= 100:
            end = line.right(end, rate(self.console.terminal_bytes_s), Role.TEXT3) - 4
        if line.width >= 76:
            end = put_rate(line, end, view.alarms_per_hour, view.alarms_in_10_min)
        counts = alarm_counts(listed) if line.width < 100 else alarm_counts(view.alarms)
        put_alarm_counts(line, column, counts, end)

    # ---- drawing

    def show(self, view: FleetView) -> None:
        """The fleet as it is now."""
        self.console.banner.seen()
        self._settle()
        self._ask()

    def tick(self) -> None:
        """Ages grow, and rows may move at last."""
        self._settle()
        self._ask()

    def show_detail(self, detail: AlarmDetail, load: AlarmLoad | None = None) -> None:
        """What the store says of the selected alarm, and of the load."""
        self._detail = detail
        self._load = load or self._load
        self._draw()

    def _settle(self, *, at_once: bool = False) -> None:
        monotonic = self.console.clock.monotonic()
        self.listing.settle(self.view.alarms, monotonic, at_once=at_once or self.jumped)
        self._draw()

    def _draw(self) -> None:
        console, view, listing = self.console, self.view, self.listing
        row = listing.selected
        selected = None
        if row is not None:
            alarm = row.alarm
            station = row.members[0].station
            selected = Selected(
                alarm,
                console.now,
                self._detail if self._detail is not None and self._detail.id == row.id else None,
                view.site(station),
                [other for other in view.alarms if other.station == station and other.id != row.id],
            )
        beside = self.has_class(BESIDE) or self.has_class(WALL)
        self._table.show(listing, console.now, below=selected if beside else None)
        load = Load(self._load, view.alarms_per_hour, view.alarms_in_10_min, view.alarms)
        self._pane.show(selected, load, console.now)

    def _ask(self, *, at_once: bool = False) -> None:
        """Ask the store for the selected alarm, and now and then for the load, where its answer is old."""
        console = self.console
        alarm, now, as_of = self.listing.cursor, console.moment, console.as_of
        if not alarm or not self._detail_pace.is_due(console, alarm, at_once=at_once):
            return
        with_load = self._load_pace.is_due(console)

        def question(reader: Reader) -> tuple[AlarmDetail, AlarmLoad | None]:
            detail = alarm_detail(reader, alarm, self._rules_in_force(), now, as_of)
            return detail, alarm_load(reader, now, as_of) if with_load else None

        self.ask(question, lambda found: self.show_detail(*found), group="alarm")

    def _rules_in_force(self) -> RuleSet:
        """The rules, for their words; faulty files are told of by an alarm and left out here."""
        if self._rules is None:
            self._rules = rules_in_force(self.console.rule_folders)
        return self._rules

    def table(self) -> Table:
        """The alarms in the order they stand in."""
        return alarms_table(self.listing.sections)

    # ---- what the operator does

    def on_alarm_table_moved(self, message: AlarmTable.Moved) -> None:
        """The mouse."""
        self._go(message.alarm)
        if message.opened:
            self.action_open_site()

    def action_move(self, rows: int) -> None:
        """The cursor by so many alarms."""
        if (alarm := self.listing.beside(rows)) is not None:
            self._go(alarm)

    def _go(self, alarm: str) -> None:
        self.listing.go(alarm, self.console.clock.monotonic())
        row = self.listing.selected
        if row is not None and row.members[0].station:
            self.console.station = row.members[0].station
        self._draw()
        self._ask()

    def put_cursor(self, name: str) -> None:
        """Put the cursor on this alarm, whatever was narrowed to before."""
        self.listing.narrow("")
        self.listing.reveal(name)
        if self.is_mounted:
            self._settle(at_once=True)
            self._go(self.listing.cursor)

    def action_open_site(self) -> None:
        """Enter."""
        row = self.listing.selected
        if row is not None and self.view.site(row.members[0].station) is not None:
            self.console.station = row.members[0].station
            self.console.open("site")

    def action_incident(self) -> None:
        """`i`."""
        if self.listing.open_incident():
            self._settle(at_once=True)
        else:
            self.console.say("No other alarm of this list belongs to its incident.")

    def action_mark(self) -> None:
        """Mark the row under the cursor, or not any more, and go on to the next."""
        if self.console.replaying:
            self.console.action_pause()
        elif (row := self.listing.selected) is not None:
            self.listing.marked ^= {row.id}
            self.action_move(1)

    def _acted(self) -> None:
        """Something was written: the list agrees with it at once."""
        self.listing.acted(self.console.clock.monotonic())
        self._settle()
        self._ask(at_once=True)

    def action_ack(self) -> None:
        """`a`."""
        if rows := self.listing.chosen:
            self._actions.acknowledge(rows)

    def action_ack_all(self) -> None:
        """`A`."""
        self._actions.acknowledge_all(self._table.in_sight)

    def action_shelve(self) -> None:
        """`s`."""
        if rows := self.listing.chosen:
            self._actions.shelve(rows)

    def action_unshelve(self) -> None:
        """`u`."""
        if (row := self.listing.selected) is not None:
            self._actions.unshelve(row)

    def action_comment(self) -> None:
        """`c`."""
        if (row := self.listing.selected) is not None:
            self._actions.comment(row)

    def action_maintain(self) -> None:
        """`m`."""
        if (row := self.listing.selected) is not None:
            self._actions.maintain(row)

    def action_why(self) -> None:
        """`w`."""
        row = self.listing.selected
        if row is None or not row.members[0].station:
            self.console.say("This alarm belongs to no site.")
        else:
            show_why_of_alarm(self, int(row.members[0].id))

    def on_alarm_table_head_clicked(self, message: AlarmTable.HeadClicked) -> None:
        """Sort by that column; by urgency where it is sorted so already, or the column has no order."""
        self.listing.sort_by(message.head)
        self._settle(at_once=True)

    def action_sort(self) -> None:
        """The next order."""
        self.listing.sort_on()
        self._settle(at_once=True)

    def narrow(self, words: str) -> None:
        """Show alarms of a state, or those with these words."""
        self.listing.narrow(words)
        self._settle(at_once=True)

    def action_filter(self) -> None:
        """Ask for the words."""

        self.prompt_filter(self.listing.filter, self._use_filter)

    def _use_filter(self, wanted: str) -> str:
        self.listing.filter = wanted
        self._settle(at_once=True)
        rows = self.listing.rows
        sites = dict.fromkeys(row.alarm.site for row in rows)
        return f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}  {', '.join(sites)}" if wanted else ""

    def action_backtest(self) -> None:
        """`b`."""
        if (row := self.listing.selected) is not None:
            self._actions.backtest(row, self._detail.rule if self._detail is not None else "")
