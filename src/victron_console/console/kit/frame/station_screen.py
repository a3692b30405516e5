"""What the screens about one station share: which one, its header, the way to the next, and its data from the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, Protocol, TypeVar

from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.text import cut, width_of
from victron_console.console.kit.verdict_line import put_verdict
from victron_console.console.kit.view import (
    Alarm,
    FleetView,
)
from victron_console.store.read.reader import Reader


class OfStation(Protocol):
    """What is read of a station."""

    @property
    def station(self) -> str:
        """Its id."""


D = TypeVar("D", bound=OfStation)
LEAST_VERDICT = 26
"""Columns without which nothing is said of the site beside its name: a mark and one short clause."""
STATION_KEYS = (
    Key("left", "next_site(-1)", "←→", "site", "Previous and next site."),
    Key("right", "next_site(1)", "→", "", "Next site."),
)


class OneStationScreen(ConsoleScreen):
    """A screen about the station that the operator has chosen: its header, and the way to the next."""

    PART: ClassVar[str] = ""
    """What it is called where it is a part of another screen; empty where it has a tab of its own."""

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The alarms of the station, the most urgent first."""
        return tuple(alarm for alarm in self.view.alarms if alarm.station == self.console.station)

    def head(self, line: Line, end: int) -> None:
        """Name, place among the sites, and kind; then what is to be said of the site, as far as there is room."""
        site = self.site
        if site is None:
            return
        column = line.put(1, self.PART.upper(), Role.TEXT2) + 1 if self.PART else 1
        column = line.put(column, cut(site.name, max(8, end - column)), Role.TEXT1, bold=True) + 2
        places = [each.id for each in self.view.sites]
        words = [f"{places.index(site.id) + 1}/{len(places)}", *self.head_words()]
        for number, word in enumerate(words):
            if word and column + width_of(word) <= end:
                column = line.put(column, word, Role.TEXT3 if number == 0 else Role.TEXT2) + 3
        self.head_rest(line, column, end)

    def head_words(self) -> list[str]:
        """What the header says of the station after its place."""
        return []

    def head_rest(self, line: Line, column: int, end: int) -> None:
        """What stands behind the words, from a column to the column `end`: what is to be said of the site."""
        if self.site is not None and end - column >= LEAST_VERDICT:
            put_verdict(line, column, end, self.site.mark, self.site.verdict)

    def action_next_site(self, step: int) -> None:
        """The previous or next site, in the order of the fleet."""
        places = [each.id for each in self.view.sites]
        if not places:
            return
        here = places.index(self.console.station) if self.console.station in places else 0
        self.console.station = places[(here + step) % len(places)]
        self.site_changed()
        self.show(self.view)
        self.refresh_frame()

    def site_changed(self) -> None:
        """Another station: a subclass forgets what was chosen in the one before."""


class StationScreen(OneStationScreen, Generic[D]):
    """A screen made of what the store says of a station. A subclass gives `question`, and draws `data` in `redraw`."""

    def __init__(self) -> None:
        super().__init__()
        self.data: D | None = None
        """The station as last read; None until the store has answered."""
        self._pace = ReadPace(0.0)

    def question(self, station: str, now: float, as_of: float | None) -> Callable[[Reader], D | None]:
        """What to ask the store about a station at a moment; its answer is None where the store does not have it."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw what is known."""
        raise NotImplementedError

    def show(self, view: FleetView) -> None:
        """Ask the store for the station as it is now, and meanwhile draw what is known."""
        self.read_again()
        self.redraw()

    def tick(self) -> None:
        """Ages grow."""
        self.redraw()

    def read_again(self, *, at_once: bool = False) -> None:
        """Ask the store anew, unless it has answered for this very moment; `at_once`: even then."""
        station = self.console.station
        about = (station, self.view.at)
        if station is None or not self._pace.is_due(self.console, about, at_once=at_once or self.data is None):
            return
        if self.data is not None and self.data.station != station:
            self.data = None
        self.ask(self.question(station, self.view.at, self.console.as_of), self.answered, group="station")

    def answered(self, data: D | None) -> None:
        """The store's answer: it is shown, unless another station was chosen meanwhile."""
        if data is None or data.station == self.console.station:
            self.data = data
            self.redraw()
            self.refresh_frame()

    def site_changed(self) -> None:
        """Another station: forget what was chosen in the one before."""
        self.data = None
