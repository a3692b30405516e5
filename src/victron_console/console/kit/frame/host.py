"""What a screen may ask of the app that it belongs to. Screens know the app by this alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from victron_console.console.kit.frame.alarm_banner import AlarmBanner
from victron_console.console.kit.frame.digest import Digest
from victron_console.console.kit.frame.notices import Notices
from victron_console.console.kit.frame.settings import Settings
from victron_console.console.kit.frame.tab_strip import Tab
from victron_console.console.kit.view import FleetView
from victron_console.model.clock import Clock
from victron_console.store.read.reader import Reader

if TYPE_CHECKING:
    from sqlite_utils import Database

T = TypeVar("T")

Backtest = Callable[[str, str, str], Awaitable[str]]
"""Says how often a rule would have fired at a station, both by id; the title of its alarm is for the sentence."""


class Write(Protocol):
    """Something to be written to the store."""

    def __call__(self, db: Database, *, now: float, who: str) -> str:
        """Write it at a moment (UTC epoch, s) under the operator's name; gives a sentence that says what became of it.

        Raises:
            StoreError: the store cannot be written.
            ValueError: it cannot be done as it is asked; the text says why.
        """


class Undo(Protocol):
    """What takes back a write, by the sentence that said what became of it."""

    def __call__(self, said: str) -> Write | None:
        """The write that takes it back."""


class OperatorAtWork(Protocol):
    """What a screen may ask of the operator's side of the console."""

    name: str
    """Who it is; empty until it is known."""

    @property
    def why_not(self) -> str:
        """Why nothing can be written now, as a sentence; empty where it can."""

    def may_write(self) -> bool:
        """Whether anything can be written now; where not, why is said."""

    def do(self, writes: Sequence[Write], then: Callable[[], None] | None = None, undo: Sequence[Undo] = ()) -> None:
        """Write these off the screen's thread, say what became of them, and then do what follows."""


class Moment(Protocol):
    """Which moment is looked at."""

    @property
    def clock(self) -> Clock:
        """The console's clock."""

    @property
    def view(self) -> FleetView:
        """The fleet as last seen."""

    @property
    def as_of(self) -> float | None:
        """The past moment that is looked at (UTC epoch, s); None is now."""

    @property
    def now(self) -> float:
        """The moment that is shown (UTC epoch, s)."""

    @property
    def moment(self) -> float:
        """The moment to ask the store about (UTC epoch, s): its view may not have come yet."""

    @property
    def paused(self) -> bool:
        """Whether the screen is held as it is."""

    @property
    def replaying(self) -> bool:
        """Whether another moment than now is looked at."""

    @property
    def playing(self) -> bool:
        """Whether the past goes on by itself."""

    @property
    def speed(self) -> int:
        """Seconds of the past a second."""

    @property
    def has_store(self) -> bool:
        """Whether there is a store to ask."""

    @property
    def store_fault(self) -> str:
        """Why the store cannot be read now, as a sentence; empty where it can."""

    @property
    def drawn_for_s(self) -> float:
        """For how long what is shown stands as it was drawn from the store; infinite where it never was."""

    @property
    def live_for_s(self) -> float:
        """For so long what was drawn from the store is called live: two looks."""

    async def read(self, question: Callable[[Reader], T]) -> T:
        """What the store answers, asked off the screen's thread."""

    def look(self, as_of: float | None) -> None:
        """Look at a moment (UTC epoch, s); None is now."""

    def action_pause(self) -> None:
        """Hold the screen, or let it go on; in time mode play the past."""

    def action_time_mode(self) -> None:
        """Look at another moment, or return to now."""

    def look_at(self, typed: str) -> str:
        """Look at a moment as it is typed; gives a sentence where that cannot be."""


class Host(Moment, Protocol):
    """The app as its screens know it."""

    station: str | None
    """The station that the operator has chosen; every screen is about it."""
    settings: Settings
    """The operator's choices, kept between sessions."""

    @property
    def low_bandwidth(self) -> bool:
        """Whether the screen is drawn less often, for a slow link."""

    @property
    def terminal_bytes_s(self) -> float:
        """What the terminal takes."""

    @property
    def tabs(self) -> Sequence[Tab]:
        """The screens that have a key, and what each counts."""

    @property
    def notices(self) -> Notices:
        """What was just told."""

    @property
    def banner(self) -> AlarmBanner:
        """The newest critical alarm, for a while after it came."""

    @property
    def digest(self) -> Digest:
        """What happened since the console was last left."""

    @property
    def left_at(self) -> float:
        """When the console was last left (UTC epoch, s); 0 where it never was."""

    @property
    def configured(self) -> Sequence[str]:
        """The names of the stations that are asked, also before any of them has answered."""

    @property
    def reasons(self) -> Sequence[str]:
        """Why alarms are put aside, to choose from."""

    @property
    def rule_folders(self) -> Sequence[Path]:
        """Where the operator's own rules are, for the words of their conditions."""

    @property
    def backtest(self) -> Backtest | None:
        """Tries a rule on the past; None where there is no store."""

    @property
    def operator(self) -> OperatorAtWork:
        """Who sits at the console, and the only way to write."""

    def say(self, sentence: str) -> None:
        """A short message that goes away by itself."""

    def unsay(self, sentence: str) -> None:
        """Take away a message whose matter is over."""

    def open(self, name: str) -> None:
        """Bring a screen to the front."""

    def open_alarm(self, alarm: str) -> None:
        """Bring an alarm to the front, by its id."""

    def came_to_front(self, name: str) -> None:
        """A screen is looked at."""

    def action_blocks(self) -> None:
        """Draw charts with braille dots, or with blocks."""

    async def action_back(self) -> None:
        """To the screen under this one."""
