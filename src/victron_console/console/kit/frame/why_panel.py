"""The panel that says why: a screen asks its reader, off its thread, and shows the answer over itself; it goes on."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from victron_console.console.kit.frame.screen import ConsoleScreen
from victron_console.console.kit.text import literal, plain
from victron_console.diagnosing.why.answer_text import AnswerLine, answer_text
from victron_console.diagnosing.why.asked import WhyAnswer, why, why_alarm
from victron_console.store.read.reader import Reader

WIDEST, ROUND = 110, 8
"""Columns of the text, and those of the terminal that are not its: frame and scroll bar."""


class WhyPanel(ModalScreen[None]):
    """The answer to a why, of the moment at which it was asked. Arrows and pages scroll it."""

    BINDINGS = [Binding("escape,w,q", "dismiss", "Close", show=False)]  # noqa: RUF012

    def __init__(self, answer: WhyAnswer) -> None:
        """Show an answer."""
        super().__init__()
        self.answer = answer

    def compose(self) -> ComposeResult:
        """One line each, so that a cause stands out from the values behind it."""
        width = min(WIDEST, self.app.size.width - ROUND)
        with VerticalScroll(id="why"):
            for line in answer_text(self.answer, dated=True):
                yield Static(hanging(line, width), markup=False, classes=f"why-{line.part}")
            yield Static(literal("Esc closes"), classes="why-fact")


def hanging(line: AnswerLine, width: int) -> str:
    """A line as rows of at most so many cells, its text hanging behind what leads it."""
    rows = wrap(plain(line.text), max(8, width - len(line.lead))) or [""]
    return f"\n{' ' * len(line.lead)}".join([f"{line.lead}{rows[0]}", *rows[1:]])


def show_why(screen: ConsoleScreen, station: str) -> None:
    """Say over a screen why a station does what it does: what the moment that is looked at suggests to ask."""
    now, as_of = screen.console.moment, screen.console.as_of
    _show(screen, lambda reader: why(reader, station, None, now, as_of))


def show_why_of_alarm(screen: ConsoleScreen, number: int) -> None:
    """Say over a screen why an alarm stands, by its number."""
    now, as_of = screen.console.moment, screen.console.as_of

    def question(reader: Reader) -> WhyAnswer | None:
        view = reader.alert(number, as_of)
        return None if view is None else why_alarm(reader, view.occurrence, now, as_of)

    _show(screen, question)


_LOOKING = "Looking for what limits it ..."


def _show(screen: ConsoleScreen, question: Callable[[Reader], WhyAnswer | None]) -> None:
    screen.console.say(_LOOKING)

    def answered(answer: WhyAnswer | None) -> None:
        screen.console.unsay(_LOOKING)
        if answer is None:
            screen.console.say("The store does not have it any more.")
        elif screen.is_current:
            screen.app.push_screen(WhyPanel(answer))

    screen.ask(question, answered, group="why")
