"""The panels over a screen, which goes on under them: the help made of the key registry, things to tick."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from textwrap import wrap

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import SelectionList, Static
from textual.widgets.selection_list import Selection

from victron_console.console.kit.frame.keys import Key
from victron_console.console.kit.search import fitting
from victron_console.console.kit.text import literal, pad, width_of
from victron_console.model.text import clean

SEARCH_AT_MOST = 60
"""Letters of a search."""
MOST_COLUMNS = 118
"""Of the help, as the style sheet has it."""
_KEY_COLUMNS = len("Shift ←→ ")
_BESIDE_COLUMNS = 6
"""Left and right of its text, with the scrollbar and a blank before that."""


class HelpScreen(ModalScreen[None]):
    """Every key that works in a screen, each with a sentence, and the words that may need explaining.

    What is typed leaves the rows that have these words, by the matcher of every filter.
    """

    BINDINGS = [Binding("escape,question_mark", "dismiss", "Close", show=False)]  # noqa: RUF012

    SIGNS = (
        "Battery + charges, - discharges. AC-IN - is export. W below 1 kW, k is kW; 0 zero, - has none, --- lost.",
        "~ last known, too old to be live. ? doubtful, left out of sums. G grid, S shore, N genset; off: no voltage.",
        "!! act now, ! act today, x link, r cleared unseen; * not yet seen.",
        "SUNUP% is the charge at sunrise: of ten nights like the last 14 one ends below the range, one above it.",
        "▼15:12 is when the battery is on its floor before sunrise; told where 1 of 3 such nights runs dry.",
    )

    def __init__(self, title: str, keys: Sequence[Key], screens: Sequence[tuple[str, str, str]]) -> None:
        """For a screen.

        Args:
            title: its name.
            keys: its keys.
            screens: key, name and sentence of every screen.
        """
        super().__init__()
        self._wanted = ""
        self._parts = {
            f"KEYS   {title}": [(pad(key.shown, _KEY_COLUMNS), key.help) for key in told_once(keys)],
            "SCREENS": [(f"{pad(key, _KEY_COLUMNS)}{pad(name, 9)}", about) for key, name, about in screens],
            "SIGNS": [("", sign) for sign in self.SIGNS],
        }

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll(id="help"):
            yield Static(id="help-text")

    def on_mount(self) -> None:
        """All of it at first."""
        self._search("")

    def on_resize(self) -> None:
        """Other columns wrap otherwise."""
        self._draw()

    def on_key(self, event: events.Key) -> None:
        """A letter narrows the search, Backspace widens it; the keys of a list scroll."""
        if event.is_printable and event.character is not None:
            self._search(self._wanted + event.character)
        elif event.key == "backspace":
            self._search(self._wanted[:-1])

    def on_paste(self, event: events.Paste) -> None:
        """Pasted words are searched for."""
        self._search(self._wanted + event.text)

    def _search(self, wanted: str) -> None:
        self._wanted = clean(wanted)[:SEARCH_AT_MOST]
        self._draw()
        self.query_one("#help").scroll_home(animate=False)

    def _draw(self) -> None:
        columns = min(MOST_COLUMNS, self.app.size.width) - _BESIDE_COLUMNS
        self.query_one("#help-text", Static).update(Content("\n".join(self._rows(columns))))

    def _rows(self, columns: int) -> list[str]:
        wanted = self._wanted
        rows = [f"/{wanted}_   Backspace takes a letter back, Esc closes" if wanted else "Type to search, Esc closes"]
        pairs = [(head, row) for head, part in self._parts.items() for row in part]
        found = fitting(wanted, pairs, lambda pair: "".join(pair[1]))
        for head in self._parts:
            own = [line for of, row in found if of == head for line in _wrapped(*row, columns)]
            rows += ["", head, "", *own] if own else []
        return rows if found else [*rows, "", "Nothing here has these words."]


def _wrapped(label: str, words: str, columns: int) -> list[str]:
    """A row in so many columns: what has no room in it goes on under its words."""
    before = width_of(label)
    first, *others = wrap(words, max(10, columns - before))
    return [f"{label}{first}", *(f"{' ' * before}{other}" for other in others)]


def told_once(keys: Sequence[Key]) -> list[Key]:
    """The keys without those that another one's row tells of: `]` stands in `[ ]`."""
    told = {half for key in keys for half in _halves(key.shown)}
    return [key for key in keys if key.shown not in told]


def _halves(shown: str) -> set[str]:
    """What a pair of keys stands for: `[` and `]` of `[ ]`, `Shift ←` and `Shift →` of `Shift ←→`."""
    before, _, last = shown.rpartition(" ")
    if last == "←→":
        return {f"{before} {arrow}".strip() for arrow in last}
    return {before, last} if len(before) == len(last) == 1 else set()


class TickList(SelectionList[str]):
    """Textual's list of things to tick, with `[x]` and `[ ]`: its own marks differ by colour alone."""

    def render_line(self, y: int) -> Strip:
        """The line with its mark in the look of its text; a click on the mark ticks, as on Textual's."""
        drawn = super().render_line(y)
        place = self.scroll_offset.y + y
        if place >= self.option_count:
            return drawn
        _, button, _, gap, *rest = drawn
        mark = "[x]" if self.get_option_at_index(place).value in self.selected else "[ ]"
        clickable = Style(meta=button.style.meta) if button.style else Style()
        return Strip([Segment(mark, (gap.style or Style()) + clickable), gap, *rest])


class Choices(ModalScreen[tuple[str, ...] | None]):
    """Some of several, ticked with space; gives the ticked ones, or None where Esc left it."""

    BINDINGS = [  # noqa: RUF012
        Binding("enter", "done", "Done", show=False, priority=True),
        Binding("escape", "dismiss_none", "Close", show=False),
    ]

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], ticked: Collection[str]) -> None:
        """Ask.

        Args:
            title: what is chosen.
            choices: name and text of each.
            ticked: the names that are ticked at the start.
        """
        super().__init__()
        self._title, self._choices, self._ticked = title, choices, ticked

    def compose(self) -> ComposeResult:
        """Title and list."""
        with Vertical(id="choices"):
            yield Static(literal(f"{self._title}   space ticks, Enter is done, Esc leaves it"), id="choices-title")
            yield TickList(
                *[Selection(literal(text), name, name in self._ticked) for name, text in self._choices],
                compact=True,
                id="choices-list",
            )

    def action_done(self) -> None:
        """Enter: these."""
        self.dismiss(tuple(self.query_one("#choices-list", TickList).selected))

    def action_dismiss_none(self) -> None:
        """Esc: as it was."""
        self.dismiss(None)
