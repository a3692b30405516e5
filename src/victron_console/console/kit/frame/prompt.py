"""The prompt: a line to type in, or a question that one key answers, in the place of the key row and only there.

The screen over it goes on as ever. Keys are taken one by one as the app gets them, so that what is typed or pasted in
one burst is taken whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os.path import commonprefix

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.widgets.input import Selection

from victron_console.console.kit.frame.keys import put_pairs
from victron_console.console.kit.line import Line
from victron_console.console.kit.palette import Role
from victron_console.console.kit.rows import Rows
from victron_console.console.kit.text import cut, literal

ENDS = {"enter": ("Enter", "ok"), "escape": ("Esc", "no")}


@dataclass(frozen=True, slots=True)
class LinePrompt:
    """One line to type in."""

    label: str
    value: str = ""
    """What stands in it at first."""
    hint: str = ""
    """What stands in it while it is empty."""
    changed: Callable[[str], str] | None = None
    """Called with the line as it is typed; says what it would do now."""
    completions: Callable[[str], Sequence[str]] | None = None
    """The lines that begin as what is typed; Tab takes what they share."""
    history: Sequence[str] = ()
    """What was typed before, oldest first; up and down go through it."""


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """A question that one key answers."""

    question: str
    answers: Mapping[str, str]
    """The word of each key, in order."""


Prompt = LinePrompt | KeyChoice
Answered = Callable[[str | None], None]
"""Gets the line, or the key; None where Esc left it."""


class Pairs(Rows):
    """Keys and what they do, each pair to be clicked, after a question where there is one."""

    ground = Role.SURFACE

    def __init__(self, pressed: Callable[[str], None]) -> None:
        """Of no keys yet; `pressed` is called with the key of a pair that is clicked."""
        super().__init__(id="prompt-pairs")
        self._pressed = pressed
        self._question = ""
        self._pairs: dict[str, tuple[str, str]] = {}
        self._spans: dict[str, range] = {}

    def show(self, question: str, pairs: dict[str, tuple[str, str]]) -> None:
        """Draw these: the key's written form and its word, by key."""
        self._question, self._pairs = question, pairs
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """The pairs at the right end, the question in what is left."""
        line = Line(width, Role.SURFACE)
        measured = Line(10 * width)
        needed = max((span.stop for span in put_pairs(measured, 0, self._pairs).values()), default=0)
        start = max(0, width - 1 - needed)
        self._spans = put_pairs(line, start, self._pairs)
        line.put(1, cut(self._question, max(0, start - 3)), Role.TEXT1, bold=True)
        return [line]

    def on_click(self, event: events.Click) -> None:
        """A click on a pair is its key."""
        for key, span in self._spans.items():
            if event.x in span:
                self._pressed(key)
                return


class PromptRow(Horizontal):
    """The row of the prompt, hidden while nothing is asked."""

    DEFAULT_CSS = """
    PromptRow { height: 1; dock: bottom; display: none; }
    PromptRow > #prompt-label { width: auto; padding: 0 1; }
    PromptRow > #prompt-says { width: auto; max-width: 50%; padding: 0 1; }
    PromptRow > #prompt-field { width: 1fr; min-width: 8; }
    PromptRow > #prompt-pairs { width: 18; height: 1; }
    PromptRow.-choice > #prompt-pairs { width: 1fr; }
    PromptRow.-choice > #prompt-label, PromptRow.-choice > #prompt-field, PromptRow.-choice > #prompt-says {
        display: none;
    }
    """

    def __init__(self, *, opened: Callable[[bool], None]) -> None:
        """With nothing asked; `opened` is called when that changes."""
        super().__init__()
        self.asked: Prompt | None = None
        """What is asked; None while nothing is."""
        self._answered: Answered | None = None
        self._recalled: int | None = None
        """The line of the history that stands in the field; None before up or down is pressed."""
        self._opened = opened
        self._focused_before: Widget | None = None
        self._label, self._says = Static(id="prompt-label"), Static(id="prompt-says")
        self.field = Input(id="prompt-field", compact=True, select_on_focus=False)
        self.field.cursor_blink = False
        self.field.can_focus = False  # a screen would give it the keys while nothing is asked
        self._pairs = Pairs(self._press)

    def compose(self) -> ComposeResult:
        """Question, field, what it would do, and the keys."""
        yield self._label
        yield self.field
        yield self._says
        yield self._pairs

    def open(self, asked: Prompt, answered: Answered) -> None:
        """Ask; what was asked before is left."""
        self._end(None)
        self.asked, self._answered, self._recalled = asked, answered, None
        self._focused_before = self.screen.focused
        self.display = True
        self._opened(True)
        self.set_class(isinstance(asked, KeyChoice), "-choice")
        if isinstance(asked, KeyChoice):
            pairs = {key: (key, f"= {word}") for key, word in asked.answers.items()}
            self._pairs.show(asked.question, {**pairs, "escape": ENDS["escape"]})
            return
        self._pairs.show("", ENDS)
        self._label.update(literal(asked.label))
        self.field.placeholder, self.field.value = asked.hint, asked.value
        self.field.selection = Selection(0, len(asked.value))  # at once: the focus comes after what is typed
        self._say()
        self.field.can_focus = True
        self.screen.set_focus(self.field, scroll_visible=False)

    def take(self, event: events.Key) -> bool:
        """Take a key while something is asked; False where it is none of the prompt's."""
        asked = self.asked
        if event.key in ENDS and not (event.key == "enter" and isinstance(asked, KeyChoice)):
            self._press(event.key)
        elif isinstance(asked, KeyChoice):
            if event.character is None or event.character not in asked.answers:
                return event.is_printable
            self._press(event.character)
        elif event.key == "tab":
            self._complete()
        elif event.key in ("up", "down") and asked is not None and asked.history:
            self._recall(asked.history, -1 if event.key == "up" else 1)
        elif event.is_printable and event.character is not None:
            self.field.replace(event.character, *self.field.selection)
        else:
            if self.screen.focused is not self.field:
                self.screen.set_focus(self.field, scroll_visible=False)
            return False
        return True

    def on_input_changed(self) -> None:
        """The line is another: say what it would do now."""
        self._say()

    def _press(self, key: str) -> None:
        if isinstance(self.asked, LinePrompt):
            self._end(self.field.value if key == "enter" else None)
        else:
            self._end(None if key == "escape" else key)

    def _end(self, answer: str | None) -> None:
        """Nothing is asked any more, and the answer is told."""
        answered, self.asked, self._answered = self._answered, None, None
        if answered is None:
            return
        self.display = self.field.can_focus = False
        self._opened(False)
        self.screen.set_focus(self._focused_before, scroll_visible=False)
        answered(answer)

    def _say(self) -> None:
        asked, said = self.asked, ""
        if not isinstance(asked, LinePrompt):
            return
        if asked.changed is not None:
            said = asked.changed(self.field.value)
        elif asked.completions is not None and self.field.value:
            said = "  ".join(asked.completions(self.field.value)[:4])
        self._says.update(literal(cut(said, self.app.size.width // 2 - 2)))

    def _recall(self, history: Sequence[str], step: int) -> None:
        """The line typed before, or the one after it; after the newest stands an empty one."""
        here = len(history) if self._recalled is None else self._recalled
        self._recalled = min(len(history), max(0, here + step))
        self.field.value = history[self._recalled] if self._recalled < len(history) else ""
        self.field.cursor_position = len(self.field.value)

    def _complete(self) -> None:
        asked = self.asked
        if isinstance(asked, LinePrompt) and asked.completions is not None and self.field.value:
            shared = commonprefix(  # noqa: RUF071 - no paths
                list(asked.completions(self.field.value))
            )
            if len(shared) > len(self.field.value):
                self.field.value = shared
                self.field.cursor_position = len(shared)
