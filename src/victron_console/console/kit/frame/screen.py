"""What every screen has: a header row that names it and the time, its own body, and a key row made of its keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker

from victron_console.console.kit.export import (
    ScreenShown,
    Table,
    folder,
    write_evidence,
    write_picture,
    write_shown,
)
from victron_console.console.kit.frame.bars import HeaderRow, KeyRow
from victron_console.console.kit.frame.host import Host
from victron_console.console.kit.frame.keys import (
    Key,
    bindings,
    ordered,
)
from victron_console.console.kit.frame.pace import ReadPace
from victron_console.console.kit.frame.prompt import Answered, LinePrompt, Prompt, PromptRow
from victron_console.console.kit.frame.timeline import READ_EVERY_S, TimelineRow, read_past
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Palette, Role, palette_of
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.view import (
    FleetView,
    Site,
)
from victron_console.model.units import DAY_S
from victron_console.store.read.reader import Reader

T = TypeVar("T")


class ConsoleScreen(Screen[None]):
    """A screen of the console. A subclass gives `NAME`, `KEYS`, `body`, `head` and `show`."""

    NAME: ClassVar[str] = ""
    """Its name, as the header writes it in capitals."""
    KEYS: ClassVar[tuple[Key, ...]] = ()
    """Its own keys, in the order of the key row; those of every screen follow."""

    def __init__(self) -> None:
        super().__init__()
        self._timeline_pace = ReadPace(READ_EVERY_S)
        self._unanswered: dict[str, float] = {}
        """Since when the store owes the answer to a question of a group (monotonic, s)."""

    def __init_subclass__(cls) -> None:
        if "KEYS" in cls.__dict__:
            cls.BINDINGS = bindings(cls.KEYS)  # type: ignore[assignment]
        super().__init_subclass__()

    def compose(self) -> ComposeResult:
        """Header, body, keys."""
        yield HeaderRow()
        yield from self.body()
        yield from self.foot()

    def foot(self) -> Iterator[Widget]:
        """The timeline, the key row, and the prompt that takes its place."""
        keys = KeyRow()
        yield TimelineRow()
        yield keys
        yield PromptRow(opened=lambda opened: setattr(keys, "display", not opened))

    def body(self) -> Iterator[Rows]:
        """The widgets between header and key row."""
        raise NotImplementedError

    def head(self, line: Line, end: int) -> None:
        """Write the left of the second row, up to the column `end`: the site that the screen is about."""
        if (site := self.site) is not None:
            line.put(1, site.name, Role.TEXT1, bold=True)

    def show(self, view: FleetView) -> None:
        """Draw the fleet as it is now; called when it changed and when the screen comes to the front."""

    def tick(self) -> None:
        """Draw what depends on the time alone; called each second while the screen is in front."""

    @property
    def console(self) -> Host:
        """The app that the screen belongs to."""
        return cast(Host, cast(object, self.app))

    @property
    def palette(self) -> Palette:
        """The palette of the theme in force."""
        return palette_of(self.app)

    @property
    def view(self) -> FleetView:
        """The fleet as last seen."""
        return self.console.view

    @property
    def site(self) -> Site | None:
        """The station that the operator has chosen, in whatever screen."""
        return self.view.site(self.console.station)

    @property
    def jumped(self) -> bool:
        """Whether this is a moment that the operator went to: its rows stand in its own order from the start."""
        return self.view.replay and not self.console.playing

    @property
    def follows_now(self) -> bool:
        """Whether what is shown is of now, where nothing holds it; a screen with a time axis may have been panned."""
        return True

    @property
    def unanswered_for_s(self) -> float:
        """How long the store owes the oldest answer that it owes; 0 where it owes none."""
        return max((self.console.clock.monotonic() - at for at in self._unanswered.values()), default=0.0)

    @property
    def keys(self) -> tuple[Key, ...]:
        """All keys that work here, in the order of the key row and of the help."""
        return ordered(self.KEYS)

    def ask(self, question: Callable[[Reader], T], answer: Callable[[T], None], *, group: str) -> Worker[None]:
        """Put a question to the store off the screen's thread; `answer` gets what it said, on it.

        A newer question of the same group replaces one that is not yet answered.
        """

        self._unanswered.setdefault(group, self.console.clock.monotonic())

        async def run() -> None:
            found: T = await self.console.read(question)
            self._unanswered.pop(group, None)
            if self.is_attached:
                answer(found)

        return self.run_worker(run, group=group, exclusive=True, exit_on_error=False)

    # ---- asking the operator

    @property
    def prompt_row(self) -> PromptRow:
        """Where the operator is asked."""
        return self.query_one(PromptRow)

    def prompt(self, asked: Prompt, answered: Answered) -> None:
        """Ask the operator in the key row's place; the screen goes on."""
        self.prompt_row.open(asked, answered)

    def prompt_filter(self, before: str, use: Callable[[str], str]) -> None:
        """`/`: what is shown follows each letter, and Esc returns to what was before.

        Args:
            before: the filter in force.
            use: shows what fits a filter, and says what that is.
        """

        def answered(line: str | None) -> None:
            use(before if line is None else line.strip())

        hint = "words; !word without"
        self.prompt(LinePrompt("/", before, hint, changed=lambda line: use(line.strip())), answered)

    # ---- taking along what is shown

    def table(self) -> Table | None:
        """What is shown as rows for another program; None where it is no table."""
        return None

    def put_cursor(self, name: str) -> None:
        """Put the cursor on the row of this name, on a screen that others lead to."""

    def narrow(self, words: str) -> None:
        """Show only what has these words, as they are typed after the screen's name; nothing where it has no list."""

    def span(self) -> tuple[float, float]:
        """The time that is looked at: the last day, where a screen says nothing else."""
        return self.console.now - DAY_S, self.console.now

    @property
    def text(self) -> str:
        """What is drawn, without its looks."""
        return "\n".join(row.text for row in self.query(Rows))

    def action_copy(self) -> None:
        """The text of the screen, to the clipboard of the operator's own terminal (OSC 52)."""
        self.app.copy_to_clipboard(self.text)
        self.console.say("Copied what is shown.")

    def action_export(self) -> None:
        """What is shown, into a file."""
        site = self.site
        name = self.NAME if site is None or self.NAME == "fleet" else f"{self.NAME} {site.id}"
        shown = ScreenShown(name, self.console.now, self.text, self.table())
        self._write(lambda: write_shown(shown, folder()))

    def action_picture(self) -> None:
        """A picture of the screen, into a file."""
        drawn, name, now = self.app.export_screenshot(), self.NAME, self.console.now
        self._write(lambda: write_picture(drawn, name, now, folder()))

    def action_bundle(self) -> None:
        """All of the station in the time that is looked at, into a file for someone who cannot reach it."""
        console, station = self.console, self.console.station
        if station is None or not console.has_store:
            console.say("An evidence bundle is about a site: choose one.")
            return
        span, text, made_at = self.span(), self.text, console.clock.now()

        def known(store: Path) -> None:
            self._write(lambda: write_evidence(store, folder(), station, span, made_at, text))

        console.say("Writing the evidence bundle ...")
        self.ask(lambda reader: reader.path, known, group="export")

    def _write(self, writing: Callable[[], str]) -> None:
        async def run() -> None:
            self.console.say(await asyncio.to_thread(writing))

        _: Worker[None] = self.app.run_worker(run, group="export", exit_on_error=False)

    def refresh_frame(self) -> None:
        """Draw header and key row anew."""
        for row in self.query(HeaderRow):
            row.redraw()
        for keys in self.query(KeyRow):
            keys.redraw()
        for timeline in self.query(TimelineRow):
            self._refresh_timeline(timeline)

    def _refresh_timeline(self, timeline: TimelineRow) -> None:
        """Show it where it has a place, and ask the store for its day where what it shows is old."""
        timeline.display = timeline.fits(*self.app.size)
        if not timeline.display:
            return
        timeline.redraw()
        console = self.console
        if self._timeline_pace.is_due(console, console.station):
            (since, until), station, as_of = timeline.span(), console.station, console.as_of
            self.ask(lambda reader: read_past(reader, station, since, until, as_of), timeline.show, group="timeline")

    def on_screen_resume(self) -> None:
        """The screen came to the front: it shows the fleet as it is, and is where the next session begins."""
        self.console.came_to_front(self.NAME)
        self.show(self.view)
        self.refresh_frame()
